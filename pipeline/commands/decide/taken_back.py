"""Undo and redo: an act is taken back, or put back, as a whole; the journal keeps both."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from pipeline import edits
from pipeline.edits.history import History
from pipeline.edits.ledger import wanted
from pipeline.edits.model import Decision, Withdraw
from pipeline.errors import UsageError, counted

# So many decisions are told one by one, more only by their number.
MAX_TOLD = 3


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back (or put back: `again`), and the lines that say so in the journal."""

    media: Path
    decisions: tuple[Decision, ...]
    written: tuple[Decision, ...]
    again: bool = False

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        return {
            "media": str(self.media),
            "put_back" if self.again else "taken_back": [d.to_json() for d in self.decisions],
            "written": [d.id for d in self.written],
        }

    def __str__(self) -> str:
        media, count = quote(str(self.media)), len(self.decisions)
        done, other, does = ("put back", "undo", "takes") if self.again else ("taken back", "redo", "puts")
        one = "it" if count == 1 else "them"
        first = self.decisions[0]
        kinds = ", ".join(f"{k} {n}" for k, n in Counter(d.kind for d in self.decisions).items())
        lines = [
            f"{done}: {counted(count, 'decision')} that {first.who} made on {first.at[:16].replace('T', ' at ')} UTC ({kinds})"
        ]
        lines += [f"  {wanted(d)}" for d in self.decisions[:MAX_TOLD]]
        if count > MAX_TOLD:
            lines.append(f"  and {count - MAX_TOLD} more")
        lines.append(
            f"'vignette edits {other} {media}' {does} {one} back; 'vignette run {media}' applies what stands"
        )
        return "\n".join(lines)


def undo(media: Path, who: str, named: str = "") -> TakenBack:
    """Withdraw the last act that stands, or what `named` (the beginning of an act's or a decision's id) says.

    Raises UsageError when there is none, JournalError.
    """
    history = History(edits.read(edits.journal_of(media)))
    if named:
        decisions = _called(history, named, media)
    else:
        act = history.to_undo()
        if act is None:
            raise UsageError(
                f"there is nothing to undo about {media}", "vignette edits list shows what was decided"
            )
        decisions = history.standing(act)
    return TakenBack(media, decisions, _withdrawn(media, who, decisions))


def redo(media: Path, who: str) -> TakenBack:
    """Put back what the last undo took back, unless something was decided since. Raises UsageError, JournalError."""
    history = History(edits.read(edits.journal_of(media)))
    act = history.to_redo()
    if act is None:
        raise UsageError(
            f"there is nothing to redo about {media}", "only an undo that nothing came after can be put back"
        )
    back = history.standing(act)
    targets = {d.value.id for d in back if isinstance(d.value, Withdraw)}
    decisions = tuple(d for a in history.acts for d in a.decisions if d.id in targets)
    return TakenBack(media, decisions or back, _withdrawn(media, who, back), again=True)


def _called(history: History, named: str, media: Path) -> tuple[Decision, ...]:
    """The standing decisions that an id, or the beginning of one, means. Raises UsageError unless it means one thing."""
    found = history.called(named.casefold())
    remedy = f"vignette edits list {quote(str(media))} shows them"
    if len(found) != 1:
        problem = "more than one decision has" if found else "no decision has"
        raise UsageError(f"{problem} an id that begins with '{named}'", remedy)
    standing = history.back(found[0])
    if not standing:
        raise UsageError(f"decision {named} was taken back already", remedy)
    return standing


def _withdrawn(media: Path, who: str, decisions: Sequence[Decision]) -> tuple[Decision, ...]:
    return edits.append(edits.journal_of(media), [Decision("", who, Withdraw(d.id)) for d in decisions])
