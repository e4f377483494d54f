"""The index on disk: one SQLite file (FTS5, write-ahead log), its tables and how it is opened.

Row ids carry order. A document has a key, and keys rise with the documents' paths; an utterance's id is its
document's key times 2^20 plus its place in the document. So ids rise by path and then by time, a document is
one range of ids, neighbours in time are neighbours in id, and an index that grew by and by gives its answers
in the same order as one built at once.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from pipeline.search import vocabulary
from pipeline.search.errors import IndexFileError

VERSION = 3
ORDINAL_BITS = 20  # of an utterance's id: documents.MAX_UTTERANCES is 2^20
KEY_BITS = 42  # of a document's key, so that an id stays below 2^63
_APPLICATION_ID = 0x56676E74  # "Vgnt": tells our files from other SQLite files
_PAGE_BYTES = 8192
_CACHE = "cache_size=-65536"  # KiB

_TABLES = """
CREATE TABLE documents(
    key INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, seen_ns INTEGER NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL,
    lang TEXT NOT NULL, grade TEXT NOT NULL, draft INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
    utterances INTEGER NOT NULL, timeline BLOB NOT NULL);
CREATE TABLE skipped(path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL);
CREATE TABLE speakers(
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL, label TEXT NOT NULL, name TEXT NOT NULL,
    role TEXT NOT NULL, role_key TEXT NOT NULL);
CREATE INDEX speakers_of ON speakers(document);
CREATE INDEX speakers_by_role ON speakers(role_key);
CREATE TABLE speaker_names(
    name TEXT NOT NULL, speaker INTEGER NOT NULL, PRIMARY KEY(name, speaker)) WITHOUT ROWID;
CREATE TABLE vignettes(
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL, label TEXT NOT NULL, kind TEXT NOT NULL,
    number INTEGER NOT NULL, title TEXT NOT NULL, title_key TEXT NOT NULL, start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL);
CREATE INDEX vignettes_of ON vignettes(document);
CREATE TABLE utterances(
    id INTEGER PRIMARY KEY, label TEXT NOT NULL, speaker INTEGER, vignette INTEGER, start_ms INTEGER NOT NULL,
    end_ms INTEGER NOT NULL, text TEXT NOT NULL, place TEXT NOT NULL);
CREATE TABLE concepts(id INTEGER PRIMARY KEY, name TEXT UNIQUE NOT NULL);
CREATE TABLE tags(
    concept INTEGER NOT NULL, utterance INTEGER NOT NULL, nth INTEGER NOT NULL, start_char INTEGER NOT NULL,
    end_char INTEGER NOT NULL, start_ms INTEGER NOT NULL, end_ms INTEGER NOT NULL, rule TEXT NOT NULL,
    negated INTEGER NOT NULL, asked INTEGER NOT NULL, quoted INTEGER NOT NULL, hypothetical INTEGER NOT NULL,
    about TEXT NOT NULL, confidence REAL NOT NULL, PRIMARY KEY(concept, utterance, nth)) WITHOUT ROWID;
CREATE INDEX tags_of ON tags(utterance);
CREATE VIRTUAL TABLE words USING fts5(
    text, place, content='utterances', content_rowid='id', tokenize='porter unicode61 remove_diacritics 2');
"""


def need_fts5(path: Path) -> None:
    """Raise IndexFileError when Python's SQLite cannot do full-text search; `path` is the index wanted."""
    with memory() as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
        except sqlite3.OperationalError:
            remedy = (
                "use another Python: those of python.org, conda and the common Linux distributions have it"
            )
            raise IndexFileError(
                path, "this Python's SQLite was built without full-text search (FTS5)", remedy
            ) from None


@contextmanager
def memory() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    try:
        yield connection
    finally:
        connection.close()


def create(path: Path) -> sqlite3.Connection:
    """A new, empty index that nobody else looks at yet: without journal, for speed."""
    connection = sqlite3.connect(path, isolation_level=None)
    marks = (f"application_id={_APPLICATION_ID}", f"user_version={VERSION}")
    for pragma in (f"page_size={_PAGE_BYTES}", "journal_mode=OFF", "synchronous=OFF", _CACHE, *marks):
        connection.execute(f"PRAGMA {pragma}")
    connection.executescript(_TABLES + vocabulary.TABLES)
    return connection


def open_to_write(path: Path) -> sqlite3.Connection:
    """The existing index, for a change beside running searches. Raises sqlite3.Error when it is damaged."""
    connection = sqlite3.connect(path, isolation_level=None, timeout=30)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=NORMAL")
    connection.execute(f"PRAGMA {_CACHE}")
    return connection


def open_to_read(path: Path) -> sqlite3.Connection:
    """The index, for searching only. Raises IndexFileError when it is missing, damaged, or none of ours."""
    if not path.is_file():
        raise IndexFileError(path, "there is no index yet", "run: vignette index")
    try:
        connection = _connect_to_read(path)
        if not is_ours(connection):
            connection.close()
            raise IndexFileError(
                path, "is not a search index of this version", "run: vignette index --rebuild"
            )
    except sqlite3.Error as error:
        raise damaged(path, error) from None
    connection.execute(f"PRAGMA {_CACHE}")
    connection.execute("PRAGMA mmap_size=1073741824")
    return connection


def _connect_to_read(path: Path) -> sqlite3.Connection:
    """A read-only connection; on a disk that cannot be written even the log's shared memory must be done
    without.
    """
    uri = path.resolve().as_uri()
    connection = sqlite3.connect(f"{uri}?mode=ro", uri=True, isolation_level=None, timeout=30)
    try:
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    except sqlite3.OperationalError:
        connection.close()
        connection = sqlite3.connect(f"{uri}?mode=ro&immutable=1", uri=True, isolation_level=None)
        connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()
    return connection


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the file is an index of this program and this version."""
    found = [
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    ]
    return found == [_APPLICATION_ID, VERSION]


def is_foreign(path: Path) -> bool:
    """Whether a sound SQLite file at `path` belongs to another program, and so must not be replaced."""
    try:
        with look_into(path) as connection:
            return bool(connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID)
    except sqlite3.Error:
        return path.stat().st_size > 0 and not path.read_bytes()[:16].startswith(b"SQLite format 3")


@contextmanager
def look_into(path: Path) -> Iterator[sqlite3.Connection]:
    """A read-only look into a SQLite file, closed afterwards."""
    connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
    try:
        yield connection
    finally:
        connection.close()


def damaged(path: Path, error: sqlite3.Error) -> IndexFileError:
    """What SQLite said about the index, as our sentence."""
    if "locked" in str(error):
        return IndexFileError(path, "is being written by another command", "wait for it to end")
    return IndexFileError(path, f"cannot be used ({error})", "run: vignette index --rebuild")
