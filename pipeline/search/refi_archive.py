"""A REFI-QDA project's archive opened: its XML as a tree and its texts, in bounded memory, nothing unpacked to disk."""

from __future__ import annotations

import zipfile
import zlib
from pathlib import Path, PurePosixPath

from pipeline.errors import DocumentError, SubtitlesError
from pipeline.files import read_regular, why_unreadable
from pipeline.formats.readers import xml_tree
from pipeline.formats.readers.xml_tree import Element

_REMEDY = "export the project from its program again (REFI-QDA, .qdpx)"
_PROJECT = "project.qde"
# Against decompression bombs: far above any project's codings, and any transcript's text. Chosen.
_MAX_XML_BYTES = 64 * 1024 * 1024
_MAX_TEXT_BYTES = 16 * 1024 * 1024
_MAX_ALL_TEXT_BYTES = 128 * 1024 * 1024
# What zipfile raises for damage: a directory or checksum that does not fit, a stream that does not unpack or ends too early.
_ZIP_ERRORS = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError, RuntimeError)
_ENCRYPTED_FLAG = 0x1
_PACKED = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


class Archive:
    """A project's file: a `.qdpx` archive, or the bare XML that some programs write (`.qde`).

    Raises DocumentError for what is no such project, damaged, or made to fill the memory.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._zip: zipfile.ZipFile | None = None
        self._left = _MAX_ALL_TEXT_BYTES
        try:
            if not path.is_file():
                raise DocumentError(path, "does not exist or is no file", "check the name")
            if zipfile.is_zipfile(path):
                self._zip = zipfile.ZipFile(path)
                names = self._zip.namelist()
                self._names = {PurePosixPath(n.replace("\\", "/")).name.casefold(): n for n in names}
                self.root = self._parsed(self._project())
            elif path.stat().st_size > _MAX_XML_BYTES:
                raise DocumentError(path, "is neither an archive nor a project's XML", _REMEDY)
            else:
                self.root = self._parsed(read_regular(path))
        except OSError as error:
            raise DocumentError(path, *why_unreadable(error)) from None
        except _ZIP_ERRORS as error:
            raise DocumentError(path, f"is a damaged archive ({error})", _REMEDY) from None
        if self.root.name != "Project":
            raise DocumentError(path, "is no REFI-QDA project", _REMEDY)

    def close(self) -> None:
        """Let go of the file."""
        if self._zip is not None:
            self._zip.close()

    def text(self, name: str) -> str | None:
        """The text of a source, by the last part of its path; None where the archive has none. Raises DocumentError."""
        held = self._names.get(PurePosixPath(name.replace("\\", "/")).name.casefold()) if self._zip else None
        if held is None:
            return None
        try:
            data = self._unpacked(held, min(_MAX_TEXT_BYTES, self._left))
        except (OSError, *_ZIP_ERRORS) as error:
            raise DocumentError(self.path, f"is a damaged archive ({error})", _REMEDY, held) from None
        self._left -= len(data)
        return data.decode("utf-8-sig", "replace")

    def _project(self) -> bytes:
        held = self._names.get(_PROJECT) or next(
            (n for n in self._names.values() if n.lower().endswith(".qde")), None
        )
        if held is None:
            raise DocumentError(
                self.path, f"is an archive without '{_PROJECT}', and so no REFI-QDA project", _REMEDY
            )
        return self._unpacked(held, _MAX_XML_BYTES)

    def _unpacked(self, name: str, limit: int) -> bytes:
        assert self._zip is not None
        found = self._zip.getinfo(name)
        if found.flag_bits & _ENCRYPTED_FLAG:
            raise DocumentError(
                self.path, "is locked with a password", "take the password away, then try again", name
            )
        if found.compress_type not in _PACKED:
            raise DocumentError(self.path, "is packed in a way that no project is", _REMEDY, name)
        with self._zip.open(found) as file:
            data = file.read(limit + 1)
        if len(data) > limit:
            raise DocumentError(self.path, f"unpacks to more than {limit >> 20} MB of text", _REMEDY, name)
        return data

    def _parsed(self, data: bytes) -> Element:
        try:
            return xml_tree.parse(_decoded(data), self.path, "project")
        except SubtitlesError as error:
            where = f"line {error.line}" if error.line is not None else ""
            raise DocumentError(self.path, error.problem, _REMEDY, where) from None


def _decoded(data: bytes) -> str:
    """XML of a project as text: UTF-8, or UTF-16 by its mark."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    return data.decode("utf-8-sig", "replace")
