"""Word documents (.docx): the text of the body, paragraph by paragraph, and nothing else.

A .docx is a ZIP archive with XML in it (ECMA-376). python-docx would bring lxml, 12 MB, for a loop over
two elements; the standard library's expat reads it as a stream, and three rules keep it safe: no document
type declaration (so no entities at all), a limit on what is unpacked, and nothing but the body is opened.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import Path
from xml.parsers import expat

from pipeline.errors import SubtitlesError
from pipeline.formats.readers.raw_cue import RawCue
from pipeline.formats.readers.text import from_paragraphs

_BODY_MEMBER = "word/document.xml"
_REMEDY = "save it again as .docx or .txt"
_MAX_XML_BYTES = 64 * 1024 * 1024  # against decompression bombs; chosen, far above any script
# Elements whose text is in the file and not on the page: deletions, moved-away text, field codes, the second
# copy of a text box.
_HIDDEN_ELEMENTS = frozenset(("del", "moveFrom", "instrText", "delText", "Fallback", "vanish"))
# What zipfile raises for damage: a directory or checksum that does not fit, a stream that does not unpack or ends too
# early, a version or method that it does not know, an offset or name that cannot be.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError)
_ENCRYPTED_FLAG = 1  # bit of a member's flags
_WHITE_SPACE_ELEMENTS = {"tab": "\t", "br": "\n", "cr": "\n", "noBreakHyphen": "-"}
_TIME_CELL = re.compile(r"[\d:.,;\s–-]+")
_HEADING_STYLE = re.compile(r"(?:heading|title|subtitle|berschrift|titre)\s*\d*", re.IGNORECASE)


def parse(data: bytes, path: Path) -> list[RawCue]:
    """The document's paragraphs as a script. Raises SubtitlesError for an
    archive that is damaged or is no Word document."""
    body = _BodyHandler()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartDoctypeDeclHandler = body.doctype
    parser.StartElementHandler = body.start
    parser.EndElementHandler = body.end
    parser.CharacterDataHandler = body.characters
    try:
        parser.Parse(_unpacked(data, path), True)
    except expat.ExpatError as error:
        raise SubtitlesError(path, f"is a damaged Word document ({error})", _REMEDY) from error
    except _Refused as refusal:
        raise SubtitlesError(path, str(refusal), _REMEDY) from refusal
    return from_paragraphs(body.paragraphs)


def _unpacked(data: bytes, path: Path) -> bytes:
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            body = archive.getinfo(_BODY_MEMBER)
            if body.flag_bits & _ENCRYPTED_FLAG:
                raise SubtitlesError(
                    path, "is locked with a password", "take the password away, then try again"
                )
            with archive.open(body) as file:
                xml = file.read(_MAX_XML_BYTES + 1)
    except KeyError as error:
        raise SubtitlesError(path, "is an archive but no Word document", _REMEDY) from error
    except _ZIP_ERRORS as error:
        raise SubtitlesError(path, f"is a damaged Word document ({error})", _REMEDY) from error
    if len(xml) > _MAX_XML_BYTES:
        raise SubtitlesError(path, f"unpacks to more than {_MAX_XML_BYTES >> 20} MB of text", _REMEDY)
    return xml


class _Refused(Exception):
    """Something that no Word document holds and that could be an attack."""


class _BodyHandler:
    """Collects paragraphs from expat's events.

    A row of a table is one paragraph, because scripts are often tables of speaker and speech;
    inner tables belong to the cell they stand in.
    """

    def __init__(self) -> None:
        self.paragraphs: list[tuple[str, bool]] = []
        self._text: list[str] = []
        self._heading = False
        self._hidden = self._in_text = self._rows = 0
        self._cells: list[list[str]] = []

    def doctype(self, *_: object) -> None:
        raise _Refused("holds a document type declaration, which no Word document does")

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(" ")[2]
        if name in _HIDDEN_ELEMENTS:
            self._hidden += 1
        elif name == "t":
            self._in_text += 1
        elif name == "tr":
            self._rows += 1
        elif name == "tc" and self._rows == 1:
            self._cells.append([])
        elif name == "pStyle":
            style = next((v for k, v in attributes.items() if k.rpartition(" ")[2] == "val"), "")
            self._heading = self._heading or bool(_HEADING_STYLE.match(style))
        elif name in _WHITE_SPACE_ELEMENTS and not self._hidden:
            self._text.append(_WHITE_SPACE_ELEMENTS[name])

    def end(self, name: str) -> None:
        name = name.rpartition(" ")[2]
        if name in _HIDDEN_ELEMENTS:
            self._hidden -= 1
        elif name == "t":
            self._in_text -= 1
        elif name == "p":
            self._end_paragraph()
        elif name == "tr":
            self._rows -= 1
            if not self._rows:
                self.paragraphs.append((_speech_of_row(["\n".join(cell) for cell in self._cells]), False))
                self._cells = []

    def _end_paragraph(self) -> None:
        text = "".join(self._text)
        if self._cells:
            self._cells[-1].append(text)
        else:
            self.paragraphs.append((text, self._heading))
        self._text, self._heading = [], False

    def characters(self, text: str) -> None:
        if self._in_text and not self._hidden:
            self._text.append(text)


def _speech_of_row(cells: list[str]) -> str:
    """A table's row as a speech: cells that hold only a time are left out,
    and a short first cell is the speaker's name."""
    filled = [text for cell in cells if (text := cell.strip()) and not _TIME_CELL.fullmatch(text)]
    if len(filled) > 1 and len(filled[0]) <= 32 and "\n" not in filled[0] and filled[0][-1] not in ":.?!,":
        filled[0] += ":"
    return "\t".join(filled)
