"""A caption file with all evidence about it: what its transcript and its recording say, as far as its rules will ask."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline.audit.captions import load_with
from pipeline.audit.model import Document, Facts
from pipeline.commands.voices_heard import voice_count
from pipeline.commands.whole_file import time_map
from pipeline.errors import MediaError
from pipeline.media.facts import SUFFIXES, Audio
from pipeline.media.facts import facts as media_facts
from pipeline.run.store import Store


def load_with_evidence(
    path: Path, facts: Facts | None, media: Path | None, audio: Audio | None
) -> tuple[Document, Facts]:
    """The captions in a file and what is known about the recording: `facts`, and what has to be listened for in `audio`.

    Raises SubtitlesError and DocumentError.
    """
    document, known = load_with(path, facts)
    known = replace(known, time_map=time_map(document, known, path, media, audio))
    if audio is not None and known.speech and not known.words and not document.names_speakers:
        known = replace(known, voices=voice_count(audio, known.speech))
    return document, known


def with_duration(facts: Facts, path: Path, media: Path | None) -> Facts:
    """The facts with the length of the recording, where that can be found beside the captions or is known to be theirs."""
    if facts.duration_ms is not None:
        return facts
    known = media or Store.of(path.parent, path.name.split(".")[0]).origin()
    beside = (path.with_name(path.name.split(".")[0] + suffix) for suffix in sorted(SUFFIXES))
    for recording in (known, *beside):
        if recording is not None and recording.is_file():
            try:
                return replace(facts, duration_ms=media_facts(recording).duration_ms or None)
            except MediaError:
                continue
    return facts
