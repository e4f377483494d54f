"""`vignette sheet`: the parts of a recording on one page."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import CAPTIONING, app, command
from pipeline.cli.options import AsJson, Overwrite, Transcripts, print_json
from pipeline.cli.recordings import RENAMED, Recording, existing
from pipeline.errors import UsageError, counted
from pipeline.files import OUT_FOLDER


@command(
    app,
    "vignette sheet media/talk.mp4",
    "vignette sheet media/talk.mp4 -o parts.html",
    panel=CAPTIONING,
    renamed=RENAMED,
)
def sheet(
    media: Recording,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The HTML file.", readable=False, metavar="FILE"),
    ] = None,
    transcripts: Transcripts = OUT_FOLDER,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> int:
    """Show the parts of a recording on one page: a picture, the title, the times and the cast of each."""
    from pipeline.commands.guarded_file import GuardedFile
    from pipeline.commands.mux import transcript_of
    from pipeline.commands.sheet import frames_of, page
    from pipeline.run import derived
    from pipeline.run.store import Store

    media = existing(media)
    target = output or transcripts / f"{media.stem}.parts.html"
    if target.suffix.lower() not in (".html", ".htm"):
        raise UsageError(f"{target.name} is no name for a web page", "end it in .html")
    transcript = transcript_of(media, transcripts)
    place = GuardedFile(target, "sheet", media, "name another with -o", overwrite)
    place.check()
    frames = frames_of(media, transcript.scenes)
    place.write(page(transcript.title or media.stem, transcript, frames))
    derived.remember(Store.of(transcripts, media.stem), [target])
    if as_json:
        print_json({"file": str(target)})
    else:
        print(f"{target}: {counted(len(frames), 'part')}")
    return 0
