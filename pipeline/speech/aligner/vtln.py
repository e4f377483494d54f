"""Vocal tract length normalisation: scale a speaker's frequencies to those of the model's average speaker.

The acoustic model knows average men and women; a high voice fits it badly (a synthetic one 16 % higher: 1.1 nats per frame
worse, enough to lose words). Which warp suits a voice shows without knowing a word: under the right one the sound lies closer
to *some* phone (vocal tract length normalisation by likelihood, Lee & Rose 1996). The choice may change from moment to
moment, since people interrupt each other, but every change costs likelihood.
"""

from __future__ import annotations

from concurrent.futures import Executor

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.aligner.acoustic_model import STREAM_SIZE, AcousticModel, Floats
from pipeline.speech.aligner.features import Features, cepstra_by_stretch, frame_count
from pipeline.speech.aligner.threads import pool

# Factors of frequency. Lee & Rose search 0.88 to 1.12; the higher ones here serve high voices, such as synthetic ones.
WARPS = (0.86, 0.93, 1.0, 1.08, 1.16, 1.24)
_STRIDE_FRAMES = 4  # frames from one choice to the next: 40 ms, within which no voice changes
# Of so many choices in a row one is listened to, and the others taken for alike: vowels, which tell most, last longer.
_CHOICES_ALIKE = 2
# Nats per choice, for each of WARPS: higher warps smooth the spectrum and so look a little likelier than they are. These and
# the costs below are choices of ours.
_BIAS_NATS = np.array([0.6, 0.3, 0.0, 0.3, 0.8, 1.3], np.float32)
_CHANGE_NATS = 15.0  # cost of another warp within speech
_CHANGE_IN_PAUSE_NATS = 4.0  # the same where nobody speaks
_CHUNK_FRAMES = 500  # evaluated at once; bounds memory


def features(
    samples: NDArray[np.int16], in_speech: NDArray[np.bool_] | None, model: AcousticModel, threads: int = 1
) -> Features:
    """Warped feature vectors, each with the warp under which its voice is likeliest.

    `in_speech`, shape (frames,) or longer, tells which frames hold a voice; None means all. Cepstra of all warps are held only
    until their choice is settled.
    """
    frames = frame_count(samples)
    chosen, warps, settled = np.empty((frames, STREAM_SIZE), np.float32), BestWarps(), 0
    waiting: list[Floats] = []
    with pool(threads) as workers:
        first = 0
        for warped in cepstra_by_stretch(samples, WARPS, threads):
            last = first + warped.shape[1]
            spoken = None if in_speech is None else in_speech[first:last]
            warps.take(_likelihoods(workers, warped, spoken, model), spoken)
            waiting.append(warped)
            choice = warps.settled(last == frames)[: frames - settled]
            _choose(waiting, choice, chosen[settled:])
            settled, first = settled + len(choice), last
    return Features(chosen)


def _choose(waiting: list[Floats], choice: NDArray[np.int64], chosen: Floats) -> None:
    """Fill `chosen` with the cepstra of the warps chosen, and drop them from those that are waiting, in order of time."""
    at = 0
    while at < len(choice):
        own = choice[at : at + waiting[0].shape[1]]
        chosen[at : at + len(own)] = waiting[0][own, np.arange(len(own))]
        at += len(own)
        waiting[0] = waiting[0][:, len(own) :]
        if not waiting[0].shape[1]:
            del waiting[0]


def _likelihoods(
    workers: Executor, warped: Floats, in_speech: NDArray[np.bool_] | None, model: AcousticModel
) -> Floats:
    """Log likelihood of every warp at every choice of a stretch, in nats, shape (warps, choices); 0 where nobody speaks."""
    likely = np.zeros((len(WARPS), -(-warped.shape[1] // _STRIDE_FRAMES)), np.float32)
    heard = _heard_choices(in_speech, likely.shape[1])
    found = np.stack(list(workers.map(lambda own: _likelihood(own[heard * _STRIDE_FRAMES], model), warped)))
    for alike in range(_CHOICES_ALIKE):
        here = heard + alike < likely.shape[1]
        likely[:, heard[here] + alike] = found[:, here]
    return likely


def _heard_choices(in_speech: NDArray[np.bool_] | None, choices: int) -> NDArray[np.int64]:
    """The first of each `_CHOICES_ALIKE` choices of which any is in speech: the others need no likelihood."""
    first = np.arange(0, choices, _CHOICES_ALIKE)
    if in_speech is None:
        return first
    speech = np.zeros(len(first) * _CHOICES_ALIKE, bool)
    own = in_speech[::_STRIDE_FRAMES][:choices]
    speech[: len(own)] = own
    return first[speech.reshape(-1, _CHOICES_ALIKE).any(1)]


def _likelihood(frames: Floats, model: AcousticModel) -> Floats:
    """Log density of each frame of cepstra under the likeliest Gaussian of any phone, in nats, shape (frames,)."""
    found = np.empty(len(frames), np.float32)
    powers = np.ones((_CHUNK_FRAMES, 2 * STREAM_SIZE + 1), np.float32)
    for first in range(0, len(frames), _CHUNK_FRAMES):
        own = frames[first : first + _CHUNK_FRAMES]
        powers[: len(own), :STREAM_SIZE] = own * own
        powers[: len(own), STREAM_SIZE:-1] = own
        found[first : first + _CHUNK_FRAMES] = (powers[: len(own)] @ model.gaussians[0]).max(1)
    return found


class BestWarps:
    """The likeliest sequence of warps less the costs of its changes, by dynamic programming, stretch by stretch: a choice is
    settled as soon as the best sequences to all warps agree on it."""

    def __init__(self) -> None:
        self._total = np.zeros(len(WARPS), np.float32)
        # For each choice that is not settled, and each warp, the warp of the choice before.
        self._came_from = np.empty((0, len(WARPS)), np.int8)

    def take(self, likelihood: Floats, in_speech: NDArray[np.bool_] | None) -> None:
        """Weigh the next choices: `likelihood`, shape (warps, choices); `in_speech`, shape (frames,), as in `features`."""
        gain = likelihood - _BIAS_NATS[:, None]
        choices = gain.shape[1]
        change = np.full(choices, _CHANGE_NATS, np.float32)
        if in_speech is not None:
            quiet = ~in_speech[::_STRIDE_FRAMES][:choices]
            gain[:, quiet] = 0
            change[quiet] = _CHANGE_IN_PAUSE_NATS
        came_from, each = np.empty((choices, len(WARPS)), np.int8), np.arange(len(WARPS))
        total = self._total
        for at in range(choices):
            best = int(total.argmax())
            changed = total[best] - change[at]
            stay = total >= changed
            came_from[at] = np.where(stay, each, best)
            total = np.where(stay, total, changed) + gain[:, at]
        self._total = total
        self._came_from = np.concatenate([self._came_from, came_from])

    def settled(self, is_last: bool) -> NDArray[np.int64]:
        """The warp of every frame of the choices that are settled since; of all that are left where no more come."""
        ways = np.array([self._total.argmax()]) if is_last else np.arange(len(WARPS))
        rows, at = self._came_from, len(self._came_from)
        while at and (ways != ways[0]).any():
            at -= 1
            ways = rows[at][ways]
        choice = np.empty(at, np.int64)
        for row in range(at - 1, -1, -1):
            choice[row] = ways[0]
            ways = rows[row][ways]
        self._came_from = rows[at:]
        return np.repeat(choice, _STRIDE_FRAMES)
