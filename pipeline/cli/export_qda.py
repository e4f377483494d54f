"""`vignette export-qda`: transcripts and codes for programs of qualitative research."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.options import AsJson
from pipeline.cli.queries import Folder, MediaFolder, say_answer
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER


def register(app: typer.Typer, emit: Callable[[str], None]) -> None:
    """Add the command; it prints through `emit`."""

    @app.command(
        "export-qda",
        epilog="Examples:  vignette export-qda group.qdpx   |   vignette export-qda group.qdpx --with-media",
    )
    def export_qda(
        target: Annotated[Path, typer.Argument(help="The project file to write (.qdpx).")],
        folder: Folder = OUT_FOLDER,
        media: MediaFolder = MEDIA_FOLDER,
        with_media: Annotated[bool, typer.Option("--with-media", help="Put the recordings in, too.")] = False,
        as_json: AsJson = False,
    ) -> int:
        """Write the transcripts with times and concepts for NVivo, ATLAS.ti, MAXQDA and QualCoder (REFI-QDA)."""
        from pipeline.commands import search

        return say_answer(emit, search.export_qda(target, folder, media, with_media, as_json))
