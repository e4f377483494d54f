"""Options of commands about one recording that was captioned before, and the jobs that their arguments name."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import refuse_folders
from pipeline.errors import MediaError, UsageError

if TYPE_CHECKING:
    from pipeline.run.jobs import Job

Medium = Annotated[Path, typer.Argument(help="The recording.")]
By = Annotated[str, typer.Option("--by", help="Who decides; without it, your user name.")]
Out = Annotated[Path, typer.Option("--out", help="Folder of what came out.")]
Subtitles = Annotated[Path | None, typer.Option("--subtitles", help="As it was given to 'run'.")]
Settings = Annotated[list[str] | None, typer.Option("--set", help="As it was given to 'run'; repeatable.")]
Recording = Annotated[Path, typer.Argument(help="The recording, captioned before.", readable=False)]
Made = Annotated[Path, typer.Option("--out", help="Folder of what the run made.", readable=False)]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace the file even if something else stands there.")
]


def check_order(command: str, media: Path, captions: Path) -> None:
    """Raise UsageError where a recording and its captions are named the wrong way round."""
    from pipeline.formats.readers import TEXT_SUFFIXES
    from pipeline.media.facts import SUFFIXES

    if media.suffix.lower() in TEXT_SUFFIXES and captions.suffix.lower() in SUFFIXES:
        meant = f"did you mean: vignette {command} {quote(str(captions))} {quote(str(media))}?"
        raise UsageError(f"the recording comes first, and '{media}' is text", meant)


def check_exists(media: Path) -> None:
    """Raise UsageError for a folder, MediaError for what is no file."""
    refuse_folders(media)
    if not media.is_file():
        raise MediaError(media, "does not exist", "check the name")


def jobs_of(
    media: tuple[Path, ...], out: Path, subtitles: Path | None, overrides: tuple[str, ...]
) -> tuple[Job, ...]:
    from pipeline.run import jobs

    plan = jobs.plan(jobs.Request(media, subtitles, out, overrides))
    if plan.refused:
        raise plan.refused[0][1]
    if not plan.jobs:
        raise UsageError("there is no recording here", "name one")
    return plan.jobs


def job_of(media: Path, out: Path, subtitles: Path | None, overrides: tuple[str, ...]) -> Job:
    """The job of the one recording named. Raises UsageError for a folder, whatever it holds."""
    refuse_folders(media)
    (job,) = jobs_of((media,), out, subtitles, overrides)
    return job


def user() -> str:
    """The author of a decision when none is named: the login name. Raises UsageError where that is unknown."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        raise UsageError("it is not known who decides", "say so with --by NAME") from None
