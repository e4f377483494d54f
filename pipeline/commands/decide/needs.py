"""What needs a person about a recording, one thing after the other, each with its evidence and what can be done about it.

The command line and the review page show the same list: `settling` names the commands for it, the page has buttons. What is
settled and what not, `edits.answered` knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import Any

from pipeline.commands.decide import suggested
from pipeline.commands.decide.desk import Desk
from pipeline.edits import answered
from pipeline.edits.answered import PASSAGE_RULES, Answered
from pipeline.edits.ledger import Standing, wanted
from pipeline.edits.model import Decision
from pipeline.edits.reviewed import Reviewed
from pipeline.formats.document.suggestions import Suggested
from pipeline.timing import Span, hull
from pipeline.transcript import NOT_CAPTIONED, Heard, Kind, Passage, SoundKind, Speaker

# So many words are shown before and behind those in question. Set by hand.
CONTEXT_WORDS = 6
# A caption of a sound tells of what is heard this near to it.
SOUND_NEAR_MS = 2000


class Harm(IntEnum):
    """What goes wrong where a thing is left, the worst first: by this people are shown what there is."""

    CONFLICT = 0
    MEANING = 1
    SYNC = 2
    MISSING = 3
    NAMES = 4
    FORM = 5


# What the alignment reports -> how a person is told, and what harm it does.
_PASSAGES = {
    "speech_without_text": ("speech without text", Harm.MISSING),
    "text_without_speech": ("text that is spoken nowhere", Harm.SYNC),
    "heard_differently": ("it sounds different from its text", Harm.MEANING),
    "not_confirmed": ("it could not be confirmed by ear", Harm.MEANING),
}


@dataclass(frozen=True, slots=True)
class Need:
    """One thing that needs a person: tokens `[first, last)` and when, the evidence in pairs of what it is and what it says, and
    the ways to settle it (`can`: take, text, time, add, waive, person, insist, drop, review).

    `key` names it for as long as nothing there changes; `rule` is what a waiver of it names, `proposed` the suggested words,
    `ref` the id of the suggestion, the decision or the speaker that it is about.
    """

    key: str
    kind: str
    title: str
    harm: Harm
    span: Span | None
    first: int = -1
    last: int = -1
    evidence: tuple[tuple[str, str], ...] = ()
    can: tuple[str, ...] = ()
    rule: str = ""
    proposed: str = ""
    ref: str = ""

    def as_json(self) -> dict[str, Any]:
        """The same as plain values, for the page."""
        start, end = (self.span.start_ms, self.span.end_ms) if self.span else (0, 0)
        return {
            "key": self.key, "kind": self.kind, "title": self.title, "harm": self.harm.name.lower(), "start_ms": start,
            "end_ms": end, "first": self.first, "last": self.last,
            "evidence": [{"what": what, "text": text} for what, text in self.evidence],
            "can": list(self.can), "rule": self.rule, "proposed": self.proposed, "ref": self.ref,
        }  # fmt: skip


def waived(desk: Desk, need: Need, reason: str) -> Decision:
    """The decision that a thing is right as it is: about its words, or about the time in which there are none."""
    decision = desk.maker.waive(need.first, max(need.first, need.last), need.rule, reason)
    if need.first < need.last or need.span is None or decision.anchor is None:
        return decision
    when = replace(decision.anchor, start_ms=need.span.start_ms, end_ms=need.span.end_ms)
    return replace(decision, anchor=when)


def needs_of(desk: Desk, suggestions: Sequence[Suggested] = ()) -> list[Need]:
    """All that is open about a recording, the most harmful first and then in order of time.

    `suggestions` are those of the last run (`suggested.suggested`).
    """
    finder = _Finder(desk)
    readings = list(finder.suggestions(suggestions))
    found = [
        *finder.conflicts(), *readings, *finder.passages(readings), *finder.unclear(), *finder.sounds(),
        *finder.voices(), *finder.review(),
    ]  # fmt: skip
    return sorted(found, key=lambda n: (n.harm, n.span.start_ms if n.span else 0, n.key))


class _Finder:
    def __init__(self, desk: Desk) -> None:
        self.desk, self.transcript = desk, desk.transcript
        self.tokens = desk.transcript.tokens
        self._answered = Answered(desk.transcript, desk.shown.replay)
        report = self._answered.open_report()
        self._passages: list[tuple[str, Passage]] = [(k, p) for k in _PASSAGES for p in getattr(report, k)]

    def conflicts(self) -> Iterator[Need]:
        """Decisions that no longer fit."""
        for standing in self.desk.shown.replay.report.conflicts:
            yield self._conflict(standing)

    def _conflict(self, standing: Standing) -> Need:
        decision = standing.decision
        span = Span(decision.anchor.start_ms, decision.anchor.end_ms) if decision.anchor else None
        again = isinstance(decision.value, Reviewed)
        evidence = (
            (f"{decision.who} decided", wanted(decision)),
            ("why it does not fit", standing.why),
            ("there is now", standing.found or "nothing"),
        )
        title = "a review of what is otherwise now" if again else "a decision that no longer fits"
        first, last = self.desk.shown.replay.place_of(decision) or (-1, -1)
        return Need(f"conflict {decision.id}", "conflict", title, Harm.CONFLICT, span, first, last, evidence,
                    ("drop", "insist"), ref=decision.id)  # fmt: skip

    def suggestions(self, suggestions: Sequence[Suggested]) -> Iterator[Need]:
        """Readings that a second ear suggests, but for those that are taken or answered already."""
        for one in suggestions:
            place = suggested.place(self.desk, one)
            if place is not None and not self._answered.settles(answered.SUGGESTED, one.span, *place):
                yield self._with_its_passages(self._suggestion(one, *place))

    def _with_its_passages(self, need: Need) -> Need:
        """A suggestion together with the doubtful passages that it is about: who answers it has answered those."""
        found = [p for kind, p in self._passages if self._is_about(need, kind, p)]
        runs = [(p.first, p.last) for p in found if p.first < p.last]
        runs += [(need.first, need.last)] if need.first < need.last else []
        spans = [p.span for p in found] + ([need.span] if need.span else [])
        first, last = (min(a for a, _ in runs), max(b for _, b in runs)) if runs else (need.first, need.last)
        return replace(need, first=first, last=last, span=hull(spans))

    def _is_about(self, need: Need, kind: str, passage: Passage) -> bool:
        if not answered.asks_the_same(need.rule, PASSAGE_RULES[kind]):
            return False
        touches = need.first <= passage.last and passage.first <= need.last
        return touches or (need.span is not None and need.span.overlap_ms(passage.span) > 0)

    def _suggestion(self, one: Suggested, first: int, last: int) -> Need:
        evidence = [
            ("it reads", self._around(first, last)),
            ("a second ear heard", f'"{one.suggestion}"' + (f' for "{one.text}"' if one.text else "")),
            ("chance that this is right", f"{100 * one.confidence:.0f} %"),
        ]
        if one.gain is not None:
            evidence.append(("fits the sound better by", f"{one.gain:.1f} nats"))
        title = "another reading is suggested" if first < last else "words seem to be missing"
        harm = Harm.MISSING if one.is_caption else Harm.MEANING
        return Need(f"suggestion {one.id} {one.suggestion}", "suggestion", title, harm, one.span, first, last,
                    tuple(evidence), ("take", "text", "waive"), answered.SUGGESTED, one.suggestion, one.id)  # fmt: skip

    def passages(self, readings: Sequence[Need]) -> Iterator[Need]:
        """Passages that the alignment doubts, but for those about which something is suggested."""
        for kind, passage in self._passages:
            if not any(self._is_about(n, kind, passage) for n in readings):
                yield self._passage(kind, *_PASSAGES[kind], passage)

    def _passage(self, kind: str, title: str, harm: Harm, passage: Passage) -> Need:
        first, last, span = passage.first, passage.last, passage.span
        evidence = [("it reads", self._around(first, last))]
        if passage.heard:
            evidence.append(("heard", f'"{passage.heard}"'))
        can: tuple[str, ...] = ("text", "waive") if first < last else ("add", "waive")
        can = ("time", *can) if kind == "text_without_speech" else can
        return Need(f"{kind} {span.start_ms} {first}", "passage", title, harm, span, first, last, tuple(evidence), can,
                    PASSAGE_RULES[kind])  # fmt: skip

    def unclear(self) -> Iterator[Need]:
        """Marks for speech that was not understood."""
        for k, token in enumerate(self.tokens):
            if token.kind is Kind.UNCLEAR and self._answered.is_unclear(k, token):
                evidence = (("it reads", self._around(k, k + 1)),)
                yield Need(f"unclear {token.span.start_ms} {k}", "unclear", "speech that was not understood", Harm.MISSING,
                           token.span, k, k + 1, evidence, ("text", "waive"), answered.UNCLEAR)  # fmt: skip

    def sounds(self) -> Iterator[Need]:
        """Music and singing that no caption tells of: suggested, so that whoever is deaf to it misses nothing."""
        told = [t.span for t in self.tokens if t.kind is Kind.SOUND]
        rule = PASSAGE_RULES["speech_without_text"]
        for kind, span, evidence in _sounds(self.transcript.heard):
            at = next(
                (k for k, t in enumerate(self.tokens) if t.span.start_ms >= span.start_ms), len(self.tokens)
            )
            near = any(span.gap_ms(other) <= SOUND_NEAR_MS for other in told)
            if not near and not self._answered.settles(rule, span, at, at):
                yield Need(f"sound {span.start_ms}", "passage", f"{kind} without a caption", Harm.FORM, span, at, at,
                           (("heard", evidence),), ("add", "waive"), rule, f"[{kind}]")  # fmt: skip

    def voices(self) -> Iterator[Need]:
        """Voices that nobody names."""
        for speaker in self.transcript.voices.speakers:
            said = answered.longest_turn(self.transcript, speaker.id)
            if said is not None and self._answered.is_unnamed(speaker):
                yield self._voice(speaker, *said)

    def _voice(self, speaker: Speaker, first: int, last: int) -> Need:
        span = speaker.clips[0] if speaker.clips else self.transcript.span(first, last)
        evidence = (("says for one", f'"{self.transcript.text(first, last)}"'),)
        name = f"{speaker.name} ({speaker.id})" if speaker.name else speaker.id
        return Need(f"voice {speaker.id}", "voice", f"nobody says who {name} is", Harm.NAMES, span, first, last, evidence,
                    ("person", "waive"), answered.UNNAMED, ref=speaker.id)  # fmt: skip

    def review(self) -> Iterator[Need]:
        """A review of the whole that no longer holds."""
        review = self.transcript.review
        if review is not None and not review.holds:
            yield Need("review", "review", str(review), Harm.FORM, None, can=("review",))

    def _around(self, first: int, last: int) -> str:
        """What is written there, the words in question in brackets; text that no caption shows is not in question with others."""
        held = [k for k in range(first, last) if self.tokens[k].kind not in NOT_CAPTIONED] or range(
            first, last
        )
        before = " ".join(t.text for t in self.tokens[max(0, first - CONTEXT_WORDS) : first])
        after = " ".join(t.text for t in self.tokens[last : last + CONTEXT_WORDS])
        inside = " ".join(self.tokens[k].text for k in held) or "..."
        return f"{before} [{inside}] {after}".strip()


def _sounds(heard: Heard) -> Iterator[tuple[str, Span, str]]:
    """The sounds beside the speech, each with what speaks for it."""
    for event in heard.sounds:
        yield event.kind, event.span, f"{event.kind}, with a probability of {event.probability:.2f}"
    for span in heard.music:
        if not any(span.overlap_ms(event.span) for event in heard.sounds):
            yield SoundKind.MUSIC, span, "tones that stand out of the noise"
