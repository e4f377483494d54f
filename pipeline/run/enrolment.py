"""The voices that people show us: `enrol = "jax.wav"` or `enrol = "0:12-0:20"` in the sidecar's roster."""

from __future__ import annotations

import hashlib
import re
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import SettingsError
from pipeline.files import digest_of_file
from pipeline.media import facts
from pipeline.run.jobs import Job, sidecar_of
from pipeline.run.track import USUAL_TRACK, Track, of_settings
from pipeline.settings import Person
from pipeline.speech.voices.cache import EmbeddingCache
from pipeline.timing import Span, parse_timecode

Passages = list[tuple[Span, NDArray[np.float32]]]

# Less of a voice is no basis for knowing it again.
LEAST_MS = 2000
_PIECE_MS = 2400
_RANGE = re.compile(r"\s*([\d:.,]+)\s*[-–—]\s*([\d:.,]+)\s*")


def clips(job: Job, duration_ms: int, memory: EmbeddingCache) -> dict[str, Passages]:
    """By name: passages of each enrolled person and their vectors; `duration_ms` is the recording's.

    Raises SettingsError for a clip that is missing, too short or outside the recording, MediaError for one that is no sound.
    """
    return {p.name: _heard(p, job, duration_ms, memory) for p in job.settings.people if p.enrol}


def digests(job: Job) -> list[str]:
    """What stands for the clips in an artefact's key; ranges are in the settings already. Raises SettingsError."""
    files = (p for p in job.settings.people if p.enrol and not _RANGE.fullmatch(p.enrol))
    return [_key(_checked(p, job), job) for p in files]


def _track(path: Path, job: Job) -> Track:
    """The audio track of a clip: the job's where it is the recording itself, else as its own sidecar says."""
    if job.media.exists() and path.samefile(job.media):
        return job.settings.audio_track, job.settings.language
    if sidecar_of(path).is_file():
        return of_settings(path)
    return 0, job.settings.language


def _key(path: Path, job: Job) -> str:
    """What stands for a clip: its digest, with the track where that is not the usual one."""
    digest, track = digest_of_file(path), _track(path, job)
    if track == USUAL_TRACK:
        return digest
    return hashlib.sha256(f"{digest} {track}".encode()).hexdigest()


def _heard(person: Person, job: Job, duration_ms: int, memory: EmbeddingCache) -> Passages:
    match = _RANGE.fullmatch(person.enrol)
    if match:
        parts = _parts(_range(person, job, match, duration_ms))
        vectors = memory.embed(parts)
    else:
        path = _checked(person, job)
        track, language = _track(path, job)
        sound = facts.decode_audio(path, track=track, language=language)
        _long_enough(person, job, sound.duration_ms)
        parts = _parts(Span(0, sound.duration_ms))
        vectors = memory.embed_in(lambda: sound, f"{_key(path, job)[:12]}:", parts)
    return [(part, found) for part, found in zip(parts, vectors, strict=True) if found is not None]


def _range(person: Person, job: Job, match: re.Match[str], duration_ms: int) -> Span:
    try:
        span = Span(parse_timecode(match[1]), parse_timecode(match[2]))
    except ValueError as error:
        raise _wrong(job, person, f"is not a range like 0:12-0:20: {error}") from None
    if span.end_ms > duration_ms:
        raise _wrong(job, person, "lies behind the end of the recording")
    _long_enough(person, job, span.duration_ms)
    return span


def _parts(span: Span) -> list[Span]:
    count = max(1, round(span.duration_ms / _PIECE_MS))
    return [
        Span(a, b)
        for a, b in pairwise(span.start_ms + span.duration_ms * k // count for k in range(count + 1))
    ]


def _long_enough(person: Person, job: Job, duration_ms: int) -> None:
    if duration_ms < LEAST_MS:
        raise _wrong(
            job, person, f"is shorter than {LEAST_MS // 1000} seconds; give some ten seconds of them alone"
        )


def _checked(person: Person, job: Job) -> Path:
    path = job.media.parent / person.enrol
    if not path.is_file():
        raise _wrong(
            job, person, f"is neither a file beside the recording ({path}) nor a range like 0:12-0:20"
        )
    return path


def _wrong(job: Job, person: Person, problem: str) -> SettingsError:
    return SettingsError(
        str(sidecar_of(job.media)), f"people.enrol of {person.name}", f"'{person.enrol}' {problem}"
    )
