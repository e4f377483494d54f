"""The parts of a film as a whole run of the product finds them: what it is given is the film and one subtitles file, or a script.

The run's own words, voices and picture are what the stage divides; of the truth nothing is used but to count. The sound of a film
can be given alone.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
import wave
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.run.store import Store
from pipeline.transcript import Aligned, Parts, Picture, Voices

ROOT = Path(__file__).resolve().parent.parent
NAME = "film"


@dataclass(frozen=True)
class Found:
    """What a run found of a film, as far as its parts go."""

    aligned: Aligned
    voices: Voices
    seen: Picture
    parts: Parts


def run(film: Path, subtitles: Path, seen: bool = True, keep: Path | None = None) -> Found:
    """Run the product on a film, or on its sound alone, and read what its stages left; raises RuntimeError with its last words.

    In `keep` the run is kept, and taken from there the next time as far as it is up to date.
    """
    with tempfile.TemporaryDirectory() as name:
        folder = keep or Path(name)
        (folder / "media").mkdir(parents=True, exist_ok=True)
        if seen:
            _put(film, folder / "media" / f"{NAME}{film.suffix}")
        elif not (folder / "media" / f"{NAME}.wav").exists():
            _sound(film, folder / "media" / f"{NAME}.wav")
        _put(subtitles, folder / "media" / f"{NAME}.en{subtitles.suffix}")
        command = [sys.executable, "-m", "pipeline", "run", "--verify", "none"]
        env = {**os.environ, "PYTHONPATH": str(ROOT)}
        ran = subprocess.run(command, cwd=folder, env=env, capture_output=True, text=True, check=False)
        store = Store.of(folder / "transcripts", NAME)
        aligned, voices = store.last("align", Aligned), store.last("speakers", Voices)
        parts, picture = store.last("vignettes", Parts), store.last("picture", Picture)
        if ran.returncode or aligned is None or voices is None or parts is None:
            raise RuntimeError(f"{film}: {(ran.stderr or ran.stdout).strip()[-500:]}")
        return Found(aligned, voices, picture or Picture(), parts)


def _put(file: Path, there: Path) -> None:
    if not there.exists():
        shutil.copy(file, there)


def _sound(film: Path, there: Path) -> None:
    from pipeline.media.facts import decode_audio

    samples = decode_audio(film).samples
    with wave.open(str(there), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(16_000)
        out.writeframes(np.asarray(samples, "<i2").tobytes())
