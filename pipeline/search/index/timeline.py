"""Columnar timeline: times, speakers and vignettes of all utterances as arrays, from which sequences are computed.

A document keeps its four columns as one blob, so that a thousand videos are read in a thousand rows. An
utterance's *place* is its position in the documents that were loaded, one after the other; places rise as ids
do.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.search.index.schema import ORDINAL_BITS

Places = NDArray[np.int64]
# In place of a speaker or vignette that nobody knows.
UNKNOWN = -1
# start_ms, end_ms, speaker, vignette.
_COLUMNS = 4
# Mask of an utterance's place in its document, the low bits of its id.
_ORDINALS = (1 << ORDINAL_BITS) - 1


def pack(rows: Iterable[tuple[int, int, int | None, int | None]]) -> bytes:
    """The blob of one document's (start_ms, end_ms, speaker, vignette): int64, little endian, shape (4, n)."""
    values = [(start, end, _known(speaker), _known(vignette)) for start, end, speaker, vignette in rows]
    return np.array(values, dtype="<i8").reshape(-1, _COLUMNS).T.tobytes()


def _known(id: int | None) -> int:
    return UNKNOWN if id is None else id


@dataclass(frozen=True, slots=True)
class Timeline:
    """The utterances of some documents as columns, each int64 of shape (n,); times in ms, UNKNOWN where nobody knows.

    `keys` are the documents' keys, rising; `firsts` the places where they begin, and one more for the end.
    """

    keys: Places
    firsts: Places
    start_ms: Places
    end_ms: Places
    speaker: Places
    vignette: Places

    @classmethod
    def load(cls, connection: sqlite3.Connection, keys: Places) -> Timeline:
        """The documents with these keys, those that there are."""
        sql = "SELECT key, timeline FROM documents WHERE key IN (SELECT value FROM json_each(?)) ORDER BY key"
        return cls.of(connection.execute(sql, [str(keys.tolist())]).fetchall())

    @classmethod
    def of(cls, documents: Sequence[tuple[int, bytes]]) -> Timeline:
        """The timeline of (key, blob) pairs in order of their keys."""
        blocks = [np.frombuffer(blob, dtype="<i8").reshape(_COLUMNS, -1) for _, blob in documents]
        lengths = [b.shape[1] for b in blocks]
        columns = np.concatenate(blocks, axis=1) if blocks else np.empty((_COLUMNS, 0), np.int64)
        keys = np.array([key for key, _ in documents], np.int64)
        return cls(keys, np.cumsum([0, *lengths], dtype=np.int64), *columns.astype(np.int64))

    def places(self, ids: Places) -> Places:
        """The places of utterances by their ids, rising; those of other documents are left out."""
        ids = np.sort(ids)
        at = np.searchsorted(self.keys, ids >> ORDINAL_BITS)
        held = at < len(self.keys)
        held[held] = self.keys[at[held]] == ids[held] >> ORDINAL_BITS
        found: Places = self.firsts[at[held]] + (ids[held] & _ORDINALS)
        return found

    def documents(self, places: Places) -> Places:
        """Which document each place is in, counted from 0."""
        found: Places = np.searchsorted(self.firsts, places, side="right") - 1
        return found

    def ids(self, places: Places) -> Places:
        """The ids of the utterances at these places."""
        documents = self.documents(places)
        found: Places = (self.keys[documents] << ORDINAL_BITS) + places - self.firsts[documents]
        return found
