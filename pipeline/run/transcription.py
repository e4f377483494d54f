"""Transcription in a run: what its stage reads, which depends on whether words came with the recording, and who hears it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pipeline.progress import Progress
from pipeline.run import heard_elsewhere
from pipeline.run.inputs import Inputs
from pipeline.settings import TranscribeSettings
from pipeline.speech import second_ear_package, segmentation_weights
from pipeline.speech.asr import choice
from pipeline.transcript import Heard


def reads(inputs: Inputs) -> dict[str, Any]:
    settings = inputs.settings
    if inputs.job.heard:
        return {**inputs.recording, **heard_elsewhere.reads(inputs.job.heard, settings)}
    if not choice.recognizes(settings.transcribe, inputs.subtitles):
        # Regions of speech: what model would be taken, and which text came, is all the same to them.
        return {
            **inputs.recording,
            "speech_threshold": settings.transcribe.speech_threshold,
            "second_ear": second_ear_package.identity(),
            **segmentation_weights.reads(),
        }
    return {
        **inputs.recording,
        "second_ear": second_ear_package.identity(),
        **segmentation_weights.reads(),
        "settings": _without_processes(settings.transcribe),
        "names": list(settings.names),
        "language": settings.language,
        "subtitles": inputs.subtitles_digest,
        **inputs.repairs,
        "recognizer": choice.choose(settings.transcribe).identity,
    }


def run(inputs: Inputs, progress: Progress) -> Heard:
    from pipeline.stages import transcribe

    settings = inputs.settings
    if inputs.job.heard:
        return heard_elsewhere.run(inputs.job.heard, inputs.audio(), settings, progress)
    return transcribe.run(
        inputs.audio(), inputs.subtitles, settings.transcribe, settings.names, progress, settings.language
    )


def _without_processes(settings: TranscribeSettings) -> dict[str, Any]:
    """The settings as JSON values, less how many share the work, which changes no result."""
    return {k: v for k, v in asdict(settings).items() if k != "processes"}
