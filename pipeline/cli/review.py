"""`vignette review`: the page on which captions are watched, checked, corrected and searched."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.recordings import By, user
from pipeline.errors import UsageError


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `review`; `say` prints a line."""

    @app.command(
        epilog="Examples:  vignette review   |   vignette review my-project --port 9000 --no-browser"
    )
    def review(
        folder: Annotated[
            Path | None, typer.Argument(help="A project, or a folder of recordings.", readable=False)
        ] = None,
        port: Annotated[
            int | None, typer.Option("--port", min=0, max=65535, help="Where to listen; 0 for any free port.")
        ] = None,
        no_browser: Annotated[bool, typer.Option("--no-browser", help="Only print the address.")] = False,
        out: Annotated[
            Path | None, typer.Option("--out", help="Folder of what came out.", readable=False)
        ] = None,
        by: By = "",
    ) -> int:
        """Open the review page in a browser on this machine: watch, check, correct, search. Ctrl-C ends it."""
        from pipeline.review.library import Place
        from pipeline.review.server import serve

        try:
            reviewer = by or user()
        except UsageError:
            reviewer = ""  # the page asks
        serve(Place.of(folder, out), port, reviewer, not no_browser, say)
        return 0
