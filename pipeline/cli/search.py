"""`vignette search`: find what was said."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, shape_of
from pipeline.cli.queries import QUERY, Folder, Format, MediaFolder, query_of, say_answer
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER
from pipeline.search.query.guide import GUIDE
from pipeline.search.query.parser import LIMIT

# The query language as help text; click does not rewrap the lines of a paragraph that begins with \b.
_LANGUAGE = "\b\n" + GUIDE


def register(app: typer.Typer, emit: Callable[[str], None]) -> None:
    """Add the command; it prints through `emit`."""

    @app.command(
        context_settings=QUERY,
        help=f"Find what was said: by words, concept, speaker, place, and what followed what.\n\n{_LANGUAGE}",
        epilog="Examples:  vignette search 'shame -work'   |   "
        "vignette search 'concept:trigger -> concept:feedback within 60s by:other' --clips hits/   |   "
        "vignette search concept:emotion --count-by speaker",
    )
    def search(
        query: Annotated[list[str], typer.Argument(help="What to look for.")],
        folder: Folder = OUT_FOLDER,
        format: Format = "text",
        limit: Annotated[int, typer.Option("--limit", help="How many hits to show.")] = LIMIT,
        count_by: Annotated[
            str | None, typer.Option("--count-by", help="Count by concept, speaker, vignette or video.")
        ] = None,
        clips: Annotated[Path | None, typer.Option("--clips", help="Cut the hits into this folder.")] = None,
        media: MediaFolder = MEDIA_FOLDER,
        exact: Annotated[
            bool, typer.Option("--exact", help="Nothing rather than hits of only some of the words.")
        ] = False,
        as_json: AsJson = False,
    ) -> int:
        shape = shape_of(format, as_json)
        from pipeline.commands import search

        return say_answer(
            emit,
            search.search(query_of("search", query), folder, shape, limit, count_by, clips, media, not exact),
        )
