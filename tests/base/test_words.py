"""Folding: what counts as the same word, the same letters, the same name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.words import bare_word, letters_of, name_key, plain_words


@pytest.mark.parametrize(
    ("text", "bare"),
    [("(Don’t,", "don't"), ("—well…”", "well"), ("“Not", "not"), ("[laughs]", "laughs"), ("...", "")],
)
def test_a_word_without_what_stands_around_it(text, bare):
    assert bare_word(text) == bare


@pytest.mark.parametrize(
    ("one", "other"), [("STRASSE", "Straße"), ("ﬁne", "fine"), ("I'm", "I’m"), ("a-b.", "ab")]
)
def test_the_same_letters(one, other):
    assert letters_of(one) == letters_of(other)
    assert letters_of(one) != letters_of(f"{other}s")


@given(st.text(), st.text())
def test_what_is_folded_stays_when_folded_again(one, other):
    assert name_key(name_key(one)) == name_key(one) == name_key(f" {one}  ")
    assert name_key(f"{one}\t{other}") == " ".join([name_key(one), name_key(other)]).strip()
    assert bare_word(bare_word(one)) == bare_word(one)


def test_the_words_of_a_text():
    assert plain_words("TOM: Well, it's  fine.") == ["tom", "well", "it", "s", "fine"]
