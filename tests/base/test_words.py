"""Folding: what counts as the same word, the same letters, the same name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.words import (
    bare_word,
    folded,
    letters_of,
    name_key,
    numbered,
    person_name,
    plain_characters,
    plain_letters,
    plain_words,
    slug,
    without_accents,
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


@given(st.text())
def test_folding_keeps_the_place_of_every_character(text):
    assert len(folded(text)) == len(text)
    assert folded(folded(text)) == folded(text)


def test_folding_takes_case_and_diacritics():
    assert folded("CAFÉ Ångström") == "cafe angstrom"


@pytest.mark.parametrize(
    ("text", "plain"), [("José Núñez", "Jose Nunez"), ("Ǆ", "DZ"), ("Straße", "Straße"), ("Zoe", "Zoe")]
)
def test_letters_without_accents(text, plain):
    assert without_accents(text) == plain


@pytest.mark.parametrize(
    ("text", "id_"),
    [
        ("Ruth  Calder", "ruth-calder"),
        ("role play --> <b>", "role-play-b"),
        ("_O'Neil_", "o-neil"),
        ("¡!", "person"),
    ],
)
def test_the_part_of_an_id_that_a_name_gives(text, id_):
    assert slug(text, "person") == id_


def test_a_name_that_is_taken_gets_the_first_number_that_is_free():
    assert numbered("ann", ()) == "ann"
    assert numbered("ann", {"ann", "ann-3"}) == "ann-2"
    assert numbered("ann", {"ann", "ann-2"}) == "ann-3"


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
