"""The desk at which decisions are made: a recording as it stands, who decides, and what writing it down came to."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from shlex import quote
from typing import Any

from pipeline import edits
from pipeline.edits.journal import Contents
from pipeline.edits.ledger import Report, Standing, State, wanted
from pipeline.edits.maker import Maker
from pipeline.edits.model import Decision
from pipeline.errors import counted
from pipeline.run.jobs import Job
from pipeline.run.preview import Preview, preview
from pipeline.transcript import Transcript


class Desk:
    """A recording as it is shown to one person; `maker` makes their decisions about it, `job` says where it lies."""

    def __init__(self, shown: Preview, who: str, job: Job | None = None) -> None:
        self.shown, self.who, self.job = shown, who, job

    @property
    def transcript(self) -> Transcript:
        return self.shown.transcript

    @cached_property
    def maker(self) -> Maker:
        return Maker(self.shown.transcript, self.shown.replay, self.who)

    def then(self, made: Sequence[Decision]) -> Preview:
        """The recording as it would stand with these decisions as well."""
        assert self.job is not None, "only a recording that lies somewhere can be tried"
        held = self.shown.replay.contents
        tried = Contents((*held.decisions, *made), held.strange)
        return preview(self.job, tried, tagging=False) if made else self.shown

    @cached_property
    def _starts(self) -> list[tuple[int, int]]:
        """When each token starts, and which it is, in order of time."""
        return sorted((t.span.start_ms, k) for k, t in enumerate(self.transcript.tokens))

    @cached_property
    def _middles(self) -> list[tuple[int, int]]:
        """When the middle of each token is, and the first token in reading order whose middle is then or later."""
        found: list[tuple[int, int]] = []
        least = len(self.transcript.tokens)
        for middle, k in sorted(
            ((t.span.middle_ms, k) for k, t in enumerate(self.transcript.tokens)), reverse=True
        ):
            least = min(least, k)
            found.append((middle, least))
        return found[::-1]

    def around(self, at_ms: int, reach_ms: int) -> tuple[int, int]:
        """The tokens `[first, last)` among which all are that start at most `reach_ms` from a time."""
        low = bisect_left(self._starts, (at_ms - reach_ms, -1))
        high = bisect_right(self._starts, (at_ms + reach_ms, len(self._starts)))
        near = [k for _, k in self._starts[low:high]]
        return (min(near), max(near) + 1) if near else (0, 0)

    def at(self, at_ms: int) -> int:
        """In front of which token something belongs that is said about a time: the first in reading order of those whose middle
        is then or later; their number where none is."""
        found = bisect_left(self._middles, (at_ms, -1))
        return self._middles[found][1] if found < len(self._middles) else len(self._middles)


Act = Callable[[Desk], Sequence[Decision]]
"""Makes the decisions of one act at a desk, and writes nothing."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An act as it was written down: its decisions, and what becomes of all decisions in the next run."""

    media: Path
    decisions: tuple[Decision, ...]
    report: Report
    notes: tuple[str, ...] = ()

    @property
    def standings(self) -> tuple[Standing, ...]:
        """What becomes of these decisions."""
        mine = {d.id for d in self.decisions}
        return tuple(s for s in self.report.standings if s.decision.id in mine)

    @property
    def conflicts(self) -> tuple[Standing, ...]:
        return tuple(s for s in self.standings if s.state is State.CONFLICT)

    @property
    def name(self) -> str:
        """By this the act is taken back, also when others were made since."""
        return (self.decisions[0].group or self.decisions[0].id) if self.decisions else ""

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        return {
            "media": str(self.media),
            "act": self.name or None,
            "decisions": [s.as_json() for s in self.standings],
            "notes": list(self.notes),
        }

    def __str__(self) -> str:
        """What was decided, and how to apply it and to take it back, in lines."""
        media = quote(str(self.media))
        if not self.decisions:
            return "\n".join([*self.notes, "nothing to decide: it is so already"])
        lines = [f"{d.id}  {wanted(d)}" for d in self.decisions]
        lines += [f"  {s.why}: the decision is kept, and is a conflict" for s in self.conflicts]
        lines += self.notes
        lines.append(
            f"{counted(len(self.decisions), 'decision')} by {self.decisions[0].who} written down; "
            f"'vignette run {media}' applies {'it' if len(self.decisions) == 1 else 'them'}, "
            f"'vignette edits undo {media}' takes {'it' if len(self.decisions) == 1 else 'them'} back"
        )
        return "\n".join(lines)


def record(job: Job, who: str, act: Act, tagging: bool | None = None) -> Recorded:
    """Have `who` decide at a desk, append what comes of it to the recording's journal as one act, and say what became of it.

    `tagging` finds concepts first, for acts about those. Raises what the act raises (nothing is written then), NotCaptioned
    when the recording must be run first, JournalError.
    """
    desk = Desk(preview(job, tagging=tagging), who, job)
    written = edits.append(edits.journal_of(job.media), act(desk))
    report = preview(job).replay.report if written else desk.shown.replay.report
    return Recorded(job.media, written, report)
