"""How long one window of 30 seconds takes a loaded Whisper on this machine."""

from __future__ import annotations

import time
from typing import Any

import numpy as np

_TOKENS = 110  # of half a minute of quick talk: some 80 words
_PROMPT = ("<|startoftranscript|>", "<|notimestamps|>")
_END = "<|endoftext|>"


def seconds_per_window(model: Any, beam: int) -> float:
    """Seconds by the clock for a window full of talk: faint noise is heard, and the end of the text is forbidden until as many
    tokens are written as talk has."""
    inner = model.model
    prompt = [inner.hf_tokenizer.token_to_id(name) for name in _PROMPT]
    end = inner.hf_tokenizer.token_to_id(_END)
    noise = np.random.default_rng(0).standard_normal(inner.feature_extractor.n_samples).astype(np.float32)
    began = time.perf_counter()
    heard = inner.encode(inner.feature_extractor(noise * 0.01)[..., : inner.feature_extractor.nb_max_frames])
    inner.model.generate(
        heard, [prompt], beam_size=beam, max_length=len(prompt) + _TOKENS, suppress_tokens=[-1, end]
    )
    return time.perf_counter() - began
