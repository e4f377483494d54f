"""Building the index and keeping it up to date with a folder of documents, while others search it.

One run is one transaction: a search sees the index of before or of after, never half of a change. An index
from nothing is built in a file beside and then copied over the old one in one step.
"""

from __future__ import annotations

import contextlib
import gc
import hashlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.search import documents, storage, timeline
from pipeline.search.documents import Document, Scene, Spoken
from pipeline.search.errors import DocumentError, IndexFileError
from pipeline.search.keys import NoRoomError, assign
from pipeline.search.vocabulary import Vocabulary

INDEX_NAME = "search.sqlite"
# A file changed twice within the clock's grain looks unchanged; one changed this shortly before we read it is
# read again.
_RACY_NS = 2_000_000_000

Progress = Callable[[int, int, str], None]


def index_of(folder: Path) -> Path:
    """Where the index of a folder of documents lies."""
    return folder / ".work" / INDEX_NAME


@dataclass(frozen=True, slots=True)
class Built:
    """What an indexing run did; documents are named by their path in the folder."""

    index: Path
    added: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0
    utterances: int = 0
    skipped: tuple[DocumentError, ...] = ()
    rebuilt: bool = False

    def as_json(self) -> dict[str, Any]:
        """The run as plain JSON values."""
        lists = {"added": list(self.added), "changed": list(self.changed), "removed": list(self.removed)}
        counts = {"unchanged": self.unchanged, "utterances": self.utterances, "rebuilt": self.rebuilt}
        return {"index": str(self.index), **lists, **counts, "skipped": [e.facts() for e in self.skipped]}


def update(
    folder: Path, index: Path | None = None, rebuild: bool = False, progress: Progress | None = None
) -> Built:
    """Bring the index of a folder up to date, or build it from nothing.

    `progress` is called with (documents done, of how many, path). Damaged and foreign documents are skipped
    and named in the result. Raises IndexFileError when the folder cannot be read or the index cannot be
    written.
    """
    path = index or index_of(folder)
    storage.need_fts5(path)
    if not folder.is_dir():
        raise IndexFileError(folder, "there is no such folder", "name the folder that holds the transcripts")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with _only_one(path):
            return _update(folder, path, rebuild, progress or (lambda done, of, name: None))
    except sqlite3.Error as error:
        raise storage.damaged(path, error) from None
    except OSError as error:
        raise IndexFileError(path, f"cannot be written: {error.strerror or error}") from None


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[None]:
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_name(path.name + ".lock"))
    try:
        lock.acquire(timeout=0)
    except Timeout:
        raise IndexFileError(path, "another run is writing this index", "wait for it to end") from None
    try:
        yield
    finally:
        lock.release()


def _update(folder: Path, path: Path, rebuild: bool, progress: Progress) -> Built:
    if path.exists() and not rebuild and _is_sound(path):
        connection = storage.open_to_write(path)
        try:
            return _in_one_transaction(_Run(connection, folder, path, progress))
        except NoRoomError:
            pass
        finally:
            connection.close()
    return _from_nothing(folder, path, progress)


def _is_sound(path: Path) -> bool:
    """Whether the file is an index that can be changed. Raises IndexFileError when it is somebody else's
    database.
    """
    try:
        with storage.look_into(path) as connection:
            if storage.is_ours(connection):
                connection.execute("SELECT count(*) FROM documents").fetchone()
                return True
    except sqlite3.DatabaseError:
        pass
    if storage.is_foreign(path):
        raise IndexFileError(
            path, "is a file of another kind and will not be replaced", "choose another name for the index"
        )
    return False


def _from_nothing(folder: Path, path: Path, progress: Progress) -> Built:
    if path.exists():
        _is_sound(path)  # refuses a foreign file
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    part.unlink(missing_ok=True)
    try:
        connection = storage.create(part)
        try:
            built = _in_one_transaction(_Run(connection, folder, path, progress, rebuilt=True))
            connection.execute("INSERT INTO words(words) VALUES('optimize')")
            _put_in_place(connection, part, path)
        finally:
            connection.close()
        if part.exists():
            _flush(part)
            part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    storage.open_to_write(path).close()  # from here on with a write-ahead log
    return built


def _flush(path: Path) -> None:
    """Wait until the file is on the disk, so that a power cut cannot leave half of an index under its name."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _put_in_place(connection: sqlite3.Connection, part: Path, path: Path) -> None:
    """Copy a finished index over the one that may be in use; a damaged or missing one is simply replaced
    later.
    """
    with contextlib.suppress(sqlite3.DatabaseError):
        if path.exists() and _is_sound(path):
            target = storage.open_to_write(path)
            try:
                connection.backup(target)
            finally:
                target.close()
            part.unlink()
            return
    for old in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        old.unlink(missing_ok=True)


def _in_one_transaction(run: _Run) -> Built:
    run.connection.execute("BEGIN IMMEDIATE")
    try:
        built = run.everything()
    except BaseException:  # Ctrl-C too leaves the index as it was
        with contextlib.suppress(sqlite3.Error):
            run.connection.execute("ROLLBACK")
        raise
    run.connection.execute("COMMIT")
    run.connection.execute("PRAGMA analysis_limit=400")
    run.connection.execute("ANALYZE")  # how queries are planned; a sample is enough
    return built


@dataclass
class _Run:
    """One indexing run over one open index."""

    connection: sqlite3.Connection
    folder: Path
    index: Path
    progress: Progress
    rebuilt: bool = False
    concepts: dict[str, int] = field(default_factory=dict)

    def everything(self) -> Built:
        rows = self.connection.execute("SELECT path, key, size, mtime_ns, seen_ns, digest FROM documents")
        held = {row[0]: row[1:] for row in rows}
        self.concepts = dict(self.connection.execute("SELECT name, id FROM concepts"))
        files = {p.relative_to(self.folder).as_posix(): p for p in documents.find(self.folder)}
        keys = assign({name: h[0] for name, h in held.items()}, list(files))
        added, changed, removed = list[str](), list[str](), list[str]()
        skipped, unchanged = list[DocumentError](), 0
        for name in sorted(held.keys() - files.keys()):
            self.remove(held[name][0])
            removed.append(name)
        for number, (name, path) in enumerate(files.items(), 1):
            self.progress(number, len(files), name)
            try:
                new = self.refresh(name, path, keys[name], held.get(name))
            except DocumentError as error:
                skipped.append(error)
                if name in held:
                    self.remove(held[name][0])
                    removed.append(name)
                continue
            if not new:
                unchanged += 1
            else:
                (changed if name in held else added).append(name)
        self.connection.execute("DELETE FROM concepts WHERE id NOT IN (SELECT DISTINCT concept FROM tags)")
        total = self.connection.execute("SELECT coalesce(sum(utterances), 0) FROM documents").fetchone()[0]
        lists = tuple(added), tuple(changed), tuple(removed)
        return Built(self.index, *lists, unchanged, total, tuple(skipped), self.rebuilt)

    def refresh(self, name: str, path: Path, key: int, held: Sequence[int | str] | None) -> bool:
        """Index one document unless it is unchanged; whether it was indexed."""
        try:
            stat = path.stat()
            now_ns = time.time_ns()
            if (
                held
                and (stat.st_size, stat.st_mtime_ns) == (held[1], held[2])
                and stat.st_mtime_ns < int(held[3]) - _RACY_NS
            ):
                return False
            data = path.read_bytes()
        except OSError as error:
            raise DocumentError(path, f"cannot be read: {error.strerror}") from None
        digest = hashlib.sha256(data).hexdigest()
        facts = len(data), stat.st_mtime_ns, now_ns
        if held and digest == held[4]:
            sql = "UPDATE documents SET size = ?, mtime_ns = ?, seen_ns = ? WHERE key = ?"
            self.connection.execute(sql, (*facts, key))
            return False
        with _without_collector():
            document = documents.parse(data, path)
            if held:
                self.remove(key)
            self.insert(document, key, name, digest, facts)
        return True

    def remove(self, key: int) -> None:
        """Take a document out, with everything that hangs on it."""
        ids = key << storage.ORDINAL_BITS, (key + 1) << storage.ORDINAL_BITS
        self.connection.execute(
            "INSERT INTO words(words, rowid, text, place) "
            "SELECT 'delete', id, text, place FROM utterances WHERE id >= ? AND id < ? ORDER BY id",
            ids,
        )
        self.connection.execute("DELETE FROM tags WHERE utterance >= ? AND utterance < ?", ids)
        self.connection.execute("DELETE FROM utterances WHERE id >= ? AND id < ?", ids)
        self.connection.execute(
            "DELETE FROM speaker_names WHERE speaker IN (SELECT id FROM speakers WHERE document = ?)", (key,)
        )
        for table in ("speakers", "vignettes"):
            self.connection.execute(f"DELETE FROM {table} WHERE document = ?", (key,))
        self.connection.execute("DELETE FROM documents WHERE key = ?", (key,))

    def insert(
        self, document: Document, key: int, path: str, digest: str, facts: tuple[int, int, int]
    ) -> None:
        """Put a document in."""
        d = document
        speakers = [self.speaker(key, p.id, p.name, p.role) for p in d.people]
        scenes = [self.scene(key, s) for s in d.scenes]
        places = [_joined(d.title, s.title) for s in d.scenes]
        first = key << storage.ORDINAL_BITS
        rows = [
            (
                first + n,
                u.id,
                None if u.speaker is None else speakers[u.speaker],
                None if u.scene is None else scenes[u.scene],
                u.start_ms,
                u.end_ms,
                u.text,
                d.title if u.scene is None else places[u.scene],
            )
            for n, u in enumerate(d.utterances)
        ]
        self.connection.executemany(f"INSERT INTO utterances VALUES({_marks(8)})", rows)
        words = ((r[0], r[6], r[7]) for r in rows)
        self.connection.executemany("INSERT INTO words(rowid, text, place) VALUES(?,?,?)", words)
        blob = timeline.pack((r[4], r[5], r[2], r[3]) for r in rows)
        about = (d.name, d.title, d.lang, d.grade, d.draft, d.duration_ms, len(rows), blob)
        row = (key, path, digest, *facts, *about)
        self.connection.execute(f"INSERT INTO documents VALUES({_marks(len(row))})", row)
        Vocabulary(self.connection).add(u.text for u in d.utterances)
        tags = [t for n, u in enumerate(d.utterances) if u.tags for t in self.tags(u, first + n)]
        self.connection.executemany(f"INSERT INTO tags VALUES({_marks(14)})", tags)

    def speaker(self, key: int, label: str, name: str, role: str) -> int:
        row = (key, label, name, role, fold(role))
        id = (
            self.connection.execute(f"INSERT INTO speakers VALUES(NULL,{_marks(len(row))})", row).lastrowid
            or 0
        )
        names = {fold(label), fold(name), *fold(name).split()} - {""}
        self.connection.executemany("INSERT INTO speaker_names VALUES(?,?)", [(n, id) for n in names])
        return id

    def scene(self, key: int, scene: Scene) -> int:
        row = (
            key,
            scene.id,
            scene.kind,
            scene.number,
            scene.title,
            fold(scene.title),
            scene.start_ms,
            scene.end_ms,
        )
        return (
            self.connection.execute(f"INSERT INTO vignettes VALUES(NULL,{_marks(len(row))})", row).lastrowid
            or 0
        )

    def tags(self, spoken: Spoken, utterance: int) -> Iterator[tuple[object, ...]]:
        for nth, t in enumerate(spoken.tags):
            flags = tuple(f in t.flags for f in documents.FLAGS)
            place = (t.start_char, t.end_char, t.start_ms, t.end_ms)
            yield (self.concept(t.concept), utterance, nth, *place, t.rule, *flags, t.about, t.confidence)

    def concept(self, name: str) -> int:
        if name not in self.concepts:
            cursor = self.connection.execute("INSERT INTO concepts(name) VALUES(?)", (name,))
            self.concepts[name] = cursor.lastrowid or 0
        return self.concepts[name]


@contextlib.contextmanager
def _without_collector() -> Iterator[None]:
    """Spare Python's collector of cycles a document's hundred thousand values, among which there is no cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def fold(text: str) -> str:
    """The text as names are compared: without case, with single spaces."""
    return " ".join(text.casefold().split())


def _joined(*parts: str) -> str:
    return " ".join(p for p in parts if p)


def _marks(count: int) -> str:
    return ",".join("?" * count)
