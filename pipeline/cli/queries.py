"""Options of the commands of the search, and what their arguments say."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from pipeline.errors import UsageError

Folder = Annotated[Path, typer.Option("--in", help="The folder of transcripts.")]
Format = Annotated[str, typer.Option("--format", help="text, json, csv or md.")]
MediaFolder = Annotated[Path, typer.Option("--media", help="The folder of recordings.")]

# Unknown options are arguments: "-work" is part of a query.
QUERY = {"ignore_unknown_options": True}


def query_of(command: str, words: list[str]) -> str:
    """Join the arguments of a command into a query. Raises UsageError for an option that there is not."""
    for word in words:
        if word.startswith("--"):
            raise UsageError(f"there is no option {word}", f"vignette {command} --help shows what there is")
    return " ".join(words)


def say_answer(emit: Callable[[str], None], answer: tuple[str, int]) -> int:
    """Print what a command of the search answers; returns its status."""
    text, status = answer
    emit(text)
    return status
