"""Part replay: put decisions about the parts of the video over those that were found, one after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.edits.already_so import PartsAlreadySo
from pipeline.edits.ledger import Ledger, Shapes, State
from pipeline.edits.model import Decision, VignetteAt
from pipeline.edits.parts import RESPECTS, SEEN_PART, PartSheet
from pipeline.edits.placement import Settled
from pipeline.transcript import Parts, Token


class PartReplay:
    """Applies decisions to the parts in `sheet`, and notes their status in `ledger`."""

    def __init__(self, sheet: PartSheet, tokens: Sequence[Token], ledger: Ledger, shapes: Shapes) -> None:
        self.sheet, self.tokens, self.ledger, self.shapes = sheet, tokens, ledger, shapes
        self._says = Says()

    def corrected(self, decisions: Sequence[tuple[Decision, Settled]]) -> Parts:
        """The parts with the decisions, each with where its words stand, put over one after the other."""
        places = [(d, self.tokens[at.first].span.start_ms) for d, at in decisions]
        already_so = PartsAlreadySo(self.sheet, places)
        for decision, at in decisions:
            value = decision.value
            if not isinstance(value, VignetteAt):
                continue
            stated = _stated_respects(value, SEEN_PART not in decision.seen)
            is_unseen = any(self.shapes.unseen(f"part {r}", at.tokens, decision) for r in stated)
            if not is_unseen and already_so.put_back(decision):
                self.ledger.stands(decision, State.ALREADY)
                for respect in stated:
                    self.shapes.note(f"part {respect}", at.tokens, decision)
            else:
                self._change(decision, value, at)
        for decision, by in self._says.superseded():
            self.ledger.stands(decision, State.SUPERSEDED, by=by.id)
        return self.sheet.parts()

    def _change(self, decision: Decision, value: VignetteAt, at: Settled) -> None:
        """Let a part be as one decision wants it."""
        sheet = self.sheet
        begin_ms = self.tokens[at.first].span.start_ms
        change = sheet.change(value, begin_ms, decision.seen)
        about = {*at.tokens, *(() if change.at is None else (sheet.begins_with(change.at),))}
        unseen = (self.shapes.unseen(f"part {r}", about, decision) for r in change.respects)
        other = next((o for o in unseen if o is not None), None)
        if other is not None:
            self.ledger.disagrees(decision, other, sheet.shown(begin_ms))
            return
        if change.problem:
            self.ledger.stands(decision, State.CONFLICT, change.problem, sheet.shown(begin_ms))
            return
        began_ms = change.start_ms if change.at is None else sheet.rows[change.at].span.start_ms
        made = sheet.make(value, change)
        self.ledger.stands(decision, State.KEPT if change.respects else State.ALREADY)
        about |= set() if made is None else {sheet.begins_with(made)}
        stated = _stated_respects(value, change.at is None)
        for respect in stated:
            self.shapes.note(f"part {respect}", about, decision)
        ends_ms = None if made is None else sheet.rows[made].span.start_ms
        self._says.take(decision, began_ms, ends_ms, stated, change.respects)


class Says:
    """What each decision still says of a part: once later ones have changed all of it, it is superseded.

    Parts are told apart by where they begin, in milliseconds; one that goes is remembered where it began.
    """

    def __init__(self) -> None:
        self._by_part: dict[int, dict[str, list[Decision]]] = {}
        self._changed_by: dict[str, Decision] = {}
        self._all: list[Decision] = []

    def take(
        self,
        decision: Decision,
        began_ms: int,
        begins_ms: int | None,
        stated: Iterable[str],
        changed: Iterable[str],
    ) -> None:
        """A decision says what is `stated` of the part that began at `began_ms`, and now begins at `begins_ms`, None when it
        is gone; what it `changed` others say no more."""
        held = self._by_part.pop(began_ms, {})
        for respect in changed:
            for earlier in held.pop(respect, []):
                self._changed_by[earlier.id] = decision
        for respect in stated:
            held.setdefault(respect, []).append(decision)
        self._all.append(decision)
        self._by_part[began_ms if begins_ms is None else begins_ms] = held

    def superseded(self) -> list[tuple[Decision, Decision]]:
        """The decisions of which nothing is left, each with the one that changed the last of it."""
        left = {d.id for held in self._by_part.values() for ds in held.values() for d in ds}
        return [
            (d, self._changed_by[d.id]) for d in self._all if d.id not in left and d.id in self._changed_by
        ]


def _stated_respects(value: VignetteAt, is_new: bool) -> list[str]:
    """In which respects a decision says what a part is; of a new one, and of one that goes, that it begins there or not."""
    says = {
        "start": value.start_ms is not None or is_new or not value.exists,
        "title": value.title is not None,
        "kind": value.kind is not None,
    }
    return [r for r in RESPECTS if says[r]]
