"""The choice among the recordings of a plan: those that failed last, those that are stale, those that were changed since."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from pipeline.edits import journal_of
from pipeline.errors import UsageError, VignetteError, counted
from pipeline.run import failures
from pipeline.run.foresight import foresee
from pipeline.run.jobs import Job, Plan, sidecar_of

FAILED, STALE = "failed", "stale"
# "36h" is so long before now: the letters and their seconds.
_UNITS_S = {"m": 60, "h": 3600, "d": 86_400, "w": 7 * 86_400}
_AGO = re.compile(r"(\d{1,6})\s*([mhdw])", re.IGNORECASE)


def since(given: str, now: datetime.datetime | None = None) -> datetime.datetime:
    """A moment as people write it: "2026-11-23", "2026-11-23 14:30" (of this machine's clock, unless it names a zone), or how
    long ago: 90m, 36h, 7d, 2w. Raises UsageError."""
    now = now or datetime.datetime.now().astimezone()
    with suppress(ValueError, OverflowError):
        if ago := _AGO.fullmatch(given.strip()):
            return now - datetime.timedelta(seconds=int(ago[1]) * _UNITS_S[ago[2].lower()])
        moment = datetime.datetime.fromisoformat(given.strip())
        return moment.astimezone() if moment.tzinfo is None else moment
    raise UsageError(f"'{given}' is no date", "write it like 2026-11-23, '2026-11-23 14:30', or 36h, 7d, 2w")


def chosen(plan: Plan, only: str | None = None, after: datetime.datetime | None = None) -> Plan:
    """The plan with those of its recordings alone that are meant, and a notice that says how many were left out.

    `only` is FAILED or STALE; one that was never captioned is not stale, and one that was refused has failed. `after` leaves
    those of which no file was changed since.
    """
    kept, refused = list(plan.jobs), list(plan.refused)
    if only == FAILED:
        kept = [job for job in kept if failures.place(job.out, job.media) in failures.known(job.out)]
    elif only == STALE:
        kept, refused = [job for job in kept if _is_stale(job)], []
    if after is not None:
        moment = after.timestamp()
        kept = [job for job in kept if _changed_after(_files(job), moment)]
        refused = [(path, error) for path, error in refused if _changed_after([path], moment)]
    out = len(plan.jobs) + len(plan.refused) - len(kept) - len(refused)
    notices = plan.notices
    if only or after:
        notices = (*notices, f"{counted(out, 'recording was', 'recordings were')} left out, as asked for")
    return replace(plan, jobs=tuple(kept), refused=tuple(refused), notices=notices)


def _is_stale(job: Job) -> bool:
    """Whether a run captioned it, and another would do it otherwise; one whose files cannot be read is told by the run."""
    try:
        seen = foresee(job)
    except VignetteError:
        return True
    return seen.captioned and bool(seen.why)


def _files(job: Job) -> list[Path]:
    given = [path for path in (job.subtitles, job.turns, job.heard) if path is not None]
    return [job.media, *given, sidecar_of(job.media), journal_of(job.media)]


def _changed_after(files: Iterable[Path], moment: float) -> bool:
    return any(_when(path) >= moment for path in files)


def _when(path: Path) -> float:
    """When a file was changed last, in seconds since 1970; never, for one that is not there."""
    try:
        return path.stat().st_mtime
    except OSError:
        return float("-inf")
