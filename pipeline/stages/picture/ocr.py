"""On-screen text: optical character recognition of pictures that may hold text, and tracking of each line until it goes.

A picture is read only after a change, when it has settled and has enough steep edges, since reading is slow. The reader is
RapidOCR with the models of its package; their paths are passed to it, so that it downloads nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline import intact, loaded
from pipeline.stages.picture.sampling import SampledFrame, Thumbnail
from pipeline.stages.picture.shots import MAX_STILL_SHARE, MIN_CHANGED_LEVELS, changed, is_flat
from pipeline.timing import Span
from pipeline.transcript import ScreenText

Box = tuple[float, float, float, float]
"""Left, top, width and height as shares of the picture."""

# Time from a change to the reading of what came up: most titles fade in within a third of a second.
SETTLE_MS = 320
# The width to which a picture is scaled to look for text.
SEARCH_WIDTH_PX = 320
# The least difference between neighbouring pixels, of 255 levels, that is a steep edge. Set by hand.
MIN_EDGE_LEVELS = 40
# The window, (width, height), in which edges are counted: as wide as a short word, as high as a line.
WINDOW_PX = (48, 10)
# The share of edges in some window from which on text is likely; in lower thirds it measured 0.14 and more.
MIN_EDGE_SHARE = 0.13
# Pictures that are read at most, apart from title cards, at 0.15 to 0.3 s each; they are spread over the recording.
MAX_READINGS = 36
# Pictures of title cards that are read at most.
MAX_CARD_READINGS = 60
# Readings, of those at most, that may be used from the start.
READINGS_AT_START = 6
# Lines with a lower recognition score, in [0, 1], are patterns more often than words.
MIN_SCORE = 0.80
# A line is gone when at least this share of the pixels in its box has changed. Set by hand.
MIN_GONE_SHARE = 0.12
# Where pictures lie apart, a line that is gone in the later one ends halfway, and at most so long after the earlier one.
MAX_UNSEEN_MS = 1000


@dataclass(frozen=True)
class Line:
    """A recognized line: its text, its box, and the reader's score in [0, 1]."""

    text: str
    box: Box
    score: float


class Reader(Protocol):
    """Recognizes the lines of text in a picture, shape (height, width, 3), BGR, uint8."""

    def __call__(self, picture: NDArray[np.uint8]) -> list[Line]: ...


def rapid_reader() -> Reader | None:
    """RapidOCR with the models of its package, None where the package or a model is missing. Raises WeightsError for a
    damaged one."""
    try:
        import rapidocr
    except ImportError:
        return None
    models = Path(rapidocr.__file__).parent / "models"
    found = {kind: sorted(models.glob(f"*{kind}*.onnx")) for kind in ("det", "rec")}
    if not all(found.values()):
        return None
    networks = (found["det"][0], found["rec"][0])
    return _RapidReader(loaded.once("reader", networks, lambda: _engine(*networks)))


def _engine(detection: Path, recognition: Path) -> Any:
    import rapidocr

    for network in (detection, recognition):
        intact.in_package("rapidocr", network)
    logging.getLogger("RapidOCR").setLevel(logging.CRITICAL)
    return rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,  # nobody writes titles upside down
            "Det.model_path": str(detection),
            "Rec.model_path": str(recognition),
            "Det.limit_type": "max",
            "Det.limit_side_len": 320,
        }
    )


class _RapidReader:
    def __init__(self, engine: Any) -> None:
        self._engine = engine

    def __call__(self, picture: NDArray[np.uint8]) -> list[Line]:
        height, width = picture.shape[:2]
        found = self._engine(picture)
        if found.txts is None:
            return []
        lines = []
        for corners, text, score in zip(found.boxes, found.txts, found.scores, strict=True):
            left, top = (float(v) for v in corners.min(axis=0))
            right, bottom = (float(v) for v in corners.max(axis=0))
            box = (left / width, top / height, (right - left) / width, (bottom - top) / height)
            lines.append(Line(" ".join(text.split()), _rounded(box), round(float(score), 3)))
        return lines


def _rounded(box: Box) -> Box:
    left, top, width, height = (round(min(1.0, max(0.0, v)), 3) for v in box)
    return left, top, width, height


def text_likelihood(frame: Any) -> float:
    """A score in [0, 1] of how likely a picture holds text: the greatest share of steep edges in any window of a word's size."""
    import cv2

    height = max(2, round(SEARCH_WIDTH_PX * frame.height / frame.width))
    grey = frame.reformat(SEARCH_WIDTH_PX, height, "gray").to_ndarray()
    steep = (np.abs(np.diff(grey.astype(np.int16), axis=1)) > MIN_EDGE_LEVELS).astype(np.float32)
    return float(cv2.boxFilter(steep, -1, WINDOW_PX).max())


@dataclass
class _VisibleLine:
    """A line on the screen: since when, and the thumbnail of the picture in which it was read."""

    line: Line
    since_ms: int
    thumb: Thumbnail

    def gone(self, now: Thumbnail) -> bool:
        height, width = now.shape[:2]
        left, top, wide, high = self.line.box
        rows = slice(int(top * height), max(int(top * height) + 1, round((top + high) * height)))
        columns = slice(int(left * width), max(int(left * width) + 1, round((left + wide) * width)))
        before, after = self.thumb[rows, columns], now[rows, columns]
        apart = (np.maximum(before, after) - np.minimum(before, after)).max(axis=2) > MIN_CHANGED_LEVELS
        return bool(apart.mean() >= MIN_GONE_SHARE)


class TextTracker:
    """Tracks the text in successive pictures; `duration_ms` is the recording's length, over which the readings are spread."""

    def __init__(self, read: Reader, duration_ms: int) -> None:
        self._read, self._duration_ms = read, max(1, duration_ms)
        self._visible: list[_VisibleLine] = []
        self._texts: list[ScreenText] = []
        self._known: list[tuple[Thumbnail, list[Line]]] = []
        self._last: SampledFrame | None = None
        self._changed_ms = self._seen_ms = 0
        self._due_ms: int | None = None
        self._readings = self._card_readings = 0

    def add(self, sampled: SampledFrame, shot_ms: int | None) -> None:
        """Take the next picture; `shot_ms` is the start of the shot that begins with it, None when none does."""
        last, self._last = self._last, sampled
        self._seen_ms = last.time_ms if last else 0
        share = 1.0 if last is None else changed(last.thumb, sampled.thumb, upper=False)
        if share > 0:
            self._close(sampled, shot_ms)
        if shot_ms is not None or share > MAX_STILL_SHARE:
            self._changed_ms = sampled.time_ms if shot_ms is None else shot_ms
            self._due_ms = sampled.time_ms + (SETTLE_MS if sampled.follows else 0)
        if self._due_ms is not None and (sampled.time_ms >= self._due_ms or not sampled.follows):
            self._due_ms = None
            self._read_lines(sampled)

    def finish(self, end_ms: int) -> tuple[ScreenText, ...]:
        """All texts in order of time; lines that are still on the screen last to `end_ms`."""
        for visible in self._visible:
            self._texts.append(_text(visible, end_ms))
        self._visible = []
        return tuple(sorted((t for t in self._texts if t.span), key=lambda t: (t.span, t.box)))

    def _close(self, sampled: SampledFrame, shot_ms: int | None) -> None:
        end_ms = sampled.time_ms if shot_ms is None else shot_ms
        staying = []
        for visible in self._visible:
            if visible.gone(sampled.thumb):
                self._texts.append(
                    _text(visible, end_ms if sampled.follows else self._estimated_end_ms(sampled))
                )
            else:
                staying.append(visible)
        self._visible = staying

    def _estimated_end_ms(self, sampled: SampledFrame) -> int:
        """The estimated end, in ms, of a line that was on the screen in the picture before and is gone in this one."""
        return self._seen_ms + min(MAX_UNSEEN_MS, (sampled.time_ms - self._seen_ms) // 2)

    def _read_lines(self, sampled: SampledFrame) -> None:
        if text_likelihood(sampled.frame) < MIN_EDGE_SHARE:
            return
        lines = self._known_lines(sampled.thumb)
        if lines is None:
            if not self._may_read(sampled):
                return
            lines = [
                line
                for line in self._read(np.asarray(sampled.frame.to_ndarray(format="bgr24"), np.uint8))
                if _is_legible(line)
            ]
            self._known.append((sampled.thumb, lines))
        held = {visible.line.text for visible in self._visible}
        self._visible += [
            _VisibleLine(line, self._changed_ms, sampled.thumb) for line in lines if line.text not in held
        ]

    def _known_lines(self, thumb: Thumbnail) -> list[Line] | None:
        """The lines that were read in a picture with the same thumbnail, but for noise; None when none was read."""
        for before, lines in self._known:
            if np.array_equal(before, thumb) or float(np.abs(before.astype(np.int16) - thumb).max()) <= 4:
                return lines
        return None

    def _may_read(self, sampled: SampledFrame) -> bool:
        if is_flat(sampled.thumb) and self._card_readings < MAX_CARD_READINGS:
            self._card_readings += 1
            return True
        earned = READINGS_AT_START + (MAX_READINGS - READINGS_AT_START) * sampled.time_ms / self._duration_ms
        if self._readings >= earned:
            return False
        self._readings += 1
        return True


def _is_legible(line: Line) -> bool:
    return line.score >= MIN_SCORE and sum(c.isalnum() for c in line.text) >= 2


def _text(visible: _VisibleLine, end_ms: int) -> ScreenText:
    line = visible.line
    return ScreenText(Span(visible.since_ms, max(visible.since_ms, end_ms)), line.text, line.box, line.score)
