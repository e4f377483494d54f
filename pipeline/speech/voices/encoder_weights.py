"""Which speaker encoder is used: what results are keyed by, asked in every run, without loading a network or numpy."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pipeline import intact, loaded
from pipeline.files import digest_of

CAMPPLUS_FILE = "campplus.onnx"
GE2E_FILE = "ge2e.onnx"
USER_FILE = "speaker.onnx"
_CAMPPLUS_VERSION = "1"  # changes with what its network is given
_CEPSTRA_VERSION = "1"  # changes with what `cepstra` computes
_FETCH_AGAIN = "fetch it again with 'vignette models fetch speakers', or remove it to tell voices apart without it, badly"


def find(folders: Sequence[Path]) -> Path | None:
    """The weights of the best encoder that lie in one of these folders, the user's own before all; None where none do."""
    files = (USER_FILE, CAMPPLUS_FILE, GE2E_FILE)
    return next((f / name for name in files for f in folders if (f / name).is_file()), None)


def identity(folders: Sequence[Path]) -> str:
    """What changes with the encoder that is used and with its weights. Raises WeightsError for damaged ones that come with
    Vignette; whether a user's network fits is seen when it is loaded."""
    path = find(folders)
    if path is None:
        return f"cepstra {_CEPSTRA_VERSION}"
    if path.name == USER_FILE:
        return f"user {_digest(path.read_bytes())}"
    return (
        f"campplus {_CAMPPLUS_VERSION} {_known_digest(path)}"
        if path.name == CAMPPLUS_FILE
        else f"ge2e {_known_digest(path)}"
    )


def folder_of_weights(folders: Sequence[Path]) -> Path | None:
    """The first of these folders that holds an encoder's weights, None where none does."""
    path = find(folders)
    return path.parent.resolve() if path else None


def _known_digest(path: Path) -> str:
    """The digest of a network that `intact` vouches for, read once per process. Raises WeightsError where it is damaged."""
    return loaded.once("digest of voices", [path], lambda: _digest(intact.shipped(path, _FETCH_AGAIN)))


def _digest(data: bytes) -> str:
    """The first 12 hexadecimal digits of a network's SHA-256."""
    return digest_of(data)[:12]
