"""Concept suggestions: which concepts fit the words of a query, by their names, definitions and examples."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from contextlib import closing

from pipeline.concepts.codebook import Code, Codebook
from pipeline.search.index.vocabulary import quoted

# BM25 weights of a concept's id, name, terms, definition and examples; chosen: a name is what people ask for.
_WEIGHTS = "0, 8.0, 6.0, 3.0, 1.0"
# A suggestion scores at least so much of the best one's.
_LEAST_SHARE = 0.6


def suggested(codes: Codebook, words: Sequence[str], most: int = 2) -> list[str]:
    """The ids of the concepts that fit the words best, best first; a concept and not what it belongs under."""
    if not words or not codes.codes:
        return []
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute(
            "CREATE VIRTUAL TABLE concepts USING "
            "fts5(id UNINDEXED, name, terms, definition, examples, tokenize='porter unicode61')"
        )
        rows = [_row(code) for code in codes.codes.values() if code.definition]
        connection.executemany("INSERT INTO concepts VALUES(?,?,?,?,?)", rows)
        found = connection.execute(
            f"SELECT id, -bm25(concepts, {_WEIGHTS}) AS score FROM concepts WHERE concepts MATCH ? ORDER BY score DESC LIMIT ?",
            (" OR ".join(map(quoted, words)), most),
        ).fetchall()
    return [id for id, score in found if score >= _LEAST_SHARE * found[0][1]]


def _row(code: Code) -> tuple[str, str, str, str, str]:
    return code.id, f"{code.id.replace('-', ' ')} {code.label}", code.terms, code.definition, code.examples
