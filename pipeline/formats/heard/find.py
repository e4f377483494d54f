"""Discovery of what another program heard: the JSON file beside a recording, by the names that those programs give.

`talk.whisper.json` and `talk.whisperx.json` say what they are. Whisper and WhisperX themselves write `talk.json`, whisper.cpp
`talk.wav.json` or `talk.mp4.json`: such a file may be anybody's, so it is taken only when it reads as one of theirs.
"""

from __future__ import annotations

from pathlib import Path

from pipeline.formats.heard import LISTS

_SAY_IT = (".whisper.json", ".whisperx.json")
_MAY_BE = (".json", ".wav.json")
_ENOUGH_BYTES = 4000  # of a file's beginning, to see whether it may be one


def find_heard(media: Path) -> tuple[Path | None, bool]:
    """The file beside a recording, and whether its name says that it is one; (None, False) where there is none."""
    for end in _SAY_IT:
        if (named := media.with_name(media.stem + end)).is_file():
            return named, True
    for end in (*_MAY_BE, f"{media.suffix}.json"):
        if _looks_heard(guess := media.with_name(media.stem + end)):
            return guess, False
    return None, False


def _looks_heard(path: Path) -> bool:
    """Whether a file may be a recognizer's JSON, by its beginning."""
    if not path.is_file():
        return False
    try:
        with path.open("rb") as file:
            begin = file.read(_ENOUGH_BYTES)
    except OSError:
        return False
    named = any(f'"{key}"'.encode() in begin for key in (*LISTS, "text"))
    is_json = begin.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")
    return is_json and named and b'"vignette/' not in begin
