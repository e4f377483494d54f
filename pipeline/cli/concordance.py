"""`vignette concordance`: a word wherever it is said."""

from __future__ import annotations

from typing import Annotated, Literal

import typer

from pipeline.cli.command import QUERY, SEARCHING, app, command
from pipeline.cli.options import AsFormat, AsJson, Format, Transcripts, shape_of
from pipeline.cli.queries import RENAMED, query_of, say_answer
from pipeline.files import OUT_FOLDER


@command(
    app,
    "vignette concordance shame",
    "vignette concordance 'feel*' --sort left --format csv",
    panel=SEARCHING,
    renamed=RENAMED,
    context_settings=QUERY,
)
def concordance(
    word: Annotated[
        list[str], typer.Argument(help='A word, "a phrase", relaps*; fields may stand beside it.')
    ],
    transcripts: Transcripts = OUT_FOLDER,
    sort: Annotated[
        Literal["place", "left", "right"],
        typer.Option("--sort", help="Sort by place or by the words beside it."),
    ] = "place",
    context: Annotated[int, typer.Option("--context", help="How many words on either side.")] = 8,
    limit: Annotated[int, typer.Option("--limit", help="How many lines to show.")] = 100,
    format: AsFormat = Format.TEXT,
    as_json: AsJson = False,
) -> int:
    """Show a word wherever it is said, with what stands left and right of it."""
    shape = shape_of(format, as_json)
    from pipeline.commands import search

    wanted = query_of("concordance", word)
    return say_answer(search.concordance(wanted, transcripts, sort, context, shape, limit))
