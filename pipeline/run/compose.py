"""The transcript composed of what the stages found, with its grade and provenance, and what they noticed."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from dataclasses import asdict, replace

from pipeline import __version__, intact
from pipeline.concepts.codebook import CONCEPTS_FILE
from pipeline.files import data_file
from pipeline.run.inputs import Inputs
from pipeline.timing import clock
from pipeline.transcript import (
    Aligned,
    Captions,
    Concepts,
    Grade,
    Heard,
    Media,
    Parts,
    Picture,
    Sound,
    Transcript,
    Verification,
    Voices,
)
from pipeline.transcript.settled import settled

# The announced length may be off by this much before a person is warned.
DURATION_SLACK_MS = 2000


def composed(inputs: Inputs) -> Transcript:
    """All that the stages found, side by side."""
    heard, voices, tags, verification = inputs.heard, inputs[Voices], inputs[Concepts], inputs[Verification]
    aligned = replace(inputs[Aligned], report=settled(inputs[Aligned].report, verification))
    return Transcript(
        _media(inputs), heard, aligned, voices, inputs[Captions], _grade(inputs), lang=inputs.settings.language,
        provenance=_provenance(inputs), concepts=tags, parts=inputs[Parts], profile=inputs.settings.captions.profile,
        srt_positions=inputs.settings.captions.srt_positions,
        script=inputs.script,
        verification=verification,
    )  # fmt: skip


def _grade(inputs: Inputs) -> Grade:
    if inputs.subtitles is not None:
        return Grade.SUBTITLES
    return Grade.MACHINE if inputs[Heard].recognizer == "whisper" else Grade.DRAFT


def _media(inputs: Inputs) -> Media:
    settings, sound = inputs.settings, inputs[Sound]
    return Media(
        inputs.job.name, inputs.media_sha256, sound.duration_ms, settings.title, settings.isbn, settings.credits,
        settings.learning_objectives, sound.has_picture,
    )  # fmt: skip


def _provenance(inputs: Inputs) -> dict[str, str]:
    settings, heard = inputs.settings, inputs.heard
    settled = replace(settings.captions, recue=inputs[Captions].anew)
    groups = [asdict(settings.align), asdict(settled)]
    if settled.srt_positions:  # as all had it before there was a choice
        del groups[1]["srt_positions"]
    used = json.dumps(groups, sort_keys=True)
    return {
        "vignette": __version__,
        "recognizer": heard.recognizer,
        "model": heard.model,
        "witness": inputs[Verification].witness,
        "speakers": inputs[Voices].encoder,
        **({"segmentation": heard.local.name} if heard.local else {}),
        "lexicon": inputs[Concepts].lexicon,
        "subtitles": inputs.job.subtitles.name if inputs.job.subtitles else "",
        **({"heard": inputs.job.heard.name} if inputs.job.heard else {}),
        "settings": hashlib.sha256(used.encode()).hexdigest()[:12],
    }


def _odd_length(inputs: Inputs) -> Iterable[str]:
    expected, duration_ms = inputs.settings.expected_duration_ms, inputs[Sound].duration_ms
    if expected is not None and abs(expected - duration_ms) > DURATION_SLACK_MS:
        yield (
            f"the recording lasts {clock(duration_ms)}, but {clock(expected)} was expected: "
            "it may be another cut than the one described"
        )


def _parts_behind_the_end(inputs: Inputs) -> Iterable[str]:
    """The parts of the sidecar that begin when the recording has ended."""
    duration_ms = inputs[Sound].duration_ms
    late = [wish.start for wish in inputs.settings.vignettes if wish.exists and wish.start_ms >= duration_ms]
    if late:
        yield (
            f"the recording ends at {clock(duration_ms)}, before the part{'s' if len(late) > 1 else ''} that the sidecar "
            f"has begin at {', '.join(late)}: put right when"
        )


def _lexicon_changed() -> Iterable[str]:
    """That the tags come of another lexicon than Vignette's own."""
    path = data_file(CONCEPTS_FILE)
    if said := intact.change(path):
        yield f"{said}; 'vignette concepts check' tries it on its own examples"


def notes(inputs: Inputs) -> tuple[str, ...]:
    """What the stages noticed that a person should know, in their order."""
    given = inputs.subtitles
    return (
        *inputs.job.notes,
        *inputs[Sound].notes,
        *_odd_length(inputs),
        *_parts_behind_the_end(inputs),
        *inputs[Picture].notes,
        *([f"{given.name}: {note}" for note in given.notes] if given else ()),
        *((inputs.script.sentence("all in the JSON"),) if inputs.script else ()),
        *inputs[Heard].notes,
        *inputs[Voices].notes,
        *_lexicon_changed(),
        *inputs[Captions].notes,
    )
