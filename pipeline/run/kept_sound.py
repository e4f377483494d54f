"""Kept sound: a recording's decoded sound beside the stages' artefacts, so that a later run hears its few seconds at once.

After a corrected word a stage listens to the seconds around it; decoding would begin at the start of the film for them, since
what a decoder gives depends on all that it was given before. The samples are kept as they were decoded, mapped into memory and
sealed by their SHA-256. A folder of outputs keeps `MOST_BYTES` of sound: what was not used for longest goes first.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pipeline.errors import MediaError, OutputError
from pipeline.files import digest_of_file
from pipeline.run.store import Store

if TYPE_CHECKING:
    from pipeline.media.audio import Audio

# The artefact that seals the file, and the file.
KEPT = "sound-kept"
FILE = "sound.npy"
# What a folder of outputs keeps of sound: twelve films of 83 minutes. Chosen.
MOST_BYTES = 2_000_000_000
# The folder is looked through once so many bytes were kept by this process: seldom for clips, every time for films. Chosen.
_LOOK_EVERY_BYTES = 100_000_000

_since_look = 0


def kept(store: Store, reads: Mapping[str, Any]) -> Audio | None:
    """The sound of the recording that `reads` names, None where none is kept; one that is damaged is noted in `store.damaged`."""
    from pipeline.media.audio import Audio

    path = store.folder / FILE
    seal = store.load(KEPT, str, reads).result
    try:
        if seal is None or not path.is_file():
            return None
        if digest_of_file(path) != seal:
            store.damaged.add(KEPT)
            return None
        with suppress(OSError):
            os.utime(path)  # used now
        return Audio.open(path)
    except (OSError, MediaError):
        return None


def keep(store: Store, reads: Mapping[str, Any], audio: Audio) -> None:
    """Keep a recording's sound, and as much of others' as there is room for; where that cannot be written it is gone without."""
    global _since_look
    if audio.samples.nbytes > MOST_BYTES:
        return
    path = store.folder / FILE
    try:
        store.make()
        audio.save(path)
        store.save(KEPT, str, reads, digest_of_file(path))
    except (OSError, OutputError, MediaError):
        with suppress(OSError):
            path.unlink()
        return
    _since_look += audio.samples.nbytes
    if _since_look >= _LOOK_EVERY_BYTES:
        _since_look = 0
        make_room(store.folder.parent)


def make_room(work: Path) -> None:
    """Remove the sounds that were not used for longest, until those of all recordings take `MOST_BYTES` at most."""
    held: list[tuple[int, int, Path]] = []
    for path in work.glob(f"*/{FILE}"):
        with suppress(OSError):
            found = path.stat()
            held.append((found.st_mtime_ns, found.st_size, path))
    left = sum(size for _, size, _ in held)
    for _, size, path in sorted(held):
        if left <= MOST_BYTES:
            return
        with suppress(OSError):  # another run may be at it too, or the system holds a file that is mapped
            path.unlink()
            left -= size
