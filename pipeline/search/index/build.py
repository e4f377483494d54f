"""Incremental indexing: bring the index up to date with a folder of documents while others search it.

One run is one transaction: a search sees the index of before or of after, never half of a change. An index
from nothing is built in a file beside and then copied over the old one in one step.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from pipeline import leftovers, privacy
from pipeline.errors import IndexFileError
from pipeline.files import WORK_FOLDER, move_atomic
from pipeline.formats.document import reader
from pipeline.search.index import schema, seal
from pipeline.search.index.write import Built, IndexingRun, NoRoomError, Progress, size_and_time

# File name of the index, in the folder `.work` of the documents' folder.
INDEX_NAME = "search.sqlite"


def index_of(folder: Path) -> Path:
    """Where the index of a folder of documents lies."""
    return folder / WORK_FOLDER / INDEX_NAME


def update(
    folder: Path, index: Path | None = None, rebuild: bool = False, progress: Progress | None = None
) -> Built:
    """Bring the index of a folder up to date, or build it from nothing.

    `progress` is called with (documents done, of how many, path). Damaged and foreign documents are skipped
    and named in the result. Raises IndexFileError when the folder cannot be read or the index cannot be
    written.
    """
    path = index or index_of(folder)
    schema.need_fts5(path)
    if not folder.is_dir():
        raise IndexFileError(folder, "there is no such folder", "name the folder that holds the transcripts")
    try:
        privacy.make_folder(path.parent)
        leftovers.sweep((path.parent,))
        with _locked(path):
            built = _update(folder, path, rebuild, progress or (lambda done, of, name: None))
            seal.seal(path)
            return built
    except sqlite3.Error as error:
        raise schema.damaged(path, error) from None
    except OSError as error:
        raise IndexFileError(
            path, f"cannot be written: {error.strerror or error}", "check the folder's permissions and room"
        ) from None


def outdated(connection: sqlite3.Connection, folder: Path) -> int:
    """Count the documents of a folder that came, went or changed since indexing, as far as size and time tell."""
    sql = "SELECT path, size, mtime_ns FROM documents UNION ALL SELECT path, size, mtime_ns FROM skipped"
    held = {path: facts for path, *facts in connection.execute(sql)}
    now = {p.relative_to(folder).as_posix(): size_and_time(p) for p in reader.find(folder)}
    return sum(1 for name in held.keys() | now.keys() if held.get(name) != now.get(name))


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
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
    if path.exists():
        _refuse_foreign(path, path == index_of(folder), rebuild)
    whole = path.exists() and not rebuild and not seal.is_damaged(path) and _is_sound(path)
    seal.break_seal(path)
    if whole:
        connection = schema.open_to_write(path)
        try:
            return _in_one_transaction(IndexingRun(connection, folder, path, progress))
        except NoRoomError:
            pass
        finally:
            connection.close()
    return _rebuild(folder, path, progress)


def _refuse_foreign(path: Path, is_our_place: bool, rebuild: bool) -> None:
    """Raise IndexFileError rather than replace somebody else's file; in our own place `rebuild` is leave to."""
    if (is_our_place and rebuild) or not schema.is_foreign(path):
        return
    remedy = "run: vignette index --rebuild" if is_our_place else "choose another name for the index"
    raise IndexFileError(path, "is a file of another kind and will not be replaced", remedy)


def _is_sound(path: Path) -> bool:
    """Whether the file is an index that can be changed."""
    try:
        with contextlib.closing(schema.connect_read_only(path)) as connection:
            if schema.is_ours(connection):
                connection.execute("SELECT count(*) FROM documents").fetchone()
                return True
    except sqlite3.DatabaseError:
        pass
    return False


def _rebuild(folder: Path, path: Path, progress: Progress) -> Built:
    part = leftovers.part_beside(path)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, privacy.file_mode(path.parent)))
    try:
        connection = schema.create(part)
        try:
            built = _in_one_transaction(IndexingRun(connection, folder, path, progress, rebuilt=True))
            connection.execute("INSERT INTO words(words) VALUES('optimize')")
            _swap_in(connection, part, path)
        finally:
            connection.close()
        if part.exists():
            move_atomic(part, path)
    finally:
        part.unlink(missing_ok=True)
    schema.open_to_write(path).close()  # from here on with a write-ahead log
    return built


def _swap_in(connection: sqlite3.Connection, part: Path, path: Path) -> None:
    """Copy a finished index over the one that may be in use; a damaged or missing one is simply replaced later."""
    with contextlib.suppress(sqlite3.DatabaseError):
        if path.exists() and _is_sound(path):
            target = schema.open_to_write(path)
            try:
                connection.backup(target)
            finally:
                target.close()
            part.unlink()
            return
    for old in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")):
        old.unlink(missing_ok=True)


def _in_one_transaction(run: IndexingRun) -> Built:
    run.connection.execute("BEGIN IMMEDIATE")
    try:
        built = run.run()
    except BaseException:  # Ctrl-C too leaves the index as it was
        with contextlib.suppress(sqlite3.Error):
            run.connection.execute("ROLLBACK")
        raise
    run.connection.execute("COMMIT")
    run.connection.execute("PRAGMA analysis_limit=400")
    run.connection.execute("ANALYZE")  # how queries are planned; a sample is enough
    return built
