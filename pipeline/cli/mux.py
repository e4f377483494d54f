"""`vignette mux` and `vignette sheet`: what comes of the parts of a recording, for players and for people."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import MediaError, UsageError

Recording = Annotated[Path, typer.Argument(help="The recording, captioned before.", readable=False)]
Made = Annotated[Path, typer.Option("--out", help="Folder of what the run made.", readable=False)]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace the file even if something else stands there.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
MADE_DEFAULT = Path("transcripts")


def _check_there(media: Path) -> None:
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
        out: Made = MADE_DEFAULT,
        overwrite: Overwrite = False,
        as_json: AsJson = False,
    ) -> int:
        """Copy a recording with chapters and captions that players can switch on; nothing is encoded anew."""
        from pipeline.commands import mux as muxing
        from pipeline.run.track import listened_to

        _check_there(media)
        ending = media.suffix if media.suffix.lower() in muxing.CAPTION_CODECS else ".mkv"
        target = to or out / f"{media.stem}.chapters{ending}"
        made = muxing.mux(media, out, target, overwrite, listened_to(media, out))
        told = "\n".join([f"{made.path}: with chapters and captions", *(f"  - {n}" for n in made.notes)])
        say(json.dumps(made.as_json()) if as_json else told)
        return 0

    @app.command(epilog="Example:  vignette sheet media/talk.mp4")
    def sheet(
        media: Recording,
        to: Annotated[Path | None, typer.Option("--to", help="The HTML file.", readable=False)] = None,
        out: Made = MADE_DEFAULT,
        overwrite: Overwrite = False,
        as_json: AsJson = False,
    ) -> int:
        """Show the parts of a recording on one page: a picture, the title, the times and the cast of each."""
        from pipeline.commands import mux as muxing
        from pipeline.commands import sheet as contact_sheet
        from pipeline.commands.guarded_file import GuardedFile

        _check_there(media)
        target = to or out / f"{media.stem}.parts.html"
        if target.suffix.lower() not in (".html", ".htm"):
            raise UsageError(f"{target.name} is no name for a web page", "end it in .html")
        made = muxing.document(out / f"{media.stem}.json", media)
        place = GuardedFile(target, "sheet", media, "name another with --to", overwrite)
        place.check()
        frames = contact_sheet.frames_of(media, made["vignettes"])
        place.write(contact_sheet.page(made["title"] or media.stem, made["vignettes"], made["names"], frames))
        say(json.dumps({"file": str(target)}) if as_json else f"{target}: {len(frames)} parts")
        return 0
