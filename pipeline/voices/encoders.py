"""Sound to vectors: GE2E where its weights are, the user's own network where one was given, cepstra where there is neither."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import WeightsError
from pipeline.progress import Progress, silent
from pipeline.resources import data_file
from pipeline.sound import INT16_SCALE, Audio
from pipeline.timing import SAMPLE_RATE_HZ, Span
from pipeline.voices import classical, fbank, mel, space
from pipeline.voices.space import Space

if TYPE_CHECKING:
    import onnxruntime

Floats = NDArray[np.float32]

GE2E_FILE, USER_FILE = "ge2e.onnx", "speaker.onnx"
WINDOW_MS, HOP_MS = 1600, 800
_WINDOW_FRAMES = WINDOW_MS // mel.HOP_MS
_BATCH = 64
# Resemblyzer raises quiet recordings to this level and never lowers loud ones.
_LEVEL_RMS = 10 ** (-30 / 20)
_CLASSICAL_VERSION = "1"


@dataclass(frozen=True, eq=False)
class Encoder:
    """`name` for people, `identity` changes with the weights; `sure` says whether voices may be told apart by it alone.

    `features` makes the input of one window from its samples, float32 at 16 kHz (already raised by the recording's gain);
    `vectors` makes vectors, shape (n, size), from n of them. `trained` is the room that goes with it, None where the
    recording itself has to show it.
    """

    name: str
    identity: str
    sure: bool
    features: Callable[[Floats], Floats]
    vectors: Callable[[Floats], Floats]
    trained: Space | None = None


def choose(folders: Sequence[Path]) -> Encoder:
    """The best encoder whose weights lie in one of these folders. Raises WeightsError for a network that cannot be used."""
    for folder in folders:
        if (folder / USER_FILE).is_file():
            return _users(folder / USER_FILE)
    for folder in folders:
        if (folder / GE2E_FILE).is_file():
            return _ge2e(folder / GE2E_FILE)
    return Encoder("cepstra", f"cepstra {_CLASSICAL_VERSION}", False, mel.power_mel, classical.statistics)


def folder_of_weights(folders: Sequence[Path]) -> Path | None:
    """The first of these folders that holds an encoder's weights, None where none does."""
    return next(
        (f.resolve() for f in folders if any((f / n).is_file() for n in (USER_FILE, GE2E_FILE))), None
    )


def listen(
    audio: Audio, pieces: Sequence[Span], encoder: Encoder, progress: Progress = silent
) -> list[Floats]:
    """The vectors of each piece's windows, shape (windows, size); every piece must last some time."""
    total = sum(map(_count, pieces))
    vectors: list[Floats] = []
    for batch in _batches(_windows(audio, pieces, _gain(audio), encoder.features)):
        vectors += list(encoder.vectors(batch))
        progress(len(vectors) / total)
    found, at = [], 0
    for piece in pieces:
        found.append(np.array(vectors[at : at + _count(piece)], np.float32))
        at += _count(piece)
    return found


def amounts(pieces: Sequence[Span]) -> Floats:
    """How many windows' worth of sound each piece is."""
    return np.array([piece.duration_ms / WINDOW_MS for piece in pieces], np.float32)


def _count(piece: Span) -> int:
    """How many windows a piece is heard through."""
    return 1 + max(0, piece.duration_ms - WINDOW_MS) // HOP_MS


def _windows(
    audio: Audio, pieces: Sequence[Span], gain: float, features: Callable[[Floats], Floats]
) -> Iterator[Floats]:
    """The features of every window, shape (160, bands); a piece shorter than one is repeated, so that nobody else is heard."""
    for piece in pieces:
        rows = features(audio.window(piece) * np.float32(gain))
        if len(rows) < _WINDOW_FRAMES:
            yield np.concatenate([rows] * -(-_WINDOW_FRAMES // len(rows)))[:_WINDOW_FRAMES]
            continue
        last = len(rows) - _WINDOW_FRAMES
        count = _count(piece)
        for k in range(count):
            at = last * k // max(1, count - 1)
            yield rows[at : at + _WINDOW_FRAMES]


def _batches(windows: Iterator[Floats]) -> Iterator[Floats]:
    held: list[Floats] = []
    for window in windows:
        held.append(window)
        if len(held) == _BATCH:
            yield np.stack(held)
            held = []
    if held:
        yield np.stack(held)


def _gain(audio: Audio) -> float:
    """How much the recording is raised: its root mean square to -30 dB below full scale."""
    squares, step = 0.0, 60 * SAMPLE_RATE_HZ
    for at in range(0, len(audio.samples), step):
        squares += float(np.square(audio.samples[at : at + step].astype(np.float64)).sum())
    rms = np.sqrt(squares / max(1, len(audio.samples))) * float(INT16_SCALE)
    return max(1.0, _LEVEL_RMS / rms) if rms > 0 else 1.0


def _ge2e(path: Path) -> Encoder:
    session = _session(path)
    room = space.trained(data_file(space.LDA_FILE))
    return Encoder("GE2E", f"ge2e {_digest(path)}", True, mel.power_mel, _runner(session), room)


def _users(path: Path) -> Encoder:
    """A network that the user brought, known by the shape of its input. Raises WeightsError for another shape."""
    session = _session(path)
    shape = session.get_inputs()[0].shape
    name, identity = str(path), f"user {_digest(path)}"
    if len(shape) == 3 and shape[2] == mel.BANDS:
        return Encoder(name, identity, True, mel.power_mel, _runner(session))
    if len(shape) == 3 and shape[2] == fbank.BANDS:
        return Encoder(name, identity, True, fbank.log_mel, _runner(session, fbank.centred))
    raise WeightsError(
        str(path),
        f"takes an input of shape {shape}, which is not known",
        f"a speaker encoder takes (n, frames, {mel.BANDS}) power mels or (n, frames, {fbank.BANDS}) log mels",
    )


def _session(path: Path) -> onnxruntime.InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # noqa: BLE001 - the library raises many kinds, all of them about this file
        raise WeightsError(
            str(path),
            f"is not a network that can be loaded ({type(error).__name__})",
            "remove it, and run again",
        ) from None


def _runner(
    session: onnxruntime.InferenceSession, prepare: Callable[[Floats], Floats] | None = None
) -> Callable[[Floats], Floats]:
    given = session.get_inputs()[0].name

    def run(batch: Floats) -> Floats:
        outputs: Any = session.run(None, {given: prepare(batch) if prepare else batch})
        rows = np.asarray(outputs[0], np.float32).reshape(len(batch), -1)
        unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return unit

    return run


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()[:12]
