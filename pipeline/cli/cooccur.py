"""`vignette cooccur`: which concepts occur near which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, shape_of
from pipeline.cli.queries import QUERY, Folder, Format, query_of, say_answer
from pipeline.files import OUT_FOLDER


def register(app: typer.Typer, emit: Callable[[str], None]) -> None:
    """Add the command; it prints through `emit`."""

    @app.command(
        context_settings=QUERY,
        epilog="Examples:  vignette cooccur   |   vignette cooccur --within 0   |   vignette cooccur role:client --format csv",
    )
    def cooccur(
        query: Annotated[
            list[str] | None, typer.Argument(help="Count only in the hits of this query.")
        ] = None,
        within: Annotated[str, typer.Option("--within", help="How near; 0 for the same utterance.")] = "30s",
        folder: Folder = OUT_FOLDER,
        format: Format = "text",
        as_json: AsJson = False,
    ) -> int:
        """Count which concepts occur near which."""
        from pipeline.commands import search

        shape = shape_of(format, as_json)
        return say_answer(emit, search.cooccur(folder, within, query_of("cooccur", query or []), shape))
