"""A transcript as the plain text of a REFI-QDA source: a paragraph for each utterance, and where in it which time is."""

from __future__ import annotations

import uuid
from collections.abc import Iterator

from pipeline.formats.document.reader import Document, Spoken, Tag

# Namespace of our name-based GUIDs (RFC 4122, version 5).
_GUID_NAMESPACE = uuid.uuid5(uuid.NAMESPACE_URL, "urn:vignette:refi-qda")


class PlainTranscript:
    """A transcript as plain text, a paragraph for each utterance, and where in it which time is."""

    def __init__(self, name: str, document: Document) -> None:
        self.name = name
        self.times: dict[int, int] = {}
        self.selections: list[tuple[Tag, int, int]] = []
        lines: list[str] = []
        at = 0
        for spoken in document.utterances:
            line = self.line(document, spoken)
            self.place(spoken, at, at + len(line) - len(spoken.text))
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


def guid_of(*names: str) -> str:
    return str(uuid.uuid5(_GUID_NAMESPACE, "\n".join(names)))
