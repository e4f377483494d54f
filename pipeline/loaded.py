"""Models in memory: loaded once per process, as long as their files stay what they are.

A folder of recordings is captioned by few processes, and a model takes longer to load than a short clip to hear. Of each kind
one model is kept, the one that was asked for last.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Hashable, Iterable
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

T = TypeVar("T")

_kept: dict[str, tuple[Hashable, Any]] = {}
_loading = RLock()


def once(kind: str, files: Iterable[Path], load: Callable[[], T], *how: Hashable) -> T:
    """The model of this kind that `load` makes of these files, `how` it is told to; loaded anew when a file is another."""
    key = (tuple(map(_stamp, files)), how)
    with _loading:
        if kind not in _kept or _kept[kind][0] != key:
            _kept.pop(kind, None)  # before the next one takes its room
            _kept[kind] = key, load()
        found: T = _kept[kind][1]
        return found


def drop() -> None:
    """Give all of them back."""
    with _loading:
        _kept.clear()


def _stamp(path: Path) -> Hashable:
    """Which file this is: its place (where a link leads), size, time and inode; the place alone for one that is not there."""
    place = os.path.realpath(path)
    try:
        found = path.stat()
    except OSError:
        return (place,)
    return (place, found.st_size, found.st_mtime_ns, found.st_ino)
