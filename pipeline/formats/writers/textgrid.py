"""Praat's TextGrid, long form: an interval tier for each speaker, its words, its concepts, and the parts.

Every tier covers the whole recording without a gap, with empty intervals where nothing is; times are seconds
(https://www.fon.hum.uva.nl/praat/manual/TextGrid_file_formats.html).
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.errors import counted
from pipeline.formats.document.captions import Captioned
from pipeline.formats.writers.exported import Exported, Timed
from pipeline.formats.writers.render import clean
from pipeline.formats.writers.tiers import Tier, moved_words, tiers
from pipeline.timing import Span


def dumps(read: Captioned) -> Exported:
    """The transcript as a TextGrid."""
    found = [row for tier in tiers(read) for row in (tier, *tier.below)]
    ends = [span.end_ms for tier in found for span, _ in tier.intervals]
    end_ms = max([read.document.duration_ms, 1, *ends])
    head = [
        'File type = "ooTextFile"', 'Object class = "TextGrid"', "", "xmin = 0 ", f"xmax = {_seconds(end_ms)} ",
        "tiers? <exists> ", f"size = {len(found)} ", "item []: ",
    ]  # fmt: skip
    lines = [line for n, tier in enumerate(found, 1) for line in _tier(n, tier, end_ms)]
    moved = moved_words(read)
    notes = (f"{counted(moved, 'word')} moved by overlaps in one tier",) if moved else ()
    return Exported(("\n".join((*head, *lines)) + "\n").encode(), notes)


def _tier(number: int, tier: Tier, end_ms: int) -> Iterator[str]:
    intervals = list(_filled(tier, end_ms))
    yield f"    item [{number}]:"
    yield '        class = "IntervalTier" '
    yield f"        name = {_text(tier.name)} "
    yield "        xmin = 0 "
    yield f"        xmax = {_seconds(end_ms)} "
    yield f"        intervals: size = {len(intervals)} "
    for at, (span, text) in enumerate(intervals, 1):
        yield f"        intervals [{at}]:"
        yield f"            xmin = {_seconds(span.start_ms)} "
        yield f"            xmax = {_seconds(span.end_ms)} "
        yield f"            text = {_text(text)} "


def _filled(tier: Tier, end_ms: int) -> Iterator[Timed[str]]:
    at = 0
    for span, text in tier.intervals:
        if span.start_ms > at:
            yield Span(at, span.start_ms), ""
        yield span, text
        at = span.end_ms
    if at < end_ms:
        yield Span(at, end_ms), ""


def _text(text: str) -> str:
    return '"' + clean(text).replace('"', '""') + '"'


def _seconds(time_ms: int) -> str:
    seconds, ms = divmod(time_ms, 1000)
    return f"{seconds}.{ms:03}".rstrip("0").rstrip(".") or "0"
