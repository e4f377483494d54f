"""Cue position: WebVTT cue settings and the `{\\anN}` alignment codes of SubRip and ASS, one from the other.

The nine `an` codes are the digits of a numeric keypad: 1-3 below, 4-6 in the middle, 7-9 above; left, centre, right.
WebVTT says the same with `line`, `position` and `align` (https://www.w3.org/TR/webvtt1/#webvtt-cue-settings).
"""

from __future__ import annotations

import re

from pipeline.formats.vtt_settings import parse_settings

_AN = re.compile(r"\{[^{}]*\\an([1-9])[^{}]*\}")
_A_LEGACY = re.compile(r"\{[^{}]*\\a(1[01]|[1-9])(?!\d)[^{}]*\}")
# SSA's older `\aN` (http://www.tcax.org/docs/ass-specs.htm): 1-3 below, +4 above, +8 in the middle.
_AN_OF_LEGACY = {1: 1, 2: 2, 3: 3, 5: 7, 6: 8, 7: 9, 9: 4, 10: 5, 11: 6}
# Settings of the left and the right column; 5 % from the edge is the graphics safe area (EBU R 95).
_WEBVTT_COLUMNS = {1: "align:start position:5%", 3: "align:end position:95%"}


def to_webvtt(settings: str) -> str:
    """WebVTT cue settings: those of `settings` that are valid, or what its `{\\anN}` code says; "" for bottom centre.

    A region is left out, because our files define none.
    """
    number = alignment(settings)
    if number is None:
        return " ".join(s for s in parse_settings(settings).valid if not s.startswith("region:"))
    row, column = divmod(number - 1, 3)
    line = {0: "", 1: "line:50%", 2: "line:0"}[row]
    return " ".join(part for part in (line, _WEBVTT_COLUMNS.get(column + 1, "")) if part)


def to_ssa(settings: str) -> str:
    """The `{\\anN}` code for SubRip, from such a code or from WebVTT cue settings; "" for bottom centre."""
    number = alignment(settings)
    if number is None:
        number = _from_webvtt(settings)
    return "" if number == 2 else f"{{\\an{number}}}"


def alignment(text: str) -> int | None:
    """The keypad digit of the first `{\\anN}` or `{\\aN}` in `text`, None when there is neither."""
    if match := _AN.search(text):
        return int(match[1])
    if match := _A_LEGACY.search(text):
        return _AN_OF_LEGACY.get(int(match[1]))
    return None


def _from_webvtt(settings: str) -> int:
    """The nearest keypad digit: the upper third of the picture is above, the lower third below."""
    cue = parse_settings(settings)
    row = 0
    # `line` counts some 15 lines from the top, or from the bottom when it is negative.
    if cue.line is not None and cue.snap_to_lines:
        row = 2 if 0 <= cue.line < 5 else 1 if 5 <= cue.line < 10 else 0
    elif cue.line is not None:
        row = 2 if cue.line < 33 else 1 if cue.line < 67 else 0
    column = {"start": 1, "left": 1, "end": 3, "right": 3}.get(cue.align, 2)
    return row * 3 + column
