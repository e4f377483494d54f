"""The colours of codes in a REFI-QDA project: a hue for each family of concepts, its members told apart by lightness."""

from __future__ import annotations

import colorsys
from collections.abc import Mapping

from pipeline.concepts.codebook import Code

# The golden ratio's share of the circle puts hues far apart, however many there are.
_HUE_STEP = 0.618034
_SATURATION = 0.55
_LIGHTEST, _DARKEST = 0.72, 0.38  # dark enough for a white page, light enough for black text. Chosen.
BESIDE = "#808080"
"""The colour of codes that are no concepts: parts of the video."""


def colours_of(codes: Mapping[str, Code]) -> dict[str, str]:
    """The colour of every code as `#RRGGBB`, by its id."""
    families: dict[str, list[str]] = {}
    for code in codes.values():
        families.setdefault(_top(code, codes), []).append(code.id)
    found = {}
    for number, members in enumerate(families.values()):
        hue = number * _HUE_STEP % 1
        for place, id in enumerate(members):
            share = place / max(1, len(members) - 1)
            found[id] = _rgb(hue, _DARKEST + (_LIGHTEST - _DARKEST) * share)
    return found


def _top(code: Code, codes: Mapping[str, Code]) -> str:
    """The broadest concept above a code, itself where there is none; what goes round in a circle ends where it began."""
    seen = [code.id]
    while (above := codes[seen[-1]].broader) in codes and above not in seen:
        seen.append(above)
    return seen[-1]


def _rgb(hue: float, lightness: float) -> str:
    return "#" + "".join(
        f"{round(part * 255):02X}" for part in colorsys.hls_to_rgb(hue, lightness, _SATURATION)
    )
