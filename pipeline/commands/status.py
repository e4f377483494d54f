"""The status of recordings: grade, up to date or stale and why, how much is reviewed, and what needs a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from shlex import quote
from typing import Any

from pipeline.commands.watched_captions import watched_share
from pipeline.edits.ledger import Report
from pipeline.errors import VignetteError, counted
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER, PROJECT_FILE
from pipeline.run import jobs, outputs
from pipeline.run.batch import CHANGED
from pipeline.run.caption_changes import CaptionChange, counts, summary
from pipeline.run.foresight import foresee
from pipeline.run.jobs import Job
from pipeline.run.report import needs_person
from pipeline.run.store import Store
from pipeline.transcript import grade_line

# So many captions that would change, or changed, are told one by one where nobody asks for all. Set by hand.
MAX_TOLD = 3


@dataclass(frozen=True, slots=True)
class RecordingStatus:
    """The status of one recording. `state` is "up to date", "stale", "not captioned" or "cannot be used", `why` says why.

    `reviewed` is the share of captions that a person watched, in [0, 1]; `ahead` are captions that the next run would change,
    `behind` those that the last run changed.
    """

    media: Path
    state: str
    why: tuple[str, ...] = ()
    grade: str = ""
    reviewed: float = 0.0
    conflicts: int = 0
    needs: tuple[str, ...] = ()
    ahead: tuple[CaptionChange, ...] = ()
    behind: tuple[CaptionChange, ...] = ()
    uncertain: bool = False
    mended: tuple[Path, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        return {
            "media": str(self.media),
            "state": self.state,
            "why": list(self.why),
            "grade": self.grade,
            "reviewed": round(self.reviewed, 4),
            "conflicts": self.conflicts,
            "needs_person": list(self.needs),
            "mended": [str(p) for p in self.mended],
            "next_run": {
                **counts(self.ahead),
                "uncertain": self.uncertain,
                "captions": [c.as_json() for c in self.ahead],
            },
            "last_run": {**counts(self.behind), "captions": [c.as_json() for c in self.behind]},
        }

    def lines(self, all_changes: bool = False) -> list[str]:
        """The same for a person; `all_changes` tells every caption that changed or would."""
        found = [f"{self.media}: {self.state}{f' - {self.grade}' if self.grade else ''}"]
        found += [f"  {reason}" for reason in self.why]
        if self.state in ("up to date", "stale"):
            found.append(f"  {100 * self.reviewed:.0f} % reviewed, {counted(self.conflicts, 'conflict')}")
        if self.state == "stale":
            found += self._ahead(all_changes)
        if all_changes and self.behind:
            found.append(f"  the last run changed captions: {summary(self.behind)}")
            found += [f"    {change}" for change in self.behind]
        found += [f"  {path} was changed by a person and is kept" for path in self.mended]
        if self.needs:
            found.append("  needs a person:")
            found += [f"    - {need}" for need in self.needs]
        return found

    def _ahead(self, all_changes: bool) -> list[str]:
        """What the next run would change."""
        more = " (a stage listens anew: more may change)" if self.uncertain else ""
        if not self.ahead:
            return [f"  the next run would change no caption{more}"]
        shown = self.ahead if all_changes else self.ahead[:MAX_TOLD]
        found = [f"  the next run would change captions: {summary(self.ahead)}{more}"]
        found += [f"    {change}" for change in shown]
        if len(shown) < len(self.ahead):
            found.append(
                f"    and {len(self.ahead) - len(shown)} more: vignette status {quote(str(self.media))} --changes"
            )
        return found


def status(places: Sequence[Path] = (), transcripts: Path = OUT_FOLDER) -> tuple[RecordingStatus, ...]:
    """The status of every recording of a project, of these folders, or of these recordings. Raises UsageError."""
    found: list[RecordingStatus] = []
    for request in _requests(places, transcripts):
        plan = jobs.plan(request)
        found += [RecordingStatus(path, "cannot be used", (str(error),)) for path, error in plan.refused]
        found += [_status(job) for job in plan.jobs]
    return tuple(found)


def _requests(places: Sequence[Path], transcripts: Path) -> list[jobs.Request]:
    """What to plan: a folder that holds media/ is a project of its own."""
    projects = [p for p in places if (p / MEDIA_FOLDER).is_dir()]
    rest = tuple(p for p in places if p not in projects)
    found = [
        jobs.Request((p / MEDIA_FOLDER,), None, p / OUT_FOLDER, project_file=p / PROJECT_FILE)
        for p in projects
    ]
    return [*found, jobs.Request(rest, None, transcripts)] if rest or not projects else found


def _status(job: Job) -> RecordingStatus:
    try:
        seen = foresee(job)
    except VignetteError as error:
        return RecordingStatus(job.media, "cannot be used", (str(error),))
    if not seen.captioned:
        media = quote(str(job.media))
        return RecordingStatus(job.media, "not captioned", (f"'vignette run {media}' captions it",))
    store = Store.of(job.out, job.name)
    found = RecordingStatus(
        job.media,
        "stale" if seen.why else "up to date",
        seen.why,
        behind=store.load(CHANGED, tuple[CaptionChange, ...], {}).result or (),
        ahead=seen.changes,
        uncertain=seen.uncertain,
        mended=outputs.derived_files(job.out, store)[1],
    )
    if seen.transcript is None or seen.replay is None:
        return found
    report = seen.replay.report
    return replace(
        found,
        grade=grade_line(seen.transcript),
        reviewed=watched_share(seen.transcript, seen.replay),
        conflicts=len(report.conflicts),
        needs=(*_conflicts(report, job), *needs_person(seen.transcript, seen.replay)),
    )


def _conflicts(report: Report, job: Job) -> list[str]:
    if not report.conflicts:
        return []
    count = counted(len(report.conflicts), "conflict")
    return [f"{count}: vignette edits conflicts {quote(str(job.media))}"]
