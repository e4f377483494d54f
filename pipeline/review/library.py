"""The recordings of a project by id, and the files of theirs that may be served. Addresses hold ids, never paths."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import UsageError, VignetteError
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER, PROJECT_FILE
from pipeline.review.auditing import Auditor
from pipeline.review.remake import Remaker
from pipeline.review.sitting import Sitting
from pipeline.run import jobs
from pipeline.run.jobs import Job

# What browsers call the containers of recordings; any other is handed out as bytes.
MEDIA_TYPES = {
    ".mp4": "video/mp4", ".m4v": "video/mp4", ".mov": "video/quicktime", ".webm": "video/webm",
    ".mkv": "video/x-matroska", ".ogv": "video/ogg", ".mp3": "audio/mpeg", ".m4a": "audio/mp4", ".aac": "audio/aac",
    ".wav": "audio/wav", ".flac": "audio/flac", ".ogg": "audio/ogg", ".opus": "audio/ogg",
}  # fmt: skip
# So many recordings are held in memory for their pages.
MAX_OPEN = 3


@dataclass(frozen=True, slots=True)
class Place:
    """Where a project lies: its recordings, what comes of them, and its settings."""

    media: Path
    out: Path
    project_file: Path

    @classmethod
    def of(cls, folder: Path | None, out: Path | None = None) -> Place:
        """A project's folder (the current one where none is named), or a folder of recordings. Raises UsageError."""
        root = folder or Path()
        if not root.is_dir():
            raise UsageError(f"there is no folder '{root}'", "name the folder that holds media/")
        if folder is None or (root / MEDIA_FOLDER).is_dir():
            return cls(root / MEDIA_FOLDER, out or root / OUT_FOLDER, root / PROJECT_FILE)
        return cls(root, out or OUT_FOLDER, PROJECT_FILE)


class Library:
    """The recordings of a project; found anew at every look at the whole of it."""

    def __init__(self, place: Place, remaker: Remaker, auditor: Auditor | None = None) -> None:
        self.place, self.remaker, self.auditor = place, remaker, auditor
        self.refused: tuple[tuple[Path, VignetteError], ...] = ()
        self._sittings: dict[str, Sitting] = {}
        self._open: list[Sitting] = []
        self._scanned: tuple[int, int] | None = None
        self._lock = threading.Lock()

    def scan(self) -> list[Sitting]:
        """All recordings in order of their names. Raises UsageError, SettingsError."""
        request = jobs.Request((), None, self.place.out, (), self.place.media, self.place.project_file)
        with self._lock:
            self._scanned = self._settings_stamp()
            plan = jobs.plan(request)
            self.refused = plan.refused
            found = {id_of(job): job for job in plan.jobs}
            kept = {i: s for i, s in self._sittings.items() if i in found and s.job == found[i]}
            self._sittings = {
                i: kept.get(i) or Sitting(i, job, self.remaker, self.auditor) for i, job in found.items()
            }
            return list(self._sittings.values())

    def known(self, video: str) -> Sitting | None:
        """The recording with this id among those that were found before; asks no disk."""
        return self._sittings.get(video)

    def current(self, video: str) -> Sitting | None:
        """The recording with this id, with the project's settings as they are now. Raises as `scan` does."""
        if self._settings_stamp() != self._scanned:
            self.scan()
        return self.sitting(video)

    def _settings_stamp(self) -> tuple[int, int] | None:
        try:
            state = self.place.project_file.stat()
        except OSError:
            return None
        return state.st_mtime_ns, state.st_size

    def sitting(self, video: str) -> Sitting | None:
        """The recording with this id."""
        found = self._sittings.get(video)
        if found is None:
            found = next((s for s in self.scan() if s.id == video), None)
        return found

    def opened(self, sitting: Sitting) -> None:
        """Note that a recording's page is open: the one that was opened longest ago rests where there are many."""
        with self._lock:
            self._open = [s for s in self._open if s.id != sitting.id] + [sitting]
            resting, self._open = self._open[:-MAX_OPEN], self._open[-MAX_OPEN:]
        for one in resting:
            one.rest()

    def media_file(self, sitting: Sitting) -> Path | None:
        """The recording's file as it may be served: a file inside the folder of recordings, wherever links lead; else None."""
        try:
            path = sitting.job.media.resolve(strict=True)
            root = self.place.media.resolve(strict=True)
        except (OSError, RuntimeError):
            return None
        return path if path.is_file() and path.is_relative_to(root) else None


def id_of(job: Job) -> str:
    """A recording's id: a digest of its name, the same whenever the server is started."""
    return hashlib.sha256(job.name.encode("utf-8")).hexdigest()[:12]


def media_type(path: Path) -> str:
    """The media type by the file's suffix."""
    return MEDIA_TYPES.get(path.suffix.lower(), "application/octet-stream")
