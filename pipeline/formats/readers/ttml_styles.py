"""TTML styles and regions: how text looks and where it stands, in the terms that tokens and cues keep.

Styles are referred to by id and may refer to others (https://www.w3.org/TR/ttml2/#styling); of what can be said, italics,
bold, underlining and colour are kept, and of a region whether it lies above, in the middle or below, left or right.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from pipeline.formats.colours import read_colour
from pipeline.formats.readers.xml_tree import Element
from pipeline.transcript import styling

_MAX_CHAIN = 20  # styles that refer to styles; files have two or three. Chosen, against circles.
_OWN = ("fontStyle", "fontWeight", "textDecoration", "color", "visibility", "display", "ruby")
_ROWS = {"before": 2, "center": 1, "after": 0}
_COLUMNS = {"left": 1, "start": 1, "right": 3, "end": 3}
_PERCENTS = re.compile(r"([\d.]{1,12})%\s+([\d.]{1,12})%", re.ASCII)
# Shares of the picture's height, from above: the upper third is above, the lower third below.
_UPPER, _LOWER = 33.0, 67.0

Look = dict[str, str]


@dataclass(frozen=True)
class Styles:
    """The styles and the regions of a document by their ids."""

    styles: dict[str, Element]
    regions: dict[str, Element]

    @classmethod
    def of(cls, root: Element) -> Styles:
        found = {e.get("id"): e for e in root.all("style") if e.get("id")}
        return cls(found, {e.get("id"): e for e in root.all("region") if e.get("id")})

    def said(self, element: Element) -> Look:
        """What an element says of itself and by the styles it refers to, the nearest first."""
        return {key: value for key, value in self._all(element, _MAX_CHAIN).items() if key in _OWN}

    def settings(self, element: Element, inherited: str) -> str:
        """The `{\\anN}` code of the region of an element; "" for what stands below in the middle, as captions do."""
        region = self.regions.get(element.get("region") or inherited)
        if region is None:
            return ""
        held = self._all(region, _MAX_CHAIN)
        for style in region.below("style"):
            held |= style.attributes
        column = _COLUMNS.get(self._all(element, _MAX_CHAIN).get("textAlign") or held.get("textAlign", ""), 2)
        number = _row(held) * 3 + column
        return "" if number == 2 else f"{{\\an{number}}}"

    def _all(self, element: Element, chain: int) -> Look:
        held: Look = {}
        for id in element.get("style").split()[:_MAX_CHAIN]:
            if chain and id in self.styles:
                held |= self._all(self.styles[id], chain - 1)
        return held | element.attributes


def _row(region: Look) -> int:
    """0 where the text of a region stands below, 1 in the middle, 2 above: by its box, and in a high one by its alignment."""
    row = _ROWS.get(region.get("displayAlign", "before"), 2)
    origin, extent = (_PERCENTS.fullmatch(region.get(k, "").strip()) for k in ("origin", "extent"))
    if origin is None or extent is None:
        return row if "displayAlign" in region else 0
    top, height = _number(origin[2]), _number(extent[2])
    at = top + (0.0, height / 2, height)[2 - row]
    return 2 if at < _UPPER else 1 if at < _LOWER else 0


def _number(text: str) -> float:
    return float(text) if re.fullmatch(r"\d+(?:\.\d*)?|\.\d+", text) else 0.0


def style_of(look: Look) -> str:
    """How text of this look is written down in tokens."""
    letters = [
        letter
        for letter, key, values in (
            ("b", "fontWeight", ("bold",)),
            ("i", "fontStyle", ("italic", "oblique")),
            ("u", "textDecoration", ("underline",)),
        )
        if look.get(key, "").strip() in values
    ]
    return styling.composed(letters, read_colour(look.get("color", "")))


def is_hidden(look: Look) -> bool:
    """Whether a viewer sees none of it."""
    return look.get("visibility", "").strip() == "hidden" or look.get("display", "").strip() == "none"
