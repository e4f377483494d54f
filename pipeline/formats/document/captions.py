"""The captions and single words of a public JSON document, which only an audit asks for: they are nine tenths of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.errors import DocumentError, foreign
from pipeline.formats.document.reader import Document, Reader, root_of
from pipeline.timing import Span
from pipeline.transcript import styling


@dataclass(frozen=True, slots=True)
class WrittenCue:
    """A caption as the document holds it; its lines are as written, with every character that they have.

    `speaker` is the name of who says all of it, "" where several do or nobody knows; `position` WebVTT cue settings.
    """

    id: str
    span: Span
    lines: tuple[str, ...]
    speaker: str = ""
    position: str = ""


@dataclass(frozen=True, slots=True)
class WrittenWord:
    """A word as the document holds it; `speaker` is the name of who says it, "" where nobody knows.

    `utterance` is the id of the utterance it stands in, `style` how it looks, as `transcript.styling` says.
    """

    text: str
    span: Span
    kind: str
    confidence: float
    speaker: str
    utterance: str = ""
    style: str = ""


@dataclass(frozen=True, slots=True)
class HeardOtherwise:
    """A passage whose text is not what was heard there; `heard` is "" where the sound merely does not confirm it."""

    span: Span
    text: str
    heard: str


@dataclass(frozen=True, slots=True)
class Captioned:
    """A document with its captions, all its words in the order of its utterances, and the passages in doubt."""

    document: Document
    cues: tuple[WrittenCue, ...]
    words: tuple[WrittenWord, ...]
    heard_otherwise: tuple[HeardOtherwise, ...]
    not_confirmed: tuple[HeardOtherwise, ...] = ()


def parse(data: bytes, path: Path) -> Captioned:
    """The document in the bytes of a file with its captions; `path` is named in errors. Raises DocumentError."""
    with foreign(path, DocumentError):
        root, reader = root_of(data, path), _CaptionsReader(path)
        document = reader.document(root)
        reader.where = ""
        names = {person.id: person.name for person in document.people}
        cues = tuple(reader.cues(root, names))
        words = tuple(reader.all_words(root, names))
        otherwise, doubted = (
            tuple(reader.passages(root, key)) for key in ("heard_differently", "not_confirmed")
        )
        return Captioned(document, cues, words, otherwise, doubted)


class _CaptionsReader(Reader):
    """Converts what `Reader` leaves aside. Raises DocumentError throughout."""

    def cues(self, root: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[WrittenCue]:
        held = {"cues": self.decoded(root.get("cues"), "cues")}
        for number, entry in self.rows(held, "cues", "cue"):
            self.where = f"cue {number}"
            id, lines = self.raw_text(entry, "id"), self.raw_texts(entry, "lines")
            speaker, position = self.name(entry, "speaker"), self.text(entry, "position", "")
            yield WrittenCue(id, self.span(entry), lines, names.get(speaker, ""), position)
        self.where = ""

    def all_words(self, root: Mapping[str, Any], names: Mapping[str, str]) -> Iterator[WrittenWord]:
        for number, entry in self.rows(root, "utterances", "utterance"):
            self.where = here = f"utterance {number}"
            speaker, id = names.get(self.name(entry, "speaker"), ""), self.raw_text(entry, "id", "")
            held = {"words": self.decoded(entry.get("words", []), "words")}
            for at, word in self.rows(held, "words", "word"):
                self.where = f"{here}, word {at}"
                text, kind = self.raw_text(word, "text"), self.text(word, "kind", "word")
                style = self.text(word, "style", "")
                if not styling.is_style(style):
                    raise self.error("has a 'style' that is none")
                confidence = self.confidence(word, 1.0)
                yield WrittenWord(text, self.span(word), kind, confidence, speaker, id, style)
        self.where = ""

    def passages(self, root: Mapping[str, Any], key: str) -> Iterator[HeardOtherwise]:
        alignment = self.table({"alignment": self.decoded(root.get("alignment"), "alignment")}, "alignment")
        for number, entry in self.rows(alignment, key, "passage"):
            self.where = f"passage {number} {key.replace('_', ' ')}"
            text, heard = self.raw_text(entry, "text", ""), self.raw_text(entry, "heard", "")
            yield HeardOtherwise(self.span(entry), text, heard)
        self.where = ""
