"""`vignette decisions`, `decide` and `adopt`: list human decisions and what became of them, make one, take them from a file."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.commands.decide.request import DecisionRequest
from pipeline.errors import NotCaptioned, UsageError
from pipeline.files import OUT_FOLDER

if TYPE_CHECKING:
    from pipeline.run.jobs import Job

Medium = Annotated[Path, typer.Argument(help="The recording.")]
By = Annotated[str, typer.Option("--by", help="Who decides; without it, your user name.")]
Out = Annotated[Path, typer.Option("--out", help="Folder of what came out.")]
Subtitles = Annotated[Path | None, typer.Option("--subtitles", help="As it was given to 'run'.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="As it was given to 'run'; repeatable.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `decisions`, `decide` and `adopt`; `say` prints."""

    @app.command(
        epilog="Examples:  vignette decisions   |   vignette decisions media/talk.mp4 --conflicts   |   "
        "vignette decisions merge media/talk.mp4 ben/talk.edits.jsonl"
    )
    def decisions(
        media: Annotated[
            list[Path] | None, typer.Argument(help="Recordings; without any, all of media/.")
        ] = None,
        conflicts: Annotated[bool, typer.Option("--conflicts", help="Only what no longer fits.")] = False,
        merge: Annotated[
            Path | None, typer.Option("--merge", help="First add what another copy of the journal holds.")
        ] = None,
        out: Out = OUT_FOLDER,
        subtitles: Subtitles = None,
        set_: Settings = None,
        as_json: AsJson = False,
    ) -> int:
        """List what people decided about a recording, and what became of it."""
        if media and str(media[0]) == "merge" and merge is None:
            if len(media) != 3:
                raise UsageError("merge takes a recording and a journal", "decisions merge MEDIA FILE")
            media, merge = media[1:2], media[2]
        jobs = _jobs(tuple(media or ()), out, subtitles, tuple(set_ or ()))
        if merge is not None and len(jobs) != 1:
            raise UsageError("--merge goes with exactly one recording", "name the recording it belongs to")
        added = None if merge is None else _merge(jobs[0], merge)
        return _list(jobs, conflicts, added, as_json, say)

    @app.command(
        epilog='Examples:  vignette decide talk.mp4 --words "Thusrday group" --become "Thursday group"   |   '
        'vignette decide talk.mp4 --words "Come in, Colin." --at 0:33 --speaker "Daniel Marsh"   |   '
        "vignette decide talk.mp4 --words Welcome --show 0:31.2-0:33   |   "
        'vignette decide talk.mp4 --add "Come in." --show 0:28-0:29.5   |   '
        'vignette decide talk.mp4 --vignette vignette-2 --title "The door" --begins 12:30   |   '
        "vignette decide talk.mp4 --reviewed --by Ana   |   vignette decide talk.mp4 --drop 3f2a"
    )
    def decide(
        media: Medium,
        words: Annotated[str, typer.Option("--words", help="Which words, as the transcript has them.")] = "",
        at: Annotated[str, typer.Option("--at", help="When, if the words come more than once.")] = "",
        become: Annotated[
            str | None, typer.Option("--become", help='What they read instead; "" when nobody says them.')
        ] = None,
        speaker: Annotated[str | None, typer.Option("--speaker", help="Who says them.")] = None,
        concept: Annotated[
            str, typer.Option("--concept", help="A concept that they show or do not show.")
        ] = "",
        verdict: Annotated[
            str, typer.Option("--verdict", help="With --concept: confirmed, rejected or added.")
        ] = "confirmed",
        person: Annotated[
            str, typer.Option("--person", help="A speaker's id or name, to be called --name.")
        ] = "",
        name: Annotated[str | None, typer.Option("--name", help="With --person.")] = None,
        role: Annotated[str | None, typer.Option("--role", help="With --person.")] = None,
        said: Annotated[str, typer.Option("--said", help="When they are said: 0:31.2-0:33.")] = "",
        show: Annotated[
            str, typer.Option("--show", help="When their caption is shown: 0:31.2-0:33, 0:31.2-, -0:33.")
        ] = "",
        split: Annotated[
            bool, typer.Option("--split", help="With these words a new caption begins.")
        ] = False,
        merge: Annotated[
            bool, typer.Option("--merge", help="Their captions, or theirs and the next, are one.")
        ] = False,
        delete: Annotated[bool, typer.Option("--delete", help="Their caption goes, with its words.")] = False,
        add: Annotated[str, typer.Option("--add", help="A caption that is missing; with --show.")] = "",
        label: Annotated[str, typer.Option("--label", help="With --add: whose name it shows.")] = "",
        waive: Annotated[str, typer.Option("--waive", help="A rule of 'check' that is right here.")] = "",
        reason: Annotated[str, typer.Option("--reason", help="With --waive: why.")] = "",
        reviewed: Annotated[
            bool, typer.Option("--reviewed", help="You watched all of it (or the caption of --words).")
        ] = False,
        drop: Annotated[str, typer.Option("--drop", help="Withdraw the decision with this id.")] = "",
        insist: Annotated[
            str,
            typer.Option("--insist", help="Settle a conflict: the decision with this id holds after all."),
        ] = "",
        vignette: Annotated[
            str,
            typer.Option("--vignette", help="A part of the video: its id, title or a time in it; or 'new'."),
        ] = "",
        title: Annotated[str | None, typer.Option("--title", help="With --vignette.")] = None,
        kind: Annotated[
            str | None,
            typer.Option(
                "--kind",
                help="With --vignette: introduction, vignette, commentary, closing, other, or a word of your own.",
            ),
        ] = None,
        begins: Annotated[
            str, typer.Option("--begins", help="With --vignette: when it begins (or with which --words).")
        ] = "",
        join: Annotated[
            bool, typer.Option("--join", help="With --vignette: it belongs to the part before it.")
        ] = False,
        by: By = "",
        out: Out = OUT_FOLDER,
        subtitles: Subtitles = None,
        set_: Settings = None,
        as_json: AsJson = False,
    ) -> int:
        """Decide about words, captions, speakers, people, parts, concepts and findings, or settle a conflict; runs apply it."""
        job = _one(media, out, subtitles, tuple(set_ or ()))
        request = DecisionRequest(
            words, at, become, speaker, concept, verdict, said, show, split, merge, delete, add, label, waive, reason,
            person, name, role, reviewed, drop, insist, vignette, title, kind, begins, join,
        )  # fmt: skip
        return _decide(job, request, by or user(), as_json, say)

    @app.command(
        epilog="Examples:  vignette adopt media/talk.mp4 transcripts/talk.en.srt   |   "
        "vignette adopt media/talk.mp4 ~/Downloads/talk.vtt --by Ana --dry-run"
    )
    def adopt(
        media: Medium,
        file: Annotated[Path, typer.Argument(help="Captions that a person mended: SubRip or WebVTT.")],
        by: By = "",
        dry_run: Annotated[
            bool, typer.Option("--dry-run", help="Say what would be decided, no more.")
        ] = False,
        anyway: Annotated[
            bool,
            typer.Option(
                "--anyway", help="Also where the file has hardly a word of ours, lacks many, or other times."
            ),
        ] = False,
        out: Out = OUT_FOLDER,
        subtitles: Subtitles = None,
        set_: Settings = None,
        as_json: AsJson = False,
    ) -> int:
        """Turn what was changed in a caption file into decisions, so that every later run keeps it."""
        job = _one(media, out, subtitles, tuple(set_ or ()))
        return _adopt(job, file, by or user(), dry_run, anyway, as_json, say)


def _jobs(
    media: tuple[Path, ...], out: Path, subtitles: Path | None, overrides: tuple[str, ...]
) -> tuple[Job, ...]:
    from pipeline.run import jobs

    plan = jobs.plan(jobs.Request(media, subtitles, out, overrides))
    if plan.refused:
        raise plan.refused[0][1]
    if not plan.jobs:
        raise UsageError("there is no recording here", "name one")
    return plan.jobs


def _one(media: Path, out: Path, subtitles: Path | None, overrides: tuple[str, ...]) -> Job:
    """The job of the one recording named. Raises UsageError for a folder, whatever it holds."""
    if media.is_dir():
        raise UsageError(
            f"'{media}' is a folder, and one recording is decided about", "name one recording in it"
        )
    (job,) = _jobs((media,), out, subtitles, overrides)
    return job


def user() -> str:
    """The author of a decision when none is named: the login name. Raises UsageError where that is unknown."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        raise UsageError("it is not known who decides", "say so with --by NAME") from None


def _merge(job: Job, other: Path) -> int:
    """Merge another journal into the recording's; returns how many decisions were new."""
    from pipeline import edits

    return edits.merge(edits.journal_of(job.media), other)


def _list(
    jobs: tuple[Job, ...], only_conflicts: bool, added: int | None, as_json: bool, say: Callable[[str], None]
) -> int:
    documents, left = [], 0
    for job in jobs:
        report, note = _report(job)
        left += len(report.conflicts)
        shown = report.conflicts if only_conflicts else report.standings
        document = {"media": str(job.media), **report.as_json(), "decisions": [s.as_json() for s in shown]}
        documents.append(document if added is None else {**document, "merged": added})
        if not as_json:
            merged = f"{added} merged; " if added is not None else ""
            say(f"{job.media}: {merged}{report.summary() or 'nothing was decided'}{note}")
            for standing in shown:
                say(f"  {standing}")
            for strange in report.strange:
                say(f"  {strange}")
            if report.conflicts:
                where = quote(str(job.media))
                say(f"  settle a conflict: vignette decide {where} --drop ID, or --insist ID")
    if as_json:
        say(json.dumps({"recordings": documents}, ensure_ascii=False, indent=1))
    return 1 if left else 0


def _report(job: Job) -> tuple[Any, str]:
    """The ledger of a recording's decisions, and before the first run a remark that they wait for it."""
    from pipeline.edits import Replay, journal_of, read
    from pipeline.run.preview import preview

    contents = read(journal_of(job.media))
    if not contents.decisions:
        return Replay(contents).report, ""
    try:
        return preview(job, contents).replay.report, ""
    except NotCaptioned:
        return Replay(contents).report, f" (until 'vignette run {quote(str(job.media))}')"


def _decide(job: Job, request: DecisionRequest, who: str, as_json: bool, say: Callable[[str], None]) -> int:
    from pipeline import edits
    from pipeline.edits.ledger import wanted
    from pipeline.run.preview import preview

    written = edits.append(
        edits.journal_of(job.media),
        request.decisions(preview(job, tagging=True if request.concept else None), who),
    )
    report = preview(job).replay.report
    if as_json:
        mine = {d.id for d in written}
        standings = [s.as_json() for s in report.standings if s.decision.id in mine]
        say(json.dumps({"media": str(job.media), "decisions": standings}, ensure_ascii=False, indent=1))
    else:
        for decision in written:
            say(f"{decision.id}  {wanted(decision)}")
        if written:
            say(f"{report.summary()}; vignette run {quote(str(job.media))} applies it")
        else:
            say("nothing to decide: it is so already")
    return 0


def _adopt(
    job: Job, file: Path, who: str, dry_run: bool, anyway: bool, as_json: bool, say: Callable[[str], None]
) -> int:
    from pipeline.commands.adopt import adopt
    from pipeline.edits import journal, journal_of
    from pipeline.edits.ledger import wanted

    held = journal.read(journal_of(job.media)) if dry_run else None
    found = (
        adopt.adopt(job, file, who, anyway) if held is None else adopt.decide(job, file, who, held, anyway)
    )
    if as_json:
        say(
            json.dumps(
                {"media": str(job.media), **found.as_json(), "dry_run": dry_run}, ensure_ascii=False, indent=1
            )
        )
        return 1 if found.differing else 0
    for decision in found.decisions if dry_run else ():
        say(f"  {wanted(decision)}")
    say(found.summary(job.media, dry_run))
    for note in found.notes:
        say(f"  note: {note}")
    return 1 if found.differing else 0
