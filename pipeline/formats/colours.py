"""Text colours of caption files: the many ways to write one, read as `#rrggbb`, and the WebVTT classes that show one."""

from __future__ import annotations

import re

# The colours that every WebVTT player shows for a class of their name (https://www.w3.org/TR/webvtt1/#default-text-color).
WEBVTT_COLOURS = {
    "lime": "#00ff00", "cyan": "#00ffff", "red": "#ff0000", "yellow": "#ffff00",
    "magenta": "#ff00ff", "blue": "#0000ff", "black": "#000000",
}  # fmt: skip
# Further names that subtitle editors write (CSS Color 4, named colours).
_NAMES = WEBVTT_COLOURS | {
    "aqua": "#00ffff", "fuchsia": "#ff00ff", "green": "#008000", "maroon": "#800000", "navy": "#000080",
    "olive": "#808000", "orange": "#ffa500", "pink": "#ffc0cb", "purple": "#800080", "teal": "#008080",
}  # fmt: skip
_HEX = re.compile(r"#?([0-9a-f]{6})(?:[0-9a-f]{2})?|#([0-9a-f]{3})")
_RGB = re.compile(r"rgba?\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*(?:,[^()]*)?\)")
_ASS = re.compile(r"&?H?([0-9a-f]{1,8})&?", re.IGNORECASE)
# A class that names a colour without a class of its own, as YouTube writes them: "colorFF8800".
_COLOUR_CLASS = re.compile(r"color([0-9a-f]{6})", re.IGNORECASE)
# White and the greys near it are what players show anyway (YouTube marks every word with one), so that they say nothing.
_PALEST_GREY = 0xB0


def read_colour(text: str) -> str:
    """A colour as HTML writes it (`#ff0`, `FFFF00`, `yellow`, `rgb(255, 255, 0)`) as `#rrggbb`; "" for white, and for none."""
    plain = text.strip().strip("\"'").strip().casefold()
    if plain in _NAMES:
        return _NAMES[plain]
    if match := _HEX.fullmatch(plain):
        return _but_pale(match[1] or "".join(c * 2 for c in match[2]))
    if (match := _RGB.fullmatch(plain)) and all(int(value) < 256 for value in match.groups()):
        return _but_pale("".join(f"{int(value):02x}" for value in match.groups()))
    return ""


def read_ass_colour(text: str) -> str:
    """A colour as ASS writes it, `&HBBGGRR&`, as `#rrggbb`; "" for white and what is none."""
    match = _ASS.fullmatch(text.strip())
    if match is None:
        return ""
    blue, green, red = (match[1].rjust(8, "0")[at : at + 2].lower() for at in (2, 4, 6))
    return _but_pale(red + green + blue)


def colour_of_class(name: str) -> str | None:
    """The colour that a WebVTT class shows, "" for white; None for a class that says something else."""
    if match := _COLOUR_CLASS.fullmatch(name):
        return _but_pale(match[1].lower())
    return "" if name == "white" else WEBVTT_COLOURS.get(name)


def class_of_colour(colour: str) -> str:
    """The WebVTT class that shows a colour; `style_rule` defines it where players do not know it."""
    return next(
        (name for name, value in WEBVTT_COLOURS.items() if value == colour), f"color{colour[1:].upper()}"
    )


def style_rule(colour: str) -> str:
    """The rule of a WebVTT style sheet by which players show a colour's class; "" where they know it already."""
    name = class_of_colour(colour)
    return "" if name in WEBVTT_COLOURS else f"::cue(.{name}) {{ color: {colour}; }}"


def _but_pale(digits: str) -> str:
    red, green, blue = (int(digits[at : at + 2], 16) for at in (0, 2, 4))
    return "" if red == green == blue >= _PALEST_GREY else f"#{digits}"
