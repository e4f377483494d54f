"""Voice activity detection: where somebody speaks, by the Silero network of faster-whisper's wheel.

The network is read straight from the wheel's assets with onnxruntime: importing faster-whisper for it would cost more time than
an hour of sound costs to scan, and its own scan holds the whole recording in memory as floats.
"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from pipeline import intact, loaded
from pipeline.errors import WeightsError
from pipeline.media.audio import Audio, is_still
from pipeline.processes import cores
from pipeline.progress import Progress, silent
from pipeline.timing import SAMPLE_RATE_HZ, SAMPLES_PER_MS, Span

if TYPE_CHECKING:
    import onnxruntime

NETWORK_FILE = "silero_vad_v6.onnx"
WINDOW_SAMPLES = 512  # 32 ms: what the network was trained on at 16 kHz
WINDOW_MS = WINDOW_SAMPLES // SAMPLES_PER_MS
_CONTEXT_SAMPLES = 64  # each window is preceded by the end of the one before it
_STATE_SIZE = 128  # of the network's LSTM
_BLOCK_WINDOWS = 4000  # 128 s at once: some 10 MB of floats per thread, whatever the length
# Blocks are scanned in parallel, each by a network warmed up on the ten seconds before it: its memory is long. On twelve minutes
# of talk no region differs from those of an undivided scan; with two seconds, and blocks of 32 s, a tenth did.
_WARM_UP_WINDOWS = 320
_MOST_THREADS = 4  # a choice: what an ordinary computer has to spare

_LEAST_RELEASE = 0.01  # probability, however low the threshold


@dataclass(frozen=True, slots=True)
class Hysteresis:
    """How probabilities become regions, with choices of ours: speech goes on until the probability stays `below` under the
    threshold for `min_silence_ms`; shorter dips are stops and breaths within a phrase. A region of less than `min_speech_ms` is
    a click. The network answers late at soft onsets and early at fading ends, by `pad_ms`."""

    below: float = 0.15
    min_silence_ms: int = 320
    min_speech_ms: int = 96
    pad_ms: int = 64


# What a recognizer is given: phrases, tightly.
PHRASES = Hysteresis()

# Level normalisation. The network detects little below -50 dBFS: a recording whose louder parts are quieter than this (of full
# scale, -26 dBFS) is raised to it.
_SPEECH_LEVEL_RMS = 0.05
_MAX_GAIN = 32.0  # 30 dB
_LOUD_PERCENTILE = 90  # of the levels of pieces, which is taken for that of speech
_PIECE_SAMPLES = SAMPLE_RATE_HZ // 10  # 100 ms
_BLOCK_PIECES = 1000  # measured at once: some 13 MB of floats


def speech_regions(audio: Audio, threshold: float = 0.5, progress: Progress = silent) -> tuple[Span, ...]:
    """Detect speech: disjoint spans in rising order, inside the recording; empty for silence.

    `threshold` in (0, 1) is the probability from which a window of 32 ms counts as speech. Raises WeightsError when the network
    is not where the faster-whisper wheel puts it.
    """
    probabilities = speech_probabilities(audio, progress)
    return tuple(regions_of(probabilities, threshold, audio.duration_ms))


def speech_probabilities(audio: Audio, progress: Progress = silent) -> NDArray[np.float32]:
    """The network's probability of speech for every window of 32 ms, shape (windows,); the last window is zero-padded."""
    samples = audio.samples
    windows = -(-len(samples) // WINDOW_SAMPLES)
    found = np.zeros(windows, np.float32)
    if not windows:
        return found
    session, gain = _network(), _gain(samples)

    def scan(first: int) -> NDArray[np.float32]:
        last = min(first + _BLOCK_WINDOWS, windows)
        if is_still(samples[first * WINDOW_SAMPLES : last * WINDOW_SAMPLES]):
            return np.zeros(last - first, np.float32)
        warm_up = max(0, first - _WARM_UP_WINDOWS)
        block = _windows(samples, warm_up, last, gain)
        return _infer(session, block)[first - warm_up :]

    starts = range(0, windows, _BLOCK_WINDOWS)
    with ThreadPoolExecutor(min(cores(), _MOST_THREADS)) as threads:
        for first, block in zip(starts, threads.map(scan, starts), strict=True):
            found[first : first + len(block)] = block
            progress((first + len(block)) / windows)
    return found


def _infer(session: onnxruntime.InferenceSession, block: NDArray[np.float32]) -> NDArray[np.float32]:
    """Run the network, from its initial state, over successive windows, shape (n, 512): their probabilities, shape (n,)."""
    before = np.vstack([np.zeros(_CONTEXT_SAMPLES, np.float32), block[:-1, -_CONTEXT_SAMPLES:]])
    state = np.zeros((1, 1, _STATE_SIZE), np.float32)
    output, *_ = session.run(None, {"input": np.hstack([before, block]), "h": state, "c": state})
    return np.asarray(output, np.float32).reshape(-1)[: len(block)]


def regions_of(
    probabilities: NDArray[np.float32], threshold: float, duration_ms: int, shape: Hysteresis = PHRASES
) -> Iterator[Span]:
    """Hysteresis thresholding: padded spans of probabilities, one per window of 32 ms, without short dips and clicks."""
    release = max(threshold - shape.below, _LEAST_RELEASE)
    start: int | None = None
    last_voiced = 0
    raw: list[tuple[int, int]] = []
    for index, probability in enumerate(probabilities.tolist()):
        if probability >= threshold and start is None:
            start = index
        if start is None:
            continue
        if probability >= release:
            last_voiced = index
        elif (index - last_voiced) * WINDOW_MS >= shape.min_silence_ms:
            raw.append((start, last_voiced + 1))
            start = None
    if start is not None:
        raw.append((start, last_voiced + 1))
    yield from _padded([(a * WINDOW_MS, b * WINDOW_MS) for a, b in raw], duration_ms, shape)


def _padded(raw: list[tuple[int, int]], duration_ms: int, shape: Hysteresis) -> Iterator[Span]:
    """Drop clicks from spans in ms and pad the rest, never past the middle of a gap or the recording's ends."""
    kept = [
        (start, min(end, duration_ms))
        for start, end in raw
        if min(end, duration_ms) - start >= shape.min_speech_ms
    ]
    for index, (start, end) in enumerate(kept):
        floor = (kept[index - 1][1] + start) // 2 if index else 0
        ceiling = (end + kept[index + 1][0]) // 2 if index + 1 < len(kept) else duration_ms
        yield Span(max(floor, start - shape.pad_ms), min(ceiling, end + shape.pad_ms))


def _windows(samples: NDArray[np.int16], first: int, last: int, gain: float) -> NDArray[np.float32]:
    """Windows `[first, last)` as floats in [-1, 1], shape (last - first, 512)."""
    piece = samples[first * WINDOW_SAMPLES : last * WINDOW_SAMPLES].astype(np.float32)
    piece *= gain / 32768.0
    np.clip(piece, -1.0, 1.0, out=piece)
    return np.pad(piece, (0, (last - first) * WINDOW_SAMPLES - len(piece))).reshape(-1, WINDOW_SAMPLES)


def _gain(samples: NDArray[np.int16]) -> float:
    """The gain for a quiet recording, from the level that the loudest tenth of its 100 ms pieces exceed; at least 1."""
    block = _PIECE_SAMPLES * _BLOCK_PIECES
    levels = [_levels(samples[at : at + block]) for at in range(0, len(samples), block)]
    loud = float(np.percentile(np.concatenate(levels), _LOUD_PERCENTILE))
    return min(_MAX_GAIN, max(1.0, _SPEECH_LEVEL_RMS / loud)) if loud > 0 else 1.0


def _levels(samples: NDArray[np.int16]) -> NDArray[np.float64]:
    """The root mean square of every 100 ms, 1 = full scale; a last piece may be shorter."""
    whole = len(samples) // _PIECE_SAMPLES * _PIECE_SAMPLES
    means = [np.square(samples[:whole], dtype=np.float64).reshape(-1, _PIECE_SAMPLES).mean(1)]
    if whole < len(samples):
        means.append(np.square(samples[whole:], dtype=np.float64).mean(keepdims=True))
    levels: NDArray[np.float64] = np.sqrt(np.concatenate(means)) / 32768.0
    return levels


def _network() -> onnxruntime.InferenceSession:
    """The network, loaded once per process."""
    path = _network_path()
    return loaded.once("speech", [path], lambda: _load(path))


def _load(path: Path) -> onnxruntime.InferenceSession:
    """The network, single-threaded: blocks are what is run in parallel."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.enable_cpu_mem_arena = False
    options.log_severity_level = 4
    return onnxruntime.InferenceSession(
        intact.in_package("faster-whisper", path),
        sess_options=options,
        providers=["CPUExecutionProvider"],
    )


def _network_path() -> Path:
    """Where faster-whisper's wheel puts the network. Raises WeightsError when it is not there."""
    found = find_spec("faster_whisper")
    for folder in (found.submodule_search_locations or []) if found else []:
        path = Path(folder) / "assets" / NETWORK_FILE
        if path.is_file():
            return path
    raise WeightsError(
        "silero",
        f"{NETWORK_FILE} is not in the faster-whisper package",
        "reinstall faster-whisper 1.2.1 or later",
    )
