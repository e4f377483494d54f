"""Ranked passage retrieval: the utterances that hold the most telling of some words, with the turns beside them counted.

A word's score in an utterance is BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"); a word that an
utterance lacks counts, less, where a neighbour says it, as one thought often stands in two turns.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from pipeline.concepts.patterns import FREQUENT_WORDS
from pipeline.search.index.schema import ORDINAL_BITS
from pipeline.search.index.timeline import Places
from pipeline.search.index.vocabulary import quoted, words_of
from pipeline.words import folded

# What a word counts that is said so many utterances away; chosen.
_NEARNESS = {1: 0.5, 2: 0.25}
# A word in more utterances than this tells nothing apart, and reading them all would take a second.
_MAX_UTTERANCES_OF_A_WORD = 50_000

Scores = NDArray[np.float64]


def telling_words(text: str) -> list[str]:
    """The words of a text that can tell an utterance from another, each once: no stop words, no single letters."""
    words = words_of(folded(text.replace("'", "")))
    pieces = {piece for word in FREQUENT_WORDS for piece in (word, word.replace("'", ""))}
    return [
        w
        for w in dict.fromkeys(words)
        if w not in pieces and w not in _CONTRACTED and (len(w) > 1 or w.isdigit())
    ]


# Contractions without their apostrophes, and words about searching, which a researcher writes and nobody says.
_CONTRACTED = frozenset(
    """dont doesnt didnt cant couldnt wont wouldnt shouldnt isnt arent wasnt werent havent hasnt hadnt im ive id ill youre youve
    youd youll hes shes its weve were theyre theyve thats theres whats whos lets somebody someone anybody anyone nobody people
    person talk talks talking says saying said something anything which while after before into over than whether""".split()  # noqa: SIM905
)


def best_passages(connection: sqlite3.Connection, words: Sequence[str]) -> tuple[Places, Scores, bool]:
    """The ids of all utterances that hold any of the words, rising, their scores, and whether one and those beside hold all."""
    found: list[tuple[Places, Scores]] = []
    for word in words:
        expression = f"{{text}} : {quoted(word)}"
        rows = connection.execute(
            "SELECT rowid, -bm25(words, 1.0, 0.0) FROM words WHERE words MATCH ? LIMIT ?",
            (expression, _MAX_UTTERANCES_OF_A_WORD + 1),
        ).fetchall()
        if 0 < len(rows) <= _MAX_UTTERANCES_OF_A_WORD:
            table = np.array(rows, np.float64)
            found.append((np.array([row[0] for row in rows], np.int64), table[:, 1]))
    if not found:
        return np.empty(0, np.int64), np.empty(0), False
    ids = np.unique(np.concatenate([some for some, _ in found]))
    total, held = np.zeros(len(ids)), np.zeros(len(ids), np.int64)
    for some, scores in found:
        own = np.zeros(len(ids))
        own[np.searchsorted(ids, some)] = scores
        best = np.maximum(own, _beside(ids, own))
        total += best
        held += best > 0
    return ids, total, bool(held.max() == len(words))


def _beside(ids: Places, scores: Scores) -> Scores:
    """The best score of each utterance's neighbours in the same document, less by their distance."""
    best = np.zeros(len(ids))
    for distance, share in _NEARNESS.items():
        for there in (ids - distance, ids + distance):
            at = np.minimum(np.searchsorted(ids, there), len(ids) - 1)
            is_there = (ids[at] == there) & (there >> ORDINAL_BITS == ids >> ORDINAL_BITS)
            best = np.maximum(best, np.where(is_there, share * scores[at], 0))
    return best
