"""The application `vignette`: its commands, how every failure is reported, and exit statuses.

Exit status: 0 done, 1 something failed, is missing or needs a decision (the rest was done), 2 the command itself is wrong.
With `--json` every command prints one JSON document on stdout and nothing else there, on failure too.
"""

from __future__ import annotations

import errno
import gc
import io
import os
import sys
from copy import copy
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline import network
from pipeline.cli import (  # noqa: F401 - importing a command's module registers it
    align,
    check,
    concepts,
    concordance,
    cooccur,
    deidentify,
    doctor,
    edits,
    export,
    export_qda,
    forget,
    formats,
    index,
    models,
    mux,
    old,
    report,
    review,
    run,
    search,
    sheet,
    status,
)
from pipeline.cli.command import app
from pipeline.cli.options import print_json
from pipeline.cli.session import Session
from pipeline.errors import Interrupted, OutputError, UsageError, VignetteError, printable
from pipeline.processes import stop_on_terminate

# A run makes millions of small values that live until its end and form no circles: looking for circles after each 700 of them,
# as Python does, took a third of the time of reading a long file. Numbers chosen.
_GARBAGE_THRESHOLDS = (50_000, 20, 50)
# What to do about an OSError that no command foresaw.
_REMEDIES = {
    errno.EACCES: "change its permissions",
    errno.EPERM: "change its permissions",
    errno.ENOENT: "check that it exists",
    errno.ENOSPC: "make room, then try again",
}
# Typer brings its own copy of click in newer versions and uses the package in older ones; this is the base class of either.
_WRONG_USAGE: Any = next(c for c in typer.BadParameter.__mro__ if c.__name__ == "ClickException")


def main() -> None:
    """Run the command line and exit; every foreseeable failure becomes one sentence on stderr and an exit status."""
    gc.set_threshold(*_GARBAGE_THRESHOLDS)
    without_network, arguments = network.wished(sys.argv[1:])
    session = Session()
    _check_streams()
    stop_on_terminate()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(
                errors="backslashreplace"
            )  # a terminal that lacks a character is no reason to stop
    try:
        on_cluster = any(word.partition("=")[0] == "--cluster" for word in arguments)
        give_up = network.leave_loopback if on_cluster else network.take_away
        if without_network and (left_open := give_up()):
            print(f"vignette: {left_open}", file=sys.stderr)
        commands = _commands(arguments[0] if arguments else "")
        exit_status = commands(arguments, prog_name="vignette", obj=session, standalone_mode=False)
        sys.stdout.flush()
    except _WRONG_USAGE as error:
        from pipeline.cli.usage import usage_error

        exit_status = _fail(usage_error(error), session)
    except (typer.Abort, KeyboardInterrupt):
        exit_status = _fail(Interrupted("the command"), session)
    except VignetteError as error:
        exit_status = _fail(error, session)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # whoever read us has gone; that is not our failure
        exit_status = 0
    except OSError as error:
        exit_status = _unusable(error, session)
    except UnicodeEncodeError as error:  # a surrogate: how Python shows an argument's byte that is no UTF-8
        exit_status = _fail(_no_text(error), session)
    sys.exit(exit_status if isinstance(exit_status, int) else 0)


@cache
def _commands(name: str) -> Any:
    """The commands for a line that begins with this name, put together once per process: where it is a command's, no other
    command, since building the options of sixty takes longer than most commands do."""
    only = copy(app)
    only.registered_commands = [c for c in app.registered_commands if _name_of(c) == name]
    only.registered_groups = [g for g in app.registered_groups if g.name == name]
    return typer.main.get_command(only if only.registered_commands or only.registered_groups else app)


def _name_of(command: Any) -> str:
    """What a command is called, as Typer names it: as it is told, else as its function is called."""
    return str(command.name or command.callback.__name__.replace("_", "-"))


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
        sys.exit(_fail(error, Session()))


def _unusable(error: OSError, session: Session) -> int:
    """Report an OSError that no command foresaw: the current folder is gone, or the place that output goes to."""
    where = Path(str(error.filename)) if error.filename else Path("the current folder or the output")
    remedy = _REMEDIES.get(error.errno or 0, "check that it exists and has room")
    exit_status = _fail(OutputError(where, f"cannot be used: {error.strerror}", remedy), session)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return exit_status


def _fail(error: VignetteError, session: Session) -> int:
    """Print an error, as JSON on stdout or as a sentence on stderr; returns its exit status."""
    if session.as_json:
        print_json({"error": error.facts()})
    else:
        print(f"vignette: {error}", file=sys.stderr)
    return error.exit_status


def _version(wanted: bool) -> None:
    if wanted:
        from pipeline import __version__

        print(f"vignette {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    no_network: Annotated[
        bool,
        typer.Option(
            network.OPTION,
            help=f"Take the network away before anything is done, anywhere in the line (or {network.VARIABLE}=1).",
        ),
    ] = False,  # taken out of the line by `main`, which every command may have it in
) -> int:
    """Turn recordings of people talking into captions to publish and transcripts to search."""
    if context.invoked_subcommand is None:
        from pipeline.commands.here import here

        print("\n".join(here()))
    return 0
