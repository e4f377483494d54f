"""`vignette mux`: a copy of a recording with its parts as chapters and its captions inside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.options import AsJson, json_text
from pipeline.cli.recordings import (
    Made,
    Overwrite,
    Recording,
    check_exists,
)
from pipeline.files import OUT_FOLDER

if TYPE_CHECKING:
    pass


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `mux`; `say` prints a line."""

    @app.command(epilog="Examples:  vignette mux media/talk.mp4   |   vignette mux talk.mp4 --to talk.mkv")
    def mux(
        media: Recording,
        to: Annotated[
            Path | None,
            typer.Option("--to", help="The copy: .mp4, .m4v, .mov or .mkv.", readable=False),
        ] = None,
        out: Made = OUT_FOLDER,
        overwrite: Overwrite = False,
        as_json: AsJson = False,
    ) -> int:
        """Copy a recording with chapters and captions that players can switch on; nothing is encoded anew."""
        from pipeline.commands.mux import CAPTION_CODECS
        from pipeline.commands.mux import mux as mux_captions
        from pipeline.run.track import listened_to

        check_exists(media)
        suffix = media.suffix if media.suffix.lower() in CAPTION_CODECS else ".mkv"
        target = to or out / f"{media.stem}.chapters{suffix}"
        made = mux_captions(media, out, target, overwrite, listened_to(media, out))
        told = "\n".join([f"{made.path}: with chapters and captions", *(f"  - {n}" for n in made.notes)])
        say(json_text(made.as_json()) if as_json else told)
        return 0
