"""`vignette search`: find what was said."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from pipeline.cli.command import QUERY, SEARCHING, app, command
from pipeline.cli.options import AsFormat, AsJson, Format, MediaFolder, Transcripts, shape_of
from pipeline.cli.queries import RENAMED, query_of, say_answer
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER
from pipeline.search.query.guide import GUIDE
from pipeline.search.query.parser import LIMIT

# The query language as help text; click does not rewrap the lines of a paragraph that begins with \b.
_LANGUAGE = "\b\n" + GUIDE


@command(
    app,
    "vignette search 'shame -work'",
    "vignette search 'concept:trigger -> concept:feedback within 60s by:other' --clips hits/",
    "vignette search 'like:\"I could stop if I wanted\" concept:denial>0.6'",
    "vignette search concept:emotion --count-by speaker",
    panel=SEARCHING,
    renamed=RENAMED,
    context_settings=QUERY,
    help=f"Find what was said: by words, concept, speaker, place, and what followed what.\n\n{_LANGUAGE}",
)
def search(
    query: Annotated[list[str], typer.Argument(help="What to look for.")],
    transcripts: Transcripts = OUT_FOLDER,
    format: AsFormat = Format.TEXT,
    limit: Annotated[int, typer.Option("--limit", help="How many hits to show.")] = LIMIT,
    count_by: Annotated[
        Literal["concept", "speaker", "vignette", "video"] | None,
        typer.Option("--count-by", help="Count the hits instead, by this."),
    ] = None,
    clips: Annotated[
        Path | None, typer.Option("--clips", help="Cut the hits into this folder.", metavar="DIR")
    ] = None,
    media: MediaFolder = MEDIA_FOLDER,
    exact: Annotated[
        bool, typer.Option("--exact", help="Nothing rather than hits of only some of the words.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Find what was said."""
    shape = shape_of(format, as_json)
    from pipeline.commands import search

    wanted = query_of("search", query)
    return say_answer(search.search(wanted, transcripts, shape, limit, count_by, clips, media, not exact))
