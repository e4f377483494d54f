"""`vignette index`: make transcripts searchable."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson
from pipeline.cli.queries import say_answer
from pipeline.files import OUT_FOLDER


def register(app: typer.Typer, emit: Callable[[str], None]) -> None:
    """Add the command; it prints through `emit`."""

    @app.command(epilog="Examples:  vignette index   |   vignette index course/ --rebuild")
    def index(
        folder: Annotated[Path, typer.Argument(help="The folder of transcripts.")] = OUT_FOLDER,
        rebuild: Annotated[bool, typer.Option("--rebuild", help="Build it from nothing.")] = False,
        as_json: AsJson = False,
    ) -> int:
        """Make the transcripts of a folder searchable, or bring that up to date."""
        from pipeline.commands import search

        return say_answer(emit, search.index(folder, rebuild, as_json))
