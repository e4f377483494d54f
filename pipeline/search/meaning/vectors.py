"""Vectors of transcripts: one memory-mapped int8 file for each, named by its texts, so that a text is encoded once.

A file holds a row of DIMENSIONS bytes for every utterance in order; the row of one too short to mean anything is zero. Behind
them stands their SHA-256: a file that is not as it was written is as good as none. Search is brute force: a product of all rows
with the query takes some milliseconds for ten thousand utterances, and an eighth more to see that they are whole.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.files import write_atomic
from pipeline.search.index.schema import ORDINAL_BITS
from pipeline.search.index.timeline import Places
from pipeline.search.index.vocabulary import words_of
from pipeline.search.meaning.encoder import DIMENSIONS, Encodes, Vectors

FOLDER_NAME = "search.meaning"
# What a component of 1 would be as int8: components of vectors of length 1 are rarely beyond 0.35.
_SCALE = 127 / 0.35
# Utterances of fewer words say nothing by themselves: "Yes, I did."
_FEWEST_WORDS = 4
# Rows that are multiplied at once: 10,000 are 15 MB as float32.
_BLOCK_ROWS = 10_000
_SEAL_BYTES = hashlib.sha256().digest_size
_NAME = re.compile(r"[0-9a-f]{8}-[0-9a-f]{24}\.i8")


@dataclass(frozen=True, slots=True)
class Store:
    """The vectors beside an index, all of one encoder."""

    folder: Path
    encoder: Encodes

    @classmethod
    def beside(cls, index: Path, encoder: Encodes) -> Store:
        """The vectors beside the index at this path."""
        return cls(index.with_name(FOLDER_NAME), encoder)

    def path(self, texts: str) -> Path:
        """The file for utterances of this digest."""
        return self.folder / f"{self.encoder.key}-{texts}.i8"

    def update(
        self, connection: sqlite3.Connection, progress: Callable[[int, int, str], None] | None = None
    ) -> int:
        """Encode the transcripts that have no whole vectors yet, forget those that are gone; how many were encoded.

        Each file is whole before the next is begun: what is broken off goes on where it was. Raises WeightsError, OutputError.
        """
        rows = connection.execute(
            "SELECT key, texts, name, utterances FROM documents ORDER BY key"
        ).fetchall()
        missing = [(key, texts, name) for key, texts, name, count in rows if self._rows(texts, count) is None]
        self.folder.mkdir(parents=True, exist_ok=True)
        for number, (key, texts, name) in enumerate(missing, 1):
            if progress:
                progress(number, len(missing), name)
            ids = key << ORDINAL_BITS, (key + 1) << ORDINAL_BITS
            sql = "SELECT text FROM utterances WHERE id >= ? AND id < ? ORDER BY id"
            made = packed(self.encoder, [r[0] for r in connection.execute(sql, ids)])
            write_atomic(self.path(texts), made + hashlib.sha256(made).digest())
        wanted = {self.path(texts).name for _, texts, _, _ in rows}
        for path in self.folder.iterdir():
            if path.name not in wanted and _NAME.fullmatch(path.name):
                path.unlink(missing_ok=True)
        return len(missing)

    def likeness(
        self, connection: sqlite3.Connection, query: Vectors
    ) -> tuple[Places, NDArray[np.float32], int]:
        """The ids of all utterances that have a vector, their cosine to the query, and how many transcripts have none yet."""
        ids, scores, missing = [np.empty(0, np.int64)], [np.empty(0, np.float32)], 0
        sql = "SELECT key, texts, utterances FROM documents WHERE utterances ORDER BY key"
        for key, texts, count in connection.execute(sql):
            rows = self._rows(texts, count)
            if rows is None:
                missing += 1
                continue
            found = np.concatenate([block @ query for block in _blocks(rows)])
            place = np.flatnonzero(found)
            ids.append((key << ORDINAL_BITS) + place)
            scores.append(found[place])
        return np.concatenate(ids), np.concatenate(scores), missing

    def _rows(self, texts: str, count: int) -> NDArray[np.int8] | None:
        """The rows of a file; None where there is none, or it is not as it was written."""
        try:
            held = np.memmap(self.path(texts), np.int8, "r")
        except (OSError, ValueError):  # not there, or empty
            return None
        rows, seal = held[:-_SEAL_BYTES], held[-_SEAL_BYTES:]
        if len(rows) != count * DIMENSIONS or hashlib.sha256(rows.data).digest() != seal.tobytes():
            return None
        return rows.reshape(count, DIMENSIONS)


def packed(encoder: Encodes, texts: Sequence[str]) -> bytes:
    """The rows of some texts, as they are stored."""
    rows = np.zeros((len(texts), DIMENSIONS), np.int8)
    telling = [n for n, text in enumerate(texts) if len(words_of(text)) >= _FEWEST_WORDS]
    if telling:
        vectors = encoder.encode([texts[n] for n in telling])
        rows[telling] = np.clip(np.rint(vectors * _SCALE), -127, 127).astype(np.int8)
    return rows.tobytes()


def _blocks(rows: NDArray[np.int8]) -> Iterator[NDArray[np.float32]]:
    for at in range(0, len(rows), _BLOCK_ROWS):
        yield rows[at : at + _BLOCK_ROWS].astype(np.float32) / np.float32(_SCALE)
