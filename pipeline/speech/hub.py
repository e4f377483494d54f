"""Download of Whisper models from the model hub into `models/<name>/`, with resumption and digests.

Size and digests are known before anything is fetched; an interrupted download goes on where it stopped, and every file is
checked against its pinned digest, else against the hub's, before it counts.
"""

from __future__ import annotations

import errno
import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.errors import OutputError, WeightsError
from pipeline.files import MODELS_FOLDER
from pipeline.speech import pinned
from pipeline.speech.weights import KNOWN, PREPROCESSOR, REQUIRED, VOCABULARIES

_WANTED = (*REQUIRED, *VOCABULARIES, PREPROCESSOR)
_DISK_ERRORS = (errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES, errno.EPERM)
_MEGABIT_BYTES = 1_000_000 / 8
_ASSUMED_MBIT_PER_S = 50  # for the estimated time; a choice
_ROOM_FACTOR = 1.05  # free space needed, of the size of what is fetched; a choice
_ANSWER_S = 5  # the time that the hub has to answer: where there is none, nobody waits for it; a choice
_BLOCK_BYTES = 1 << 20  # hashed at once


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the hub: its size in bytes and its digest: SHA-256 for weights, git's SHA-1 for small text files."""

    name: str
    size: int
    sha256: str | None
    git_sha1: str | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """A download before it begins: its source, revision and files. As text, its size and the estimated time."""

    model: str
    repository: str
    revision: str
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        """Of all files, in bytes."""
        return sum(f.size for f in self.files)

    def __str__(self) -> str:
        minutes = self.size / (_ASSUMED_MBIT_PER_S * _MEGABIT_BYTES) / 60
        digest = next((f.sha256 for f in self.files if f.name == "model.bin" and f.sha256), None)
        return (
            f"{self.model}: {self.size / 1e6:.0f} MB from {self.repository} into {MODELS_FOLDER / self.model}/, "
            f"about {max(1, round(minutes))} min at {_ASSUMED_MBIT_PER_S} Mbit/s"
            + (f"; model.bin has SHA-256 {digest}" if digest else "")
        )


def offer(name: str) -> Offer:
    """The download of a model that is in `KNOWN`, as the hub describes it. Raises WeightsError when the hub fails."""
    from huggingface_hub import HfApi

    info = _from_hub(name, lambda: HfApi().model_info(KNOWN[name], files_metadata=True, timeout=_ANSWER_S))
    files = tuple(_remote(name, s) for s in info.siblings or () if s.rfilename in _WANTED)
    if not files or not info.sha:
        raise WeightsError(
            name,
            f"the hub's {KNOWN[name]} holds no such weights",
            "vignette models list names those there are",
        )
    return Offer(name, KNOWN[name], info.sha, files)


def _remote(model: str, sibling: Any) -> RemoteFile:
    """A file as the hub's list has it, with the pinned digest in place of the hub's where there is one."""
    if known := pinned.sha256_of(model, sibling.rfilename):
        return RemoteFile(sibling.rfilename, sibling.size or 0, known)
    lfs = sibling.lfs
    return RemoteFile(
        sibling.rfilename, sibling.size or 0, lfs.sha256 if lfs else None, None if lfs else sibling.blob_id
    )


def fetch(offered: Offer, quiet: bool = True) -> Path:
    """Download what was offered and check it. Raises WeightsError, or OutputError when the disk is too small.

    Gives the model's folder. `quiet` hides the progress bars.
    """
    from huggingface_hub.utils.tqdm import disable_progress_bars, enable_progress_bars

    (disable_progress_bars if quiet else enable_progress_bars)()
    folder = (MODELS_FOLDER / offered.model).absolute()
    wanted = [f for f in offered.files if not _is_here(folder / f.name, f)]
    check_free_space(folder, sum(f.size for f in wanted))
    # model.bin comes last: a folder without it never passes for complete.
    for file in sorted(wanted, key=lambda f: f.size):
        part = folder / f"{file.name}.{offered.revision[:12]}.part"
        try:
            _from_hub(offered.model, partial(_download, offered, file, part))
            _check_digest(offered.model, part, file)
            part.replace(folder / file.name)
        except OSError as error:
            raise OutputError(
                folder / file.name,
                f"cannot be written: {error.strerror}",
                "check the folder's permissions and room",
            ) from error
    return folder


def _download(offered: Offer, file: RemoteFile, part: Path) -> None:
    """Bring what `part` still lacks of a file. The client's own download forgets a stopped one, so only its transport is used."""
    from huggingface_hub import hf_hub_url
    from huggingface_hub.file_download import http_get

    url = hf_hub_url(offered.repository, file.name, revision=offered.revision)
    with part.open("ab") as data:
        if data.tell() < file.size:
            http_get(
                url, data, resume_size=data.tell(), expected_size=file.size,
                displayed_filename=file.name,
            )  # fmt: skip


def _from_hub(model: str, question: Callable[[], Any]) -> Any:
    """The answer of a call to the hub. Raises WeightsError, saying how to do without it; errors of the disk pass."""
    try:
        return question()
    except Exception as error:  # what a network raises is the client library's business, and it changes
        if isinstance(error, OSError) and error.errno in _DISK_ERRORS:
            raise
        problem = f"the model hub cannot be reached or did not answer ({type(error).__name__})"
        raise WeightsError(model, problem, "try again; if it stays so, please report it") from None


def check_free_space(folder: Path, size: int) -> None:
    """Make the folder. Raises OutputError where `size` bytes do not fit into it."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(
            folder, f"cannot be made: {error.strerror}", "check the folder's permissions"
        ) from error
    free = shutil.disk_usage(folder).free
    if free < size * _ROOM_FACTOR:
        raise OutputError(
            folder, f"{size / 1e6:.0f} MB do not fit: {free / 1e6:.0f} MB are free", "make room first"
        )


def _is_here(path: Path, file: RemoteFile) -> bool:
    """Whether a file is already there, whole."""
    return path.is_file() and path.stat().st_size == file.size and _digest_matches(path, file)


def _check_digest(model: str, path: Path, file: RemoteFile) -> None:
    """Verify a file's digest. One that differs is removed, and WeightsError raised."""
    if not _digest_matches(path, file):
        path.unlink()
        problem = f"{file.name} arrived damaged and was removed"
        raise WeightsError(model, problem, "run the same command again")


def _digest_matches(path: Path, file: RemoteFile) -> bool:
    """Whether the file's digest is the hub's; true where the hub names none."""
    if file.sha256 is not None:
        digest, expected = hashlib.sha256(), file.sha256
    elif file.git_sha1 is not None:
        # Git's name of a file's content is the SHA-1 of a header with its length, and the content.
        digest = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
        expected = file.git_sha1
    else:
        return True
    with path.open("rb") as data:
        while block := data.read(_BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest() == expected
