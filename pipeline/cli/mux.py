"""`vignette mux`: a copy of a recording with its parts as chapters and its captions inside."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import CAPTIONING, app, command
from pipeline.cli.options import AsJson, Overwrite, Transcripts, print_json
from pipeline.cli.recordings import RENAMED, Recording, existing
from pipeline.files import OUT_FOLDER


@command(
    app,
    "vignette mux media/talk.mp4",
    "vignette mux talk.mp4 -o talk.mkv",
    panel=CAPTIONING,
    renamed=RENAMED,
)
def mux(
    media: Recording,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output", "-o", help="The copy: .mp4, .m4v, .mov or .mkv.", readable=False, metavar="FILE"
        ),
    ] = None,
    transcripts: Transcripts = OUT_FOLDER,
    overwrite: Overwrite = False,
    as_json: AsJson = False,
) -> int:
    """Copy a recording with chapters and captions that players can switch on; nothing is encoded anew."""
    from pipeline.commands.mux import CAPTION_CODECS
    from pipeline.commands.mux import mux as mux_captions
    from pipeline.run.track import listened_to

    media = existing(media)
    suffix = media.suffix if media.suffix.lower() in CAPTION_CODECS else ".mkv"
    target = output or transcripts / f"{media.stem}.chapters{suffix}"
    made = mux_captions(media, transcripts, target, overwrite, listened_to(media, transcripts))
    if as_json:
        print_json(made.as_json())
    else:
        print("\n".join([f"{made.path}: with chapters and captions", *(f"  - {n}" for n in made.notes)]))
    return 0
