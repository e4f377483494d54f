"""Plain text for people who read: who says what and when, a paragraph for each turn, long silences told.

It is no caption file and is not read back: the public JSON is for programs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from pipeline.formats.writers import render
from pipeline.timing import clock
from pipeline.transcript import NOT_CAPTIONED, Kind, Transcript, grade_line

# A silence that a reader is told of; chosen: shorter ones are breath.
SILENCE_MS = 4000
# A pause after which the same person's words begin a new paragraph; chosen, not measured.
PARAGRAPH_MS = 2000


@dataclass
class _Paragraph:
    """Words of one speaker; `speaker` is their name, "" where nobody knows it."""

    speaker: str
    start_ms: int
    end_ms: int
    words: list[str] = field(default_factory=list)


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


def _paragraphs(transcript: Transcript) -> Iterator[_Paragraph]:
    """Utterances of one person joined over short pauses, in order of their first word."""
    names = {s.id: render.clean(s.name) for s in transcript.voices.speakers}
    current: _Paragraph | None = None
    for utterance in sorted(
        transcript.voices.utterances, key=lambda u: transcript.span(u.first, u.last).start_ms
    ):
        if transcript.tokens[utterance.first].kind in NOT_CAPTIONED:
            continue  # silences are told with their length, and what nobody says was not said
        span = transcript.span(utterance.first, utterance.last)
        speaker = names.get(utterance.speaker or "", "")
        words = [render.clean(t.text) for t in transcript.tokens[utterance.first : utterance.last]]
        only_screen = all(
            t.kind is Kind.UNSPOKEN for t in transcript.tokens[utterance.first : utterance.last]
        )
        goes_on = current is not None and span.start_ms - current.end_ms < PARAGRAPH_MS
        if current is None or not goes_on or speaker != current.speaker or only_screen:
            if current is not None:
                yield current
            current = _Paragraph(speaker, span.start_ms, span.end_ms)
        current.words += words
        current.end_ms = max(current.end_ms, span.end_ms)
    if current is not None:
        yield current
