"""The application `vignette`: its commands, how every failure is reported, and exit statuses.

Exit status: 0 done, 1 something failed, is missing or needs a decision (the rest was done), 2 the command itself is wrong.
With `--json` every command prints one JSON document on stdout and nothing else there, on failure too.
"""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import __version__
from pipeline.cli.options import print_json
from pipeline.errors import Interrupted, OutputError, UsageError, VignetteError, printable
from pipeline.progress import Progress, silent

app = typer.Typer(
    name="vignette",
    help="Turn recordings of people talking into captions to publish and transcripts to search.",
    epilog="Examples:  vignette run   |   vignette run talk.mp4 --subtitles talk.srt   |   vignette doctor",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
)


# Typer brings its own copy of click in newer versions and uses the package in older ones; this is the base class of either.
_WRONG_USAGE: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


def main() -> None:
    """Run the command line and exit; every foreseeable failure becomes one sentence on stderr and an exit status."""
    as_json = "--json" in sys.argv[1:]
    _check_streams()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal that lacks a character is no reason to stop
    try:
        status = app(sys.argv[1:] or ["--help"], standalone_mode=False)
        sys.stdout.flush()
    except _WRONG_USAGE as error:
        from pipeline.cli.usage import usage_error

        status = _fail(usage_error(error), as_json)
    except (typer.Abort, KeyboardInterrupt):
        status = _fail(Interrupted("the command"), as_json)
    except VignetteError as error:
        status = _fail(error, as_json)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read us has gone; that is not our failure
        status = 0
    except OSError as error:
        status = _unusable(error, as_json)
    except UnicodeEncodeError as error:  # a surrogate: how Python shows an argument's byte that is no UTF-8
        status = _fail(_no_text(error), as_json)
    sys.exit(status if isinstance(status, int) else 0)


def _no_text(error: UnicodeEncodeError) -> UsageError:
    """The error for words, not those of a query, that hold bytes which are no text."""
    stray = printable(error.object[error.start : error.end])
    return UsageError(f"what was given holds a byte that is no text ({stray})", "write it in UTF-8")


def _check_streams() -> None:
    """Exit where standard output is closed, before anything is done: nobody would learn what was; a closed stderr is silence.

    Python leaves such a stream out (None), and the system would give its number to the next file that is opened.
    """
    closed = sys.stdout is None
    for number, name in ((1, "stdout"), (2, "stderr")):
        if getattr(sys, name) is None:
            held = os.open(os.devnull, os.O_WRONLY)
            if held != number:
                os.dup2(held, number)
            setattr(sys, name, os.fdopen(number, "w", closefd=False))
    if closed:
        error = OutputError(
            Path("standard output"), "is closed, so nothing was done", "send it to a file: > FILE"
        )
        sys.exit(_fail(error, as_json=False))


def _unusable(error: OSError, as_json: bool) -> int:
    """Report an OSError that no command foresaw: the current folder is gone, or the place that output goes to."""
    where = Path(str(error.filename)) if error.filename else Path("the current folder or the output")
    status = _fail(
        OutputError(where, f"cannot be used: {error.strerror}", "check that it exists and has room"), as_json
    )
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return status


def _fail(error: VignetteError, as_json: bool) -> int:
    """Print an error, as JSON on stdout or as a sentence on stderr; returns its exit status."""
    if as_json:
        print_json({"error": error.facts()})
    else:
        print(f"vignette: {error}", file=sys.stderr)
    return error.exit_status


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


def _watch(stage: str) -> Progress:
    """A progress bar for a single piece of work, on a terminal only and never beside `--json`."""
    from rich.console import Console

    from pipeline.cli import console

    if "--json" in sys.argv[1:]:
        return silent
    return console.single(Console(stderr=True), stage)


def _register() -> None:
    from pipeline.cli import (
        adopt,
        align,
        check,
        concepts,
        concordance,
        cooccur,
        decide,
        decisions,
        doctor,
        export_qda,
        forget,
        index,
        models,
        mux,
        review,
        run,
        search,
        sheet,
    )

    app.command(epilog=run.EXAMPLES)(run.run)
    app.command(epilog=doctor.EXAMPLES)(doctor.doctor)
    app.command(epilog=forget.EXAMPLES)(forget.forget)
    align.register(app, print, _watch)
    check.register(app, print, _watch)
    concepts.register(app, print)
    for command in (
        decisions,
        decide,
        adopt,
        review,
        mux,
        sheet,
        index,
        search,
        concordance,
        cooccur,
        export_qda,
    ):
        command.register(app, print)
    app.add_typer(models.app, name="models")


_register()
