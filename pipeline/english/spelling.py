"""Spelling: known words that are one typing error away from a word that is none (Damerau 1964: 80 % of misspellings are)."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.english.pronounce import dictionary
from pipeline.words import bare_word

_LETTERS = "abcdefghijklmnopqrstuvwxyz'"


def is_known(text: str) -> bool:
    """Whether a written word stands in the pronouncing dictionary, by itself or as a possessive; numbers and signs pass too."""
    bare = bare_word(text)
    return (
        bare in dictionary() or bare.removesuffix("'s") in dictionary() or not bare.replace("'", "").isalpha()
    )


def corrections(text: str) -> tuple[str, ...]:
    """The known words that one letter too many, too few, wrong or out of place may have made into this one, in alphabetical
    order; none for a known word. A letter that slipped to the end of its word ("ookl" for "look") counts as out of place."""
    bare = bare_word(text)
    if is_known(text) or len(bare) < 3:  # of two letters almost anything is one error away
        return ()
    return tuple(sorted({word for word in _one_edit_away(bare) if word in dictionary()}))


def is_slip(text: str, word: str) -> bool:
    """Whether a correction has the same letters, in another order or one of them doubled: fingers slip so more often than they
    add another letter, and what is left may well be a rare word."""
    return set(bare_word(text)) == set(word)


def _one_edit_away(word: str) -> Iterator[str]:
    yield word[-1] + word[:-1]
    yield word[1:] + word[0]
    for at in range(len(word) + 1):
        head, tail = word[:at], word[at:]
        yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in _LETTERS:
            yield head + letter + tail
            yield head + letter + tail[1:]
