"""Speaker segmentation and transcription in a run: what their stages read, and what another program heard in their place."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from pipeline.progress import Progress
from pipeline.run import heard_elsewhere
from pipeline.run.inputs import Inputs
from pipeline.speech import second_ear, segmentation
from pipeline.speech.asr import choice
from pipeline.stages import segment as segmenting
from pipeline.stages import transcribe as transcribing
from pipeline.transcript import Heard, LocalSpeakers


def segment_reads(inputs: Inputs) -> dict[str, Any]:
    return {**inputs.recording, **segmentation.reads()}


def segment(inputs: Inputs, progress: Progress) -> LocalSpeakers:
    return segmenting.run(inputs.audio(), progress) if segmentation.identity() else LocalSpeakers()


def transcribe_reads(inputs: Inputs) -> dict[str, Any]:
    settings = inputs.settings
    if inputs.job.heard:
        return {**inputs.recording, **heard_elsewhere.reads(inputs.job.heard, settings)}
    if not transcribing.recognizes(settings.transcribe, inputs.subtitles):
        # Regions of speech: what model would be taken, and which text came, is all the same to them.
        return {
            **inputs.recording,
            "speech_threshold": settings.transcribe.speech_threshold,
            "second_ear": second_ear.identity(),
            **segmentation.reads(),
        }
    own = asdict(settings.transcribe)
    del own["processes"]  # how many share the work changes no result
    return {
        **inputs.recording,
        "second_ear": second_ear.identity(),
        **segmentation.reads(),
        "settings": own,
        "names": list(settings.names),
        "language": settings.language,
        "subtitles": inputs.subtitles_digest,
        **inputs.repairs,
        "recognizer": choice.choose(settings.transcribe).identity,
    }


def transcribe(inputs: Inputs, progress: Progress) -> Heard:
    settings = inputs.settings
    if inputs.job.heard:
        return heard_elsewhere.run(inputs.job.heard, inputs.audio(), settings, progress)
    return transcribing.run(
        inputs.audio(), inputs.subtitles, settings.transcribe, settings.names, progress, settings.language
    )
