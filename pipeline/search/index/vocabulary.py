"""Vocabulary: the written forms of all indexed words, beside the Porter stems that full-text search compares.

The stemmer makes "drinking" and "drinks" one; that is what a plain word wants. A phrase wants its words
exactly, and a prefix the words that begin so: both are found through stems and, where stems say too much,
checked against the text. Which of them need the check is known from this list of all written forms.
"""

from __future__ import annotations

import json
import math
import re
import sqlite3
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from pipeline.errors import nearest
from pipeline.words import folded

TABLES = """
CREATE TABLE forms(id INTEGER PRIMARY KEY, form TEXT UNIQUE NOT NULL);
CREATE VIRTUAL TABLE stems USING fts5(
    form, content='forms', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2');
"""
# A word as FTS5's tokenizer unicode61 divides text: letters and digits.
_WORD = re.compile(r"[^\W_]+")
# Sorts behind every character: the upper end of a range of forms with a common prefix.
_LAST_CHARACTER = "\U0010ffff"


def words_of(text: str) -> list[str]:
    """The words in a text as the index divides it: runs of letters and digits."""
    return _WORD.findall(text)


@lru_cache(maxsize=256)
def spoken_pattern(phrase: str) -> re.Pattern[str]:
    """The pattern that finds, in folded text, the words of a phrase one after the other.

    With a star at the phrase's end its last word is a prefix.
    """
    words = r"[\W_]+".join(re.escape(w) for w in words_of(folded(phrase)))
    return re.compile(rf"(?<![^\W_]){words}" + (r"[^\W_]*" if phrase.endswith("*") else r"(?![^\W_])"))


def spoken(text: str, phrase: str) -> bool:
    """Whether the words of a phrase stand in a text one after the other."""
    return spoken_pattern(phrase).search(folded(text)) is not None


def plain_glob(phrase: str) -> str:
    """Prefilter: a GLOB pattern for lower-case text between spaces that finds some of what `spoken` finds and nothing else.

    SQLite evaluates it without calling Python. "" for a phrase that is not ASCII, which finds nothing.
    """
    aside = "[ ,.;:?!'\"()-]"
    words = " ".join(words_of(folded(phrase)))
    return f"*{aside}{words}{'' if phrase.endswith('*') else aside}*" if words.isascii() else ""


def quoted(text: str) -> str:
    """The text as one string of FTS5's expression language: whatever it holds, it is only words."""
    return '"' + text.replace('"', " ") + '"'


@dataclass(frozen=True, slots=True)
class Expression:
    """A full-text expression; when it is not `exact`, what it finds includes all hits and more."""

    text: str
    exact: bool


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The written forms of one index."""

    connection: sqlite3.Connection

    def add(self, texts: Iterable[str]) -> None:
        """Remember the words of some texts; forms are never forgotten, since one too many does no harm."""
        forms = json.dumps(sorted(set(words_of(folded("\n".join(texts))))))
        sql = "INSERT OR IGNORE INTO forms(form) SELECT value FROM json_each(?) RETURNING id, form"
        new = self.connection.execute(sql, (forms,)).fetchall()
        self.connection.executemany("INSERT INTO stems(rowid, form) VALUES(?, ?)", new)

    def phrase(self, text: str) -> Expression:
        """Finds words exactly: by their stems, which is exact when no other form shares them."""
        sql = "SELECT form FROM forms WHERE id IN (SELECT rowid FROM stems WHERE stems MATCH ?)"
        words = set(words_of(folded(text)))
        alone = all(self.connection.execute(sql, (quoted(w),)).fetchall() == [(w,)] for w in words)
        return Expression(quoted(text), alone)

    def prefix(self, text: str) -> Expression:
        """Finds the words that begin with the last word of a text (after the words before it)."""
        *before, last = words_of(folded(text))
        found = f"{quoted(text)}*"
        ids = set(self.ids("SELECT rowid FROM stems WHERE stems MATCH ?", f"{quoted(last)}*"))
        begin = set(
            self.ids("SELECT id FROM forms WHERE form >= ? AND form < ?", last, last + _LAST_CHARACTER)
        )
        sql = "SELECT form FROM forms WHERE id IN (SELECT value FROM json_each(?)) ORDER BY form"
        missed = [row[0] for row in self.connection.execute(sql, (str(list(begin - ids)),))]
        others = [quoted(" ".join((*before, form))) for form in missed]
        return Expression(" OR ".join((found, *others)), ids == begin and not before)

    def ids(self, sql: str, *parameters: str) -> Iterator[int]:
        return (row[0] for row in self.connection.execute(sql, parameters))

    def has(self, word: str) -> bool:
        """Whether any form of a word occurs."""
        return (
            self.connection.execute(
                "SELECT 1 FROM stems WHERE stems MATCH ? LIMIT 1", (quoted(word),)
            ).fetchone()
            is not None
        )

    def related(self, word: str) -> list[str]:
        """Of words that look like one that nobody says, those that begin so: for "silent" "silence"; for "wish" no "with"."""
        return [
            w
            for w in self.similar(word)
            if w.startswith(word[: max(4, math.ceil(0.75 * min(len(w), len(word))))])
        ]

    def similar(self, word: str) -> list[str]:
        """Spelling suggestions: up to three forms with the word's first letter and a difflib ratio of at least 0.75."""
        return nearest(folded(word), self.forms_like(word), 3, 0.75)

    def forms_like(self, word: str) -> list[str]:
        """All forms with the word's first letter, in order."""
        first = folded(word)[:1]
        sql = "SELECT form FROM forms WHERE form >= ? AND form < ? ORDER BY form"
        return [row[0] for row in self.connection.execute(sql, (first, first + _LAST_CHARACTER))]
