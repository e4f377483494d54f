"""Voice activity detection and speech recognition: when people speak, and the words that a recognizer reads there.

A recognizer is given the regions of phrases; turns get more time (`Heard.voiced`), in which faint speech counts too.

Where text came with the recording, nothing is recognized, whatever weights are here: the aligner does better from the text alone,
and a recognizer that has to be fast confirms better what is doubtful afterwards (`pipeline.stages.verify`).

The recognizer is Whisper when it is asked for, or when its weights are on this machine; else PocketSphinx, which always is.
Whisper is biased towards names and terms only, never towards the subtitles' text, so that its transcript is independent of it;
PocketSphinx needs the text as its language model, and its result is marked as biased.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.english.verbalize import spoken_words
from pipeline.media import quiet
from pipeline.media.audio import Audio
from pipeline.progress import Progress, part, silent
from pipeline.settings import TranscribeSettings
from pipeline.speech import second_ear, segmentation_weights, vad, voiced
from pipeline.speech.asr import Bias, Recognizer
from pipeline.speech.asr.choice import Choice, choose, recognizes, whisper
from pipeline.timing import Span
from pipeline.transcript import Heard, Kind
from pipeline.transcript.subtitles import Subtitles

# The share of the progress shown that voice activity detection gets.
_VAD_PROGRESS_SHARE = 0.1

# The share of the speech threshold that is applied where the recognizer knows the text: faint speech is worth its time then,
# since a false alarm yields few words. Set by hand.
_FAINT_THRESHOLD_SHARE = 0.4


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
    if not recognizes(settings, given):
        return regions_only(audio, settings, progress)
    probabilities = vad.speech_probabilities(audio, part(progress, 0.0, _VAD_PROGRESS_SHARE))
    speech = tuple(vad.regions_of(probabilities, settings.speech_threshold, audio.duration_ms))
    heard = _with_voices(Heard("", "", False, (), speech), audio, probabilities, settings)
    choice = choose(settings)
    recognizer = _build(choice, settings, language)
    bias = Bias(_sentences(given) if recognizer.uses_sentences else (), names)
    listen_to: tuple[Span, ...] = speech
    if bias.sentences:
        faint = settings.speech_threshold * _FAINT_THRESHOLD_SHARE
        listen_to = tuple(vad.regions_of(probabilities, faint, audio.duration_ms))
    tokens = recognizer.recognize(audio, listen_to, bias, part(progress, _VAD_PROGRESS_SHARE, 1.0))
    progress(1.0)
    return replace(
        heard, recognizer=choice.name, model=choice.model, biased=bool(bias.sentences), tokens=tokens
    )


def _with_voices(
    heard: Heard, audio: Audio, probabilities: NDArray[np.float32], settings: TranscribeSettings
) -> Heard:
    """With the time when people speak, which is more than the regions of speech, and with the sounds between."""
    threshold, duration_ms = settings.speech_threshold, audio.duration_ms
    lasting = voiced.lasting(probabilities, threshold, duration_ms)
    segmented = bool(segmentation_weights.identity())
    second = second_ear.listen(audio, voiced.quiet(lasting, duration_ms), speech_too=not segmented)
    notes = (*heard.notes, *([second.failed] if second.failed else []))
    music = quiet.music(audio, heard.regions)
    found = replace(heard, sounds=second.sounds, notes=notes, music=music)
    if segmented:
        return found  # two other ears hear no better when people speak than the segmentation (`segment`)
    faint = voiced.faint(probabilities, threshold, duration_ms)
    return replace(found, voiced=voiced.together(lasting, faint, second.speech, duration_ms=duration_ms))


def regions_only(audio: Audio, settings: TranscribeSettings, progress: Progress = silent) -> Heard:
    """The regions of speech, and no words."""
    probabilities = vad.speech_probabilities(audio, progress)
    speech = tuple(vad.regions_of(probabilities, settings.speech_threshold, audio.duration_ms))
    found = _with_voices(Heard("", "", False, (), speech), audio, probabilities, settings)
    progress(1.0)
    return found


def _build(choice: Choice, settings: TranscribeSettings, language: str) -> Recognizer:
    if choice.directory is None:
        from pipeline.speech.asr.sphinx import Sphinx

        return Sphinx(settings.processes)
    return whisper(choice, settings, language)


def _sentences(given: Subtitles | None) -> tuple[tuple[str, ...], ...]:
    """The spoken words of each cue, without sound descriptions and credits."""
    if given is None:
        return ()
    said = (
        spoken_words(" ".join(w.spoken or w.text for w in cue.words if w.kind is Kind.WORD))
        for cue in given.cues
    )
    return tuple(words for words in said if words)
