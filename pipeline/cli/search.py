"""`vignette search | searches | quotes`: find what was said, save queries, and list what was kept."""

from __future__ import annotations

import re
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer

from pipeline.cli.command import QUERY, SEARCHING, app, command
from pipeline.cli.options import AsFormat, AsJson, Format, MediaFolder, Transcripts, print_json, shape_of
from pipeline.cli.queries import RENAMED, query_of, say_answer
from pipeline.cli.recordings import By, author
from pipeline.errors import UsageError
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
    "vignette search 'concept:ending goodbye' --keep endings --hits 1,3-5 --memo 'says it to the chair'",
    "vignette search 'concept:trigger role:client' --save triggers     (again: vignette search --saved triggers)",
    panel=SEARCHING,
    renamed=RENAMED,
    context_settings=QUERY,
    help=f"Find what was said: by words, concept, speaker, place, and what followed what.\n\n{_LANGUAGE}",
)
def search(
    query: Annotated[list[str] | None, typer.Argument(help="What to look for.")] = None,
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
    keep: Annotated[
        str | None,
        typer.Option("--keep", help="Keep the hits as quotes in this collection.", metavar="COLLECTION"),
    ] = None,
    memo: Annotated[str, typer.Option("--memo", help="What you think of them.", metavar="TEXT")] = "",
    hits: Annotated[
        str, typer.Option("--hits", help="Keep only these of those shown: 1,3-5.", metavar="NUMBERS")
    ] = "",
    save: Annotated[str, typer.Option("--save", help="Save the query under a name.", metavar="NAME")] = "",
    saved: Annotated[str, typer.Option("--saved", help="Ask a saved query again.", metavar="NAME")] = "",
    by: By = "",
    media: MediaFolder = MEDIA_FOLDER,
    exact: Annotated[
        bool, typer.Option("--exact", help="Nothing rather than hits of only some of the words.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Find what was said."""
    shape = shape_of(format, as_json)
    if (memo or hits) and keep is None:
        raise UsageError("--memo and --hits go with --keep", "name a collection: --keep NAME")
    if keep is not None and count_by is not None:
        raise UsageError("what is counted cannot be kept", "leave out --keep or --count-by")
    from pipeline.commands import saved_searches, search

    wanted = query_of("search", query or [])
    if saved:
        again = saved_searches.saved_query(saved, media)
        wanted = f"({again}) {wanted}" if wanted else again
    if not wanted:
        raise UsageError("it is not said what to look for", "name words, a concept, or --saved NAME")
    who = author(by, as_json) if save or keep is not None else ""
    if save:
        saved_searches.save(save, wanted, who, media)
    keeping = search.Keeping(who, numbers_of(hits), memo, keep) if keep is not None else None
    return say_answer(
        search.search(wanted, transcripts, shape, limit, count_by, clips, media, not exact, keeping)
    )


def numbers_of(text: str) -> tuple[int, ...]:
    """The numbers of "1,3-5". Raises UsageError."""
    found: list[int] = []
    for piece in filter(None, (part.strip() for part in text.split(","))):
        match = _NUMBERS.fullmatch(piece)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not 1 <= first <= last:
            raise UsageError(f"--hits '{text}' are no numbers of hits", "write 1,3-5")
        found += range(first, last + 1)
    return tuple(dict.fromkeys(found))


_NUMBERS = re.compile(r"(\d{1,4})(?:\s*-\s*(\d{1,4}))?")


@command(
    app,
    "vignette searches",
    panel=SEARCHING,
)
def searches(media: MediaFolder = MEDIA_FOLDER, as_json: AsJson = False) -> int:
    """List the saved queries; 'vignette search --saved NAME' asks one again."""
    from pipeline.commands import saved_searches

    found = saved_searches.searches(media)
    if as_json:
        print_json([asdict(saved) for saved in found])
    else:
        print("\n".join(map(str, found)) or "no query is saved yet: vignette search QUERY --save NAME")
    return 0


@command(
    app,
    "vignette quotes",
    "vignette quotes --collection endings --format md > endings.md",
    panel=SEARCHING,
)
def quotes(
    collection: Annotated[
        str | None, typer.Option("--collection", help="Only those of this collection.", metavar="NAME")
    ] = None,
    transcripts: Transcripts = OUT_FOLDER,
    media: MediaFolder = MEDIA_FOLDER,
    format: AsFormat = Format.TEXT,
    as_json: AsJson = False,
) -> int:
    """List the quotes that were kept, with citations and memos."""
    shape = shape_of(format, as_json)
    from pipeline.commands import search

    return say_answer(search.kept(transcripts, collection, shape, media))
