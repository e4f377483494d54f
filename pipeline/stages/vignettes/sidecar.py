"""Manual parts: boundaries, kinds and titles from the sidecar, which override those found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.part_kinds import VIGNETTE
from pipeline.settings import PartAt
from pipeline.timing import Span
from pipeline.transcript import Part
from pipeline.transcript.parts import BOUNDARY_TOLERANCE_MS, SAYS_SO, Said, between_utterances, closed


def with_given(
    parts: Sequence[Part], given: Sequence[PartAt], said: Sequence[Said], end_ms: int
) -> list[Part]:
    """The parts with boundaries, kinds and titles as given; a time inside an utterance means the beginning of that utterance.

    `end_ms` is the end of the recording. A given part that does not exist (`exists` is false) removes the boundary near it.
    """
    result = list(parts)
    for wish in given:
        at_ms = between_utterances(min(wish.start_ms, max(0, end_ms - 1)), said)
        near = min(
            (n for n, p in enumerate(result) if abs(p.span.start_ms - at_ms) <= BOUNDARY_TOLERANCE_MS),
            key=lambda n: abs(result[n].span.start_ms - at_ms), default=None,
        )  # fmt: skip
        if not wish.exists:
            if near:
                del result[near]
            continue
        if near is None:
            near = sum(p.span.start_ms < at_ms for p in result)
            result.insert(near, Part("", VIGNETTE, "", Span(at_ms, end_ms)))
        start_ms = at_ms if near else 0
        changed = replace(
            result[near], span=Span(start_ms, max(start_ms, end_ms)), confidence=1.0, evidence=(SAYS_SO,)
        )
        result[near] = replace(changed, kind=wish.kind or changed.kind, title=wish.title or changed.title)
    return closed(sorted(result, key=lambda p: p.span.start_ms), said, end_ms) if given else result
