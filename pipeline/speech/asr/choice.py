"""The choice of a recognizer: Whisper when it is asked for, or when its weights are here; else PocketSphinx, which always is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import WeightsError
from pipeline.settings import TranscribeSettings, VerifySettings
from pipeline.speech import weights
from pipeline.speech.asr.device import compute_type, device_for
from pipeline.transcript.subtitles import Subtitles

if TYPE_CHECKING:
    from pipeline.speech.asr.whisper import Whisper


@dataclass(frozen=True, slots=True)
class Choice:
    """The recognizer that a run will use; `sentence` tells a person which it is and why, `directory` holds its weights."""

    name: str
    model: str
    sentence: str
    directory: Path | None = None
    device: str = "cpu"

    @property
    def identity(self) -> str:
        """A key that changes whenever the recognizer's result could: engine, model, and for Whisper the fingerprint of its files
        and its compute type on this device."""
        if self.directory is None:
            return f"{self.name}/{self.model}"
        return f"{self.name}/{self.model}/{weights.fingerprint(self.directory)}/{compute_type(self.device)}"


def recognizes(settings: TranscribeSettings, given: Subtitles | None) -> bool:
    """Whether words are recognized at all: where no text came with the recording, or a person wants it always."""
    return given is None or settings.words == "always"


def choose(settings: TranscribeSettings) -> Choice:
    """The recognizer for these settings. Raises WeightsError when Whisper is asked for and its files are missing, RecognizerError
    when it is asked to use a graphics card that is missing."""
    if settings.recognizer == "sphinx":
        return _sphinx("as asked for")
    if settings.model != "auto":
        return _whisper(settings.model, weights.find(settings.model), _device(settings))
    if weights.find_best():
        device = _device(settings)
        if found := weights.find_best(on_gpu=device == "cuda"):
            return _whisper(*found, device)
    if settings.recognizer == "whisper":
        weights.find("small.en")  # raises, saying what is missing
    if damaged := weights.unusable():
        return _sphinx("; ".join(damaged))
    return _sphinx(
        "Whisper's weights are not on this machine; `vignette models fetch tiny.en` brings the smallest"
    )


def choose_witness(settings: VerifySettings, device: str = "cpu") -> Choice | None:
    """The Whisper that hears a second time, None where none is here: the quickest, since its ear is one of two, or the model of
    the settings. One that is asked for by name and is not here is None too: a run without weights still ends well."""
    if settings.model == "auto":
        found = weights.find_smallest()
        return _whisper(*found, device) if found else None
    try:
        return _whisper(settings.model, weights.find(settings.model), device)
    except WeightsError:
        return None


def whisper(choice: Choice, settings: TranscribeSettings, language: str) -> Whisper:
    """The Whisper of a choice that has a directory."""
    from pipeline.speech.asr.whisper import Whisper

    assert choice.directory is not None
    return Whisper(
        choice.model, choice.directory, language, choice.device, settings.processes, settings.whisper
    )


def _sphinx(why: str) -> Choice:
    from pipeline.speech.asr.sphinx import MODEL

    return Choice("sphinx", MODEL, f"PocketSphinx ({why})")


def _device(settings: TranscribeSettings) -> str:
    return device_for(settings.whisper)


def _whisper(model: str, directory: Path, device: str) -> Choice:
    where = "on the graphics card" if device == "cuda" else "on the processor"
    return Choice("whisper", model, f"Whisper {model} {where} ({directory})", directory, device)
