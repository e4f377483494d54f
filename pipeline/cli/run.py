"""`vignette run`: caption recordings, everything that is not up to date."""

from __future__ import annotations

import json
import os
import sys
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from pipeline.cli.command import CAPTIONING, app, command
from pipeline.cli.options import AsJson, Quiet, Verbose, json_text, print_json
from pipeline.errors import Interrupted, UsageError, printable
from pipeline.files import OUT_FOLDER

if TYPE_CHECKING:
    from pipeline.run.outcome import Outcome

# More processes than this are a slip of the finger.
MOST_JOBS = 256
# Of so many recordings everything is told, of more a line each.
MOST_TOLD = 10
# A request to stop is heard so soon, in seconds, however long a library computes.
PROMPTLY_S = 1.5


@command(
    app,
    "vignette run",
    "vignette run media/talk.mp4",
    "vignette run talk.mp4 --subtitles talk.srt --transcripts out/",
    "vignette run talk.mp4 --heard talk.json     (WhisperX's: nothing is transcribed again)",
    "vignette run --set captions.max_lines=1",
    "vignette run archive/ --jobs 4 --since 7d",
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
    heard: Annotated[
        Path | None,
        typer.Option(
            "--heard",
            help="What Whisper, WhisperX, faster-whisper or whisper.cpp heard of it: their JSON.",
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
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs",
            "-j",
            min=1,
            max=MOST_JOBS,
            envvar="VIGNETTE_JOBS",
            help="So many recordings at once; else what cores and memory allow.",
        ),
    ] = None,
    on_cluster: Annotated[
        str | None,
        typer.Option(
            "--cluster",
            help="On the machines of a Ray cluster: auto, or its head's HOST:PORT.",
            metavar="ADDRESS",
        ),
    ] = None,
    only: Annotated[
        Literal["failed", "stale"] | None,
        typer.Option("--only", help="Only those that failed last, or that status calls stale."),
    ] = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since",
            help="Only those of which a file was changed since: a date, or 36h, 7d.",
            metavar="WHEN",
        ),
    ] = None,
    quiet: Quiet = False,
    verbose: Verbose = False,
    as_json: AsJson = False,
) -> int:
    """Caption recordings: everything that is not up to date."""
    from rich.console import Console

    from pipeline.cli import console
    from pipeline.commands.named_recording import recording_meant
    from pipeline.processes import ended_within
    from pipeline.run import batch, capacity, cluster, selection
    from pipeline.run.jobs import Request
    from pipeline.run.jobs import plan as planned
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
    after = selection.since(since) if since is not None else None
    request = Request(named_media, subtitles, transcripts, (*overrides, *(set_ or ())), heard=heard)
    plan = planned(request)
    if not plan.jobs and not plan.refused and not plan.notices:
        where = ", ".join(map(str, request.media)) or request.folder
        raise UsageError(f"there is no recording in '{where}'", "put one there, or name one")
    plan = selection.chosen(plan, only, after)
    for stray in () if as_json or quiet else plan.strays:
        print(f"note: {printable(stray)}", file=sys.stderr)
    address = cluster.resolved(on_cluster) if on_cluster is not None else None
    if address is not None and (warning := cluster.warning(address)):
        print(f"warning: {printable(warning)}", file=sys.stderr)
    at_once = (jobs or 0) if address is not None else jobs or capacity.at_once(plan.jobs)
    with (
        closing(console.watcher(Console(stderr=True), as_json or quiet, verbose)) as watcher,
        ended_within(PROMPTLY_S, lambda: _say_stopped(as_json)),
    ):
        found = batch.run(plan, watcher, force, at_once, address)
    if as_json:
        print_json({"recordings": [o.as_json() for o in found], "notices": [*plan.notices, *plan.strays]})
    elif quiet:
        _print_outcomes(tuple(o for o in found if o.error))
    else:
        _print_report(found, plan.notices, verbose)
    return 1 if failed(found) else 0


def _print_outcomes(found: tuple[Outcome, ...]) -> None:
    """Print outcomes, failures on stderr."""
    from pipeline.cli import console

    for outcome in found:
        print("\n".join(console.describe(outcome)), file=sys.stderr if outcome.error else sys.stdout)


def _print_report(found: tuple[Outcome, ...], notices: tuple[str, ...], verbose: bool) -> None:
    """Print outcomes, then the notices, and of several recordings a table, which says enough of many."""
    from pipeline.cli import console

    in_full = verbose or len(found) <= MOST_TOLD
    _print_outcomes(tuple(o for o in found if o.error or in_full))
    for notice in notices:
        print(f"note: {printable(notice)}")
    if len(found) > 1:
        print("\n".join(console.table(found)))


def _say_stopped(as_json: bool) -> None:
    """What a stopped run says, where the thread that would have said it computes."""
    error = Interrupted("the command")
    text = json_text({"error": error.facts()}) if as_json else f"vignette: {error}"
    os.write(1 if as_json else 2, f"{text}\n".encode())
