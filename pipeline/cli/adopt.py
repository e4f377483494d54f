"""`vignette adopt`: turn what was changed in a caption file into decisions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, json_text
from pipeline.cli.recordings import (
    By,
    Medium,
    Out,
    Settings,
    Subtitles,
    check_order,
    job_of,
    user,
)
from pipeline.files import OUT_FOLDER

if TYPE_CHECKING:
    from pipeline.run.jobs import Job


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `adopt`; `say` prints."""

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
                "--anyway",
                "--yes",
                help="Also where the file has hardly a word of ours, lacks many, or other times.",
            ),
        ] = False,
        exactly: Annotated[
            bool,
            typer.Option("--exactly", help="Take also what an editor rounds or rewrites in the whole file."),
        ] = False,
        out: Out = OUT_FOLDER,
        subtitles: Subtitles = None,
        set_: Settings = None,
        as_json: AsJson = False,
    ) -> int:
        """Turn what was changed in a caption file into decisions, so that every later run keeps it."""
        check_order("adopt", media, file)
        job = job_of(media, out, subtitles, tuple(set_ or ()))
        return _adopt(job, file, by or user(), dry_run, (anyway, exactly), as_json, say)


def _adopt(
    job: Job,
    file: Path,
    who: str,
    dry_run: bool,
    how: tuple[bool, bool],
    as_json: bool,
    say: Callable[[str], None],
) -> int:
    """Adopt, or only tell; `how` is whether to take an implausible file, and whether to take it exactly."""
    from pipeline.commands.adopt import adopt
    from pipeline.edits import journal, journal_of
    from pipeline.edits.ledger import wanted

    held = journal.read(journal_of(job.media)) if dry_run else None
    found = adopt.adopt(job, file, who, *how) if held is None else adopt.decide(job, file, who, held, *how)
    if as_json:
        say(json_text({"media": str(job.media), **found.as_json(), "dry_run": dry_run}))
        return 1 if found.differing else 0
    for decision in found.decisions if dry_run else ():
        say(f"  {wanted(decision)}")
    say(found.summary(job.media, dry_run))
    for note in found.notes:
        say(f"  note: {note}")
    if found.saved:
        say(f"  an editor's doing, and no decision (--exactly takes it): {'; '.join(found.saved)}")
    return 1 if found.differing else 0
