"""Words that are none, and the word that was meant."""

from __future__ import annotations

import pytest

from pipeline.english.spelling import likely_word


@pytest.mark.parametrize(
    ("word", "meant"),
    [
        ("becuase", "because"),
        ("thier", "their"),
        ("recieve", "receive"),
        ("untill", "until"),
        ("gettting", None),
        ("ardeng", "garden"),
        ("ighte", "eight"),
        ("talkd", "talked"),
        ("snuday", "sunday"),
        ("drnik", "drink"),
        ("sayng", "saying"),
        ("therepist", "therapist"),
    ],
)
def test_one_slip_away(word: str, meant: str | None) -> None:
    assert likely_word(word, {}) == meant


@pytest.mark.parametrize(
    "word",
    [
        "because", "organise", "counselling", "colour", "gonna", "mhm", "flashforward", "retraumatise", "soooo", "an", "xyzzyq",
        "überall", "codependency", "boundaried",
    ],
)  # fmt: skip
def test_words_and_what_resembles_none_are_left_alone(word: str) -> None:
    assert likely_word(word, {}) is None


def test_the_texts_own_words_are_words_and_are_what_is_meant() -> None:
    assert likely_word("zopidil", {"zopidil": 4}) is None
    assert likely_word("zopidli", {"zopidil": 4}) == "zopidil"
