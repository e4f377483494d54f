"""Vocal tract length normalisation: scale a speaker's frequencies to those of the model's average speaker.

The acoustic model knows average men and women; a high voice fits it badly (a synthetic one 16 % higher: 1.1 nats per frame
worse, enough to lose words). Which warp suits a voice shows without knowing a word: under the right one the sound lies closer
to *some* phone (vocal tract length normalisation by likelihood, Lee & Rose 1996). The choice may change from moment to
moment, since people interrupt each other, but every change costs likelihood.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.aligner.acoustic_model import STREAM_SIZE, AcousticModel, Floats
from pipeline.speech.aligner.features import cepstra, with_differences
from pipeline.speech.aligner.threads import pool

# Factors of frequency. Lee & Rose search 0.88 to 1.12; the higher ones here serve high voices, such as synthetic ones.
WARPS = (0.86, 0.93, 1.0, 1.08, 1.16, 1.24)
_UNWARPED = WARPS.index(1.0)
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
) -> Floats:
    """Warped feature vectors, shape (frames, 39), each with the warp under which its voice is likeliest.

    `in_speech`, shape (frames,) or longer, tells which frames hold a voice; None means all.
    """
    warped = cepstra(samples, WARPS, threads)
    frames = len(warped[0])
    if not frames:
        return with_differences(warped[0])
    likely = np.zeros((len(WARPS), -(-frames // _STRIDE_FRAMES)), np.float32)
    heard = _heard_choices(in_speech, likely.shape[1])
    with pool(threads) as workers:
        found = list(workers.map(lambda own: _likelihood(own[heard * _STRIDE_FRAMES], model), warped))
    for alike in range(_CHOICES_ALIKE):
        here = heard + alike < likely.shape[1]
        likely[:, heard[here] + alike] = np.stack(found)[:, here]
    choice = _best_warps(likely, in_speech, frames)
    chosen = warped[_UNWARPED]
    for number, own in enumerate(warped):
        here = choice == number
        chosen[here] = own[here]
    return with_differences(chosen)


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


def _best_warps(likelihood: Floats, in_speech: NDArray[np.bool_] | None, frames: int) -> NDArray[np.int64]:
    """The index of the warp for every frame: the likeliest sequence less the costs of its changes, by dynamic programming."""
    gain = likelihood - _BIAS_NATS[:, None]
    warps, choices = gain.shape
    change = np.full(choices, _CHANGE_NATS, np.float32)
    if in_speech is not None:
        quiet = ~in_speech[:frames:_STRIDE_FRAMES][:choices]
        gain[:, quiet] = 0
        change[quiet] = _CHANGE_IN_PAUSE_NATS
    total = np.zeros(warps, np.float32)
    came_from = np.empty((choices, warps), np.int64)
    for at in range(choices):
        best = int(total.argmax())
        changed = total[best] - change[at]
        stay = total >= changed
        came_from[at] = np.where(stay, np.arange(warps), best)
        total = np.where(stay, total, changed) + gain[:, at]
    choice = np.empty(choices, np.int64)
    warp = int(total.argmax())
    for at in range(choices - 1, -1, -1):
        choice[at] = warp
        warp = int(came_from[at, warp])
    return np.repeat(choice, _STRIDE_FRAMES)[:frames]
