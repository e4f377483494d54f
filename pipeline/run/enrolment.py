"""Speaker enrolment: sample clips of people's voices, `enrol = "jax.wav"` or `enrol = "0:12-0:20"` in the sidecar's roster."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path
from typing import TYPE_CHECKING

from pipeline.errors import SettingsError
from pipeline.files import digest_of_file
from pipeline.run.jobs import Job, sidecar_of
from pipeline.run.track import USUAL_TRACK, Track, of_settings
from pipeline.settings import Person
from pipeline.timing import Span, parse_timecode, shares

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from pipeline.speech.voices.cache import EmbeddingCache

    Passages = list[tuple[Span, NDArray[np.float32]]]
    """Passages of one person's clip in milliseconds, each with its speaker embeddings of shape (windows, size)."""

# A shorter clip is refused: it holds too few embedding windows to recognise a voice by. Set by hand.
MIN_CLIP_MS = 2000
# A clip is cut into equal passages of about this length. Set by hand.
_PASSAGE_MS = 2400
# A range of two times with a hyphen or dash between them: "0:12-0:20".
_RANGE = re.compile(r"\s*([\d:.,]+)\s*[-–—]\s*([\d:.,]+)\s*")


def clips(job: Job, duration_ms: int, memory: EmbeddingCache) -> dict[str, Passages]:
    """Enrolment embeddings by person's name: the passages of each clip and their vectors; `duration_ms` is the recording's.

    Passages without an embedding are left out. Raises SettingsError for a clip that is missing, too short or outside the
    recording, MediaError for one that cannot be decoded.
    """
    return {p.name: _embedded(p, job, duration_ms, memory) for p in job.settings.people if p.enrol}


def digests(job: Job) -> list[str]:
    """SHA-256 digests of the clip files, for an artefact's key; ranges are in the settings already. Raises SettingsError."""
    files = (p for p in job.settings.people if p.enrol and not _RANGE.fullmatch(p.enrol))
    return [_key(_clip_file(p, job), job) for p in files]


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


def _embedded(person: Person, job: Job, duration_ms: int, memory: EmbeddingCache) -> Passages:
    match = _RANGE.fullmatch(person.enrol)
    if match:
        parts = _cut(_range(person, job, match, duration_ms))
        vectors = memory.embed(parts)
    else:
        from pipeline.media.facts import decode_audio

        path = _clip_file(person, job)
        track, language = _track(path, job)
        sound = decode_audio(path, track=track, language=language)
        _check_length(person, job, sound.duration_ms)
        parts = _cut(Span(0, sound.duration_ms))
        vectors = memory.embed_in(lambda: sound, f"{_key(path, job)[:12]}:", parts)
    return [(part, found) for part, found in zip(parts, vectors, strict=True) if found is not None]


def _range(person: Person, job: Job, match: re.Match[str], duration_ms: int) -> Span:
    """The part of the recording that `enrol` names. Raises SettingsError."""
    try:
        span = Span(parse_timecode(match[1]), parse_timecode(match[2]))
    except ValueError as error:
        raise _error(job, person, f"is not a range like 0:12-0:20: {error}") from None
    if span.end_ms > duration_ms:
        raise _error(job, person, "lies behind the end of the recording")
    _check_length(person, job, span.duration_ms)
    return span


def _cut(span: Span) -> list[Span]:
    """The span as passages of equal length, nothing left over."""
    count = max(1, round(span.duration_ms / _PASSAGE_MS))
    return shares(span, [1] * count)


def _check_length(person: Person, job: Job, duration_ms: int) -> None:
    """Raise SettingsError for less than `MIN_CLIP_MS`."""
    if duration_ms < MIN_CLIP_MS:
        raise _error(
            job, person, f"is shorter than {MIN_CLIP_MS // 1000} seconds; give some ten seconds of them alone"
        )


def _clip_file(person: Person, job: Job) -> Path:
    """The clip's path, relative to the recording's folder. Raises SettingsError."""
    path = job.media.parent / person.enrol
    if not path.is_file():
        raise _error(
            job, person, f"is neither a file beside the recording ({path}) nor a range like 0:12-0:20"
        )
    return path


def _error(job: Job, person: Person, problem: str) -> SettingsError:
    return SettingsError(
        str(sidecar_of(job.media)), f"people.enrol of {person.name}", f"'{person.enrol}' {problem}"
    )
