"""Index mapping after corrections: from the machine's words to the words as people corrected them.

The alignment's own cues and the passages of its report are ranges of words; both are carried over here.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.edits.live_text import LiveText, Node, backward, forward
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Passage,
    TextSource,
    TimeSource,
    Token,
)
from pipeline.transcript.reindex import TokenMap

# Words that start this far outside of a passage are still looked at, because words stand in order of time only roughly.
# No measurement is recorded.
_NEARBY_MS = 30_000


def token_map(nodes: Sequence[Node], since: int, order: Mapping[int, int]) -> TokenMap:
    """Where the words of the moment `since` went, and what people put to them since; `order` says where each stands."""
    begins = [forward(node, since) for node in nodes]
    ends = [backward(node, since) for node in nodes]
    return TokenMap(
        (*(len(order) if node is None else order[id(node)] for node in begins), len(order)),
        (0, *(0 if node is None else order[id(node)] + 1 for node in ends)),
    )


def corrected(aligned: Aligned, live: LiveText) -> Aligned:
    """The alignment with its words as they are now, the editor's cues and the report's passages moved along."""
    if not live.moment:
        return aligned
    moved, tokens = token_map(live.original, 0, live.order()), live.tokens()
    cues = tuple(c for c in map(moved.editor_cue, aligned.editor_cues) if c.last > c.first)
    return Aligned(tokens, _still_open(aligned.report, moved, tokens), cues)


def _still_open(report: AlignmentReport, moved: TokenMap, tokens: tuple[Token, ...]) -> AlignmentReport:
    """The report without what a person has seen to."""

    def left(passages: tuple[Passage, ...]) -> tuple[Passage, ...]:
        found = ((passage, moved.passage(passage)) for passage in passages)
        return tuple(
            now for was, now in found if was.first == was.last or not _settled(tokens[now.first : now.last])
        )

    return replace(
        report,
        speech_without_text=tuple(p for p in left(report.speech_without_text) if not _filled(p, tokens)),
        text_without_speech=left(report.text_without_speech),
        not_confirmed=left(report.not_confirmed),
        heard_differently=left(report.heard_differently),
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
