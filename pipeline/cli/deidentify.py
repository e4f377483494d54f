"""`vignette deidentify`: twins of a recording's outputs with pseudonyms for the names in them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from pipeline.cli.command import CAPTIONING, app, command
from pipeline.cli.options import AsJson, Overwrite, Transcripts, Yes, print_json
from pipeline.cli.session import is_terminal
from pipeline.files import OUT_FOLDER

if TYPE_CHECKING:
    from pipeline.commands.deidentify.deidentify import Proposed


@command(
    app,
    "vignette deidentify media/talk.mp4 --roster talk.key.toml",
    "vignette deidentify media/talk.mp4 --roster talk.key.toml --review",
    "vignette deidentify media/talk.mp4 --roster talk.key.toml --yes --audio -o shared",
    panel=CAPTIONING,
)
def deidentify(
    media: Annotated[Path, typer.Argument(help="The recording, by file or by name.")],
    roster: Annotated[
        Path, typer.Option("--roster", help="The key: who is who. Made where there is none.", metavar="FILE")
    ] = Path("vignette.key.toml"),
    review: Annotated[
        bool, typer.Option("--review", help="Show the names and their pseudonyms first.")
    ] = False,
    audio: Annotated[
        bool, typer.Option("--audio", help="Write the sound, too, silent where names are said.")
    ] = False,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The folder of the twins.", metavar="DIR", readable=False),
    ] = None,
    yes: Yes = False,
    overwrite: Overwrite = False,
    transcripts: Transcripts = OUT_FOLDER,
    as_json: AsJson = False,
) -> int:
    """Write twins of all outputs in which pseudonyms stand for names and places; a person confirms the list first."""
    from pipeline.commands.deidentify import deidentify as twins
    from pipeline.commands.named_recording import jobs_named

    (job,) = jobs_named([media], transcripts)
    folder = output or twins.FOLDER
    found = twins.look(job, roster, folder)
    confirmed = yes or (found.is_confirmed and not review)
    if not confirmed:
        proposal = found.proposal(roster)
        if not as_json:
            _show(proposal)
        if review and is_terminal() and not as_json:
            confirmed = typer.confirm("Are these all its names, and nothing else?")
    notes = twins.save(found, roster, confirmed or (review and found.is_confirmed))
    if not confirmed:
        if as_json:
            print_json(proposal.as_json())
        else:
            print(
                f"No twin was written. Look through {roster}, set confirmed = true in it, then run the same again; or say --yes."
            )
        return 1
    written = twins.write(found, folder, audio, overwrite)
    if as_json:
        print_json(written.as_json())
        return 0
    for path in written.files:
        print(path)
    print(
        f"{written.replaced_words} words are pseudonyms, in {len(written.stretches)} stretches of the sound"
    )
    for note in (*notes, *written.notes):
        print(f"note: {note}")
    return 0


def _show(proposal: Proposed) -> None:
    """Print the names, the new ones marked."""
    print(f"Names and pseudonyms, as they stand in {proposal.key}{' (+ new)' if proposal.new else ''}:")
    for entry in proposal.entries:
        also = f" (also {', '.join(entry.also)})" if entry.also else ""
        becomes = f"-> {entry.pseudonym}" if entry.is_name else "is no name"
        told = f"   [{entry.found}]" if entry.found else ""
        print(f"{'+' if entry in proposal.new else ' '} {entry.kind:<7} {entry.name}{also} {becomes}{told}")
