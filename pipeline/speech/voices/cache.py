"""Cache of speaker embeddings, kept between runs: after a corrected word only its own passage is embedded again.

Vectors are kept as float16 in base64, and are rounded so before they are first used: a second run sees the same numbers.
"""

from __future__ import annotations

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from pipeline.media.audio import Audio
from pipeline.progress import Progress, silent
from pipeline.speech.voices import embeddings
from pipeline.speech.voices.embeddings import Encoder
from pipeline.timing import Span

Floats = NDArray[np.float32]


@dataclass(slots=True)
class EmbeddingCache:
    """Embeddings by passage, as text: `known` those of earlier runs, `used` those this one asked for. `audio` gives the sound,
    None where nothing may be listened to now."""

    encoder: Encoder
    audio: Callable[[], Audio] | None
    known: dict[str, str] = field(default_factory=dict)
    used: dict[str, str] = field(default_factory=dict)

    def embed(self, spans: Sequence[Span], progress: Progress = silent) -> list[Floats | None]:
        """The embeddings of each passage's windows, shape (windows, size); None where they are not known and cannot be made."""
        return self.embed_in(self.audio, "", spans, progress)

    def embed_in(
        self,
        audio: Callable[[], Audio] | None,
        source: str,
        spans: Sequence[Span],
        progress: Progress = silent,
    ) -> list[Floats | None]:
        """The same for passages of another sound, whose keys begin with `source`."""
        keys = [f"{source}{s.start_ms}-{s.end_ms}" for s in spans]
        wanted = {k: s for k, s in zip(keys, spans, strict=True) if k not in self.known}
        if wanted and audio is not None and self.audio is not None:
            vectors = embeddings.embed(audio(), list(wanted.values()), self.encoder, progress)
            self.known |= {k: _packed(v) for k, v in zip(wanted, vectors, strict=True)}
        self.used |= {k: self.known[k] for k in keys if k in self.known}
        return [_unpacked(self.known[k]) if k in self.known else None for k in keys]


def _packed(vectors: Floats) -> str:
    """Vectors as text: their number, a colon, and float16 in base64."""
    rows = base64.b64encode(vectors.astype("<f2").tobytes()).decode("ascii")
    return f"{len(vectors)}:{rows}"


def _unpacked(text: str) -> Floats:
    """The vectors of `_packed`, shape (windows, size)."""
    count, _, rows = text.partition(":")
    numbers = np.frombuffer(base64.b64decode(rows), "<f2").astype(np.float32)
    return numbers.reshape(int(count), -1)
