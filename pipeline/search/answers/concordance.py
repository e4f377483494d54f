"""Concordance (keyword in context, KWIC): every occurrence of a word with the words left and right of it."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.errors import UsageError
from pipeline.search.answers.results import Moment
from pipeline.search.answers.rows import Reader
from pipeline.search.index.vocabulary import words_of
from pipeline.search.query.sql import Plan
from pipeline.words import folded

# The orders of lines: by place in the videos, or by the words on one side.
SORTS = ("place", "left", "right")
# Words on either side, unless asked for otherwise.
CONTEXT_WORDS = 8
# Sorting needs every line, and nobody reads more: only so many utterances are looked at, and it is said.
MAX_UTTERANCES = 20_000
# Utterances that are read from the index at a time.
_BATCH_UTTERANCES = 500


@dataclass(frozen=True, slots=True)
class KeywordLine:
    """One occurrence: `keyword` as it is written, `left` and `right` the words around it in its utterance."""

    video: str
    utterance: str
    speaker: str
    start_ms: int
    left: str
    keyword: str
    right: str
    draft: bool


@dataclass(frozen=True, slots=True)
class Concordance:
    """The lines that were asked for, and how many there are in all.

    `cut` says that the word is in more utterances than MAX_UTTERANCES, and only the first were looked at.
    """

    word: str
    total: int
    sort: str
    lines: tuple[KeywordLine, ...]
    cut: bool = False

    def as_json(self) -> dict[str, Any]:
        """The concordance as plain JSON values."""
        lines = [asdict(line) for line in self.lines]
        return {"word": self.word, "total": self.total, "cut": self.cut, "sort": self.sort, "lines": lines}


def concordance(
    connection: sqlite3.Connection, word: str, ids: list[int], plan: Plan, sort: str, context: int, limit: int
) -> Concordance:
    """The occurrences of what a plan looks for in the utterances `ids`, in the order of `sort`.

    "left" sorts by the words before the keyword, the nearest first; "right" by those behind it. Raises
    UsageError for another `sort`.
    """
    if sort not in SORTS:
        raise UsageError(f"--sort knows {', '.join(SORTS)}, not '{sort}'", "choose one of these")
    lines = list(_lines(Reader(connection), ids[:MAX_UTTERANCES], plan, context))
    if sort != "place":
        lines.sort(key=_left_key if sort == "left" else _right_key)
    return Concordance(word, len(lines), sort, tuple(lines[:limit]), len(ids) > MAX_UTTERANCES)


def _lines(reader: Reader, ids: list[int], plan: Plan, context: int) -> Iterator[KeywordLine]:
    for at in range(0, len(ids), _BATCH_UTTERANCES):
        some = ids[at : at + _BATCH_UTTERANCES]
        moments = reader.moments(some, plan)
        for id in some:
            moment = moments[id]
            for first, last in moment.marks:
                yield _line(moment, first, last, context)


def _line(moment: Moment, first: int, last: int, context: int) -> KeywordLine:
    before = _last_words(moment.text[:first], context)
    behind = _last_words(moment.text[last:][::-1], context)[::-1]
    where = (moment.video, moment.utterance, moment.speaker, moment.start_ms)
    return KeywordLine(*where, before, moment.text[first:last], behind, moment.draft)


def _last_words(text: str, count: int) -> str:
    """The last words of a text, with whatever stands behind them."""
    starts = [m.start() for m in re.finditer(r"\S+", text)]
    return text[starts[-count] :] if 0 < count < len(starts) else text if count else ""


def _left_key(line: KeywordLine) -> tuple[list[str], list[str]]:
    return words_of(folded(line.left))[::-1], words_of(folded(line.right))


def _right_key(line: KeywordLine) -> tuple[list[str], list[str]]:
    return words_of(folded(line.right)), words_of(folded(line.left))[::-1]
