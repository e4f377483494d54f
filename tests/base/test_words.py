"""Folding: what counts as the same word, the same letters, the same name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.words import (
    bare_word,
    letters_of,
    name_key,
    person_name,
    plain_characters,
    plain_letters,
    plain_words,
    without_invisible,
)


@pytest.mark.parametrize(
    ("text", "bare"),
    [
        ("(Don’t,", "don't"),
        ("don´t", "don't"),
        ("„don`t“", "don't"),
        ("«thera\u00adpist»", "therapist"),
        ("ｗｏｒｄ\u200b", "word"),
        ("—well…”", "well"),
        ("“Not", "not"),
        ("[laughs]", "laughs"),
        ("...", ""),
    ],
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


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("Weir, Hanna", "Hanna Weir"), ("Weir, Hanna (she/her)", "Hanna Weir"), ("WEIR, HANNA", "HANNA WEIR"),
        ("Pratt, Owen, PhD", "Owen Pratt"), ("Owen Pratt, PhD, LCSW", "Owen Pratt"), ("Owen Pratt, Acme Corp", "Owen Pratt"),
        ("Garcia Lopez, Ana", "Ana Garcia Lopez"), ("O'Neill, DeShawn", "DeShawn O'Neill"), ("Ma, Yo-Yo", "Yo-Yo Ma"),
        ("Hanna Weir | Acme", "Hanna Weir"), ("iPhone (2)", "iPhone (2)"), ("Tom", "Tom"), ("", ""),
    ],
)  # fmt: skip
def test_a_name_as_it_is_said(written, name):
    assert person_name(written) == name
    assert person_name(name) == name


@given(st.text(max_size=60))
def test_plain_characters_stand_where_the_others_stood(text):
    assert len(plain_characters(text)) == len(plain_letters(text)) == len(text)
    assert plain_characters(plain_characters(text)) == plain_characters(text)
    assert without_invisible(without_invisible(text)) == without_invisible(text)


def test_joiners_stay_where_a_script_needs_them():
    assert without_invisible("می\u200cخواهم") == "می\u200cخواهم"
    assert without_invisible("👩\u200d⚕️") == "👩\u200d⚕️"
    assert without_invisible("thera\u200cpist \ufeffyes") == "therapist yes"


@pytest.mark.parametrize(
    "key", ["ruth o'neill", "Ruth\u00a0O´Neill", "ＲＵＴＨ O’Neill", "Ru\u00adth  O`Neill"]
)
def test_a_name_is_looked_up_however_it_was_typed(key):
    assert name_key(key) == "ruth o'neill"
