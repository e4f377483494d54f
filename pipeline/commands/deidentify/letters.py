"""Runs of letters: the words of a text as names are looked for, folded, with their places in the text.

A name is found however it is written: in capitals, with or without accents, in full width, with characters inside that nobody
sees, joined by a hyphen or an apostrophe to something else. Punctuation, digits and spaces divide runs.
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from pipeline.words import APOSTROPHES, without_accents

# Letters that are no letter with a mark, as others write them.
_ALSO = {
    "ł": "l",
    "ø": "o",
    "đ": "d",
    "ð": "d",
    "þ": "th",
    "æ": "ae",
    "œ": "oe",
    "ı": "i",
    "ħ": "h",
    "ŋ": "n",
}
_ASCII_RUN = re.compile(r"[A-Za-z]+")
# What may stand between the words of one name: a space, a line's end, a hyphen, an apostrophe, a period, an underscore.
LIGHT = re.compile(r"[\s\-‐‑‒–_.'’]{0,4}")


@dataclass(frozen=True, slots=True)
class Run:
    """Letters at `[start, end)` of a text: as `written` there, and `folded`: without case, marks and what nobody sees."""

    start: int
    end: int
    written: str
    folded: str

    @property
    def is_capitalised(self) -> bool:
        """Whether it begins with a capital."""
        return self.written[:1].isupper()

    @property
    def is_all_capitals(self) -> bool:
        """Whether it is two or more letters, all capitals."""
        return len(self.folded) > 1 and self.written.isupper()


def runs_of(text: str) -> list[Run]:
    """The runs of letters in a text, in order."""
    if text.isascii():
        return [Run(m.start(), m.end(), m[0], m[0].lower()) for m in _ASCII_RUN.finditer(text)]
    return list(_runs(text))


def folded(text: str) -> str:
    """The letters of a text alone, folded as runs are; "" for none."""
    return "".join(run.folded for run in runs_of(text))


def words_of(name: str) -> tuple[str, ...]:
    """The folded words of a name: "Jean-Luc O’Brien" is ("jean", "luc", "o", "brien")."""
    return tuple(run.folded for run in runs_of(name))


@lru_cache(maxsize=4096)
def _letter(character: str) -> str | None:
    """What a character adds to a run: its folded letters, "" for one that is not seen or only marks the letter before it, None
    for one that ends the run."""
    if character in APOSTROPHES:
        return None
    category = unicodedata.category(character)
    if category in ("Cf", "Mn", "Me") or character == "\u034f":
        return ""
    plain = without_accents(character).casefold()
    letters = "".join(_ALSO.get(c, c) for c in plain)
    return letters if letters and letters.isalpha() else None


def _runs(text: str) -> list[Run]:
    found: list[Run] = []
    start, end, written, letters = -1, 0, "", ""
    for at, character in enumerate(text):
        added = _letter(character)
        if added is None or (not added and start < 0):
            if start >= 0:
                found.append(Run(start, end, written, letters))
            start, written, letters = -1, "", ""
            continue
        start = at if start < 0 else start
        if added:
            end, written, letters = at + 1, written + character, letters + added
        elif unicodedata.category(character) != "Cf":
            end = at + 1  # a mark belongs to its letter
    if start >= 0:
        found.append(Run(start, end, written, letters))
    return found
