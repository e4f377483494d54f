"""Kinds of words are those that lemminflect itself tells, without its import."""

import subprocess
import sys

import pytest

from pipeline.english import lemmas
from pipeline.errors import WeightsError


def test_the_tables_say_what_the_library_says():
    from lemminflect import getAllLemmas

    listed = [line.split(",")[0] for lines in lemmas._tables() for line in lines]
    words = {*listed[::40], "all", "himself", "groups", "said", "Houses", "thusrday", "xyzzy", ""}
    assert {w: lemmas.kinds_of(w) for w in words} == {w: frozenset(getAllLemmas(w)) for w in words}


def test_a_misspelt_word_is_looked_up_without_the_library_and_spacy():
    code = """
import sys
from pipeline.english.spelling import likely_word
assert likely_word("thusrday", {}) == "thursday"
assert not {"lemminflect", "spacy"} & sys.modules.keys()
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_missing_tables_are_said(monkeypatch, tmp_path):
    monkeypatch.setattr(lemmas, "find_spec", lambda name: None)
    monkeypatch.chdir(tmp_path)
    lemmas._tables.cache_clear()
    try:
        with pytest.raises(WeightsError, match="lemma_lu"):
            lemmas._tables()
    finally:
        lemmas._tables.cache_clear()
