"""The exception hierarchy: everything that Vignette itself raises, as one tree.

    VignetteError                    exit status 1
    ├── UsageError                   exit status 2: the command was wrong, nothing was tried
    │   └── SettingsError            a key or a value in vignette.toml, a sidecar or --set
    ├── MediaError                   a recording that cannot be read, or holds no sound
    │   └── NotCaptioned             what a run would have made of it is not there, or no longer fits
    ├── SubtitlesError               a subtitle file or script that cannot be read
    ├── DocumentError                a transcript's JSON that is not ours, or damaged
    ├── WeightsError                 a model whose files are not where they must be
    ├── RecognizerError              a recognizer that gave up
    ├── LexiconError                 a mistake in the file of clinical concepts
    ├── OutputError                  a file that cannot be written, or must not be
    ├── TranscriptError              a transcript that breaks an invariant: a defect of ours
    └── Interrupted                  stopped by the user; what was finished is kept

An error keeps its facts as attributes and derives its sentence from them: *what* is wrong, *where*, and *what to do*.
All of them survive pickling, because stages run in worker processes.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any


def _rebuild(cls: type[VignetteError], facts: dict[str, Any]) -> VignetteError:
    return cls(**facts)


class VignetteError(Exception):
    """The base class: `str(error)` is one sentence for a person, `facts()` the same for a machine."""

    exit_status = 1

    def facts(self) -> dict[str, Any]:
        """The error as plain JSON values: its kind, its sentence and every attribute."""
        named = {f.name: getattr(self, f.name) for f in fields(self)}  # type: ignore[arg-type]
        plain = {k: str(v) if isinstance(v, Path) else v for k, v in named.items()}
        return {"kind": type(self).__name__, "message": str(self), **plain}

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), dict(self.__dict__))


@dataclass(eq=False)
class UsageError(VignetteError):
    """The command line asks for something that makes no sense."""

    problem: str
    remedy: str = ""
    exit_status = 2

    def __str__(self) -> str:
        return _sentence(self.problem, self.remedy)


@dataclass(eq=False)
class SettingsError(VignetteError):
    """A setting that does not exist or cannot have this value.

    `where` is the file (or "--set"), `key` the dotted key, `nearest` the known key it resembles, if any.
    """

    where: str
    key: str
    problem: str
    nearest: str = ""
    exit_status = 2

    def __str__(self) -> str:
        hint = f"did you mean '{self.nearest}'?" if self.nearest else ""
        subject = f"'{self.key}' {self.problem}" if self.key else self.problem
        return _sentence(f"{self.where}: {subject}", hint)


@dataclass(eq=False)
class MediaError(VignetteError):
    """A recording that cannot be used."""

    path: Path
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        return _sentence(f"{self.path}: {self.problem}", self.remedy)


@dataclass(eq=False)
class NotCaptioned(MediaError):
    """A recording of which something is asked that only a run can make."""


@dataclass(eq=False)
class SubtitlesError(VignetteError):
    """A subtitle file or script that cannot be read; `line` counts from 1, `offset` in bytes from 0."""

    path: Path
    problem: str
    remedy: str = ""
    line: int | None = None
    offset: int | None = None

    def __str__(self) -> str:
        place = f", line {self.line}" if self.line is not None else ""
        place += f", byte {self.offset}" if self.offset is not None else ""
        return _sentence(f"{self.path}{place}: {self.problem}", self.remedy)


@dataclass(eq=False)
class DocumentError(VignetteError):
    """A file that is no document of ours, or a damaged one; `where` is the place inside ("utterance 3")."""

    path: Path
    problem: str
    where: str = ""

    def __str__(self) -> str:
        place = f", {self.where}" if self.where else ""
        return f"{self.path}{place}: {self.problem}"


@dataclass(eq=False)
class WeightsError(VignetteError):
    """Model files that are missing or damaged; `remedy` says which files belong where."""

    model: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        return _sentence(f"model '{self.model}': {self.problem}", self.remedy)


@dataclass(eq=False)
class RecognizerError(VignetteError):
    """A recognizer that could not do its work on sound that was readable."""

    recognizer: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        return _sentence(f"recognizer '{self.recognizer}': {self.problem}", self.remedy)


@dataclass(eq=False)
class LexiconError(VignetteError):
    """A mistake in the file of clinical concepts; `line` and `column` count from 1, 0 when the place is unknown."""

    path: Path
    line: int
    column: int
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        place = f", line {self.line}" if self.line else ""
        place += f", column {self.column}" if self.column else ""
        return _sentence(f"{self.path}{place}: {self.problem}", self.remedy)


@dataclass(eq=False)
class OutputError(VignetteError):
    """A file that could not be written, or that we refuse to overwrite."""

    path: Path
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        return _sentence(f"{self.path}: {self.problem}", self.remedy)


@dataclass(eq=False)
class TranscriptError(VignetteError):
    """A transcript that breaks an invariant of `pipeline.transcript.invariants`; never a user's mistake."""

    problem: str

    def __str__(self) -> str:
        return _sentence(
            f"the transcript is inconsistent: {self.problem}", "please report this with the command you ran"
        )


@dataclass(eq=False)
class Interrupted(VignetteError):
    """The user stopped the run; finished stages are kept."""

    stage: str
    exit_status = 130

    def __str__(self) -> str:
        return _sentence(
            f"stopped during '{self.stage}'", "finished stages are kept; run the same command to go on"
        )


def printable(text: str) -> str:
    """The text with control characters escaped: a file's name may hold line breaks and terminal escape sequences."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "replace").decode("ascii") for c in text
    )


def _sentence(problem: str, remedy: str) -> str:
    return printable(f"{problem} - {remedy}" if remedy else problem)
