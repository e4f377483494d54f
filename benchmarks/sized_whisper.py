"""A model of Whisper small's shape and cost that says one and the same text whatever it hears: for timing, where no weights are.

Its weights are drawn at random, so every matrix is multiplied as a real model multiplies it. Two things are arranged: nothing
flows from the decoder's layers into its output, and its place embeddings spell the text, one token a place, and then the end.
So it says as many words in a window as a person does in thirty seconds, where random weights alone would ramble on to the limit.
The words are those of the tests' tiny double, whose tokenizer it borrows; its vocabulary is filled up to Whisper's size.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np

TINY = Path(__file__).parent.parent / "tests" / "data" / "tiny_whisper"
# Radford et al. 2022, table 1: small.
LAYERS, WIDTH, HEADS = 12, 768, 12
MELS, PLACES_HEARD, PLACES_SAID, VOCABULARY = 80, 1500, 448, 51_865
PROMPT_TOKENS = 4  # start, language, task, no time tokens
SENTENCES_SAID = 7  # some 75 words in 30 s


def build(folder: Path, seed: int = 1) -> Path:
    """Write the model's directory; about 250 MB as int8."""
    from ctranslate2.specs.whisper_spec import WhisperSpec

    draw = np.random.default_rng(seed)
    vocabulary = json.loads((TINY / "vocabulary.json").read_text("utf-8"))
    vocabulary += [f"<filler {n}>" for n in range(VOCABULARY - len(vocabulary))]
    spec = WhisperSpec(LAYERS, HEADS, LAYERS, HEADS)
    _encoder(spec.encoder, draw)
    _decoder(spec.decoder, draw, _said(vocabulary))
    spec.register_vocabulary(vocabulary)
    config = json.loads((TINY / "config.json").read_text("utf-8"))
    spec.config.suppress_ids, spec.config.suppress_ids_begin = [], config["suppress_ids_begin"]
    spec.config.lang_ids = config["lang_ids"]
    spec.config.alignment_heads = [(LAYERS - 1, head) for head in range(6)]
    spec.validate()
    spec.optimize(quantization="int8")
    folder.mkdir(parents=True, exist_ok=True)
    spec.save(str(folder))
    for name in ("tokenizer.json", "preprocessor_config.json"):
        shutil.copy(TINY / name, folder / name)
    return folder


def _said(vocabulary: list[str]) -> list[int]:
    """The tokens of the text, and the end."""
    from tokenizers import Tokenizer

    tokenizer = Tokenizer.from_file(str(TINY / "tokenizer.json"))
    sentences = [s["text"] for s in json.loads((TINY / "sentences.json").read_text("utf-8"))]
    text = " " + " ".join(sentences[:SENTENCES_SAID])
    return [*tokenizer.encode(text).ids, vocabulary.index("<|endoftext|>")]


def _random(draw: np.random.Generator, *shape: int) -> Any:
    """Weights that keep the size of what they are multiplied with."""
    spread = np.float32(1 / np.sqrt(np.prod(shape[1:])))
    return draw.standard_normal(shape, np.float32) * spread


def _norm(spec: Any) -> None:
    spec.gamma, spec.beta = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)


def _linear(spec: Any, draw: np.random.Generator, rows: int, columns: int, mute: bool = False) -> None:
    spec.weight = np.zeros((rows, columns), np.float32) if mute else _random(draw, rows, columns)
    spec.bias = np.zeros(rows, np.float32)


def _attention(spec: Any, draw: np.random.Generator, own: bool, mute: bool) -> None:
    _norm(spec.layer_norm)
    sizes = (3 * WIDTH,) if own else (WIDTH, 2 * WIDTH)
    for linear, rows in zip(spec.linear, (*sizes, WIDTH), strict=True):
        _linear(linear, draw, rows, WIDTH, mute and linear is spec.linear[-1])


def _ffn(spec: Any, draw: np.random.Generator, mute: bool) -> None:
    _norm(spec.layer_norm)
    _linear(spec.linear_0, draw, 4 * WIDTH, WIDTH)
    _linear(spec.linear_1, draw, WIDTH, 4 * WIDTH, mute)


def _encoder(spec: Any, draw: np.random.Generator) -> None:
    spec.conv1.weight, spec.conv1.bias = _random(draw, WIDTH, MELS, 3), np.zeros(WIDTH, np.float32)
    spec.conv2.weight, spec.conv2.bias = _random(draw, WIDTH, WIDTH, 3), np.zeros(WIDTH, np.float32)
    spec.position_encodings.encodings = _random(draw, PLACES_HEARD, WIDTH)
    _norm(spec.layer_norm)
    for layer in spec.layer:
        _attention(layer.self_attention, draw, own=True, mute=False)
        _ffn(layer.ffn, draw, mute=False)


def _decoder(spec: Any, draw: np.random.Generator, said: list[int]) -> None:
    table = _random(draw, VOCABULARY, WIDTH)
    spec.embeddings.weight, spec.projection.weight = table.copy(), table.copy()
    spec.projection.bias = np.zeros(VOCABULARY, np.float32)
    places = np.zeros((PLACES_SAID, WIDTH), np.float32)
    for place, token in enumerate(said, PROMPT_TOKENS - 1):
        places[place] = 100 * table[token]
    spec.position_encodings.encodings = places
    _norm(spec.layer_norm)
    for layer in spec.layer:
        _attention(layer.self_attention, draw, own=True, mute=True)
        _attention(layer.attention, draw, own=False, mute=True)
        _ffn(layer.ffn, draw, mute=True)
