"""Within-class covariance normalisation: the space in which voices are compared, where one voice has variance 1.

CAM++ vectors are compared as they are, since the cosine of two people's is near zero wherever they were recorded: what two
voices are does not depend on who else speaks. With GE2E vectors the directions come from a linear discriminant analysis (LDA)
trained on other people. For any other encoder they are estimated from the recording itself, where what follows at once within
a piece of speech is taken for one voice.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]

LDA_FILE = "speaker_lda.npz"
# Mean cosines of CAM++ vectors of 1.6 s: of one person's, and of two people's; ten real recordings and a film of natural voices.
_SAME_VOICE_COSINE = 0.6
_OTHER_VOICE_COSINE = 0.1
# All for spaces estimated from a recording; choices.
_OWN_DIRECTIONS = 24  # the most that such a space has
_RIDGE = 0.05  # share of the mean variance added to each direction's, so that the covariance can be inverted
_LEAST_SPREAD = 1e-6  # standard deviation, where a direction does not vary
_LEAST_BETWEEN = 0.05  # least variance between voices


@dataclass(frozen=True, eq=False)
class Space:
    """A linear projection of embeddings: `directions`, shape (from, to), and `between`, shape (to,), the variance between
    voices in each direction, in units of the variance within one voice. `absolute` says that its origin is the mean of all voices
    there are, and not of those in the recording."""

    directions: Floats
    between: Floats
    absolute: bool = False

    def place(self, vectors: Floats, weights: Floats) -> Floats:
        """Project vectors, shape (n, from), less their mean weighted by `weights` unless the space is absolute: shape (n, to)."""
        mean = 0 if self.absolute else np.average(vectors, axis=0, weights=weights)
        placed: Floats = ((vectors - mean) @ self.directions).astype(np.float32)
        return placed


def trained(data: bytes) -> Space:
    """The space of the bytes of an `.npz` file with arrays `A`, shape (from, to), and `phi`, shape (to,)."""
    with np.load(io.BytesIO(data), allow_pickle=False) as arrays:
        return Space(arrays["A"].astype(np.float32), arrays["phi"].astype(np.float32))


def of_cosines(size: int) -> Space:
    """The absolute space of unit vectors whose cosine says whether two are of one voice: all directions are alike."""
    within = (1 - _SAME_VOICE_COSINE) / size
    between = (_SAME_VOICE_COSINE - _OTHER_VOICE_COSINE) / (1 - _SAME_VOICE_COSINE)
    directions = np.eye(size) / np.sqrt(within)
    return Space(directions.astype(np.float32), np.full(size, between, np.float32), absolute=True)


def estimated(windows: Sequence[Floats]) -> Space:
    """The space of one recording, from the vectors of its windows, an array of shape (k, from) for each piece of speech.

    Differences of successive windows show how one voice varies; what all windows vary beyond that is between voices.
    """
    everything = np.concatenate(windows) if windows else np.zeros((0, 1), np.float32)
    size = everything.shape[1]
    steps = [np.diff(piece, axis=0) for piece in windows if len(piece) > 1]
    if not steps or len(everything) < size:
        scale = np.maximum(everything.std(axis=0), _LEAST_SPREAD) if len(everything) else np.ones(size)
        return Space(np.diag(1 / scale).astype(np.float32), np.ones(size, np.float32))
    moved = np.concatenate(steps)
    within = moved.T @ moved / (2 * len(moved))
    within += _RIDGE * np.trace(within) / size * np.eye(size)
    whitening = np.linalg.inv(np.linalg.cholesky(within)).T
    total = np.cov((everything @ whitening).T)
    strength, axes = np.linalg.eigh(np.atleast_2d(total))
    best = np.argsort(strength)[::-1][:_OWN_DIRECTIONS]
    between = np.maximum(strength[best] - 1, _LEAST_BETWEEN)
    return Space((whitening @ axes[:, best]).astype(np.float32), between.astype(np.float32))
