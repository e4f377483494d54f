"""Put the decisions of a journal over what the stages found, stage by stage: `Replay(contents).correct` is the run's hook.

Decisions are replayed in the order of their times, each over the result of those before it, as the person saw it. Words come
first, because everything else refers to words: while they are corrected one by one, every other decision finds its own words
at its turn, and is carried along by later corrections. What a stage found is never changed in place; without a decision that
concerns it, it is handed on as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pipeline.edits import tags, voices, words
from pipeline.edits.conflicts import Ledger, Report, State
from pipeline.edits.cues import CueSheet, Draft, Wanted
from pipeline.edits.journal import EMPTY, Contents
from pipeline.edits.model import (
    Add,
    ConceptAt,
    CueOf,
    Decision,
    Merge,
    PersonIs,
    SpeakerOf,
    Split,
    Withdraw,
)
from pipeline.edits.scribe import Scribe, Settled
from pipeline.edits.words import LiveText
from pipeline.transcript import Aligned, Captions, Concepts, Grade, Token, Transcript, Voices


@dataclass(slots=True)
class Replay:
    """One run's replay of a journal. `correct` is called after each stage; then `report` says what became of every decision."""

    contents: Contents = EMPTY
    duration_ms: int | None = None
    reviewer: str = ""
    ledger: Ledger = field(init=False)
    _settled: dict[str, Settled] = field(default_factory=dict)
    _tokens: tuple[Token, ...] = ()
    _voices: Voices = field(default_factory=Voices)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.contents)

    @property
    def report(self) -> Report:
        """What became of every decision so far."""
        return self.ledger.report()

    def correct(self, stage: str, result: Any) -> Any:
        """A stage's result with the decisions about it put over; the very same value when there are none."""
        if isinstance(result, Aligned):
            return self._correct_words(result)
        if isinstance(result, Voices):
            self._voices = self._correct_voices(result)
            return self._voices
        if isinstance(result, Concepts):
            return self._correct_concepts(result)
        if isinstance(result, Captions):
            return self._correct_captions(result)
        if stage == "sound":
            self.duration_ms = result.duration_ms
        return result

    def graded(self, transcript: Transcript) -> Transcript:
        """The transcript as reviewed by whoever reviewed all of it as it stands."""
        if not self.reviewer:
            return transcript
        return replace(transcript, grade=Grade.REVIEWED, reviewer=self.reviewer)

    def place_of(self, decision: Decision) -> tuple[int, int] | None:
        """The tokens `[first, last)` that a decision is about, None when it is about none, or they are gone."""
        settled = self._settled.get(decision.id)
        return None if settled is None or settled.first >= settled.last else (settled.first, settled.last)

    def _standing(self, *kinds: type[Any]) -> list[Decision]:
        """The decisions of these kinds that were not withdrawn."""
        return [
            d
            for d in self.contents.decisions
            if isinstance(d.value, kinds) and self.ledger[d.id].state is not State.WITHDRAWN
        ]

    # --- words --------------------------------------------------------------------------------------------------

    def _correct_words(self, aligned: Aligned) -> Aligned:
        scribe = Scribe(LiveText(aligned.tokens, self.duration_ms), self.ledger)
        for decision in self.contents.decisions:
            if self.ledger[decision.id].state is State.WITHDRAWN or isinstance(decision.value, Withdraw):
                continue
            scribe.take(decision)
        result = words.corrected(aligned, scribe.live)
        self._tokens = result.tokens
        self._settled, self.reviewer = scribe.settled(), scribe.reviewer
        return result

    # --- voices -------------------------------------------------------------------------------------------------

    def _correct_voices(self, result: Voices) -> Voices:
        machine = result
        decided: dict[int, Decision] = {}
        named: dict[str, Decision] = {}
        for decision in self._standing(SpeakerOf, PersonIs):
            value, settled = decision.value, self._settled.get(decision.id)
            if isinstance(value, SpeakerOf) and settled is not None and settled.first < settled.last:
                result = self._give(result, decision, value, settled, decided)
            elif isinstance(value, PersonIs) and (settled is not None or decision.anchor is None):
                result = self._name(result, machine, decision, value, settled, named)
        return result

    def _give(
        self, result: Voices, decision: Decision, value: SpeakerOf, at: Settled, decided: dict[int, Decision]
    ) -> Voices:
        now = _speakers_at(result, at.first, at.last)
        found = ", ".join(_called(result, s) for s in now)
        target = voices.speaker_called(result, value.speaker) if value.speaker else None
        known = bool(target) or not value.speaker
        for index in range(at.first, at.last):
            other = decided.get(index)
            if (
                other is not None
                and _unseen(decision, other, "speaker", found)
                and not (known and now == [target])
            ):
                self.ledger.disagrees(decision, other, found)
                return result
        if known and now == [target]:
            self.ledger.stands(decision, State.ALREADY)
        else:
            if not known:
                result, target = voices.with_speaker(result, value.speaker)
            result = voices.given_to(result, self._tokens, at.first, at.last, target)
            self.ledger.stands(decision, State.KEPT)
        decided.update(dict.fromkeys(range(at.first, at.last), decision))
        return result

    def _name(
        self,
        result: Voices,
        machine: Voices,
        decision: Decision,
        value: PersonIs,
        at: Settled | None,
        named: dict[str, Decision],
    ) -> Voices:
        speaker = _person(result, machine, decision, value, at)
        if speaker is None:
            self.ledger.stands(decision, State.CONFLICT, "there is no such person", _all_names(result))
            return result
        now = next(s for s in result.speakers if s.id == speaker)
        wanted = (
            now.name if value.name is None else value.name,
            now.role if value.role is None else value.role,
        )
        other = named.get(speaker)
        if wanted == (now.name, now.role):
            self.ledger.stands(decision, State.ALREADY)
        elif other is not None and _unseen(decision, other, "name", now.name):
            self.ledger.disagrees(decision, other, f"{now.name} {now.role}".strip())
            return result
        else:
            result = voices.renamed(result, speaker, value.name, value.role)
            self.ledger.stands(decision, State.KEPT)
        named[speaker] = decision
        return result

    # --- concepts -----------------------------------------------------------------------------------------------

    def _correct_concepts(self, result: Concepts) -> Concepts:
        decided: list[tuple[Settled, Decision, ConceptAt]] = []
        for decision in self._standing(ConceptAt):
            at, value = self._settled.get(decision.id), decision.value
            if at is None or at.first >= at.last or not isinstance(value, ConceptAt):
                continue
            other = next(
                (d for s, d, v in reversed(decided)
                 if v.concept == value.concept and s.first < at.last and at.first < s.last), None,
            )  # fmt: skip
            is_tagged = tags.tagged(result, value.concept, at.first, at.last)
            wants_tag = value.verdict != "rejected"
            if wants_tag == bool(is_tagged):
                self.ledger.stands(decision, State.ALREADY if value.verdict != "confirmed" else State.KEPT)
            elif other is not None and _unseen(decision, other, "decided", _verdict(other)):
                self.ledger.disagrees(decision, other, _verdict(other))
                continue
            else:
                result = (
                    tags.with_tag(result, value.concept, at.first, at.last, self._tokens, self._voices)
                    if wants_tag
                    else tags.without(result, is_tagged)
                )
                self.ledger.stands(decision, State.KEPT)
            decided.append((at, decision, value))
        return result

    # --- captions -----------------------------------------------------------------------------------------------

    def _correct_captions(self, result: Captions) -> Captions:
        sheet = CueSheet(result, self._tokens)
        for decision in self._standing(CueOf, Split, Merge, Add):
            at = self._settled.get(decision.id)
            if at is None or at.first >= at.last:
                continue
            if isinstance(decision.value, Split):
                self._split(sheet, decision, decision.value, at)
            elif isinstance(decision.value, Merge):
                self._merge(sheet, decision, at)
            else:
                self._cue(sheet, decision, at)
        return sheet.captions() if sheet.changed else result

    def _cue(self, sheet: CueSheet, decision: Decision, at: Settled) -> None:
        value = decision.value
        touched = sheet.touching(at.first, at.last)
        assert isinstance(value, (CueOf, Add))
        late = (
            self.duration_ms is not None and value.start_ms is not None and value.start_ms >= self.duration_ms
        )
        if late:
            self.ledger.stands(
                decision, State.CONFLICT, "lies behind the end of the recording", _shown(sheet, touched)
            )
            return
        if self._meets(sheet, decision, touched):
            return
        settings = value.settings if isinstance(value, CueOf) else None
        wanted = Wanted(
            at.first, at.last, value.start_ms, value.end_ms, at.breaks, at.labels, at.dashes, settings
        )  # fmt: skip
        sheet.make(wanted, decision)
        if self.ledger[decision.id].state is not State.ALREADY:
            self.ledger.stands(decision, State.KEPT)

    def _split(self, sheet: CueSheet, decision: Decision, value: Split, at: Settled) -> None:
        if sheet.begins(at.first):
            self.ledger.stands(decision, State.ALREADY)
            return
        touched = sheet.touching(at.first, at.first + 1)
        if self._meets(sheet, decision, touched):
            return
        if sheet.split(at.first, value.start_ms, decision):
            self.ledger.stands(decision, State.KEPT)
        else:
            self.ledger.stands(
                decision, State.CONFLICT, "the caption is too short to be divided", _shown(sheet, touched)
            )

    def _merge(self, sheet: CueSheet, decision: Decision, at: Settled) -> None:
        after = next((d for d in sheet.drafts if d.cue.first == at.first), None)
        before = next((d for d in sheet.drafts if d.cue.last == at.first), None)
        if after is None:
            self.ledger.stands(decision, State.ALREADY)
        elif before is None:
            self.ledger.stands(
                decision, State.CONFLICT, "there is no caption before it", _shown(sheet, [after])
            )
        elif not self._meets(sheet, decision, [before, after]):
            sheet.merge(before, after, decision)
            self.ledger.stands(decision, State.KEPT)

    def _meets(self, sheet: CueSheet, decision: Decision, touched: Sequence[Draft]) -> bool:
        """Whether the decision disagrees with one about the same cues that its author had not seen; it is a conflict then."""
        cues = decision.seen.get("cues")
        seen = [c for c in cues if isinstance(c, dict)] if isinstance(cues, list) else []
        for draft in touched:
            if draft.by is None or draft.by.who == decision.who:
                continue
            span = draft.cue.span
            if not any((c.get("start_ms"), c.get("end_ms")) == (span.start_ms, span.end_ms) for c in seen):
                self.ledger.disagrees(decision, draft.by, _shown(sheet, touched))
                return True
        return False


def _unseen(decision: Decision, other: Decision, what: str, now: str) -> bool:
    """Whether another person's earlier decision was not known to the author of this one."""
    return other.who != decision.who and decision.seen.get(what) != now


def _speakers_at(result: Voices, first: int, last: int) -> list[str | None]:
    """Who says the tokens `[first, last)`, each once, in order."""
    found = [u.speaker for u in result.utterances if u.first < last and first < u.last]
    return list(dict.fromkeys(found))


def _called(result: Voices, speaker: str | None) -> str:
    return next((s.name or s.id for s in result.speakers if s.id == speaker), speaker or "")


def _all_names(result: Voices) -> str:
    return ", ".join(f"{s.id} ({s.name})" for s in result.speakers)


def _person(
    result: Voices, machine: Voices, decision: Decision, value: PersonIs, at: Settled | None
) -> str | None:
    """Whom a decision about a person means: who says its words, else who had the name or has the id.

    Ids are another person's after another run; the words are not, unless they were themselves given to somebody else since.
    """
    seen = str(decision.seen.get("name") or "")
    ids = {s.id for s in result.speakers}
    if at is not None:
        says = [s for v in (result, machine) for s in _speakers_at(v, at.first, at.last) if s in ids]
        expected = [s for s in says if s == value.id or (seen and _called(result, s) == seen)]
        chosen = next(iter(expected or says), None)
        if chosen is not None:
            return chosen
    named = voices.speaker_called(result, seen) if seen else None
    return named or (value.id if value.id in ids else None)


def _verdict(decision: Decision) -> str:
    return decision.value.verdict if isinstance(decision.value, ConceptAt) else ""


def _shown(sheet: CueSheet, drafts: Sequence[Draft]) -> str:
    """The words of cues, with a bar between two of them."""
    return " | ".join(" ".join(t.text for t in sheet.tokens[d.cue.first : d.cue.last]) for d in drafts)
