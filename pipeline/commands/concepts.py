"""Concept frequencies of a finished transcript: what was counted in a public document, without a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pipeline.concepts.summary import Occurrence, Summary, counted
from pipeline.formats.document import reader
from pipeline.formats.document.reader import Document


def summary_of(path: Path) -> Summary:
    """Count the concepts of the public document at `path`. Raises DocumentError."""
    document = reader.read(path)
    return counted(_occurrences(document), document.duration_ms)


def _occurrences(document: Document) -> Iterator[Occurrence]:
    for spoken in document.utterances:
        speaker = "" if spoken.speaker is None else document.people[spoken.speaker].id
        scene = None if spoken.scene is None else document.scenes[spoken.scene]
        part = (scene.title or scene.id) if scene else ""
        for tag in spoken.tags:
            yield tag.concept, speaker, part, spoken.start_ms, tag.confidence
