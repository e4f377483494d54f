"""Hidden text of Word documents: which run properties take text off the page, direct or through styles.

Private notes stand in scripts as hidden text, and what was given up is struck through: none of it is on the page that is
read, so none of it may be in a caption, a transcript or an index.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from xml.parsers import expat

# Run properties of ECMA-376-1, 17.3.2: hidden text, struck through once, struck through twice.
HIDING = frozenset(("vanish", "strike", "dstrike"))
# What `ST_OnOff` (ECMA-376-1, 22.9.2.7) has for no.
_OFF = frozenset(("0", "false", "off"))
# Styles based on each other deeper than this are taken for a circle; Word itself stops at 11.
_DEEPEST_STYLES = 16

Properties = dict[str, bool]


def local(name: str) -> str:
    """An element's or attribute's name without its namespace."""
    return name.rpartition(" ")[2]


def value_of(attributes: Mapping[str, str], name: str = "val") -> str:
    """The attribute of this local name, "" without one."""
    return next((v for k, v in attributes.items() if local(k) == name), "")


def switched_on(attributes: Mapping[str, str]) -> bool:
    """Whether a toggle's element switches it on: it does unless its value says no."""
    return value_of(attributes).strip().lower() not in _OFF


@dataclass
class Style:
    """What one style says: its kind, the style that it is based on, and what it switches on or off."""

    kind: str
    based_on: str = ""
    properties: Properties = field(default_factory=dict)


class Styles:
    """The styles of a document, as far as they hide text."""

    def __init__(self) -> None:
        self._styles: dict[str, Style] = {}
        self._defaults: dict[str, str] = {}
        self._document: Properties = {}
        self._above: list[str] = []
        self._now: Style | None = None

    def read(self, parser: expat.XMLParserType) -> None:
        """Fill these styles with what the parser finds in `word/styles.xml`."""
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end

    def hide(self, paragraph: str, run: str, direct: Mapping[str, bool]) -> bool:
        """Whether text in a run with these style ids ("" for the default ones) and direct properties is off the page."""
        return any(self._holds(name, paragraph, run, direct) for name in HIDING)

    def _holds(self, name: str, paragraph: str, run: str, direct: Mapping[str, bool]) -> bool:
        if name in direct:
            return direct[name]
        if self._document.get(name):
            return True
        # Styles of both kinds toggle each other: on in both is off again (ECMA-376-1, 17.7.3).
        return self._inherited("paragraph", paragraph, name) != self._inherited("character", run, name)

    def _inherited(self, kind: str, id: str, name: str) -> bool:
        style = self._styles.get(id or self._defaults.get(kind, ""))
        for _ in range(_DEEPEST_STYLES):
            if style is None or style.kind != kind:
                return False
            if name in style.properties:
                return style.properties[name]
            style = self._styles.get(style.based_on)
        return False

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        above = self._above[-1] if self._above else ""
        if name == "style":
            self._begin_style(attributes)
        elif name == "basedOn" and self._now:
            self._now.based_on = value_of(attributes)
        elif name in HIDING and above == "rPr":
            self._note(name, switched_on(attributes))
        self._above.append(name)

    def _begin_style(self, attributes: dict[str, str]) -> None:
        self._now = Style(value_of(attributes, "type") or "paragraph")
        self._styles[value_of(attributes, "styleId")] = self._now
        if value_of(attributes, "default").lower() in ("1", "true", "on"):
            self._defaults[self._now.kind] = value_of(attributes, "styleId")

    def _note(self, name: str, on: bool) -> None:
        """A property that counts: neither what a tracked change replaced, nor what a table style does to some of its cells."""
        if self._now and self._above[-2:] == ["style", "rPr"]:
            self._now.properties[name] = on
        elif self._above[-2:] == ["rPrDefault", "rPr"]:
            self._document[name] = on

    def _end(self, name: str) -> None:
        self._above.pop()
        if local(name) == "style":
            self._now = None
