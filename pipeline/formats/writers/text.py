"""Plain text for people who read: who says what and when, a paragraph for each turn, long silences told.

It is no caption file and is not read back: the public JSON is for programs.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from pipeline.formats.writers import render
from pipeline.timing import clock
from pipeline.transcript import NOT_CAPTIONED, Kind, Transcript, grade_line

# A silence that a reader is told of; chosen: shorter ones are breath.
SILENCE_MS = 4000
# A pause after which the same person's words begin a new paragraph; chosen, not measured.
PARAGRAPH_MS = 2000


@dataclass
class Paragraph:
    """Words of one speaker; `speaker` is their name, "" where nobody knows it; `only_screen` says that nobody says them."""

    speaker: str
    start_ms: int
    end_ms: int
    words: list[str] = field(default_factory=list)
    only_screen: bool = False


def dumps(transcript: Transcript) -> str:
    """The transcript as plain text: a heading, then paragraphs with their time and their speaker's name."""
    media = transcript.media
    heading = [media.title or media.name, f"({grade_line(transcript)})"]
    if transcript.is_draft:
        heading.insert(0, render.DRAFT_NOTICE)
    blocks = ["\n".join(heading)]
    spoken_until = 0
    for paragraph in _paragraphs(transcript):
        silence_ms = paragraph.start_ms - spoken_until
        if silence_ms >= SILENCE_MS and len(blocks) > 1:
            # Music may play meanwhile: what is known is that nobody speaks.
            blocks.append(f"[no words for {round(silence_ms / 1000)} seconds]")
        name = f"{paragraph.speaker}: " if paragraph.speaker else ""
        blocks.append(f"[{clock(paragraph.start_ms)}] {name}{' '.join(paragraph.words)}")
        spoken_until = max(spoken_until, paragraph.end_ms)
    return "\n\n".join(blocks) + "\n"


def _paragraphs(transcript: Transcript) -> Iterator[Paragraph]:
    """Utterances of one person joined over short pauses, in order of their first word."""
    names = {s.id: render.clean(s.name) for s in transcript.voices.speakers}
    told = []
    for utterance in transcript.voices.utterances:
        tokens = transcript.tokens[utterance.first : utterance.last]
        if tokens[0].kind in NOT_CAPTIONED:
            continue  # silences are told with their length, and what nobody says was not said
        span = transcript.span(utterance.first, utterance.last)
        words = [render.clean(t.text) for t in tokens]
        only_screen = all(t.kind is Kind.UNSPOKEN for t in tokens)
        told.append(
            Paragraph(names.get(utterance.speaker or "", ""), span.start_ms, span.end_ms, words, only_screen)
        )
    return joined(told)


def joined(told: Iterable[Paragraph]) -> Iterator[Paragraph]:
    """Utterances joined to paragraphs over short pauses of one person, in order of their start; what only stands on the screen
    begins one."""
    current: Paragraph | None = None
    for one in sorted(told, key=lambda p: p.start_ms):
        goes_on = current is not None and one.start_ms - current.end_ms < PARAGRAPH_MS
        if current is None or not goes_on or one.speaker != current.speaker or one.only_screen:
            if current is not None:
                yield current
            current = Paragraph(one.speaker, one.start_ms, one.end_ms)
        current.words += one.words
        current.end_ms = max(current.end_ms, one.end_ms)
    if current is not None:
        yield current
