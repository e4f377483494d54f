"""The GE2E speaker encoder as an ONNX network: three LSTM layers over mel spectra, the last state projected to 256 numbers.

Wan et al. 2018, "Generalized end-to-end loss for speaker verification"; weights of the Resemblyzer project (Apache-2.0), which
this module takes out of that project's wheel. They are kept as float16 and widened when the network is loaded.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.voices import checkpoint, onnx_file, torch_file
from pipeline.speech.voices.mel import BANDS
from pipeline.speech.voices.onnx_file import Node

MEMBER = "resemblyzer/pretrained.pt"  # in the wheel of Resemblyzer 0.1.4
SHA256 = "39373b86598fa3da9fcddee6142382efe09777e8d37dc9c0561f41f0070f134e"
LAYERS = 3  # of LSTM cells
SIZE = 256  # of each, and of the embedding (Resemblyzer's `hparams.py`)
# PyTorch stacks the gates as input, forget, cell, output; ONNX as input, output, forget, cell.
_GATES = (0, 3, 1, 2)


def from_wheel(wheel: Path) -> bytes:
    """The encoder of a Resemblyzer wheel as an ONNX file. Raises ValueError when the wheel holds other weights."""
    data = checkpoint.read(wheel, MEMBER, SHA256)
    return as_onnx(torch_file.read(data)["model_state"])


def as_onnx(state: Mapping[str, NDArray[Any]]) -> bytes:
    """The network of these weights as an ONNX file: `mel`, shape (n, frames, 40), to unit vectors `embedding`, shape (n, 256)."""
    weights: dict[str, NDArray[Any]] = {}
    nodes = [Node("Transpose", ["mel"], ["x0"], {"perm": [1, 0, 2]})]
    for layer in range(LAYERS):
        nodes += _lstm(state, layer, weights)
    weights["linear"] = state["linear.weight"].T.astype(np.float16)
    weights["linear_bias"] = state["linear.bias"].astype(np.float16)
    weights["first"] = np.array([0], np.int64)
    nodes += [
        _widened("linear"),
        _widened("linear_bias"),
        Node("Squeeze", [f"h{LAYERS - 1}", "first"], ["state"]),
        Node("MatMul", ["state", "linear_wide"], ["projected"]),
        Node("Add", ["projected", "linear_bias_wide"], ["shifted"]),
        Node("Relu", ["shifted"], ["positive"]),
        Node("LpNormalization", ["positive"], ["embedding"], {"axis": 1, "p": 2}),
    ]
    return onnx_file.model(
        nodes, weights, {"mel": ("n", "frames", BANDS)}, {"embedding": ("n", SIZE)}, {"encoder": "ge2e"}
    )


def _lstm(state: Mapping[str, NDArray[Any]], layer: int, weights: dict[str, NDArray[Any]]) -> list[Node]:
    """One layer's nodes; its weights are put into `weights`."""
    names = [f"{part}{layer}" for part in ("w", "r", "b")]
    from_input, recurrent, *biases = (
        _regated(state[f"lstm.{part}_l{layer}"]) for part in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
    )
    for name, array in zip(names, (from_input, recurrent, np.concatenate(biases)), strict=True):
        weights[name] = array[None].astype(np.float16)
    wide = [f"{name}_wide" for name in names]
    nodes = [
        *map(_widened, names),
        Node("LSTM", [f"x{layer}", *wide], [f"y{layer}", f"h{layer}"], {"hidden_size": SIZE}),
    ]
    if layer + 1 < LAYERS:
        weights["direction"] = np.array([1], np.int64)
        nodes.append(Node("Squeeze", [f"y{layer}", "direction"], [f"x{layer + 1}"]))
    return nodes


def _widened(name: str) -> Node:
    return Node("Cast", [name], [f"{name}_wide"], {"to": onnx_file.FLOAT})


def _regated(array: NDArray[Any]) -> NDArray[Any]:
    """The rows of the four gates in the order ONNX wants them."""
    blocks = array.reshape(4, SIZE, *array.shape[1:])
    return np.concatenate([blocks[gate] for gate in _GATES])
