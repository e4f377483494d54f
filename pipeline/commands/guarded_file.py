"""Overwrite protection: files that a command writes where a person said never replace that person's work.

One rule for `mux`, `sheet`, `check --fix` and `align`: a file that stands there already is replaced only when it is, byte for
byte, what the same command made of the same file before; any other is refused until the person says `--overwrite`. What was
written is remembered by its digest in `.work/` beside it. (`run` writes many files at once and has a rule of its own: see
`outputs`.)
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from filelock import FileLock

from pipeline import privacy
from pipeline.errors import OutputError
from pipeline.files import (
    WORK_FOLDER,
    digest_of,
    digest_of_file,
    is_foreign,
    move_atomic,
    why_unwritable,
    write_atomic,
)
from pipeline.run.sealed import UNSEALED_RECORD, Damaged, opened, sealed

# The file in `.work/` that holds what commands wrote: see `_record`.
_RECORD = "written.json"


@dataclass(frozen=True, slots=True)
class GuardedFile:
    """A target file that `command` makes of `source`, protected; `elsewhere` tells a person how to choose another path."""

    path: Path
    command: str
    source: Path
    elsewhere: str
    overwrite: bool = False

    def check(self) -> None:
        """Raise OutputError where the target may not be written; quick, so that it can be asked before any work begins."""
        if self.path.exists() and self.source.exists() and self.path.samefile(self.source):
            raise OutputError(self.path, f"is the input of this very command, {self.source}", self.elsewhere)
        folder = self._real.parent
        if not folder.is_dir():
            problem = f"cannot be written: there is no folder '{folder}'"
            raise OutputError(self.path, problem, f"make it, or {self.elsewhere}")
        if self.path.is_dir():
            problem = "cannot be written: a folder of this name is in the way"
            raise OutputError(self.path, problem, self.elsewhere)
        if not self.overwrite and self._is_foreign():
            problem = (
                f"is there already, and is not what '{self.command}' made of {self.source} and left there"
            )
            raise OutputError(self.path, problem, f"rename it, {self.elsewhere}, or add --overwrite")

    def write(self, content: str | bytes) -> None:
        """Write `content` atomically, text as UTF-8; nothing where it stands there already. Raises OutputError."""
        data = content.encode("utf-8") if isinstance(content, str) else content
        if self._real.is_file() and self._real.read_bytes() == data:
            return
        self.check()
        self._remember(digest_of(data))
        write_atomic(self.path, data, self.elsewhere)

    def move(self, part: Path) -> None:
        """Rename a finished file of the same folder to the target, atomically. Raises OutputError."""
        self.check()
        self._remember(digest_of_file(part))
        try:
            move_atomic(part, self._real)
        except OSError as error:
            raise OutputError(self.path, *why_unwritable(error, self.elsewhere)) from error

    @property
    def _real(self) -> Path:
        """The target with symbolic links resolved, so that a link stays a link."""
        return Path(os.path.realpath(self.path))

    @property
    def _maker(self) -> str:
        """What made the file: the command, and its source relative to the target's folder."""
        return f"{self.command} {os.path.relpath(self.source.resolve(), self._real.parent)}"

    def _is_foreign(self) -> bool:
        """Whether a file stands there that this command did not make of this source."""
        real = self._real
        if not real.is_file() or not real.stat().st_size:  # an empty file is nobody's work
            return False
        return is_foreign(self.path, self._ours(_record(real.parent)))

    def _ours(self, record: dict[str, Any]) -> list[str]:
        """The SHA-256 digests under which the file is this command's own work."""
        held = record.get(self._real.name)
        found = held.get("sha256") if isinstance(held, dict) and held.get("by") == self._maker else None
        return [str(digest) for digest in found] if isinstance(found, list) else []

    def _remember(self, digest: str) -> None:
        """Record ahead the digest of what is about to be written, beside that of our file which stands there still: an
        interrupted command has not replaced it. Raises OutputError.
        """
        real = self._real
        work = real.parent / WORK_FOLDER
        try:
            privacy.make_folder(work)
            with FileLock(work / "written.lock"):
                record = _record(real.parent)
                last = [digest_of_file(real)] if real.is_file() else []
                last = [d for d in last if d != digest and d in self._ours(record)]
                record[real.name] = {"by": self._maker, "sha256": [digest, *last]}
                write_atomic(work / _RECORD, sealed(dict(sorted(record.items()))), self.elsewhere)
        except OutputError as error:  # what was asked for is named, not our record of it
            raise OutputError(self.path, f"{error.problem} ({WORK_FOLDER})", error.remedy) from error
        except OSError as error:
            raise OutputError(self.path, *why_unwritable(error, self.elsewhere)) from error


def made_of(folder: Path) -> list[tuple[Path, str, str, bool]]:
    """The files of a folder that a command made of a recording: path, command, its source as the record names it, and whether the
    file is as the command left it."""
    found = []
    for name, held in sorted(_record(folder).items()):
        path, by = folder / name, str(held.get("by", "")) if isinstance(held, dict) else ""
        command, _, source = by.partition(" ")
        if path.is_file() and path.name == name and command in ("mux", "sheet"):
            digests = held.get("sha256")
            found.append(
                (path, command, source, not is_foreign(path, digests if isinstance(digests, list) else []))
            )
    return found


def _record(folder: Path) -> dict[str, Any]:
    """The folder's record by file name: which command made a file of which source (`by`), and its digests, the last first.

    One that is damaged says of no file that it is ours: none is replaced before a person says so.
    """
    try:
        return opened((folder / WORK_FOLDER / _RECORD).read_bytes(), UNSEALED_RECORD)[0]
    except (OSError, Damaged):
        return {}
