"""A transcript as the plain text of a REFI-QDA source: a paragraph for each utterance, and where in it which time is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence

from pipeline.formats.document.reader import Document, Spoken, Tag
from pipeline.search.quotes import Quote, span_of, utterance_of

# Namespace of our name-based GUIDs (RFC 4122, version 5).
_GUID_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:vignette:refi-qda")


class PlainTranscript:
    """A transcript as plain text, a paragraph for each utterance, and where in it which time is."""

    def __init__(self, name: str, document: Document, quotes: Sequence[Quote] = ()) -> None:
        self.name = name
        self.quotes: list[tuple[Quote, int, int]] = []
        of_utterance = _by_utterance(document, quotes)
        self.times: dict[int, int] = {}
        self.selections: list[tuple[Tag, int, int]] = []
        lines: list[str] = []
        at = 0
        for number, spoken in enumerate(document.utterances):
            line = self.line(document, spoken)
            text_at = at + len(line) - len(spoken.text)
            self.place(spoken, at, text_at)
            for quote in of_utterance.get(number, ()):
                self.place_quote(quote, spoken, text_at)
            lines.append(line)
            at += len(line) + 1
        self.content = "\n".join(lines) + "\n"

    def line(self, document: Document, spoken: Spoken) -> str:
        if spoken.speaker is None:
            return spoken.text
        person = document.people[spoken.speaker]
        return f"{person.name or person.id}: {spoken.text}"

    def place(self, spoken: Spoken, line_at: int, text_at: int) -> None:
        """Note the times of one utterance whose line and whose text begin at these positions."""
        self.times.setdefault(line_at, spoken.start_ms)
        for tag in spoken.tags:
            first, last = text_at + tag.start_char, text_at + tag.end_char
            self.times.setdefault(first, tag.start_ms)
            self.times.setdefault(last, tag.end_ms)
            self.selections.append((tag, first, last))
        self.times.setdefault(text_at + len(spoken.text), spoken.end_ms)

    def place_quote(self, quote: Quote, spoken: Spoken, text_at: int) -> None:
        """Note the times of a quote; those of words in the middle of an utterance are the person's, as they were then."""
        first, last = span_of(quote, spoken.text)
        start_ms, end_ms = (
            max(spoken.start_ms, min(t, spoken.end_ms)) for t in (quote.start_ms, quote.end_ms)
        )
        self.times.setdefault(text_at + first, start_ms if first else spoken.start_ms)
        self.times.setdefault(text_at + last, end_ms if last < len(spoken.text) else spoken.end_ms)
        self.quotes.append((quote, text_at + first, text_at + last))

    def sync_points(self) -> Iterator[tuple[int, int]]:
        """(position, time_ms) in order of both: where people speak at once, the earlier one's end gives way."""
        later_ms = None
        found: list[tuple[int, int]] = []
        for position in sorted(self.times, reverse=True):
            time_ms = self.times[position]
            later_ms = time_ms if later_ms is None else min(time_ms, later_ms)
            found.append((position, later_ms))
        return reversed(found)

    def guid_at(self, position: int) -> str:
        return guid_of("sync", self.name, str(position))


def _by_utterance(document: Document, quotes: Sequence[Quote]) -> dict[int, list[Quote]]:
    """The quotes of a recording by the place of their utterance; those that no utterance holds are left out."""
    said = [(s.start_ms, s.end_ms, s.text) for s in document.utterances]
    found: dict[int, list[Quote]] = {}
    for quote in quotes:
        place = utterance_of(quote, said)
        if place is not None:
            found.setdefault(place, []).append(quote)
    return found


def guid_of(*names: str) -> str:
    return str(uuid.uuid5(_GUID_NAMESPACE, "\n".join(names)))
