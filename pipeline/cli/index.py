"""`vignette index`: make transcripts searchable."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import SEARCHING, app, command
from pipeline.cli.options import AsJson, Quiet
from pipeline.files import OUT_FOLDER


@command(app, "vignette index", "vignette index course/ --rebuild", panel=SEARCHING)
def index(
    folder: Annotated[Path, typer.Argument(help="The folder of transcripts.", metavar="[DIR]")] = OUT_FOLDER,
    rebuild: Annotated[bool, typer.Option("--rebuild", help="Build it from nothing.")] = False,
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Make the transcripts of a folder searchable, or bring that up to date."""
    from pipeline.commands import search

    text, status = search.index(folder, rebuild, as_json)
    if status or as_json or not quiet:
        print(text)
    return status
