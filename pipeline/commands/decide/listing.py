"""What people decided about a recording, and what became of it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from pipeline.edits import Replay, journal_of, read
from pipeline.edits.ledger import Report, State
from pipeline.edits.model import Withdraw
from pipeline.errors import NotCaptioned, counted
from pipeline.run.jobs import Job
from pipeline.run.preview import preview


@dataclass(frozen=True, slots=True)
class Decided:
    """The decisions about one recording; `waits` says that they wait for its first run."""

    media: Path
    report: Report
    waits: bool = False

    def as_json(self, only_conflicts: bool = False) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        shown = self.report.conflicts if only_conflicts else self.report.standings
        return {"media": str(self.media), **self.report.as_json(), "decisions": [s.as_json() for s in shown]}

    def lines(self, only_conflicts: bool = False) -> list[str]:
        """The same for a person, with what settles a conflict."""
        media = quote(str(self.media))
        note = f" (until 'vignette run {media}')" if self.waits else ""
        found = [f"{self.media}: {self.report.summary() or 'nothing was decided'}{note}"]
        found += [f"  {s}" for s in (self.report.conflicts if only_conflicts else self.report.standings)]
        found += [f"  {strange}" for strange in self.report.strange]
        found += [] if only_conflicts else self._acts(media)
        if self.report.conflicts:
            found.append(
                f"  settle a conflict: 'vignette edits undo {media} ID' drops it, "
                f"'vignette edits conflicts {media} --insist ID' makes it hold after all"
            )
        return found

    def _acts(self, media: str) -> list[str]:
        """What was decided together and stands, at least in part, and how all of it is taken back."""
        standing = [s.decision for s in self.report.standings if s.state is not State.WITHDRAWN]
        acts = Counter((d.group, d.who) for d in standing if d.group and not isinstance(d.value, Withdraw))
        return [
            f"  {counted(count, 'decision')} by {who} were made together: 'vignette edits undo {media} {group}' takes them back"
            for (group, who), count in acts.items()
            if count > 1
        ]


def decided(job: Job) -> Decided:
    """The decisions about a recording as the next run will find them; before its first run they wait. Raises JournalError."""
    contents = read(journal_of(job.media))
    if not contents.decisions:
        return Decided(job.media, Replay(contents).report)
    try:
        return Decided(job.media, preview(job, contents).replay.report)
    except NotCaptioned:
        return Decided(job.media, Replay(contents).report, waits=True)
