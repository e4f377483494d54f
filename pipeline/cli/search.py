"""`vignette index`, `search`, `concordance`, `cooccur` and `export-qda`: the search on the command line."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import shape_of
from pipeline.errors import UsageError
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER
from pipeline.search.query.parser import GUIDE, LIMIT

_Folder = Annotated[Path, typer.Option("--in", help="The folder of transcripts.")]
_Format = Annotated[str, typer.Option("--format", help="text, json, csv or md.")]
_Json = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
_Media = Annotated[Path, typer.Option("--media", help="The folder of recordings.")]
# The query language as help text; click does not rewrap the lines of a paragraph that begins with \b.
_LANGUAGE = "\b\n" + GUIDE

# Unknown options are arguments: "-work" is part of a query.
_QUERY = {"ignore_unknown_options": True}


def register(app: typer.Typer, emit: Callable[[str], None]) -> None:
    """Add `index`, `search`, `concordance`, `cooccur` and `export-qda`; each prints through `emit` and returns its status."""
    _add_index(app, emit)
    _add_search(app, emit)
    _add_concordance(app, emit)
    _add_cooccur(app, emit)
    _add_export(app, emit)


def _add_index(app: typer.Typer, emit: Callable[[str], None]) -> None:
    @app.command(epilog="Examples:  vignette index   |   vignette index course/ --rebuild")
    def index(
        folder: Annotated[Path, typer.Argument(help="The folder of transcripts.")] = OUT_FOLDER,
        rebuild: Annotated[bool, typer.Option("--rebuild", help="Build it from nothing.")] = False,
        as_json: _Json = False,
    ) -> int:
        """Make the transcripts of a folder searchable, or bring that up to date."""
        from pipeline.commands import search

        return _say(emit, search.index(folder, rebuild, as_json))


def _add_search(app: typer.Typer, emit: Callable[[str], None]) -> None:
    @app.command(
        context_settings=_QUERY,
        help=f"Find what was said: by words, concept, speaker, place, and what followed what.\n\n{_LANGUAGE}",
        epilog="Examples:  vignette search 'shame -work'   |   "
        "vignette search 'concept:trigger -> concept:feedback within 60s by:other' --clips hits/   |   "
        "vignette search concept:emotion --count-by speaker",
    )
    def search(
        query: Annotated[list[str], typer.Argument(help="What to look for.")],
        folder: _Folder = OUT_FOLDER,
        format: _Format = "text",
        limit: Annotated[int, typer.Option("--limit", help="How many hits to show.")] = LIMIT,
        count_by: Annotated[
            str | None, typer.Option("--count-by", help="Count by concept, speaker, vignette or video.")
        ] = None,
        clips: Annotated[Path | None, typer.Option("--clips", help="Cut the hits into this folder.")] = None,
        media: _Media = MEDIA_FOLDER,
        as_json: _Json = False,
    ) -> int:
        shape = shape_of(format, as_json)
        from pipeline.commands import search

        return _say(
            emit, search.search(_query("search", query), folder, shape, limit, count_by, clips, media)
        )


def _add_concordance(app: typer.Typer, emit: Callable[[str], None]) -> None:
    @app.command(
        context_settings=_QUERY,
        epilog="Examples:  vignette concordance shame   |   vignette concordance 'feel*' --sort left --format csv",
    )
    def concordance(
        word: Annotated[
            list[str], typer.Argument(help='A word, "a phrase", relaps*; fields may stand beside it.')
        ],
        folder: _Folder = OUT_FOLDER,
        sort: Annotated[str, typer.Option("--sort", help="place, left or right.")] = "place",
        context: Annotated[int, typer.Option("--context", help="How many words on either side.")] = 8,
        limit: Annotated[int, typer.Option("--limit", help="How many lines to show.")] = 100,
        format: _Format = "text",
        as_json: _Json = False,
    ) -> int:
        """Show a word wherever it is said, with what stands left and right of it."""
        shape = shape_of(format, as_json)
        from pipeline.commands import search

        return _say(
            emit, search.concordance(_query("concordance", word), folder, sort, context, shape, limit)
        )


def _add_cooccur(app: typer.Typer, emit: Callable[[str], None]) -> None:
    @app.command(
        context_settings=_QUERY,
        epilog="Examples:  vignette cooccur   |   vignette cooccur --within 0   |   vignette cooccur role:client --format csv",
    )
    def cooccur(
        query: Annotated[
            list[str] | None, typer.Argument(help="Count only in the hits of this query.")
        ] = None,
        within: Annotated[str, typer.Option("--within", help="How near; 0 for the same utterance.")] = "30s",
        folder: _Folder = OUT_FOLDER,
        format: _Format = "text",
        as_json: _Json = False,
    ) -> int:
        """Count which concepts occur near which."""
        from pipeline.commands import search

        shape = shape_of(format, as_json)
        return _say(emit, search.cooccur(folder, within, _query("cooccur", query or []), shape))


def _add_export(app: typer.Typer, emit: Callable[[str], None]) -> None:
    @app.command(
        "export-qda",
        epilog="Examples:  vignette export-qda group.qdpx   |   vignette export-qda group.qdpx --with-media",
    )
    def export_qda(
        target: Annotated[Path, typer.Argument(help="The project file to write (.qdpx).")],
        folder: _Folder = OUT_FOLDER,
        media: _Media = MEDIA_FOLDER,
        with_media: Annotated[bool, typer.Option("--with-media", help="Put the recordings in, too.")] = False,
        as_json: _Json = False,
    ) -> int:
        """Write the transcripts with times and concepts for NVivo, ATLAS.ti, MAXQDA and QualCoder (REFI-QDA)."""
        from pipeline.commands import search

        return _say(emit, search.export_qda(target, folder, media, with_media, as_json))


def _query(command: str, words: list[str]) -> str:
    """Join the arguments of a command into a query. Raises UsageError for an option that there is not."""
    for word in words:
        if word.startswith("--"):
            raise UsageError(f"there is no option {word}", f"vignette {command} --help shows what there is")
    return " ".join(words)


def _say(emit: Callable[[str], None], answer: tuple[str, int]) -> int:
    text, status = answer
    emit(text)
    return status
