"""Whether Vignette wrote a file itself: a transcript is never made of what was made of a transcript.

Most formats have a place that says so, which other programs keep or replace with their own name. Praat's has none: there the
tiers are known by their names.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from pathlib import Path

from pipeline.formats.markup import ORIGIN

# Formats that say in their head who wrote them; a SubRip file has its mark in the WebVTT file beside it.
_SAY_IT = (".vtt", ".ttml", ".ass", ".eaf")
_HEAD_BYTES = 2000
# Where a Word document names the program that wrote it last; Word puts its own name there when a person saves it.
WORD_PROGRAM = "docProps/app.xml"
_TEXTGRID_BYTES = 8 * 1024 * 1024  # of a file, in which its tiers are looked for
_WORDS_TIER = re.compile(rb'^\s*name = "([^"\n]*) - words" ?\r?$', re.MULTILINE)


def is_ours(path: Path) -> bool:
    """Whether Vignette wrote the file, as far as the file says."""
    suffix = path.suffix.lower()
    try:
        if suffix == ".docx":
            return _says_in_word(path)
        if suffix == ".textgrid":
            return _has_our_tiers(path)
        note = path.with_suffix(".vtt") if suffix == ".srt" else path
        if suffix not in (".srt", *_SAY_IT) or not note.is_file():
            return False
        mark = f"NOTE {ORIGIN}" if note.suffix.lower() == ".vtt" else ORIGIN
        with note.open("rb") as file:
            return mark.encode() in file.read(_HEAD_BYTES)
    except OSError:  # whoever reads it will say so
        return False


def _says_in_word(path: Path) -> bool:
    try:
        with zipfile.ZipFile(path) as archive, archive.open(WORD_PROGRAM) as file:
            return ORIGIN.encode() in file.read(_HEAD_BYTES)
    except (
        KeyError,
        zipfile.BadZipFile,
        zlib.error,
        EOFError,
        NotImplementedError,
        ValueError,
        RuntimeError,
    ):
        return False


def _has_our_tiers(path: Path) -> bool:
    """Whether every tier of words belongs to one of the same name without that end, as only we write them."""
    with path.open("rb") as file:
        data = file.read(_TEXTGRID_BYTES)
    people = _WORDS_TIER.findall(data)
    return bool(people) and all(b'name = "%s" ' % name in data for name in people)
