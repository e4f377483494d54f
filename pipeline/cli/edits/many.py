"""`vignette edits take | adopt | merge | waive`: many decisions at once, as one act."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import command
from pipeline.cli.edits.group import MANY, edits, say_recorded
from pipeline.cli.edits.history import recording_and_rest
from pipeline.cli.options import AsJson, Quiet, Transcripts, print_json
from pipeline.cli.recordings import By, Recording, Settings, Subtitles, author, check_order, job_of
from pipeline.cli.session import is_terminal
from pipeline.errors import UsageError
from pipeline.files import OUT_FOLDER

if TYPE_CHECKING:
    from pipeline.commands.adopt.adopt import Adopted
    from pipeline.run.jobs import Job


@command(
    edits,
    "vignette edits take talk.mp4     (lists what is suggested)",
    "vignette edits take talk.mp4 s3 s7",
    "vignette edits take talk.mp4 --all --above 0.9",
    panel=MANY,
)
def take(
    what: Annotated[
        list[str] | None,
        typer.Argument(help="The recording, and the ids of what is taken.", metavar="[MEDIA] [ID]..."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Take all of them.")] = False,
    above: Annotated[
        float,
        typer.Option("--above", min=0, max=1, help="With --all: those that are right with this probability."),
    ] = 0.0,
    by: By = "",
    transcripts: Transcripts = OUT_FOLDER,
    subtitles: Subtitles = None,
    set_: Settings = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Take readings that a second ear suggests: other words, further words, captions for speech without text."""
    from dataclasses import replace

    from pipeline.commands.decide import suggested
    from pipeline.commands.decide.desk import Desk, record
    from pipeline.edits.model import Decision

    media, ids = recording_and_rest(what or [])
    if all_ and ids:
        raise UsageError("take these, or all?", "name ids, or say --all")
    if above and not all_:
        raise UsageError("--above goes with --all", "add --all")
    who = author(by, as_json) if ids or all_ else ""
    job = job_of(media, transcripts, subtitles, tuple(set_ or ()))
    found = suggested.suggested(job)
    if not ids and not all_:
        lines = suggested.listed(found, media)
        if as_json:
            print_json({"media": str(media), "suggestions": [s.as_json() for s in found]})
        else:
            print("\n".join(lines))
        return 0
    wanted = suggested.chosen(found, ids, all_, above, media)
    notes: list[str] = []

    def taken(desk: Desk) -> tuple[Decision, ...]:
        result = suggested.take(desk, wanted)
        notes.extend(result.notes)
        return result.decisions

    recorded = record(job, who, taken)
    return say_recorded(replace(recorded, notes=tuple(notes)), quiet, as_json)


@command(
    edits,
    "vignette edits adopt talk.mp4 transcripts/talk.en.srt",
    "vignette edits adopt talk.mp4 ~/Downloads/talk.vtt --by Ana --dry-run",
    "vignette edits adopt talk.mp4 study.qdpx     (codings made in NVivo, ATLAS.ti, MAXQDA, QualCoder)",
    panel=MANY,
)
def adopt(
    media: Recording,
    file: Annotated[
        Path,
        typer.Argument(
            help="Mended captions, SubRip or WebVTT; or a coded REFI-QDA project.", metavar="FILE"
        ),
    ],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would be decided, no more.")] = False,
    exactly: Annotated[
        bool,
        typer.Option(
            "--exactly",
            help="Take also what an editor rounds or rewrites in the whole file, or codes that a project lacks.",
        ),
    ] = False,
    yes: Annotated[
        bool,
        typer.Option(
            "--yes",
            "-y",
            "--anyway",
            help="Do not ask: also where the file has hardly a word of ours, lacks many, or other times.",
        ),
    ] = False,
    by: By = "",
    transcripts: Transcripts = OUT_FOLDER,
    subtitles: Subtitles = None,
    set_: Settings = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Turn what was changed in a caption file, or coded in a project, into decisions, so that every later run keeps it."""
    from pipeline.commands.adopt import codings

    check_order("edits adopt", media, file)
    who = author(by, as_json)
    job = job_of(media, transcripts, subtitles, tuple(set_ or ()))
    if file.suffix.lower() in codings.SUFFIXES:
        return _adopt_codings(job, file, who, exactly, dry_run, quiet, as_json)
    from pipeline.commands.adopt import adopt as adoption
    from pipeline.edits import journal, journal_of

    anyway = yes or _ask if not as_json and is_terminal() else yes
    if dry_run:
        found = adoption.decide(job, file, who, journal.read(journal_of(job.media)), anyway, exactly)
    else:
        found = adoption.adopt(job, file, who, anyway, exactly)
    if as_json:
        print_json({"media": str(job.media), **found.as_json(), "dry_run": dry_run})
    elif not quiet:
        print("\n".join(adopted_lines(found, job.media, dry_run)))
    return 1 if found.differing else 0


def _adopt_codings(
    job: Job, file: Path, who: str, exactly: bool, dry_run: bool, quiet: bool, as_json: bool
) -> int:
    from pipeline.commands.adopt import codings

    found = (codings.decide if dry_run else codings.adopt)(job, file, who, exactly)
    if as_json:
        print_json({"media": str(job.media), **found.as_json(), "dry_run": dry_run})
    elif not quiet:
        print("\n".join(found.lines(job.media, dry_run)))
    return 1 if found.unmatched else 0


def _ask(problem: str) -> bool:
    """Ask whether a file is to be taken that is hardly a mend of ours."""
    return typer.confirm(f"the file {problem}. Take it all the same?", default=False, err=True)


def adopted_lines(found: Adopted, media: Path, dry_run: bool) -> list[str]:
    """What an adoption came to, in lines."""
    from shlex import quote

    from pipeline.edits.ledger import wanted

    lines = [f"  {wanted(decision)}" for decision in (found.decisions if dry_run else ())]
    lines.append(found.summary(media, dry_run))
    if found.decisions and not dry_run:
        lines.append(f"  'vignette edits undo {quote(str(media))}' takes all of it back at once")
    lines += [f"  note: {note}" for note in found.notes]
    if found.saved:
        lines.append(f"  an editor's doing, and no decision (--exactly takes it): {'; '.join(found.saved)}")
    return lines


@command(edits, "vignette edits merge media/talk.mp4 ben/talk.edits.jsonl", panel=MANY)
def merge(
    media: Recording,
    file: Annotated[Path, typer.Argument(help="Another copy of the recording's journal.", metavar="FILE")],
    transcripts: Transcripts = OUT_FOLDER,
    subtitles: Subtitles = None,
    set_: Settings = None,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Add what another copy of the journal holds; the status is 1 where the two disagree."""
    from pipeline import edits as journals
    from pipeline.commands.decide.listing import decided

    job = job_of(media, transcripts, subtitles, tuple(set_ or ()))
    added = journals.merge(journals.journal_of(job.media), file)
    found = decided(job)
    if as_json:
        print_json({"recordings": [{**found.as_json(only_conflicts=True), "merged": added}]})
    elif not quiet or found.report.conflicts:
        print(f"{added} merged from {file}; that file is as it was")
        print("\n".join(found.lines(only_conflicts=True)))
    return 1 if found.report.conflicts else 0


@command(
    edits,
    'vignette edits waive min-duration talk.mp4 --all --reason "they do speak so fast"',
    'vignette edits waive min-duration talk.mp4 --where 1:00-2:30 --reason "a quarrel"',
    'vignette edits waive min-duration transcripts/talk.en.srt --where "Yeah." --reason "a grunt"',
    panel=MANY,
)
def waive(
    what: Annotated[
        list[str],
        typer.Argument(
            help="A rule of 'check', and the recording or the caption file.", metavar="RULE [MEDIA]"
        ),
    ],
    all_: Annotated[bool, typer.Option("--all", help="Every open finding of the rule.")] = False,
    where: Annotated[
        str,
        typer.Option("--where", help="Those in this time (1:00-2:30), at it (1:02), or with these words."),
    ] = "",
    reason: Annotated[str, typer.Option("--reason", help="Why it is right as it is.")] = "",
    by: By = "",
    transcripts: Transcripts = OUT_FOLDER,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Accept findings of 'check' that are right as they are."""
    from pipeline.commands import waive_many

    if all_ == bool(where):
        raise UsageError("waive which findings?", 'say --all, or where: --where TIME, --where "words"')
    if not reason.split():
        raise UsageError("a waiver needs a reason", 'say why it is right as it is: --reason "..."')
    who = author(by, as_json)
    found = waive_many.waive(what, where, reason, who, transcripts)
    if as_json:
        print_json(found.as_json())
    elif not quiet:
        print(found)
    return 0
