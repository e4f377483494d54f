"""What needs a person about a recording, one after the other, each with its evidence and what can be done about it.

A doubt is settled when somebody wrote other words there, watched its caption, or waived it with a reason.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from pipeline.audit import Finding, Report
from pipeline.edits.ledger import State, wanted
from pipeline.edits.model import Add, Decision, Delete, Waive, Words
from pipeline.edits.reviewed import Reviewed
from pipeline.review.sitting import Look
from pipeline.timing import Span
from pipeline.transcript import Kind, Passage, Suggestion

# So many words are shown before and behind those in question. Set by hand.
CONTEXT_WORDS = 6

# What the alignment reports -> how a person is told, and the rule under which it can be waived.
PASSAGES = {
    "heard_differently": ("sounds different from its text", "heard-differently"),
    "not_confirmed": ("could not be confirmed by ear", "not-confirmed"),
    "speech_without_text": ("speech without text", "speech-without-text"),
    "text_without_speech": ("text that is spoken nowhere", "text-without-speech"),
}
SUGGESTED = "suggested-reading"
UNCLEAR = "not-understood"


@dataclass(frozen=True, slots=True)
class Doubt:
    """One thing that needs a person: tokens `[first, last)`, when, the evidence, and the ways to settle it (`can`).

    `key` names it for as long as nothing there changes; `rule` is what a waiver of it names, `proposed` the suggested words.
    """

    key: str
    kind: str
    title: str
    start_ms: int
    end_ms: int
    first: int
    last: int
    evidence: tuple[tuple[str, str], ...]
    can: tuple[str, ...]
    rule: str = ""
    proposed: str = ""
    ref: str = ""

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "evidence": [{"what": w, "text": t} for w, t in self.evidence]}


def doubts_of(look: Look) -> list[Doubt]:
    """All that is open: conflicts first, then everything in the order of time."""
    finder = _Finder(look)
    suggestions = list(finder.suggestions())
    found = [*suggestions, *finder.passages(suggestions), *finder.unclear(), *finder.voices()]
    return [*finder.conflicts(), *sorted(found, key=lambda d: (d.start_ms, d.key))]


def of_findings(report: Report) -> list[Doubt]:
    """The audit's open findings, in the order of time."""
    found = [_of_finding(number, f) for number, f in enumerate(report.open)]
    return sorted(found, key=lambda d: d.start_ms)


def _of_finding(number: int, finding: Finding) -> Doubt:
    start = finding.start_ms or 0
    unit = f" {finding.unit}" if finding.unit else ""
    measured = f"{finding.measured}{unit}" if finding.measured is not None else ""
    evidence = [("caption", finding.text), ("measured", measured), ("limit", f"{finding.limit}{unit}" if finding.limit else ""),
                ("source", finding.source), ("what to do", finding.mend)]  # fmt: skip
    return Doubt(
        f"finding {finding.id} {start} {number}", "finding", finding.message, start, finding.end_ms or start, -1, -1,
        tuple((w, str(t)) for w, t in evidence if t), ("edit", "waive") if finding.text else ("waive",), finding.id,
        ref=finding.severity.name.lower(),
    )  # fmt: skip


class _Finder:
    def __init__(self, look: Look) -> None:
        self.replay, self.transcript = look.shown.replay, look.transcript
        self.tokens = look.transcript.tokens
        review = self.transcript.review
        self._watched = review is not None and review.holds
        self._settled = [(d, *place) for d, place in self._decided()]

    def _decided(self) -> Iterator[tuple[Decision, tuple[int, int, Span]]]:
        """Decisions that settle doubts, the tokens and the time that they are about."""
        for standing in self.replay.report.standings:
            decision = standing.decision
            if standing.state not in (State.KEPT, State.ALREADY) or decision.anchor is None:
                continue
            if isinstance(decision.value, Words | Delete | Add | Waive | Reviewed):
                first, last = self.replay.place_of(decision) or (-1, -1)
                start = decision.anchor.start_ms
                yield decision, (first, last, Span(start, max(decision.anchor.end_ms, start + 1)))

    def _is_settled(self, rule: str, span: Span, first: int, last: int) -> bool:
        if self._watched:
            return True
        for decision, begin, end, when in self._settled:
            if isinstance(decision.value, Waive) and decision.value.rule != rule:
                continue
            touches = first < end and begin < last if first < last and begin < end else when.overlap_ms(span)
            if touches:
                return True
        return False

    def conflicts(self) -> Iterator[Doubt]:
        """Decisions that no longer fit."""
        for standing in self.replay.report.conflicts:
            decision = standing.decision
            start, end = (decision.anchor.start_ms, decision.anchor.end_ms) if decision.anchor else (0, 0)
            evidence = (
                (f"{decision.who} decided", wanted(decision)),
                ("why it does not fit", standing.why),
                ("there is now", standing.found or "nothing"),
            )
            yield Doubt(f"conflict {decision.id}", "conflict", "a decision that no longer fits", start, end, -1, -1,
                        evidence, ("drop", "insist", "edit"), ref=decision.id)  # fmt: skip

    def suggestions(self) -> Iterator[Doubt]:
        """Readings that the second witness suggests."""
        for one in self.transcript.verification.suggestions:
            if not self._is_settled(SUGGESTED, one.span, one.first, one.last):
                yield self._suggestion(one)

    def _suggestion(self, one: Suggestion) -> Doubt:
        evidence = [("it reads", self._around(one.first, one.last)), ("a second ear heard", one.text),
                    ("chance that this is right", f"{100 * one.confidence:.0f} %")]  # fmt: skip
        if one.gain is not None:
            evidence.append(("fits the sound better by", f"{one.gain:.1f} nats"))
        title = "another reading is suggested" if one.first < one.last else "words seem to be missing"
        return Doubt(f"suggestion {one.id} {one.text}", "suggestion", title, one.span.start_ms, one.span.end_ms, one.first,
                     one.last, tuple(evidence), ("accept", "edit", "waive"), SUGGESTED, one.text, one.id)  # fmt: skip

    def passages(self, suggestions: Iterable[Doubt]) -> Iterator[Doubt]:
        """Passages that the alignment doubts, but for those about which something is suggested."""
        taken = [(d.first, d.last) for d in suggestions]
        for kind, (title, rule) in PASSAGES.items():
            for passage in getattr(self.transcript.aligned.report, kind):
                settled = self._is_settled(rule, passage.span, passage.first, passage.last)
                suggested = any(first <= passage.last and passage.first <= last for first, last in taken)
                if not settled and not suggested:
                    yield self._passage(kind, title, rule, passage)

    def _passage(self, kind: str, title: str, rule: str, passage: Passage) -> Doubt:
        evidence = [("it reads", self._around(passage.first, passage.last))]
        if passage.heard:
            evidence.append(("heard", passage.heard))
        start, end = passage.span.start_ms, passage.span.end_ms
        return Doubt(f"{kind} {start} {passage.first}", "passage", title, start, end, passage.first, passage.last,
                     tuple(evidence), ("edit", "waive"), rule)  # fmt: skip

    def unclear(self) -> Iterator[Doubt]:
        """Marks for speech that was not understood."""
        for k, token in enumerate(self.tokens):
            if token.kind is Kind.UNCLEAR and not self._is_settled(UNCLEAR, token.span, k, k + 1):
                evidence = (("it reads", self._around(k, k + 1)),)
                yield Doubt(f"unclear {token.span.start_ms} {k}", "unclear", "speech that was not understood",
                            token.span.start_ms, token.span.end_ms, k, k + 1, evidence, ("edit", "waive"), UNCLEAR)  # fmt: skip

    def voices(self) -> Iterator[Doubt]:
        """Voices that nobody names."""
        for speaker in self.transcript.voices.speakers:
            said = [u for u in self.transcript.voices.utterances if u.speaker == speaker.id]
            if speaker.evidence or not said or any(self.replay.shapes.ids("person", [speaker.id])):
                continue
            longest = max(said, key=lambda u: u.last - u.first)
            span = self.transcript.span(longest.first, longest.last)
            evidence = (("says for one", self.transcript.text(longest.first, longest.last)),)
            yield Doubt(f"voice {speaker.id}", "voice", f"nobody says who {speaker.name or speaker.id} is", span.start_ms,
                        span.end_ms, longest.first, longest.last, evidence, ("name",), ref=speaker.id)  # fmt: skip

    def _around(self, first: int, last: int) -> str:
        """What is written there, the words in question in brackets."""
        before = " ".join(t.text for t in self.tokens[max(0, first - CONTEXT_WORDS) : first])
        after = " ".join(t.text for t in self.tokens[last : last + CONTEXT_WORDS])
        inside = " ".join(t.text for t in self.tokens[first:last]) or "…"
        return f"{before} [{inside}] {after}".strip()
