"""Subtitle discovery: the subtitles or script beside a recording, found by name.

For `talk.mp4` and language `en`, in this order, and within each step `.srt` before `.vtt`, `.ass` and `.ssa`:

1. `talk.en.srt`
2. `talk.en-GB.srt`, `talk.en-US.srt`, ... in alphabetical order
3. `talk.srt`
4. the scripts `talk.en.txt`, `talk.en.docx`, `talk.txt`, `talk.docx`

The suffix may be written in capitals. Captions that Vignette wrote are never taken for subtitles that
somebody brought: a WebVTT file that says so in its note, and the SubRip file of the same name beside it.
"""

from __future__ import annotations

import unicodedata
from pathlib import Path

from pipeline.formats.markup import ORIGIN

_TIMED = (".srt", ".vtt", ".ass", ".ssa")
_SCRIPTS = (".txt", ".docx")


def find_subtitles(media_path: Path, lang: str = "en") -> list[Path]:
    """The subtitles and scripts of a recording, best first; empty when there are none or the folder cannot be read."""
    name = _nfc(media_path.stem)
    ranked = []
    try:
        beside = [p for p in media_path.parent.iterdir() if p.is_file()]
    except OSError:
        return []
    for path in beside:
        rank = _rank(path, name, lang.casefold())
        if rank is not None and not _is_ours(path):
            ranked.append((rank, path.name, path))
    return [path for _, _, path in sorted(ranked)]


def _rank(path: Path, name: str, lang: str) -> tuple[int, str, int] | None:
    """Where the file stands in the order; None when it does not belong to the recording."""
    suffix, stem = path.suffix.lower(), _nfc(path.stem)
    if suffix not in _TIMED + _SCRIPTS or not stem.startswith(name):
        return None
    script = suffix in _SCRIPTS
    kind = (_SCRIPTS if script else _TIMED).index(suffix)
    tag = stem[len(name) :].casefold()
    if tag == f".{lang}":
        return (3 if script else 0), "", kind
    if tag.startswith(f".{lang}-") and "." not in tag[1:]:
        return (3 if script else 1), tag, kind
    if tag == "":
        return (4 if script else 2), "", kind
    return None


def _nfc(name: str) -> str:
    """The name in Unicode normalization form C, as file systems compose the same name differently."""
    return unicodedata.normalize("NFC", name)


def _is_ours(path: Path) -> bool:
    """Whether Vignette wrote the file: its note says so, or that of the WebVTT file beside it."""
    note = path if path.suffix.lower() == ".vtt" else path.with_suffix(".vtt")
    if path.suffix.lower() not in (".vtt", ".srt") or not note.is_file():
        return False
    with note.open("rb") as file:
        return f"NOTE {ORIGIN}".encode() in file.read(2000)
