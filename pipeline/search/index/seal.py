"""Seal of an index: the SHA-256 of its file as the last update left it, beside it, so that a damaged one is not searched.

SQLite notices damage to its structure and not to what was said. Reading all of a large index before every search would take
longer than the search: the digest is remembered by size, time, inode and sampled blocks (`pipeline.media.digest`).
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from pipeline.errors import IndexFileError, MediaError, OutputError
from pipeline.files import write_atomic
from pipeline.media.digest import digest


def break_seal(index: Path) -> None:
    """Before an index is changed: nobody may take it for damaged meanwhile, nor when the change does not come to its end."""
    _seal_of(index).unlink(missing_ok=True)


def seal(index: Path) -> None:
    """After it was changed. While a search keeps the write-ahead log in use, some of it stands there, and no seal is set."""
    with suppress(OSError, MediaError, OutputError):  # without one it is searched as it is
        log = index.with_name(f"{index.name}-wal")
        if not log.exists() or not log.stat().st_size:
            write_atomic(_seal_of(index), _digest(index) + "\n")


def is_damaged(index: Path) -> bool:
    """Whether the file is another than the last update left; no where none was sealed, or one is at work now."""
    before = _sealed(index)
    try:
        now = _digest(index) if before else ""
    except MediaError:
        return False
    return bool(before) and now != before and _sealed(index) == before


def damaged(index: Path) -> IndexFileError:
    """The error for a damaged index."""
    return IndexFileError(index, "is damaged: it is not as it was written", "run: vignette index --rebuild")


def forget_place(index: Path) -> None:
    """Remove the note of where the index lies (its digest, remembered by path); the next search makes it anew."""
    _remembered(index).unlink(missing_ok=True)


def _digest(index: Path) -> str:
    return digest(index, _remembered(index))


def _remembered(index: Path) -> Path:
    return index.with_name(f"{index.name}.digest.json")


def _sealed(index: Path) -> str:
    try:
        return _seal_of(index).read_text("ascii").strip()
    except (OSError, ValueError):
        return ""


def _seal_of(index: Path) -> Path:
    return index.with_name(f"{index.name}.sha256")
