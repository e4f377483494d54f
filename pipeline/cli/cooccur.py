"""`vignette cooccur`: which concepts occur near which."""

from __future__ import annotations

from typing import Annotated

import typer

from pipeline.cli.command import QUERY, SEARCHING, app, command
from pipeline.cli.options import AsFormat, AsJson, Format, Transcripts, shape_of
from pipeline.cli.queries import RENAMED, query_of, say_answer
from pipeline.files import OUT_FOLDER


@command(
    app,
    "vignette cooccur",
    "vignette cooccur --within 0",
    "vignette cooccur role:client --format csv",
    panel=SEARCHING,
    renamed=RENAMED,
    context_settings=QUERY,
)
def cooccur(
    query: Annotated[list[str] | None, typer.Argument(help="Count only in the hits of this query.")] = None,
    within: Annotated[str, typer.Option("--within", help="How near; 0 for the same utterance.")] = "30s",
    transcripts: Transcripts = OUT_FOLDER,
    format: AsFormat = Format.TEXT,
    as_json: AsJson = False,
) -> int:
    """Count which concepts occur near which."""
    shape = shape_of(format, as_json)
    from pipeline.commands import search

    return say_answer(search.cooccur(transcripts, within, query_of("cooccur", query or []), shape))
