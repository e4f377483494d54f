"""Caption audit: `vignette check` takes caption files, and gives one report and an exit status; nothing is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from pipeline.audit import Facts, Report, Severity, audit
from pipeline.audit.html import as_html
from pipeline.audit.junit import as_junit
from pipeline.audit.model import Finding, Rates
from pipeline.audit.report import as_csv, as_json, as_text
from pipeline.audit.waivers import waive
from pipeline.commands.checked_file import load_with_evidence
from pipeline.commands.waive import waivers_for
from pipeline.errors import DocumentError, SubtitlesError, UsageError, nearest
from pipeline.media.facts import Audio
from pipeline.profiles import PROFILES, Profile, adjusted
from pipeline.progress import Progress, part, silent
from pipeline.settings import CaptionSettings

Illustrate = Callable[[Sequence[Report]], Mapping[tuple[str, int], bytes]]
"""Gives the pictures of findings as SVG, by file name and start in milliseconds; see `Evidence.pictures`."""
Format = Literal["text", "json", "html", "csv", "junit"]
# The serialiser of each `Format`.
WRITERS: dict[str, Callable[[Sequence[Report]], str]] = {
    "text": as_text,
    "json": as_json,
    "html": as_html,
    "csv": as_csv,
    "junit": as_junit,
}


@dataclass(frozen=True)
class Checked:
    """The result of an audit: a report for each file, all of them as text in the chosen format, and the exit status."""

    reports: tuple[Report, ...]
    text: str
    exit_status: int


def check(
    files: Sequence[Path],
    profiles: Sequence[str] = ("training",),
    facts: Facts | None = None,
    format: Format = "text",
    fail_on: Literal["error", "warning"] = "error",
    settings: CaptionSettings | None = None,
    illustrate: Illustrate | None = None,
    media: Path | None = None,
    progress: Progress = silent,
    audio: Audio | None = None,
) -> Checked:
    """Audit files under profiles; `facts` say what is known about `media`, the recording that they all belong to, and
    `audio` is its sound, in which words are looked for where nothing else shows whether a file is in sync.

    Findings that people waived in the journal beside the recording are marked so and not counted.

    `illustrate` (`Evidence.pictures`) gives the HTML report frames and waveforms of the worst findings.

    The exit status is 1 when an open finding is as severe as `fail_on`, else 0. One of several files that
    cannot be read has that as its only finding, an error. Raises UsageError for a profile that does not exist
    and SubtitlesError or DocumentError when the only file cannot be read.
    """
    chosen = [profile_named(name, settings) for name in profiles]
    one = check_file if len(files) == 1 else _check_one_of_many
    reports = tuple(
        one(path, chosen, facts, media, part(progress, n / len(files), (n + 1) / len(files)), audio)
        for n, path in enumerate(files)
    )
    threshold = Severity.ERROR if fail_on == "error" else Severity.WARNING
    failed = any(f.severity >= threshold for report in reports for f in report.open)
    if format == "html" and illustrate is not None:
        return Checked(reports, as_html(reports, illustrate(reports)), int(failed))
    if format == "junit":
        return Checked(reports, as_junit(reports, threshold), int(failed))
    return Checked(reports, WRITERS[format](reports), int(failed))


def profile_named(name: str, settings: CaptionSettings | None = None) -> Profile:
    """A caption profile by name; the one that the settings choose has the user's own limits in it. Raises UsageError."""
    if name not in PROFILES:
        near = nearest(name, PROFILES)
        hint = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"there is no caption profile '{name}'", f"{hint}choose from {', '.join(PROFILES)}")
    own = settings is not None and settings.profile == name
    return adjusted(PROFILES[name], settings) if own and settings else PROFILES[name]


def check_file(
    path: Path,
    profiles: Sequence[Profile],
    facts: Facts | None = None,
    media: Path | None = None,
    progress: Progress = silent,
    audio: Audio | None = None,
) -> Report:
    """Audit one file: subtitles of any format, or our own JSON. Raises SubtitlesError, DocumentError, JournalError."""
    progress(0.0)
    document, known = load_with_evidence(path, facts, media, audio)
    report = audit(document, profiles, known, progress=part(progress, 0.5, 1.0))
    return waive(report, waivers_for(path, media))


def _check_one_of_many(
    path: Path,
    profiles: Sequence[Profile],
    facts: Facts | None,
    media: Path | None,
    progress: Progress,
    audio: Audio | None,
) -> Report:
    """`check_file`, but a file that cannot be read does not keep the others from being reported."""
    try:
        return check_file(path, profiles, facts, media, progress, audio)
    except (SubtitlesError, DocumentError) as error:
        bare = str(replace(error, remedy=""))
        finding = Finding("unreadable", Severity.ERROR, "", bare, "Vignette", mend=_sentence(error.remedy))
        return Report(path.name, tuple(p.name for p in profiles), (finding,), Rates(0, 0, 0.0, 0.0, 0.0, 0.0))


def _sentence(remedy: str) -> str:
    """A remedy as a sentence, as the mends of other findings are written."""
    return f"{remedy[:1].upper()}{remedy[1:]}." if remedy else ""
