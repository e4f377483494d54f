"""Options that several commands share, and the printing of JSON answers."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated, Any

import typer

from pipeline.errors import UsageError

AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON document instead of text.")]
Out = Annotated[Path, typer.Option("--out", help="Folder for what comes out.", readable=False)]


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
    return "json" if as_json else format
