"""`vignette formats`: the formats that are written and read, and what each keeps and loses."""

from __future__ import annotations

from collections.abc import Callable

import typer

from pipeline.cli.options import AsJson, json_text


def register(app: typer.Typer, say: Callable[[str], None]) -> None:
    """Add `formats`; `say` prints a line."""

    @app.command(epilog="Example:  vignette formats")
    def formats(as_json: AsJson = False) -> int:
        """List the formats of other tools, with what each keeps of a transcript and what it loses."""
        from pipeline.commands.export import formats_as_json, formats_as_text

        say(json_text(formats_as_json()) if as_json else formats_as_text())
        return 0
