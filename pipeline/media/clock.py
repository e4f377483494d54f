"""When decoded sound is presented: timestamps, where they can be believed, say where each frame belongs.

Timestamps jitter: Matroska rounds them to the millisecond, browsers record them up to some hundredths of a
second off. Sound that followed each of them would crackle, sound that follows none drifts away from its
picture where packets are missing. So frames are taken to follow each other without a seam, until the
timestamps disagree clearly or lastingly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any, Generic, TypeVar

Frame = TypeVar("Frame")

# Below this, timestamps agree: four times Matroska's rounding, and a quarter of a video frame at 60 Hz.
JITTER_S = 0.004
CLEAR_S = 0.100  # beyond this a single timestamp is believed, as in ffmpeg's aresample (min_hard_comp = 0.1)
# Between the two, this many frames in a row must disagree alike (0.19 s of AAC at 44.1 kHz), or unlike (1.2
# s).
PATIENCE, LONG_PATIENCE = 8, 50
# A step back by more, or one ahead in MPEG streams, is a new clock (ffmpeg's dts_delta_threshold).
RESTART_S = 10.0
LONGEST_PAUSE_S = 3600.0  # a step ahead by more is a damaged timestamp in any container


@dataclass(slots=True)
class Timed(Generic[Frame]):
    """A frame, its timestamp (None when it has none) and how long it lasts, in seconds."""

    frame: Frame
    time_s: float | None
    duration_s: float


class PresentationClock:
    """Turns timestamped frames into runs of seamless ones, each run beginning at a presentation time.

    `longest_pause_s` is the longest step ahead that is taken for a pause. `restarts` counts the new clocks
    met so far.
    """

    def __init__(self, longest_pause_s: float = LONGEST_PAUSE_S) -> None:
        self._longest_pause_s = longest_pause_s
        self._base_s = 0.0  # what the new clocks met so far must be moved by
        self._next_s = 0.0  # where the run stands, the frames held included
        self._held: list[tuple[Timed[Any], float]] = []  # frames that disagree, each with by how much
        self.restarts = 0

    def runs(self, frames: Iterable[Timed[Frame]]) -> Iterator[tuple[float | None, Frame]]:
        """Every frame in order, with the time in seconds at which it begins a run, or None inside one."""
        started = False
        for timed in frames:
            if not started:
                started, start_s = True, timed.time_s or 0.0
                yield self._begin(timed, start_s)
                continue
            off_s = self._disagreement(timed)
            if abs(off_s) <= JITTER_S:
                if self._held:
                    yield from self._go_on()
                self._next_s += timed.duration_s
                yield None, timed.frame
            elif abs(off_s) > CLEAR_S:
                yield from self._go_on()
                yield self._begin(timed, (timed.time_s or 0.0) + self._base_s)
            else:
                self._held.append((timed, off_s))
                self._next_s += timed.duration_s
                if self._lasts():
                    yield from self._settle()
        yield from self._go_on()

    def _disagreement(self, timed: Timed[Frame]) -> float:
        """How much later than seamless the timestamp lies; a new clock is set to agree."""
        if timed.time_s is None:
            return self._held[-1][1] if self._held else 0.0
        off_s = timed.time_s + self._base_s - self._next_s
        if off_s < -RESTART_S or off_s > self._longest_pause_s:
            self._base_s -= off_s
            self.restarts += 1
            return 0.0
        return off_s

    def _lasts(self) -> bool:
        """Whether the frames held disagree alike for long enough, or in whatever way for very long."""
        offs_s = [off for _, off in self._held]
        alike = max(offs_s) - min(offs_s) <= 2 * JITTER_S
        return len(offs_s) >= (PATIENCE if alike else LONG_PATIENCE)

    def _begin(self, timed: Timed[Frame], start_s: float) -> tuple[float, Frame]:
        self._next_s = start_s + timed.duration_s
        return start_s, timed.frame

    def _go_on(self) -> Iterator[tuple[float | None, Frame]]:
        """The frames held are taken for jitter, since their disagreement did not last: seamless."""
        for held, _ in self._held:
            yield None, held.frame
        self._held.clear()

    def _settle(self) -> Iterator[tuple[float | None, Frame]]:
        """The frames held are believed: they begin a run where their median says, unless that is jitter."""
        off_s = median(off for _, off in self._held)
        if abs(off_s) <= JITTER_S:
            yield from self._go_on()
            return
        start_s = self._next_s - sum(t.duration_s for t, _ in self._held) + off_s
        self._next_s += off_s
        first, *rest = (t.frame for t, _ in self._held)
        self._held.clear()
        yield start_s, first
        for frame in rest:
            yield None, frame
