"""The commands that settle what needs a person, as they are typed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from shlex import quote
from typing import Any

from pipeline.commands.decide import suggested
from pipeline.commands.decide.desk import Desk
from pipeline.commands.decide.needs import Need, needs_of
from pipeline.errors import DocumentError, NotCaptioned
from pipeline.run.jobs import Job
from pipeline.run.preview import preview
from pipeline.timing import clock
from pipeline.transcript import Transcript

# So many words of a passage name it in a command.
NAMING_WORDS = 5
# Who looks at it may be nobody in particular: what is only looked at is written down by nobody.
_NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class ToSettle:
    """One thing that needs a person, and the commands that settle it; `need` is None for what must be run first."""

    media: Path
    title: str
    commands: tuple[str, ...]
    need: Need | None = None

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        span = self.need.span if self.need else None
        return {
            "media": str(self.media),
            "kind": self.title,
            "start_ms": span.start_ms if span else None,
            "end_ms": span.end_ms if span else None,
            "evidence": self._evidence(),
            "commands": list(self.commands),
        }

    def _evidence(self) -> list[str]:
        return [f"{what}: {text}" for what, text in (self.need.evidence if self.need else ())]

    def lines(self) -> list[str]:
        """The same for a person."""
        span = self.need.span if self.need else None
        when = f" at {clock(span.start_ms)}" if span else ""
        return [
            f"{self.media}{when}: {self.title}",
            *(f"  {line}" for line in self._evidence()),
            *(f"  {'settle it' if n == 0 else '       or'}: {line}" for n, line in enumerate(self.commands)),
        ]


def to_settle(job: Job) -> list[ToSettle]:
    """All that needs a person about a recording: conflicts, suggested readings, doubtful passages, unnamed voices, reviews.

    Raises JournalError and what reading its inputs raises.
    """
    media = quote(str(job.media))
    try:
        desk = Desk(preview(job), _NOBODY, job)
    except NotCaptioned:
        title = "not captioned yet, or something changed since"
        return [ToSettle(job.media, title, (f"vignette run {media}",))]
    try:
        found = suggested.suggested(job)
    except (NotCaptioned, DocumentError):
        found = ()
    return [
        ToSettle(job.media, need.title, tuple(_commands(need, desk.transcript, media)), need)
        for need in needs_of(desk, found)
    ]


def _commands(need: Need, transcript: Transcript, media: str) -> Iterator[str]:
    if "insist" in need.can:
        right = "it is right as it is now" if need.title.startswith("a review") else "it holds after all"
        yield f"vignette edits conflicts {media} --insist {need.ref}   ({right})"
        yield f"vignette edits undo {media} {need.ref}   (drop it)"
    if "take" in need.can:
        yield f"vignette edits take {media} {need.ref}"
    if "text" in need.can and "take" not in need.can:
        words, at = _named(transcript, need.first, need.last)
        yield f'vignette edits text {media} {words} "..." --at {at}'
    if "add" in need.can and need.span:
        times = f"{_written(need.span.start_ms)}-{_written(need.span.end_ms)}"
        yield f'vignette edits add {media} "{need.proposed or "..."}" {times}'
    if "person" in need.can:
        yield f'vignette edits person {media} {need.ref} --name "..."'
    elif "waive" in need.can:
        yield from _as_it_is(need, transcript, media)
    if "review" in need.can:
        yield f"vignette edits review {media}   (when you watched it again)"


def _as_it_is(need: Need, transcript: Transcript, media: str) -> Iterator[str]:
    """The command that says that the caption there is right as it is."""
    span = need.span
    cue = next((c for c in transcript.captions.cues if span and c.span.overlap_ms(span)), None)
    if cue is not None:
        words, at = _named(transcript, cue.first, cue.last)
        yield f"vignette edits review {media} {words} --at {at}   (it is right as it is)"


def _named(transcript: Transcript, first: int, last: int) -> tuple[str, str]:
    """Words and a time by which a command means these tokens."""
    tokens = transcript.tokens[first : min(last, first + NAMING_WORDS)]
    return quote(" ".join(t.text for t in tokens)), _written(tokens[0].span.start_ms)


def _written(time_ms: int) -> str:
    return f"{clock(time_ms)}.{time_ms % 1000:03}"
