"""Options and arguments that several commands share, each with one name and one sentence; and the printing of JSON answers."""

from __future__ import annotations

import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.errors import UsageError

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print nothing but errors.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say more of what is done, and why.")]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]
Transcripts = Annotated[
    Path, typer.Option("--transcripts", help="The folder of transcripts.", metavar="DIR", readable=False)
]
MediaFolder = Annotated[Path, typer.Option("--media", help="The folder of recordings.", metavar="DIR")]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Replace the file even if something else stands there.")
]


class Format(StrEnum):
    """The format of an answer of the search."""

    TEXT = "text"
    JSON = "json"
    CSV = "csv"
    MD = "md"


AsFormat = Annotated[Format, typer.Option("--format", help="The format of the answer.")]


def json_text(value: Any) -> str:
    """A command's answer as a JSON document."""
    return json.dumps(value, ensure_ascii=False, indent=1)


def print_json(value: Any) -> None:
    """Print one JSON document on stdout and flush it."""
    sys.stdout.write(json_text(value) + "\n")
    sys.stdout.flush()


def refuse_folders(*paths: Path | None) -> None:
    """Raise UsageError where a folder is named instead of a file in it."""
    for path in paths:
        if path is not None and path.is_dir():
            raise UsageError(f"'{path}' is a folder", "name one file in it")


def shape_of(format: str, as_json: bool) -> str:
    """The format of the answer: `--format` names it, `--json` means "json". Raises UsageError where the two contradict."""
    if as_json and format not in ("text", "json"):
        raise UsageError(f"--json and --format {format} contradict each other", "give one of them")
    return "json" if as_json else str(format)
