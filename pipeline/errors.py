"""The exception hierarchy: everything that Vignette itself raises, as one tree.

    VignetteError                    exit status 1
    ├── UsageError                   exit status 2: the command was wrong, nothing was tried
    │   └── QueryError               a search that cannot be read; a caret shows the place
    ├── SettingsError                exit status 2: a key or a value in vignette.toml, a sidecar or --set
    ├── FileError                    what is wrong with one file
    │   ├── MediaError               a recording that cannot be read, or holds no sound
    │   │   └── NotCaptioned         what a run would have made of it is not there, or no longer fits
    │   ├── SubtitlesError           a subtitle file or script that cannot be read
    │   ├── TurnsError               a file of speaker turns (RTTM) that cannot be read
    │   ├── DocumentError            a transcript's JSON that is not ours, or damaged
    │   ├── LexiconError             a mistake in the file of clinical concepts
    │   ├── JournalError             a journal of decisions that cannot be read or written at all
    │   │   └── JournalChanged       a journal that is not any more what somebody saw before they decided
    │   ├── IndexFileError           a search index that is missing, damaged, busy, or none of ours
    │   ├── WorkerDied               a recording whose process was ended from outside, more than once
    │   └── OutputError              a file that cannot be written, or must not be
    │       └── BusyError            what another run is working on
    ├── WeightsError                 a model whose files are not where they must be
    ├── RecognizerError              a recognizer that gave up
    ├── ClusterError                 a cluster that cannot be reached, or went away
    ├── TranscriptError              a transcript that breaks an invariant: a defect of ours
    ├── Defect                       an exception that nobody foresaw: a defect of ours
    └── Interrupted                  stopped by the user; what was finished is kept

An error keeps its facts as attributes and derives its sentence from them: *what* is wrong, *where*, and *what to do*.
All of them survive pickling, because stages run in worker processes. The class names are public: `--json` gives them as `kind`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
class QueryError(UsageError):
    """A query that cannot be read; `at` is the 0-based character the caret stands under."""

    query: str = ""
    at: int = 0

    def __str__(self) -> str:
        return f"{super().__str__()}\n{self.caret()}"

    def facts(self) -> dict[str, Any]:
        """The error as plain JSON values, its message without the caret's lines."""
        return {**super().facts(), "message": super().__str__()}

    def caret(self) -> str:
        """The query and, on a second line, a caret under the place."""
        shown = "".join(c if c.isprintable() else " " for c in self.query)
        return f"  {shown}\n  {' ' * self.at}^"


@dataclass(eq=False)
class FileError(VignetteError):
    """What is wrong with one file, and what to do; the kinds below say what sort of file it is."""

    path: Path
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        return _sentence(f"{self.path}{self.place()}: {self.problem}", self.remedy)

    def place(self) -> str:
        """Where in the file, as it follows the path in the sentence; "" for all of it."""
        return ""


@dataclass(eq=False)
class MediaError(FileError):
    """A recording that cannot be used."""


@dataclass(eq=False)
class NotCaptioned(MediaError):
    """A recording of which something is asked that only a run can make."""


@dataclass(eq=False)
class SubtitlesError(FileError):
    """A subtitle file or script that cannot be read; `line` counts from 1, `offset` in bytes from 0."""

    line: int | None = None
    offset: int | None = None

    def place(self) -> str:
        line = f", line {self.line}" if self.line is not None else ""
        return line + (f", byte {self.offset}" if self.offset is not None else "")


@dataclass(eq=False)
class TurnsError(FileError):
    """A file of speaker turns that cannot be read; `line` counts from 1."""

    line: int | None = None

    def place(self) -> str:
        return f", line {self.line}" if self.line is not None else ""


@dataclass(eq=False)
class DocumentError(FileError):
    """A file that is no document of ours, or a damaged one; `where` is the place inside ("utterance 3")."""

    where: str = ""

    def place(self) -> str:
        return f", {self.where}" if self.where else ""


@dataclass(eq=False)
class LexiconError(FileError):
    """A mistake in the file of clinical concepts; `line` and `column` count from 1, 0 when the place is unknown."""

    line: int = 0
    column: int = 0

    def place(self) -> str:
        line = f", line {self.line}" if self.line else ""
        return line + (f", column {self.column}" if self.column else "")


@dataclass(eq=False)
class JournalError(FileError):
    """A journal of decisions that cannot be read or written at all."""


@dataclass(eq=False)
class JournalChanged(JournalError):
    """A journal that is not any more what somebody saw before they decided."""


@dataclass(eq=False)
class IndexFileError(FileError):
    """An index that cannot be searched or written."""


@dataclass(eq=False)
class WorkerDied(FileError):
    """A recording whose process was ended while it worked, and again when it was tried once more."""


@dataclass(eq=False)
class OutputError(FileError):
    """A file that could not be written, or that we refuse to overwrite."""


@dataclass(eq=False)
class BusyError(OutputError):
    """What another run is working on; later it will do."""


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
class ClusterError(VignetteError):
    """A cluster that cannot be used; `address` is its head's, or "auto"."""

    address: str
    problem: str
    remedy: str = ""

    def __str__(self) -> str:
        return _sentence(f"cluster '{self.address}': {self.problem}", self.remedy)


@dataclass(eq=False)
class TranscriptError(VignetteError):
    """A transcript that breaks an invariant of `pipeline.transcript.invariants`; never a user's mistake."""

    problem: str

    def __str__(self) -> str:
        return _sentence(
            f"the transcript is inconsistent: {self.problem}", "please report this with the command you ran"
        )


@dataclass(eq=False)
class Defect(VignetteError):
    """An unforeseen exception; `log` is a file with its stack trace, which holds nothing of what was said; None where it could
    not be written."""

    kind_of_error: str
    log: Path | None

    def __str__(self) -> str:
        held = f" with {self.log} (it holds no transcript text)" if self.log else ""
        where = f"please report it{held}"
        return _sentence(f"an unforeseen {self.kind_of_error} stopped this recording", where)


@dataclass(eq=False)
class Interrupted(VignetteError):
    """The user stopped the run; finished stages are kept."""

    stage: str
    exit_status = 130

    def __str__(self) -> str:
        return _sentence(
            f"stopped during '{self.stage}'", "finished stages are kept; run the same command to go on"
        )


@contextmanager
def foreign(path: Path, kind: type[FileError], **place: Any) -> Iterator[None]:
    """Exception translation for a reader of foreign files: whatever else than our own errors a file makes it raise becomes one
    error of this kind, which names the file and, where it is known, the place.

    Readers refuse what they know to be wrong themselves; this is for what nobody thought of.
    """
    try:
        yield
    except VignetteError:
        raise
    except Exception as error:
        problem = f"holds something that cannot be read ({type(error).__name__})"
        raise kind(path, problem, "save it anew; if that does not help, please report it", **place) from error


def nearest(wanted: str, known: Iterable[str], most: int = 1, likeness: float = 0.6) -> list[str]:
    """Nearest names, for "did you mean": at most `most` of those known, likest first, whatever their case.

    `likeness` is the least ratio of characters in common (difflib), in [0, 1]; 0.6 is what people take for a slip.
    """
    import difflib

    folded = {name.casefold(): name for name in known if name}
    return [folded[n] for n in difflib.get_close_matches(wanted.strip().casefold(), folded, most, likeness)]


def counted(count: int, one: str, many: str = "") -> str:
    """A number with its noun, "1 caption" and "1,204 captions"; `many` where the plural is not `one` with an s."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def printable(text: str) -> str:
    """The text with control characters escaped: a file's name may hold line breaks and terminal escape sequences."""
    return "".join(
        c if c.isprintable() else c.encode("unicode_escape", "replace").decode("ascii") for c in text
    )


def _sentence(problem: str, remedy: str) -> str:
    return printable(f"{problem} - {remedy}" if remedy else problem)
