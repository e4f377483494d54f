"""`vignette check`: caption files in, one report out, and an exit status.

A pure entry point: nothing here prints, reads the command line or writes a file, but for `mend_file`, which
says so.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from pipeline.audit import Document, Facts, Report, Severity, audit
from pipeline.audit.documents import facts_from_json, from_given, from_json
from pipeline.audit.model import Finding, Rates
from pipeline.audit.page import as_html
from pipeline.audit.report import as_csv, as_json, as_text
from pipeline.audit.waivers import waive
from pipeline.errors import SubtitlesError, UsageError
from pipeline.formats.readers import read
from pipeline.profiles import PROFILES, Profile, adjusted
from pipeline.progress import Progress, part, silent
from pipeline.settings import CaptionSettings
from pipeline.transcript import Grade
from pipeline.waiving import waivers_for

Illustrate = Callable[[Sequence[Report]], Mapping[tuple[str, int], bytes]]
Format = Literal["text", "json", "html", "csv"]
WRITERS: dict[str, Callable[[Sequence[Report]], str]] = {
    "text": as_text,
    "json": as_json,
    "html": as_html,
    "csv": as_csv,
}


@dataclass(frozen=True)
class Checked:
    """What a check gives back: the reports, the text of the chosen format, and the exit status."""

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
) -> Checked:
    """Audit files under profiles; `facts` say what is known about `media`, the recording that they all belong to.

    Findings that people waived in the journal beside the recording are marked so and count no more.

    `illustrate` (`Evidence.pictures`) gives the HTML report frames and waveforms of the worst findings.

    The exit status is 1 when an open finding is as severe as `fail_on`, else 0. One of several files that
    cannot be read has that as its only finding, an error. Raises UsageError for a profile that does not exist
    and SubtitlesError when the only file cannot be read.
    """
    chosen = [profile_named(name, settings) for name in profiles]
    one = check_file if len(files) == 1 else _check_one_of_many
    reports = tuple(
        one(path, chosen, facts, media, part(progress, n / len(files), (n + 1) / len(files)))
        for n, path in enumerate(files)
    )
    threshold = Severity.ERROR if fail_on == "error" else Severity.WARNING
    failed = any(f.severity >= threshold for report in reports for f in report.open)
    if format == "html" and illustrate is not None:
        return Checked(reports, as_html(reports, illustrate(reports)), int(failed))
    return Checked(reports, WRITERS[format](reports), int(failed))


def profile_named(name: str, settings: CaptionSettings | None = None) -> Profile:
    """A profile, with the user's own limits put over the one that the settings choose. Raises UsageError."""
    if name not in PROFILES:
        raise UsageError(f"there is no caption profile '{name}'", f"choose from {', '.join(PROFILES)}")
    own = settings is not None and settings.profile == name
    return adjusted(PROFILES[name], settings) if own and settings else PROFILES[name]


def check_file(
    path: Path,
    profiles: Sequence[Profile],
    facts: Facts | None = None,
    media: Path | None = None,
    progress: Progress = silent,
) -> Report:
    """The report about one file: SRT, WebVTT, ASS, or our own JSON. Raises SubtitlesError and JournalError."""
    progress(0.0)
    document, known = load_with(path, facts)
    report = audit(document, profiles, known, progress=part(progress, 0.5, 1.0))
    return waive(report, waivers_for(path, media))


def _check_one_of_many(
    path: Path, profiles: Sequence[Profile], facts: Facts | None, media: Path | None, progress: Progress
) -> Report:
    """`check_file`, but a file that cannot be read does not keep the others from being reported."""
    try:
        return check_file(path, profiles, facts, media, progress)
    except SubtitlesError as error:
        bare = str(SubtitlesError(error.path, error.problem, "", error.line, error.offset))
        finding = Finding("unreadable", Severity.ERROR, "", bare, "Vignette", mend=_sentence(error.remedy))
        return Report(path.name, tuple(p.name for p in profiles), (finding,), Rates(0, 0, 0.0, 0.0, 0.0, 0.0))


def _sentence(remedy: str) -> str:
    """What to do, as the mends of other findings say it."""
    return f"{remedy[:1].upper()}{remedy[1:]}." if remedy else ""


def load_with(path: Path, facts: Facts | None) -> tuple[Document, Facts]:
    """The captions in a file, and all that is known about the recording: given, or from our transcript beside it.

    Raises SubtitlesError.
    """
    document, own = load(path)
    if own.words is None and (facts is None or facts.words is None) and (beside := transcript_beside(path)):
        own = facts_of(beside)
        document = replace(
            document, notes=(*document.notes, f"the words that are said are those of {beside.name}")
        )
    return document, merged(own, facts)


def transcript_beside(path: Path) -> Path | None:
    """Our own transcript of the recording, `talk.json` beside `talk.en.vtt`, where its words can be trusted."""
    stem = path.name.split(".")[0]
    beside = path.with_name(f"{stem}.json")
    if path.suffix.lower() == ".json" or not stem or not beside.is_file():
        return None
    try:
        document = _public(beside, _bytes(beside))
    except SubtitlesError:
        return None
    trusted = not document.get("draft", True) and document.get("grade") != str(Grade.MACHINE)
    return beside if trusted else None


def load(path: Path) -> tuple[Document, Facts]:
    """The captions in a file, and what the file itself knows about the recording. Raises SubtitlesError."""
    data = _bytes(path)
    if path.suffix.lower() == ".json":
        document, facts = from_json(_public(path, data))
        return replace(document, name=path.name), facts
    given = read(path)
    if given.cues and not given.timed:
        raise SubtitlesError(path, "has no times, so there are no captions to check")
    return from_given(given, data), Facts()


def facts_of(path: Path) -> Facts:
    """What our own public JSON at `path` knows about its recording. Raises SubtitlesError."""
    return facts_from_json(_public(path, _bytes(path)))


def merged(own: Facts, given: Facts | None) -> Facts:
    """The facts of a file with those that were given put over them."""
    if given is None:
        return own
    names = ("duration_ms", "frame_rate", "shots", "speech", "words")
    put = {name: getattr(given, name) for name in names if getattr(given, name) is not None}
    return replace(own, **put, differing=given.differing or own.differing, names=given.names or own.names)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SubtitlesError(path, f"cannot be read: {error.strerror}") from error


def _public(path: Path, data: bytes) -> dict[str, Any]:
    """Our own document, checked to be whole. Raises SubtitlesError."""
    try:
        document = json.loads(data)
        if not isinstance(document, dict) or not str(document.get("schema", "")).startswith("vignette/"):
            raise SubtitlesError(path, "is not a transcript of ours", "give the .json that vignette wrote")
        from_json(document)
    except (KeyError, TypeError) as error:
        raise SubtitlesError(
            path, f"is a transcript of ours that is damaged ({error!r})", "make it again"
        ) from None
    except ValueError as error:
        raise SubtitlesError(path, f"is not JSON: {error}") from None
    except RecursionError:
        problem = "is nested too deeply to be a transcript of ours"
        raise SubtitlesError(path, problem, "give the .json that vignette wrote") from None
    return document
