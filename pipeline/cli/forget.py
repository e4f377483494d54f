"""`vignette forget`: remove everything derived from a recording."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import SETTING_UP, app, command
from pipeline.cli.options import AsJson, Transcripts, Yes, print_json
from pipeline.cli.session import is_terminal
from pipeline.errors import UsageError
from pipeline.files import OUT_FOLDER


@command(
    app,
    "vignette forget talk",
    "vignette forget media/talk.mp4 --yes",
    "vignette forget --all --yes",
    panel=SETTING_UP,
    renamed={"--out": "--transcripts"},
)
def forget(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Recordings: their names, or paths of them or of their outputs."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything derived from any recording.")] = False,
    mended: Annotated[
        bool, typer.Option("--mended", help="Also the outputs that a person has changed.")
    ] = False,
    yes: Yes = False,
    transcripts: Transcripts = OUT_FOLDER,
    as_json: AsJson = False,
) -> int:
    """Remove everything derived from a recording; the recording and its subtitles stay."""
    from pipeline.commands.forget import forget as remove
    from pipeline.commands.forget import known, named, search_index

    if all_ and names:
        raise UsageError("forget these, or all?", "name recordings, or say --all")
    chosen = known(transcripts) if all_ else tuple(named(transcripts, name) for name in names or ())
    if not chosen and not all_:
        there = ", ".join(known(transcripts)) or "none"
        raise UsageError("forget what?", f"name a recording, or --all; there are: {there}")
    if chosen and not yes:
        if as_json or not is_terminal():
            what = f"this removes everything derived from {', '.join(chosen)}, and nobody can be asked here"
            raise UsageError(what, "say --yes if that is meant")
        typer.confirm(f"Remove everything derived from {', '.join(chosen)}?", abort=True)
    results = [remove(transcripts, name, mended) for name in chosen]
    if search_index(transcripts).is_file():
        _index_anew(transcripts)
    if as_json:
        print_json([r.as_json() for r in results])
    else:
        for result in results:
            print(result)
        if not results:
            print(f"nothing in '{transcripts}' was derived from any recording")
    return 0


def _index_anew(transcripts: Path) -> None:
    """Build the index from nothing: a deleted row would leave its words in the file."""
    from pipeline.commands import search

    search.index(transcripts, rebuild=True, as_json=True)
