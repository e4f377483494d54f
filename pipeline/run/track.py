"""The chosen audio track: which one a recording's transcript was made of, for whoever opens the recording again.

A choice stands in the sidecar, in the project's settings or in the command line of a run; the last is kept only with what
that run found.
"""

from __future__ import annotations

from pathlib import Path

from pipeline import settings as settings_module
from pipeline.files import PROJECT_FILE
from pipeline.run.jobs import sidecar_of
from pipeline.run.store import Store

Track = tuple[int, str]

# The track that is listened to where nobody chooses.
USUAL_TRACK: Track = (0, "en")


def of_settings(recording: Path, project_file: Path = PROJECT_FILE) -> Track:
    """The track (from 1, 0 for the usual one) and the language that a run without options would take. Raises SettingsError."""
    settings = settings_module.load(project_file, sidecar_of(recording))
    return settings.audio_track, settings.language


def listened_to(recording: Path, out: Path, project_file: Path = PROJECT_FILE) -> Track:
    """The track and language that the last run into `out` listened to; those of the settings where none is known.

    Raises SettingsError.
    """
    store = Store.of(out, recording.stem)
    origin = store.origin()
    reads = store.reads("sound")
    if not reads or origin is None or not (origin.exists() and origin.samefile(recording)):
        return of_settings(recording, project_file)
    track, language = reads.get("track", 0), reads.get("language", "en")
    if type(track) is not int or not isinstance(language, str):
        return of_settings(recording, project_file)
    return track, language
