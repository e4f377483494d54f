"""`vignette export`: transcripts in the formats of other tools."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson, json_text
from pipeline.cli.recordings import Made, Overwrite
from pipeline.files import OUT_FOLDER


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `export`; `say` prints a line."""

    @app.command(epilog="Examples:  vignette export talk --to docx   |   vignette export media/talk.mp4 --to ttml -o talk.ttml")
    def export(
        names: Annotated[
            list[str], typer.Argument(help="Recordings or transcripts, by file or by name.", metavar="NAME...")
        ],
        to: Annotated[str, typer.Option("--to", help="The format; 'vignette formats' lists them.", metavar="FORMAT")],
        output: Annotated[
            Path | None, typer.Option("--output", "-o", help="The file to write.", readable=False, metavar="FILE")
        ] = None,
        out: Made = OUT_FOLDER,
        overwrite: Overwrite = False,
        as_json: AsJson = False,
    ) -> int:
        """Write transcripts for other tools: TTML, ASS, Word, ELAN, Praat, spreadsheets, YouTube."""
        from pipeline.commands.export import export_all, format_named

        made = export_all(names, format_named(to), out, output, overwrite)
        if as_json:
            say(json_text({"files": [written.as_json() for written in made]}))
            return 0
        for written in made:
            say(str(written.path))
            for note in written.notes:
                say(f"  {note}")
        return 0
