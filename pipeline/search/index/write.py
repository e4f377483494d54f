"""Index writer: one indexing run, which writes new and changed documents as rows and leaves the unchanged."""

from __future__ import annotations

import contextlib
import gc
import hashlib
import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import DocumentError
from pipeline.files import read_regular, why_unreadable
from pipeline.formats.document import reader
from pipeline.formats.document.reader import Document, Person, Scene, Spoken
from pipeline.search.index import schema, timeline
from pipeline.search.index.vocabulary import Vocabulary
from pipeline.search.people import is_one_everywhere
from pipeline.words import name_key, plain_characters

# Distance between the keys of documents appended behind the last: room for later ones between them.
_APPEND_KEY_STEP = 1 << 20

# Nanoseconds. A file changed twice within the file system's time resolution (2 s on FAT) looks unchanged; one changed this
# shortly before we read it is read again.
_RACY_WINDOW_NS = 2_000_000_000

Progress = Callable[[int, int, str], None]


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


def size_and_time(path: Path) -> list[int]:
    """A file's size in bytes and time of change in nanoseconds; empty when it is gone."""
    try:
        stat = path.stat()
    except OSError:  # gone since it was listed
        return []
    return [stat.st_size, stat.st_mtime_ns]


@dataclass
class IndexingRun:
    """An indexing run over one open index; `rebuilt` says that the index was empty at its start."""

    connection: sqlite3.Connection
    folder: Path
    index: Path
    progress: Progress
    rebuilt: bool = False
    concepts: dict[str, int] = field(default_factory=dict)

    def run(self) -> Built:
        """Index what is new or changed, take out what is gone, skip what cannot be read."""
        rows = self.connection.execute("SELECT path, key, size, mtime_ns, seen_ns, digest FROM documents")
        held = {row[0]: row[1:] for row in rows}
        self.concepts = dict(self.connection.execute("SELECT name, id FROM concepts"))
        files = {p.relative_to(self.folder).as_posix(): p for p in reader.find(self.folder)}
        keys = assign_keys({name: h[0] for name, h in held.items()}, list(files))
        done: dict[str, list[str]] = {"added": [], "changed": [], "unchanged": []}
        gone = sorted(held.keys() - files.keys())
        skipped: list[DocumentError] = []
        self.connection.execute("DELETE FROM skipped")
        for number, (name, path) in enumerate(files.items(), 1):
            self.progress(number, len(files), name)
            try:
                done[self.refresh(name, path, keys[name], held.get(name))].append(name)
            except DocumentError as error:
                skipped.append(error)
                self.skip(name, path)
                gone += [name] if name in held else []
        for name in gone:
            self.remove(held[name][0])
        self.connection.execute("DELETE FROM concepts WHERE id NOT IN (SELECT DISTINCT concept FROM tags)")
        total = self.connection.execute("SELECT coalesce(sum(utterances), 0) FROM documents").fetchone()[0]
        lists = tuple(done["added"]), tuple(done["changed"]), tuple(gone)
        return Built(self.index, *lists, len(done["unchanged"]), total, tuple(skipped), self.rebuilt)

    def skip(self, name: str, path: Path) -> None:
        """Remember a file that is none of ours, so that it is not taken for a change."""
        if facts := size_and_time(path):
            self.connection.execute("INSERT INTO skipped VALUES(?,?,?)", (name, *facts))

    def refresh(self, name: str, path: Path, key: int, held: Sequence[int | str] | None) -> str:
        """Index one document unless it is unchanged; what it was: "added", "changed" or "unchanged"."""
        try:
            stat = path.stat()
            now_ns = time.time_ns()
            if (
                held
                and (stat.st_size, stat.st_mtime_ns) == (held[1], held[2])
                and stat.st_mtime_ns < int(held[3]) - _RACY_WINDOW_NS
            ):
                return "unchanged"
            data = read_regular(path)
        except OSError as error:
            raise DocumentError(path, *why_unreadable(error)) from None
        digest = hashlib.sha256(data).hexdigest()
        facts = len(data), stat.st_mtime_ns, now_ns
        if held and digest == held[4]:
            sql = "UPDATE documents SET size = ?, mtime_ns = ?, seen_ns = ? WHERE key = ?"
            self.connection.execute(sql, (*facts, key))
            return "unchanged"
        with _garbage_collector_off():
            document = reader.parse(data, path)
            if held:
                self.remove(key)
            self.insert(document, key, name, digest, facts)
        return "changed" if held else "added"

    def remove(self, key: int) -> None:
        """Take a document out, with everything that hangs on it."""
        ids = key << schema.ORDINAL_BITS, (key + 1) << schema.ORDINAL_BITS
        self.connection.execute(
            "INSERT INTO words(words, rowid, text, place) "
            "SELECT 'delete', id, plain(text), plain(place) FROM utterances WHERE id >= ? AND id < ? ORDER BY id",
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
        alike = Counter(name_key(p.name) for p in d.people)  # two people of one name in one recording are two
        speakers = [
            self.speaker(key, p, is_one_everywhere(p) and alike[name_key(p.name)] == 1) for p in d.people
        ]
        scenes = [self.scene(key, s) for s in d.scenes]
        places = [_join_nonempty(d.title, s.title) for s in d.scenes]
        first = key << schema.ORDINAL_BITS
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
        self.connection.executemany(f"INSERT INTO utterances VALUES({_placeholders(8)})", rows)
        words = ((r[0], plain_characters(r[6]), plain_characters(r[7])) for r in rows)
        self.connection.executemany("INSERT INTO words(rowid, text, place) VALUES(?,?,?)", words)
        blob = timeline.pack((r[4], r[5], r[2], r[3]) for r in rows)
        texts = texts_digest(u.text for u in d.utterances)
        about = (d.name, d.title, d.lang, d.grade, d.draft, d.duration_ms, len(rows), texts, blob)
        row = (key, path, digest, *facts, *about)
        self.connection.execute(f"INSERT INTO documents VALUES({_placeholders(len(row))})", row)
        Vocabulary(self.connection).add(u.text for u in d.utterances)
        tags = [t for n, u in enumerate(d.utterances) if u.tags for t in self.tags(u, first + n)]
        self.connection.executemany(f"INSERT INTO tags VALUES({_placeholders(14)})", tags)

    def speaker(self, key: int, person: Person, is_one: bool) -> int:
        label, name, role = person.id, person.name, person.role
        row = (key, label, name, role, name_key(role), name_key(name) if is_one else "")
        id = (
            self.connection.execute(
                f"INSERT INTO speakers VALUES(NULL,{_placeholders(len(row))})", row
            ).lastrowid
            or 0
        )
        names = {name_key(label), name_key(name), *name_key(name).split()} - {""}
        self.connection.executemany("INSERT INTO speaker_names VALUES(?,?)", [(n, id) for n in names])
        return id

    def scene(self, key: int, scene: Scene) -> int:
        row = (
            key,
            scene.id,
            scene.kind,
            scene.number,
            scene.title,
            name_key(scene.title),
            scene.start_ms,
            scene.end_ms,
        )
        return (
            self.connection.execute(
                f"INSERT INTO vignettes VALUES(NULL,{_placeholders(len(row))})", row
            ).lastrowid
            or 0
        )

    def tags(self, spoken: Spoken, utterance: int) -> Iterator[tuple[object, ...]]:
        for nth, t in enumerate(spoken.tags):
            flags = tuple(f in t.flags for f in reader.FLAGS)
            place = (t.start_char, t.end_char, t.start_ms, t.end_ms)
            yield (self.concept(t.concept), utterance, nth, *place, t.rule, *flags, t.about, t.confidence)

    def concept(self, name: str) -> int:
        if name not in self.concepts:
            cursor = self.connection.execute("INSERT INTO concepts(name) VALUES(?)", (name,))
            self.concepts[name] = cursor.lastrowid or 0
        return self.concepts[name]


@contextlib.contextmanager
def _garbage_collector_off() -> Iterator[None]:
    """Spare Python's collector of cycles a document's hundred thousand values, among which there is no cycle."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def texts_digest(texts: Iterable[str]) -> str:
    """By what a document's utterances are known again when its times, speakers or tags have changed."""
    found = hashlib.sha256()
    for text in texts:
        found.update(text.encode() + b"\0")
    return found.hexdigest()[:24]


def _join_nonempty(*parts: str) -> str:
    return " ".join(p for p in parts if p)


def _placeholders(count: int) -> str:
    return ",".join("?" * count)


class NoRoomError(Exception):
    """Between two documents' keys no further key fits: everything must be numbered anew."""


def assign_keys(held: dict[str, int], names: Sequence[str]) -> dict[str, int]:
    """A key for every path, rising with the paths; those that have one keep it. Raises NoRoomError."""
    keys: dict[str, int] = {}
    before, waiting = 0, list[str]()
    for name in sorted({*names, *held}):
        if name in held:
            keys.update(_between(before, held[name], waiting))
            keys[name] = before = held[name]
            waiting = []
        else:
            waiting.append(name)
    # The first build leaves half of all keys free behind the last document; what is appended takes small
    # steps into it.
    half, limit = 1 << schema.KEY_BITS - 1, 1 << schema.KEY_BITS
    end = half if not held else min(limit, before + _APPEND_KEY_STEP * (len(waiting) + 1))
    keys.update(_between(before, end, waiting))
    return keys


def _between(low: int, high: int, names: Sequence[str]) -> dict[str, int]:
    """Keys spread evenly between two others, both excluded."""
    step = (high - low) // (len(names) + 1)
    if names and step < 1:
        raise NoRoomError
    return {name: low + step * number for number, name in enumerate(names, 1)}
