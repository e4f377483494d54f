"""Whisper models on this machine: what counts as complete, as damaged, as changed."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import WeightsError
from pipeline.speech import weights

WHISPER = {"alignment_heads": [], "suppress_ids": [], "suppress_ids_begin": []}
SIZE = 3 * weights._SAMPLE_BYTES


@pytest.fixture
def model(tmp_path: Path) -> Path:
    (tmp_path / "config.json").write_text(json.dumps(WHISPER))
    (tmp_path / "tokenizer.json").write_text("{}")
    (tmp_path / "vocabulary.json").write_text("[]")
    (tmp_path / "model.bin").write_bytes(bytes(SIZE))
    return tmp_path


@pytest.mark.parametrize("name", [*weights.REQUIRED, "vocabulary.json"])
def test_a_file_that_is_absent_or_empty_is_missing(model: Path, name: str) -> None:
    assert weights.missing(model) == ()
    (model / name).write_bytes(b"")
    assert weights.missing(model) == (name,)
    (model / name).unlink()
    assert weights.missing(model) == (name,)
    with pytest.raises(WeightsError, match=name):
        weights.find(str(model))


def test_either_vocabulary_will_do(model: Path) -> None:
    (model / "vocabulary.json").rename(model / "vocabulary.txt")
    assert weights.missing(model) == () and weights.find(str(model)) == model.resolve()


@pytest.mark.parametrize("text", ["", "{", "[]", "7"])
def test_json_of_another_kind_is_damaged(model: Path, text: str) -> None:
    assert weights.damaged(model) == ()
    (model / "config.json").write_text(text)
    assert weights.damaged(model) == ("config.json",)


@pytest.mark.parametrize("key", sorted(WHISPER))
def test_a_config_that_lacks_a_key_is_not_whispers(model: Path, key: str) -> None:
    assert weights.is_whisper(model)
    (model / "config.json").write_text(json.dumps({k: v for k, v in WHISPER.items() if k != key}))
    assert not weights.is_whisper(model)


@pytest.mark.parametrize("at", [0, SIZE // 2, SIZE - 1])
def test_the_fingerprint_changes_with_the_weights(model: Path, at: int) -> None:
    before = weights.fingerprint(model)
    (model / "notes.txt").write_text("no file of the model")
    assert weights.fingerprint(model) == before
    changed = bytearray(SIZE)
    changed[at] = 1
    (model / "model.bin").write_bytes(changed)
    assert weights.fingerprint(model) != before


def test_the_fingerprint_changes_with_the_length(model: Path) -> None:
    before = weights.fingerprint(model)
    (model / "model.bin").write_bytes(bytes(SIZE + 1))
    assert weights.fingerprint(model) != before


@given(st.sampled_from(sorted(weights.KNOWN)), st.integers(0, 30))
def test_a_known_name_with_a_letter_too_many_is_recognized(name: str, at: int) -> None:
    wrong = name[:at] + "q" + name[at:]
    assert "did you mean" in weights.unknown(wrong).remedy


def test_the_hub_looks_for_its_cache_where_it_says(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in ("HF_HUB_CACHE", "HF_HOME", "XDG_CACHE_HOME"):
        monkeypatch.delenv(name, raising=False)
    assert weights._hub_cache() == Path.home() / ".cache" / "huggingface" / "hub"
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "x"))
    assert weights._hub_cache() == tmp_path / "x" / "huggingface" / "hub"
    monkeypatch.setenv("HF_HOME", str(tmp_path / "h"))
    assert weights._hub_cache() == tmp_path / "h" / "hub"
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "c"))
    assert weights._hub_cache() == tmp_path / "c"
