"""Word documents (.docx): the text that is on the page, paragraph by paragraph, and nothing else.

A .docx is a ZIP archive with XML in it (ECMA-376). python-docx would bring lxml, 12 MB, for a loop over
two elements; the standard library's expat reads it as a stream, and three rules keep it safe: no document
type declaration (so no entities at all), limits on what is unpacked, and nothing but the body and the styles
is opened: comments, notes and headers stay where they are.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from dataclasses import dataclass, field
from pathlib import Path
from xml.parsers import expat

from pipeline.errors import SubtitlesError, counted
from pipeline.formats.readers import tables
from pipeline.formats.readers.docx_hidden import (
    HIDING,
    Properties,
    Styles,
    local,
    switched_on,
    value_of,
)
from pipeline.formats.readers.raw_cue import RawCue
from pipeline.formats.readers.script_line import ScriptLine
from pipeline.formats.readers.tables import Row
from pipeline.formats.readers.text import from_lines, lines_of_paragraph

_BODY_MEMBER = "word/document.xml"
_STYLES_MEMBER = "word/styles.xml"
_REMEDY = "save it again as .docx or .txt"
_MAX_XML_BYTES = 64 * 1024 * 1024  # against decompression bombs; chosen, far above any script
_MAX_PARAGRAPHS = (
    100_000  # four days of talk at a paragraph every three seconds; every later step takes its time
)
_MAX_DEPTH = 256  # elements within each other; a table in a table in a text box has some forty; chosen
# Elements whose text is in the file and not on the page: deletions, moved-away text, field codes, the second
# copy of a text box.
_HIDDEN_ELEMENTS = frozenset(("del", "moveFrom", "instrText", "delText", "Fallback"))
# Marks in the properties of a table's row or cell that take the whole of it away.
_ROW_GONE = frozenset(("del", "hidden"))
_CELL_GONE = "cellDel"
# What properties were before a tracked change: they no longer count.
_FORMER = frozenset(("rPrChange", "pPrChange", "trPrChange", "tcPrChange", "tblPrExChange", "sectPrChange"))
# What zipfile raises for damage: a directory or checksum that does not fit, a stream that does not unpack or ends too
# early, a version or method that it does not know, an offset or name that cannot be.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError)
# What expat raises for text that is no XML, and for an encoding that Python does not know or that does not fit.
_XML_ERRORS = (expat.ExpatError, LookupError, ValueError)
# The only ways of packing that a Word document may use (ECMA-376-2, 10.2.5).
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
_ENCRYPTED_FLAG = 1  # bit of a member's flags
_WHITE_SPACE_ELEMENTS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
# The character style in which our own documents name who speaks.
SPEAKER_STYLE = "Speaker"
_HEADING_STYLE = re.compile(r"(?:heading|title|subtitle|berschrift|titre)\s*\d*", re.IGNORECASE)


def parse(data: bytes, path: Path) -> list[RawCue]:
    """The document's paragraphs as a script. Raises SubtitlesError for an
    archive that is damaged or is no Word document."""
    return from_lines(_body(data, path).lines)


def notes(data: bytes, path: Path) -> list[str]:
    """A note on text that is not on the page (hidden, struck through) and is left out. Raises SubtitlesError as `parse` does."""
    words = " ".join(_body(data, path).left_out).split()
    if not words:
        return []
    are = "is" if len(words) == 1 else "are"
    return [f"{counted(len(words), 'word')} that Word does not show, or shows struck through, {are} left out"]


def _body(data: bytes, path: Path) -> _BodyHandler:
    styles = Styles()
    body = _BodyHandler(styles)
    xml, styles_xml = _unpacked(data, path)
    try:
        if styles_xml:
            parser = _parser()
            styles.read(parser)
            parser.Parse(styles_xml, True)
        parser = _parser()
        parser.StartElementHandler = body.start
        parser.EndElementHandler = body.end
        parser.CharacterDataHandler = body.characters
        parser.Parse(xml, True)
    except _XML_ERRORS as error:
        raise SubtitlesError(path, f"is a damaged Word document ({error})", _REMEDY) from error
    except _Refused as refusal:
        raise SubtitlesError(path, str(refusal), _REMEDY) from refusal
    return body


def _parser() -> expat.XMLParserType:
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = _no_doctype
    return parser


def _no_doctype(*_: object) -> None:
    raise _Refused("holds a document type declaration, which no Word document does")


def _unpacked(data: bytes, path: Path) -> tuple[bytes, bytes]:
    """The XML of the body and of the styles, b"" for a document without any."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = _member(archive, _BODY_MEMBER, path)
            styles = _member(archive, _STYLES_MEMBER, path) if _STYLES_MEMBER in archive.namelist() else b""
    except KeyError as error:
        raise SubtitlesError(path, "is an archive but no Word document", _REMEDY) from error
    except _ZIP_ERRORS as error:
        raise SubtitlesError(path, f"is a damaged Word document ({error})", _REMEDY) from error
    return body, styles


def _member(archive: zipfile.ZipFile, name: str, path: Path) -> bytes:
    found = archive.getinfo(name)
    if found.flag_bits & _ENCRYPTED_FLAG:
        raise SubtitlesError(path, "is locked with a password", "take the password away, then try again")
    if found.compress_type not in _PACKED:
        raise SubtitlesError(path, "is packed in a way that no Word document is", _REMEDY)
    with archive.open(found) as file:
        xml = file.read(_MAX_XML_BYTES + 1)
    if len(xml) > _MAX_XML_BYTES:
        raise SubtitlesError(path, f"unpacks to more than {_MAX_XML_BYTES >> 20} MB of text", _REMEDY)
    return xml


class _Refused(Exception):
    """Something that no Word document holds and that could be an attack."""


@dataclass
class _Paragraph:
    """The paragraph that is being read: its text so far, which pieces of it a style calls a speaker's name, its style, and
    whether that makes it a heading."""

    text: list[str] = field(default_factory=list)
    named: list[int] = field(default_factory=list)
    style: str = ""
    heading: bool = False


def _name_in(paragraph: _Paragraph) -> str:
    """The name that a style says speaks this paragraph, with only a time before it, taken out of its text; "" where none is."""
    label = "".join(paragraph.text[k] for k in paragraph.named).strip()
    before = "".join(paragraph.text[: paragraph.named[0]]) if paragraph.named else ""
    if not label.endswith(":") or any(map(str.isalpha, before)):
        return ""
    paragraph.text = [piece for k, piece in enumerate(paragraph.text) if k not in paragraph.named]
    return label[:-1].strip()


@dataclass
class _Run:
    """The run that is being read: its character style and what it says of itself."""

    style: str = ""
    direct: Properties = field(default_factory=dict)


class _BodyHandler:
    """Collects lines from expat's events.

    A table is told apart as a whole, because scripts are often tables of speaker and speech (see `tables`); a row counts as one
    paragraph. Inner tables belong to the cell they stand in.
    """

    def __init__(self, styles: Styles) -> None:
        self.lines: list[ScriptLine] = []
        self.left_out: list[str] = []
        self._paragraphs = 0
        self._styles = styles
        self._above: list[str] = []
        # A text box holds paragraphs inside a paragraph's run: so both are stacks.
        self._open = [_Paragraph()]
        self._runs: list[_Run] = []
        self._off_page = self._former = self._in_text = self._rows = 0
        self._table: list[Row] = []
        self._tables = 0
        self._cells: list[list[str]] = []
        self._gone: list[bool] = []  # for every open row and cell, whether it was deleted

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = local(name)
        if name in _FORMER:
            self._former += 1
        elif not self._former:
            self._begin(name, attributes)
        self._above.append(name)
        if len(self._above) > _MAX_DEPTH:
            raise _Refused(f"holds elements more than {_MAX_DEPTH} deep within each other")

    def _begin(self, name: str, attributes: dict[str, str]) -> None:
        above = self._above[-1] if self._above else ""
        if above in ("rPr", "pPr", "trPr", "tcPr"):
            self._property(name, above, attributes)
        elif name in _HIDDEN_ELEMENTS:
            self._off_page += 1
        elif name == "p":
            self._open.append(_Paragraph())
        elif name == "r":
            self._runs.append(_Run())
        elif name == "t":
            self._in_text += 1
        elif name in ("tbl", "tr", "tc"):
            self._begin_part_of_table(name)
        elif name in _WHITE_SPACE_ELEMENTS and self._shown():
            self._open[-1].text.append(_WHITE_SPACE_ELEMENTS[name])

    def _begin_part_of_table(self, name: str) -> None:
        if name == "tbl":
            self._tables += 1
            return
        self._gone.append(False)
        if name == "tr":
            self._rows += 1
        elif self._rows == 1:
            self._cells.append([])

    def _property(self, name: str, of: str, attributes: dict[str, str]) -> None:
        """What a run, paragraph, row or cell says of itself; what a paragraph says of its own mark is no run's."""
        if of == "rPr" and self._runs and self._above[-2] == "r":
            if name == "rStyle":
                self._runs[-1].style = value_of(attributes)
            elif name in HIDING:
                self._runs[-1].direct[name] = switched_on(attributes)
        elif name == "pStyle":
            self._open[-1].style = value_of(attributes)
            self._open[-1].heading = bool(_HEADING_STYLE.match(self._open[-1].style))
        elif self._gone and ((of == "trPr" and name in _ROW_GONE) or (of == "tcPr" and name == _CELL_GONE)):
            self._gone[-1] = self._gone[-1] or switched_on(attributes)

    def _shown(self) -> bool:
        """Whether text at this place is on the page."""
        if self._off_page or any(self._gone):
            return False
        paragraph = self._open[-1].style
        return not any(self._styles.hide(paragraph, run.style, run.direct) for run in self._runs)

    def end(self, name: str) -> None:
        name = local(name)
        self._above.pop()
        if name in _FORMER:
            self._former -= 1
        elif not self._former and (not self._above or self._above[-1] not in ("rPr", "pPr", "trPr", "tcPr")):
            self._finish(name)

    def _finish(self, name: str) -> None:
        if name in _HIDDEN_ELEMENTS:
            self._off_page -= 1
        elif name == "t":
            self._in_text -= 1
        elif name == "r":
            self._runs.pop()
        elif name == "p":
            self._end_paragraph()
        elif name in ("tbl", "tr", "tc"):
            self._end_part_of_table(name)

    def _end_paragraph(self) -> None:
        ended = self._open.pop()
        name = _name_in(ended)
        text = "".join(ended.text)
        if self._cells:
            self._cells[-1].append(text)
        else:
            self._count()
            lines = lines_of_paragraph(self._paragraphs, text, ended.heading)
            if lines and name:
                lines[0].given = name
            self.lines += lines

    def _end_part_of_table(self, name: str) -> None:
        if name != "tbl":
            self._gone.pop()
            self._rows -= name == "tr"
        else:
            self._tables -= 1
        if name == "tr" and not self._rows:
            self._count()
            self._table.append(Row(self._paragraphs, tuple("\n".join(cell) for cell in self._cells)))
            self._cells = []
        elif name == "tbl" and not self._tables and self._table:
            self.lines += tables.lines_of(self._table)
            self._table = []

    def _count(self) -> None:
        self._paragraphs += 1
        if self._paragraphs > _MAX_PARAGRAPHS:
            raise _Refused(f"has more than {_MAX_PARAGRAPHS:,} paragraphs, far more than any script")

    def characters(self, text: str) -> None:
        if self._in_text and self._shown():
            if self._runs and self._runs[-1].style == SPEAKER_STYLE:
                self._open[-1].named.append(len(self._open[-1].text))
            self._open[-1].text.append(text)
        elif self._in_text:
            self.left_out.append(text)
