"""Timestamp dejittering: the presentation time of decoded audio frames, from timestamps where they can be believed.

Timestamps jitter: Matroska rounds them to the millisecond, browsers record them up to some hundredths of a second off.
Sound that followed each of them would crackle, sound that follows none drifts away from its picture where packets are
missing. So frames are taken to follow each other without a seam, until the timestamps disagree clearly or lastingly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from statistics import median
from typing import Any, Generic, TypeVar

Frame = TypeVar("Frame")

# Up to this, timestamps agree: four times Matroska's rounding, and a quarter of a video frame at 60 Hz.
JITTER_S = 0.004
# Beyond this a single timestamp is believed, as in ffmpeg's aresample (min_hard_comp = 0.1).
HARD_STEP_S = 0.100
# Between the two, so many frames in a row must disagree by the same step (0.19 s of AAC at 44.1 kHz) ...
STEADY_STEP_FRAMES = 8
# ... or so many by whatever steps (1.2 s), before they are believed.
UNSTEADY_STEP_FRAMES = 50
# A step back by more, or one ahead in MPEG streams, is a clock that started anew (ffmpeg's dts_delta_threshold).
RESTART_S = 10.0
# A step ahead by more is taken for a damaged timestamp in any container; chosen.
LONGEST_PAUSE_S = 3600.0


@dataclass(slots=True)
class Timed(Generic[Frame]):
    """A frame, its timestamp (None when it has none) and how long it lasts, in seconds."""

    frame: Frame
    time_s: float | None
    duration_s: float


class PresentationClock:
    """Groups timestamped frames into gapless runs, each of which begins at a presentation time.

    `longest_pause_s` is the longest step ahead that is taken for a pause. `restarts` counts the clocks that started anew.
    """

    def __init__(self, longest_pause_s: float = LONGEST_PAUSE_S) -> None:
        self._longest_pause_s = longest_pause_s
        self._restart_offset_s = 0.0  # what the new clocks met so far must be moved by
        self._next_s = 0.0  # where the run stands, the frames pending included
        self._pending: list[tuple[Timed[Any], float]] = []  # frames that disagree, each with by how much
        self.restarts = 0

    def runs(self, frames: Iterable[Timed[Frame]]) -> Iterator[tuple[float | None, Frame]]:
        """Every frame in order, with the time in seconds at which it begins a run, or None inside one."""
        started = False
        for timed in frames:
            if not started:
                started, start_s = True, timed.time_s or 0.0
                yield self._begin_run(timed, start_s)
                continue
            off_s = self._disagreement(timed)
            if abs(off_s) <= JITTER_S:
                if self._pending:
                    yield from self._dismiss_pending()
                self._next_s += timed.duration_s
                yield None, timed.frame
            elif abs(off_s) > HARD_STEP_S:
                yield from self._dismiss_pending()
                yield self._begin_run(timed, (timed.time_s or 0.0) + self._restart_offset_s)
            else:
                self._pending.append((timed, off_s))
                self._next_s += timed.duration_s
                if self._step_lasts():
                    yield from self._believe_pending()
        yield from self._dismiss_pending()

    def _disagreement(self, timed: Timed[Frame]) -> float:
        """How much later than seamless the timestamp lies; a new clock is set to agree."""
        if timed.time_s is None:
            return self._pending[-1][1] if self._pending else 0.0
        off_s = timed.time_s + self._restart_offset_s - self._next_s
        if off_s < -RESTART_S or off_s > self._longest_pause_s:
            self._restart_offset_s -= off_s
            self.restarts += 1
            return 0.0
        return off_s

    def _step_lasts(self) -> bool:
        """Whether the frames pending disagree alike for long enough, or in whatever way for very long."""
        offs_s = [off for _, off in self._pending]
        alike = max(offs_s) - min(offs_s) <= 2 * JITTER_S
        return len(offs_s) >= (STEADY_STEP_FRAMES if alike else UNSTEADY_STEP_FRAMES)

    def _begin_run(self, timed: Timed[Frame], start_s: float) -> tuple[float, Frame]:
        self._next_s = start_s + timed.duration_s
        return start_s, timed.frame

    def _dismiss_pending(self) -> Iterator[tuple[float | None, Frame]]:
        """The frames pending are taken for jitter, since their disagreement did not last: seamless."""
        for pending, _ in self._pending:
            yield None, pending.frame
        self._pending.clear()

    def _believe_pending(self) -> Iterator[tuple[float | None, Frame]]:
        """The frames pending are believed: they begin a run where their median says, unless that is jitter."""
        off_s = median(off for _, off in self._pending)
        if abs(off_s) <= JITTER_S:
            yield from self._dismiss_pending()
            return
        start_s = self._next_s - sum(t.duration_s for t, _ in self._pending) + off_s
        self._next_s += off_s
        first, *rest = (t.frame for t, _ in self._pending)
        self._pending.clear()
        yield start_s, first
        for frame in rest:
            yield None, frame
