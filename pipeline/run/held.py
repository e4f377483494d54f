"""Artefacts held in memory for as long as their files are what they were: a look after an edit reads none of them again.

Only for results that nobody can change, which are those of the stages.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from pipeline.run.store import Loaded, Store, changed

T = TypeVar("T")
# So many artefacts are held: those of the three recordings that may be open at once.
MAX_HELD = 30


@dataclass(frozen=True, slots=True)
class _Held:
    """An artefact: its file's time, size and inode, what it was made of, and the result where that was needed already."""

    stamp: tuple[int, int, int]
    reads: Mapping[str, Any]
    result: Any


_held: OrderedDict[Path, _Held] = OrderedDict()
_lock = threading.Lock()


def load(store: Store, stage: str, kind: type[T], reads: Mapping[str, Any]) -> Loaded[T]:
    """As `Store.load`, from memory where the file is the one that was read."""
    path = store.folder.absolute() / f"{stage}.json"
    stamp = _stamp(path)
    held = _held.get(path)
    if stamp is None or held is None or held.stamp != stamp:
        found = store.load(stage, kind, reads)
        made_of = reads if found.result is not None else store.reads(stage)
        if stamp is not None and made_of:  # of one that is damaged nothing is known
            _hold(path, _Held(stamp, dict(made_of), found.result))
        return found
    names = changed(held.reads, reads)
    if names:
        return Loaded(None, f"changed: {', '.join(names)}")
    if held.result is None:
        found = store.load(stage, kind, reads)
        _hold(path, _Held(stamp, held.reads, found.result))
        return found
    return Loaded(held.result, "up to date")


def _hold(path: Path, held: _Held) -> None:
    with _lock:
        _held[path] = held
        _held.move_to_end(path)
        while len(_held) > MAX_HELD:
            _held.popitem(last=False)


def _stamp(path: Path) -> tuple[int, int, int] | None:
    try:
        state = path.stat()
    except OSError:
        return None
    return state.st_mtime_ns, state.st_size, state.st_ino
