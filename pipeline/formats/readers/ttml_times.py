"""TTML time expressions: clock times, frames, ticks and offsets in milliseconds (https://www.w3.org/TR/ttml2/#timing-value-timeExpression)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from fractions import Fraction

from pipeline.formats.readers.xml_tree import Element

_CLOCK = re.compile(r"(\d{1,6}):(\d{1,2}):(\d{1,2})(?:\.(\d{1,9})|[:;](\d{1,4})(?:\.(\d{1,4}))?)?", re.ASCII)
_OFFSET = re.compile(r"(\d{1,15}(?:\.\d{1,9})?)(h|ms|m|s|f|t)", re.ASCII)
_UNITS_S = {"h": Fraction(3600), "m": Fraction(60), "s": Fraction(1), "ms": Fraction(1, 1000)}
_DEFAULT_FRAME_RATE = Fraction(30)  # what TTML means where a file says nothing


@dataclass(frozen=True, slots=True)
class Clock:
    """How a document counts: frames, sub-frames and ticks a second."""

    frames: Fraction = _DEFAULT_FRAME_RATE
    sub_frames: int = 1
    ticks: Fraction = Fraction(1)

    def ms(self, expression: str) -> int | None:
        """A time expression in whole milliseconds, halves up; None for what is none, 0 for one before the recording."""
        seconds = self._seconds(expression.strip().removeprefix("-"))
        if seconds is not None and expression.strip().startswith("-"):
            return 0
        return None if seconds is None else int(seconds * 1000 + Fraction(1, 2))

    def _seconds(self, expression: str) -> Fraction | None:
        if match := _OFFSET.fullmatch(expression):
            rates = {"f": 1 / self.frames, "t": 1 / self.ticks}
            return Fraction(match[1]) * (_UNITS_S | rates)[match[2]]
        match = _CLOCK.fullmatch(expression)
        if match is None or int(match[2]) > 59 or int(match[3]) > 60:  # 60: a leap second, which TTML allows
            return None
        whole = Fraction(int(match[1]) * 3600 + int(match[2]) * 60 + int(match[3]))
        frames = int(match[5] or 0) + Fraction(int(match[6] or 0), self.sub_frames)
        return whole + Fraction(f"0.{match[4] or 0}") + frames / self.frames


def clock_of(root: Element, recording: Fraction | None = None) -> Clock:
    """How the document counts, by its parameters (https://www.w3.org/TR/ttml2/#parameter-attribute-vocabulary).

    Where it names no frame rate, that of the recording counts, if it is known.
    """
    frames = _positive(root.get("frameRate"))
    if frames is not None:
        upper, _, lower = root.get("frameRateMultiplier").replace(":", " ").partition(" ")
        frames *= (_positive(upper) or 1) / (_positive(lower) or Fraction(1))
    counted = frames or recording or _DEFAULT_FRAME_RATE
    sub_frames = int(_positive(root.get("subFrameRate")) or 1) or 1
    ticks = _positive(root.get("tickRate")) or (frames * sub_frames if frames else Fraction(1))
    return Clock(counted, sub_frames, ticks)


def _positive(text: str) -> Fraction | None:
    match = re.fullmatch(r"\d{1,12}(?:\.\d{1,6})?", text.strip(), re.ASCII)
    value = Fraction(match[0]) if match else Fraction(0)
    return value if value > 0 else None
