"""Styling in force while a cue's text is read: HTML-like tags and ASS overrides change it, in SubRip and ASS alike."""

from __future__ import annotations

import re

from pipeline.formats.colours import read_ass_colour, read_colour
from pipeline.transcript import styling

LETTER_OF_TAG = {
    "b": "b", "strong": "b", "bold": "b", "i": "i", "em": "i", "italic": "i", "u": "u", "underline": "u",
}  # fmt: skip
"""What the tags that style text stand for."""

_COLOUR_ATTRIBUTE = re.compile(r"\bcolor\s*=\s*(\"[^\"]*\"|'[^']*'|[^\s>]+)", re.IGNORECASE)
# One code of an override block (http://www.tcax.org/docs/ass-specs.htm): `\i1`, `\b700`, `\c&H00FFFF&`, `\r`; not `\be1`.
_CODE = re.compile(r"\\(?:([biu])(\d*)(?![a-z])|1?c(&H[0-9a-fA-F]+&?|(?=[\\}]))|(r)[^\\}]*)")


class StyleState:
    """The letters and the colour in force; `style` gives them as tokens hold them."""

    def __init__(self, letters: str = "", colour: str = "") -> None:
        self._usual = frozenset(letters), colour
        self._letters = set(letters)
        self._colour = colour
        self._before: list[str] = []  # the colours in force outside of each open `<font>`

    @property
    def style(self) -> str:
        return styling.composed(self._letters, self._colour)

    def tag(self, name: str, closes: bool, attributes: str = "") -> None:
        """Follow a tag of HTML: `<i>`, `</b>`, `<font color="#ffff00">`."""
        if name == "font":
            self._font(closes, attributes)
        elif closes:
            self._letters.discard(LETTER_OF_TAG[name])
        else:
            self._letters.add(LETTER_OF_TAG[name])

    def _font(self, closes: bool, attributes: str) -> None:
        if closes:
            self._colour = self._before.pop() if self._before else self._usual[1]
            return
        self._before.append(self._colour)
        if match := _COLOUR_ATTRIBUTE.search(attributes):
            self._colour = read_colour(match[1])

    def override(self, block: str) -> None:
        """Follow the codes of an override block, `{\\an8\\i1}`."""
        for letter, value, colour, resets in _CODE.findall(block):
            if resets:
                self._letters, self._colour = set(self._usual[0]), self._usual[1]
            elif not letter:
                self._colour = read_ass_colour(colour) if colour else self._usual[1]
            elif (value and int(value[:4]) != 0) or (not value and letter in self._usual[0]):
                self._letters.add(letter)
            else:
                self._letters.discard(letter)
