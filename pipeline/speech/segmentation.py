"""Speaker segmentation: who of up to three people speaks when, two at once included, in every ten seconds of a recording.

The network is pyannote's segmentation-3.0 (Plaquet and Bredin 2023, "Powerset multi-class cross entropy loss for neural
speaker diarization"): for each frame the probability of nobody, of each of three local speakers alone, and of each two of them
at once. Its speakers are numbered anew in every window. It measures the level of each window itself, so that loudness is all one
to it. It is used where it was fetched; `pipeline.speech.local_speakers` says what its answers mean.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline import intact, loaded
from pipeline.errors import WeightsError
from pipeline.media.audio import INT16_SCALE, Audio, Samples, is_still
from pipeline.progress import Progress, silent
from pipeline.speech.segmentation_weights import FETCH_NAME, find
from pipeline.timing import SAMPLE_RATE_HZ

Floats = NDArray[np.float32]
Network = Callable[[Floats], Floats]
"""Samples in [-1, 1] of some windows, shape (windows, 160000), to probabilities, shape (windows, frames, 7)."""

WINDOW_SAMPLES = 10 * SAMPLE_RATE_HZ  # what the network was trained on
# Half a window: of 10, 5 and 1 s none hears overlapping speech better on meetings, and this one takes least time that still
# hears every moment twice.
HOP_SAMPLES = WINDOW_SAMPLES // 2
# The network's layers step by 10, 3, 3 and 3 samples; a frame sees 721 of them.
FRAME_SAMPLES = 270
FIELD_SAMPLES = 721
FRAMES = (WINDOW_SAMPLES - FIELD_SAMPLES) // FRAME_SAMPLES
# What each class of the output says: who speaks.
CLASSES: tuple[tuple[int, ...], ...] = ((), (0,), (1,), (2,), (0, 1), (0, 2), (1, 2))
LOCAL_SPEAKERS = 3
# Windows at once: an eighth less work than one by one, for the same answers; what four take is mapped anew each time.
_BATCH = 3
_FETCH_AGAIN = f"fetch it again with 'vignette models fetch {FETCH_NAME}', or remove it to do without"


@dataclass(frozen=True, eq=False)
class Segmented:
    """The network's answers: `windows` has shape (windows, frames, 7), one window every five seconds."""

    windows: Floats
    duration_ms: int


def installed() -> Network | None:
    """The network, loaded once per process; None where it was not fetched. Raises WeightsError for a damaged one."""
    path = find()
    return None if path is None else loaded.once("segmentation", [path], lambda: _load(path))


def scan(audio: Audio, network: Network, progress: Progress = silent) -> Segmented:
    """Every window of the recording, the last one filled up with silence; one core does it, as others work on what is waited
    for."""
    samples = audio.samples
    count = 1 + max(0, -(-(len(samples) - WINDOW_SAMPLES) // HOP_SAMPLES))
    found = np.zeros((count, FRAMES, len(CLASSES)), np.float32)
    found[:, :, 0] = 1.0

    def piece(k: int) -> Samples:
        return samples[k * HOP_SAMPLES : k * HOP_SAMPLES + WINDOW_SAMPLES]

    def hear(batch: Sequence[int]) -> Floats:
        windows = np.zeros((len(batch), WINDOW_SAMPLES), np.float32)
        for window, own in zip(windows, map(piece, batch), strict=True):
            np.multiply(own, INT16_SCALE, out=window[: len(own)])
        return network(windows)

    heard = [k for k in range(count) if not is_still(piece(k))]
    for at in range(0, len(heard), _BATCH):
        batch = heard[at : at + _BATCH]
        found[batch] = hear(batch)
        progress((batch[-1] + 1) / count)
    progress(1.0)
    return Segmented(found, audio.duration_ms)


def _load(path: Path) -> Network:
    """The network, single-threaded: windows are what is heard in parallel. Raises WeightsError."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    # An arena would keep 140 MB for as long as the process lives, and save no time.
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    data = intact.shipped(path, _FETCH_AGAIN)
    try:
        session = onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - the library raises many kinds, all of them about this file
        problem = f"is not a network that can be loaded ({type(error).__name__})"
        raise WeightsError(str(path), problem, _FETCH_AGAIN) from None
    return network_of(session)


def network_of(session: Any) -> Network:
    """A session of onnxruntime, or what is like it, as a network: its logarithms become probabilities."""
    name = session.get_inputs()[0].name

    def run(windows: Floats) -> Floats:
        answers: Floats = np.exp(np.asarray(session.run(None, {name: windows[:, None]})[0], np.float32))
        return answers

    return run
