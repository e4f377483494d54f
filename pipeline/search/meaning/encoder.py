"""Sentence encoder: all-MiniLM-L6-v2 (Reimers and Gurevych 2019, "Sentence-BERT") with int8 weights, run by onnxruntime.

A text becomes the mean of its tokens' last hidden states, of length 1, so that a product of two is their cosine.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from pipeline.errors import WeightsError
from pipeline.files import digest_of_file, model_folders

NAME = "meaning"
DIMENSIONS = 384
Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class PinnedFile:
    """A file of the encoder: its size in bytes and its SHA-256."""

    name: str
    size: int
    sha256: str


NETWORK = PinnedFile(
    "model.onnx", 22_928_619, "8199be6f699a395f99f89df973f9dc5285fbcfcdb2ae1a4e1201dab014f3d2a6"
)
TOKENIZER = PinnedFile(
    "tokenizer.json", 466_247, "be50c3628f2bf5bb5e3a7f17b1f74611b2561a3a27eeab05e5aa30f411572037"
)
FILES = (TOKENIZER, NETWORK)

# Tokens of a text that are read, as the encoder was trained; an utterance has some twenty.
_MAX_TOKENS = 128
# Texts that are encoded at once, of about the same length.
_BATCH = 32


class Encodes(Protocol):
    """What turns texts into vectors; `key` names the network, so that vectors of another are not mixed in."""

    key: str

    def encode(self, texts: Sequence[str]) -> Vectors:
        """The vectors of some texts, float32 of shape (n, DIMENSIONS), each of length 1."""
        ...


def folder() -> Path | None:
    """Where the encoder lies, None where it was not fetched. Whether its files are whole is seen when it is loaded."""
    places = (models / NAME for models in model_folders())
    return next((p for p in places if all((p / f.name).is_file() for f in FILES)), None)


def installed() -> Encoder | None:
    """The encoder on this machine, if it was fetched; nothing of it is loaded yet."""
    place = folder()
    return None if place is None else Encoder(place)


@dataclass
class Encoder:
    """The encoder in a folder, loaded when the first text is encoded. Raises WeightsError when its files are damaged."""

    folder: Path
    key: str = NETWORK.sha256[:8]

    def encode(self, texts: Sequence[str]) -> Vectors:
        """As `Encodes.encode`."""
        found = np.zeros((len(texts), DIMENSIONS), np.float32)
        order = sorted(range(len(texts)), key=lambda n: len(texts[n]))
        for at in range(0, len(order), _BATCH):
            some = order[at : at + _BATCH]
            found[some] = self._encode_batch([texts[n] for n in some])
        return found

    def _encode_batch(self, texts: Sequence[str]) -> Vectors:
        pieces = self._tokenizer.encode_batch(list(texts))
        ids = np.array([p.ids for p in pieces], np.int64)
        mask = np.array([p.attention_mask for p in pieces], np.int64)
        given = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        states = self._session.run(None, given)[0]
        mean = (states * mask[..., None]).sum(axis=1) / mask.sum(axis=1)[:, None]
        length = np.linalg.norm(mean, axis=1, keepdims=True)
        vectors: Vectors = (mean / np.maximum(length, 1e-9)).astype(np.float32)
        return vectors

    @cached_property
    def _tokenizer(self) -> Any:
        from tokenizers import Tokenizer

        try:
            found = Tokenizer.from_file(str(self._checked(TOKENIZER)))
        except Exception as error:  # the library raises bare ones
            raise _damaged(self.folder / TOKENIZER.name) from error
        found.enable_truncation(_MAX_TOKENS)
        found.enable_padding()
        return found

    @cached_property
    def _session(self) -> Any:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = 3  # errors only
        try:
            path = str(self._checked(NETWORK))
            return onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
        except Exception as error:  # as above
            raise _damaged(self.folder / NETWORK.name) from error

    def _checked(self, file: PinnedFile) -> Path:
        """The file's path, while it is the published one: a damaged network gives other results without a word."""
        path = self.folder / file.name
        if digest_of_file(path) != file.sha256:
            raise ValueError(path)
        return path


def _damaged(path: Path) -> WeightsError:
    return WeightsError(NAME, f"{path} is damaged", "run: vignette models fetch meaning")
