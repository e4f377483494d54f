"""Quantisation noise: times that a subtitle editor rounded, and gaps that it put in, told from times that a person moved.

An editor keeps times on a grid (hundredths of a second, frames) and treats every time of a file alike. So rounding is a
property of the file: nearly all of its times lie on one grid, and most are our times rounded to it. Those are ours again;
whatever the grid does not explain is a person's.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, product

# Hundredths of a second, as ASS keeps them.
HUNDREDTHS_MS = 10.0
# Frames a second of film, television and the web; 23.976 and the like also as editors that do not know 24000/1001 write them.
FRAME_RATES = (
    23.976, 24000 / 1001, 24, 25, 29.97, 30000 / 1001, 30, 48, 50, 59.94, 60000 / 1001, 60,
)  # fmt: skip
# A time on a grid of frames is written as a whole millisecond, rounded either way.
WHOLE_MS = 1
# Of a file's times so many must lie on a grid that it was rounded to, and so many be ours rounded. Set by hand.
MIN_ON_GRID = 0.9
MIN_EXPLAINED = 0.5
# Of all times so many must be off by a millisecond before that is a tool's doing. Set by hand.
MIN_OFF_BY_ONE = 0.1
# What is lost in dividing by the length of a frame, in frames.
HAIR = 1e-6
# The longest gap that editors put between neighbours: three frames of film. Set by hand.
MAX_GAP_MS = 126
# So many pairs of neighbours may stand closer than the gap that a tool put between all others. Set by hand.
MAX_CLOSER = 0.1

_MODES: tuple[Callable[[float], float], ...] = (lambda x: math.floor(x + 0.5), math.floor, math.ceil)


def _last_frame(x: float) -> float:
    """The last frame on which a caption stands: where editors of film count it in, every end is a frame earlier."""
    return math.floor(x + 0.5) - 1


@dataclass(frozen=True, slots=True)
class Times:
    """The times of one caption in milliseconds, in their file and in ours; None where ours has no such time."""

    start_ms: int
    end_ms: int
    our_start_ms: int | None = None
    our_end_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Unrounded:
    """The times of captions without what a tool did to them, and what that was, in words."""

    times: tuple[tuple[int, int], ...]
    said: tuple[str, ...] = ()


def unrounded(times: Sequence[Times]) -> Unrounded:
    """The times, in the order of a file, with those that a tool merely rounded or pulled apart as they are in ours."""
    pairs = sum((t.our_start_ms is not None) + (t.our_end_ms is not None) for t in times)
    best = _explained(times, None)
    for rounding in _roundings(times):
        tried = _explained(times, rounding)
        if tried.count > best.count and tried.count >= MIN_EXPLAINED * pairs:
            best = tried
    if best.rounding is None and (noise := _off_by_one(times, best.count)):
        best = noise
    found = []
    for t, start_is_ours, end_is_ours in zip(times, best.starts, best.ends, strict=True):
        start = t.our_start_ms if start_is_ours and t.our_start_ms is not None else t.start_ms
        end = t.our_end_ms if end_is_ours and t.our_end_ms is not None else t.end_ms
        found.append((start, max(end, start + 1)))
    return Unrounded(tuple(found), best.said)


@dataclass(frozen=True, slots=True)
class _Explained:
    """Which starts and ends are ours once a rounding and a gap are taken back."""

    starts: list[bool]
    ends: list[bool]
    rounding: _Rounding | None = None
    gap_ms: int | None = None

    @property
    def count(self) -> int:
        return sum(self.starts) + sum(self.ends)

    @property
    def said(self) -> tuple[str, ...]:
        rounded = f"its times are rounded to {self.rounding.name}" if self.rounding else ""
        gap = f"there are {self.gap_ms} ms between captions that follow at once" if self.gap_ms else ""
        return tuple(filter(None, (rounded, gap)))


def _explained(times: Sequence[Times], rounding: _Rounding | None) -> _Explained:
    if rounding is None:
        starts = [t.start_ms == t.our_start_ms for t in times]
        ends = [t.end_ms == t.our_end_ms for t in times]
    else:
        starts = [rounding.explains(t.start_ms, t.our_start_ms, rounding.modes[0]) for t in times]
        ends = [rounding.explains(t.end_ms, t.our_end_ms, rounding.modes[1]) for t in times]
    gap_ms = _put_in_gap(times, starts, ends, rounding.step_ms if rounding else 0.0)
    return _Explained(starts, ends, rounding, gap_ms)


# --- the grid ------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Rounding:
    """A grid of `step_ms`, and how starts and ends were put on it."""

    step_ms: float
    name: str
    modes: tuple[Callable[[float], float], ...] = (_MODES[0], _MODES[0])
    slack_ms: float = WHOLE_MS

    def explains(self, their: int, our: int | None, mode: Callable[[float], float]) -> bool:
        """Whether a time is ours on the grid; ours may lie a hair beside a place of the grid by arithmetic alone."""
        if our is None:
            return False
        at = our / self.step_ms
        return any(abs(mode(at + hair) * self.step_ms - their) <= self.slack_ms for hair in (0, HAIR, -HAIR))

    def holds(self, time_ms: int) -> bool:
        return abs(round(time_ms / self.step_ms) * self.step_ms - time_ms) <= self.slack_ms


def _roundings(times: Sequence[Times]) -> Iterable[_Rounding]:
    """The ways in which a file's times can have been put on the grids that they lie on, from the finest grid."""
    held = [t for their in times for t in (their.start_ms, their.end_ms)]
    rates = sorted(FRAME_RATES, reverse=True)
    grids = [
        _Rounding(HUNDREDTHS_MS, "hundredths of a second", slack_ms=0.0),
        *(_Rounding(1000 / rate, f"frames ({rate:.5g} a second)") for rate in rates),
    ]
    for grid in grids:
        if sum(grid.holds(t) for t in held) >= MIN_ON_GRID * len(held):
            yield from (replace(grid, modes=modes) for modes in product(_MODES, _MODES))
            if grid.slack_ms:  # frames
                name = f"{grid.name}, each end a frame earlier"
                yield from (replace(grid, name=name, modes=(starts, _last_frame)) for starts in _MODES)


def _off_by_one(times: Sequence[Times], exact: int) -> _Explained | None:
    """Times that went through fractions of a second lose or gain a millisecond here and there, and never more."""
    noise = _Rounding(1.0, "a millisecond more or less", slack_ms=WHOLE_MS)
    found = _explained(times, noise)
    known = sum((t.our_start_ms is not None) + (t.our_end_ms is not None) for t in times)
    return found if found.count - exact >= max(2, MIN_OFF_BY_ONE * known) else None


# --- the gap -------------------------------------------------------------------------------------------------------------


def _put_in_gap(
    times: Sequence[Times], start_is_ours: list[bool], end_is_ours: list[bool], step_ms: float
) -> int | None:
    """The gap that a tool put between all captions that followed at once, in milliseconds; which ends and starts are ours is
    noted in both lists."""
    moved: list[tuple[int, int]] = []
    apart: list[int] = []
    for k, (one, two) in enumerate(pairwise(times)):
        theirs, ours = two.start_ms - one.end_ms, _gap_ms(two.our_start_ms, one.our_end_ms)
        if ours is None or ours < 0 or theirs < 0:
            continue
        apart.append(theirs)
        if theirs <= MAX_GAP_MS and ours < theirs and end_is_ours[k] != start_is_ours[k + 1]:
            their_ms, our_ms = (
                (two.start_ms, two.our_start_ms) if end_is_ours[k] else (one.end_ms, one.our_end_ms)
            )
            if our_ms is not None and abs(their_ms - our_ms) <= theirs + step_ms:
                moved.append((k, theirs))
    if not moved:
        return None
    gap_ms = Counter(gap for _, gap in moved).most_common(1)[0][0]
    chosen = [k for k, gap in moved if abs(gap - gap_ms) <= WHOLE_MS]
    closer = sum(gap < gap_ms - WHOLE_MS for gap in apart)
    if closer > MAX_CLOSER * len(chosen) or (len(chosen) < 2 and not (step_ms and _is_frames(gap_ms))):
        return None
    for k in chosen:
        end_is_ours[k] = start_is_ours[k + 1] = True
    return gap_ms


def _gap_ms(start_ms: int | None, end_ms: int | None) -> int | None:
    return None if start_ms is None or end_ms is None else start_ms - end_ms


def _is_frames(gap_ms: int) -> bool:
    """Whether a gap lasts one or two frames, as no hand would put it."""
    return any(abs(n * 1000 / rate - gap_ms) <= WHOLE_MS for rate in FRAME_RATES for n in (1, 2))
