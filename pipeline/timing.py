"""Time arithmetic in whole milliseconds: intervals and their algebra, timecodes, frame rates.

Everything outside model adapters counts in integer milliseconds of presentation time. At 16 kHz one millisecond is
exactly 16 samples, and no rounding can ever print `00:00:60,000`.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import accumulate, pairwise

SAMPLE_RATE_HZ = (
    16_000  # what the recognizers, the voice activity detector and the speaker encoders are trained on
)
SAMPLES_PER_MS = SAMPLE_RATE_HZ // 1000


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A half-open interval `[start_ms, end_ms)`; the empty span (start = end) is allowed, a negative one is not.

    Raises ValueError when `end_ms < start_ms`.
    """

    start_ms: int
    end_ms: int

    def __post_init__(self) -> None:
        if self.end_ms < self.start_ms:
            raise ValueError(f"a span cannot end before it starts: {self.start_ms} > {self.end_ms}")

    @property
    def duration_ms(self) -> int:
        return self.end_ms - self.start_ms

    @property
    def middle_ms(self) -> int:
        return (self.start_ms + self.end_ms) // 2

    def __bool__(self) -> bool:
        """False for the empty span."""
        return self.end_ms > self.start_ms

    def __contains__(self, time_ms: int) -> bool:
        return self.start_ms <= time_ms < self.end_ms

    def overlap_ms(self, other: Span) -> int:
        """How long both last at once; 0 when they only touch."""
        return max(0, min(self.end_ms, other.end_ms) - max(self.start_ms, other.start_ms))

    def gap_ms(self, other: Span) -> int:
        """Silence between the two, whichever comes first; 0 when they touch or overlap."""
        return max(0, max(self.start_ms, other.start_ms) - min(self.end_ms, other.end_ms))

    def intersection(self, other: Span) -> Span | None:
        """What both cover, or None when that is empty."""
        start, end = max(self.start_ms, other.start_ms), min(self.end_ms, other.end_ms)
        return Span(start, end) if end > start else None

    def hull(self, other: Span) -> Span:
        """The smallest span that covers both, the gap between them included."""
        return Span(min(self.start_ms, other.start_ms), max(self.end_ms, other.end_ms))

    def shifted(self, by_ms: int) -> Span:
        """The span translated by `by_ms`."""
        return Span(self.start_ms + by_ms, self.end_ms + by_ms)

    def clipped(self, within: Span) -> Span:
        """The part inside `within`; an empty span at its nearest edge when nothing is inside."""
        start = min(max(self.start_ms, within.start_ms), within.end_ms)
        return Span(start, max(start, min(self.end_ms, within.end_ms)))


def union(spans: Iterable[Span], join_gap_ms: int = 0) -> tuple[Span, ...]:
    """The union of intervals: sorted, disjoint spans that cover the same time, without empty ones.

    Neighbours up to `join_gap_ms` apart become one.
    """
    return tuple(Span(start, end) for start, end in _merged(spans, join_gap_ms))


def _merged(spans: Iterable[Span], join_gap_ms: int) -> list[tuple[int, int]]:
    """`union` as plain numbers: it is called thousands of times, mostly for a few spans, and making spans would dominate."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted((s.start_ms, s.end_ms) for s in spans if s.end_ms > s.start_ms):
        if merged and start - merged[-1][1] <= join_gap_ms:
            merged[-1] = (merged[-1][0], max(merged[-1][1], end))
        else:
            merged.append((start, end))
    return merged


class SpanIndex:
    """An index of intervals by when they begin: which of many meet one, without a look at all of them."""

    def __init__(self, spans: Sequence[Span]) -> None:
        self._spans = spans
        self._order = sorted(range(len(spans)), key=lambda n: spans[n].start_ms)
        self._starts = [spans[n].start_ms for n in self._order]
        self._longest_ms = max((s.duration_ms for s in spans), default=0)

    def meeting(self, span: Span) -> list[int]:
        """The numbers of the spans that overlap or touch this one, rising."""
        first = bisect_left(self._starts, span.start_ms - self._longest_ms)
        last = bisect_right(self._starts, span.end_ms)
        return sorted(n for n in self._order[first:last] if self._spans[n].end_ms >= span.start_ms)


def hull(spans: Iterable[Span]) -> Span:
    """The smallest span that covers all spans, the gaps between them included. Raises ValueError when there is none."""
    held = list(spans)
    return Span(min(s.start_ms for s in held), max(s.end_ms for s in held))


def shares(span: Span, sizes: Iterable[int]) -> list[Span]:
    """The span divided in proportion to sizes, in their order and without a gap."""
    ends = list(accumulate(sizes, initial=0))
    whole = ends[-1] or 1
    return [
        Span(span.start_ms + span.duration_ms * a // whole, span.start_ms + span.duration_ms * b // whole)
        for a, b in pairwise(ends)
    ]


def shares_by_letters(span: Span, words: Iterable[str]) -> list[Span]:
    """The span divided among words in proportion to their letters, each with one more for the space behind it."""
    return shares(span, (len(word) + 1 for word in words))


def gaps(spans: Iterable[Span], within: Span) -> tuple[Span, ...]:
    """The complement of the spans in `within`, in order; all of it when there are none."""
    found, at = [], within.start_ms
    inside = (s for s in spans if s.start_ms < within.end_ms and within.start_ms < s.end_ms)
    for span in union(s.clipped(within) for s in inside):
        if span.start_ms > at:
            found.append(Span(at, span.start_ms))
        at = span.end_ms
    if at < within.end_ms:
        found.append(Span(at, within.end_ms))
    return tuple(found)


def overlapping(spans: Iterable[Span]) -> Callable[[Span], bool]:
    """The test whether a span has some time in common with any of these, without a look at all of them."""
    merged = _merged(spans, 0)
    ends = [end for _, end in merged]

    def overlaps(span: Span) -> bool:
        k = bisect_right(ends, span.start_ms)  # the first that ends behind its start
        return bool(span) and k < len(merged) and merged[k][0] < span.end_ms

    return overlaps


def disjoint_from(spans: Iterable[Span], others: Iterable[Span]) -> list[Span]:
    """Those of the spans that overlap none of the others, in their order."""
    overlaps = overlapping(others)
    return [span for span in spans if not overlaps(span)]


def covered_ms(spans: Iterable[Span]) -> int:
    """The measure of the union in milliseconds: how much time the spans cover together, overlaps counted once."""
    return sum(end - start for start, end in _merged(spans, 0))


# Lenient on purpose: hours may be missing or have any number of digits, the decimal mark may be '.' or ',', and one to
# three decimals are read as a fraction ("1.5" is 1500 ms). The WebVTT parser is stricter and adds its own conditions.
_TIMECODE = re.compile(r"(?:(\d+):)?(\d{1,2}):(\d{1,2})(?:[.,](\d{1,3}))?")


def parse_timecode(text: str) -> int:
    """Milliseconds of `[h:]mm:ss[.,fff]`. Raises ValueError for anything else, and for minutes or seconds above 59."""
    match = _TIMECODE.fullmatch(text.strip())
    if not match:
        raise ValueError(f"'{text}' is not a time like 0:01:02.500")
    hours, minutes, seconds, fraction = match.groups()
    if int(minutes) > 59 or int(seconds) > 59:
        raise ValueError(f"'{text}': minutes and seconds go to 59")
    whole_s = int(hours or 0) * 3600 + int(minutes) * 60 + int(seconds)
    return whole_s * 1000 + int((fraction or "0").ljust(3, "0"))


def format_timecode(time_ms: int, decimal_mark: str = ".") -> str:
    """`hh:mm:ss.fff`; hours grow past two digits when they must. Raises ValueError for a negative time."""
    if time_ms < 0:
        raise ValueError(f"a timecode cannot be negative: {time_ms} ms")
    seconds, ms = divmod(time_ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02}{decimal_mark}{ms:03}"


def clock(time_ms: int) -> str:
    """`h:mm:ss` for sentences that people read, rounded down to the second."""
    minutes, seconds = divmod(max(0, time_ms) // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def seconds_to_ms(seconds: float) -> int:
    """The nearest millisecond, halves away from zero (Python's own `round` would send 0.5 and 1.5 both to even)."""
    scaled = abs(seconds) * 1000
    return int(scaled + 0.5) * (1 if seconds >= 0 else -1)


# NTSC rates: the nominal rate times 1000/1001.
_NTSC = {"23.976": Fraction(24000, 1001), "23.98": Fraction(24000, 1001), "29.97": Fraction(30000, 1001),
         "59.94": Fraction(60000, 1001)}  # fmt: skip


def frame_rate(value: str | float | Fraction) -> Fraction:
    """An exact frame rate in frames a second from "25", "24000/1001", 23.976 (taken as 24000/1001).

    Raises ValueError unless it is positive.
    """
    if isinstance(value, Fraction):
        rate = value
    else:
        text = str(value).strip()
        rate = _NTSC.get(text) or Fraction(text)
    if rate <= 0:
        raise ValueError(f"a frame rate must be positive: {value}")
    return rate


def ms_to_frames(time_ms: int, rate: Fraction) -> int:
    """The nearest frame number, halves away from zero (as Subtitle Edit counts)."""
    exact = abs(time_ms) * rate / 1000
    return int(exact + Fraction(1, 2)) * (1 if time_ms >= 0 else -1)


def frames_to_ms(frames: int, rate: Fraction) -> int:
    """The presentation time of a frame's start in whole milliseconds, halves up. `frames` is at least 0."""
    return int(Fraction(frames * 1000) / rate + Fraction(1, 2))


def steps(spans: Iterable[Span]) -> Iterator[tuple[int, int]]:
    """Sweep line over interval ends: `(time_ms, how many spans are open from here)` at every change; the last count is 0."""
    edges: dict[int, int] = {}
    for span in spans:
        if span:
            edges[span.start_ms] = edges.get(span.start_ms, 0) + 1
            edges[span.end_ms] = edges.get(span.end_ms, 0) - 1
    open_spans = 0
    for time_ms in sorted(edges):
        if edges[time_ms]:
            open_spans += edges[time_ms]
            yield time_ms, open_spans
