"""Where a cue stands on the picture: WebVTT cue settings and the `{\\anN}` codes of SubRip and ASS, one from
the other.

The nine `an` codes are the digits of a numeric keypad: 1-3 below, 4-6 in the middle, 7-9 above; left,
centre, right. WebVTT says the same with `line` and `align`
(https://www.w3.org/TR/webvtt1/#webvtt-cue-settings).
"""

from __future__ import annotations

import re

_AN = re.compile(r"\{[^{}]*\\an([1-9])[^{}]*\}")
_A_LEGACY = re.compile(r"\{[^{}]*\\a(1[01]|[1-9])(?!\d)[^{}]*\}")
# SSA's older `\aN`: 1-3 below, +4 above, +8 in the middle.
_LEGACY_TO_AN = {1: 1, 2: 2, 3: 3, 5: 7, 6: 8, 7: 9, 9: 4, 10: 5, 11: 6}
_COLUMNS = {1: "align:start position:5%", 3: "align:end position:95%"}


def to_webvtt(settings: str) -> str:
    """Cue settings for WebVTT; what is neither a position code nor settings is dropped, bottom centre is
    ""."""
    number = alignment(settings)
    if number is None:
        return " ".join(s for s in settings.split() if re.fullmatch(r"[a-z]+:[^\s<>]+", s) and "-->" not in s)
    row, column = divmod(number - 1, 3)
    line = {0: "", 1: "line:50%", 2: "line:0"}[row]
    return " ".join(part for part in (line, _COLUMNS.get(column + 1, "")) if part)


def to_ssa(settings: str) -> str:
    """The `{\\anN}` code for SubRip, "" for bottom centre."""
    number = alignment(settings)
    if number is None:
        number = _from_webvtt(settings)
    return "" if number == 2 else f"{{\\an{number}}}"


def alignment(text: str) -> int | None:
    """The keypad digit of the first `{\\anN}` or `{\\aN}` in `text`, None when there is neither."""
    if match := _AN.search(text):
        return int(match[1])
    if match := _A_LEGACY.search(text):
        return _LEGACY_TO_AN.get(int(match[1]))
    return None


def _from_webvtt(settings: str) -> int:
    """The nearest keypad digit: the upper third of the picture is above, the lower third below."""
    values = dict(s.split(":", 1) for s in settings.split() if ":" in s)
    row = 0
    if match := re.match(r"(-?\d+(?:\.\d+)?)(%?)", values.get("line", "")):
        place = float(match[1])
        if match[2]:
            row = 2 if place < 33 else 1 if place < 67 else 0
        else:  # counted in lines, from the top, or from the bottom when negative
            row = 2 if 0 <= place < 5 else 1 if 5 <= place < 10 else 0
    column = {"start": 1, "left": 1, "end": 3, "right": 3}.get(values.get("align", ""), 2)
    return row * 3 + column
