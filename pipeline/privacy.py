"""File permissions: what is derived from a recording can be read by its owner alone (mode 600, folders 700).

Recordings of people in treatment are the rule here, and several people may have accounts on one machine. Three things say
otherwise: the setting `private = false`, a folder that its owner made a shared one (set-group-ID, `chmod g+s`), and a file that
is there already, whose permissions stay. Then the system's own rule for new files holds (umask).
"""

from __future__ import annotations

import os
import stat
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path

# The project's settings, in the current folder; `pipeline.settings` reads and checks all of it.
PROJECT_FILE = Path("vignette.toml")
SETTING = "private"

_chosen: ContextVar[bool | None] = ContextVar("private", default=None)


@contextmanager
def chosen(private: bool) -> Iterator[None]:
    """Meanwhile this holds, whatever the project says: a recording's own settings."""
    token = _chosen.set(private)
    try:
        yield
    finally:
        _chosen.reset(token)


def file_mode(folder: Path) -> int:
    """The permissions of a new file in a folder."""
    return (0o600 if _is_private(folder) else 0o666) & ~_umask()


def make_folder(folder: Path) -> None:
    """Make a folder for what is nobody else's concern, and those above it. Raises OSError."""
    if folder.is_dir():
        return
    make_folder(folder.parent)
    try:
        folder.mkdir(0o700 if _is_private(folder.parent) else 0o777)
    except FileExistsError:
        if not folder.is_dir():  # else another run was quicker
            raise


def _is_private(folder: Path) -> bool:
    private = _chosen.get()
    if not (_of_project() if private is None else private):
        return False
    try:
        return not folder.stat().st_mode & stat.S_ISGID
    except OSError:
        return True


def _of_project() -> bool:
    """What the project's settings say; whoever reads all of them complains of what is wrong in them."""
    with suppress(OSError, ValueError, RecursionError):
        return tomllib.loads(PROJECT_FILE.read_text("utf-8-sig")).get(SETTING) is not False
    return True


def _umask() -> int:
    umask = os.umask(0o077)
    os.umask(umask)
    return umask
