"""Voice activity detection and speech recognition: the regions of speech, and the words that a recognizer reads there.

Where text came with the recording, nothing is recognized, whatever weights are here: the aligner does better from the text alone,
and a recognizer that has to be fast confirms better what is doubtful afterwards (`pipeline.stages.verify`).

The recognizer is Whisper when it is asked for, or when its weights are on this machine; else PocketSphinx, which always is.
Whisper is biased towards names and terms only, never towards the subtitles' text, so that its transcript is independent of it;
PocketSphinx needs the text as its language model, and its result is marked as biased.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline.english.verbalize import spoken_words
from pipeline.media.audio import Audio
from pipeline.progress import Progress, part, silent
from pipeline.settings import TranscribeSettings
from pipeline.speech import vad, weights
from pipeline.speech.asr import Bias, Recognizer
from pipeline.timing import Span
from pipeline.transcript import Heard, Kind
from pipeline.transcript.subtitles import Subtitles

# The share of the progress shown that voice activity detection gets.
_VAD_PROGRESS_SHARE = 0.1

# The share of the speech threshold that is applied where the recognizer knows the text: faint speech is worth its time then,
# since a false alarm yields few words. Set by hand.
_FAINT_THRESHOLD_SHARE = 0.4


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
        from pipeline.speech.asr.whisper import compute_type

        return f"{self.name}/{self.model}/{weights.fingerprint(self.directory)}/{compute_type(self.device)}"


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


def recognizes(settings: TranscribeSettings, given: Subtitles | None) -> bool:
    """Whether words are recognized at all: where no text came with the recording, or a person wants it always."""
    return given is None or settings.words == "always"


def run(
    audio: Audio,
    given: Subtitles | None,
    settings: TranscribeSettings,
    names: tuple[str, ...] = (),
    progress: Progress = silent,
    language: str = "en",
) -> Heard:
    """The regions of speech and the words in them. `names` are people and terms that may be said, `language` is a tag like "en".

    Raises WeightsError when a model's files are missing or damaged, RecognizerError when a recognizer gives up.
    """
    probabilities = vad.speech_probabilities(audio, part(progress, 0.0, _VAD_PROGRESS_SHARE))
    speech = tuple(vad.regions_of(probabilities, settings.speech_threshold, audio.duration_ms))
    if not recognizes(settings, given):
        progress(1.0)
        return Heard("", "", False, (), speech)
    choice = choose(settings)
    recognizer = _build(choice, settings, language)
    bias = Bias(_sentences(given) if recognizer.uses_sentences else (), names)
    listen_to: tuple[Span, ...] = speech
    if bias.sentences:
        faint = settings.speech_threshold * _FAINT_THRESHOLD_SHARE
        listen_to = tuple(vad.regions_of(probabilities, faint, audio.duration_ms))
    tokens = recognizer.recognize(audio, listen_to, bias, part(progress, _VAD_PROGRESS_SHARE, 1.0))
    progress(1.0)
    return Heard(choice.name, choice.model, bool(bias.sentences), tokens, speech)


def _sphinx(why: str) -> Choice:
    from pipeline.speech.asr.sphinx import MODEL

    return Choice("sphinx", MODEL, f"PocketSphinx ({why})")


def _device(settings: TranscribeSettings) -> str:
    from pipeline.speech.asr.whisper import device_for

    return device_for(settings.whisper)


def _whisper(model: str, directory: Path, device: str) -> Choice:
    where = "on the graphics card" if device == "cuda" else "on the processor"
    return Choice("whisper", model, f"Whisper {model} {where} ({directory})", directory, device)


def _build(choice: Choice, settings: TranscribeSettings, language: str) -> Recognizer:
    if choice.directory is None:
        from pipeline.speech.asr.sphinx import Sphinx

        return Sphinx(settings.processes)
    from pipeline.speech.asr.whisper import Whisper

    return Whisper(
        choice.model, choice.directory, language, choice.device, settings.processes, settings.whisper
    )


def _sentences(given: Subtitles | None) -> tuple[tuple[str, ...], ...]:
    """The spoken words of each cue, without sound descriptions and credits."""
    if given is None:
        return ()
    said = (
        spoken_words(" ".join(w.spoken or w.text for w in cue.words if w.kind is Kind.WORD))
        for cue in given.cues
    )
    return tuple(words for words in said if words)
