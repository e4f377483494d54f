"""Safe reader of PyTorch checkpoints of before 2020: their tensors, without PyTorch and without running anything in them.

Such a file is a row of pickles (a magic number, a version, facts about the machine, the object, the names of its storages)
and then, for each storage in that order, its length as a 64-bit number and its raw numbers (torch/serialization.py,
`_legacy_load`). A pickle can name any function to call; this reader knows the three that tensors need and refuses all others.
"""

from __future__ import annotations

import io
import pickle
import struct
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

MAGIC = 0x1950A86A20F9469CFC6C  # torch/serialization.py, MAGIC_NUMBER
_STORAGES: dict[str, np.dtype[Any]] = {
    "FloatStorage": np.dtype("<f4"),
    "DoubleStorage": np.dtype("<f8"),
    "HalfStorage": np.dtype("<f2"),
    "LongStorage": np.dtype("<i8"),
    "IntStorage": np.dtype("<i4"),
    "ByteStorage": np.dtype("u1"),
}


@dataclass(frozen=True, slots=True)
class _Tensor:
    """A tensor whose numbers are not read yet: a strided view of a storage, by name, in units of its numbers."""

    storage: str
    dtype: np.dtype[Any]
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Storage:
    """A storage by name, with the type of its numbers."""

    name: str
    dtype: np.dtype[Any]


def read(data: bytes) -> Any:
    """The object that was saved, its tensors as numpy arrays. Raises ValueError for anything but such a file."""
    stream = io.BytesIO(data)
    try:
        if Reader(stream).load() != MAGIC:
            raise ValueError("not a PyTorch file of the old kind")
        _version, _machine = Reader(stream).load(), Reader(stream).load()
        reader = Reader(stream)
        tree, names = reader.load(), Reader(stream).load()
        storages = {str(name): _numbers(stream, reader.dtypes[str(name)]) for name in names}
        return filled(tree, storages)
    except (
        pickle.UnpicklingError,
        EOFError,
        KeyError,
        TypeError,
        IndexError,
        AttributeError,
        struct.error,
    ) as error:
        raise ValueError(f"not a PyTorch file that can be read safely: {error}") from None


class Reader(pickle.Unpickler):
    """A restricted unpickler, which builds tensors, ordered dictionaries and plain values, and nothing else."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream, encoding="utf-8")
        self.dtypes: dict[str, np.dtype[Any]] = {}

    def find_class(self, module: str, name: str) -> Any:
        """One of the few globals that tensors need. Raises UnpicklingError for all others."""
        if module == "torch" and name in _STORAGES:
            return name
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuilt
        if (module, name) == ("collections", "OrderedDict"):
            return OrderedDict
        raise pickle.UnpicklingError(f"it wants {module}.{name}, which tensors do not need")

    def persistent_load(self, pid: Any) -> _Storage:
        """The storage that a persistent id names. Raises UnpicklingError, or KeyError for an unknown type of number."""
        kind, storage_type, name, *_ = pid
        if kind != "storage":
            raise pickle.UnpicklingError(f"it refers to a '{kind}'")
        self.dtypes[str(name)] = _STORAGES[storage_type]
        return _Storage(str(name), _STORAGES[storage_type])


def _rebuilt(storage: _Storage, offset: int, size: Any, stride: Any, *_: Any) -> _Tensor:
    return _Tensor(storage.name, storage.dtype, int(offset), tuple(size), tuple(stride))


def _numbers(stream: io.BytesIO, dtype: np.dtype[Any]) -> NDArray[Any]:
    """One storage's numbers, shape (count,). Raises ValueError where the file ends first."""
    (count,) = struct.unpack("<q", stream.read(8))
    raw = stream.read(count * dtype.itemsize) if count >= 0 else b""
    if count < 0 or len(raw) != count * dtype.itemsize:
        raise ValueError("the file ends within a tensor")
    return np.frombuffer(raw, dtype)


def filled(value: Any, storages: Mapping[str, NDArray[Any]]) -> Any:
    """The value with every tensor in it replaced by its numbers."""
    if isinstance(value, _Tensor):
        return _view(value, storages[value.storage])
    if isinstance(value, dict):
        return {key: filled(item, storages) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(filled(item, storages) for item in value)
    return value


def _view(tensor: _Tensor, numbers: NDArray[Any]) -> NDArray[Any]:
    """The tensor's own copy of its numbers; its last element must lie inside the storage, else ValueError is raised."""
    if any(n <= 0 for n in tensor.shape) or any(s < 0 for s in tensor.strides) or tensor.offset < 0:
        raise ValueError("a tensor has an impossible shape")
    last = tensor.offset + sum((n - 1) * s for n, s in zip(tensor.shape, tensor.strides, strict=True))
    if last >= len(numbers):
        raise ValueError("a tensor reaches past its numbers")
    steps = [s * numbers.itemsize for s in tensor.strides]
    return np.lib.stride_tricks.as_strided(numbers[tensor.offset :], tensor.shape, steps).copy()
