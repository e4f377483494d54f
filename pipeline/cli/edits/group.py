"""The group `vignette edits`, and the decorator of its acts: an act names what it is about, the rest is the same for all.

@act('vignette edits split talk.mp4 "and then"')
def split(words: Words, at: At = "") -> Act: ...
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar, get_type_hints

import typer

from pipeline.cli.command import CORRECTING, command, subgroup
from pipeline.cli.options import AsJson, Quiet, Transcripts, print_json
from pipeline.cli.recordings import By, Recording, Settings, Subtitles, author, job_of
from pipeline.files import OUT_FOLDER

if TYPE_CHECKING:
    from pipeline.commands.decide.acts import Said
    from pipeline.commands.decide.desk import Act, Recorded

F = TypeVar("F", bound=Callable[..., Any])

Words = Annotated[str, typer.Argument(help="Which words, as the transcript has them.", metavar="WORDS")]
At = Annotated[str, typer.Option("--at", help="When, where the words come more than once.", metavar="TIME")]
FromTo = Annotated[str, typer.Argument(help="From when to when: 0:31.2-0:33.", metavar="FROM-TO")]
Media = Annotated[
    list[Path] | None,
    typer.Argument(help="Recordings; without any, all of media/.", readable=False, metavar="[MEDIA]..."),
]

LOOKING, MANY, WORDS, CAPTIONS, VIDEO, HISTORY = (
    "What there is", "Many at once", "Words", "Captions", "People, parts, reviews", "Taking back"
)  # fmt: skip
"""The headings of the group's help."""

edits = subgroup(
    "edits",
    "Correct transcripts: what you decide is kept beside the recording, and every later run applies it.",
    "vignette edits next",
    'vignette edits text talk.mp4 "Thusrday group" "Thursday group"',
    "vignette edits adopt talk.mp4 transcripts/talk.en.srt",
    "vignette edits undo talk.mp4",
    panel=CORRECTING,
    order=("list", "conflicts", "next", "take", "adopt", "merge", "text", "time", "speaker", "concept", "quote", "style", "cue",
           "split", "join", "delete", "add", "person", "part", "review", "waive", "undo", "redo"),
)  # fmt: skip


def said(words: str, at: str) -> Said:
    """Which words are meant. Raises UsageError for a time that is none."""
    from pipeline.commands.decide.acts import Said
    from pipeline.commands.decide.times import time_of

    return Said(words, time_of(at, "--at"))


def say_recorded(recorded: Recorded, quiet: bool, as_json: bool) -> int:
    """Print what an act came to; returns the exit status, 1 where a decision is a conflict at once."""
    if as_json:
        print_json(recorded.as_json())
    elif not quiet or recorded.conflicts:
        print(recorded)
    return 1 if recorded.conflicts else 0


# What every act takes beside its own: the recording first, options last.
_COMMON: dict[str, tuple[Any, Any]] = {
    "by": (By, ""),
    "transcripts": (Transcripts, OUT_FOLDER),
    "subtitles": (Subtitles, None),
    "set_": (Settings, None),
    "quiet": (Quiet, False),
    "as_json": (AsJson, False),
}


def act(*lines: str, panel: str, tagging: bool | None = None, **more: Any) -> Callable[[F], F]:
    """Register an act: the decorated function says what is decided, from its own arguments; `lines` are its examples.

    `tagging` finds concepts before it is decided about them.
    """

    def registered(function: Callable[..., Act]) -> Any:
        def decide(
            *,
            media: Path,
            by: str,
            transcripts: Path,
            subtitles: Path | None,
            set_: list[str] | None,
            quiet: bool,
            as_json: bool,
            **own: Any,
        ) -> int:
            from pipeline.commands.decide.desk import record

            who = author(by, as_json)
            job = job_of(media, transcripts, subtitles, tuple(set_ or ()))
            return say_recorded(record(job, who, function(**own), tagging), quiet, as_json)

        _take_over(decide, function)
        command(edits, *lines, name=function.__name__.rstrip("_"), panel=panel, **more)(decide)
        return function

    return registered


def _take_over(decide: Any, function: Callable[..., Any]) -> None:
    """Let `decide` look to typer as the function does, between the recording and what all acts take."""
    kind = inspect.Parameter.KEYWORD_ONLY
    # What acts return is known to type checkers alone: its module is imported when an act is called.
    hints = get_type_hints(function, localns={"Act": Any}, include_extras=True)
    own = [p.replace(annotation=hints[p.name]) for p in inspect.signature(function).parameters.values()]
    parameters = [
        inspect.Parameter("media", kind, annotation=Recording),
        *(p.replace(kind=kind) for p in own),
        *(inspect.Parameter(n, kind, annotation=a, default=d) for n, (a, d) in _COMMON.items()),
    ]
    decide.__name__, decide.__doc__ = function.__name__, function.__doc__
    decide.__signature__ = inspect.Signature(parameters, return_annotation=int)
    decide.__annotations__ = {p.name: p.annotation for p in parameters} | {"return": int}
