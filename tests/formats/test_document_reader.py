"""The search reads what is written: its documents are those of the public schema, and its examples run."""

import doctest

import jsonschema

import pipeline.search
from pipeline.concepts import codebook
from pipeline.formats.document import reader, writer
from pipeline.part_kinds import KNOWN_KINDS
from pipeline.search import Codebook, Index
from tests.support import search_makers


def test_the_tests_documents_follow_the_schema():
    for made in (
        search_makers.document(),
        search_makers.demo(),
        search_makers.document("c", search_makers.CLINIC),
    ):
        jsonschema.validate(made, writer.schema())


def test_it_reads_every_key_of_a_tag_and_the_version_that_is_written():
    assert reader.SCHEMA == writer.SCHEMA
    concept = set(writer.schema()["$defs"]["concept"]["properties"])
    assert concept == {"id", "start_char", "end_char", "rule", "about", *reader.FLAGS}
    assert set(KNOWN_KINDS) == set(writer.schema()["$defs"]["vignette"]["properties"]["kind"]["examples"])


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
