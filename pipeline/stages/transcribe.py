"""The first stage that listens: where somebody speaks, and which words a recognizer hears there.

Which recognizer: Whisper when it is asked for, or when its weights are on this machine; else PocketSphinx,
which always is. Whisper is told names and terms only, never the subtitles' running text, because a biased ear
is no independent witness; PocketSphinx cannot do without the text, and its result says that it was biased.
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

# The share of the work that finding speech takes, for the progress shown.
_VAD_PROGRESS_SHARE = 0.1

# Where the words are known, faint speech is worth listening to: a false alarm costs a moment and yields few
# words.
_FAINT_THRESHOLD_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Choice:
    """Which recognizer a run will use. `identity` changes whenever its result could; `sentence` tells a
    person why."""

    name: str
    model: str
    sentence: str
    directory: Path | None = None
    device: str = "cpu"

    @property
    def identity(self) -> str:
        """Names the engine and the weights; for Whisper also a digest of its files and how it counts on this device."""
        if self.directory is None:
            return f"{self.name}/{self.model}"
        from pipeline.speech.asr.whisper import compute_type

        return f"{self.name}/{self.model}/{weights.fingerprint(self.directory)}/{compute_type(self.device)}"


def choose(settings: TranscribeSettings) -> Choice:
    """The recognizer for these settings. Raises WeightsError when Whisper is asked for and its files are not here,
    RecognizerError when it is asked to use a graphics card that is not."""
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
    return _sphinx("Whisper's weights are not on this machine; `make models` fetches them")


def run(
    audio: Audio,
    given: Subtitles | None,
    settings: TranscribeSettings,
    names: tuple[str, ...] = (),
    progress: Progress = silent,
    language: str = "en",
) -> Heard:
    """Find speech and the words in it. `names` are people and terms that may be said, `language` is a tag like "en".

    Raises WeightsError when a model's files are missing or damaged, RecognizerError when a recognizer gives up.
    """
    choice = choose(settings)
    probabilities = vad.speech_probabilities(audio, part(progress, 0.0, _VAD_PROGRESS_SHARE))
    speech = tuple(vad.regions_of(probabilities, settings.speech_threshold, audio.duration_ms))
    if choice.name == "sphinx" and given is not None and settings.words == "auto":
        progress(1.0)
        return Heard(choice.name, choice.model, False, (), speech)
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
    """What each cue says, in spoken words; sounds and credits are not said."""
    if given is None:
        return ()
    said = (
        spoken_words(" ".join(w.spoken or w.text for w in cue.words if w.kind is Kind.WORD))
        for cue in given.cues
    )
    return tuple(words for words in said if words)
