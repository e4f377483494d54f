"""The first stage that listens: where somebody speaks, and which words a recognizer hears there.

Which recognizer: Whisper when it is asked for, or when its weights are on this machine; else PocketSphinx,
which always is. Whisper is told names and terms only, never the subtitles' running text, because a biased ear
is no independent witness; PocketSphinx cannot do without the text, and its result says that it was biased.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from pipeline import regions, weights
from pipeline.errors import RecognizerError
from pipeline.given import Given
from pipeline.progress import Progress, part, silent
from pipeline.recognizers import Bias, Recognizer
from pipeline.settings import TranscribeSettings
from pipeline.sound import Audio
from pipeline.spoken import spoken_words
from pipeline.timing import Span
from pipeline.transcript import Heard, Kind

# The share of the work that finding speech takes, for the progress shown.
_SCAN_SHARE = 0.1

# Where the words are known, faint speech is worth listening to: a false alarm costs a moment and yields few
# words.
_FAINT_SHARE = 0.4


@dataclass(frozen=True, slots=True)
class Choice:
    """Which recognizer a run will use. `identity` changes whenever its result could; `sentence` tells a
    person why."""

    name: str
    model: str
    sentence: str
    directory: Path | None = None

    @property
    def identity(self) -> str:
        return f"{self.name}/{self.model}"


def choose(settings: TranscribeSettings) -> Choice:
    """The recognizer for these settings. Raises WeightsError when Whisper is asked for and its files are not
    here."""
    if settings.recognizer == "sphinx":
        return _sphinx("as asked for")
    if settings.model != "auto":
        return _whisper(settings.model, weights.find(settings.model))
    if found := weights.find_best():
        return _whisper(*found)
    if settings.recognizer == "whisper":
        weights.find("small.en")  # raises, saying what is missing
    return _sphinx("Whisper's weights are not on this machine; `make models` fetches them")


def run(
    audio: Audio,
    given: Given | None,
    settings: TranscribeSettings,
    names: tuple[str, ...] = (),
    progress: Progress = silent,
) -> Heard:
    """Find speech and the words in it. `names` are people and terms that may be said.

    Raises WeightsError when a model's files are missing, RecognizerError when a recognizer gives up.
    """
    choice = choose(settings)
    probabilities = regions.speech_probabilities(audio, part(progress, 0.0, _SCAN_SHARE))
    speech = tuple(regions.regions_of(probabilities, settings.speech_threshold, audio.duration_ms))
    if choice.name == "sphinx" and given is not None and settings.words == "auto":
        progress(1.0)
        return Heard(choice.name, choice.model, False, (), speech)
    recognizer = _build(choice, settings)
    bias = Bias(_sentences(given) if recognizer.uses_sentences else (), names)
    listen_to: tuple[Span, ...] = speech
    if bias.sentences:
        faint = settings.speech_threshold * _FAINT_SHARE
        listen_to = tuple(regions.regions_of(probabilities, faint, audio.duration_ms))
    tokens = recognizer.recognize(audio, listen_to, bias, part(progress, _SCAN_SHARE, 1.0))
    progress(1.0)
    return Heard(choice.name, choice.model, bool(bias.sentences), tokens, speech)


def _sphinx(why: str) -> Choice:
    from pipeline.recognizers.sphinx import MODEL

    return Choice("sphinx", MODEL, f"PocketSphinx ({why})")


def _whisper(model: str, directory: Path) -> Choice:
    return Choice("whisper", model, f"Whisper {model} ({directory})", directory)


def _build(choice: Choice, settings: TranscribeSettings) -> Recognizer:
    if choice.name == "sphinx":
        from pipeline.recognizers.sphinx import Sphinx

        return Sphinx(settings.processes)
    raise RecognizerError(
        "whisper", "this version cannot use it yet", "use --set transcribe.recognizer=sphinx"
    )


def _sentences(given: Given | None) -> tuple[tuple[str, ...], ...]:
    """What each cue says, in spoken words; sounds and credits are not said."""
    if given is None:
        return ()
    said = (
        spoken_words(" ".join(w.spoken or w.text for w in cue.words if w.kind is Kind.WORD))
        for cue in given.cues
    )
    return tuple(words for words in said if words)
