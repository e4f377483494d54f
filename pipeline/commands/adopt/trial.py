"""Trials: decisions replayed over the recording, or over a baseline, before any of them is written down."""

from __future__ import annotations

from abc import ABC, abstractmethod
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


class Pending(ABC):
    """Pending decisions: made, and not yet written into the journal, whose contents are `held`."""

    def __init__(self, held: Contents) -> None:
        self.held = held
        self.made: list[Decision] = []
        self._looked: tuple[int, Preview] | None = None

    def look(self) -> Preview:
        """The transcript with the pending decisions; made once for as long as none is taken."""
        if self._looked is None or self._looked[0] != len(self.made):
            self._looked = len(self.made), self._look()
        return self._looked[1]

    @abstractmethod
    def _look(self) -> Preview:
        """The transcript with the pending decisions, made anew."""

    def take(self, decisions: Sequence[Decision]) -> None:
        """Append decisions; they get times in the far future, so that a replay puts them after those of the journal."""
        for decision in decisions:
            seconds, micros = divmod(len(self.made), 1_000_000)
            self.made.append(sealed(replace(decision, at=f"2299-01-01T00:00:{seconds:02}.{micros:06}Z")))

    def decisions(self) -> tuple[Decision, ...]:
        """The pending decisions without the ids and times of the trial, which are references to nothing outside it."""
        known = {d.id for d in self.held.decisions}
        return tuple(replace(d, at="", id="", seen=_known_only(d.seen, known)) for d in self.made)


class Trial(Pending):
    """A trial on the recording."""

    def __init__(self, job: Job, held: Contents) -> None:
        super().__init__(held)
        self.job = job

    def _look(self) -> Preview:
        """The transcript as a run would make it with the pending decisions."""
        contents = Contents((*self.held.decisions, *self.made), self.held.strange)
        return preview(self.job, contents, tagging=False)


class BaselineTrial(Pending):
    """A trial on the captions that we wrote last, `before`: decisions are made about what the person had in front of them."""

    def __init__(self, held: Contents, before: Sequence[ShownCue]) -> None:
        super().__init__(held)
        self.before = before

    def _look(self) -> Preview:
        """The baseline transcript with the pending decisions."""
        replay = Replay(Contents(tuple(self.made)))
        return Preview(baseline.transcript(self.before, replay), replay)


def _known_only(seen: dict[str, Any], known: set[str]) -> dict[str, Any]:
    ids = [name for name in seen.get(SEEN, ()) if name in known]
    rest = {k: v for k, v in seen.items() if k != SEEN}
    return {**rest, SEEN: ids} if ids else rest
