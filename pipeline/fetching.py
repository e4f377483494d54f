"""Bring a model's weights from the model hub into `models/<name>/`: the only thing here that ever uses a network.

Size and digests are known before anything is fetched; an interrupted download goes on where it stopped, and every file is
checked against the hub's digest before it counts.
"""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.errors import OutputError, WeightsError
from pipeline.weights import KNOWN, MODELS_FOLDER, REQUIRED, VOCABULARIES

_WANTED = (*REQUIRED, *VOCABULARIES, "preprocessor_config.json")
_MEGABIT = 1_000_000 / 8
_USUAL_MBIT_PER_S = 50


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file on the hub: its size in bytes and its SHA-256, None where the hub does not say (small text files)."""

    name: str
    size: int
    sha256: str | None


@dataclass(frozen=True, slots=True)
class Offer:
    """What fetching a model means, before it begins."""

    model: str
    repository: str
    revision: str
    files: tuple[RemoteFile, ...]

    @property
    def size(self) -> int:
        return sum(f.size for f in self.files)

    def __str__(self) -> str:
        minutes = self.size / (_USUAL_MBIT_PER_S * _MEGABIT) / 60
        digest = next((f.sha256 for f in self.files if f.name == "model.bin" and f.sha256), None)
        return (
            f"{self.model}: {self.size / 1e6:.0f} MB from {self.repository} into {MODELS_FOLDER / self.model}/, "
            f"about {max(1, round(minutes))} min at {_USUAL_MBIT_PER_S} Mbit/s"
            + (f"; model.bin has SHA-256 {digest}" if digest else "")
        )


def offer(name: str) -> Offer:
    """Ask the hub what it has. Raises WeightsError for an unknown name, or when the hub cannot be reached."""
    from huggingface_hub import HfApi

    if name not in KNOWN:
        raise WeightsError(name, "there is no model of this name", f"known are {', '.join(KNOWN)}")
    info = _asking(name, lambda: HfApi().model_info(KNOWN[name], files_metadata=True))
    files = tuple(
        RemoteFile(s.rfilename, s.size or 0, s.lfs.sha256 if s.lfs else None)
        for s in info.siblings or ()
        if s.rfilename in _WANTED
    )
    if not files or not info.sha:
        raise WeightsError(name, f"the hub's {KNOWN[name]} holds no such weights", _by_hand(name))
    return Offer(name, KNOWN[name], info.sha, files)


def fetch(offered: Offer, quiet: bool = True) -> Path:
    """Download what was offered and check it. Raises WeightsError, or OutputError when the disk is too small.

    Gives the model's folder. `quiet` hides the progress bars.
    """
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils.tqdm import disable_progress_bars, enable_progress_bars

    (disable_progress_bars if quiet else enable_progress_bars)()
    folder = (MODELS_FOLDER / offered.model).absolute()
    _check_room(folder, offered.size)
    # model.bin comes last: a folder without it never passes for complete.
    for file in sorted(offered.files, key=lambda f: f.size):
        get = partial(
            hf_hub_download, offered.repository, file.name, revision=offered.revision, local_dir=folder
        )
        _asking(offered.model, get)
        _check_digest(offered.model, folder / file.name, file)
    return folder


def _asking(model: str, question: Callable[[], Any]) -> Any:
    """The hub's answer, or a WeightsError that says how to do without the hub."""
    try:
        return question()
    except Exception as error:  # noqa: BLE001 - what a network raises is the client library's business, and it changes
        problem = f"the model hub cannot be reached or did not answer ({type(error).__name__})"
        raise WeightsError(model, problem, _by_hand(model)) from None


def _by_hand(model: str) -> str:
    files = ", ".join((*REQUIRED, VOCABULARIES[1]))
    return (
        f"try again later; or copy {files} of {KNOWN[model]} from a machine that has them to {MODELS_FOLDER / model}/ "
        "(that is all a machine without a network needs)"
    )


def _check_room(folder: Path, size: int) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise OutputError(folder, f"cannot be made: {error.strerror}") from error
    free = shutil.disk_usage(folder).free
    if free < size * 1.05:
        raise OutputError(
            folder, f"{size / 1e6:.0f} MB do not fit: {free / 1e6:.0f} MB are free", "make room first"
        )


def _check_digest(model: str, path: Path, file: RemoteFile) -> None:
    """Remove a file that is not what the hub said it would be."""
    if file.sha256 is None:
        return
    digest = hashlib.sha256()
    with path.open("rb") as data:
        while block := data.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != file.sha256:
        path.unlink()
        raise WeightsError(
            model, f"{file.name} arrived damaged and was removed", "run the same command again"
        )
