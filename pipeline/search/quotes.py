"""Quotes that people kept: words of a recording, with what somebody thinks of them and the collection that they are in.

They are decisions of a recording's journal, and no part of the index: whoever opens one hands them over (`Index.with_quotes`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from pipeline.search.answers.results import Hit, Moment, Results
from pipeline.search.answers.rows import Reader
from pipeline.search.index.vocabulary import spoken_pattern, words_of
from pipeline.search.query.sql import Plan
from pipeline.words import folded, name_key


@dataclass(frozen=True, slots=True)
class Quote:
    """A quote that `who` kept of the recording `video`: its words as they were, said in `[start_ms, end_ms)`."""

    video: str
    words: str
    start_ms: int
    end_ms: int
    who: str
    memo: str = ""
    collection: str = ""

    def __str__(self) -> str:
        inside = f" in '{self.collection}'" if self.collection else ""
        return f"kept by {self.who}{inside}{': ' if self.memo else ''}{self.memo}"


Said = tuple[int, int, str]
"""Of an utterance: its start and end in milliseconds, and its text."""


def utterance_of(quote: Quote, said: Sequence[Said]) -> int | None:
    """The place in `said` of the utterance that a quote is of: the one during it that holds most of its words; None for none."""
    wanted = {*words_of(quote.words)}
    during = [
        (len(wanted & {*words_of(text)}), -place)
        for place, (start_ms, end_ms, text) in enumerate(said)
        if start_ms < max(quote.end_ms, quote.start_ms + 1) and quote.start_ms < end_ms
    ]
    return -max(during)[1] if during else None


def span_of(quote: Quote, text: str) -> tuple[int, int]:
    """Where the words of a quote stand in the text of its utterance; all of it where they were changed, or go beyond it."""
    at = text.find(quote.words)
    if at >= 0:
        return at, at + len(quote.words)
    found = spoken_pattern(quote.words).search(folded(text)) if words_of(quote.words) else None
    return found.span() if found else (0, len(text))


@dataclass(frozen=True, slots=True)
class Kept:
    """Quotes put where queries of one connection find them, by the id of their utterance and in the order of those."""

    by_utterance: dict[int, list[Quote]] = field(default_factory=dict)

    @classmethod
    def of(cls, connection: sqlite3.Connection, quotes: Iterable[Quote]) -> Kept:
        """Fill `temp.quotes`, a table that this connection alone sees; quotes of recordings that are not there are left out."""
        connection.execute("DROP TABLE IF EXISTS temp.quotes")
        connection.execute(
            "CREATE TEMP TABLE quotes(utterance INTEGER, memo_key TEXT, collection_key TEXT, collection TEXT)"
        )
        by_video: dict[str, list[Quote]] = {}
        for quote in quotes:
            by_video.setdefault(quote.video, []).append(quote)
        found: dict[int, list[Quote]] = {}
        for video, some in by_video.items():
            rows = connection.execute(_SAID, (video,)).fetchall()
            for quote in some:
                place = utterance_of(quote, [row[1:] for row in rows])
                if place is not None:
                    found.setdefault(rows[place][0], []).append(quote)
                    keys = name_key(quote.memo), name_key(quote.collection), quote.collection
                    connection.execute("INSERT INTO temp.quotes VALUES(?,?,?,?)", (rows[place][0], *keys))
        return cls(dict(sorted(found.items())))

    def beside(self, results: Results) -> Results:
        """The results, each moment with the quotes of its utterance."""
        if not self.by_utterance:
            return results
        hits = tuple(replace(hit, moments=tuple(map(self._quoted, hit.moments))) for hit in results.hits)
        return replace(results, hits=hits)

    def _quoted(self, moment: Moment) -> Moment:
        kept = self.by_utterance.get(moment.id, ())
        return replace(moment, quotes=tuple(map(str, kept))) if kept else moment

    def listed(self, reader: Reader, collection: str | None) -> Results:
        """The quotes of a collection, of all where it is None, as hits of their very words, in order of video and time."""
        wanted = None if collection is None else name_key(collection)
        of_these = [
            (id, quote)
            for id, some in self.by_utterance.items()
            for quote in sorted(some, key=lambda q: q.start_ms)
            if wanted is None or name_key(quote.collection) == wanted
        ]
        ids = [id for id, _ in of_these]
        moments, sides = reader.moments(ids, Plan()), reader.sides([(id, id) for id in ids])
        hits = tuple(Hit((quotation(moments[id], quote),), *sides[id, id]) for id, quote in of_these)
        return Results(f"quotes{f' in {collection}' if collection else ''}", len(hits), "time", hits)


def quotation(moment: Moment, quote: Quote) -> Moment:
    """The moment as the words of a quote, as they read now, with nothing marked but what was thought of them."""
    first, last = span_of(quote, moment.text)
    words = moment.text[first:last]
    evidence = tuple(e for e in moment.evidence if e.start_char < last and first < e.end_char)
    return replace(moment, text=words, marks=(), evidence=evidence, quotes=(str(quote),))


_SAID = """SELECT u.id, u.start_ms, u.end_ms, u.text FROM documents d JOIN utterances u ON u.id >> 20 = d.key
WHERE d.name = ? ORDER BY u.id"""
