"""Undo and redo by journal: a person's own acts, each as a whole; both survive a reload, a restart, and another machine."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.edits.history import Act, History
from pipeline.edits.journal import Contents
from pipeline.edits.ledger import Report, State, wanted
from pipeline.edits.model import Decision, Withdraw


def to_undo(report: Report, who: str) -> list[Decision]:
    """The decisions of this person's last act that stand; none when there is nothing to undo."""
    return _standing(_own(report, who).to_undo(), report)


def to_redo(report: Report, who: str) -> list[Decision]:
    """The withdrawals of their last undo, unless they have decided something since."""
    return _standing(_own(report, who).to_redo(), report)


def described(decisions: Sequence[Decision], report: Report) -> str:
    """What an act says, as one phrase; of a withdrawal, what it took back."""
    if not decisions:
        return ""
    held = {s.decision.id: s.decision for s in report.standings}
    first = decisions[0]
    while isinstance(first.value, Withdraw) and first.value.id in held:
        first = held[first.value.id]
    more = f" and {len(decisions) - 1} more" if len(decisions) > 1 else ""
    return wanted(first) + more


def _own(report: Report, who: str) -> History:
    """The acts of one person: nobody takes back on the page what another decided."""
    return History(Contents(tuple(s.decision for s in report.standings if s.decision.who == who)))


def _standing(act: Act | None, report: Report) -> list[Decision]:
    state = {s.decision.id: s.state for s in report.standings}
    return [d for d in (act.decisions if act else ()) if state[d.id] is not State.WITHDRAWN]
