"""Conflict detection and the status of every decision, in words that a person can act on.

Two decisions **disagree** when the later one changes what an earlier one decided and its author had not seen that. They do not
when the later author is the same person: people change their minds, and the later decision **supersedes** the earlier. A
decision that disagrees, or whose words cannot be found, is a conflict: it stays in the journal, nothing is done about it,
and it is listed with what it wanted and what stands there, until somebody settles it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from pipeline.edits.journal import Contents, Strange
from pipeline.edits.model import (
    Add,
    ConceptAt,
    CueOf,
    Decision,
    Delete,
    Merge,
    PersonIs,
    SpeakerOf,
    Split,
    StyleOf,
    VignetteAt,
    Waive,
    Withdraw,
    Words,
    WordTime,
)
from pipeline.edits.quote import Quote
from pipeline.edits.reviewed import Reviewed
from pipeline.errors import counted
from pipeline.timing import clock
from pipeline.transcript import styling

SEEN = "decisions"
"""Under this name `Decision.seen` lists the ids of the decisions that had shaped what its author saw."""
NOT_REACHED = "its stage has not been reached"
"""Why a decision waits from the start on; shown to people."""


class State(StrEnum):
    """The status of a decision after replay; its text is shown to people."""

    KEPT = "kept"
    ALREADY = "already so"  # the machine has come to say the same
    SUPERSEDED = "superseded"  # by a later decision
    WITHDRAWN = "withdrawn"
    WAITING = "waiting"  # for a stage that was not reached, or for the decision that it withdraws
    CONFLICT = "conflict"


@dataclass(frozen=True, slots=True)
class Standing:
    """A decision's status and why; `found` is what stands there now, `by` the id of the decision that it meets."""

    decision: Decision
    state: State
    why: str = ""
    found: str = ""
    by: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.decision.id, "state": str(self.state), "why": self.why, "wanted": wanted(self.decision),
            "found": self.found, "by": self.by, "decision": self.decision.to_json(),
        }  # fmt: skip

    def __str__(self) -> str:
        decision = self.decision
        at = clock(decision.anchor.start_ms) if decision.anchor else "-"
        line = f"{decision.id}  {self.state:<10}  {at:>8}  {decision.who}: {wanted(decision)}"
        if self.state is State.CONFLICT:
            line += f"\n{'':14}{self.why}; there is now: {_quoted(self.found) if self.found else 'nothing'}"
        elif self.why:
            line += f" ({self.why})"
        return line


@dataclass(frozen=True, slots=True)
class Report:
    """The standings of all decisions, in the order of replay, and the journal's lines that are not understood."""

    standings: tuple[Standing, ...] = ()
    strange: tuple[Strange, ...] = ()

    def count(self, *states: State) -> int:
        return sum(s.state in states for s in self.standings)

    @property
    def conflicts(self) -> tuple[Standing, ...]:
        return tuple(s for s in self.standings if s.state is State.CONFLICT)

    @property
    def kept(self) -> int:
        """Decisions that hold: put over the result, or found to be so already, or overtaken by a later one. One that only takes
        another back is no more than that it is gone."""
        holding = (State.KEPT, State.ALREADY, State.SUPERSEDED)
        return sum(s.state in holding and not isinstance(s.decision.value, Withdraw) for s in self.standings)

    def summary(self) -> str:
        """ "212 decisions kept, 3 conflicts", or "" when there is nothing to say."""
        if not self.standings and not self.strange:
            return ""
        parts = [f"{counted(self.kept, 'decision')} kept", counted(len(self.conflicts), "conflict")]
        waiting, withdrawn = self.count(State.WAITING), self.count(State.WITHDRAWN)
        parts += [f"{waiting} waiting"] if waiting else []
        parts += [f"{withdrawn} withdrawn"] if withdrawn else []
        parts += [f"{counted(len(self.strange), 'line')} not understood"] if self.strange else []
        return ", ".join(parts)

    def as_json(self) -> dict[str, Any]:
        return {
            "kept": self.kept,
            "waiting": self.count(State.WAITING),
            "withdrawn": self.count(State.WITHDRAWN),
            "conflicts": [s.as_json() for s in self.conflicts],
            "not_understood": [{"line": s.line, "why": s.why} for s in self.strange],
        }


NOTHING = Report()


class Ledger:
    """The standings of a journal's decisions while they are replayed."""

    def __init__(self, contents: Contents) -> None:
        self._contents = contents
        self._written = {d.id: d for d in contents.decisions}
        self._standings: dict[str, Standing] = {}
        withdrawn = withdrawals(contents.decisions)
        for decision in contents.decisions:
            if decision.id in withdrawn:
                self.stands(decision, State.WITHDRAWN, by=withdrawn[decision.id])
            elif isinstance(decision.value, Withdraw) and decision.value.id in self._written:
                self.stands(decision, State.KEPT)
            elif isinstance(decision.value, Withdraw):
                self.stands(decision, State.WAITING, "the decision that it withdraws is not in this journal")
            else:
                self.stands(decision, State.WAITING, NOT_REACHED)

    def __getitem__(self, decision_id: str) -> Standing:
        return self._standings[decision_id]

    def stands(self, decision: Decision, state: State, why: str = "", found: str = "", by: str = "") -> None:
        """Note what became of a decision, whichever kind it was replayed as; the last note counts."""
        written = self._written[decision.id]
        self._standings[decision.id] = Standing(written, state, why, found, by)

    def disagrees(self, decision: Decision, other: Decision, found: str) -> None:
        """Note that a decision changes what another person decided, unseen."""
        why = f"disagrees with what {other.who} decided ({other.id}), which {decision.who} had not seen"
        self.stands(decision, State.CONFLICT, why, found, other.id)

    def report(self) -> Report:
        return Report(tuple(self._standings[d.id] for d in self._contents.decisions), self._contents.strange)


class Shapes:
    """Provenance: the last decision about each topic (such as "speaker") and object, a token's index or a person's id."""

    def __init__(self) -> None:
        self._by: dict[tuple[str, int | str], Decision] = {}

    def note(self, topic: str, about: Iterable[int | str], decision: Decision) -> None:
        self._by.update({(topic, key): decision for key in about})

    def unseen(self, topic: str, about: Iterable[int | str], decision: Decision) -> Decision | None:
        """An earlier decision of another person about one of these that the author of this one did not know."""
        shaping = (self._by.get((topic, key)) for key in about)
        return next((d for d in shaping if d is not None and is_unseen(decision, d)), None)

    def ids(self, topic: str, about: Iterable[int | str]) -> list[str]:
        """The decisions that shaped these, for the `seen` of a new one."""
        found = (self._by.get((topic, key)) for key in about)
        return sorted({d.id for d in found if d is not None})


def is_unseen(decision: Decision, earlier: Decision) -> bool:
    """Whether somebody else decided the earlier, and the author of the later did not have it before their eyes."""
    known = decision.seen.get(SEEN)
    return earlier.who != decision.who and not (isinstance(known, list) and earlier.id in known)


def say_the_same(one: Decision, two: Decision) -> bool:
    """Whether two decisions want the same of the same words."""
    same_words = one.anchor is not None and two.anchor is not None and one.anchor.text == two.anchor.text
    return same_words and one.value == two.value


def withdrawals(decisions: Sequence[Decision]) -> dict[str, str]:
    """The ids of decisions that no longer hold -> that of the withdrawal; a withdrawal may itself be withdrawn later."""
    gone: dict[str, str] = {}
    for decision in reversed(decisions):
        if isinstance(decision.value, Withdraw) and decision.id not in gone:
            gone.setdefault(decision.value.id, decision.id)
    return gone


def _quoted(text: str) -> str:
    return f'"{" ".join(text.split())}"'


_PHRASES: dict[type[Any], Callable[[Any, str], str]] = {
    Words: lambda v, here: f"{here} reads {_quoted(v.text)}" if v.text.split() else f"{here} is not said",
    WordTime: lambda v, here: f"{here} is said {_times(v.start_ms, v.end_ms)}",
    StyleOf: lambda v, here: f"{here} {_look(v.style)}",
    CueOf: lambda v, here: f"{here} is one caption{_cue_details(v)}",
    Split: lambda v, here: f"{here} is two captions, divided after {counted(v.after, 'word')}",
    Merge: lambda _, here: f"{here} is one caption instead of several",
    Delete: lambda _, here: f"the caption {here} goes",
    Add: lambda v, _: f"a caption {_quoted(v.text)} is added {_times(v.start_ms, v.end_ms)}",
    SpeakerOf: lambda v, here: f"{here} is said by {v.speaker or 'nobody known'}",
    PersonIs: lambda v, _: f"{v.id} is {' '.join(f for f in (v.name, v.role and f'({v.role})') if f)}",
    VignetteAt: lambda v, here: _part(v, here) if v.exists else f"no part begins at {here}",
    ConceptAt: lambda v, here: f"'{v.concept}' at {here} is {v.verdict}",
    Waive: lambda v, here: f"the finding '{v.rule}' at {here or 'no particular place'} is right as it is",
    Quote: lambda v, here: (
        f"{here} is kept{f' in {_quoted(v.collection)}' if v.collection else ''}{f': {v.memo}' if v.memo else ''}"
    ),
    Reviewed: lambda v, here: f"the {'video' if v.of == 'video' else f'caption {here}'} was reviewed",
    Withdraw: lambda v, _: f"decision {v.id} is withdrawn",
}


def wanted(decision: Decision) -> str:
    """What a decision says, as one phrase; the words are the person's and the recording's."""
    here = _quoted(decision.anchor.text) if decision.anchor else ""
    return _PHRASES[type(decision.value)](decision.value, here)


def _look(style: str) -> str:
    """How words look, as a phrase: "is shown in italic, #ffff00"."""
    look = styling.parsed(style)
    names = {"b": "bold", "i": "italic", "u": "underlined"}
    parts = (
        *(names[letter] for letter in look.letters),
        *([look.colour] if look.colour else []),
        *look.classes,
    )
    return f"is shown in {', '.join(parts)}" if parts else "is shown like other words"


def _cue_details(value: CueOf) -> str:
    details = []
    if value.start_ms is not None or value.end_ms is not None:
        details.append(_times(value.start_ms, value.end_ms))
    if value.breaks is not None:
        details.append(f"in {counted(len(value.breaks) + 1, 'line')}")
    if value.labels:
        details.append(f"of {', '.join(name for _, name in value.labels)}")
    return "".join(f", {d}" for d in details)


def _part(value: VignetteAt, here: str) -> str:
    details = [f"begins at {_precise(value.start_ms)}"] if value.start_ms is not None else []
    if value.title is not None:
        details.append(
            f"is called {_quoted(value.title)}" if value.title.split() else "has no title of its own"
        )
    if value.kind is not None:
        details.append(f"is of the kind {_quoted(value.kind)}")
    return f"the part at {here} {' and '.join(details)}" if details else f"a part begins at {here}"


def _times(start_ms: int | None, end_ms: int | None) -> str:
    begin = "" if start_ms is None else f"from {_precise(start_ms)} "
    return f"{begin}to {_precise(end_ms)}" if end_ms is not None else begin.strip()


def _precise(time_ms: int) -> str:
    return f"{clock(time_ms)}.{time_ms % 1000:03}"


def needs(report: Report, media: str, shown: int = 3) -> tuple[str, ...]:
    """What of the decisions still needs a person, as sentences without any word of the transcript."""
    found = []
    if report.conflicts:
        places = _places(report.conflicts, shown)
        found.append(
            f"{counted(len(report.conflicts), 'decision')} no longer fit{'s' if len(report.conflicts) == 1 else ''}"
            f"{places}: vignette edits conflicts {media}"
        )
    if report.strange:
        lines = ", ".join(str(s.line) for s in report.strange[:shown])
        more = len(report.strange) - shown
        found.append(
            f"the journal of decisions has {counted(len(report.strange), 'line')} that cannot be understood (line {lines}"
            f"{f' and {more} more' if more > 0 else ''}); they are kept: vignette edits list {media}"
        )
    return tuple(found)


def _places(standings: Iterable[Standing], shown: int) -> str:
    times = [clock(s.decision.anchor.start_ms) for s in standings if s.decision.anchor]
    if not times:
        return ""
    more = len(times) - shown
    return f", at {', '.join(times[:shown])}" + (f" and {more} more" if more > 0 else "")
