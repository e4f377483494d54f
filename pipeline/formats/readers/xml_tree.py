"""XML read as a tree of small elements, safely: no document type and so no entities, and limits on size and depth.

Entity bombs and external entities (CWE-776, CWE-611) need a document type declaration, which no subtitle format asks for;
so a file that has one is refused, before anything in it is expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from pipeline.errors import SubtitlesError

_REMEDY = "export it again"
# 100,000 captions with three spans and two line breaks each; every element takes some 300 bytes of memory. Chosen.
_MAX_ELEMENTS = 600_000
_MAX_DEPTH = 100  # elements within each other; captions have some ten. Chosen.
_NO_ATTRIBUTES: dict[str, str] = {}


@dataclass(slots=True)
class Element:
    """One element: its name and its attributes' names without their namespaces, what it holds in order, and its line from 1.

    An attribute `xml:id` is called "id". Of two attributes that differ in the namespace alone the last counts.
    """

    name: str
    attributes: dict[str, str]
    line: int
    held: list[Element | str] = field(default_factory=list)

    def below(self, *names: str) -> Iterator[Element]:
        """The elements of these names that stand directly in this one."""
        return (e for e in self.held if isinstance(e, Element) and e.name in names)

    def all(self, *names: str) -> Iterator[Element]:
        """The elements of these names anywhere in this one, in the order of the file."""
        for element in self.held:
            if isinstance(element, Element):
                if element.name in names:
                    yield element
                yield from element.all(*names)

    def get(self, name: str) -> str:
        """An attribute without spaces around it, "" where there is none."""
        return self.attributes.get(name, "").strip()

    @property
    def text(self) -> str:
        """All text in it."""
        return "".join(e if isinstance(e, str) else e.text for e in self.held)


class _Refused(Exception):
    """Something that no subtitle file holds and that could be an attack."""


def parse(text: str, path: Path, what: str = "subtitle file") -> Element:
    """The root element of a document, `what` it should be. Raises SubtitlesError with the line of what is refused or no XML."""
    parser = expat.ParserCreate(
        "utf-8", " "
    )  # the text is decoded already: what its head says of the encoding is past
    parser.buffer_text = True
    builder = _Builder(parser, what)
    parser.StartDoctypeDeclHandler = builder.no_doctype
    parser.StartElementHandler = builder.start
    parser.EndElementHandler = builder.end
    parser.CharacterDataHandler = builder.characters
    try:
        parser.Parse(text.lstrip("\ufeff \t\r\n").encode("utf-8", "surrogatepass"), True)
    except expat.ExpatError as error:
        problem = f"is damaged XML ({expat.ErrorString(error.code)})"
        raise SubtitlesError(path, problem, _REMEDY, line=error.lineno + _lines_before(text)) from error
    except _Refused as refusal:
        line = parser.CurrentLineNumber + _lines_before(text)
        raise SubtitlesError(path, str(refusal), _REMEDY, line=line) from None
    return builder.root


def _lines_before(text: str) -> int:
    """Empty lines in front of the document, which XML forbids and tools write."""
    return text[: len(text) - len(text.lstrip("\ufeff \t\r\n"))].count("\n")


class _Builder:
    """Builds the tree from expat's events."""

    def __init__(self, parser: expat.XMLParserType, what: str) -> None:
        self._what = what
        self.root = Element("", _NO_ATTRIBUTES, 0)
        self._parser = parser
        self._open: list[Element] = []
        self._count = 0

    def no_doctype(self, *_: object) -> None:
        raise _Refused(f"holds a document type declaration, which no {self._what} needs")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if self._count > _MAX_ELEMENTS:
            raise _Refused(f"holds more than {_MAX_ELEMENTS:,} elements, far more than any {self._what}")
        if len(self._open) >= _MAX_DEPTH:
            raise _Refused(f"holds elements more than {_MAX_DEPTH} deep within each other")
        held = {_local(key): value for key, value in attributes.items()} if attributes else _NO_ATTRIBUTES
        element = Element(_local(name), held, self._parser.CurrentLineNumber)
        if self._open:
            self._open[-1].held.append(element)
        else:
            self.root = element
        self._open.append(element)

    def end(self, name: str) -> None:
        self._open.pop()

    def characters(self, text: str) -> None:
        self._open[-1].held.append(text)


def _local(name: str) -> str:
    return name.rpartition(" ")[2]
