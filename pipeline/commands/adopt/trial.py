"""Decisions made so far, tried on the recording before any of them is written down."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipeline.commands.adopt import baseline
from pipeline.commands.adopt.shown_file import ShownCue
from pipeline.edits.journal import Contents
from pipeline.edits.ledger import SEEN
from pipeline.edits.model import Decision, sealed
from pipeline.edits.replay import Replay
from pipeline.run.jobs import Job
from pipeline.run.preview import Preview, preview


class Made:
    """Decisions that were made and not yet written down."""

    def __init__(self, held: Contents) -> None:
        self.held = held
        self.made: list[Decision] = []

    def take(self, decisions: Sequence[Decision]) -> None:
        """Add decisions behind all others."""
        for decision in decisions:
            seconds, micros = divmod(len(self.made), 1_000_000)
            self.made.append(sealed(replace(decision, at=f"2299-01-01T00:00:{seconds:02}.{micros:06}Z")))

    def decisions(self) -> tuple[Decision, ...]:
        """What was made, without a word of the trial itself."""
        known = {d.id for d in self.held.decisions}
        return tuple(replace(d, at="", id="", seen=_known_only(d.seen, known)) for d in self.made)


class Trial(Made):
    """The recording as it would come out."""

    def __init__(self, job: Job, held: Contents) -> None:
        super().__init__(held)
        self.job = job

    def look(self) -> Preview:
        """What a run would make of it."""
        contents = Contents((*self.held.decisions, *self.made), self.held.strange)
        return preview(self.job, contents, tagging=False)


class Past(Made):
    """What we wrote last, as if it were the recording: decisions are made about what the person had before them."""

    def __init__(self, held: Contents, before: Sequence[ShownCue]) -> None:
        super().__init__(held)
        self.before = before

    def look(self) -> Preview:
        """What would have come out of it then."""
        replay = Replay(Contents(tuple(self.made)))
        return Preview(baseline.transcript(self.before, replay), replay)


def _known_only(seen: dict[str, Any], known: set[str]) -> dict[str, Any]:
    ids = [name for name in seen.get(SEEN, ()) if name in known]
    rest = {k: v for k, v in seen.items() if k != SEEN}
    return {**rest, SEEN: ids} if ids else rest
