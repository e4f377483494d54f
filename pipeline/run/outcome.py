"""Outcomes: what became of a recording and of each of its stages, as values; and `Watcher`, who observes a run."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from pipeline.edits import ledger
from pipeline.errors import VignetteError
from pipeline.progress import Progress
from pipeline.run import outputs
from pipeline.run.caption_changes import CaptionChange, counts

# The outputs of a recording that failed.
NOTHING_WRITTEN = outputs.Written()


class Status(StrEnum):
    """What became of a recording: captioned anew, up to date already, or failed with its last good outputs in place."""

    DONE = "done"
    UNCHANGED = "up to date"
    FAILED = "failed"


class Watcher(Protocol):
    """The observer of a run; every method returns at once."""

    def beside(self) -> Watcher:
        """An observer of one recording of several that are under way at the same time."""

    def began(self, media: Path, number: int, count: int) -> None:
        """Recording `number` of `count`, from 1, is begun."""

    def stage_began(self, stage: str, reason: str) -> Progress:
        """A stage is done anew for `reason`; the share done goes to what is returned."""

    def stage_ended(self, stage: str) -> None:
        """The stage's artefact is kept."""

    def ended(self, outcome: Outcome) -> None:
        """A recording is finished, or was refused."""


@dataclass(frozen=True, slots=True)
class StageState:
    """What became of a stage: `done` anew or up to date, why, and how many milliseconds it took (0 when up to date)."""

    name: str
    done: bool
    reason: str
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recording.

    `grade` says whether to publish it, `notes` what was used and what that means, `needs` what a person should look at,
    `changes` which captions differ from those of the run before.
    """

    media: Path
    status: Status
    grade: str = ""
    stages: tuple[StageState, ...] = ()
    written: outputs.Written = NOTHING_WRITTEN
    notes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    error: VignetteError | None = None
    decisions: ledger.Report = ledger.NOTHING
    changes: tuple[CaptionChange, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The outcome as plain values for `--json`."""
        return {
            "media": str(self.media),
            "status": str(self.status),
            "grade": self.grade,
            "stages": [asdict(s) for s in self.stages],
            "files": [str(p) for p in self.written.files],
            "kept": [{"mended": str(a), "new": str(b)} for a, b in self.written.mended],
            "removed": [str(p) for p in self.written.removed],
            "stale": [str(p) for p in self.written.stale],
            "notes": list(self.notes),
            "needs_person": list(self.needs),
            "decisions": self.decisions.as_json(),
            "caption_changes": counts(self.changes),
            "error": self.error.facts() if self.error else None,
        }


def failed(found: Iterable[Outcome]) -> bool:
    """Whether the command should exit with 1."""
    return any(o.status is Status.FAILED for o in found)
