"""`vignette doctor`: what is installed, found and missing, and what the next run would use."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from pipeline.cli.command import SETTING_UP, app, command
from pipeline.cli.options import AsJson, print_json


@command(app, "vignette doctor", "vignette doctor media/talk.mp4 --json", panel=SETTING_UP)
def doctor(
    media: Annotated[
        list[Path] | None, typer.Argument(help="Recordings to ask about.", readable=False)
    ] = None,
    speed: Annotated[
        bool, typer.Option("--speed", help="Measure how long an hour takes with the Whisper that is here.")
    ] = False,
    as_json: AsJson = False,
) -> int:
    """Say what is installed, found and missing, and what the next run would use."""
    from pipeline.commands.doctor import examine

    found = examine(tuple(media or ()), speed)
    if as_json:
        print_json([f.as_json() for f in found])
    else:
        for finding in found:
            print(finding)
    return 1 if any(f.broken for f in found) else 0
