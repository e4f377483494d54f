"""`vignette run`: caption recordings, everything that is not up to date."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipeline.cli.command import CAPTIONING, app, command
from pipeline.cli.options import AsJson, Quiet, Verbose, print_json
from pipeline.errors import UsageError, printable
from pipeline.files import OUT_FOLDER

if TYPE_CHECKING:
    from pipeline.run.outcome import Outcome


@command(
    app,
    "vignette run",
    "vignette run media/talk.mp4",
    "vignette run talk.mp4 --subtitles talk.srt --transcripts out/",
    "vignette run --set captions.max_lines=1",
    panel=CAPTIONING,
)
def run(
    media: Annotated[
        list[Path] | None,
        typer.Argument(help="Recordings or folders; without any, all of media/.", readable=False),
    ] = None,
    subtitles: Annotated[
        Path | None,
        typer.Option(
            "--subtitles",
            help="Subtitles or a script for the one recording named.",
            readable=False,
            metavar="FILE",
        ),
    ] = None,
    turns: Annotated[
        Path | None,
        typer.Option(
            "--turns",
            help="Who speaks when, by another diarization (RTTM), for the one recording named.",
            readable=False,
            metavar="FILE.rttm",
        ),
    ] = None,
    transcripts: Annotated[
        Path,
        typer.Option(
            "--transcripts", "--out", help="Folder for what comes out.", readable=False, metavar="DIR"
        ),
    ] = OUT_FOLDER,
    recognizer: Annotated[
        Literal["auto", "whisper", "sphinx"] | None,
        typer.Option("--recognizer", help="Who listens where there are no subtitles."),
    ] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Whisper's model: a name, or a folder.")
    ] = None,
    verify: Annotated[
        Literal["none", "doubts", "all"] | None,
        typer.Option("--verify", help="What a second ear hears: nothing, doubts and a sample, or all."),
    ] = None,
    audio_track: Annotated[
        int | None,
        typer.Option("--audio-track", min=1, max=99, help="Which of several tracks to listen to, from 1."),
    ] = None,
    shots: Annotated[
        Literal["key-frames", "exact"] | None,
        typer.Option(
            "--shots", help="How cuts are found; exact looks at every picture, which takes minutes."
        ),
    ] = None,
    set_: Annotated[
        list[str] | None,
        typer.Option("--set", help="A setting; repeatable.", metavar="STAGE.KEY=VALUE"),
    ] = None,
    speakers: Annotated[
        int | None, typer.Option("--speakers", min=1, max=100, help="How many people speak at most.")
    ] = None,
    no_speaker_labels: Annotated[
        bool, typer.Option("--no-speaker-labels", help="Captions without the names of speakers.")
    ] = False,
    force: Annotated[
        str | None,
        typer.Option("--force", help="Do this stage again, and what depends on it.", metavar="STAGE"),
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> int:
    """Caption recordings: everything that is not up to date."""
    from rich.console import Console

    from pipeline.cli import console
    from pipeline.commands.named_recording import recording_meant
    from pipeline.run import batch, jobs
    from pipeline.run.outcome import failed

    labels = False if no_speaker_labels else None
    named = [
        ("transcribe.recognizer", recognizer),
        ("transcribe.model", model),
        ("verify.model", model),
        ("verify.mode", verify),
        ("audio_track", audio_track),
        ("speakers.most", speakers),
        ("captions.labels", labels),
        ("turns", str(turns.absolute()) if turns else None),
        ("picture.shots", shots),
    ]
    overrides = [f"{key}={json.dumps(value)}" for key, value in named if value is not None]
    named_media = tuple(recording_meant(path) for path in media or ())
    if turns is not None and len(named_media) != 1:
        raise UsageError("--turns goes with exactly one recording", "name the recording it belongs to")
    request = jobs.Request(named_media, subtitles, transcripts, (*overrides, *(set_ or ())))
    plan = jobs.plan(request)
    if not plan.jobs and not plan.refused and not plan.notices:
        where = ", ".join(map(str, request.media)) or request.folder
        raise UsageError(f"there is no recording in '{where}'", "put one there, or name one")
    for stray in () if as_json or quiet else plan.strays:
        print(f"note: {printable(stray)}", file=sys.stderr)
    watcher = console.watcher(Console(stderr=True), as_json or quiet, verbose)
    found = batch.run(plan, watcher, force)
    if as_json:
        print_json({"recordings": [o.as_json() for o in found], "notices": [*plan.notices, *plan.strays]})
    else:
        _print_outcomes(tuple(o for o in found if o.error) if quiet else found, () if quiet else plan.notices)
    return 1 if failed(found) else 0


def _print_outcomes(found: tuple[Outcome, ...], notices: tuple[str, ...]) -> None:
    """Print outcomes, failures on stderr, then the notices."""
    from pipeline.cli import console

    for outcome in found:
        lines = console.describe(outcome)
        print("\n".join(lines), file=sys.stderr if outcome.error else sys.stdout)
    for notice in notices:
        print(f"note: {notice}")
    if len(found) > 1:
        print(console.headline(found))
