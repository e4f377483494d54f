"""Write a network as an ONNX file: as much of the format as a small recurrent encoder needs, in plain bytes.

ONNX is protocol buffers; the field numbers below are those of onnx.proto (https://github.com/onnx/onnx, IR version 8). A
message is a row of fields, each a key (number * 8 + wire type) and a number or a length with bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

IR_VERSION = 8  # the oldest that OPSET needs, so that old runtimes read the file
OPSET = 17
FLOAT = 1  # TensorProto.DataType
_DATA_TYPES = {"float32": FLOAT, "float16": 10, "int64": 7, "int32": 6}
# AttributeProto.AttributeType
_ATTRIBUTE_INT = 2
_ATTRIBUTE_INTS = 7
_ATTRIBUTE_STRING = 3


@dataclass(frozen=True, slots=True)
class Node:
    """One operator: what it reads and writes by name ("" = left out), and its settings (int, str, or a list of int)."""

    operator: str
    inputs: Sequence[str]
    outputs: Sequence[str]
    attributes: Mapping[str, Any] = field(default_factory=dict)


Shape = Sequence[int | str]
"""Sizes of an input or output; a name stands for a size that is free."""


def model(
    nodes: Iterable[Node],
    weights: Mapping[str, NDArray[Any]],
    inputs: Mapping[str, Shape],
    outputs: Mapping[str, Shape],
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """An ONNX file of float32 inputs and outputs. Raises KeyError for a weight of another type than float or int."""
    graph = b"".join(
        (
            *(_message(1, _node(node)) for node in nodes),
            _text(2, "encoder"),
            *(_message(5, _tensor(name, array)) for name, array in weights.items()),
            *(_message(11, _value(name, shape)) for name, shape in inputs.items()),
            *(_message(12, _value(name, shape)) for name, shape in outputs.items()),
        )
    )
    described = (_message(14, _text(1, k) + _text(2, v)) for k, v in (metadata or {}).items())
    return b"".join(
        (
            _number(1, IR_VERSION),
            _text(2, "vignette"),
            _message(7, graph),
            _message(8, _text(1, "") + _number(2, OPSET)),
            *described,
        )
    )


def _node(node: Node) -> bytes:
    return b"".join(
        (
            *(_text(1, name) for name in node.inputs),
            *(_text(2, name) for name in node.outputs),
            _text(4, node.operator),
            *(_message(5, _attribute(name, value)) for name, value in node.attributes.items()),
        )
    )


def _attribute(name: str, value: Any) -> bytes:
    if isinstance(value, str):
        return _text(1, name) + _text(4, value) + _number(20, _ATTRIBUTE_STRING)
    if isinstance(value, int):
        return _text(1, name) + _number(3, value) + _number(20, _ATTRIBUTE_INT)
    return _text(1, name) + b"".join(_number(8, n) for n in value) + _number(20, _ATTRIBUTE_INTS)


def _tensor(name: str, array: NDArray[Any]) -> bytes:
    raw = np.ascontiguousarray(array.astype(array.dtype.newbyteorder("<"))).tobytes()
    sizes = b"".join(_number(1, n) for n in array.shape)
    return sizes + _number(2, _DATA_TYPES[array.dtype.name]) + _text(8, name) + _message(9, raw)


def _value(name: str, shape: Shape) -> bytes:
    sizes = (_message(1, _text(2, n) if isinstance(n, str) else _number(1, n)) for n in shape)
    tensor = _number(1, FLOAT) + _message(2, b"".join(sizes))
    return _text(1, name) + _message(2, _message(1, tensor))


def _text(number: int, text: str) -> bytes:
    """Field `number` with a string in UTF-8."""
    return _message(number, text.encode())


def _message(number: int, payload: bytes) -> bytes:
    """Field `number` with bytes or a message: wire type 2, their length, and they."""
    return _varint(number << 3 | 2) + _varint(len(payload)) + payload


def _number(number: int, value: int) -> bytes:
    """Field `number` with an integer: wire type 0, negative ones as 64-bit two's complement."""
    return _varint(number << 3) + _varint(value & 0xFFFFFFFFFFFFFFFF)


def _varint(value: int) -> bytes:
    """A protocol buffers varint: seven bits to a byte, the lowest first; the top bit says that more follow."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)
