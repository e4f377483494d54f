"""Undo and redo by journal: the decisions of one act are withdrawn together, and put back by withdrawing that.

An act is what was appended to the journal in one go: its decisions follow each other by the journal's smallest step of time.
Nothing is kept beside the journal, so that both survive a reload, a restart, and a change of the machine.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from pipeline.edits.journal import CLOCK_TICK
from pipeline.edits.ledger import Report, State, wanted
from pipeline.edits.model import Decision, Withdraw

Acts = list[list[Decision]]


def to_undo(report: Report, who: str) -> list[Decision]:
    """The decisions of this person's last act that stand; none when there is nothing to undo."""
    return next(
        (standing for act in reversed(_done(report, who)) if (standing := _standing(act, report))), []
    )


def to_redo(report: Report, who: str) -> list[Decision]:
    """The withdrawals of the last undo, unless this person has decided something since."""
    decisions = [s.decision for s in report.standings]
    own = {d.id for d in decisions if d.who == who}
    last_done = max((d.at for act in _done(report, who) for d in act), default="")
    for act in reversed(_acts(decisions, who)):
        back = [d for d in act if isinstance(d.value, Withdraw) and d.value.id in own]
        if (
            len(back) == len(act)
            and (standing := _standing(back, report))
            and not _puts_back(back, decisions)
        ):
            return standing if standing[0].at > last_done else []
    return []


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


def _done(report: Report, who: str) -> Acts:
    """This person's acts that decide something, withdrawn or not: an undo or a redo of their own is none."""
    decisions = [s.decision for s in report.standings]
    own = {d.id for d in decisions if d.who == who}
    return [
        act
        for act in _acts(decisions, who)
        if any(not isinstance(d.value, Withdraw) or d.value.id not in own for d in act)
    ]


def _acts(decisions: Sequence[Decision], who: str) -> Acts:
    acts: Acts = []
    for decision in (d for d in decisions if d.who == who):
        if acts and _moment(decision) - _moment(acts[-1][-1]) <= CLOCK_TICK:
            acts[-1].append(decision)
        else:
            acts.append([decision])
    return acts


def _moment(decision: Decision) -> datetime:
    return datetime.fromisoformat(decision.at)


def _standing(act: Sequence[Decision], report: Report) -> list[Decision]:
    state = {s.decision.id: s.state for s in report.standings}
    return [d for d in act if state[d.id] is not State.WITHDRAWN]


def _puts_back(act: Sequence[Decision], decisions: Sequence[Decision]) -> bool:
    """Whether these withdrawals withdraw withdrawals: a redo."""
    held = {d.id: d for d in decisions}
    return any(
        isinstance(d.value, Withdraw) and d.value.id in held and isinstance(held[d.value.id].value, Withdraw)
        for d in act
    )
