"""`vignette check --fix`: propose, write and print the mends of caption files, one file after the other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.cli.options import print_json
from pipeline.errors import DocumentError, OutputError, SubtitlesError, VignetteError, counted
from pipeline.progress import Progress

if TYPE_CHECKING:
    from pipeline.commands.fix import Mended


@dataclass(frozen=True, slots=True)
class FixOptions:
    """The options of `--fix`: where mended files go, what may be overwritten, which findings fail, and the answer's format."""

    in_place: bool
    overwrite: bool
    fail_on: str
    as_json: bool


@dataclass(frozen=True, slots=True)
class Fixed:
    """The result for one file: what was proposed, where it was written and the original kept; or the error."""

    path: Path
    mended: Mended | None = None
    written: Path | None = None
    backup: Path | None = None
    error: VignetteError | None = None

    def __str__(self) -> str:
        if self.mended is None:
            return str(self.error)
        before, after = len(self.mended.before.open), len(self.mended.after.open)
        if self.written is None:
            return f"{self.path}: nothing that a machine should mend, {counted(before, 'finding')}"
        kept = f"; the original is {self.backup}" if self.backup else ""
        count = len(self.mended.mends)
        mended = f"{counted(count, 'caption')} mended, {counted(before, 'finding')} before, {after} after"
        if self.mended.rewritten:
            mended = f"{counted(self.mended.rewritten, 'line')} written as players read them, {mended}"
        summary = f"{self.written}: {mended}{kept}"
        return f"{self.mended.diff.rstrip()}\n{summary}"

    def as_json(self) -> dict[str, Any]:
        """The same as plain JSON values; `error` alone where nothing could be done."""
        if self.mended is None:
            return {"file": str(self.path), "error": self.error.facts() if self.error else None}
        return {
            "file": str(self.path),
            "written": str(self.written) if self.written else None,
            "original": str(self.backup) if self.backup else None,
            "mended": [one.number for one in self.mended.mends],
            "lines_rewritten": self.mended.rewritten,
            "findings_before": len(self.mended.before.open),
            "findings_after": len(self.mended.after.open),
            "diff": self.mended.diff,
        }


def fix(
    files: Sequence[Path],
    profiles: Sequence[str],
    evidence: Any,
    options: FixOptions,
    progress_of: Callable[[Path], Progress],
) -> int:
    """Write each file's mends and print them as a diff; returns 1 where findings stay that fail, or a file could not be mended.

    Of several files one that cannot be mended does not keep the others from it; the error of a single one is raised.
    """
    from pipeline import settings
    from pipeline.audit import Severity
    from pipeline.commands import check
    from pipeline.files import PROJECT_FILE

    limits = settings.load(PROJECT_FILE, None).captions
    rules = [check.profile_named(name, limits) for name in profiles]
    threshold = Severity.ERROR if options.fail_on == "error" else Severity.WARNING
    done, left = [], False
    for path in files:
        one = _fixed(path, rules, evidence, options, progress_of(path))
        if one.error is not None and len(files) == 1:
            raise one.error
        left |= one.mended is None or any(f.severity >= threshold for f in one.mended.after.open)
        done.append(one)
        if not options.as_json:
            print(one)
    if options.as_json:
        print_json({"files": [one.as_json() for one in done]})
    return 1 if left else 0


def _fixed(path: Path, rules: Sequence[Any], evidence: Any, options: FixOptions, progress: Progress) -> Fixed:
    from pipeline.commands.fix import propose, write

    facts, media, audio = (evidence.facts, evidence.media.path, evidence.audio) if evidence else (None,) * 3
    try:
        mended = propose(path, rules, facts, media, progress, audio)
        if not mended.diff:
            return Fixed(path, mended)
        return Fixed(path, mended, *write(mended, options.in_place, options.overwrite))
    except (SubtitlesError, DocumentError, OutputError) as error:
        return Fixed(path, error=error)
