"""`vignette edits undo | redo`: whole acts taken back, and put back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import command
from pipeline.cli.edits.group import HISTORY, edits
from pipeline.cli.options import AsJson, Quiet, print_json
from pipeline.cli.recordings import By, author
from pipeline.errors import UsageError

if TYPE_CHECKING:
    from pipeline.commands.decide.taken_back import TakenBack


@command(
    edits,
    "vignette edits undo talk.mp4",
    "vignette edits undo talk.mp4 3f2a     (this decision alone)",
    panel=HISTORY,
)
def undo(
    what: Annotated[
        list[str] | None,
        typer.Argument(
            help="The recording, and the id of what is taken back; without it, what was decided last.",
            metavar="[MEDIA] [ID]",
        ),
    ] = None,
    by: By = "",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Take back what one command decided, however many decisions that were; nothing is lost, 'redo' puts it back."""
    from pipeline.commands.decide import taken_back

    who = author(by, as_json)
    media, named = recording_and_rest(what or [])
    if len(named) > 1:
        raise UsageError(
            "one thing is taken back at a time", "name one id, or none for what was decided last"
        )
    return _say(taken_back.undo(media, who, named[0] if named else ""), quiet, as_json)


@command(edits, "vignette edits redo talk.mp4", "vignette edits redo talk.mp4 --by Ana", panel=HISTORY)
def redo(
    what: Annotated[list[str] | None, typer.Argument(help="The recording.", metavar="[MEDIA]")] = None,
    by: By = "",
    quiet: Quiet = False,
    as_json: AsJson = False,
) -> int:
    """Put back what the last undo took back."""
    from pipeline.commands.decide import taken_back

    who = author(by, as_json)
    media, rest = recording_and_rest(what or [])
    if rest:
        raise UsageError(f"redo takes no '{rest[0]}'", "it puts back what the last undo took back")
    return _say(taken_back.redo(media, who), quiet, as_json)


def recording_and_rest(words: list[str]) -> tuple[Path, list[str]]:
    """The recording among the words of a command (a project's only one where none is named), and the other words."""
    from pipeline.commands.named_recording import names_recording, the_recording

    named = [w for w in words if names_recording(w)]
    return the_recording([Path(w) for w in named]), [w for w in words if w not in named]


def _say(found: TakenBack, quiet: bool, as_json: bool) -> int:
    if as_json:
        print_json(found.as_json())
    elif not quiet:
        print(found)
    return 0
