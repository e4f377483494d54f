"""Concept tag edits: confirm, reject or add a tag, as people decided."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.edits.ledger import Ledger, Shapes, State
from pipeline.edits.model import ConceptAt, Decision
from pipeline.edits.placement import Settled
from pipeline.transcript import Concepts, ConceptTag, Token, Utterance, Voices

BY_A_PERSON = "decided by a person"
"""The rule of a tag that no pattern found."""


def tagged(concepts: Concepts, concept: str, first: int, last: int) -> tuple[ConceptTag, ...]:
    """The tags of a concept whose evidence shares a word with `[first, last)`."""
    return tuple(t for t in concepts.tags if t.concept == concept and t.first < last and first < t.last)


def without(concepts: Concepts, tags: Sequence[ConceptTag]) -> Concepts:
    """The concepts less some of their tags."""
    return replace(concepts, tags=tuple(t for t in concepts.tags if t not in tags))


def with_tag(
    concepts: Concepts, concept: str, first: int, last: int, tokens: Sequence[Token], voices: Voices
) -> Concepts:
    """The concepts with one more tag, whose evidence is the tokens `[first, last)`."""
    utterance = voices.utterances[bisect_right(voices.utterances, first, key=lambda u: u.first) - 1]
    start = _chars(tokens, utterance, first)
    end = _chars(tokens, utterance, min(last, utterance.last)) - 1
    tag = ConceptTag(concept, utterance.id, first, last, start, end, BY_A_PERSON)
    return replace(concepts, tags=tuple(sorted((*concepts.tags, tag), key=lambda t: (t.first, t.last))))


def _chars(tokens: Sequence[Token], utterance: Utterance, at: int) -> int:
    """Where token `at` begins in the utterance's text."""
    return sum(len(t.text) + 1 for t in tokens[utterance.first : at])


@dataclass(frozen=True, slots=True)
class TagReplay:
    """Puts decisions about concepts over the tags that were found, and notes their status in `ledger`."""

    tokens: Sequence[Token]
    voices: Voices
    ledger: Ledger
    shapes: Shapes

    def corrected(self, concepts: Concepts, decisions: Sequence[tuple[Decision, Settled]]) -> Concepts:
        """The concepts with the decisions, each with where its words stand, put over one after the other."""
        held: list[tuple[Decision, ConceptAt, Settled]] = []
        for decision, at in decisions:
            value = decision.value
            if isinstance(value, ConceptAt):
                corrected = self._take(concepts, decision, value, at)
                if corrected is not None:
                    concepts = corrected
                    held.append((decision, value, at))
        self._note_superseded(concepts, held)
        return concepts

    def _take(self, concepts: Concepts, decision: Decision, value: ConceptAt, at: Settled) -> Concepts | None:
        """The concepts as one decision wants them; None when it disagrees with another."""
        topic = f"concept {value.concept}"
        found = tagged(concepts, value.concept, at.first, at.last)
        other = self.shapes.unseen(topic, at.tokens, decision)
        if _wants_tag(value) == bool(found):
            self.ledger.stands(decision, State.KEPT if value.verdict == "confirmed" else State.ALREADY)
        elif other is not None:
            self.ledger.disagrees(decision, other, "tagged" if found else "not tagged")
            return None
        else:
            concepts = (
                with_tag(concepts, value.concept, at.first, at.last, self.tokens, self.voices)
                if _wants_tag(value)
                else without(concepts, found)
            )
            self.ledger.stands(decision, State.KEPT)
        self.shapes.note(topic, at.tokens, decision)
        return concepts

    def _note_superseded(self, concepts: Concepts, held: list[tuple[Decision, ConceptAt, Settled]]) -> None:
        """Decisions that the tags do not show in the end are superseded by the last that says the opposite."""
        for number, (decision, value, at) in enumerate(held):
            if bool(tagged(concepts, value.concept, at.first, at.last)) == _wants_tag(value):
                continue
            later = reversed(held[number + 1 :])
            by = next((d for d, v, there in later if _overrules(v, there, value, at)), None)
            if by is not None:
                self.ledger.stands(decision, State.SUPERSEDED, by=by.id)


def _wants_tag(value: ConceptAt) -> bool:
    return value.verdict != "rejected"


def _overrules(later: ConceptAt, there: Settled, value: ConceptAt, at: Settled) -> bool:
    """Whether a later decision says the opposite of the same concept about some of the same words."""
    shares_words = there.first < at.last and at.first < there.last
    return shares_words and later.concept == value.concept and _wants_tag(later) != _wants_tag(value)
