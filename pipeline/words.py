"""Folding of words: what counts as the same word, as the same letters, as the same name. Each question has one answer here."""

from __future__ import annotations

import re
import unicodedata

# What may stand around a word: quotes, brackets, dashes, signs of emphasis, and what ends a clause.
_AROUND = "\"'“”‘’«»[]()¿¡-–—*_.,;:!?…"
_WORD = re.compile(r"\w+")


def bare_word(text: str) -> str:
    """The word as a list of words has it: no punctuation around it, small letters, straight apostrophes; "(Don’t," is "don't"."""
    return text.replace("’", "'").strip(_AROUND).lower()


def letters_of(text: str) -> str:
    """The letters and digits of a text alone, without case (Unicode NFKC): texts that differ in nothing else are spelt alike."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def plain_words(text: str) -> list[str]:
    """The runs of letters and digits in a text, without case."""
    return _WORD.findall(text.casefold())


def name_key(text: str) -> str:
    """A name or title as it is looked up: without case, with single spaces."""
    return " ".join(text.casefold().split())
