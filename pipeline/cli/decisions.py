"""`vignette decisions`: what people decided about a recording, and what became of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline.cli.options import AsJson, json_text
from pipeline.cli.recordings import (
    Out,
    Settings,
    Subtitles,
    jobs_of,
)
from pipeline.errors import NotCaptioned, UsageError
from pipeline.files import OUT_FOLDER

if TYPE_CHECKING:
    from pipeline.run.jobs import Job


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `decisions`; `say` prints."""

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
        jobs = jobs_of(tuple(media or ()), out, subtitles, tuple(set_ or ()))
        if merge is not None and len(jobs) != 1:
            raise UsageError("--merge goes with exactly one recording", "name the recording it belongs to")
        added = None if merge is None else _merge(jobs[0], merge)
        return _list(jobs, conflicts, added, as_json, say)


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
        say(json_text({"recordings": documents}))
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
