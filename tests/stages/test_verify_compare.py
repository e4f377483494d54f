"""What is written beside what was heard: which words agree, which differ, and what is only spelt otherwise."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.verify.compare import compared
from pipeline.timing import Span
from pipeline.transcript import Token


def said(text: str) -> tuple[Token, ...]:
    return tuple(Token(w, Span(n * 300, n * 300 + 300), 0.9) for n, w in enumerate(text.split()))


def found(written: str, heard: str) -> list[tuple[str, str]]:
    tokens = said(written)
    result = compared(tokens, range(len(tokens)), said(heard))
    return [(" ".join(t.text for t in tokens[d.first : d.last]), d.text) for d in result.differences]


@pytest.mark.parametrize(
    ("written", "heard", "kept"),
    [
        ("We walked along the mountain.", "we walked along the river", [("mountain.", "river")]),
        ("I can go there now", "I can't go there now", [("can", "can't")]),
        ("I did go there", "I did not go there", [("", "not")]),
        ("I did not go there", "I did go there", [("not", "")]),
        ("It was ten o'clock, all right?", "It was 10 o'clock alright", []),
        ("I'm gonna go, OK?", "I'm going to go, okay?", []),
        ("So, um, I went home.", "so I went home", []),  # what a recognizer leaves out
        ("I-I-I went home.", "I went home", []),
        ("Yeah, kinda.", "yes kind of", []),
        ("Mm-hmm. Go on.", "go on", []),
        ("so I went", "", [("so I went", "")]),
    ],
)
def test_what_differs(written: str, heard: str, kept: list[tuple[str, str]]) -> None:
    assert found(written, heard) == kept


def test_words_heard_beside_the_text_stand_at_their_place() -> None:
    tokens = said("one two three")
    (difference,) = compared(tokens, range(3), said("one two and three")).differences
    assert (difference.first, difference.last, difference.text) == (2, 2, "and")
    (difference,) = compared(tokens, range(3), said("one two three four")).differences
    assert (difference.first, difference.last, difference.text) == (3, 3, "four")


WORDS = st.lists(st.sampled_from("river house table walk not never seven John's so".split()), max_size=12)  # noqa: SIM905


@given(WORDS, WORDS)
def test_every_word_agrees_or_differs(written: list[str], heard: list[str]) -> None:
    tokens = said(" ".join(written))
    result = compared(tokens, range(len(tokens)), said(" ".join(heard)))
    differing = [n for d in result.differences for n in range(d.first, d.last)]
    assert sorted([*result.agreed, *differing]) == list(range(len(tokens)))
    if written == heard:
        assert not result.differences


def test_only_the_asked_words_are_compared() -> None:
    tokens = said("before we went home after")
    result = compared(tokens, (1, 2, 3), said("we went home"))
    assert (result.agreed, result.differences) == ({1, 2, 3}, ())
