"""`vignette formats`: the formats that are written and read, and what each keeps and loses."""

from __future__ import annotations

from pipeline.cli.command import CAPTIONING, app, command
from pipeline.cli.options import AsJson, print_json


@command(app, "vignette formats", "vignette formats --json", panel=CAPTIONING)
def formats(as_json: AsJson = False) -> int:
    """List the formats of other tools, with what each keeps of a transcript and what it loses."""
    from pipeline.commands.export import formats_as_json, formats_as_text

    if as_json:
        print_json(formats_as_json())
    else:
        print(formats_as_text())
    return 0
