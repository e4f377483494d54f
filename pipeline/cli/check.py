"""`vignette check`: an audit of captions against published standards, with mends and waivers."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any, Literal

import typer

from pipeline.cli.command import CAPTIONING, app, command
from pipeline.cli.options import AsJson, Quiet, print_json, refuse_folders, shape_of
from pipeline.cli.session import bar, remark
from pipeline.errors import UsageError
from pipeline.progress import Progress, silent

# From this size on the files take some seconds, so that a progress bar is shown.
LARGE_BYTES = 1_000_000


class Standard(StrEnum):
    """A published standard for captions, or our own for training videos: the names of `pipeline.profiles`."""

    TRAINING = "training"
    NETFLIX = "netflix"
    BBC = "bbc"
    DCMP = "dcmp"
    WCAG_FCC = "wcag-fcc"


@command(
    app,
    "vignette check talk.srt",
    "vignette check talk.vtt --media talk.mp4 --profile netflix --profile bbc --format html > report.html",
    "vignette check talk.srt --fix",
    'vignette check talk.srt --waive reading-speed-cps --at 1:02 --reason "he does speak so fast"',
    panel=CAPTIONING,
)
def check(
    files: Annotated[list[Path], typer.Argument(help="Captions: SRT, WebVTT, ASS or our JSON.")],
    media: Annotated[
        Path | None,
        typer.Option("--media", help="Their recording, to check against the sound.", metavar="FILE"),
    ] = None,
    audio_track: Annotated[
        int | None,
        typer.Option(
            "--audio-track", help="With --media: which audio track; else the one that was captioned."
        ),
    ] = None,
    profile: Annotated[
        list[Standard] | None, typer.Option("--profile", help="A published standard; repeatable.")
    ] = None,
    format: Annotated[
        Literal["text", "json", "html", "csv", "junit"],
        typer.Option("--format", help="The format of the report."),
    ] = "text",
    fail_on: Annotated[
        Literal["error", "warning"],
        typer.Option("--fail-on", help="From which findings on the status is 1."),
    ] = "error",
    fix: Annotated[
        bool, typer.Option("--fix", help="Propose mends, and write them beside the file.")
    ] = False,
    in_place: Annotated[
        bool, typer.Option("--in-place", help="With --fix: mend the file itself; a backup stays.")
    ] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="With --fix: also over mends that were changed since.")
    ] = False,
    waive: Annotated[
        str,
        typer.Option(
            "--waive", help="This rule's finding (at --at) is right as it is; with --reason.", metavar="RULE"
        ),
    ] = "",
    at: Annotated[
        str, typer.Option("--at", help="With --waive: when, if there are several.", metavar="TIME")
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="With --waive: why.")] = "",
    by: Annotated[
        str,
        typer.Option("--by", help="With --waive: who says so; else the name remembered.", metavar="NAME"),
    ] = "",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Check captions, whoever made them: findings with clause, measured value, limit and a mend."""
    shape = shape_of(format, as_json)
    refuse_folders(*files, media)
    _check_combinations(fix, waive, shape, {"--in-place": in_place, "--overwrite": overwrite})
    _check_waiver(files, waive, at, reason, fix)
    from pipeline.cli.fix import FixOptions
    from pipeline.cli.fix import fix as fix_files
    from pipeline.commands import recording

    if audio_track is not None and media is None:
        raise UsageError("--audio-track goes with --media", "name the recording: --media FILE")
    hushed = shape == "json" or quiet
    evidence = None
    if media is not None:
        track = recording.track_for(media, files, audio_track)
        evidence = recording.evidence_of(media, progress=bar("listen", hushed), track=track)
    profiles = [str(name) for name in profile or [Standard.TRAINING]]
    if waive:
        return _waive(files[0], profiles, evidence, (waive, at, reason, by), shape == "json")
    if fix:
        how = FixOptions(in_place, overwrite, fail_on, shape == "json")
        return fix_files(files, profiles, evidence, how, lambda path: _progress_for([path], "mend", hushed))
    return _report(files, profiles, evidence, shape, fail_on, _progress_for(files, "check", hushed), quiet)


def _progress_for(files: Sequence[Path], work: str, hushed: bool) -> Progress:
    """A progress bar for work on files larger than `LARGE_BYTES` together, nothing for smaller ones."""
    size = sum(path.stat().st_size for path in files if path.is_file())
    return bar(work, hushed) if size > LARGE_BYTES else silent


def _report(
    files: Sequence[Path],
    profiles: Sequence[str],
    evidence: Any,
    shape: Any,
    fail_on: Any,
    progress: Progress,
    quiet: bool,
) -> int:
    from pipeline import settings
    from pipeline.commands import check
    from pipeline.files import PROJECT_FILE

    chosen = settings.load(PROJECT_FILE, None).captions
    illustrate = evidence.pictures if evidence else None
    facts, media, audio = (evidence.facts, evidence.media.path, evidence.audio) if evidence else (None,) * 3
    checked = check.check(files, profiles, facts, shape, fail_on, chosen, illustrate, media, progress, audio)
    if not quiet or shape != "text":
        print(checked.text.rstrip("\n"))
    return checked.exit_status


def _check_combinations(fix: bool, waive: str, shape: str, with_fix: dict[str, bool]) -> None:
    """Raise UsageError for options that go with others and stand alone."""
    for option, given in with_fix.items():
        if given and not fix:
            raise UsageError(f"{option} goes with --fix", "add --fix")
    if (fix or waive) and shape not in ("text", "json"):
        done = "--fix" if fix else "--waive"
        raise UsageError(f"{done} makes no report as {shape}", f"check once more with --format {shape}")


def _check_waiver(files: Sequence[Path], waive: str, at: str, reason: str, fix: bool) -> None:
    """Raise UsageError for a waiver that lacks something, or is combined with what it cannot be."""
    if not waive and (at or reason):
        raise UsageError(f"{'--at' if at else '--reason'} goes with --waive", "name the rule: --waive RULE")
    if waive and (len(files) != 1 or fix):
        raise UsageError("--waive takes one file, and nothing else to be done", "waive, then go on")
    if waive and not reason.split():
        raise UsageError("--waive needs a reason", 'say why it is right as it is: --reason "..."')


def _waive(
    path: Path,
    profiles: Sequence[str],
    evidence: Any,
    request: tuple[str, str, str, str],
    as_json: bool,
) -> int:
    """Write a waiver into the journal; `request` is its rule, time, reason and author."""
    from pipeline import edits, settings
    from pipeline.audit import captions
    from pipeline.cli.recordings import author_or_login
    from pipeline.commands import check
    from pipeline.commands.decide.times import time_of
    from pipeline.commands.waive import journal_for, waiver
    from pipeline.files import PROJECT_FILE

    rule, at, reason, by = request
    limits = settings.load(PROJECT_FILE, None).captions
    chosen = [check.profile_named(name, limits) for name in profiles]
    facts, media, audio = (evidence.facts, evidence.media.path, evidence.audio) if evidence else (None,) * 3
    document, _ = captions.load_with(path, facts)
    report = check.check_file(path, chosen, facts, media, audio=audio)
    who, guessed = author_or_login(by, as_json)
    decision = waiver(document, report, rule, time_of(at, "--at"), reason, who)
    journal = journal_for(path, media)
    (written,) = edits.append(journal, [decision])
    if guessed and not as_json:
        remark(guessed)
    shown = _shown(journal)
    answer = {"file": str(path), "journal": str(shown), "decision": written.id, "rule": rule}
    if as_json:
        print_json(answer)
    else:
        print(f"{written.id}  {rule} is waived: written to {shown}")
    return 0


def _shown(path: Path) -> Path:
    """A path relative to the current folder where it lies in it, else absolute."""
    real, here = path.resolve(), Path.cwd()
    return real.relative_to(here) if real.is_relative_to(here) else real
