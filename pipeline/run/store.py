"""The artefact store: each stage's result, keyed by what the stage read, in `transcripts/.work/<name>/<stage>.json`.

An artefact is a machine result before any human decision. Beside it stand the digests of everything the stage read, so that
the next run can say "up to date", or else which of its inputs changed. The outputs' own digests are kept too: an output whose
bytes are not the ones we wrote last was mended by a person, and is never overwritten.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar

from filelock import BaseFileLock, FileLock, Timeout

from pipeline import leftovers, privacy
from pipeline.errors import BusyError, OutputError
from pipeline.files import WORK_FOLDER, digest_of_file, write_atomic
from pipeline.run.sealed import UNSEALED_RECORD, Damaged, holds, opened, sealed

T = TypeVar("T")
# The files that are tried as locks, in this order.
_LOCKS = ("lock", "run.lock")
# The cache of the recording's digest.
MEDIA_DIGEST = "media-digest.json"

# Digests of the outputs as written last, by file name.
_OUTPUTS = "outputs.json"
# Digests of the outputs that a run is about to write: a write-ahead record. When all are written it says the same as the other
# file, and stands in for it where that one is damaged.
_INTENDED = "intended.json"
# The path of the recording that the store belongs to, relative to the store's folder.
_ORIGIN = "origin"
# The folder with copies of the captions as written last.
_WRITTEN = "written"
# Why there is no artefact, where the stage never left one.
NOT_DONE = "not done yet"
# Why an artefact is not taken, where its bytes are the reason.
DAMAGED = "its artefact was damaged or is of another version"
# All that version 0.1 wrote into an artefact, in this order.
_BEGINS, _PARTS = b'{"stage":', {"stage", "reads", "result"}

_adapters: dict[Any, Any] = {}


def _adapter(kind: Any) -> Any:
    """Pydantic's TypeAdapter, which converts values of this type to JSON and back; cached, because it is costly to build."""
    if kind not in _adapters:
        from pydantic import TypeAdapter

        _adapters[kind] = TypeAdapter(kind)
    return _adapters[kind]


def digest_of(value: Any, kind: Any) -> str:
    """The SHA-256 digest (hexadecimal) of a result's JSON, as `kind` serialises it."""
    return hashlib.sha256(_adapter(kind).dump_json(value)).hexdigest()


@dataclass(frozen=True, slots=True)
class Loaded(Generic[T]):
    """An artefact that is up to date (`result`), or why there is none (`reason`)."""

    result: T | None
    reason: str


@dataclass(frozen=True, slots=True)
class Store:
    """The artefacts of one recording, in `folder`; `damaged` names those that `load` could not use as found."""

    folder: Path
    damaged: set[str] = field(default_factory=set, compare=False, repr=False)

    @classmethod
    def of(cls, out: Path, name: str) -> Store:
        """The store of the recording `name` whose outputs go to `out`."""
        return cls(out / WORK_FOLDER / name)

    def load(self, stage: str, kind: type[T], reads: Mapping[str, Any]) -> Loaded[T]:
        """The stage's artefact if it read the same as `reads`; otherwise why not, in words. Never raises for a damaged one."""
        found = self._loaded(stage, kind, reads)
        if found.reason == DAMAGED:
            self.damaged.add(stage)
        return found

    def _loaded(self, stage: str, kind: type[T], reads: Mapping[str, Any]) -> Loaded[T]:
        try:
            held, is_sealed = self._opened(stage)
            names = changed(held.get("reads"), reads)
            if names:
                return Loaded(None, f"changed: {', '.join(names)}")
            result = _adapter(kind).validate_python(held["result"])
            if not is_sealed and not holds(_adapter(kind).dump_python(result, mode="json"), held["result"]):
                return Loaded(None, DAMAGED)
            return Loaded(result, "up to date")
        except FileNotFoundError:
            return Loaded(None, NOT_DONE)
        except (OSError, KeyError, ValueError):
            return Loaded(None, DAMAGED)

    def _opened(self, stage: str) -> tuple[dict[str, Any], bool]:
        """An artefact, and whether it was sealed. Raises Damaged, or OSError where it cannot be read."""
        held, is_sealed = opened((self.folder / f"{stage}.json").read_bytes(), _BEGINS)
        if set(held) != _PARTS or held["stage"] != stage:
            raise Damaged("it is not an artefact of this stage")
        return held, is_sealed

    def last(self, stage: str, kind: type[T]) -> T | None:
        """The stage's last artefact, whatever it was made of; None where there is none that can be read."""
        try:
            return _adapter(kind).validate_python(self._opened(stage)[0]["result"])  # type: ignore[no-any-return]
        except (OSError, KeyError, ValueError):
            return None

    @contextmanager
    def locked(self, wait_s: float = 0) -> Iterator[None]:
        """Lock this recording against a second run. Raises BusyError when another process holds the lock, `wait_s` seconds
        later still."""
        self.make()
        lock = self._acquired(wait_s)
        try:
            yield
        finally:
            lock.release()

    def _acquired(self, wait_s: float) -> BaseFileLock:
        """The lock, held; under the next name where something that cannot be locked lies under the first."""
        unusable: Exception | None = None
        for name in _LOCKS:
            lock = FileLock(self.folder / name)
            try:
                lock.acquire(timeout=wait_s)
            except Timeout:
                raise BusyError(
                    self.folder, "another run is working on this recording", "wait for it to end"
                ) from None
            except (OSError, NotImplementedError) as error:
                unusable = error
                continue
            return lock
        remedy = f"remove {', '.join(_LOCKS)} in it, or choose another folder with --out"
        raise OutputError(self.folder, f"cannot be locked against a second run: {unusable}", remedy)

    def save(self, stage: str, kind: type[T], reads: Mapping[str, Any], result: T) -> None:
        """Write a stage's artefact atomically. Raises OutputError."""
        payload = {
            "stage": stage,
            "reads": dict(reads),
            "result": _adapter(kind).dump_python(result, mode="json"),
        }
        self.make()
        write_atomic(self.folder / f"{stage}.json", sealed(payload))

    def make(self) -> None:
        """Make the store's folder. Raises OutputError."""
        _make(self.folder)

    def _digests(self, name: str) -> dict[str, str]:
        """The digests in a record of outputs, by file name; none where it is missing. Raises Damaged."""
        try:
            held, _ = opened((self.folder / name).read_bytes(), UNSEALED_RECORD)
        except FileNotFoundError:
            return {}
        except OSError as error:
            raise Damaged(f"it cannot be read: {error.strerror}") from error
        return {str(k): str(v) for k, v in held.items()}

    def _digests_or_none(self, name: str) -> dict[str, str]:
        """The same; none where it is damaged."""
        try:
            return self._digests(name)
        except Damaged:
            return {}

    def written(self) -> dict[str, str]:
        """The SHA-256 digests of the outputs as we wrote them last, by file name; the second record where one is damaged."""
        try:
            return self._digests(_OUTPUTS)
        except Damaged:
            return self._digests_or_none(_INTENDED)

    def is_record_damaged(self) -> bool:
        """Whether what was written last is not known from the record that was meant to tell it."""
        try:
            self._digests(_OUTPUTS)
        except Damaged:
            return True
        return False

    def record_written(self, outputs: Mapping[str, str]) -> None:
        """Record the digests of what was written, by file name. Raises OutputError."""
        self._record(_OUTPUTS, outputs)
        with suppress(OutputError):  # it stands in for the other, which is whole
            self._record(_INTENDED, outputs)

    def intend(self, outputs: Mapping[str, str]) -> None:
        """Record ahead the digests of what is about to be written, so that what an interrupted run leaves stays ours.

        Raises OutputError.
        """
        self._record(_INTENDED, outputs)

    def _record(self, name: str, outputs: Mapping[str, str]) -> None:
        self.make()
        write_atomic(self.folder / name, sealed(dict(sorted(outputs.items()))))

    def ours(self, name: str) -> frozenset[str]:
        """The SHA-256 digests under which a file of this name is ours: as written last, or as an interrupted run meant it."""
        records = (self.written(), self._digests_or_none(_INTENDED))
        return frozenset(held[name] for held in records if name in held)

    def claim(self, media: Path) -> None:
        """Bind this store to `media`. Raises OutputError when it holds what was derived from another recording."""
        here = os.path.relpath(media.resolve(), self.folder.resolve())
        held = self._origin() or here
        other = self.folder / held
        if held != here and other.is_file() and not (media.exists() and other.samefile(media)):
            problem = f"holds what was made of another recording of this name ({other.resolve()})"
            raise OutputError(self.folder, problem, "rename one of them, or choose another folder with --out")
        if self._origin() != here:
            # Its loss costs nobody anything but the warning above; a disk that is full says so at the next file.
            with suppress(OutputError):
                write_atomic(self.folder / _ORIGIN, here)

    def origin(self) -> Path | None:
        """The path of the recording that this store is bound to; None before that."""
        held = self._origin()
        return self.folder / held if held else None

    def _origin(self) -> str:
        """Where the recording lies as seen from here; "" when nothing, or nothing that can be read, says so."""
        origin = self.folder / _ORIGIN
        try:
            held = origin.read_text("utf-8") if origin.is_file() else ""
            (self.folder / held).is_file()  # a name that no file could have is nobody's
        except (OSError, ValueError):
            return ""
        return held if held.isprintable() else ""

    def reads(self, stage: str) -> dict[str, Any]:
        """What the stage's last result was made of; empty when there is none."""
        try:
            found = self._opened(stage)[0]["reads"]
        except (OSError, Damaged):
            return {}
        return found if isinstance(found, dict) else {}

    def keep_written(self, name: str, data: bytes) -> None:
        """Keep a copy of an output as written, to tell later what a person changed in it. Raises OutputError."""
        folder = self.folder / _WRITTEN
        _make(folder)
        write_atomic(folder / name, data)

    def last_written(self, name: str) -> Path | None:
        """The path of the kept copy of an output, None when there is none or it is not of the last time we wrote it."""
        copy = self.folder / _WRITTEN / name
        with suppress(OSError):  # one that cannot be read tells nothing
            if copy.is_file() and digest_of_file(copy) == self.written().get(name):
                return copy
        return None

    def take_over(self, path: Path) -> None:
        """Record a mended output as ours as it stands now, so that the next run may replace it. Raises OutputError."""
        held = self.written()
        if path.name in held:
            self.record_written({**held, path.name: digest_of_file(path)})

    def discard(self) -> None:
        """Remove the store of a recording of which nothing could be made; one that holds an artefact stays."""
        with suppress(OSError):
            if {p.name for p in self.folder.iterdir()} <= {*_LOCKS, _ORIGIN, MEDIA_DIGEST}:
                shutil.rmtree(self.folder)
                self.folder.parent.rmdir()  # where nothing else is in it

    def sweep(self, *folders: Path) -> None:
        """Remove the unfinished files that runs which were killed left in this store, in its output folder and in `folders`."""
        out = self.folder.parent.parent
        leftovers.sweep((self.folder, self.folder / _WRITTEN, self.folder.parent, out, *folders))
        leftovers.sweep_temporary()

    def forget(self) -> None:
        """Remove every artefact of this recording. Raises OutputError."""
        try:
            shutil.rmtree(self.folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise OutputError(
                self.folder, f"cannot be removed: {error.strerror}", "change its permissions, then try again"
            ) from error


def _make(folder: Path) -> None:
    try:
        privacy.make_folder(folder)
    except OSError as error:
        remedy = "choose another folder with --out"
        raise OutputError(folder, f"cannot be made: {error.strerror}", remedy) from error


def changed(before: Any, now: Mapping[str, Any]) -> list[str]:
    """The names of the inputs that differ, compared as JSON would hold them."""
    old = before if isinstance(before, Mapping) else {}
    new = json.loads(json.dumps(dict(now)))
    return [name for name in {**old, **new} if old.get(name) != new.get(name)]
