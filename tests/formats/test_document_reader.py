"""The search reads what is written: its documents are those of the public schema, and its examples run."""

import doctest
import json

import pytest

import pipeline.search
from pipeline.concepts import codebook
from pipeline.errors import DocumentError
from pipeline.formats.document import reader, writer
from pipeline.part_kinds import KNOWN_KINDS
from pipeline.search import Codebook, Index
from pipeline.transcript import Review
from tests.support import search_makers
from tests.support.schema import must_be_valid


def test_the_tests_documents_follow_the_schema():
    for made in (
        search_makers.document(),
        search_makers.demo(),
        search_makers.document("c", search_makers.CLINIC),
    ):
        must_be_valid(made)


def test_it_reads_every_key_of_a_tag_and_the_version_that_is_written():
    assert reader.SCHEMA == writer.SCHEMA
    concept = set(writer.schema()["$defs"]["concept"]["properties"])
    assert concept == {"id", "start_char", "end_char", "rule", "about", "confidence", *reader.FLAGS}
    assert set(KNOWN_KINDS) == set(writer.schema()["$defs"]["vignette"]["properties"]["kind"]["examples"])


REVIEW = {"by": "Ana", "changes": 3, "changes_by_people": 2, "people": ["Ben"], "of_earlier_version": False}


def read_with(tmp_path, **keys):
    path = tmp_path / "talk.json"
    path.write_text(json.dumps(search_makers.document("talk") | keys), "utf-8")
    return reader.read(path).review


def test_a_review_and_what_changed_since_are_read(tmp_path):
    must_be_valid(search_makers.document("talk") | {"review": REVIEW})
    assert read_with(tmp_path, review=REVIEW) == Review("Ana", 3, 2, ("Ben",))
    assert str(read_with(tmp_path, review=REVIEW | {"people": ["B\x1bn"]})).endswith("2 of them by B n")
    assert read_with(tmp_path) is None


def test_the_reviewer_in_a_document_of_an_earlier_version(tmp_path):
    assert read_with(tmp_path, grade="reviewed by Ana Lytical") == Review("Ana Lytical")


@pytest.mark.parametrize("damaged", [None, [], {}, REVIEW | {"changes": -1}, REVIEW | {"people": [1]}, REVIEW | {"by": 3},
                                     REVIEW | {"of_earlier_version": "no"}])  # fmt: skip
def test_a_damaged_review_is_one_sentence(tmp_path, damaged):
    with pytest.raises(DocumentError):
        read_with(tmp_path, review=damaged)


def test_the_examples_in_the_documentation(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(codebook, "load", lambda path=None: Codebook.of(search_makers.BROADER))
    search_makers.save(tmp_path / "transcripts", search_makers.document())
    found = doctest.testmod(pipeline.search, verbose=False)
    assert found.attempted >= 8
    assert found.failed == 0
    assert [p.name for p in tmp_path.iterdir()] == ["transcripts"]


def test_the_lexicon_says_what_is_broader():
    codes = codebook.load()
    assert "trigger" in codes.within("relapse-process")
    assert codes.within("trigger") == ("trigger",)
    assert codes.codes["trigger"].definition


def test_without_a_lexicon_every_concept_stands_alone(tmp_path):
    (tmp_path / "broken.toml").write_text("[[concept", "utf-8")
    for path in (tmp_path / "none.toml", tmp_path / "broken.toml"):
        assert codebook.load(path).within("trigger") == ("trigger",)
    search_makers.save(tmp_path, search_makers.document())
    Index.update(tmp_path)
    with Index.of(tmp_path, Codebook()) as index:
        assert index.search("concept:trigger").total == 1


def test_a_loop_in_the_lexicon_ends():
    assert Codebook.of({"a": "b", "b": "a"}).within("a") == ("a", "b")
