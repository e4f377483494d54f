"""Speaker replay: put decisions about who speaks and about names over the voices that were found, one after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.edits import speakers
from pipeline.edits.already_so import VoicesAlreadySo
from pipeline.edits.ledger import Ledger, Shapes, State
from pipeline.edits.model import Decision, PersonIs, SpeakerOf
from pipeline.edits.placement import Settled
from pipeline.transcript import Token, Voices


@dataclass(frozen=True, slots=True)
class SpeakerReplay:
    """Applies decisions to speakers and what they say, and notes their status in `ledger`."""

    tokens: Sequence[Token]
    ledger: Ledger
    shapes: Shapes

    def corrected(
        self, machine: Voices, decisions: Sequence[Decision], places: Mapping[str, Settled]
    ) -> Voices:
        """The voices with the decisions put over; `places` says where the words of each stand, if they are there."""
        already_so = VoicesAlreadySo(machine, decisions, places)
        result = already_so.voices
        for decision in decisions:
            value, at = decision.value, places.get(decision.id)
            if isinstance(value, SpeakerOf) and at is not None:
                result = self._assign(result, decision, value.speaker, at, already_so)
            elif isinstance(value, PersonIs) and (at is not None or decision.anchor is None):
                result = self._rename(result, decision, value, at, already_so)
        return result

    def _assign(
        self, result: Voices, decision: Decision, name: str, at: Settled, already_so: VoicesAlreadySo
    ) -> Voices:
        """The passage is said by `name`."""
        now = speakers.speakers_at(result, at.first, at.last)
        target = speakers.speaker_called(result, name) if name else None
        other = self.shapes.unseen("speaker", at.tokens, decision)
        is_said = now == [target] or already_so.is_said(result, decision, at, target)
        if is_said and (target or not name):
            self.ledger.stands(decision, State.ALREADY)
        elif other is not None:
            self.ledger.disagrees(decision, other, ", ".join(speakers.called(result, s) for s in now))
            return result
        else:
            if name and target is None:
                result, target = speakers.with_speaker(result, name)
            result = speakers.given_to(result, self.tokens, at.first, at.last, target)
            self.ledger.stands(decision, State.KEPT)
        self.shapes.note("speaker", at.tokens, decision)
        return result

    def _rename(
        self,
        result: Voices,
        decision: Decision,
        value: PersonIs,
        at: Settled | None,
        already_so: VoicesAlreadySo,
    ) -> Voices:
        """The person is called so."""
        known = next((s for s in result.speakers if s.id == value.id), None)
        machines = None if known is None else already_so.named(decision, known)
        if machines is None:
            means = speakers.person(result, already_so.machine, decision, value, at)
            known = next((s for s in result.speakers if s.id == means), None)
        if known is None:
            self.ledger.stands(
                decision, State.CONFLICT, "there is no such person", speakers.all_names(result)
            )
            return result
        new = machines or speakers.renamed(known, value.name, value.role)
        other = self.shapes.unseen("person", [new.id], decision)
        if machines is not None or (new.name, new.role) == (known.name, known.role):
            new = machines or known
            self.ledger.stands(decision, State.ALREADY)
        elif other is not None:
            self.ledger.disagrees(decision, other, f"{known.name} {known.role}".strip())
            return result
        else:
            self.ledger.stands(decision, State.KEPT)
        self.shapes.note("person", [new.id], decision)
        return speakers.with_person(result, new)
