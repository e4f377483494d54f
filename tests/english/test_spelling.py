"""Words that are none, and the word that was meant."""

from __future__ import annotations

import pytest

from pipeline.english.spelling import corrections, likely_word


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


@pytest.mark.parametrize("word", ["w" * 9000, "ab" * 4500, "un" * 3000 + "ing" * 1000, "abcdefghij" * 5])
def test_a_word_longer_than_any_is_no_slip_and_costs_nothing(word: str) -> None:
    assert likely_word(word, {}) is None
    assert corrections(word) == ()


def test_the_longest_slips_are_still_mended() -> None:
    assert likely_word("responsibilites", {}) == "responsibilities"
