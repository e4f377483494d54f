"""Ranked passage retrieval: the utterances that hold the most telling of some words, with the turns beside them counted.

A word's score in an utterance is BM25 (Robertson and Zaragoza 2009, "The Probabilistic Relevance Framework"); a word that an
utterance lacks counts, less, where a neighbour says it, as one thought often stands in two turns, and where another is said that
stands for it.
"""

from __future__ import annotations

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.search.index.schema import ORDINAL_BITS
from pipeline.search.index.timeline import Places
from pipeline.search.index.vocabulary import quoted

# What a word counts that is said so many utterances away; chosen.
_NEARNESS = {1: 0.5, 2: 0.25}
# A word in more utterances than this tells nothing apart, and reading them all would take a second.
_MAX_UTTERANCES_OF_A_WORD = 50_000
# The same of the words that stand for it, of which there are many.
_MAX_UTTERANCES_OF_SYNONYMS = 20_000
# What a word counts that stands for the one that was asked for.
SYNONYM_SHARE = 0.5
# A word that nobody says weighs as one that so many utterances hold. Chosen: else it alone would weigh more than all others.
_AS_IF_SAID = 3

Scores = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Aspect:
    """One thing that is asked for: a word, the forms in which somebody says it, and the words that may stand for it."""

    word: str
    forms: tuple[str, ...] = ()
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Passages:
    """Utterances by id, rising, with their scores; `held` says of each aspect, shape (aspects, ids), whether an utterance or one
    beside it holds it, and `weights` how much each aspect tells: the rarer, the more."""

    ids: Places
    scores: Scores
    held: NDArray[np.bool_]
    weights: Scores
    aspects: tuple[Aspect, ...] = ()

    @property
    def is_whole(self) -> bool:
        """Whether an utterance, with those beside it, holds all."""
        return bool(self.held.size and self.held.all(axis=0).any())

    def held_by(self, ids: Places) -> NDArray[np.bool_]:
        """Which aspects some utterances hold, shape (aspects, ids), whether they are among these or not."""
        if not len(self.ids):
            return np.zeros((len(self.aspects), len(ids)), np.bool_)
        at = np.minimum(np.searchsorted(self.ids, ids), len(self.ids) - 1)
        held: NDArray[np.bool_] = self.held[:, at] & (self.ids[at] == ids)
        return held


def best_passages(connection: sqlite3.Connection, aspects: Sequence[Aspect]) -> Passages:
    """The utterances that hold any of the aspects; an aspect that too many hold tells nothing, and counts for nothing."""
    found = [_utterances_with(connection, aspect) for aspect in aspects]
    many = connection.execute("SELECT coalesce(sum(utterances), 0) FROM documents").fetchone()[0]
    weights = np.array(
        [0.0 if some is None else math.log(1 + many / (len(some[0]) + _AS_IF_SAID)) for some in found]
    )
    ids = np.unique(np.concatenate([np.empty(0, np.int64), *(some[0] for some in found if some)]))
    total, held = np.zeros(len(ids)), np.zeros((len(aspects), len(ids)), np.bool_)
    for row, some in enumerate(found):
        if some is None:
            held[row] = True
            continue
        own = np.zeros(len(ids))
        own[np.searchsorted(ids, some[0])] = some[1]
        best = np.maximum(own, _beside(ids, own))
        total += best
        held[row] = best > 0
    return Passages(ids, total, held, weights, tuple(aspects))


_Found = tuple[Places, Scores]
_NONE: _Found = (np.empty(0, np.int64), np.empty(0))


def _utterances_with(connection: sqlite3.Connection, aspect: Aspect) -> _Found | None:
    """The ids, rising, and scores of the utterances that say the word or one that stands for it; None for too many."""
    found = _matches(connection, (aspect.word, *aspect.forms), _MAX_UTTERANCES_OF_A_WORD)
    others, less = _matches(connection, aspect.synonyms, _MAX_UTTERANCES_OF_SYNONYMS) or _NONE
    if found is None or not len(others):
        return found
    ids, scores = found
    both = np.union1d(ids, others)
    best = np.zeros(len(both))
    best[np.searchsorted(both, others)] = SYNONYM_SHARE * less
    at = np.searchsorted(both, ids)
    best[at] = np.maximum(best[at], scores)
    return both, best


def _matches(connection: sqlite3.Connection, words: Sequence[str], most: int) -> _Found | None:
    """The utterances with any of the words; None where there are more than `most`."""
    if not words:
        return _NONE
    expression = f"{{text}} : ({' OR '.join(map(quoted, words))})"
    rows = connection.execute(
        "SELECT rowid, -bm25(words, 1.0, 0.0) FROM words WHERE words MATCH ? ORDER BY rowid LIMIT ?",
        (expression, most + 1),
    ).fetchall()
    if len(rows) > most:
        return None
    return np.array([row[0] for row in rows], np.int64), np.array([row[1] for row in rows], np.float64)


def _beside(ids: Places, scores: Scores) -> Scores:
    """The best score of each utterance's neighbours in the same document, less by their distance."""
    best = np.zeros(len(ids))
    for distance, share in _NEARNESS.items():
        for there in (ids - distance, ids + distance):
            at = np.minimum(np.searchsorted(ids, there), len(ids) - 1)
            is_there = (ids[at] == there) & (there >> ORDINAL_BITS == ids >> ORDINAL_BITS)
            best = np.maximum(best, np.where(is_there, share * scores[at], 0))
    return best
