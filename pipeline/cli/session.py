"""What one call of the command line needs to know of itself: whether it answers in JSON, and how much it tells beside that."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import printable
from pipeline.progress import Progress, silent


@dataclass
class Session:
    """One call of the command line; `as_json` is known before the command is, so that wrong usage too is answered in JSON."""

    as_json: bool = False

    def look_ahead(self, args: Sequence[str]) -> None:
        """Note whether JSON is asked for, whatever else is wrong; what stands behind "--" are no options."""
        options = args[: args.index("--")] if "--" in args else args
        self.as_json = self.as_json or "--json" in options


def remark(text: str) -> None:
    """Say on stderr what is no answer: how an old spelling is called now, what was remembered."""
    print(f"vignette: {printable(text)}", file=sys.stderr)


def is_terminal() -> bool:
    """Whether a person can be asked: both what they see and what they type are a terminal's."""
    return sys.stdin.isatty() and sys.stderr.isatty()


def bar(work: str, hushed: bool) -> Progress:
    """A progress bar for a single piece of work, on a terminal only; none where the answer is JSON or nothing is to be told."""
    if hushed:
        return silent
    from rich.console import Console

    from pipeline.cli import console

    return console.single(Console(stderr=True), work)
