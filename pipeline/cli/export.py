"""`vignette export`: transcripts in the formats of other tools."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import CAPTIONING, app, command
from pipeline.cli.options import AsJson, Overwrite, Transcripts, print_json
from pipeline.files import OUT_FOLDER


@command(
    app,
    "vignette export talk --to docx",
    "vignette export media/talk.mp4 --to ttml -o talk.ttml",
    "vignette export first second --to eaf",
    panel=CAPTIONING,
)
def export(
    names: Annotated[
        list[str], typer.Argument(help="Recordings or transcripts, by file or by name.", metavar="NAME...")
    ],
    to: Annotated[
        str, typer.Option("--to", help="The format; 'vignette formats' lists them.", metavar="FORMAT")
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write.", readable=False, metavar="FILE"),
    ] = None,
    transcripts: Transcripts = OUT_FOLDER,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> int:
    """Write transcripts for other tools: TTML, ASS, Word, ELAN, Praat, spreadsheets, YouTube."""
    from pipeline.commands.export import export_all, format_named

    made = export_all(names, format_named(to), transcripts, output, overwrite)
    if as_json:
        print_json({"files": [written.as_json() for written in made]})
        return 0
    for written in made:
        print(written.path)
        for note in written.notes:
            print(f"  {note}")
    return 0
