"""Content digest: the SHA-256 of a recording, cached by size, modification time and inode and checked on sampled blocks."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from pipeline import privacy
from pipeline.errors import MediaError
from pipeline.files import replacing, why_unreadable

# Blocks spread evenly over the file, its first and last among them, that are compared before the cache is believed; chosen.
SAMPLED_BLOCKS = 16
BLOCK_BYTES = 4096


def digest(path: Path, cache: Path) -> str:
    """The file's SHA-256 in hexadecimal, remembered in the JSON file `cache`.

    What is remembered holds while size, modification time, inode and `SAMPLED_BLOCKS` blocks spread over the file are the
    same. Raises MediaError when the recording cannot be read. The cache only saves time: one that is damaged is started anew,
    and one that can be neither read nor written is gone without.
    """
    known = _read_cache(cache)
    key = str(path.absolute())
    try:
        seen = path.stat()
        identity = [seen.st_size, seen.st_mtime_ns, seen.st_ino, _sampled(path, seen.st_size)]
        if key in known and known[key][:4] == identity:
            return str(known[key][4])
        with path.open("rb") as file:
            whole = hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise MediaError(path, *why_unreadable(error, "copy it anew")) from None
    with suppress(OSError):
        _write_cache(cache, {**known, key: [*identity, whole, _seal([*identity, whole])]})
    return whole


def _sampled(path: Path, size: int) -> str:
    found = hashlib.sha256()
    with path.open("rb") as file:
        for block in range(SAMPLED_BLOCKS):
            file.seek(max(0, size - BLOCK_BYTES) * block // (SAMPLED_BLOCKS - 1))
            found.update(file.read(BLOCK_BYTES))
    return found.hexdigest()


def _read_cache(cache: Path) -> dict[str, list[Any]]:
    try:
        known = json.loads(cache.read_text("utf-8"))
    except (OSError, ValueError, RecursionError):
        return {}
    entries = known.items() if isinstance(known, dict) else ()
    return {k: v for k, v in entries if isinstance(v, list) and len(v) == 6 and v[5] == _seal(v[:5])}


def _seal(entry: list[Any]) -> str:
    """The SHA-256 of an entry: artefacts are keyed by the digest in it, and outputs tell it."""
    return hashlib.sha256(json.dumps(entry).encode()).hexdigest()


def _write_cache(cache: Path, known: dict[str, list[Any]]) -> None:
    privacy.make_folder(cache.parent)
    with replacing(cache) as partial:
        partial.write_text(json.dumps(known, indent=0, sort_keys=True), "utf-8")
