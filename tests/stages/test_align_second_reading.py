"""Subtitles and an unbiased recognizer side by side: which differences are kept, and which are none."""

from __future__ import annotations

from dataclasses import replace

import pytest

from pipeline.stages.align.second_reading import read_differently
from pipeline.timing import Span
from pipeline.transcript import Heard, Token


def said(text: str, start_ms: int = 0, word_ms: int = 300) -> tuple[Token, ...]:
    """Words one after the other; "/" is a pause of a second."""
    tokens, at = [], start_ms
    for word in text.split():
        if word == "/":
            at += 1000
            continue
        tokens.append(Token(word, Span(at, at + word_ms), 0.9))
        at += word_ms
    return tuple(tokens)


def heard(tokens: tuple[Token, ...], biased: bool = False) -> Heard:
    return Heard("whisper", "tiny", biased, tokens, ())


def found(written: str, read: str) -> list[tuple[str, str]]:
    return [(p.text, p.heard) for p in read_differently(said(written), heard(said(read)))]


@pytest.mark.parametrize(
    ("written", "read", "kept"),
    [
        (
            "We walked along the mountain yesterday.",
            "we walked along the river yesterday",
            [("mountain", "river")],
        ),
        ("I can go there now", "I can't go there now", [("can", "can't")]),
        ("I did go there", "I did not go there", [("did", "did not")]),
        ("I did not go there", "I did go there", [("did not", "did")]),
        ("Never go there", "go there", [("Never go", "go")]),
        ("It was ten o'clock, all right?", "It was 10 o'clock alright", []),
        ("I'm gonna go, OK?", "I'm going to go, okay?", []),
        ("So, um, I went home.", "so I went home", []),  # what a recognizer leaves out
        ("So I went home.", "so you know I went home", []),
        ("one two three four five six", "one a b c d e f g six", []),  # another text
        ("", "so I went", []),
        ("so I went", "", []),
    ],
)
def test_what_is_read_differently(written, read, kept):
    assert found(written, read) == kept


def test_a_difference_names_its_tokens_and_their_time():
    (passage,) = read_differently(
        said("we walked along the mountain"), heard(said("we walked along the river"))
    )
    assert (passage.first, passage.last, passage.span) == (4, 5, Span(1200, 1500))


def test_a_witness_that_is_unsure_or_was_told_the_text_is_none():
    written, read = said("along the mountain"), said("along the river")
    doubting = tuple(replace(t, confidence=0.5) for t in read)
    assert read_differently(written, heard(doubting)) == ()
    assert read_differently(written, heard(read, biased=True)) == ()


def test_a_long_text_is_compared_between_its_pauses():
    """A word far away is no match, and a slip in every stretch is found."""
    sentence = "we have all been there before and it was not good at the {} /"
    written = " ".join(sentence.format(word) for word in ("house", "lake", "table") * 40)
    read = " ".join(sentence.format(word) for word in ("house", "lake", "chair") * 40)
    assert found(written, read) == [("table", "chair")] * 40
