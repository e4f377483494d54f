"""Speaker embeddings: vectors of pieces of sound, by CAM++ or GE2E, by the user's own network, or by cepstra without weights."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from pipeline import intact, loaded
from pipeline.errors import WeightsError
from pipeline.files import data_file
from pipeline.media.audio import INT16_SCALE, Audio
from pipeline.processes import cores
from pipeline.progress import Progress, silent
from pipeline.speech.voices import cepstra, encoder_weights, fbank, mel, scaling
from pipeline.speech.voices.encoder_weights import CAMPPLUS_FILE, GE2E_FILE, USER_FILE
from pipeline.speech.voices.scaling import Space
from pipeline.timing import SAMPLE_RATE_HZ, Span

if TYPE_CHECKING:
    import onnxruntime

Floats = NDArray[np.float32]

WINDOW_MS = 1600  # what GE2E was trained on (Resemblyzer's `hparams.py`: 160 frames)
_WINDOW_FRAMES = WINDOW_MS // mel.HOP_MS
_LEAST_FRAMES = 50  # of a piece that is embedded as a whole: half a second; a shorter one is repeated
_BATCH = 24  # pieces at once: some 40 windows
_MOST_THREADS = 4  # a choice: what an ordinary computer has to spare
# Resemblyzer raises quiet recordings to this level, 30 dB below full scale, and never lowers loud ones.
_LEVEL_RMS = 10 ** (-30 / 20)
_CAMPPLUS_SIZE = 192  # of its vectors


@dataclass(frozen=True, eq=False)
class Encoder:
    """A speaker encoder. `name` is for people, `identity` changes with the weights; `sure` says whether voices may be told
    apart by it alone.

    `features` makes the input of one window from its samples, float32 at 16 kHz (already raised by the recording's gain);
    `vectors` makes vectors, shape (n, size), from n of them. `trained` is the space that goes with it, None where it
    is estimated from the recording. `whole` says that a piece has one vector, of all of it, and not one for each window of 1.6 s.
    """

    name: str
    identity: str
    sure: bool
    features: Callable[[Floats], Floats]
    vectors: Callable[[Floats], Floats]
    trained: Space | None = None
    whole: bool = False


def choose(folders: Sequence[Path], loaded: bool = False) -> Encoder:
    """The best encoder whose weights lie in one of these folders. Raises WeightsError for a network that cannot be used; for
    one that comes with Vignette only when it is first used, if it need not be `loaded` at once."""
    path = encoder_weights.find(folders)
    name = encoder_weights.identity(folders)
    if path is None:
        return Encoder("cepstra", name, False, mel.power_mel, cepstra.statistics)
    made = {USER_FILE: _user_encoder, CAMPPLUS_FILE: _campplus_encoder, GE2E_FILE: _ge2e_encoder}
    return made[path.name](path, name, loaded)


def embed(
    audio: Audio, pieces: Sequence[Span], encoder: Encoder, progress: Progress = silent
) -> list[Floats]:
    """Embed each piece: the vectors of its windows, shape (windows, size), or that of the whole, shape (1, size).

    Every piece must last some time.

    Pieces are embedded in parallel, each batch by one thread: threads that share the small products of a network spend their
    time waiting for each other.
    """
    from threadpoolctl import threadpool_limits

    gain = np.float32(_gain(audio))

    def embed_batch(batch: Sequence[Span]) -> list[Floats]:
        features = [encoder.features(audio.window(piece) * gain) for piece in batch]
        if encoder.whole:
            return [encoder.vectors(_repeated(rows, _LEAST_FRAMES)[None]) for rows in features]
        windows = [_windows(rows, _count(piece)) for rows, piece in zip(features, batch, strict=True)]
        vectors = encoder.vectors(np.concatenate(windows))
        return np.split(vectors, np.cumsum([len(w) for w in windows])[:-1])

    found: list[Floats] = []
    batches = [pieces[at : at + _BATCH] for at in range(0, len(pieces), _BATCH)]
    with threadpool_limits(1, "blas"), ThreadPoolExecutor(min(cores(), _MOST_THREADS)) as threads:
        for vectors in threads.map(embed_batch, batches):
            found += vectors
            progress(len(found) / len(pieces))
    return found


def amounts(pieces: Sequence[Span]) -> Floats:
    """How many windows of 1.6 s each piece lasts, shape (pieces,)."""
    return np.array([piece.duration_ms / WINDOW_MS for piece in pieces], np.float32)


def _count(piece: Span) -> int:
    """The number of windows of a piece: as few as leave nothing out."""
    return max(1, -(-piece.duration_ms // WINDOW_MS))


def _windows(rows: Floats, count: int) -> Floats:
    """`count` windows of a piece's features, shape (count, 160, bands), spread evenly over it; a piece shorter than one is
    repeated, so that nobody else is in it."""
    if len(rows) < _WINDOW_FRAMES:
        return _repeated(rows, _WINDOW_FRAMES)[None]
    last = len(rows) - _WINDOW_FRAMES
    starts = [last * k // max(1, count - 1) for k in range(count)]
    return np.stack([rows[at : at + _WINDOW_FRAMES] for at in starts])


def _repeated(rows: Floats, least: int) -> Floats:
    """These features; where there are fewer than `least`, repeated until there are as many."""
    return rows if len(rows) >= least else np.concatenate([rows] * -(-least // len(rows)))[:least]


def _gain(audio: Audio) -> float:
    """The factor that raises the recording's root mean square to 30 dB below full scale; never below 1."""
    squares, step = 0.0, 60 * SAMPLE_RATE_HZ
    for at in range(0, len(audio.samples), step):
        squares += float(np.square(audio.samples[at : at + step].astype(np.float64)).sum())
    rms = np.sqrt(squares / max(1, len(audio.samples))) * float(INT16_SCALE)
    return max(1.0, _LEVEL_RMS / rms) if rms > 0 else 1.0


def _campplus_encoder(path: Path, identity: str, loaded: bool) -> Encoder:
    prepare = fbank.mean_normalised
    runner = _runner(_session(path), prepare) if loaded else _lazy_runner(path, prepare)
    return Encoder(
        "CAM++", identity, True, fbank.log_mel, runner, scaling.of_cosines(_CAMPPLUS_SIZE), whole=True
    )


def _ge2e_encoder(path: Path, identity: str, loaded: bool) -> Encoder:
    runner = _runner(_session(path)) if loaded else _lazy_runner(path)
    space = scaling.trained(intact.shipped(data_file(scaling.LDA_FILE)))
    return Encoder("GE2E", identity, True, mel.power_mel, runner, space)


def _user_encoder(path: Path, identity: str, loaded: bool) -> Encoder:
    """A network that the user brought, known by the shape of its input. Raises WeightsError for another shape."""
    session = _session(path)
    shape = session.get_inputs()[0].shape
    name = str(path)
    if len(shape) == 3 and shape[2] == mel.BANDS:
        return Encoder(name, identity, True, mel.power_mel, _runner(session))
    if len(shape) == 3 and shape[2] == fbank.BANDS:
        return Encoder(name, identity, True, fbank.log_mel, _runner(session, fbank.mean_normalised))
    raise WeightsError(
        str(path),
        f"takes an input of shape {shape}, which is not known",
        f"a speaker encoder takes (n, frames, {mel.BANDS}) power mels or (n, frames, {fbank.BANDS}) log mels",
    )


def _session(path: Path) -> onnxruntime.InferenceSession:
    """The network in this file, loaded once per process. Raises WeightsError."""
    return loaded.once("voices", [path], lambda: _load(path))


def _load(path: Path) -> onnxruntime.InferenceSession:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.log_severity_level = 4
    options.enable_cpu_mem_arena = False
    options.intra_op_num_threads = options.inter_op_num_threads = 1
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
    """Runs the network on a batch, after `prepare`; its vectors are scaled to length 1."""
    name = session.get_inputs()[0].name

    def run(batch: Floats) -> Floats:
        outputs: Any = session.run(None, {name: prepare(batch) if prepare else batch})
        rows = np.asarray(outputs[0], np.float32).reshape(len(batch), -1)
        unit: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
        return unit

    return run


def _lazy_runner(path: Path, prepare: Callable[[Floats], Floats] | None = None) -> Callable[[Floats], Floats]:
    """A runner that loads its network at the first batch: a run that embeds nothing does without."""
    loading = Lock()

    @cache
    def load() -> Callable[[Floats], Floats]:
        return _runner(_session(path), prepare)

    def run(batch: Floats) -> Floats:
        with loading:
            runner = load()
        return runner(batch)

    return run
