"""Whisper models on this machine: found in `models/<name>/`, then in the local cache of the model hub. Nothing is downloaded.

A name is one of `KNOWN` or a directory. A directory counts when it holds all of `REQUIRED`; what it lacks is named. A model that
is known by name counts only with the files that are pinned for it (`pipeline.speech.pinned`), wherever they came from.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import MediaError, WeightsError, nearest
from pipeline.files import MODELS_FOLDER, cache_folder, digest_of_file, model_folders
from pipeline.media.digest import digest
from pipeline.speech import pinned

# Name -> repository on the hub, as faster-whisper resolves it.
KNOWN: dict[str, str] = {
    name: f"Systran/faster-whisper-{name}"
    for size in ("tiny", "base", "small", "medium", "large-v2", "large-v3")
    for name in ((size,) if size.startswith("large") else (size, f"{size}.en"))
} | {
    "large-v3-turbo": "mobiuslabsgmbh/faster-whisper-large-v3-turbo",
    "distil-large-v3": "Systran/faster-distil-whisper-large-v3",
    "distil-medium.en": "Systran/faster-distil-whisper-medium.en",
    "distil-small.en": "Systran/faster-distil-whisper-small.en",
}
REQUIRED = ("config.json", "model.bin", "tokenizer.json")
_SAMPLE_BYTES = 1 << 16  # read at each of three places of a file for its fingerprint; a choice
VOCABULARIES = ("vocabulary.json", "vocabulary.txt")
PREPROCESSOR = (
    "preprocessor_config.json"  # models without one take 80 mel bands; the third generation takes 128
)
# The type of each JSON file's top value.
_TOP_TYPES = {"config.json": dict, "tokenizer.json": dict, VOCABULARIES[0]: list, PREPROCESSOR: dict}
_WHISPER_KEYS = {
    "alignment_heads",
    "suppress_ids",
    "suppress_ids_begin",
}  # in the config.json of CTranslate2's converter
BY_HAND = f"{', '.join(REQUIRED)}, {VOCABULARIES[1]} (or .json) and {PREPROCESSOR} if there is one"
"""The files of a model that a person may copy."""

# What `auto` takes, best first, where it runs on a processor alone; a graphics card affords the larger ones.
_ON_CPU = ("small.en", "base.en", "small", "base", "tiny.en", "tiny")
_ON_GPU = ("large-v3-turbo", "large-v3", "distil-large-v3", "medium.en", "medium", "large-v2")


def find(name: str) -> Path:
    """The directory with the files of model `name`. Raises WeightsError saying what is missing and where it belongs."""
    if (given := _directory(name)) is not None:
        return given
    if name not in KNOWN:
        raise unknown(name)
    for folder in _candidates(name):
        if folder.is_dir() and not missing(folder):
            if other := foreign(name, folder):
                raise WeightsError(name, _said_of_foreign(folder, other), _remedy_for_foreign(name, folder))
            return folder.resolve()
    partial = next((f for f in _candidates(name) if f.is_dir()), None)
    lacking = (
        f"its directory {partial} lacks {', '.join(missing(partial))}"
        if partial
        else "its files are not on this machine"
    )
    raise WeightsError(
        name, lacking, f"run `vignette models fetch {name}`, or copy {BY_HAND} to {MODELS_FOLDER / name}/"
    )


def unknown(name: str) -> WeightsError:
    """The error for a name that no model has, with the nearest known one, else all of them."""
    if os.sep in name and Path(name).name not in KNOWN:
        return WeightsError(
            name, "there is no such directory", "check its name, or name a model, like small.en"
        )
    close = nearest(name, KNOWN)
    hint = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(KNOWN)}"
    return WeightsError(name, "there is no model or directory of this name", hint)


def find_best(on_gpu: bool = False) -> tuple[str, Path] | None:
    """The best model whose files are all on this machine, as (name, directory); None without any."""
    for name in (*_ON_GPU, *_ON_CPU) if on_gpu else (*_ON_CPU, *_ON_GPU):
        if folder := _complete(name):
            return name, folder
    return None


def find_smallest() -> tuple[str, Path] | None:
    """The quickest model whose files are all on this machine, tiny.en before all; None without any."""
    for name in ("tiny.en", "tiny", *reversed(_ON_CPU)):
        if folder := _complete(name):
            return name, folder
    return None


@dataclass(frozen=True, slots=True)
class InstalledModel:
    """A model as it is on this machine: its directory, None when there is none, the files that it lacks, and those that are not
    the published ones."""

    name: str
    folder: Path | None = None
    missing: tuple[str, ...] = ()
    foreign: tuple[str, ...] = ()

    @property
    def usable(self) -> bool:
        """Whether it is here, whole and as published."""
        return self.folder is not None and not self.missing and not self.foreign


def catalogue() -> tuple[InstalledModel, ...]:
    """Every known model, with what this machine holds of it; a complete directory before one that lacks files."""
    return tuple(_installed(name) for name in KNOWN)


def _installed(name: str) -> InstalledModel:
    here = [f for f in _candidates(name) if f.is_dir()]
    best = min(here, key=lambda folder: len(missing(folder)), default=None)
    if best is None:
        return InstalledModel(name)
    lacking = missing(best)
    return InstalledModel(name, best.resolve(), lacking, () if lacking else foreign(name, best))


def _complete(name: str) -> Path | None:
    """The directory of a model that lacks no file and holds the published ones."""
    installed = _installed(name)
    return installed.folder if installed.usable else None


def unusable() -> tuple[str, ...]:
    """A sentence for every model that lies here and cannot be used: files are missing, or not the published ones."""
    return tuple(_why_unusable(m) for m in catalogue() if m.folder is not None and not m.usable)


def _why_unusable(model: InstalledModel) -> str:
    assert model.folder is not None
    if model.missing:
        lacks = f"{' and '.join(model.missing)} in {model.folder}"
        return f"{model.name}: {lacks} missing or empty - run 'vignette models fetch {model.name}'"
    said = _said_of_foreign(model.folder, model.foreign)
    return f"{model.name}: {said} - {_remedy_for_foreign(model.name, model.folder)}"


def foreign(name: str, folder: Path) -> tuple[str, ...]:
    """The files in a model's directory that are not the ones pinned for this name. Digests are remembered by size, time and inode
    (and sampled blocks), so that this costs nothing after the first time."""
    return tuple(f.name for f in pinned.FILES.get(name, ()) if not matches(folder / f.name, f))


def check(name: str, folder: Path) -> None:
    """Read every byte of what is taken for the published model, before it is loaded: a failing disk changes no file's time, and
    what is remembered is checked on samples alone. Raises WeightsError."""
    if foreign(name, folder):  # whoever named this folder wants what is in it
        return
    wrong = tuple(f.name for f in pinned.FILES.get(name, ()) if digest_of_file(folder / f.name) != f.sha256)
    if wrong:
        raise WeightsError(name, _said_of_foreign(folder, wrong), _remedy_for_foreign(name, folder))


def matches(path: Path, file: pinned.PinnedFile) -> bool:
    """Whether the file at `path` is the pinned one."""
    try:
        same_size = path.stat().st_size == file.size
        return same_size and digest(path, cache_folder() / "digests.json") == file.sha256
    except (OSError, MediaError):
        return False


def _said_of_foreign(folder: Path, files: tuple[str, ...]) -> str:
    verb, noun = ("is", "the published file") if len(files) == 1 else ("are", "the published files")
    return f"{' and '.join(files)} in {folder} {verb} not {noun} (another SHA-256): damaged, or another model"


def _remedy_for_foreign(name: str, folder: Path) -> str:
    return (
        f"fetch it with 'vignette models fetch {name}'; to use weights of your own, name their folder: --model ./{folder.name}, "
        "with any name but a known one"
    )


def missing(folder: Path) -> tuple[str, ...]:
    """The files that a model's directory lacks or holds empty; none when it is complete."""
    lacking = [name for name in REQUIRED if not _is_filled(folder / name)]
    if not any(_is_filled(folder / name) for name in VOCABULARIES):
        lacking.append(VOCABULARIES[0])
    return tuple(lacking)


def damaged(folder: Path) -> tuple[str, ...]:
    """The JSON files in a model's directory that cannot be read as what they should be."""
    return tuple(name for name, top_type in _TOP_TYPES.items() if not _is_json_of(folder / name, top_type))


def is_whisper(folder: Path) -> bool:
    """Whether a readable config.json is that of a converted Whisper. The library that runs the model reads these fields late and
    from several threads at once, so that what it says of their absence changes from run to run."""
    return _WHISPER_KEYS.issubset(json.loads((folder / "config.json").read_bytes()))


def _is_json_of(path: Path, top_type: type) -> bool:
    """Whether a file that is there is JSON of this top_type."""
    try:
        return isinstance(json.loads(path.read_bytes()), top_type) if path.exists() else True
    except (ValueError, OSError):
        return False


def fingerprint(folder: Path) -> str:
    """Fingerprint of a model: twelve hexadecimal digits of a SHA-256 over its files' sizes, and the head, middle
    and tail of each (weights are too large to be read whole before every run)."""
    digest = hashlib.sha256()
    for name in sorted((*REQUIRED, *VOCABULARIES, PREPROCESSOR)):
        if not (folder / name).is_file():
            continue
        size = (folder / name).stat().st_size
        digest.update(f"{name} {size}\n".encode())
        with (folder / name).open("rb") as data:
            for at in (0, size // 2, max(0, size - _SAMPLE_BYTES)):
                data.seek(at)
                digest.update(data.read(_SAMPLE_BYTES))
    return digest.hexdigest()[:12]


def _is_filled(path: Path) -> bool:
    """Whether a file is there and not empty."""
    return path.is_file() and path.stat().st_size > 0


def _directory(name: str) -> Path | None:
    """`name` as a directory that was meant as such. Raises WeightsError when it is not complete."""
    folder = Path(name).expanduser()
    if not (folder.is_dir() and (name not in KNOWN or os.sep in name)):
        return None
    if lacking := missing(folder):
        raise WeightsError(name, f"the directory lacks {', '.join(lacking)}", "copy the missing files there")
    return folder.resolve()


def _candidates(name: str) -> Iterator[Path]:
    """The directories in which a known model may lie, best first, whether or not they exist."""
    for folder in model_folders():
        yield folder / name
    repository = _hub_cache() / f"models--{KNOWN[name].replace('/', '--')}"
    revision = repository / "refs" / "main"
    if revision.is_file():
        yield repository / "snapshots" / revision.read_text("utf-8").strip()


def _hub_cache() -> Path:
    """The hub's cache, by its own rule: HF_HUB_CACHE, else HF_HOME, else XDG_CACHE_HOME, else ~/.cache."""
    if cache := os.environ.get("HF_HUB_CACHE"):
        return Path(cache)
    if home := os.environ.get("HF_HOME"):
        return Path(home) / "hub"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface" / "hub"
