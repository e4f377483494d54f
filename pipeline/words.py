"""Folding of words: what counts as the same word, as the same letters, as the same name. Each question has one answer here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from itertools import count

# What may stand around a word: quotes, brackets, dashes, signs of emphasis, and what ends a clause.
_AROUND = "\"'“”‘’«»[]()¿¡-–—*_.,;:!?…"
_WORD = re.compile(r"\w+")


def bare_word(text: str) -> str:
    """The word as a list of words has it: no punctuation around it, small letters, straight apostrophes; "(Don’t," is "don't"."""
    return text.replace("’", "'").strip(_AROUND).lower()


def letters_of(text: str) -> str:
    """The letters and digits of a text alone, without case (Unicode NFKC): texts that differ in nothing else are spelt alike."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


class _Folding(dict[int, str]):
    """Case and diacritic folding table, filled on demand: a character that would not fold to one character stays."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        base, *marks = list(unicodedata.normalize("NFD", character))
        if not all(map(unicodedata.combining, marks)):
            base = character  # a Hangul syllable falls into letters, not into a letter and its marks
        low = base.lower()
        self[code] = low if len(low) == 1 else character
        return self[code]


_FOLDING = _Folding()


def folded(text: str) -> str:
    """Fold case and diacritics (NFD), character for character: the length stays."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def without_accents(text: str) -> str:
    """The text without accents and other marks, its letters in their plainest form (Unicode NFKD): "José" is "Jose"."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def slug(text: str, otherwise: str) -> str:
    """The text as a part of an id: its letters and digits in small letters, "-" for what is between; `otherwise` without any."""
    return re.sub(r"\W+", "-", text.casefold()).strip("-_") or otherwise


def numbered(name: str, taken: Container[str]) -> str:
    """The name, or with the first number from 2 behind it, as no other is `taken`: "ann", "ann-2"."""
    names = (name if n == 1 else f"{name}-{n}" for n in count(1))
    return next(n for n in names if n not in taken)


def plain_words(text: str) -> list[str]:
    """The runs of letters and digits in a text, without case."""
    return _WORD.findall(text.casefold())


def name_key(text: str) -> str:
    """A name or title as it is looked up: without case, with single spaces."""
    return " ".join(text.casefold().split())
