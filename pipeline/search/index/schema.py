"""Index schema: one SQLite file (FTS5, write-ahead log), its tables and how it is opened.

Row ids carry order. A document has a key, and keys rise with the documents' paths; an utterance's id is its
document's key times 2^20 plus its place in the document. So ids rise by path and then by time, a document is
one range of ids, neighbours in time are neighbours in id, and an index that grew by and by gives its answers
in the same order as one built at once.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from pipeline.errors import IndexFileError
from pipeline.search.index import vocabulary
from pipeline.words import plain_characters

# SQLite's `user_version`; an index of another version is built anew.
VERSION = 5
ORDINAL_BITS = 20  # of an utterance's id: reader.MAX_UTTERANCES is 2^20
# The key of an utterance's document, in SQL and for an id.
DOCUMENT = f"(u.id >> {ORDINAL_BITS})"
KEY_BITS = 42  # of a document's key, so that an id stays below 2^63
_APPLICATION_ID = 0x56676E74  # "Vgnt": tells our files from other SQLite files
# Twice SQLite's default.
_PAGE_BYTES = 8192

_TABLES = """
CREATE TABLE documents(
    key INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, digest TEXT NOT NULL, size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL, seen_ns INTEGER NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL,
    lang TEXT NOT NULL, grade TEXT NOT NULL, draft INTEGER NOT NULL, duration_ms INTEGER NOT NULL,
    utterances INTEGER NOT NULL, texts TEXT NOT NULL, timeline BLOB NOT NULL);
CREATE TABLE skipped(path TEXT PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL);
CREATE TABLE speakers(
    id INTEGER PRIMARY KEY, document INTEGER NOT NULL, label TEXT NOT NULL, name TEXT NOT NULL,
    role TEXT NOT NULL, role_key TEXT NOT NULL, person TEXT NOT NULL);
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
    with closing(sqlite3.connect(":memory:")) as connection:
        try:
            connection.execute("CREATE VIRTUAL TABLE probe USING fts5(text)")
        except sqlite3.OperationalError:
            remedy = (
                "use another Python: those of python.org, conda and the common Linux distributions have it"
            )
            raise IndexFileError(
                path, "this Python's SQLite was built without full-text search (FTS5)", remedy
            ) from None


def create(path: Path) -> sqlite3.Connection:
    """A new, empty index that nobody else looks at yet: without journal, for speed."""
    marks = (f"application_id={_APPLICATION_ID}", f"user_version={VERSION}")
    connection = _connect(path, f"page_size={_PAGE_BYTES}", "journal_mode=OFF", "synchronous=OFF", *marks)
    connection.executescript(_TABLES + vocabulary.TABLES)
    return connection


def open_to_write(path: Path) -> sqlite3.Connection:
    """The existing index, for a change beside running searches. Raises sqlite3.Error when it is damaged."""
    return _connect(path, "journal_mode=WAL", "synchronous=NORMAL")


def open_to_read(path: Path) -> sqlite3.Connection:
    """The index, for searching only. Raises IndexFileError when it is missing, damaged, or none of ours."""
    if not path.is_file():
        raise IndexFileError(path, "there is no index yet", "run: vignette index")
    uri = f"{path.resolve().as_uri()}?mode=ro"
    try:
        try:
            connection = _connect(uri, "schema_version")
        except (
            sqlite3.OperationalError
        ):  # a disk that cannot be written has no room for the log's shared memory
            connection = _connect(f"{uri}&immutable=1", "schema_version")
        ours = is_ours(connection)
    except sqlite3.Error as error:
        raise damaged(path, error) from None
    if not ours:
        connection.close()
        raise IndexFileError(path, "is not a search index of this version", "run: vignette index --rebuild")
    return connection


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A read-only connection to whatever SQLite file this is."""
    return sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)


def _connect(place: Path | str, *pragmas: str) -> sqlite3.Connection:
    """A connection after these pragmas, closed again when one of them fails."""
    connection = sqlite3.connect(place, uri=isinstance(place, str), isolation_level=None, timeout=30)
    try:
        connection.create_function("plain", 1, plain_characters, deterministic=True)
        for pragma in (*pragmas, "cache_size=-65536"):
            connection.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


def is_ours(connection: sqlite3.Connection) -> bool:
    """Whether the file is an index of this program and this version."""
    found = [
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")
    ]
    return found == [_APPLICATION_ID, VERSION]


def is_foreign(path: Path) -> bool:
    """Whether the file at `path` belongs to another program, and so must not be replaced; an empty one does not."""
    if path.stat().st_size == 0:
        return False
    try:
        with closing(connect_read_only(path)) as connection:
            return bool(connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION_ID)
    except sqlite3.Error:
        return not path.read_bytes()[:16].startswith(b"SQLite format 3")


def damaged(path: Path, error: sqlite3.Error) -> IndexFileError:
    """Translate an error of SQLite into one that names the index and the remedy."""
    if "locked" in str(error):
        return IndexFileError(path, "is being written by another command", "wait for it to end")
    return IndexFileError(path, f"cannot be used ({error})", "run: vignette index --rebuild")
