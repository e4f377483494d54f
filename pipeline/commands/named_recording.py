"""Recordings as people name them: by their path, or in a project by their name alone."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from pipeline.errors import MediaError, UsageError, nearest
from pipeline.files import MEDIA_FOLDER
from pipeline.media.suffixes import SUFFIXES
from pipeline.run import jobs
from pipeline.run.jobs import Job


def recordings_here(folder: Path = MEDIA_FOLDER) -> list[Path]:
    """The recordings of a project's media folder, by name; none where there is no such folder."""
    if not folder.is_dir():
        return []
    return [p for p in sorted(folder.iterdir()) if p.suffix.lower() in SUFFIXES and p.is_file()]


def recording_named(given: Path, folder: Path = MEDIA_FOLDER) -> Path:
    """The path of the recording that somebody names: "talk", "talk.mp4" and "media/talk.mp4" all mean one.

    Raises MediaError with the nearest name where there is none.
    """
    if os.path.lexists(given):
        return given
    here = recordings_here(folder)
    if given.parent == Path():
        found = [p for p in here if given.name in (p.name, p.stem)]
        if len(found) == 1:
            return found[0]
    near = nearest(given.name, [n for p in here for n in (p.name, p.stem)])
    raise MediaError(given, "does not exist", f"did you mean {near[0]}?" if near else "check the name")


def recording_meant(given: Path, folder: Path = MEDIA_FOLDER) -> Path:
    """As `recording_named`; what names no recording is left as it is, for a run to tell among the others."""
    try:
        return recording_named(given, folder)
    except MediaError:
        return given


def names_recording(given: str, folder: Path = MEDIA_FOLDER) -> bool:
    """Whether a word names a recording, rather than anything else that may stand in its place."""
    path = Path(given)
    if path.suffix.lower() in SUFFIXES:
        return True
    return path.parent == Path() and any(given == p.stem for p in recordings_here(folder))


def the_recording(given: Sequence[Path] = ()) -> Path:
    """The one recording that is named, or the only one of the project. Raises UsageError where that is not one."""
    if len(given) == 1:
        return recording_named(given[0])
    here = recordings_here()
    if not given and len(here) == 1:
        return here[0]
    if given:
        raise UsageError(
            "one recording is decided about at a time", f"name one of {', '.join(map(str, given))}"
        )
    names = ", ".join(p.name for p in here[:5]) + (" ..." if len(here) > 5 else "")
    raise UsageError("which recording?", f"name one: {names}" if here else "there is none in media/")


def jobs_named(
    media: Sequence[Path], transcripts: Path, subtitles: Path | None = None, overrides: Sequence[str] = ()
) -> tuple[Job, ...]:
    """The jobs of these recordings, or of all in media/. Raises what planning them raises, and UsageError for none."""
    named = tuple(recording_named(path) for path in media)
    plan = jobs.plan(jobs.Request(named, subtitles, transcripts, tuple(overrides)))
    if plan.refused:
        raise plan.refused[0][1]
    if not plan.jobs:
        raise UsageError("there is no recording here", "name one")
    return plan.jobs
