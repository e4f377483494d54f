"""Where English may be divided."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.english.breaks import (
    Junction,
    is_counted_word,
    is_sentence_end,
    junction,
    visible_length,
)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("I know. | We went", Junction.SENTENCE),
        ("really?” | Yes", Junction.SENTENCE),
        ("well… | Never", Junction.SENTENCE),
        ("well… | maybe", Junction.CLAUSE),
        ("at 5 p.m. | We left", Junction.SENTENCE),
        ("at 5 p.m. | on Monday", Junction.PREPOSITION),
        ("Mr. | Smith", Junction.TORN),
        ("J. | Smith", Junction.TORN),
        ("and so am I. | You", Junction.SENTENCE),
        ("craving, | which", Junction.CLAUSE),
        ("the court — | and", Junction.CLAUSE),
        ("I was angry | because", Junction.CONJUNCTION),
        ("I sat down | in the chair", Junction.PREPOSITION),
        ("the therapists | did not argue", Junction.PREDICATE),
        ("nobody | listened today", Junction.PLAIN),
        ("the | group", Junction.TORN),
        ("of | the group", Junction.TORN),
        ("I | know", Junction.TORN),
        ("we have | never", Junction.TORN),
        ("they don't | know", Junction.TORN),
        ("that’s | fine", Junction.TORN),
        ("Tom's | chair", Junction.TORN),
        ("twenty | minutes", Junction.TORN),
        ("14 | months", Junction.TORN),
        ("Jax | Beatty", Junction.TORN),
        ("what will you do | when she rings", Junction.CONJUNCTION),
        ("I told you | because", Junction.CONJUNCTION),
        ("we used | to", Junction.PREPOSITION),
        ("he has | to", Junction.TORN),
        ("not going to do | that because", Junction.TORN),
        ("very early | on.", Junction.PLAIN),
    ],
)
def test_junctions(text: str, kind: Junction) -> None:
    before, after = text.split(" | ")
    assert junction(before.split()[-1], after.split()[0]) is kind


def test_a_word_alone_ends_a_sentence_where_nothing_follows() -> None:
    assert is_sentence_end("me.")
    assert is_sentence_end("etc.")
    assert not is_sentence_end("Dr.")
    assert not is_sentence_end("me")


@pytest.mark.parametrize(
    ("text", "length"),
    [
        ("abc d.", 6),
        ("cafe\u0301", 4),
        ("a\u200bb\u2060c", 3),
        ("\u202aabc\u202c", 3),
        ("“yes”", 5),
        ("a\tb", 2),
    ],
)
def test_visible_length(text: str, length: int) -> None:
    assert visible_length(text) == length


@given(st.text(max_size=12), st.text(max_size=12))
def test_any_two_words_join_somehow(before: str, after: str) -> None:
    assert junction(before, after) in Junction
    assert visible_length(before + after) <= len(before) + len(after)


@pytest.mark.parametrize(("text", "counts"), [("word", True), ("3", True), ("—", False), ("...", False)])
def test_counted_words(text: str, counts: bool) -> None:
    assert is_counted_word(text) is counts
