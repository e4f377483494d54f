"""Options of commands about one recording that was captioned before, the jobs that their arguments name, and who decides."""

from __future__ import annotations

from pathlib import Path
from shlex import quote
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import refuse_folders
from pipeline.cli.session import is_terminal, remark
from pipeline.errors import MediaError, UsageError

if TYPE_CHECKING:
    from pipeline.run.jobs import Job

# How options were called in earlier versions.
RENAMED = {"--out": "--transcripts", "--to": "--output"}

By = Annotated[
    str, typer.Option("--by", help="Who decides; else the name remembered on this machine.", metavar="NAME")
]
Subtitles = Annotated[
    Path | None, typer.Option("--subtitles", help="As it was given to 'run'.", metavar="FILE")
]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", help="As it was given to 'run'; repeatable.", metavar="STAGE.KEY=VALUE"),
]
Recording = Annotated[
    Path, typer.Argument(help="The recording, captioned before.", readable=False, metavar="MEDIA")
]


def check_order(command: str, media: Path, captions: Path) -> None:
    """Raise UsageError where a recording and its captions are named the wrong way round."""
    from pipeline.formats.readers import TEXT_SUFFIXES
    from pipeline.media.suffixes import SUFFIXES

    if media.suffix.lower() in TEXT_SUFFIXES and captions.suffix.lower() in SUFFIXES:
        meant = f"did you mean: vignette {command} {quote(str(captions))} {quote(str(media))}?"
        raise UsageError(f"the recording comes first, and '{media}' is text", meant)


def existing(media: Path) -> Path:
    """The path of the recording that is named. Raises UsageError for a folder, MediaError for what is no file."""
    from pipeline.commands.named_recording import recording_named

    refuse_folders(media)
    found = recording_named(media)
    if not found.is_file():
        raise MediaError(found, "does not exist", "check the name")
    return found


def jobs_of(
    media: tuple[Path, ...], transcripts: Path, subtitles: Path | None, overrides: tuple[str, ...]
) -> tuple[Job, ...]:
    """The jobs of these recordings, or of all in media/. Raises what planning them raises."""
    from pipeline.commands.named_recording import jobs_named

    return jobs_named(media, transcripts, subtitles, overrides)


def job_of(media: Path, transcripts: Path, subtitles: Path | None, overrides: tuple[str, ...]) -> Job:
    """The job of the one recording named. Raises UsageError for a folder, whatever it holds."""
    refuse_folders(media)
    (job,) = jobs_of((media,), transcripts, subtitles, overrides)
    return job


def author(by: str, as_json: bool = False) -> str:
    """Who decides: who is named, else who is remembered; asked once at a terminal. Raises UsageError where nobody is known."""
    from pipeline.commands import author as authors

    if by:
        return authors.checked(by)
    held = authors.remembered()
    if held is not None:
        return held
    if as_json or not is_terminal():
        raise UsageError("it is not known who decides", "say so with --by NAME")
    name = authors.checked(typer.prompt("Who decides? Your name", err=True))
    remark(f"remembered as {name} in {authors.remember(name)}; --by NAME names another")
    return name


def author_or_login(by: str, as_json: bool = False) -> tuple[str, str]:
    """As `author`; where nobody can be asked, the login name, and a remark that says so. For commands that always took it."""
    try:
        return author(by, as_json), ""
    except UsageError:
        if by:
            raise
        import getpass

        try:
            name = getpass.getuser()
        except (KeyError, OSError, ImportError):
            raise UsageError("it is not known who decides", "say so with --by NAME") from None
        return name, f"decided as '{name}', your login name; --by NAME says who"
