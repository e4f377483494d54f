"""`vignette mux` and `vignette sheet`: a recording's parts as chapters in a copy of it, and as a contact sheet."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import MediaError, UsageError, counted
from pipeline.files import OUT_FOLDER

Recording = Annotated[Path, typer.Argument(help="The recording, captioned before.", readable=False)]
Made = Annotated[Path, typer.Option("--out", help="Folder of what the run made.", readable=False)]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace the file even if something else stands there.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]


def _check_exists(media: Path) -> None:
    """Raise UsageError for a folder, MediaError for what is no file."""
    if media.is_dir():
        raise UsageError(f"'{media}' is a folder", "name one recording in it")
    if not media.is_file():
        raise MediaError(media, "does not exist", "check the name")


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `mux` and `sheet`; `say` prints a line."""

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

        _check_exists(media)
        suffix = media.suffix if media.suffix.lower() in CAPTION_CODECS else ".mkv"
        target = to or out / f"{media.stem}.chapters{suffix}"
        made = mux_captions(media, out, target, overwrite, listened_to(media, out))
        told = "\n".join([f"{made.path}: with chapters and captions", *(f"  - {n}" for n in made.notes)])
        say(json.dumps(made.as_json()) if as_json else told)
        return 0

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

        _check_exists(media)
        target = to or out / f"{media.stem}.parts.html"
        if target.suffix.lower() not in (".html", ".htm"):
            raise UsageError(f"{target.name} is no name for a web page", "end it in .html")
        transcript = transcript_of(media, out)
        place = GuardedFile(target, "sheet", media, "name another with --to", overwrite)
        place.check()
        frames = frames_of(media, transcript.scenes)
        place.write(page(transcript.title or media.stem, transcript, frames))
        say(json.dumps({"file": str(target)}) if as_json else f"{target}: {counted(len(frames), 'part')}")
        return 0
