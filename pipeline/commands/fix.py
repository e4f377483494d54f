"""Mends of audit findings: `vignette check --fix` proposes them as a diff, and writes the file so that nothing is lost.

Only the times and the lines of mended captions change; every other line of the file stays as it is.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.audit import Facts, Report, Severity, audit
from pipeline.audit.captions import load
from pipeline.audit.fixes import Mend, mend
from pipeline.audit.model import Document
from pipeline.audit.waivers import waive
from pipeline.commands.checked_file import load_with_evidence, with_duration
from pipeline.commands.guarded_file import GuardedFile
from pipeline.commands.waive import waivers_for
from pipeline.errors import SubtitlesError
from pipeline.files import write_atomic
from pipeline.formats.readers import Opened, opened
from pipeline.formats.retime import retime
from pipeline.leftovers import temporary_folder
from pipeline.media.facts import Audio
from pipeline.profiles import Profile
from pipeline.progress import Progress, silent
from pipeline.run import derived


@dataclass(frozen=True)
class Mended:
    """Proposed mends: the whole file with them as text, a unified diff, and the audit reports before and after.

    `rewritten` counts lines that are written as players read them, besides the mended captions: timing lines, text that
    is shown again, empty lines within a cue.
    """

    path: Path
    text: str
    diff: str
    mends: tuple[Mend, ...]
    before: Report
    after: Report
    rewritten: int = 0


def propose(
    path: Path,
    profiles: Sequence[Profile],
    facts: Facts | None = None,
    media: Path | None = None,
    progress: Progress = silent,
    audio: Audio | None = None,
) -> Mended:
    """Propose all mends of an SRT or WebVTT file that help and make no other rule worse; nothing is written.

    Raises SubtitlesError for a file that cannot be read, is of another format, or is out of sync as a whole.
    """
    document, known = load_with_evidence(path, facts, media, audio)
    known = with_duration(known, path, media)
    if document.format not in ("srt", "vtt"):
        raise SubtitlesError(path, "cannot be mended", "give an SRT or WebVTT file")
    if known.time_map is not None:
        problem = f"is not mended before it is in sync: {known.time_map.problem}"
        raise SubtitlesError(path, problem, f"time it first: {known.time_map.mend}")
    waivers = waivers_for(path, media)
    _, mends = mend(document, profiles, known, waivers, progress)
    mends = [one for one in mends if _can_be_written(one)]
    source = opened(path, frame_rate=known.frame_rate)
    old = source.source.text
    new = patched(source, mends)
    diff = "".join(
        difflib.unified_diff(_lines(old), _lines(new), str(path), f"{path} (mended)", n=2, lineterm="\n")
    )
    again = _read_again(path, new, document) if new != old else document
    before, after = (waive(audit(d, profiles, known), waivers) for d in (document, again))
    if len(again.cues) != len(document.cues) or _severity_counts(after) > _severity_counts(before):
        # Players would read the mended file otherwise than it was meant: better none.
        return Mended(path, old, "", (), before, before)
    return Mended(path, new, diff, tuple(mends), before, after, _lines_gone(old, patched(source, ())))


def _lines_gone(old: str, new: str) -> int:
    """How many lines of the old text are not in the new, or are written otherwise."""
    if old == new:
        return 0
    changed = difflib.unified_diff(_lines(old), _lines(new), n=0, lineterm="\n")
    return sum(line.startswith("-") and not line.startswith("---") for line in changed)


def _can_be_written(one: Mend) -> bool:
    """Whether a mend leaves the text as it is, or the text has no empty line in it, of which nobody knows what it divides."""
    return one.after.raw == one.before.raw or all(line.strip() for line in one.before.raw.split("\n"))


def _read_again(path: Path, text: str, document: Document) -> Document:
    """Parse the mended text anew, so that the report after a mend is about what the file will hold."""
    with temporary_folder() as folder:
        copy = folder / path.name
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
        derived.remember_of_output(mended.path, [target])
        return target, None
    backup = _unused_path(mended.path.with_name(mended.path.name + ".bak"))
    write_atomic(backup, mended.path.read_bytes(), "work on a copy elsewhere")
    derived.remember_of_output(mended.path, [backup])
    write_atomic(mended.path, mended.text)
    return mended.path, backup


def _unused_path(path: Path) -> Path:
    """The first path that does not exist: itself, or with a number from 2 behind it."""
    number, free = 1, path
    while free.exists():
        number += 1
        free = path.with_name(f"{path.name}{number}")
    return free


def _lines(text: str) -> list[str]:
    """The lines with their ends, which are LF, CRLF or CR; behind a last line end stands one empty line."""
    return re.split(r"(?<=\n)|(?<=\r)(?!\n)", text)


def patched(file: Opened, mends: Sequence[Mend]) -> str:
    """The file's text with the times and payloads of mended captions in place of the old, written as players read it."""
    after = {one.number - 1: one.after for one in mends}
    own = [cue.span for cue in file.cues if cue.span is not None]
    spans = [after[n].span if n in after else span for n, span in enumerate(own)]
    payloads = {n: cue.raw for n, cue in after.items() if cue.raw != file.cues[n].raw}
    return retime(file.source.text, file.format, spans, payloads, strict=True)
