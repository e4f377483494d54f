"""`vignette concordance`: a word wherever it is said."""

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
        epilog="Examples:  vignette concordance shame   |   vignette concordance 'feel*' --sort left --format csv",
    )
    def concordance(
        word: Annotated[
            list[str], typer.Argument(help='A word, "a phrase", relaps*; fields may stand beside it.')
        ],
        folder: Folder = OUT_FOLDER,
        sort: Annotated[str, typer.Option("--sort", help="place, left or right.")] = "place",
        context: Annotated[int, typer.Option("--context", help="How many words on either side.")] = 8,
        limit: Annotated[int, typer.Option("--limit", help="How many lines to show.")] = 100,
        format: Format = "text",
        as_json: AsJson = False,
    ) -> int:
        """Show a word wherever it is said, with what stands left and right of it."""
        shape = shape_of(format, as_json)
        from pipeline.commands import search

        return say_answer(
            emit, search.concordance(query_of("concordance", word), folder, sort, context, shape, limit)
        )
