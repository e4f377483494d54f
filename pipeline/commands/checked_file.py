"""A caption file with all evidence about it: what its transcript and its recording say, as far as its rules will ask."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pipeline import settings
from pipeline.audit.captions import facts_of, load_with, merged, trusted_transcript, with_source_of_words
from pipeline.audit.model import Document, Facts
from pipeline.commands.voices_heard import voice_count
from pipeline.commands.whole_file import time_map
from pipeline.errors import MediaError
from pipeline.files import OUT_FOLDER, PROJECT_FILE
from pipeline.formats.document.captions import Captioned
from pipeline.media.facts import Audio
from pipeline.media.facts import facts as media_facts
from pipeline.media.suffixes import SUFFIXES
from pipeline.run.jobs import sidecar_of
from pipeline.run.store import Store


def load_with_evidence(
    path: Path, facts: Facts | None, media: Path | None, audio: Audio | None
) -> tuple[Document, Facts]:
    """The captions in a file and what is known about the recording: `facts`, the names in its sidecar, and what has to be
    listened for in `audio`.

    Raises SubtitlesError, DocumentError and SettingsError.
    """
    document, known = load_with(path, facts)
    if media is not None and known.words is None and (found := _transcript_of(media, path)):
        transcript, source = found
        known = merged(facts_of(transcript), known)
        document = with_source_of_words(document, str(source))
    if recording := media or recording_of(path):
        expected = settings.load(PROJECT_FILE, sidecar_of(recording)).names
        known = replace(known, names=tuple(dict.fromkeys((*known.names, *expected))))
    known = replace(known, time_map=time_map(document, known, path, media, audio))
    if audio is not None and known.speech and not known.words and not document.names_speakers:
        known = replace(known, voices=voice_count(audio, known.speech))
    return document, known


def _transcript_of(media: Path, path: Path) -> tuple[Captioned, Path] | None:
    """The transcript that a run made of a recording, in the captions' folder or the usual one, and where it lies."""
    for folder in (path.parent, OUT_FOLDER):
        origin = Store.of(folder, media.stem).origin()
        if origin is None or not (origin.exists() and media.exists() and origin.samefile(media)):
            continue
        source = folder / f"{media.stem}.json"
        if transcript := trusted_transcript(source):
            return transcript, source
    return None


def recording_of(path: Path) -> Path | None:
    """The recording whose run wrote a caption file; None for a file that no run wrote."""
    return Store.of(path.parent, path.name.split(".")[0]).origin()


def with_duration(facts: Facts, path: Path, media: Path | None) -> Facts:
    """The facts with the length of the recording, where that can be found beside the captions or is known to be theirs."""
    if facts.duration_ms is not None:
        return facts
    known = media or recording_of(path)
    beside = (path.with_name(path.name.split(".")[0] + suffix) for suffix in sorted(SUFFIXES))
    for recording in (known, *beside):
        if recording is not None and recording.is_file():
            try:
                return replace(facts, duration_ms=media_facts(recording).duration_ms or None)
            except MediaError:
                continue
    return facts
