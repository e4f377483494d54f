"""`vignette export-qda`: transcripts and codes for programs of qualitative research."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import SEARCHING, app, command
from pipeline.cli.options import AsJson, MediaFolder, Transcripts
from pipeline.cli.queries import RENAMED, say_answer
from pipeline.files import MEDIA_FOLDER, OUT_FOLDER


@command(
    app,
    "vignette export-qda group.qdpx",
    "vignette export-qda group.qdpx --with-media",
    name="export-qda",
    panel=SEARCHING,
    renamed=RENAMED,
)
def export_qda(
    target: Annotated[Path, typer.Argument(help="The project file to write (.qdpx).", metavar="FILE")],
    transcripts: Transcripts = OUT_FOLDER,
    media: MediaFolder = MEDIA_FOLDER,
    with_media: Annotated[bool, typer.Option("--with-media", help="Put the recordings in, too.")] = False,
    as_json: AsJson = False,
) -> int:
    """Write the transcripts with times and concepts for NVivo, ATLAS.ti, MAXQDA and QualCoder (REFI-QDA)."""
    from pipeline.commands import search

    return say_answer(search.export_qda(target, transcripts, media, with_media, as_json))
