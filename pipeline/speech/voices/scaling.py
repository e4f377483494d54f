"""The room in which voices are compared: every direction scaled so that one voice varies by about 1 in it.

With GE2E vectors the directions come from a discriminant projection trained on other people; for any other encoder they are
estimated from the recording itself, where what follows at once within a piece of speech is taken for one voice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LDA_FILE = "speaker_lda.npz"
# Directions of an estimated room, and the least share of its variance that a direction must hold.
_OWN_DIRECTIONS = 24
_RIDGE = 0.05


@dataclass(frozen=True, eq=False)
class Space:
    """`directions`, shape (from, to), lead into the room; `between`, shape (to,), is how much voices differ there, in units
    of how much one voice varies."""

    directions: Floats
    between: Floats

    def place(self, vectors: Floats, weights: Floats) -> Floats:
        """Vectors, shape (n, from), relative to their mean weighted by `weights`, in the room: shape (n, to)."""
        mean = np.average(vectors, axis=0, weights=weights)
        placed: Floats = ((vectors - mean) @ self.directions).astype(np.float32)
        return placed


def trained(path: Path) -> Space:
    """The projection of a file with arrays `A`, shape (from, to), and `phi`, shape (to,)."""
    with np.load(path, allow_pickle=False) as arrays:
        return Space(arrays["A"].astype(np.float32), arrays["phi"].astype(np.float32))


def estimated(windows: Sequence[Floats]) -> Space:
    """The room of one recording from the vectors of its windows, an array of shape (k, from) for each piece of speech.

    Differences of successive windows show how one voice varies; what all windows vary beyond that is between voices.
    """
    everything = np.concatenate(windows) if windows else np.zeros((0, 1), np.float32)
    size = everything.shape[1]
    steps = [np.diff(piece, axis=0) for piece in windows if len(piece) > 1]
    if not steps or len(everything) < size:
        scale = np.maximum(everything.std(axis=0), 1e-6) if len(everything) else np.ones(size)
        return Space(np.diag(1 / scale).astype(np.float32), np.ones(size, np.float32))
    moved = np.concatenate(steps)
    within = moved.T @ moved / (2 * len(moved))
    within += _RIDGE * np.trace(within) / size * np.eye(size)
    whitening = np.linalg.inv(np.linalg.cholesky(within)).T
    total = np.cov((everything @ whitening).T)
    strength, axes = np.linalg.eigh(np.atleast_2d(total))
    best = np.argsort(strength)[::-1][:_OWN_DIRECTIONS]
    between = np.maximum(strength[best] - 1, 0.05)
    return Space((whitening @ axes[:, best]).astype(np.float32), between.astype(np.float32))
