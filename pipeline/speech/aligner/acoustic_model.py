"""The acoustic model of the PocketSphinx wheel, read as arrays: Gaussian mixtures for the states of every English phone.

The model ("en-us", phonetically tied mixtures) holds one codebook of 128 Gaussians for each of 42 phones and each of three
feature streams; the states of its 137,000 triphones share 5,126 sets of mixture weights over the codebook of
their phone. PocketSphinx's own aligner takes every word of the text for said and every sound for written; read as arrays, the
model serves a search that does neither.

File formats: the header of `mdef` and of `sendump` describe themselves; `means`, `variances` and `transition_matrices` are
Sphinx-3 parameter files (CMU Sphinx documentation, "s3 file formats").
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline import intact
from pipeline.english.pronounce import PACKAGE, model_folder
from pipeline.errors import WeightsError

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

# The shape of the "en-us" model (its `feat.params` and the header of `means`).
STREAMS = 3  # feature streams: cepstra, their first and their second differences
DENSITIES = 128  # Gaussians in a codebook, for each stream
STREAM_SIZE = 13  # numbers in a stream's vector
STATES = 3  # emitting states of every phone
# Nats for one step of a mixture weight's 8 bits: `sendump` counts in logarithms to the base 1.0001, shifted by 10 bits
# (PocketSphinx, ptm_mgau.c).
_WEIGHT_STEP = np.float32(1024 * np.log(1.0001))
_FLOOR = 1e-4  # of variances and of transition probabilities: PocketSphinx's own `varfloor` and `tmatfloor`

# Where a phone stands in its word, as `mdef` numbers it.
INSIDE, FIRST, LAST, ALONE = range(4)


@dataclass(frozen=True, eq=False)
class AcousticModel:
    """All parameters of the acoustic model, laid out for scoring.

    A *column* is a tied state ("senone"), numbered so that the columns of one codebook are neighbours:
    `codebook_start[c]` to `codebook_start[c + 1]`. `gaussians[s]`, shape (27, phones * 128), maps (x^2, x, 1) of stream s to log
    densities; `weights[s]`, shape (128, columns), are probabilities. `stay` and `leave`, shape (phones, 3), are the log
    transition probabilities of a phone's states to themselves and to the next; `plain`, shape (phones * 3,), holds the columns
    of the context-independent phones.
    """

    phones: tuple[str, ...]
    gaussians: tuple[Floats, ...]
    weights: tuple[Floats, ...]
    codebook_start: Ints
    codebook_of: Ints
    stay: Floats
    leave: Floats
    plain: Ints
    contexts: Contexts

    @property
    def columns(self) -> int:
        """The number of tied states."""
        return len(self.codebook_of)

    @property
    def silence(self) -> int:
        """The number of the silence phone."""
        return self.phones.index("SIL")

    def number(self, phone: str) -> int:
        """The number of a phone, like "AA". Raises ValueError for one that the model lacks."""
        return self.phones.index(phone)


@dataclass(frozen=True, eq=False)
class Contexts:
    """Triphones: the columns of a phone between its neighbours, in a tree over (place in the word, phone, left, right)."""

    key: NDArray[np.int16]
    children: NDArray[np.int16]
    down: NDArray[np.int32]
    sequence_of: NDArray[np.int32]
    columns_of: Ints  # (sequences, 3)

    def columns(self, phone: int, left: int, right: int, place: int) -> tuple[int, int, int]:
        """The three columns of `phone`; an unseen triphone backs off to another place in the word, then to the phone alone."""
        for where in dict.fromkeys((place, INSIDE, FIRST, LAST, ALONE)):
            found = self._leaf((where, phone, left, right))
            if found >= 0:
                break
        else:
            found = phone
        a, b, c = self.columns_of[self.sequence_of[found]]
        return int(a), int(b), int(c)

    def _leaf(self, path: tuple[int, int, int, int]) -> int:
        first, count = 0, 4
        for wanted in path:
            hits = np.flatnonzero(
                self.key[first : first + count] == wanted
            )  # siblings are in no certain order
            if not len(hits):
                return -1
            at = first + int(hits[0])
            if not self.children[at]:
                return int(self.down[at])
            first, count = int(self.down[at]), int(self.children[at])
        return -1


@lru_cache(maxsize=1)
def load() -> AcousticModel:
    """The acoustic model, read once per process (0.2 s). Raises WeightsError when the files are missing, damaged or of another
    kind."""
    folder = model_folder() / "en-us"
    intact.check_package(PACKAGE, folder)
    try:
        return _read(folder)
    except (OSError, ValueError, struct.error) as error:
        raise WeightsError(
            "sphinx", f"the acoustic model in {folder} cannot be read ({error})", "reinstall pocketsphinx"
        ) from error


def _read(folder: Path) -> AcousticModel:
    mdef = _ModelDefinition.read(folder / "mdef")
    shape = (len(mdef.phones), STREAMS, DENSITIES, STREAM_SIZE)
    means = _parameters(folder / "means", 8, shape)
    variances = np.maximum(_parameters(folder / "variances", 8, shape), _FLOOR)
    moves = _parameters(folder / "transition_matrices", 5, (len(mdef.phones), STATES, STATES + 1))
    moves = np.log(np.maximum(moves / moves.sum(2, keepdims=True), _FLOOR)).astype(np.float32)
    order = np.argsort(mdef.phone_of_state, kind="stable")
    column = np.empty(len(order), np.int64)
    column[order] = np.arange(len(order))
    weights = _weights(folder / "sendump", len(order))[:, :, order]
    codebook_of = mdef.phone_of_state[order]
    each = np.arange(STATES)
    return AcousticModel(
        mdef.phones,
        tuple(_quadratic(means[:, s], variances[:, s]) for s in range(STREAMS)),
        tuple(np.ascontiguousarray(w) for w in weights),
        np.searchsorted(codebook_of, np.arange(len(mdef.phones) + 1)),
        codebook_of,
        moves[:, each, each],
        moves[:, each, each + 1],
        column[: len(mdef.phones) * STATES],
        Contexts(mdef.key, mdef.children, mdef.down, mdef.sequence_of, column[mdef.states_of]),
    )


def _quadratic(means: NDArray[np.float64], variances: NDArray[np.float64]) -> Floats:
    """Log densities of diagonal Gaussians as a linear map of (x^2, x, 1); shape (27, phones * 128)."""
    half = 0.5 / variances
    constant = -(half * means**2).sum(-1) - 0.5 * np.log(2 * np.pi * variances).sum(-1)
    rows = [
        (-half).reshape(-1, STREAM_SIZE).T,
        (2 * half * means).reshape(-1, STREAM_SIZE).T,
        constant.reshape(1, -1),
    ]
    return np.concatenate(rows).astype(np.float32)


def _parameters(path: Path, header_words: int, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """The floats of a Sphinx-3 file, after its text header and `header_words` 32-bit words of dimensions."""
    data = path.read_bytes()
    at = data.index(b"endhdr\n") + len(b"endhdr\n") + 4 * header_words
    return np.frombuffer(data, "<f4", int(np.prod(shape)), at).reshape(shape).astype(np.float64)


def _weights(path: Path, states: int) -> Floats:
    """Mixture weights, shape (3, 128, states), of a `sendump` whose 8-bit values are not clustered."""
    data = np.fromfile(path, np.uint8)
    stored = data[len(data) - STREAMS * DENSITIES * states :].reshape(STREAMS, DENSITIES, states)
    weights: Floats = np.exp(-stored.astype(np.float32) * _WEIGHT_STEP)
    return weights


@dataclass(frozen=True, eq=False)
class _ModelDefinition:
    """The model definition (`mdef`): the phones, the tree of triphones, and the tied states of each."""

    phones: tuple[str, ...]
    key: NDArray[np.int16]
    children: NDArray[np.int16]
    down: NDArray[np.int32]
    sequence_of: NDArray[np.int32]
    states_of: Ints
    phone_of_state: Ints

    @classmethod
    def read(cls, path: Path) -> _ModelDefinition:
        """Parse a binary `mdef` (PocketSphinx, bin_mdef.c). Raises ValueError for its text form."""
        data = path.read_bytes()
        if data[:4] != b"BMDF":
            raise ValueError("mdef is not in its binary form")
        at = 12 + struct.unpack_from("<i", data, 8)[0]
        plain, phones, emitting, _, states, _, sequences, _, nodes, _ = struct.unpack_from("<10i", data, at)
        at += 40
        names, end = _strings(data, at, plain)
        at += -(-(end - at) // 4) * 4
        tree = np.frombuffer(
            data, np.dtype([("key", "<i2"), ("children", "<i2"), ("down", "<i4")]), nodes, at
        )
        at += tree.nbytes
        table = np.frombuffer(
            data, np.dtype([("sequence", "<i4"), ("moves", "<i4"), ("attributes", "u1", 4)]), phones, at
        )
        at += table.nbytes
        if struct.unpack_from("<i", data, at)[0] == sequences * emitting:
            at += 4  # some writers put the count in front
        states_of = (
            np.frombuffer(data, "<i2", sequences * emitting, at).reshape(sequences, emitting).astype(np.int64)
        )
        phone = table["attributes"][:, 1].astype(np.int64)
        phone[:plain] = np.arange(plain)
        phone_of_state = np.zeros(states, np.int64)
        # Backwards, so that the phone itself has the last word about its own states.
        phone_of_state[states_of[table["sequence"][::-1]]] = phone[::-1, None]
        key, children, down = (np.ascontiguousarray(tree[name]) for name in ("key", "children", "down"))
        return cls(
            names, key, children, down, np.ascontiguousarray(table["sequence"]), states_of, phone_of_state
        )


def _strings(data: bytes, at: int, count: int) -> tuple[tuple[str, ...], int]:
    """`count` zero-terminated strings from byte `at` on, and the byte behind the last."""
    found = []
    for _ in range(count):
        end = data.index(b"\0", at)
        found.append(data[at:end].decode("ascii"))
        at = end + 1
    return tuple(found), at
