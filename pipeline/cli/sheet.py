"""`vignette sheet`: the parts of a recording on one page."""

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
from pipeline.errors import UsageError, counted
from pipeline.files import OUT_FOLDER

if TYPE_CHECKING:
    pass


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `sheet`; `say` prints a line."""

    @app.command(epilog="Example:  vignette sheet media/talk.mp4")
    def sheet(
        media: Recording,
        to: Annotated[Path | None, typer.Option("--to", help="The HTML file.", readable=False)] = None,
        out: Made = OUT_FOLDER,
        overwrite: Overwrite = False,
        as_json: AsJson = False,
    ) -> int:
        """Show the parts of a recording on one page: a picture, the title, the times and the cast of each."""
        from pipeline.commands.guarded_file import GuardedFile
        from pipeline.commands.mux import transcript_of
        from pipeline.commands.sheet import frames_of, page
        from pipeline.run import derived
        from pipeline.run.store import Store

        check_exists(media)
        target = to or out / f"{media.stem}.parts.html"
        if target.suffix.lower() not in (".html", ".htm"):
            raise UsageError(f"{target.name} is no name for a web page", "end it in .html")
        transcript = transcript_of(media, out)
        place = GuardedFile(target, "sheet", media, "name another with --to", overwrite)
        place.check()
        frames = frames_of(media, transcript.scenes)
        place.write(page(transcript.title or media.stem, transcript, frames))
        derived.remember(Store.of(out, media.stem), [target])
        say(json_text({"file": str(target)}) if as_json else f"{target}: {counted(len(frames), 'part')}")
        return 0
