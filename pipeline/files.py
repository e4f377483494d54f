"""Atomic file replacement, the folders of a project, and where installed data and models lie.

What a reader of our outputs sees is always the old file or the new one, never half of either.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Container, Iterator
from pathlib import Path

from pipeline import leftovers, privacy
from pipeline.errors import OutputError, WeightsError

# Relative to a project's folder: its recordings, its outputs (in WORK_FOLDER inside, what stages stored), its settings,
# the weights that its recognizers use.
MEDIA_FOLDER = Path("media")
OUT_FOLDER = Path("transcripts")
WORK_FOLDER = ".work"
PROJECT_FILE = privacy.PROJECT_FILE
MODELS_FOLDER = Path("models")

_PACKAGE = Path(__file__).resolve().parent

# What is said of an operating system's error: the problem, and what to do.
_PROBLEMS = {
    errno.ENOENT: ("its folder does not exist", "make the folder, or {elsewhere}"),
    errno.ENOTDIR: ("a part of its folder's path is a file", "{elsewhere}"),
    errno.EACCES: ("we may not write here", "change the folder's permissions, or {elsewhere}"),
    errno.EPERM: ("we may not write here", "change the folder's permissions, or {elsewhere}"),
    errno.EROFS: ("the disk is read-only", "{elsewhere}"),
    errno.ENOSPC: ("the disk is full", "make room and run the same command again"),
    errno.EDQUOT: ("your disk quota is used up", "make room and run the same command again"),
    errno.EISDIR: ("a folder of this name is in the way", "rename the folder"),
    errno.ENAMETOOLONG: ("the name is too long for this disk", "rename the recording"),
}

# The same of a file that cannot be read.
_UNREADABLE = {
    errno.ENOENT: ("there is no such file", "check the name"),
    errno.ENOTDIR: ("a part of its path is a file", "check the name"),
    errno.EISDIR: ("it is a folder", "name one file in it"),
    errno.EACCES: ("we may not read it", "change its permissions"),
    errno.EPERM: ("we may not read it", "change its permissions"),
    errno.EIO: ("the disk reports an error", "copy it again from where it came"),
    errno.ENAMETOOLONG: ("the name is too long for this disk", "check the name"),
}

# What is no regular file is called so.
_KINDS = {
    stat.S_IFIFO: "a pipe",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFSOCK: "a socket",
}


def why_unreadable(error: OSError, otherwise: str = "check the file") -> tuple[str, str]:
    """What is said of an operating system's error in reading: the problem, and what to do (`otherwise` where that is unknown)."""
    problem, remedy = _UNREADABLE.get(error.errno or 0, (error.strerror or str(error), otherwise))
    return f"cannot be read: {problem}", remedy


def why_unwritable(error: OSError, elsewhere: str) -> tuple[str, str]:
    """The same of an error in writing, with `elsewhere` for how to choose another place."""
    problem, remedy = _PROBLEMS.get(error.errno or 0, (error.strerror or str(error), ""))
    return f"cannot be written: {problem}", remedy.format(elsewhere=elsewhere)


def write_atomic(
    path: Path,
    content: str | bytes,
    elsewhere: str = "choose another folder with --out",
    private: bool | None = None,
) -> None:
    """Replace the file at `path` with `content` atomically: a crash at any moment leaves the old file whole.

    Text is written as UTF-8 without a byte order mark, its line ends as they are. The bytes go to a temporary file in the
    same folder, are flushed to the disk and moved over the old file, whose permissions are kept; a new one's are those of
    `pipeline.privacy`, unless `private` says otherwise. A symbolic link stays a link and its target is replaced. Raises
    OutputError when that cannot be done, with `elsewhere` for how to choose another place; nothing is left behind then.
    """
    data = content.encode("utf-8") if isinstance(content, str) else content
    try:
        with replacing(path, private) as part:
            part.write_bytes(data)
    except OSError as error:
        raise OutputError(path, *why_unwritable(error, elsewhere)) from error


@contextlib.contextmanager
def replacing(path: Path, private: bool | None = None) -> Iterator[Path]:
    """Atomic replacement in pieces: gives an empty file beside `path` to write, and moves it there when the block ends well.

    `write_atomic` is for what fits in memory. Raises OSError; nothing is left behind then.
    """
    target = Path(os.path.realpath(path))
    mode = _mode_for(target, private)
    part = leftovers.part_beside(target)
    os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        yield part
        part.chmod(mode)
        move_atomic(part, target)
    except BaseException:  # Ctrl-C too must not leave the temporary file behind
        with contextlib.suppress(OSError):
            part.unlink()
        raise


def move_atomic(part: Path, target: Path) -> None:
    """Rename a finished file over another of the same disk: not even a power cut leaves half of it there. Raises OSError."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(target)
    _flush_folder(target.parent)


def _mode_for(target: Path, private: bool | None) -> int:
    """The old file's permissions, or those of a new one."""
    with contextlib.suppress(FileNotFoundError):
        found = target.stat()
        if stat.S_ISDIR(found.st_mode):  # Windows would report a denied permission, which says less
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(target))
        if not os.access(target, os.W_OK):  # a file someone protected is not to be replaced behind their back
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(target))
        return stat.S_IMODE(found.st_mode)
    if private is None:
        return privacy.file_mode(target.parent)
    with privacy.chosen(private):
        return privacy.file_mode(target.parent)


def _flush_folder(folder: Path) -> None:
    """Sync the folder, so that the renaming survives a power cut; where the file system cannot, the file is merely less safe."""
    with contextlib.suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def read_regular(path: Path) -> bytes:
    """The bytes of a regular file, of any one that a link leads to. Raises OSError, also for what could be read without end.

    Opening a pipe waits for somebody to write to it, and a device such as /dev/zero never ends.
    """
    mode = path.stat().st_mode
    if stat.S_ISREG(mode) or stat.S_ISDIR(mode):  # a folder has an error of its own
        return path.read_bytes()
    raise OSError(
        errno.EINVAL, f"it is {_KINDS.get(stat.S_IFMT(mode), 'something else')}, not a regular file"
    )


def data_file(name: str) -> Path:
    """The path of a data file: in the clone's `models/` folder, else the copy in the wheel. Raises WeightsError."""
    for folder in (_PACKAGE.parent / "models", _PACKAGE / "data"):
        if (folder / name).is_file():
            return folder / name
    raise WeightsError(name, "is missing from this installation", "install Vignette again")


def model_folders() -> tuple[Path, ...]:
    """Where weights may lie: `models/` in the current folder, then where VIGNETTE_MODELS says, else in the clone that the code
    runs from."""
    return MODELS_FOLDER, Path(os.environ.get("VIGNETTE_MODELS") or _PACKAGE.parent / "models")


def is_foreign(path: Path, ours: Container[str]) -> bool:
    """Whether somebody else's work stands at `path`: a file whose SHA-256 is none of `ours`, the digests of what we wrote.

    Raises OutputError when it cannot be read.
    """
    try:
        return digest_of_file(path) not in ours
    except FileNotFoundError:
        return False
    except OSError as error:
        raise OutputError(path, f"cannot be read: {error.strerror}", "it was left as it is") from error


def digest_of_file(path: Path) -> str:
    """The SHA-256 of a file's bytes, in hexadecimal; `pipeline.media.digest` is for recordings."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def digest_of(data: bytes) -> str:
    """The SHA-256 of bytes, in hexadecimal: what `digest_of_file` gives of a file that holds them."""
    return hashlib.sha256(data).hexdigest()


def cache_folder() -> Path:
    """Where this machine keeps what only saves time, for all projects: XDG_CACHE_HOME, else ~/.cache, and `vignette` in it."""
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "vignette"
