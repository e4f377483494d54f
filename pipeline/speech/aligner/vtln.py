"""Features fitted to each voice: high voices are read as if their throats were longer.

The acoustic model knows average men and women; a high voice fits it badly (a synthetic one 16 % higher: 1.1 nats per frame
worse, enough to lose words). Which warp suits a voice shows without knowing a word: under the right one the sound lies closer
to *some* phone (vocal tract length normalisation by likelihood, Lee & Rose 1996). The choice may change from moment to
moment, since people interrupt each other, but a change has its price.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.aligner.acoustic_model import STREAM_SIZE, Acoustics, Floats
from pipeline.speech.aligner.features import cepstra, with_changes
from pipeline.speech.aligner.threads import pool

WARPS = (0.86, 0.93, 1.0, 1.08, 1.16, 1.24)
_PLAIN = WARPS.index(1.0)
_EVERY = 4  # frames: one look in 40 ms is enough
# Nats per look. Higher warps smooth the spectrum and so look a little better than they are.
_BIAS = np.array([0.6, 0.3, 0.0, 0.3, 0.8, 1.3], np.float32)
_CHANGE, _CHANGE_IN_PAUSE = 15.0, 4.0


def features(
    samples: NDArray[np.int16], in_speech: NDArray[np.bool_] | None, acoustics: Acoustics, threads: int = 1
) -> Floats:
    """Feature vectors, shape (frames, 39), each read with the warp that suits the voice heard there.

    `in_speech`, shape (frames,) or longer, tells which frames hold a voice; None means all.
    """
    warped = cepstra(samples, WARPS, threads)
    frames = len(warped[0])
    if not frames:
        return with_changes(warped[0])
    with pool(threads) as workers:
        close = np.stack(list(workers.map(lambda own: _closeness(own[::_EVERY], acoustics), warped)))
    choice = _choices(close, in_speech, frames)
    chosen = warped[_PLAIN]
    for number, own in enumerate(warped):
        here = choice == number
        chosen[here] = own[here]
    return with_changes(chosen)


def _closeness(cepstra_: Floats, acoustics: Acoustics) -> Floats:
    """Log density of each frame under the nearest Gaussian of any phone, shape (frames,)."""
    found = np.empty(len(cepstra_), np.float32)
    powers = np.ones((500, 2 * STREAM_SIZE + 1), np.float32)
    for first in range(0, len(cepstra_), 500):
        own = cepstra_[first : first + 500]
        powers[: len(own), :STREAM_SIZE] = own * own
        powers[: len(own), STREAM_SIZE:-1] = own
        found[first : first + 500] = (powers[: len(own)] @ acoustics.gaussians[0]).max(1)
    return found


def _choices(closeness: Floats, in_speech: NDArray[np.bool_] | None, frames: int) -> NDArray[np.int64]:
    """The index of the warp for every frame: the best sequence, changes paid for."""
    gain = closeness - _BIAS[:, None]
    warps, looks = gain.shape
    change = np.full(looks, _CHANGE, np.float32)
    if in_speech is not None:
        quiet = ~in_speech[:frames:_EVERY][:looks]
        gain[:, quiet] = 0
        change[quiet] = _CHANGE_IN_PAUSE
    total = np.zeros(warps, np.float32)
    came_from = np.empty((looks, warps), np.int64)
    for look in range(looks):
        best = int(total.argmax())
        changed = total[best] - change[look]
        stay = total >= changed
        came_from[look] = np.where(stay, np.arange(warps), best)
        total = np.where(stay, total, changed) + gain[:, look]
    choice = np.empty(looks, np.int64)
    at = int(total.argmax())
    for look in range(looks - 1, -1, -1):
        choice[look] = at
        at = int(came_from[look, at])
    return np.repeat(choice, _EVERY)[:frames]
