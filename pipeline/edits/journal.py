"""Append-only journal (JSON Lines) of the decisions about a recording, `media/<name>.edits.jsonl`: one decision a line.

- A line is one JSON object (see `model`), so that the file can be read, compared and merged by any tool for text.
- Writers take a lock and append whole lines in one write, flushed to the disk. A crash can leave a torn last line; the next
  writer begins a new one, and the torn one is reported and left where it is.
- A line that is not understood (damaged, or of a later version) is never lost: it stays in the file, is carried along by
  `merge`, and is reported with its number.
- The order of lines means nothing: decisions are replayed by their time, so two people's copies merge in either direction
  to the same decisions.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from filelock import FileLock, Timeout

from pipeline import privacy
from pipeline.edits.model import Decision, NotUnderstood, decision_from_json, sealed
from pipeline.errors import JournalChanged, JournalError

# In place of a recording's own suffix.
SUFFIX = ".edits.jsonl"
# Seconds that a writer waits for another before it gives up.
_LOCK_TIMEOUT_S = 60
# A larger file is refused unread: a hundred thousand decisions are some 50 MB.
_MAX_BYTES = 256 * 1024 * 1024
# Resolution of `Decision.at`: decisions written together stay in order.
_CLOCK_TICK = timedelta(microseconds=1)


def journal_of(media: Path) -> Path:
    """Where a recording's decisions stand: `media/talk.mp4` -> `media/talk.edits.jsonl`."""
    return media.with_name(media.stem + SUFFIX)


@dataclass(frozen=True, slots=True)
class Strange:
    """An invalid or unknown line, kept as it is: its number (from 1), why, and its bytes."""

    line: int
    why: str
    raw: bytes = b""

    def __str__(self) -> str:
        return f"line {self.line} {self.why}"


@dataclass(frozen=True, slots=True)
class Contents:
    """Every decision of a journal in the order of replay, and the lines that are not understood."""

    decisions: tuple[Decision, ...] = ()
    strange: tuple[Strange, ...] = ()


EMPTY = Contents()


def read(path: Path) -> Contents:
    """All that the journal holds; empty when there is no file. Raises JournalError when it is no journal, or unreadable."""
    data = _bytes_of(path)
    if data is None:
        return EMPTY
    by_id: dict[str, Decision] = {}
    strange: list[Strange] = []
    for number, raw in _lines(data):
        try:
            decision = _decision(raw)
            if by_id.get(decision.id, decision) != decision:
                raise NotUnderstood(f"has the id of another decision: {decision.id}")
            by_id[decision.id] = decision
        except NotUnderstood as error:
            strange.append(Strange(number, str(error), raw))
    if strange and not by_id and not any(_resembles_decision(s.raw) for s in strange):
        raise JournalError(
            path, "is not a journal of decisions", "move it away, or bring back the right file"
        )
    return Contents(tuple(sorted(by_id.values(), key=lambda d: d.order)), tuple(strange))


def digest_of(path: Path) -> str:
    """The SHA-256 of the journal's bytes, "" when there is no file. Raises JournalError."""
    data = _bytes_of(path)
    return "" if data is None else hashlib.sha256(data).hexdigest()


def append(
    path: Path, decisions: Sequence[Decision], expected: str | None = None, act: str = ""
) -> tuple[Decision, ...]:
    """Write decisions down, with the time and an id that none of the others has, and return them so. They are one act: several
    bear the name of their group. With `act`, the name of one that was written down before, they belong to that.

    Either all of them are in the file afterwards or none. With `expected`, the digest of the journal that the person saw,
    nothing is written where it has changed since. Raises JournalChanged, JournalError.
    """
    if not decisions:
        return ()
    with locked(path):
        if expected is not None and digest_of(path) != expected:
            raise JournalChanged(path, "was written by somebody else meanwhile", "look again, then decide")
        held = read(path).decisions
        at = _next_time(held[-1].at if held else "")
        group = act or (
            sealed(replace(decisions[0], at=_format_utc(at), group="")).id if len(decisions) > 1 else ""
        )
        stamped = []
        for decision in decisions:
            stamped.append(sealed(replace(decision, at=_format_utc(at), group=group)))
            at += _CLOCK_TICK
        _add_lines(path, [_line(d) for d in stamped])
    return tuple(stamped)


def merge(path: Path, other: Path) -> int:
    """Add what another copy of the journal holds and this one does not, its strange lines too; how many lines were added.

    Raises JournalError.
    """
    data = _bytes_of(other)
    if data is None:
        raise JournalError(other, "does not exist", "check the name")
    read(other)  # refuses what is no journal
    with locked(path):
        here = _bytes_of(path)
        held = {_canonical(raw) for _, raw in _lines(here or b"")}
        new: list[bytes] = []
        for _, raw in _lines(data):
            if _canonical(raw) not in held:
                held.add(_canonical(raw))
                new.append(raw)
        if new:
            _add_lines(path, new)
    return len(new)


def _line(decision: Decision) -> bytes:
    text = json.dumps(decision.to_json(), ensure_ascii=False, separators=(", ", ": "))
    return text.encode("utf-8", "replace")


def _canonical(raw: bytes) -> bytes:
    """One spelling for lines that say the same."""
    try:
        return _line(_decision(raw))
    except NotUnderstood:
        return raw


def _decision(raw: bytes) -> Decision:
    try:
        line = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError):
        raise NotUnderstood("is damaged: it is not JSON") from None
    if not isinstance(line, dict):
        raise NotUnderstood("is damaged: it is not a JSON object")
    return decision_from_json(line)


def _resembles_decision(raw: bytes) -> bool:
    return raw.lstrip().startswith(b'{"at"') or b'"kind"' in raw


def _lines(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Lines with their numbers (from 1), blank ones left out."""
    for number, raw in enumerate(data.removeprefix(b"\xef\xbb\xbf").split(b"\n"), 1):
        if raw.strip():
            yield number, raw.rstrip(b"\r")


def _bytes_of(path: Path) -> bytes | None:
    try:
        found = path.stat()
        if found.st_size > _MAX_BYTES:
            raise JournalError(path, "is too large for a journal of decisions", "is it the right file?")
        if not stat.S_ISREG(found.st_mode):
            raise JournalError(path, "is not a journal of decisions: it is no file", "move it away")
        return path.read_bytes()
    except FileNotFoundError:
        if path.is_symlink():  # what was decided is somewhere else, and a run without it would undo all of it
            raise JournalError(path, "is a link to a file that is not there", "bring it back") from None
        return None
    except OSError as error:
        raise JournalError(
            path, f"cannot be read: {error.strerror}", "nothing was decided or changed"
        ) from error


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """The journal for one writer alone, who may `append` meanwhile: for what is decided by what the journal holds.

    Raises JournalError where another holds it for too long, or it cannot be written.
    """
    if not path.parent.is_dir():  # the lock would make the folder
        raise JournalError(path, "cannot be written: its folder does not exist", "nothing was decided")
    lock = FileLock(path.with_name(f".{path.name}.lock"), is_singleton=True)
    try:
        lock.acquire(timeout=_LOCK_TIMEOUT_S)
    except Timeout:
        raise JournalError(path, "is being written by another program", "try again in a moment") from None
    except OSError as error:
        raise JournalError(path, f"cannot be written: {error.strerror}", "nothing was changed") from error
    try:
        yield
    finally:
        lock.release()


def _add_lines(path: Path, lines: Iterable[bytes]) -> None:
    """Append lines whole and flush them to the disk; on failure the file is as it was. The lock must be held."""
    try:
        handle = os.open(
            path,
            os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0),
            privacy.file_mode(path.parent),
        )
        try:
            size = os.fstat(handle).st_size
            torn = size > 0 and _last_byte(handle, size) != b"\n"
            data = (b"\n" if torn else b"") + b"".join(line + b"\n" for line in lines)
            try:
                _write_all(handle, data)
                os.fsync(handle)
            except OSError:
                os.ftruncate(handle, size)
                raise
        finally:
            os.close(handle)
    except OSError as error:
        raise JournalError(path, f"cannot be written: {error.strerror}", "nothing was decided") from error


def _last_byte(handle: int, size: int) -> bytes:
    os.lseek(handle, size - 1, os.SEEK_SET)
    return os.read(handle, 1)


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]


def _next_time(last: str) -> datetime:
    """Now, or a moment after the last decision where the clock runs behind it."""
    now = datetime.fromtimestamp(time.time(), UTC)
    if not last:
        return now
    return max(now, datetime.strptime(last, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC) + _CLOCK_TICK)


def _format_utc(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
