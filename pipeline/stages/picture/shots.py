"""Shot boundary detection: cuts and dissolves from differences of thumbnails, and the look of each shot.

Pictures are compared by the share of thumbnail pixels that change clearly. The lowest third is left out: names and subtitles
come and go there without a cut.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field

import numpy as np

from pipeline.stages.picture.packets import Packets
from pipeline.stages.picture.sampling import THUMBNAIL_WIDTH, SampledFrame, Thumbnail
from pipeline.timing import Span
from pipeline.transcript import Shot

# All of these were set by hand; levels are of 255, shares of the pixels that are compared.
# A pixel has changed when a channel differs by more than this: above the noise of compression, below a shadow.
MIN_CHANGED_LEVELS = 24
# The least share of changed pixels at a cut, between neighbouring pictures and between pictures that lie apart.
MIN_CUT_SHARE = 0.06
MIN_DISTANT_CUT_SHARE = 0.30
# A cut changes at least this many times the median share of the pictures before it: a shaken camera changes much all the time.
MIN_CUT_MEDIAN_RATIO = 4.0
# The part of the height, from the top, in which cuts are looked for.
UPPER_SHARE = 2 / 3
# A picture is black when at least this share of its values is no higher than this level; a line of text has more that are.
MAX_BLACK_LEVEL = 32
MIN_BLACK_SHARE = 0.998
# The picture stands still when at most this share of pixels changes.
MAX_STILL_SHARE = 0.004
# A picture is a card when this share of its pixels is near the median colour, by no more levels than that in any channel.
MIN_CARD_SHARE = 0.85
_MAX_CARD_COLOUR_DISTANCE = 14
# Dissolves change too little from picture to picture: pictures this far apart are compared as well.
_DISSOLVE_STEP_MS = 400
# A change that has not settled after this time is movement.
_MAX_DISSOLVE_MS = 4000


def changed(before: Thumbnail, after: Thumbnail, upper: bool = True) -> float:
    """The share of pixels that differ clearly, of the upper part of the picture or of all of it."""
    rows = round(len(before) * UPPER_SHARE) if upper else len(before)
    one, other = before[:rows], after[:rows]
    apart = (np.maximum(one, other) - np.minimum(one, other)) > MIN_CHANGED_LEVELS
    return float(np.count_nonzero(apart.any(axis=2))) / (rows * THUMBNAIL_WIDTH)


def is_black(thumb: Thumbnail) -> bool:
    """Whether a picture is black, without even text."""
    return bool((thumb <= MAX_BLACK_LEVEL).mean() >= MIN_BLACK_SHARE)


def is_flat(thumb: Thumbnail) -> bool:
    """Whether one colour fills the picture but for some text, as on a title card."""
    colour = np.median(thumb.reshape(-1, 3), axis=0)
    return bool((np.abs(thumb - colour).max(axis=2) <= _MAX_CARD_COLOUR_DISTANCE).mean() >= MIN_CARD_SHARE)


@dataclass
class _OpenShot:
    """The current shot: its start and slack, whether its first picture is black or flat, and the greatest change so far."""

    start_ms: int
    slack_ms: int
    black: bool
    flat: bool
    moved: float = 0.0

    def closed(self, end_ms: int, packets: Packets) -> Shot:
        end_ms = max(self.start_ms, end_ms)
        return Shot(Span(self.start_ms, end_ms), self.slack_ms, self._look(end_ms, packets))

    def _look(self, end_ms: int, packets: Packets) -> str:
        if self.black:
            return "black"
        if self.moved > MAX_STILL_SHARE or not packets.quiet(self.start_ms, end_ms):
            return "moving"
        return "card" if self.flat else "still"


@dataclass
class ShotTracker:
    """Collects shots from successive pictures; `packets` are those of the video, for what lies between decoded pictures."""

    packets: Packets
    shots: list[Shot] = field(default_factory=list)
    _open: _OpenShot | None = None
    _last: SampledFrame | None = None
    _black: bool = False
    _recent: deque[float] = field(default_factory=lambda: deque(maxlen=5))
    _anchor: SampledFrame | None = None
    _step: SampledFrame | None = None

    def __post_init__(self) -> None:
        self._scene_cuts_ms = self.packets.scene_cut_keys()
        self._jumps_ms = self.packets.times_ms[self.packets.jumps()]

    @property
    def start_ms(self) -> int:
        """The start of the current shot, in ms."""
        return self._open.start_ms if self._open else 0

    def add(self, sampled: SampledFrame) -> bool:
        """Take the next picture; returns whether a new shot begins with it or between it and those before it."""
        last, self._last = self._last, sampled
        if last is None or self._open is None:
            self._black = is_black(sampled.thumb)
            self._open = _OpenShot(0, 0, self._black, is_flat(sampled.thumb))
            return True
        share = changed(last.thumb, sampled.thumb)
        was_black = self._black
        if share > 0:
            self._black = is_black(sampled.thumb)
        cut = self._cut(last, sampled, share, was_black != self._black)
        if cut is not None:
            self._begin(*cut, sampled)
        else:
            self._open.moved = max(self._open.moved, share)
            self._recent.append(share)
        return cut is not None

    def _begin(self, start_ms: int, slack_ms: int, sampled: SampledFrame) -> None:
        assert self._open is not None
        self.shots.append(self._open.closed(start_ms, self.packets))
        self._open = _OpenShot(start_ms, slack_ms, self._black, is_flat(sampled.thumb))
        self._recent.clear()
        self._anchor = self._step = sampled

    def _cut(
        self, last: SampledFrame, now: SampledFrame, share: float, turned: bool
    ) -> tuple[int, int] | None:
        """The start and slack, in ms, of a new shot; None without one. `turned` says that the picture went to or from black."""
        if now.follows:
            usual = float(np.median(self._recent)) if self._recent else 0.0
            if share >= max(MIN_CUT_SHARE, MIN_CUT_MEDIAN_RATIO * usual) or turned:
                return now.time_ms, 0
            return self._dissolve(now)
        self._anchor = self._step = now
        if now.time_ms in self._scene_cuts_ms and share >= MIN_CUT_SHARE:
            return now.time_ms, 0
        if share >= MIN_DISTANT_CUT_SHARE or turned:
            return self._cut_between(last.time_ms, now.time_ms)
        return None

    def _cut_between(self, last_ms: int, now_ms: int) -> tuple[int, int]:
        """The start and slack, in ms, of a cut between pictures that lie apart: the last jump of packets, else the later one."""
        inside = self._jumps_ms[(self._jumps_ms > last_ms) & (self._jumps_ms < now_ms)]
        return (int(inside[-1]) if len(inside) else now_ms), now_ms - last_ms

    def _dissolve(self, now: SampledFrame) -> tuple[int, int] | None:
        """The start and slack, in ms, of a dissolve that has just settled on another picture; None without one."""
        anchor, step = self._anchor, self._step
        if anchor is None or step is None:
            self._anchor = self._step = now
            return None
        if now.time_ms - step.time_ms < _DISSOLVE_STEP_MS:
            return None
        self._step = now
        calm = changed(step.thumb, now.thumb) <= MAX_STILL_SHARE
        share = changed(anchor.thumb, now.thumb)
        if calm and share >= MIN_DISTANT_CUT_SHARE:
            return anchor.time_ms, now.time_ms - anchor.time_ms
        if share <= MAX_STILL_SHARE or calm or now.time_ms - anchor.time_ms > _MAX_DISSOLVE_MS:
            self._anchor = now
        return None

    def finish(self, end_ms: int) -> tuple[Shot, ...]:
        """All shots that are not empty; the last one lasts to `end_ms`."""
        if self._open is not None:
            self.shots.append(self._open.closed(end_ms, self.packets))
            self._open = None
        return tuple(s for s in self.shots if s.span)
