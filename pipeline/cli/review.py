"""`vignette review`: the page on which captions are watched, checked, corrected and searched."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import CORRECTING, app, command
from pipeline.cli.options import Transcripts
from pipeline.cli.recordings import By
from pipeline.files import OUT_FOLDER


@command(
    app,
    "vignette review",
    "vignette review my-project --port 9000 --no-browser",
    panel=CORRECTING,
)
def review(
    folder: Annotated[
        Path | None,
        typer.Argument(help="A project, or a folder of recordings.", metavar="[DIR]", readable=False),
    ] = None,
    port: Annotated[
        int | None, typer.Option("--port", min=0, max=65535, help="Where to listen; 0 for any free port.")
    ] = None,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
    transcripts: Transcripts = OUT_FOLDER,
    by: By = "",
) -> int:
    """Open the review page in a browser on this machine: watch, check, correct, search; Ctrl-C ends it."""
    from pipeline.review.library import Place
    from pipeline.review.server import serve

    out = None if transcripts == OUT_FOLDER else transcripts
    serve(Place.of(folder, out), port, _proposed(by), not no_browser, print)
    return 0


def _proposed(by: str) -> str:
    """The name that the page proposes: the one given, remembered, or of the login; "" where none is known."""
    from pipeline.commands import author
    from pipeline.errors import UsageError

    if by:
        return author.checked(by)
    try:
        return author.remembered() or getpass.getuser()
    except (UsageError, KeyError, OSError, ImportError):
        return ""
