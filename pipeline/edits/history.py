"""Acts: the decisions that one command made together, in the order in which they were made; undo and redo of whole acts.

Nothing is ever taken out of a journal: undo adds a withdrawal for every decision of an act, redo withdraws those again. An act
whose lines are nothing but withdrawals is an undo (or a redo) itself, and stands in no one's way.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.edits.journal import Contents
from pipeline.edits.ledger import withdrawals
from pipeline.edits.model import Decision, Withdraw


@dataclass(frozen=True, slots=True)
class Act:
    """Decisions that were made together; `id` is that of their group, or of the only one."""

    id: str
    decisions: tuple[Decision, ...]

    @property
    def who(self) -> str:
        return self.decisions[0].who

    @property
    def at(self) -> str:
        return self.decisions[0].at

    @property
    def targets(self) -> frozenset[str]:
        """The ids of what an undo or a redo withdrew; empty for an act that decided anything."""
        values = [d.value for d in self.decisions]
        ids = [v.id for v in values if isinstance(v, Withdraw)]
        return frozenset(ids) if len(ids) == len(values) else frozenset()


class History:
    """The acts of a journal, oldest first, and which of their decisions stand."""

    def __init__(self, contents: Contents) -> None:
        self._withdrawn = withdrawals(contents.decisions)
        grouped: dict[str, list[Decision]] = {}
        for decision in contents.decisions:
            grouped.setdefault(decision.group or decision.id, []).append(decision)
        self.acts = tuple(Act(name, tuple(held)) for name, held in grouped.items())
        self._undoing = {d.id for act in self.acts if act.targets for d in act.decisions}

    def standing(self, act: Act) -> tuple[Decision, ...]:
        """The decisions of an act that were not withdrawn."""
        return tuple(d for d in act.decisions if d.id not in self._withdrawn)

    def to_undo(self) -> Act | None:
        """The last act that decided anything and stands, at least in part; None without one."""
        return next((a for a in reversed(self.acts) if not a.targets and self.standing(a)), None)

    def to_redo(self) -> Act | None:
        """The last undo that stands, unless something was decided since; None without one."""
        for act in reversed(self.acts):
            if not act.targets:
                if self.standing(act):
                    return None
            elif self.standing(act) and not act.targets & self._undoing:
                return act
        return None

    def called(self, wanted: str) -> list[tuple[Decision, ...]]:
        """What a person may mean by the beginning of an id: all of a group, or one decision."""
        if not wanted:
            return []
        acts = [a.decisions for a in self.acts if a.id.startswith(wanted)]
        named = {d.id for decisions in acts for d in decisions if len(decisions) == 1}
        single = [
            (d,) for a in self.acts for d in a.decisions if d.id.startswith(wanted) and d.id not in named
        ]
        return [*acts, *single]

    def back(self, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
        """Those of these decisions that stand, so that they can be withdrawn."""
        return tuple(d for d in decisions if d.id not in self._withdrawn)
