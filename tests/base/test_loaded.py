"""A model is loaded once per process, and again when its file is another or it is to be loaded otherwise."""

from __future__ import annotations

import os

import pytest

from pipeline import loaded


@pytest.fixture(autouse=True)
def empty(monkeypatch):
    monkeypatch.setattr(loaded, "_kept", {})


def test_a_model_is_loaded_once_until_its_file_is_another(tmp_path):
    path, made = tmp_path / "model.onnx", []

    def load(*how):
        return loaded.once("voices", [path], lambda: made.append(how) or len(made), *how)

    path.write_bytes(b"weights")
    assert [load(), load()] == [1, 1]
    assert [load("cuda"), load("cuda")] == [2, 2]
    assert load() == 3  # one of a kind is kept
    path.write_bytes(b"other weights")
    assert [load(), load()] == [4, 4]
    os.utime(path, ns=(1, 1))
    assert load() == 5
    path.unlink()
    assert [load(), load()] == [6, 6]


def test_kinds_do_not_push_each_other_out_and_drop_drops_all(tmp_path):
    made = []
    for _ in range(2):
        for kind in ("speech", "voices"):
            loaded.once(kind, [], lambda kind=kind: made.append(kind))
    assert made == ["speech", "voices"]
    loaded.drop()
    loaded.once("speech", [], lambda: made.append("again"))
    assert made[-1] == "again"


def test_one_that_cannot_be_loaded_is_tried_again(tmp_path):
    def broken():
        raise OSError("no")

    for _ in range(2):
        with pytest.raises(OSError, match="no"):
            loaded.once("speech", [], broken)
    assert loaded.once("speech", [], lambda: 7) == 7
