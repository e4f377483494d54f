"""Manual parts: boundaries, kinds and titles from the sidecar, which override those found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.part_kinds import VIGNETTE
from pipeline.settings import PartAt
from pipeline.timing import Span
from pipeline.transcript import Part
from pipeline.transcript.parts import BOUNDARY_TOLERANCE_MS, SAYS_SO, WHOLE_TITLE, Said, closed


def with_given(
    parts: Sequence[Part], given: Sequence[PartAt], said: Sequence[Said], end_ms: int
) -> list[Part]:
    """The parts with boundaries, kinds and titles as given, every boundary exactly where a person wants it.

    A boundary that was found near a given one moves there; one given boundary never takes another's place, however near, and
    none but a part given at 0 is the recording's beginning. A given part that does not exist (`exists` is false) removes the
    found boundary near it. `end_ms` is the end of the recording, behind which no part can begin.
    """
    if not given:
        return list(parts)
    wishes = _within(given, end_ms)
    found_for = _nearest_found(wishes, parts)
    meant = set(found_for.values())
    rows = [(part, False) for k, part in enumerate(parts) if k not in meant]
    for n, (wish, at_ms) in enumerate(wishes):
        if wish.exists:
            base = parts[found_for[n]] if n in found_for else Part("", VIGNETTE, "", Span(at_ms, end_ms))
            kind, title, span = wish.kind or base.kind, wish.title or base.title, Span(at_ms, end_ms)
            here = replace(base, kind=kind, title=title, span=span, confidence=1.0, evidence=(SAYS_SO,))
            rows.append((here, True))
    # Where a found boundary stands at a given time, the given part comes last, and the empty one before it is dropped.
    ordered = [part for part, _ in sorted(rows, key=lambda row: (row[0].span.start_ms, row[1]))]
    return closed(_untitled_whole(ordered), said, end_ms)


def _within(given: Sequence[PartAt], end_ms: int) -> list[tuple[PartAt, int]]:
    """The wishes, each with its time in milliseconds; those behind the end begin right before it, none with another."""
    late = sorted({wish.start_ms for wish in given if wish.start_ms >= end_ms}, reverse=True)
    last = {start_ms: max(0, end_ms - 1 - k) for k, start_ms in enumerate(late)}
    return [(wish, last.get(wish.start_ms, wish.start_ms)) for wish in given]


def _nearest_found(wishes: Sequence[tuple[PartAt, int]], parts: Sequence[Part]) -> dict[int, int]:
    """The index of the found part that each wish means, the nearest pairs first, so that no part is meant by two.

    The recording's beginning is meant by a part given at 0 alone, and cannot be taken away.
    """
    pairs = sorted(
        (abs(part.span.start_ms - at_ms), n, k)
        for n, (wish, at_ms) in enumerate(wishes)
        for k, part in enumerate(parts)
        if (not at_ms and wish.exists if k == 0 else abs(part.span.start_ms - at_ms) <= BOUNDARY_TOLERANCE_MS)
    )
    found: dict[int, int] = {}
    meant: set[int] = set()
    for _, n, k in pairs:
        if n not in found and k not in meant:
            found[n] = k
            meant.add(k)
    return found


def _untitled_whole(parts: Sequence[Part]) -> list[Part]:
    """The parts, none of several called the whole."""
    several = len(parts) > 1
    return [replace(p, title="") if several and p.title == WHOLE_TITLE else p for p in parts]
