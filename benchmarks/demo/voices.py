"""Speech synthesizers: text in, samples out, each utterance made once and kept in a cache.

The tools are Debian packages, and with natural voices a folder of weights (`neural`); all belong to the builder alone, the
product never calls them.
"""

from __future__ import annotations

import concurrent.futures
import hashlib
import importlib.util
import re
import shutil
import subprocess
import tempfile
import wave
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.files import move_atomic

SAMPLE_RATE_HZ = 24_000  # what the neural voices give
SAMPLES_PER_MS = SAMPLE_RATE_HZ // 1000
PEAK = 0.5
_FRAME_MS = 4
# of the loudest frame, -40 dB: a soft "th" or "f" is louder, a voice's own hiss is not
_SILENCE_BELOW = 0.01
_TOOLS = {
    "flite": "flite",
    "text2wave": "festival",
    "espeak-ng": "espeak-ng",
    "sox": "sox",
    "ffmpeg": "ffmpeg",
}
_FESTIVAL_VOICES = Path("/usr/share/festival/voices")
_FESTIVAL = {
    "us/cmu_us_slt_arctic_hts": "festvox-us-slt-hts",
    "english/ked_diphone": "festvox-kdlpc16k",
}


class MissingTools(RuntimeError):
    """Something the builder speaks or films with is not installed; the message names the packages."""


@dataclass(frozen=True)
class Voice:
    """A synthesizer's voice and the sox effects that make another person of it; `pace` above 1 speaks
    faster, `distance_m` is how far from the microphone they sit.
    """

    engine: str
    name: str
    effects: tuple[str, ...] = ()
    pace: float = 1.0
    distance_m: float = 0.0


# Speaks a text with a voice into a WAV file.
Synthesizer = Callable[[Voice, str, Path], None]


VOICES = {
    "daniel": Voice("flite", "rms", pace=1.05),
    "ruth": Voice("flite", "slt"),
    "alan": Voice("flite", "awb", pace=1.05),
    "colin": Voice("flite", "kal16"),
    "maya": Voice("festival", "cmu_us_slt_arctic_hts", ("pitch", "90")),
    "terry": Voice("festival", "ked_diphone", pace=1.15),
    "denise": Voice("festival", "cmu_us_slt_arctic_hts", ("pitch", "-190")),
    "leo": Voice("flite", "rms", ("pitch", "220")),
    "joan": Voice("flite", "slt", ("pitch", "-230", "tempo", "1.04")),
    "graham": Voice("flite", "rms", ("pitch", "-260", "tempo", "1.05")),
    "carol": Voice("flite", "slt", ("pitch", "240", "tempo", "0.97")),
    "victor": Voice("espeak-ng", "en-us", pace=0.95),  # the one that recognizers find hard,
}


def missing_tools(natural: bool = False) -> list[str]:
    """The Debian packages that the builder needs and this machine lacks, in alphabetical order."""
    robots = () if natural else ("flite", "text2wave")
    needed = {c: p for c, p in _TOOLS.items() if c in robots or c not in ("flite", "text2wave")}
    lacking = {package for command, package in needed.items() if shutil.which(command) is None}
    if not natural:
        lacking |= {p for voice, p in _FESTIVAL.items() if not (_FESTIVAL_VOICES / voice).is_dir()}
    return sorted(lacking)


def require_tools(natural: bool = False) -> None:
    """Raise MissingTools, in one sentence, unless every synthesizer, ffmpeg and Pillow are there; `natural`
    voices need no others.
    """
    commands = []
    if packages := missing_tools(natural):
        commands.append(f"sudo apt-get install {' '.join(packages)}")
    if importlib.util.find_spec("PIL") is None:
        commands.append("pip install pillow")
    if commands:
        raise MissingTools(f"The builder lacks some tools; on Debian or Ubuntu run: {' && '.join(commands)}")


def spoken_form(text: str) -> str:
    """The text as a synthesizer should read it: dashes and dots of hesitation become pauses.

    >>> spoken_form("Yeah, but I never had —")
    'Yeah, but I never had.'
    """
    text = text.replace("’", "'").replace("...", ",")
    text = re.sub(r"\s*—\s*$", ".", text)
    text = re.sub(r"\s*—\s*", ", ", text)
    return re.sub(r",\s*([,.?!])", r"\1", text)


def trim(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut the silence off both ends and round up to whole milliseconds, so that both ends are exact.

    `samples` has shape (n,), float32, 24 kHz; so has the result, n a multiple of 96. An end is where a frame
    of 4 ms first reaches 1 % (-40 dB) of the loudest frame. Raises ValueError for silence throughout.
    """
    frame = _FRAME_MS * SAMPLES_PER_MS
    padded = np.pad(samples, (0, -len(samples) % frame))
    level = np.sqrt(np.mean(padded.reshape(-1, frame) ** 2, axis=1))
    if not level.any():
        raise ValueError("a synthesizer returned silence")
    loud = np.flatnonzero(level > _SILENCE_BELOW * level.max())
    return padded[loud[0] * frame : (loud[-1] + 1) * frame].astype(np.float32)


class Speaker:
    """Speaks lines through the synthesizers and remembers them in a folder; `speak` is another synthesizer
    for all of them.
    """

    def __init__(
        self, cache: Path, voices: Mapping[str, Voice] = VOICES, speak: Synthesizer | None = None
    ) -> None:
        self._cache = cache
        self._voices = voices
        self._speak = speak or _by_command
        cache.mkdir(parents=True, exist_ok=True)

    def prepare(self, lines: Iterable[tuple[str, str]]) -> None:
        """Speak every (person, text) that is not in the cache yet, two at a time."""
        with concurrent.futures.ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda line: self._file(*line), dict.fromkeys(lines)))

    def say(self, person: str, text: str) -> NDArray[np.float32]:
        """The trimmed samples of one line, shape (n,), float32 with a peak of 0.5, 24 kHz."""
        with wave.open(str(self._file(person, text))) as sound:
            data = np.frombuffer(sound.readframes(sound.getnframes()), dtype="<i2")
        samples = trim(data.astype(np.float32) / np.float32(32768))
        return samples * np.float32(PEAK / np.abs(samples).max())

    def distance_m(self, person: str) -> float:
        """How far that person sits from the microphone; 0 for a voice without a room."""
        return self._voices[person].distance_m

    def _file(self, person: str, text: str) -> Path:
        voice, words = self._voices[person], spoken_form(text)
        made_of = (SAMPLE_RATE_HZ, voice.engine, voice.name, voice.effects, voice.pace, words)
        key = hashlib.sha256(repr(made_of).encode()).hexdigest()[:24]
        path = self._cache / f"{key}.wav"
        if not path.exists():
            with tempfile.TemporaryDirectory(dir=self._cache) as folder:
                raw, done = Path(folder, "raw.wav"), Path(folder, "done.wav")
                self._speak(voice, words, raw)
                # no dither (-D): equal text must give equal samples
                convert = [
                    "sox",
                    "-D",
                    "-G",
                    str(raw),
                    "-r",
                    str(SAMPLE_RATE_HZ),
                    "-c",
                    "1",
                    "-b",
                    "16",
                    str(done),
                ]
                _run([*convert, *voice.effects], "")
                move_atomic(done, path)
        return path


def _by_command(voice: Voice, words: str, out: Path) -> None:
    _run(_command(voice, words, out), words)


def _command(voice: Voice, words: str, out: Path) -> list[str]:
    if voice.engine == "flite":
        stretch = f"duration_stretch={1 / voice.pace:.3f}"
        return ["flite", "-voice", voice.name, "--setf", stretch, "-t", words, "-o", str(out)]
    if voice.engine == "espeak-ng":
        return ["espeak-ng", "-v", voice.name, "-s", str(round(158 * voice.pace)), "-w", str(out), words]
    stretch = f"(Parameter.set 'Duration_Stretch {1 / voice.pace:.3f})"
    return ["text2wave", "-eval", f"(begin (voice_{voice.name}) {stretch})", "-o", str(out)]


def _run(command: list[str], stdin: str) -> None:
    done = subprocess.run(command, input=stdin.encode(), capture_output=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command[0]} failed: {done.stderr.decode(errors='replace').strip()[-300:]}")
