"""What is told in a public document, as tools of linguists and spreadsheets ask for it: utterances with their words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.formats.document.captions import Captioned, WrittenWord
from pipeline.formats.document.reader import Tag
from pipeline.formats.writers.render import clean
from pipeline.timing import Span
from pipeline.transcript import NOT_CAPTIONED, Kind

NOBODY = "Unknown"
"""How a tier is called of what nobody known says."""


@dataclass(frozen=True, slots=True)
class Told:
    """An utterance: who says it ("" where nobody knows), in which part, its text, its words and its concepts."""

    id: str
    speaker: str
    part: str
    span: Span
    text: str
    words: tuple[WrittenWord, ...]
    tags: tuple[Tag, ...]


def utterances(read: Captioned) -> Iterator[Told]:
    """What is said or heard, in order of time; silences, and what is not in the recording, are left out."""
    words: dict[str, list[WrittenWord]] = {}
    for word in read.words:
        words.setdefault(word.utterance, []).append(word)
    document = read.document
    for spoken in document.utterances:
        held = tuple(words.get(spoken.id, ()))
        if held and Kind(held[0].kind) in NOT_CAPTIONED:
            continue
        speaker = clean(document.people[spoken.speaker].name) if spoken.speaker is not None else ""
        scene = document.scenes[spoken.scene] if spoken.scene is not None else None
        part = clean(scene.title or scene.id) if scene else ""
        span = Span(spoken.start_ms, max(spoken.start_ms, spoken.end_ms))
        yield Told(spoken.id, speaker, part, span, clean(spoken.text), held, spoken.tags)


def tag_text(tag: Tag) -> str:
    """A concept and how it is spoken of: "trigger (negated)"."""
    return f"{tag.concept} ({', '.join(sorted(tag.flags))})" if tag.flags else tag.concept
