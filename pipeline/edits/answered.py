"""Answered questions: which of the things that need a person somebody has settled already.

A question is answered when somebody wrote other words there, said when they are said, added or deleted a caption, watched it,
or waived just this question with a reason. The closing report of a run, `vignette status`, `vignette edits next` and the
review page all ask here, so that what is settled in one place is settled in all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from pipeline.edits.ledger import State
from pipeline.edits.model import Add, Decision, Delete, Waive, Words, WordTime
from pipeline.edits.replay import Replay
from pipeline.edits.reviewed import Reviewed
from pipeline.timing import Span
from pipeline.transcript import AlignmentReport, Passage, Speaker, Suggestion, Token, Transcript

# What the alignment reports, by the name of its field -> the rule that a waiver of it names.
PASSAGE_RULES = {
    "heard_differently": "heard-differently",
    "not_confirmed": "not-confirmed",
    "speech_without_text": "speech-without-text",
    "text_without_speech": "text-without-speech",
}
# The rules of the other questions.
SUGGESTED = "suggested-reading"
UNCLEAR = "not-understood"
UNNAMED = "unnamed-voice"
# Rules that ask the same of a place, whether what is written is what is said: who waives one of them has answered all.
_SAME = frozenset((SUGGESTED, "heard-differently", "not-confirmed", "speech-without-text"))
_Held = tuple[Decision, int, int, Span]
_ANSWERS = (Words, WordTime, Delete, Add, Waive, Reviewed)


class Answered:
    """Which questions about a transcript are answered; `replay` is the one that the transcript came out of."""

    def __init__(self, transcript: Transcript, replay: Replay) -> None:
        self._transcript, self._replay = transcript, replay
        review = transcript.review
        self._all = review is not None and review.holds
        self._held = list(self._answers())

    def settles(self, rule: str, span: Span, first: int = 0, last: int = 0) -> bool:
        """Whether a question under this rule, about tokens `[first, last)` (none: about the time alone), is answered."""
        return self._all or any(_answers(held, rule, span, first, last) for held in self._held)

    def open_report(self) -> AlignmentReport:
        """The alignment's report without the passages that are settled."""
        report = self._transcript.aligned.report
        left: dict[str, Any] = {
            name: tuple(p for p in getattr(report, name) if not self._is_settled(rule, p))
            for name, rule in PASSAGE_RULES.items()
        }
        return replace(report, **left)

    def is_open(self, one: Suggestion) -> bool:
        """Whether a suggested reading waits for an answer."""
        return not self.settles(SUGGESTED, one.span, one.first, one.last)

    def is_unclear(self, index: int, token: Token) -> bool:
        """Whether a mark for speech that was not understood waits for an answer."""
        return not self.settles(UNCLEAR, token.span, index, index + 1)

    def is_unnamed(self, speaker: Speaker) -> bool:
        """Whether nobody says who this is: no evidence, no decision, and no word of a person that it cannot be told."""
        if speaker.evidence or any(self._replay.shapes.ids("person", [speaker.id])):
            return False
        said = longest_turn(self._transcript, speaker.id)
        waived = [h for h in self._held if isinstance(h[0].value, Waive) and h[0].value.rule == UNNAMED]
        return said is None or not any(first < said[1] and said[0] < last for _, first, last, _ in waived)

    def _is_settled(self, rule: str, passage: Passage) -> bool:
        return self.settles(rule, passage.span, passage.first, passage.last)

    def _answers(self) -> Iterator[_Held]:
        """Decisions that answer, the tokens and the time that they are about."""
        for standing in self._replay.report.standings:
            decision = standing.decision
            if standing.state not in (State.KEPT, State.ALREADY) or decision.anchor is None:
                continue
            if isinstance(decision.value, _ANSWERS):
                is_about_words = bool(decision.anchor.text.split())
                first, last = (self._replay.place_of(decision) if is_about_words else None) or (-1, -1)
                value = decision.value if isinstance(decision.value, Add | WordTime) else decision.anchor
                yield decision, first, last, Span(value.start_ms, max(value.end_ms, value.start_ms + 1))


def _answers(held: _Held, rule: str, span: Span, first: int, last: int) -> bool:
    """Whether one decision answers a question; about words by the words that both are about, else by the time."""
    decision, begin, end, when = held
    if isinstance(decision.value, Waive):
        if not asks_the_same(decision.value.rule, rule):
            return False
        if decision.value.rule == rule and begin < end and first == last and begin <= first <= end:
            return True  # words that are missing beside those that were waived with them
    if first < last and begin < end:
        return first < end and begin < last
    return when.overlap_ms(span) > 0


def asks_the_same(waived: str, rule: str) -> bool:
    """Whether who answers a question under the one rule has answered that under the other."""
    return waived == rule or {waived, rule} <= _SAME


def longest_turn(transcript: Transcript, speaker: str) -> tuple[int, int] | None:
    """The tokens `[first, last)` of the longest that somebody says at once; None for who says nothing."""
    said = [u for u in transcript.voices.utterances if u.speaker == speaker]
    longest = max(said, key=lambda u: u.last - u.first, default=None)
    return None if longest is None else (longest.first, longest.last)
