"""Audio track selection: first by the recording's language, then the talk before commentary, then the file's default."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pipeline.languages import spellings


def number_of(streams: Sequence[Any], language: str) -> int:
    """The number, from 1, of the audio stream to listen to (PyAV's streams, at least one).

    Streams in `language` (a tag like "en") go before others, commentary and descriptions for the blind after the talk itself,
    the file's default before the rest.
    """
    return 1 + min(range(len(streams)), key=lambda index: _rank(streams[index], language))


def language_of(stream: Any) -> str:
    """The language that the container names, as it writes it; "" when it names none."""
    named = str(stream.metadata.get("language", "")).lower()
    return "" if named == "und" else named


def _rank(stream: Any, language: str) -> tuple[bool, bool, bool]:
    from av.stream import Disposition

    beside = Disposition.comment | Disposition.visual_impaired
    return (
        language_of(stream).split("-")[0] not in spellings(language),
        bool(stream.disposition & beside),
        not stream.disposition & Disposition.default,
    )
