"""The alignment's report after the second witness spoke: cleared doubts leave it, the rest is told with what was heard."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.timing import Span
from pipeline.transcript import AlignmentReport, Checked, Opinion, Passage, Verification


def settled(report: AlignmentReport, verification: Verification) -> AlignmentReport:
    """The report with the witness's opinions put over it.

    A doubt that was cleared is gone. One about words in whose place other words are suggested sounds different; the others
    keep what was heard as evidence.
    """
    said = {(c.span, c.first, c.last): c for c in verification.checked}
    instead = [s for s in verification.suggestions if s.last > s.first]
    doubted, different = [], list(_told(report.heard_differently, said))
    for passage in _told(report.not_confirmed, said):
        reading = _reading_of(passage, verification)
        if reading is None:
            doubted.append(passage)
        else:
            different.append(replace(passage, heard=reading))
    named = {n for p in (*doubted, *different) for n in range(p.first, p.last)}
    different += [
        Passage(s.span, s.first, s.last, "", s.text)
        for s in instead
        if named.isdisjoint(range(s.first, s.last))
    ]
    return replace(
        report,
        speech_without_text=tuple(_told(report.speech_without_text, said)),
        text_without_speech=tuple(_told(report.text_without_speech, said)),
        not_confirmed=tuple(doubted),
        heard_differently=tuple(sorted(different, key=lambda p: p.first)),
    )


def _reading_of(passage: Passage, verification: Verification) -> str | None:
    """What is suggested in place of a doubtful passage, or beside it: "did not" of a "did" behind which a "not" was heard."""
    for s in verification.suggestions:
        if s.first < passage.last and s.last > passage.first:
            return s.text
        if s.first == s.last == passage.last and passage.text:
            return f"{passage.text} {s.text}"
    return None


def _told(passages: Sequence[Passage], said: dict[tuple[Span, int, int], Checked]) -> list[Passage]:
    """The passages that are still open, with what the witness heard there."""
    found = []
    for passage in passages:
        check = said.get((passage.span, passage.first, passage.last))
        if check is None or not check.cleared:
            heard = check.heard if check and check.opinion is Opinion.OTHERWISE else passage.heard
            found.append(replace(passage, heard=heard or passage.heard))
    return found
