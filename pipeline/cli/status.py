"""`vignette status`: what is there, what is stale and why, and what needs a person."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import CAPTIONING, app, command
from pipeline.cli.options import AsJson, Quiet, Transcripts, print_json
from pipeline.files import OUT_FOLDER


@command(
    app,
    "vignette status",
    "vignette status media/talk.mp4 --changes",
    "vignette status ~/course --json",
    panel=CAPTIONING,
)
def status(
    places: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Projects, folders or recordings; without any, this project.",
            readable=False,
            metavar="[DIR]...",
        ),
    ] = None,
    changes: Annotated[
        bool,
        typer.Option("--changes", help="Show every caption that the last run changed or the next would."),
    ] = False,
    transcripts: Transcripts = OUT_FOLDER,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Show for every recording its grade, whether it is up to date or why not, and what needs a person; writes nothing.

    The exit status is 1 where a recording cannot be used.
    """
    from pipeline.commands.named_recording import recording_named
    from pipeline.commands.status import status as look

    named = tuple(p if p.is_dir() else recording_named(p) for p in places or ())
    found = look(named, transcripts)
    if as_json:
        print_json({"recordings": [one.as_json() for one in found]})
    elif not found:
        print("there is no recording here; put one into media/")
    elif not quiet:
        print("\n".join(line for one in found for line in one.lines(changes)))
    return 1 if any(one.state == "cannot be used" for one in found) else 0
