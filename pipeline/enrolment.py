"""The voices that people show us: `enrol = "jax.wav"` or `enrol = "0:12-0:20"` in the sidecar's roster."""

from __future__ import annotations

import re
from pathlib import Path

from pipeline import media
from pipeline.errors import SettingsError
from pipeline.jobs import Job, sidecar_of
from pipeline.settings import Person
from pipeline.sound import Audio
from pipeline.store import digest_of_file
from pipeline.timing import Span, parse_timecode

# Less of a voice is no basis for knowing it again.
LEAST_MS = 2000
_RANGE = re.compile(r"\s*([\d:.,]+)\s*[-–—]\s*([\d:.,]+)\s*")


def clips(job: Job, audio: Audio) -> dict[str, tuple[Audio, Span]]:
    """By name: the sound of each enrolled person, and where in it they speak. Raises SettingsError, MediaError."""
    found = {}
    for person in job.settings.people:
        if person.enrol:
            found[person.name] = _clip(person, job, audio)
    return found


def digests(job: Job) -> list[str]:
    """What stands for the clips in an artefact's key; ranges are in the settings already. Raises SettingsError."""
    files = (p for p in job.settings.people if p.enrol and not _RANGE.fullmatch(p.enrol))
    return [digest_of_file(_checked(p, job)) for p in files]


def _clip(person: Person, job: Job, audio: Audio) -> tuple[Audio, Span]:
    match = _RANGE.fullmatch(person.enrol)
    if match:
        try:
            span = Span(*map(parse_timecode, match.groups()))
        except ValueError as error:
            raise _wrong(job, person, f"is not a range like 0:12-0:20: {error}") from None
        sound = audio
    else:
        sound = media.decode_audio(_checked(person, job))
        span = Span(0, sound.duration_ms)
    if span.end_ms > sound.duration_ms:
        raise _wrong(job, person, "lies behind the end of the recording")
    if span.duration_ms < LEAST_MS:
        raise _wrong(
            job, person, f"is shorter than {LEAST_MS // 1000} seconds; give some ten seconds of them alone"
        )
    return sound, span


def _checked(person: Person, job: Job) -> Path:
    path = job.media.parent / person.enrol
    if not path.is_file():
        raise _wrong(
            job, person, f"is neither a file beside the recording ({path}) nor a range like 0:12-0:20"
        )
    return path


def _wrong(job: Job, person: Person, problem: str) -> SettingsError:
    return SettingsError(
        str(sidecar_of(job.media)), f"people.enrol of {person.name}", f"{problem}: '{person.enrol}'"
    )
