"""Mends of audit findings: `vignette check --fix` proposes them as a diff, and writes the file so that nothing is lost.

Only the times and the lines of mended captions change; every other line of the file stays as it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from pipeline.audit import Facts, Report, Severity, audit
from pipeline.audit.captions import load, load_with
from pipeline.audit.fixes import Mend, mend
from pipeline.audit.model import Document
from pipeline.audit.waivers import waive
from pipeline.commands.guarded_file import GuardedFile
from pipeline.commands.waive import waivers_for
from pipeline.errors import OutputError, SubtitlesError
from pipeline.files import write_atomic
from pipeline.profiles import Profile
from pipeline.progress import Progress, silent
from pipeline.timing import format_timecode

# A timecode of SubRip or WebVTT, whose hours may be left out and whose milliseconds may be short.
_TIME = r"(?:\d+:)?\d{1,2}:\d{1,2}[.,]\d{1,3}"
# The timing line of a cue, its parts kept apart: indent, start, arrow, end.
_TIMING = re.compile(rf"(\s*)({_TIME})(\s*-->\s*)({_TIME})")


@dataclass(frozen=True)
class Mended:
    """Proposed mends: the whole file with them as text, a unified diff, and the audit reports before and after."""

    path: Path
    text: str
    diff: str
    mends: tuple[Mend, ...]
    before: Report
    after: Report


def propose(
    path: Path,
    profiles: Sequence[Profile],
    facts: Facts | None = None,
    media: Path | None = None,
    progress: Progress = silent,
) -> Mended:
    """Propose all mends of an SRT or WebVTT file that help and make no other rule worse; nothing is written.

    Raises SubtitlesError for a file that cannot be read, or is of another format.
    """
    document, known = load_with(path, facts)
    if document.format not in ("srt", "vtt"):
        raise SubtitlesError(path, "cannot be mended", "give an SRT or WebVTT file")
    waivers = waivers_for(path, media)
    _, mends = mend(document, profiles, known, waivers, progress)
    old = _decoded(path)
    lines = _lines(old)
    mends = [one for one in mends if _is_verbatim(lines, one)]
    new = patched(old, mends, document.format)
    diff = "".join(
        difflib.unified_diff(_lines(old), _lines(new), str(path), f"{path} (mended)", n=2, lineterm="\n")
    )
    again = _read_again(path, new, document) if mends else document
    before, after = (waive(audit(d, profiles, known), waivers) for d in (document, again))
    if len(again.cues) != len(document.cues) or _severity_counts(after) > _severity_counts(before):
        # Players would read the mended file otherwise than it was meant: better none.
        return Mended(path, old, "", (), before, before)
    return Mended(path, new, diff, tuple(mends), before, after)


def _is_verbatim(lines: Sequence[str], one: Mend) -> bool:
    """Whether the lines under a caption's timing line are exactly its text as read; a cue with a blank line inside is not."""
    if one.after.raw == one.before.raw:
        return True
    at = one.before.line
    shown = one.before.raw.split("\n")
    written = [line.rstrip("\r\n") for line in lines[at : at + len(shown)]]
    return at > 0 and all(line.strip() for line in shown) and written == shown


def _read_again(path: Path, text: str, document: Document) -> Document:
    """Parse the mended text anew, so that the report after a mend is about what the file will hold."""
    with TemporaryDirectory() as folder:
        copy = Path(folder, path.name)
        copy.write_bytes(text.encode("utf-8", "surrogatepass"))
        again, _ = load(copy)
    return replace(again, notes=document.notes)


def _severity_counts(report: Report) -> tuple[int, int]:
    """The numbers of errors and of warnings, which compare in this order."""
    return report.count(Severity.ERROR), report.count(Severity.WARNING)


def write(mended: Mended, in_place: bool, overwrite: bool = False) -> tuple[Path, Path | None]:
    """Write the mended file; returns where it is, and where the original was kept when it was replaced.

    Beside the original as `<name>.mended.<suffix>`, or over it after a copy to `<name>.<suffix>.bak` (never over an
    older copy). Raises OutputError; for a mended file that a person changed since, too, unless `overwrite`.
    """
    if not in_place:
        target = mended.path.with_name(f"{mended.path.stem}.mended{mended.path.suffix}")
        GuardedFile(target, "check --fix", mended.path, "work on a copy elsewhere", overwrite).write(
            mended.text
        )
        return target, None
    backup = _unused_path(mended.path.with_name(mended.path.name + ".bak"))
    try:
        backup.write_bytes(mended.path.read_bytes())
    except OSError as error:
        raise OutputError(backup, f"cannot be written: {error.strerror}", "nothing was changed") from error
    write_atomic(mended.path, mended.text)
    return mended.path, backup


def _unused_path(path: Path) -> Path:
    """The first path that does not exist: itself, or with a number from 2 behind it."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}{number}")
    return free


def _decoded(path: Path) -> str:
    """The file's text: UTF-8, UTF-16 with a byte order mark, or Windows-1252. Raises SubtitlesError."""
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SubtitlesError(path, "is in an encoding that cannot be mended", "save it as UTF-8")


def _lines(text: str) -> list[str]:
    """The lines with their ends, which are LF, CRLF or CR; behind a last line end stands one empty line."""
    return re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)


def patched(text: str, mends: Sequence[Mend], kind: str) -> str:
    """Patch the times and payloads of mended captions into a file's text; `kind` is "srt" or "vtt"."""
    lines = _lines(text)
    end_of_line = "\r\n" if "\r\n" in text else "\n"
    for one in sorted(mends, key=lambda m: -m.before.line):
        at = one.before.line - 1
        if at < 0:
            continue
        lines[at] = _timing(lines[at], one, kind)
        if one.after.raw != one.before.raw:
            until = at + 1
            while until < len(lines) and lines[until].strip():
                until += 1
            lines[at + 1 : until] = [line + end_of_line for line in one.after.raw.split("\n")]
    return "".join(lines)


def _timing(line: str, one: Mend, kind: str) -> str:
    """The timing line with the new times; the cue settings behind them stay."""
    if one.after.span == one.before.span:
        return line
    mark = "," if kind == "srt" else "."
    start, end = (format_timecode(t, mark) for t in (one.after.span.start_ms, one.after.span.end_ms))
    return _TIMING.sub(lambda m: f"{m[1]}{start}{m[3]}{end}", line, count=1)
