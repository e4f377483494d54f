"""Vocabulary: full-text expressions find at least what is said, exact ones nothing else."""

import sqlite3

from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.index.vocabulary import TABLES, Vocabulary, plain_glob, spoken

FORMS = (
    "drink",
    "drinks",
    "drinking",
    "drunk",
    "night",
    "nights",
    "café",
    "Right",
    "here",
    "hereby",
    "universe",
    "university",
)
TEXTS = st.lists(st.sampled_from(FORMS), min_size=1, max_size=5).map(" ".join)


def matching(text: str, expression: str) -> bool:
    """Whether the full-text index finds a text by an expression."""
    sql = "CREATE VIRTUAL TABLE one USING fts5(text, tokenize='porter unicode61 remove_diacritics 2')"
    with sqlite3.connect(":memory:") as connection:
        connection.execute(sql)
        connection.execute("INSERT INTO one VALUES(?)", (text,))
        found = connection.execute("SELECT 1 FROM one WHERE one MATCH ?", (expression,)).fetchone()
    return found is not None


def vocabulary_of(texts: list[str]) -> Vocabulary:
    connection = sqlite3.connect(":memory:")
    connection.executescript(TABLES)
    vocabulary = Vocabulary(connection)
    vocabulary.add(texts)
    return vocabulary


@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(FORMS))
def test_a_phrase_finds_every_text_that_says_it(texts, word):
    vocabulary = vocabulary_of(texts)
    expression = vocabulary.phrase(word)
    for text in texts:
        found = matching(text, expression.text)
        assert found or not spoken(text, word)
        if expression.exact:
            assert found == spoken(text, word)


@given(st.lists(TEXTS, min_size=1, max_size=4), st.sampled_from(FORMS), st.integers(2, 6))
def test_a_prefix_finds_every_word_that_begins_so(texts, word, size):
    vocabulary = vocabulary_of(texts)
    expression = vocabulary.prefix(word[:size])
    for text in texts:
        found, said = matching(text, expression.text), spoken(text, f"{word[:size]}*")
        assert found or not said
        if expression.exact:
            assert found == said


@given(TEXTS, TEXTS, st.sampled_from(["", "*"]))
def test_the_prefilter_finds_nothing_that_is_not_said(text, phrase, star):
    with sqlite3.connect(":memory:") as connection:
        row = connection.execute(
            "SELECT lower(' ' || ? || ' ') GLOB ?", (text, plain_glob(phrase + star))
        ).fetchone()
    assert not row[0] or spoken(text, phrase + star)


def test_words_nobody_says_are_likened_to_some_that_are_said():
    vocabulary = vocabulary_of(["drinking at night"])
    assert vocabulary.similar("drinkign") == ["drinking"]
    assert vocabulary.has("drinks") and not vocabulary.has("wine")
