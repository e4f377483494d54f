"""Text styling: how words look beside their letters, as one short string that tokens carry through every stage.

A style is the letters of b, i and u that are in force (bold, italic, underlined), then a colour `#rrggbb`, then WebVTT classes
`.name`: "", "i", "bi#ffff00", "#00ffff.loud". Each part may be missing; the order is fixed, so that equal looks are equal.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

_STYLE = re.compile(r"(?P<letters>b?i?u?)(?P<colour>#[0-9a-f]{6})?(?P<classes>(?:\.[^\s.<>&#]+)*)")


class Styling(NamedTuple):
    """The parts of a style; `letters` of b, i and u in this order, `colour` "" or `#rrggbb`."""

    letters: str
    colour: str
    classes: tuple[str, ...]


def composed(letters: Iterable[str], colour: str = "", classes: Iterable[str] = ()) -> str:
    """The style of these parts, whatever their order."""
    return "".join(sorted(set(letters))) + colour + "".join(f".{name}" for name in sorted(set(classes)))


def parsed(style: str) -> Styling:
    """The parts of a style. Raises ValueError for a string that is none."""
    match = _STYLE.fullmatch(style)
    if match is None:
        raise ValueError(f"'{style}' is no style like 'bi#ffff00'")
    classes = tuple(match["classes"].split(".")[1:])
    return Styling(match["letters"], match["colour"] or "", classes)


def is_style(text: str) -> bool:
    """Whether a string is a style."""
    return _STYLE.fullmatch(text) is not None


def without_classes(style: str) -> str:
    """What is left of a style in a format that knows no classes, as SubRip."""
    return style.partition(".")[0]
