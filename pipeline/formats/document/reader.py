"""The public JSON documents as the search reads them: people, vignettes, utterances and their concepts.

Nothing in a document is trusted: every value that is used is checked, and characters that could steer a
terminal (or that no database can hold) become spaces, one for one, so that character offsets stay true.
"""

from __future__ import annotations

import contextlib
import os
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypedDict

import msgspec

from pipeline.errors import DocumentError

SCHEMA = "vignette/1"  # as `writer.SCHEMA`; a test holds them equal

FLAGS = ("negated", "asked", "quoted", "hypothetical")  # of a concept, each true or false
MAX_UTTERANCES = 1 << 20  # of one document: the index numbers them with 20 bits (search/index/schema.py)
_MAX_MS = 1 << 40  # 34 years: beyond it something else than a recording was measured

# C0 and C1 control characters, line and paragraph separators, bidirectional embeddings and isolates.
_UNSAFE = [*range(0x20), *range(0x7F, 0xA0), 0x2028, 0x2029, *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
# Two noncharacters that XML, and so a REFI-QDA project, cannot hold.
_NONCHARACTERS = (0xFFFE, 0xFFFF)
_SAFE = str.maketrans({**dict.fromkeys(_UNSAFE, " "), **dict.fromkeys(_NONCHARACTERS, "�")})


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker of the document's table."""

    id: str
    name: str
    role: str


@dataclass(frozen=True, slots=True)
class Scene:
    """A part of the recording, whatever its kind; `number` counts those of its kind from 1."""

    id: str
    kind: str
    number: int
    title: str
    start_ms: int
    end_ms: int


@dataclass(frozen=True, slots=True)
class Tag:
    """A concept in an utterance; `[start_char, end_char)` of its text is the evidence, said in `[start_ms, end_ms)`.

    `confidence`, in [0, 1], is the tag's own if the document gives one, else the lowest of the words of its evidence.
    """

    concept: str
    start_char: int
    end_char: int
    start_ms: int
    end_ms: int
    rule: str
    flags: frozenset[str]
    about: str
    confidence: float


@dataclass(frozen=True, slots=True)
class Spoken:
    """An utterance; `speaker` and `scene` are indices into the document's
    `people` and `scenes`, None where nobody knows."""

    id: str
    speaker: int | None
    scene: int | None
    start_ms: int
    end_ms: int
    text: str
    tags: tuple[Tag, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One recording; utterances stand in order of their start."""

    name: str
    title: str
    lang: str
    grade: str
    draft: bool
    duration_ms: int
    has_picture: bool
    people: tuple[Person, ...]
    scenes: tuple[Scene, ...]
    utterances: tuple[Spoken, ...]


class _Utterance(TypedDict, total=False):
    """What is read of an utterance. Its words stay raw JSON: they are nine tenths of a document, and
    only those that are evidence of a concept are ever decoded."""

    id: Any
    speaker: Any
    vignette: Any
    start_ms: Any
    end_ms: Any
    text: Any
    words: msgspec.Raw
    concepts: Any


class _Root(TypedDict, total=False):
    schema: Any
    lang: Any
    grade: Any
    draft: Any
    media: Any
    speakers: Any
    vignettes: Any
    utterances: list[_Utterance]


_DECODER = msgspec.json.Decoder(_Root)


def _decode_json(data: bytes) -> Any:
    """JSON as plain values but for the words. Raises ValueError, RecursionError."""
    with contextlib.suppress(msgspec.ValidationError):
        return _DECODER.decode(data)
    return msgspec.json.decode(data)  # valid JSON of another shape: the reader says what is wrong with it


def clean(text: str) -> str:
    """The text with every control character, line separator and direction override replaced by a space."""
    return text if text.isascii() and text.isprintable() else text.translate(_SAFE)


def find(folder: Path) -> list[Path]:
    """The JSON files in a folder and below it, in order of their paths; names that begin with a dot are passed over."""
    found: list[Path] = []
    for place, below, names in os.walk(folder):
        below[:] = [b for b in below if not b.startswith(".")]
        found += [Path(place, n) for n in names if n.endswith(".json") and not n.startswith(".")]
    return sorted((p for p in found if p.is_file()), key=lambda p: p.relative_to(folder).as_posix())


def parse(data: bytes, path: Path) -> Document:
    """The document in the bytes of a file; `path` is named in errors. Raises DocumentError."""
    try:
        root = _decode_json(data)
    except (ValueError, RecursionError):  # the latter: nested deeper than any transcript
        raise DocumentError(path, "is not valid JSON (a half-written or damaged file)") from None
    if not isinstance(root, dict) or "schema" not in root:
        raise DocumentError(path, "is not a transcript of ours (it names no schema)")
    if root["schema"] != SCHEMA:
        raise DocumentError(path, f"follows another schema than '{SCHEMA}'")
    return _Reader(path).document(root)


@dataclass
class _Reader:
    """Checks and converts one document; `where` is the place that an error names. Raises DocumentError throughout."""

    path: Path
    where: str = ""

    def document(self, root: Mapping[str, Any]) -> Document:
        media = self.table(root, "media")
        name, title = self.text(media, "name"), self.text(media, "title", "")
        duration_ms = self.ms(media, "duration_ms")
        people = tuple(self.people(root))
        scenes = tuple(self.scenes(root))
        spoken = sorted(self.utterances(root, people, scenes), key=lambda u: u.start_ms)
        self.where = ""
        if len(spoken) > MAX_UTTERANCES:
            raise self.error(f"holds {len(spoken):,} utterances, more than {MAX_UTTERANCES:,}")
        lang, grade = self.text(root, "lang", ""), self.text(root, "grade", "")
        about = (
            name,
            title,
            lang,
            grade,
            self.flag(root, "draft"),
            duration_ms,
            self.flag(media, "has_picture"),
        )
        return Document(*about, people, scenes, tuple(spoken))

    def people(self, root: Mapping[str, Any]) -> Iterator[Person]:
        for number, entry in self.rows(root, "speakers", "speaker"):
            self.where = f"speaker {number}"
            yield Person(self.text(entry, "id"), self.text(entry, "name", ""), self.text(entry, "role", ""))

    def scenes(self, root: Mapping[str, Any]) -> Iterator[Scene]:
        counts: dict[str, int] = {}
        for number, entry in self.rows(root, "vignettes", "vignette"):
            self.where = f"vignette {number}"
            kind = self.text(entry, "kind")
            counts[kind] = counts.get(kind, 0) + 1
            id, title = self.text(entry, "id"), self.text(entry, "title", "")
            yield Scene(id, kind, counts[kind], title, self.ms(entry, "start_ms"), self.ms(entry, "end_ms"))

    def utterances(
        self, root: Mapping[str, Any], people: Sequence[Person], scenes: Sequence[Scene]
    ) -> Iterator[Spoken]:
        person_at = {p.id: i for i, p in enumerate(people)}
        scene_at = {s.id: i for i, s in enumerate(scenes)}
        starts = [s.start_ms for s in scenes]
        for number, entry in self.rows(root, "utterances", "utterance"):
            self.where = f"utterance {number}"
            start_ms, end_ms = self.ms(entry, "start_ms"), self.ms(entry, "end_ms")
            if end_ms < start_ms:
                raise self.error("ends before it starts")
            scene = scene_at.get(self.name(entry, "vignette"))
            if scene is None and (at := bisect_right(starts, start_ms) - 1) >= 0:
                scene = at if start_ms < scenes[at].end_ms else None
            text = self.text(entry, "text")
            if self.is_absent(entry):
                continue
            tags = tuple(self.tags(entry, text, start_ms, end_ms)) if entry.get("concepts") else ()
            speaker = person_at.get(self.name(entry, "speaker"))
            yield Spoken(self.text(entry, "id"), speaker, scene, start_ms, end_ms, text, tags)

    def is_absent(self, entry: Mapping[str, Any]) -> bool:
        """Whether nobody says any of it in the recording; such words stand in utterances of their own."""
        words = entry.get("words", [])
        if isinstance(words, msgspec.Raw):
            words = self.decode_words(words) if b'"absent"' in bytes(words) else []
        first = words[0] if isinstance(words, list) and words else {}
        return isinstance(first, dict) and first.get("kind") == "absent"

    def tags(self, entry: dict[str, Any], text: str, start_ms: int, end_ms: int) -> Iterator[Tag]:
        here = self.where
        entry["words"] = self.decode_words(entry.get("words", []))
        for number, tag in self.rows(entry, "concepts", "concept"):
            self.where = f"{here}, concept {number}"
            first, last = self.count(tag, "start_char"), self.count(tag, "end_char")
            if not first < last <= len(text):
                raise self.error(f"its evidence [{first}, {last}) lies outside the text")
            flags = frozenset(f for f in FLAGS if self.flag(tag, f))
            about, rule = self.text(tag, "about", ""), self.text(tag, "rule", "")
            said = [self.word(word) for word in self.words(entry, text, first, last)] or [
                (start_ms, end_ms, 1.0)
            ]
            times = min(w[0] for w in said), max(w[1] for w in said)
            confidence = self.confidence(tag, min(w[2] for w in said))
            yield Tag(self.text(tag, "id"), first, last, *times, rule, flags, about, confidence)

    def decode_words(self, words: Any) -> Any:
        """Words that the decoder left as raw JSON, decoded."""
        try:
            return msgspec.json.decode(words) if isinstance(words, msgspec.Raw) else words
        except (ValueError, RecursionError):
            raise self.error("'words' is not a list of tables") from None

    def words(self, entry: Mapping[str, Any], text: str, first: int, last: int) -> list[dict[str, Any]]:
        """The words that lie in the characters `[first, last)`, none where the words do not make up the text."""
        words = entry["words"]
        if not isinstance(words, list) or not all(isinstance(w, dict) for w in words):
            raise self.error("'words' is not a list of tables")
        if len(words) == text.count(" ") + 1:
            return words[text.count(" ", 0, first) : text.count(" ", 0, last - 1) + 1]
        found, at = [], 0
        for word in words:  # some hold a space, like "[door opens]"
            written = self.text(word, "text")
            at = text.find(written, at)
            if at < 0 or at >= last:
                break
            at += len(written)
            if first < at:
                found.append(word)
        return found

    def word(self, word: Mapping[str, Any]) -> tuple[int, int, float]:
        """(start_ms, end_ms, confidence) of a word."""
        return self.ms(word, "start_ms"), self.ms(word, "end_ms"), self.confidence(word, 1.0)

    def confidence(self, table: Mapping[str, Any], default: float) -> float:
        value = table.get("confidence", default)
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= 1:
            raise self.error("has a 'confidence' that is no number between 0 and 1")
        return float(value)

    def error(self, problem: str) -> DocumentError:
        return DocumentError(self.path, problem, self.where)

    def rows(self, table: Mapping[str, Any], key: str, one: str) -> Iterator[tuple[int, dict[str, Any]]]:
        rows = table.get(key, [])
        if not isinstance(rows, list):
            raise self.error(f"'{key}' is not a list")
        here = f"{self.where}, " if key == "concepts" else ""
        for number, row in enumerate(rows, 1):
            if not isinstance(row, dict):
                self.where = f"{here}{one} {number}"
                raise self.error("is not a table of keys and values")
            yield number, row

    def table(self, root: Mapping[str, Any], key: str) -> dict[str, Any]:
        value = root.get(key)
        if not isinstance(value, dict):
            raise self.error(f"'{key}' is missing or not a table")
        return value

    def text(self, table: Mapping[str, Any], key: str, default: str | None = None) -> str:
        """A string; without a default it must be there and must not be empty."""
        value = table.get(key, default)
        if not isinstance(value, str) or (default is None and not value):
            raise self.error(f"'{key}' is missing or not text")
        return clean(value)

    def name(self, table: Mapping[str, Any], key: str) -> str:
        """An id, "" when it is absent or null."""
        value = table.get(key)
        return "" if value is None else self.text(table, key, "")

    def flag(self, table: Mapping[str, Any], key: str) -> bool:
        value = table.get(key, False)
        if not isinstance(value, bool):
            raise self.error(f"'{key}' is neither true nor false")
        return value

    def ms(self, table: Mapping[str, Any], key: str) -> int:
        value = table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < _MAX_MS:
            raise self.error(f"'{key}' is not a whole number of milliseconds")
        return value

    def count(self, table: Mapping[str, Any], key: str) -> int:
        value = table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.error(f"'{key}' is not a whole number")
        return value
