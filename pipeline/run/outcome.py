"""What became of a recording and of each of its stages, as values."""

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

NOTHING_WRITTEN = outputs.Written()


class Status(StrEnum):
    DONE = "done"
    UNCHANGED = "up to date"
    FAILED = "failed"


class Watcher(Protocol):
    """Who is told how the run goes; every method returns at once."""

    def began(self, media: Path, number: int, count: int) -> None: ...
    def stage_began(self, stage: str, reason: str) -> Progress: ...
    def stage_ended(self, stage: str) -> None: ...
    def ended(self, outcome: Outcome) -> None: ...


@dataclass(frozen=True, slots=True)
class StageState:
    """What became of a stage: done anew or up to date, why, and how long it took."""

    name: str
    done: bool
    reason: str
    took_ms: int = 0


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one recording. `notes` say what was used and what that means; `needs` what a person should look at."""

    media: Path
    status: Status
    grade: str = ""
    stages: tuple[StageState, ...] = ()
    written: outputs.Written = NOTHING_WRITTEN
    notes: tuple[str, ...] = ()
    needs: tuple[str, ...] = ()
    error: VignetteError | None = None
    decisions: ledger.Report = ledger.NOTHING

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
            "error": self.error.facts() if self.error else None,
        }


def failed(found: Iterable[Outcome]) -> bool:
    """Whether the command should exit with 1."""
    return any(o.status is Status.FAILED for o in found)


@dataclass(eq=False)
class Defect(VignetteError):
    """Something we did not foresee; `log` holds where, and nothing of what was said; None where it could not be written."""

    kind_of_error: str
    log: Path | None

    def __str__(self) -> str:
        where = (
            f"please report it with {self.log} (it holds no transcript text)"
            if self.log
            else "please report it"
        )
        return f"an unforeseen {self.kind_of_error} stopped this recording - {where}"
