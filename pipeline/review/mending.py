"""Caption files mended elsewhere: what one would change, cue by cue, and its adoption as decisions.

A file is sent as it is, looked at in a temporary folder and gone with the answer; only decisions stay.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from pipeline import edits
from pipeline.commands.adopt import adopt as adoption
from pipeline.commands.adopt.adopt import Adopted
from pipeline.edits.journal import Contents, locked
from pipeline.edits.ledger import Standing, State
from pipeline.edits.model import Decision, Words, sealed
from pipeline.errors import JournalChanged, SubtitlesError, UsageError, counted
from pipeline.files import digest_of, digest_of_file
from pipeline.formats.document import writer
from pipeline.leftovers import temporary_folder
from pipeline.review.asked import sent, text, who
from pipeline.review.library import Library
from pipeline.review.sitting import Sitting
from pipeline.run.caption_changes import caption_changes, counts, shown_in
from pipeline.run.preview import preview
from pipeline.transcript import Transcript

# The most bytes of a file, and the longest word in it: captions of a long film take a seventh of the one, and a word of
# thousands of letters would keep whoever compares it busy for minutes.
MAX_FILE_BYTES = 700_000
MAX_WORD_CHARS = 100
# A file so many times as long as our captions is no mend of them.
MAX_TIMES_OURS = 4
_ROOM_BYTES = 50_000
# Changes that are shown one by one.
MAX_SHOWN = 500
SUFFIXES = (".srt", ".vtt")
# File names that are used as they are, because which output was mended is told by them.
_PLAIN_NAME = re.compile(r"[\w][\w .()-]{0,180}")


def routes(library: Library) -> list[Route]:
    """The addresses for files mended elsewhere."""
    found = Mending(library)
    return [
        Route("/api/videos/{video}/mended", found.look, methods=["POST"]),
        Route("/api/videos/{video}/adopt", found.adopt, methods=["POST"]),
    ]


@dataclass(frozen=True)
class Sent:
    """A file that somebody sent, its name without folders."""

    name: str
    content: bytes

    @classmethod
    def of(cls, asked: dict[str, Any]) -> Sent:
        """The file in a request, checked. Raises UsageError."""
        name = text(asked, "name", 1000).replace("\\", "/").rpartition("/")[2]
        if not name.lower().endswith(SUFFIXES):
            raise UsageError(
                "this is no caption file that is read here", "give one that ends in .srt or .vtt"
            )
        try:
            content = base64.b64decode(text(asked, "content", 4 * MAX_FILE_BYTES), validate=True)
        except (binascii.Error, ValueError):
            raise UsageError("the file did not arrive whole", "drop it again") from None
        if len(content) > MAX_FILE_BYTES:
            raise UsageError(
                "the file is too large for captions", f"at most {MAX_FILE_BYTES // 1000} kB are read"
            )
        if any(len(word) > MAX_WORD_CHARS for word in content.decode("utf-8", "replace").split()):
            raise UsageError(
                f"the file holds a word of more than {MAX_WORD_CHARS} letters", "divide it by spaces"
            )
        return cls(name, content)

    @contextmanager
    def as_file(self, out: Path) -> Iterator[Path]:
        """The file on the disk: the output itself where it is one that was mended in its place, else a copy for a while."""
        beside = out / self.name
        if _PLAIN_NAME.fullmatch(self.name) and _is(beside, digest_of(self.content)):
            yield beside
            return
        with temporary_folder() as folder:
            plain = _PLAIN_NAME.fullmatch(self.name)
            path = folder / (self.name if plain else f"mended{self.name[-4:].lower()}")
            path.write_bytes(self.content)
            try:
                yield path
            except SubtitlesError as error:  # told by the name that the person knows
                raise UsageError(f"{self.name}{error.place()}: {error.problem}", error.remedy) from None


def _is(path: Path, digest: str) -> bool:
    try:
        return path.is_file() and not path.is_symlink() and digest_of_file(path) == digest
    except OSError:
        return False


class Mending:
    """What files mended elsewhere come to, for the recordings of one library."""

    def __init__(self, library: Library) -> None:
        self.library = library

    async def look(self, request: Request) -> Response:
        """What the file would change; nothing is written."""
        sitting, asked = await self._sitting(request), await sent(request)
        return JSONResponse(await run_in_threadpool(_looked, sitting, Sent.of(asked), who(asked)))

    async def adopt(self, request: Request) -> Response:
        """Take the file's changes as decisions."""
        sitting, asked = await self._sitting(request), await sent(request)
        revision, anyway = text(asked, "revision", 100), asked.get("anyway") is True
        found = await run_in_threadpool(_adopted, sitting, Sent.of(asked), who(asked), revision, anyway)
        return JSONResponse({**_told(found), "made": [d.id for d in found.decisions]})

    async def _sitting(self, request: Request) -> Sitting:
        found = await run_in_threadpool(self.library.sitting, request.path_params["video"])
        if found is None:
            raise HTTPException(404)
        return found


def _looked(sitting: Sitting, file: Sent, name: str) -> dict[str, Any]:
    look = sitting.look()
    _check_size(file, look.transcript)
    asks: list[str] = []

    def noted(problem: str) -> bool:
        asks.append(f"This file {problem}.")
        return True

    held = look.shown.replay.contents
    with file.as_file(sitting.job.out) as path:
        found = adoption.decide(sitting.job, path, name, held, noted)
    tried = tuple(sealed(replace(d, at=_at(n))) for n, d in enumerate(found.decisions))
    then = preview(sitting.job, Contents((*held.decisions, *tried), held.strange), tagging=False).transcript
    changes = caption_changes(_shown(look.transcript), _shown(then))
    if over := _taking_back(found.decisions, look.shown.replay.report.standings):
        asks.append(
            f"{counted(over, 'change')} of this file would take back what somebody decided already: "
            "the file may be older than that."
        )
    return {
        "revision": look.revision,
        "asks": asks,
        "counts": counts(changes),
        "changes": [c.as_json() for c in changes[:MAX_SHOWN]],
        "more": max(0, len(changes) - MAX_SHOWN),
        **_told(found),
    }


def _told(found: Adopted) -> dict[str, Any]:
    """What an adoption comes to, without the file's path."""
    return {k: v for k, v in found.as_json().items() if k != "file"}


def _adopted(sitting: Sitting, file: Sent, name: str, revision: str, anyway: bool) -> Adopted:
    look = sitting.look()
    if look.revision != revision:
        raise JournalChanged(sitting.journal, "is not what the page showed", "look again, then decide")
    _check_size(file, look.transcript)
    with locked(sitting.journal), file.as_file(sitting.job.out) as path:
        if edits.read(sitting.journal).decisions != look.shown.replay.contents.decisions:
            raise JournalChanged(sitting.journal, "is not what the page showed", "look again, then decide")
        found = adoption.adopt(sitting.job, path, name, anyway)
    if found.decisions:
        sitting.remaker.soon(sitting.job)
    return found


def _check_size(file: Sent, shown: Transcript) -> None:
    """Raise UsageError for a file that is many times as long as our captions: comparing it would take minutes."""
    ours = sum(len(t.text) + 1 for t in shown.tokens) + 64 * len(shown.captions.cues)
    if len(file.content) > MAX_TIMES_OURS * ours + _ROOM_BYTES:
        raise UsageError("the file is many times as long as these captions", "name the file that was mended")


def _taking_back(decisions: Sequence[Decision], standings: Sequence[Standing]) -> int:
    """How many decisions say again what stood before a decision, or decide the same kind of thing about its place."""
    held = [s.decision for s in standings if s.state in (State.KEPT, State.ALREADY)]
    return sum(any(_takes_back(new, old) for old in held) for new in decisions)


def _takes_back(new: Decision, old: Decision) -> bool:
    if new.kind != old.kind or new.anchor is None or old.anchor is None:
        return False
    if new.anchor.end_ms <= old.anchor.start_ms or old.anchor.end_ms <= new.anchor.start_ms:
        return False
    if isinstance(new.value, Words):
        return new.value.text.split() == old.anchor.text.split()
    return new.value != old.value


def _at(number: int) -> str:
    """A time later than any decision of today, in order: what decisions are tried with that were not made yet."""
    return f"2299-01-01T00:00:{number // 1_000_000:02}.{number % 1_000_000:06}Z"


def _shown(transcript: Transcript) -> Any:
    return shown_in(writer.dumps(transcript).encode("utf-8", "replace")) or ()
