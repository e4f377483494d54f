"""The public JSON document read: people, vignettes, utterances and their concepts; `captions` reads the rest.

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

from pipeline.errors import DocumentError, foreign
from pipeline.files import read_regular, why_unreadable
from pipeline.formats.document.fields import AGAIN, Fields, clean
from pipeline.transcript import Review

SCHEMA = "vignette/1"  # as `writer.SCHEMA`; a test holds them equal

NAMED_BY_A_PERSON = "named by a person"  # among the evidence of a name that a decision gave

FLAGS = ("negated", "asked", "quoted", "hypothetical")  # of a concept, each true or false
REVIEWED_BY = "reviewed by "  # begins the grade of what was reviewed
MAX_UTTERANCES = 1 << 20  # of one document: the index numbers them with 20 bits (search/index/schema.py)


@dataclass(frozen=True, slots=True)
class Person:
    """A speaker of the document's table; `is_known` says that a list of people or a person's word tells who that is, so that the
    name means the same person in every recording. A name that was heard, read or labelled may be another Ruth's elsewhere."""

    id: str
    name: str
    role: str
    is_known: bool = False


@dataclass(frozen=True, slots=True)
class Scene:
    """A part of the recording, whatever its kind; `number` counts those of its kind from 1, `cast` are ids of people."""

    id: str
    kind: str
    number: int
    title: str
    start_ms: int
    end_ms: int
    cast: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()


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
    review: Review | None = None


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
    review: Any
    draft: Any
    media: Any
    speakers: Any
    vignettes: Any
    utterances: list[_Utterance]
    cues: msgspec.Raw
    alignment: msgspec.Raw
    verification: msgspec.Raw


_DECODER = msgspec.json.Decoder(_Root)


def _decode_json(data: bytes) -> Any:
    """JSON as plain values but for words, cues and alignment. Raises ValueError, RecursionError."""
    with contextlib.suppress(msgspec.ValidationError):
        return _DECODER.decode(data)
    return msgspec.json.decode(data)  # valid JSON of another shape: the reader says what is wrong with it


def find(folder: Path) -> list[Path]:
    """The JSON files in a folder and below it, in order of their paths; names that begin with a dot are passed over."""
    found: list[Path] = []
    for place, below, names in os.walk(folder):
        below[:] = [b for b in below if not b.startswith(".")]
        found += [Path(place, n) for n in names if n.endswith(".json") and not n.startswith(".")]
    return sorted((p for p in found if p.is_file()), key=lambda p: p.relative_to(folder).as_posix())


def read(path: Path) -> Document:
    """The document in a file. Raises DocumentError."""
    return parse(bytes_of(path), path)


def bytes_of(path: Path) -> bytes:
    """The bytes of a document's file. Raises DocumentError."""
    try:
        return read_regular(path)
    except OSError as error:
        raise DocumentError(path, *why_unreadable(error, "name a transcripts/NAME.json")) from None


def parse(data: bytes, path: Path) -> Document:
    """The document in the bytes of a file; `path` is named in errors. Raises DocumentError."""
    with foreign(path, DocumentError):
        return Reader(path).document(root_of(data, path))


def root_of(data: bytes, path: Path) -> dict[str, Any]:
    """The table that a document of ours is, nothing in it checked but its schema. Raises DocumentError."""
    try:
        root = _decode_json(data)
    except (ValueError, RecursionError):  # the latter: nested deeper than any transcript
        raise DocumentError(path, "is not valid JSON (a half-written or damaged file)", AGAIN) from None
    if not isinstance(root, dict) or "schema" not in root:
        problem = "is not a transcript of ours (it names no schema)"
        raise DocumentError(path, problem, "give the .json that vignette wrote")
    if root["schema"] != SCHEMA:
        raise DocumentError(path, f"follows another schema than '{SCHEMA}'", AGAIN)
    return root


class Reader(Fields):
    """Converts one document, for what every reader of ours asks. Raises DocumentError throughout."""

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
        return Document(*about, people, scenes, tuple(spoken), self.review(root, grade))

    def review(self, root: Mapping[str, Any], grade: str) -> Review | None:
        """The review of the whole; documents of an earlier version name the reviewer in the grade alone."""
        if "review" not in root:
            by = grade.removeprefix(REVIEWED_BY)
            return Review(by) if by != grade else None
        held = self.table(root, "review")
        people = tuple(clean(name) for name in self.raw_texts(held, "people"))
        counts = (self.count(held, "changes"), self.count(held, "changes_by_people"))
        return Review(
            self.text(held, "by"), *counts, people, of_earlier_version=self.flag(held, "of_earlier_version")
        )

    def people(self, root: Mapping[str, Any]) -> Iterator[Person]:
        for number, entry in self.rows(root, "speakers", "speaker"):
            self.where = f"speaker {number}"
            name, role = self.text(entry, "name", ""), self.text(entry, "role", "")
            yield Person(self.text(entry, "id"), name, role, bool(name) and self.is_known(entry, role))

    def is_known(self, entry: Mapping[str, Any], role: str) -> bool:
        """Whether a list of people or a person says who this is: nobody else gives roles, or clips of a voice."""
        by_voice = any(proof.get("kind") == "enrolled" for _, proof in self.rows(entry, "proofs", "proof"))
        return by_voice or bool(role) or NAMED_BY_A_PERSON in self.raw_texts(entry, "evidence")

    def scenes(self, root: Mapping[str, Any]) -> Iterator[Scene]:
        counts: dict[str, int] = {}
        for number, entry in self.rows(root, "vignettes", "vignette"):
            self.where = f"vignette {number}"
            kind = self.text(entry, "kind")
            counts[kind] = counts.get(kind, 0) + 1
            id, title, span = self.text(entry, "id"), self.text(entry, "title", ""), self.span(entry)
            cast, evidence = (tuple(map(clean, self.raw_texts(entry, k))) for k in ("cast", "evidence"))
            yield Scene(id, kind, counts[kind], title, span.start_ms, span.end_ms, cast, evidence)

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
        return self.decoded(words, "words")

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
