"""What the arguments of the search's commands say, and how their answers are printed."""

from __future__ import annotations

from pipeline.errors import UsageError

# How the folder of transcripts was called in earlier versions.
RENAMED = {"--in": "--transcripts"}


def query_of(command: str, words: list[str]) -> str:
    """Join the arguments of a command into a query. Raises UsageError for an option that there is not."""
    for word in words:
        if word.startswith("--"):
            raise UsageError(f"there is no option {word}", f"vignette {command} --help shows what there is")
    return " ".join(words)


def say_answer(answer: tuple[str, int]) -> int:
    """Print what a command of the search answers; returns its status."""
    text, status = answer
    print(text)
    return status
