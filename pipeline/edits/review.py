"""Reviews bound to what was seen: whether all is still as a reviewer saw it, else how much has changed since, and by whom.

A signature is about what was in front of the person who gave it. Whatever changes afterwards - by a person, whose decisions
may come from another copy of the journal, or by a machine of another version or with other settings - is counted. Decisions
are nobody's signature's: whoever withdraws a change has the review hold again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from pipeline.edits import token_diff
from pipeline.edits.ledger import Ledger, State
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
    VignetteAt,
    Waive,
    Withdraw,
    Words,
    WordTime,
)
from pipeline.edits.quote import Quote
from pipeline.edits.reviewed import Reviewed, Watched
from pipeline.edits.seen_changes import SeenChange, changes
from pipeline.edits.watched import SHOWN_FIELDS, watched
from pipeline.timing import Span
from pipeline.transcript import Review, Transcript

# A decision explains a change of what is shown up to so long before or after its words. Set by hand.
REACH_MS = 500
MACHINES = "what was reviewed is shown otherwise now, and nobody decided that"
"""Why a review is a conflict; shown to people."""
# Kinds of which nothing is seen in captions, people or parts, so that each is a change of its own.
_UNSEEN = (ConceptAt, Waive, Quote)
_TEXTUAL = (Words, Delete, Add)


@dataclass(frozen=True, slots=True)
class Reviews:
    """The reviews of a journal, judged over the transcript that its decisions have led to.

    `read_then` holds, for reviews of an earlier version, the words that stood at their place in the journal.
    """

    transcript: Transcript
    decisions: Sequence[Decision]
    ledger: Ledger
    read_then: dict[str, tuple[str, ...]]

    def of_video(self) -> Review | None:
        """The latest review of the whole; one that saw another version only where there is no other."""
        found = [(d, self.judged(d, d.value)) for d in self._standing() if _is_of_video(d.value)]
        for decision, review in found:
            if isinstance(decision.value, Reviewed) and decision.value.seen is not None:
                self.ledger.stands(decision, State.KEPT, review.since)
        reviews = [review for _, review in found]
        return next(
            (r for r in reversed(reviews) if not r.of_earlier_version), reviews[-1] if reviews else None
        )

    def note_cues(self, places: dict[str, tuple[int, int]]) -> None:
        """Say of each caption's review what has changed in that since; `places` are the tokens `[first, last)` they are about."""
        for decision in self._standing():
            value = decision.value
            if isinstance(value, Reviewed) and value.of == "cue" and value.seen and decision.id in places:
                now = watched(self.transcript, self.decisions, places[decision.id])
                review = self._since(decision, value.seen, changes(value.seen, now))
                if self.ledger[decision.id].state is State.KEPT:
                    self._note(decision, review, now, self.transcript.text(*places[decision.id]))

    def _note(self, decision: Decision, review: Review, now: Watched, found: str) -> None:
        """Say that a caption's review holds, with what has changed since; where it is shown otherwise and nobody decided that,
        it is a conflict, for a person to look at."""
        shown = review
        if review.changes > review.by_people and isinstance(decision.value, Reviewed) and decision.value.seen:
            seen = _shown(decision.value.seen)
            shown = self._since(decision, seen, changes(seen, _shown(now)))
        if shown.changes > shown.by_people:
            self.ledger.stands(decision, State.CONFLICT, f"{MACHINES} ({review.since})", found)
        else:
            self.ledger.stands(decision, State.KEPT, review.since)

    def judged(self, decision: Decision, value: object) -> Review:
        """A review of the whole, with what has changed since."""
        assert isinstance(value, Reviewed)
        if value.seen is None:
            return self._judged_by_place(decision)
        found = changes(value.seen, watched(self.transcript))
        known = set(value.seen.decisions)
        return self._since(decision, value.seen, [*found, *self._unshown(known)])

    def _since(self, decision: Decision, seen: Watched, found: Sequence[SeenChange]) -> Review:
        """The review with these changes, each put down to whose decisions, unknown to the reviewer, are about it."""
        if not found:
            return Review(decision.who)
        later = [w for d in self.decisions if d.id not in seen.decisions for w in self._work(d)]
        people: dict[str, None] = {}
        by_people = 0
        for change in found:
            authors = [w.who for w in later if w.explains(change)]
            people |= dict.fromkeys(authors)
            by_people += change.count if authors else 0
        places = sorted({min(s.start_ms for s in c.spans) for c in found if c.spans})
        count = sum(c.count for c in found)
        return Review(decision.who, count, by_people, tuple(sorted(people)), tuple(places))

    def _work(self, decision: Decision) -> Iterable[_Work]:
        """What a decision did, or that of the one that it withdraws undid."""
        if self.ledger[decision.id].state not in (State.KEPT, State.SUPERSEDED):
            return
        target = decision
        if isinstance(decision.value, Withdraw):
            undone = next((d for d in self.decisions if d.id == decision.value.id), None)
            if undone is None or isinstance(undone.value, Reviewed):
                return
            target = undone
        if not isinstance(target.value, Reviewed):
            yield _Work(decision.who, target)

    def _unshown(self, known: set[str]) -> Iterable[SeenChange]:
        """Decisions about what captions do not show, made or withdrawn since."""
        held = {d.id: d for d in self.decisions}
        for decision in self.decisions:
            was = decision.id in known and not _is_withdrawn(decision.id, held, known)
            now = self.ledger[decision.id].state is State.KEPT
            if isinstance(decision.value, _UNSEEN) and was != now and decision.anchor is not None:
                yield SeenChange(decision.kind, (Span(decision.anchor.start_ms, decision.anchor.end_ms),))

    # --- journals of an earlier version -----------------------------------------------------------------------------

    def _judged_by_place(self, decision: Decision) -> Review:
        """A review that says nothing but which words were seen: bound to what stood at its place in the journal."""
        then = self.read_then.get(decision.id)
        if then is None:
            return Review(decision.who, of_earlier_version=True)
        later = [
            d for d in self.decisions if d.order > decision.order and self.ledger[d.id].state is State.KEPT
        ]
        now = [w for t in self.transcript.tokens for w in t.text.split()]
        reworded = len(token_diff.changes(then, now))
        by_words = [d.who for d in later if isinstance(d.value, (*_TEXTUAL, Withdraw))] if reworded else []
        other = [d for d in later if not isinstance(d.value, (*_TEXTUAL, Withdraw, Reviewed))]
        people = tuple(sorted({*by_words, *(d.who for d in other)}))
        return Review(
            decision.who, reworded + len(other), len(other) + (reworded if by_words else 0), people,
            tuple(d.anchor.start_ms for d in other if d.anchor),
        )  # fmt: skip

    def _standing(self) -> list[Decision]:
        """The reviews that were not withdrawn."""
        return [
            d
            for d in self.decisions
            if isinstance(d.value, Reviewed) and self.ledger[d.id].state is not State.WITHDRAWN
        ]


def _shown(seen: Watched) -> Watched:
    """What of a look is on the screen: captions without the times of their single words, names and parts; no open questions."""
    cues = tuple(" ".join(text.split(" ")[:SHOWN_FIELDS]) for text in seen.cues)
    return replace(seen, profile="", cues=cues, findings=())


def _is_of_video(value: object) -> bool:
    return isinstance(value, Reviewed) and value.of == "video"


def _is_withdrawn(name: str, held: dict[str, Decision], known: set[str]) -> bool:
    """Whether a decision was withdrawn by one that the reviewer knew, and that was not withdrawn itself."""
    withdrawals = (held[k] for k in known if k in held and isinstance(held[k].value, Withdraw))
    return any(
        getattr(w.value, "id", "") == name and not _is_withdrawn(w.id, held, known) for w in withdrawals
    )


@dataclass(frozen=True, slots=True)
class _Work:
    """What somebody did by a decision, or by withdrawing it."""

    who: str
    decision: Decision

    def explains(self, change: SeenChange) -> bool:
        """Whether the change may come of it: it is of such a kind, and about that time, or about a person, whoever speaks."""
        value = self.decision.value
        match change.kind:
            case "name":
                return isinstance(value, (PersonIs, SpeakerOf))
            case "part":
                fits = isinstance(value, (VignetteAt, *_TEXTUAL, WordTime))
            case "caption":
                if isinstance(value, PersonIs):
                    return True
                fits = isinstance(value, (*_TEXTUAL, WordTime, CueOf, Split, Merge, SpeakerOf, VignetteAt))
            case "profile":
                return False
            case "finding":
                fits = isinstance(value, (*_TEXTUAL, WordTime, CueOf))
            case kind:
                fits = self.decision.kind == kind
        return fits and any(_touch(one, two) for one in self._when() for two in change.spans)

    def _when(self) -> Iterable[Span]:
        """When the words are said that it is about, and what times it gives."""
        anchor, value = self.decision.anchor, self.decision.value
        if anchor is not None:
            yield Span(anchor.start_ms, anchor.end_ms)
        start, end = getattr(value, "start_ms", None), getattr(value, "end_ms", None)
        for time_ms in (start, end):
            if isinstance(time_ms, int):
                yield Span(time_ms, time_ms)


def _touch(one: Span, two: Span) -> bool:
    return one.start_ms - REACH_MS <= two.end_ms and two.start_ms - REACH_MS <= one.end_ms
