"""Registry of derived files: what commands made of a recording beside its outputs, wherever it lies, so that `forget` finds it.

Copies with captions, sheets, clips, projects of qualitative research, mended captions: `.work/<name>/derived.json` names each
with the digest of what was written. A file that a person changed since is theirs.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from filelock import FileLock

from pipeline.errors import OutputError
from pipeline.files import WORK_FOLDER, digest_of_file, write_atomic
from pipeline.run.sealed import Damaged, opened, sealed
from pipeline.run.store import Store

_RECORD = "derived.json"
# It has always been sealed: nothing is taken without.
_UNSEALED = ()
# So many seconds a command waits for another that writes down what it made.
_LOCK_TIMEOUT_S = 30


def remember(store: Store, made: Iterable[Path]) -> None:
    """Write down that these files were made of the store's recording. Raises OutputError."""
    found = {os.path.relpath(path.resolve(), store.folder.resolve()): path for path in made}
    try:
        store.make()
        with FileLock(store.folder / "derived.lock", timeout=_LOCK_TIMEOUT_S):
            held = {**_held(store), **{place: digest_of_file(path) for place, path in found.items()}}
            write_atomic(store.folder / _RECORD, sealed(dict(sorted(held.items()))))
    except (OSError, ValueError) as error:
        remedy = "what was made is there; 'vignette forget' will not find it unless this can be written"
        raise OutputError(store.folder / _RECORD, f"cannot be written: {error}", remedy) from error


def remember_of_output(output: Path, made: Iterable[Path]) -> None:
    """The same for what was made of one of a run's outputs; of any other file nothing is known, and nothing is written."""
    work = output.parent / WORK_FOLDER
    for folder in sorted(work.iterdir()) if work.is_dir() else ():
        if folder.is_dir() and output.name in Store(folder).written():
            remember(Store(folder), made)


def files_of(store: Store) -> tuple[tuple[Path, ...], tuple[Path, ...]]:
    """The derived files of a recording that are as we left them, and those that a person changed since."""
    found = [(Path(os.path.normpath(store.folder / place)), digest) for place, digest in _held(store).items()]
    there = [(path, _is(path, digest)) for path, digest in found if path.is_file()]
    return tuple(p for p, same in there if same), tuple(p for p, same in there if not same)


def is_damaged(store: Store) -> bool:
    """Whether it is not known any more what commands made of a recording."""
    try:
        _read(store)
    except Damaged:
        return True
    return False


def _held(store: Store) -> dict[str, str]:
    try:
        return _read(store)
    except Damaged:
        return {}


def _read(store: Store) -> dict[str, str]:
    try:
        held, _ = opened((store.folder / _RECORD).read_bytes(), _UNSEALED)
    except FileNotFoundError:
        return {}
    except OSError as error:
        raise Damaged(f"it cannot be read: {error.strerror}") from error
    return {str(k): str(v) for k, v in held.items()}


def _is(path: Path, digest: str) -> bool:
    try:
        return digest_of_file(path) == digest
    except OSError:
        return False
