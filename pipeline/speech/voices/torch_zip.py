"""Safe reader of PyTorch checkpoints since 2020: their tensors, without PyTorch and without running anything in them.

Such a file is a zip archive of one folder with `data.pkl`, the object, and `data/NAME`, the raw numbers of each storage
(torch/serialization.py, `_save`). The pickle is read by the restricted unpickler of `torch_file`.
"""

from __future__ import annotations

import pickle
import zipfile
from pathlib import PurePosixPath
from typing import Any, BinaryIO

import numpy as np

from pipeline import wheels
from pipeline.speech.voices.torch_file import Reader, filled

_OBJECT = "data.pkl"


def read(file: BinaryIO) -> Any:
    """The object that was saved, its tensors as numpy arrays. Raises ValueError for anything but such a file."""
    try:
        with zipfile.ZipFile(file) as archive:
            root = next(p.parent for n in archive.namelist() if (p := PurePosixPath(n)).name == _OBJECT)
            with archive.open(f"{root / _OBJECT}") as stream:
                reader = Reader(stream)
                tree = reader.load()
            storages = {
                name: np.frombuffer(archive.read(f"{root / 'data' / name}"), dtype)
                for name, dtype in reader.dtypes.items()
            }
        return filled(tree, storages)
    except (
        *wheels.UNREADABLE,
        pickle.UnpicklingError,
        StopIteration,
        TypeError,
        IndexError,
        AttributeError,
        OverflowError,
        OSError,
    ) as error:
        raise ValueError(f"not a PyTorch file that can be read safely: {error}") from None
