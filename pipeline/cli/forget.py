"""`vignette forget`: remove everything derived from a recording."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, Out, print_json
from pipeline.errors import UsageError
from pipeline.files import OUT_FOLDER

EXAMPLES = "Examples:  vignette forget talk   |   vignette forget media/talk.mp4 --yes   |   vignette forget --all --yes"


def forget(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Recordings: their names, or paths of them or of their outputs."),
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything derived from any recording.")] = False,
    mended: Annotated[
        bool, typer.Option("--mended", help="Also the outputs that a person has changed.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    out: Out = OUT_FOLDER,
    as_json: AsJson = False,
) -> int:
    """Remove everything derived from a recording; the recording and its subtitles stay."""
    from pipeline.commands.forget import forget as remove
    from pipeline.commands.forget import known, named, search_index

    if all_ and names:
        raise UsageError("forget these, or all?", "name recordings, or say --all")
    chosen = known(out) if all_ else tuple(named(out, name) for name in names or ())
    if not chosen and not all_:
        raise UsageError(
            "forget what?",
            f"name a recording, or --all; there are: {', '.join(known(out)) or 'none'}",
        )
    if chosen and not yes:
        if as_json or not sys.stdin.isatty():
            what = f"this removes everything derived from {', '.join(chosen)}, and nobody can be asked here"
            raise UsageError(what, "say --yes if that is meant")
        typer.confirm(f"Remove everything derived from {', '.join(chosen)}?", abort=True)
    results = [remove(out, name, mended) for name in chosen]
    if search_index(out).is_file():
        from pipeline.commands import search

        search.index(
            out, rebuild=True, as_json=True
        )  # from nothing: a deleted row would leave its words in the file
    if as_json:
        print_json([r.as_json() for r in results])
    else:
        for result in results:
            print(result)
        if not results:
            print(f"nothing in '{out}' was derived from any recording")
    return 0
