"""The text that came with a recording, as it was read: kept beside the stages' artefacts while nothing that reads it changed.

Every run wants it, if only to know that nothing is to be done, and reading a film's subtitles takes longer than all else then.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any

from pipeline.files import digest_of
from pipeline.run.store import Store
from pipeline.settings import Settings
from pipeline.transcript.subtitles import Subtitles

# The artefact beside the stages' own.
READ = "subtitles-as-read"
# What decides how a text is read, inside of the package.
_CODE = ("formats/*.py", "formats/readers/*.py", "english/*.py", "transcript/*.py", "*.py")
_PACKAGE = Path(__file__).resolve().parent.parent


def as_read(
    path: Path,
    settings: Settings,
    recording: Mapping[str, Any],
    frame_rate: Callable[[], Fraction | None],
    store: Store,
    keeping: bool,
) -> Subtitles:
    """The subtitles or script at `path`; `frame_rate` of the `recording` is asked for where the times of the file count frames.

    Raises SubtitlesError, and what `frame_rate` raises.
    """
    from pipeline.formats.readers import counts_frames, load, read

    people = [name for p in settings.people for name in (p.name, *p.also_known_as)]
    reads = {
        **recording,
        "subtitles": digest_of(load(path)),
        "name": path.name,
        "language": settings.language,
        "people": people,
        "code": _code(),
    }
    known = store.load(READ, Subtitles, reads).result
    if known is not None:
        return known
    rate = frame_rate() if counts_frames(path, settings.language) else None
    found = read(path, settings.language, people, rate)
    if keeping:
        store.save(READ, Subtitles, reads, found)
    return found


@cache
def _code() -> str:
    """The digest of the code that reads: what is kept says nothing about how another version reads."""
    files = sorted(path for pattern in _CODE for path in _PACKAGE.glob(pattern))
    return digest_of(b"".join(digest_of(path.read_bytes()).encode() for path in files))
