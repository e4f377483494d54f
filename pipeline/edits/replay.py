"""Event replay: apply the decisions of a journal to what the stages found, one `correct_...` for each kind of result.

Decisions are replayed in the order of their times, each over the result of those before it, as the person saw it. Words come
first, because everything else refers to words: while they are corrected one by one, every other decision finds its own words
at its turn, and is carried along by later corrections. What a stage found is never changed in place; without a decision that
concerns it, it is handed on as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Any

from pipeline.edits import index_map, tags
from pipeline.edits.already_so import WordsAlreadySo
from pipeline.edits.cues import CueRequest, CueSheet, Draft
from pipeline.edits.journal import EMPTY, Contents
from pipeline.edits.ledger import Ledger, Report, Shapes, State, is_unseen
from pipeline.edits.live_text import LiveText
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
    Withdraw,
    Words,
)
from pipeline.edits.part_replay import PartReplay
from pipeline.edits.parts import PartSheet
from pipeline.edits.placement import Settled
from pipeline.edits.review import Reviews
from pipeline.edits.reviewed import Reviewed
from pipeline.edits.speaker_replay import SpeakerReplay
from pipeline.edits.text_replay import TextReplay
from pipeline.transcript import (
    NOT_CAPTIONED,
    Aligned,
    Captions,
    Concepts,
    Parts,
    Token,
    Transcript,
    Voices,
)


@dataclass(slots=True)
class Replay:
    """One run's replay of a journal: words first, then everything else; `report` says what became of every decision.

    Each `correct_...` gives the very same value back where no decision concerns it. `duration_ms` is the recording's length.
    """

    contents: Contents = EMPTY
    duration_ms: int | None = None
    reviewer: str = ""
    # Whether other words are shown than without the decisions: changed, added or taken out.
    reworded: bool = False
    ledger: Ledger = field(init=False)
    shapes: Shapes = field(default_factory=Shapes)
    _decisions: tuple[Decision, ...] = field(init=False)
    _settled: dict[str, Settled] = field(default_factory=dict)
    _read_then: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _tokens: tuple[Token, ...] = ()
    _voices: Voices = field(default_factory=Voices)

    def __post_init__(self) -> None:
        self.ledger = Ledger(self.contents)
        self._decisions = tuple(_reduced(d) for d in self.contents.decisions)

    @property
    def report(self) -> Report:
        """What became of every decision so far."""
        return self.ledger.report()

    def graded(self, transcript: Transcript) -> Transcript:
        """The transcript with the review of whoever watched all of it, and what has changed since."""
        if not any(isinstance(d.value, Reviewed) for d in self._decisions):
            return transcript
        reviews = self.reviews(transcript)
        reviews.note_cues({name: (at.first, at.last) for name, at in self._settled.items()})
        return replace(transcript, review=reviews.of_video())

    def reviews(self, transcript: Transcript) -> Reviews:
        """The reviews in the journal, judged over the transcript that its decisions have led to."""
        return Reviews(transcript, self.contents.decisions, self.ledger, self._read_then)

    def place_of(self, decision: Decision) -> tuple[int, int] | None:
        """The tokens `[first, last)` that a decision is about, None when it is about none, or they are gone."""
        settled = self._settled.get(decision.id)
        return None if settled is None else (settled.first, settled.last)

    def _standing(self, *kinds: type[Any]) -> list[Decision]:
        """The decisions of these kinds that were not withdrawn."""
        return [
            d
            for d in self._decisions
            if isinstance(d.value, kinds) and self.ledger[d.id].state is not State.WITHDRAWN
        ]

    def _placed(self, *kinds: type[Any]) -> list[tuple[Decision, Settled]]:
        """The standing decisions of these kinds whose words are there, each with where they stand."""
        return [(d, self._settled[d.id]) for d in self._standing(*kinds) if d.id in self._settled]

    # --- words --------------------------------------------------------------------------------------------------

    def correct_words(self, aligned: Aligned) -> Aligned:
        """The alignment with every decision about words put over."""
        standing = [
            d
            for d in self._decisions
            if self.ledger[d.id].state is not State.WITHDRAWN and not isinstance(d.value, Withdraw)
        ]
        withdrawn = [d for d in self._decisions if self.ledger[d.id].state is State.WITHDRAWN]
        live = LiveText(aligned.tokens, self.duration_ms)
        text = TextReplay(live, self.ledger, WordsAlreadySo(live, standing, withdrawn))
        for decision in standing:
            text.take(decision)
        result = index_map.corrected(aligned, live)
        self.reworded = _shown_words(result.tokens) != _shown_words(aligned.tokens)
        self._settled, self.reviewer, self.shapes = text.settled(), text.reviewer, text.shapes()
        self._read_then = text.read_then
        result = self._styled(result)
        self._tokens = result.tokens
        return result

    def _styled(self, aligned: Aligned) -> Aligned:
        """The alignment with every decision about how words look put over."""
        tokens = list(aligned.tokens)
        for decision, at in self._placed(StyleOf):
            value = decision.value
            assert isinstance(value, StyleOf)
            now = [tokens[k].style for k in at.tokens]
            other = self.shapes.unseen("style", at.tokens, decision)
            if set(now) == {value.style}:
                self.ledger.stands(decision, State.ALREADY)
            elif other is not None:
                self.ledger.disagrees(decision, other, ", ".join(dict.fromkeys(now)))
                continue
            else:
                for k in at.tokens:
                    tokens[k] = replace(tokens[k], style=value.style)
                self.ledger.stands(decision, State.KEPT)
            self.shapes.note("style", at.tokens, decision)
        return aligned if tuple(tokens) == aligned.tokens else replace(aligned, tokens=tuple(tokens))

    # --- voices -------------------------------------------------------------------------------------------------

    def correct_voices(self, result: Voices) -> Voices:
        """The speakers with every decision about who speaks and about names put over."""
        replay = SpeakerReplay(self._tokens, self.ledger, self.shapes)
        self._voices = replay.corrected(result, self._standing(SpeakerOf, PersonIs), self._settled)
        return self._voices

    # --- parts --------------------------------------------------------------------------------------------------

    def correct_parts(self, result: Parts) -> Parts:
        """The parts of the video with every decision about them put over."""
        sheet = PartSheet(result, self._tokens, self._voices)
        replay = PartReplay(sheet, self._tokens, self.ledger, self.shapes)
        corrected = replay.corrected(self._placed(VignetteAt))
        return result if corrected == result else corrected

    # --- concepts -----------------------------------------------------------------------------------------------

    def correct_concepts(self, result: Concepts) -> Concepts:
        """The concept tags with every decision about them put over."""
        replay = tags.TagReplay(self._tokens, self._voices, self.ledger, self.shapes)
        return replay.corrected(result, self._placed(ConceptAt))

    # --- captions -----------------------------------------------------------------------------------------------

    def correct_captions(self, result: Captions) -> Captions:
        """The captions with every decision about them put over."""
        sheet = CueSheet(result, self._tokens)
        for decision, at in self._placed(CueOf, Split, Add):
            self._change_cue(sheet, decision, at)
        for draft in sheet.drafts:
            if draft.by is not None:
                self.shapes.note("cue", range(draft.cue.first, draft.cue.last), draft.by)
        return sheet.captions() if sheet.changed else result

    def _change_cue(self, sheet: CueSheet, decision: Decision, at: Settled) -> None:
        """Let captions be as one decision wants them."""
        value, touched = decision.value, sheet.touching(at.first, at.last)
        found = _cue_texts(sheet, touched)
        start_ms = getattr(value, "start_ms", None)
        if start_ms is not None and self.duration_ms is not None and start_ms >= self.duration_ms:
            self.ledger.stands(decision, State.CONFLICT, "lies behind the end of the recording", found)
            return
        # An added caption's words are its own: whoever shaped the captions around it said nothing about them.
        others = [d.by for d in touched if d.by is not None and not isinstance(value, Add)]
        other = next((o for o in others if is_unseen(decision, o) and o.value != value), None)
        if other is not None:
            self.ledger.disagrees(decision, other, found)
            return
        if isinstance(value, Add) and self._is_anothers_already(decision, touched):
            return
        if isinstance(value, Split) and not at.breaks:
            self.ledger.stands(decision, State.SUPERSEDED, "the words on one side of it were taken out later")
            return
        middle = (at.breaks or ())[:1] if isinstance(value, Split) else ()
        divided = pairwise((at.first, *middle, at.last))
        if (middle or value == CueOf()) and all(sheet.holds(*cue) for cue in divided):
            sheet.keep(at.first, at.last, decision)
            self.ledger.stands(decision, State.ALREADY)
            return
        if isinstance(value, Split):
            sheet.split(at.first, middle[0], at.last, value.start_ms, decision)
        elif isinstance(value, (CueOf, Add)):
            sheet.make(_requested_cue(value, at), decision)
        if self.ledger[decision.id].state is not State.ALREADY:
            self.ledger.stands(decision, State.KEPT)

    def _is_anothers_already(self, decision: Decision, touched: Sequence[Draft]) -> bool:
        """Whether a caption that was to be added is there by another person's decision, who may want it otherwise."""
        so = self.ledger[decision.id].state is State.ALREADY
        return so and any(d.by is not None and is_unseen(decision, d.by) for d in touched)


def _reduced(decision: Decision) -> Decision:
    """The decision as the simplest kind that says the same: a caption that goes is words that nobody says, and captions that
    become one are a caption of their words. Journals, and what is reported, keep the kind that was written."""
    match decision.value:
        case Delete():
            return replace(decision, value=Words(""))
        case Merge():
            return replace(decision, value=CueOf())
    return decision


def _requested_cue(value: CueOf | Add, at: Settled) -> CueRequest:
    """The caption that a decision asks for."""
    settings = value.settings if isinstance(value, CueOf) else None
    return CueRequest(
        at.first, at.last, value.start_ms, value.end_ms, at.breaks, at.labels, at.dashes, settings
    )


def _cue_texts(sheet: CueSheet, drafts: Sequence[Draft]) -> str:
    """The words of cues, with a bar between two of them."""
    return " | ".join(" ".join(t.text for t in sheet.tokens[d.cue.first : d.cue.last]) for d in drafts)


def _shown_words(tokens: Sequence[Token]) -> list[str]:
    return [t.text for t in tokens if t.kind not in NOT_CAPTIONED]
