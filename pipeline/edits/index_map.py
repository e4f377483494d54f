"""Index mapping after corrections: from the machine's words to the words as people corrected them.

The alignment's own cues and the passages of its report are ranges of words; both are carried over here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace

from pipeline.edits.live_text import LiveText, backward, forward
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    EditorCue,
    Passage,
    TextSource,
    TimeSource,
    Token,
)

# Words that start this far outside of a passage are still looked at, because words stand in order of time only roughly.
# No measurement is recorded.
_NEARBY_MS = 30_000


class IndexMap:
    """Maps an index among the machine's words to one among the corrected words."""

    def __init__(self, live: LiveText) -> None:
        self._original, self._order = live.original, live.order()

    def first(self, index: int) -> int:
        """The index now of what began with the machine's word `index`."""
        if index >= len(self._original):
            return len(self._order)
        node = forward(self._original[index])
        return len(self._order) if node is None else self._order[id(node)]

    def last(self, index: int) -> int:
        """The index now behind what ended before the machine's word `index`."""
        if index <= 0:
            return 0
        node = backward(self._original[index - 1])
        return 0 if node is None else self._order[id(node)] + 1

    def range(self, first: int, last: int) -> tuple[int, int]:
        """The words now of the machine's words `[first, last)`; empty when none is left."""
        begin, end = self.first(first), self.last(last)
        return (begin, end) if last > first and end > begin else (begin, begin)


def corrected(aligned: Aligned, live: LiveText) -> Aligned:
    """The alignment with its words as they are now, the editor's cues and the report's passages moved along."""
    if not live.moment:
        return aligned
    moved, tokens = IndexMap(live), live.tokens()
    cues = tuple(c for c in (_moved_cue(c, moved) for c in aligned.editor_cues) if c.last > c.first)
    return Aligned(tokens, _moved_report(aligned.report, moved, tokens), cues)


def _moved_cue(cue: EditorCue, moved: IndexMap) -> EditorCue:
    first, last = moved.range(cue.first, cue.last)
    breaks = sorted({b for b in (moved.first(b) for b in cue.breaks) if first < b < last})
    labels: dict[int, str] = {}
    for at, name in cue.label_at:
        labels.setdefault(moved.first(at), name)
    return replace(
        cue,
        first=first,
        last=last,
        breaks=tuple(breaks),
        label_at=tuple((at, name) for at, name in sorted(labels.items()) if first <= at < last),
        dash_at=tuple(sorted({d for d in map(moved.first, cue.dash_at) if first <= d < last})),
    )


def _moved_report(report: AlignmentReport, moved: IndexMap, tokens: tuple[Token, ...]) -> AlignmentReport:
    def moved_all(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
        found = []
        for passage in passages:
            first, last = moved.range(passage.first, passage.last)
            if passage.last > passage.first and _settled(tokens[first:last]):
                continue  # a person has seen to it
            found.append(replace(passage, first=first, last=last))
        return tuple(found)

    return replace(
        report,
        speech_without_text=tuple(p for p in moved_all(report.speech_without_text) if not _filled(p, tokens)),
        text_without_speech=moved_all(report.text_without_speech),
        not_confirmed=moved_all(report.not_confirmed),
        heard_differently=moved_all(report.heard_differently),
    )


def _settled(tokens: Sequence[Token]) -> bool:
    """Whether nothing but words is left that a person wrote, or timed."""
    return all(TextSource.HUMAN is t.text_source or TimeSource.HUMAN is t.time_source for t in tokens)


def _filled(passage: Passage, tokens: Sequence[Token]) -> bool:
    """Whether a person put words where there was speech without text: over at least half of it."""
    low = bisect_left(tokens, passage.span.start_ms - _NEARBY_MS, key=lambda t: t.span.start_ms)
    covered = 0
    for token in tokens[low:]:
        if token.span.start_ms > passage.span.end_ms + _NEARBY_MS:
            break
        if token.text_source is TextSource.HUMAN:
            covered += token.span.overlap_ms(passage.span)
    return passage.first == passage.last and covered * 2 >= max(1, passage.span.duration_ms)
