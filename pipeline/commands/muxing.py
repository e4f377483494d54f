"""`vignette mux`: a copy of a recording with its chapters and captions inside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import MediaError


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `mux`; `say` prints a line."""

    @app.command(epilog="Examples:  vignette mux media/talk.mp4   |   vignette mux talk.mp4 --to talk.mkv")
    def mux(
        media: Annotated[Path, typer.Argument(help="The recording, captioned before.", readable=False)],
        to: Annotated[
            Path | None,
            typer.Option("--to", help="The copy: .mp4, .m4v, .mov or .mkv.", readable=False),
        ] = None,
        out: Annotated[
            Path, typer.Option("--out", help="Folder of what the run made.", readable=False)
        ] = Path("transcripts"),
        as_json: Annotated[
            bool, typer.Option("--json", help="Print one JSON document instead of text.")
        ] = False,
    ) -> int:
        """Copy a recording with chapters and captions that players can switch on; nothing is encoded anew."""
        from pipeline import muxing

        if not media.is_file():
            raise MediaError(media, "does not exist")
        ending = media.suffix if media.suffix.lower() in muxing.CAPTION_CODECS else ".mkv"
        target = muxing.mux(media, out, to or out / f"{media.stem}.chapters{ending}")
        say(json.dumps({"file": str(target)}) if as_json else f"{target}: with chapters and captions")
        return 0
