"""Temporary files: named after the process that writes them, so that what a killed one left is known and swept away.

What lies in them is part of a recording or of what was said in it. A file is swept when its process has ended; one of another
machine's that shares the disk when a day has passed.
"""

from __future__ import annotations

import hashlib
import os
import platform
import re
import secrets
import shutil
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_NAME = re.compile(r"\.?vignette-(?:(?P<pid>\d+)-(?P<host>[0-9a-f]{6})-)?[\w-]+(?:\.part)?")
# What no living process of this machine answers for is left alone so long.
_DAY_S = 24 * 3600
SUFFIX = ".part"


def part_beside(path: Path) -> Path:
    """A name for a file that shall replace `path` when it is finished: in the same folder, nobody else's, known to `sweep`."""
    return path.with_name(f".{_prefix()}{secrets.token_hex(4)}{SUFFIX}")


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """A folder of our own outside of the project, for as long as the block lasts; `sweep_temporary` knows it."""
    with tempfile.TemporaryDirectory(prefix=_prefix()) as folder:
        yield Path(folder)


def sweep(folders: Iterable[Path]) -> None:
    """Remove unfinished files that ended processes left in these folders; what cannot be removed stays."""
    for folder in dict.fromkeys(folders):
        for path in _entries(folder, ".vignette-"):
            if path.name.endswith(SUFFIX) and _is_left(path):
                with suppress(OSError):
                    path.unlink()


def sweep_temporary() -> None:
    """Remove the temporary folders that ended processes of this user left outside of any project."""
    for path in _entries(Path(tempfile.gettempdir()), "vignette-"):
        with suppress(OSError):
            ours = not hasattr(os, "getuid") or path.lstat().st_uid == os.getuid()
            if ours and path.is_dir() and not path.is_symlink() and _is_left(path, named=True):
                shutil.rmtree(path, ignore_errors=True)


def _prefix() -> str:
    return f"vignette-{os.getpid()}-{_host()}-"


def _host() -> str:
    return hashlib.sha256(platform.node().encode()).hexdigest()[:6]


def _entries(folder: Path, begins: str) -> list[Path]:
    try:
        return [p for p in folder.iterdir() if p.name.startswith(begins)]
    except OSError:
        return []


def _is_left(path: Path, named: bool = False) -> bool:
    """Whether nobody writes this any more. Names without a process are those of version 0.1, unless they must have one."""
    found = _NAME.fullmatch(path.name)
    if found is None or (named and not found["pid"]):
        return False
    if not found["pid"]:
        return True
    if found["host"] == _host() and not _lives(int(found["pid"])):
        return True
    with suppress(OSError):
        return time.time() - path.lstat().st_mtime > _DAY_S
    return False


def _lives(pid: int) -> bool:
    """Whether a process of this number is alive; yes where asking would do it harm."""
    if sys.platform == "win32":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True
