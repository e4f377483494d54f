"""Language codes: one table, by whatever code a language is called."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.languages import _TERMINOLOGICAL, _THREE_LETTERS, primary, same_language, three_letters


@pytest.mark.parametrize(
    ("tag", "code"),
    [
        ("sv", "swe"),
        ("en-GB", "eng"),
        ("DE", "deu"),
        ("ger", "deu"),
        ("fre", "fra"),
        ("pt_BR", "por"),
        ("tlh", "tlh"),
    ],
)
def test_a_tag_has_three_letters(tag, code):
    assert three_letters(tag) == code


@given(st.sampled_from(sorted(_THREE_LETTERS)), st.sampled_from(sorted(_THREE_LETTERS)))
def test_each_language_is_itself_alone_whatever_the_region(one, other):
    assert same_language(one, three_letters(other)) == (one == other)
    assert same_language(f"{one}-XX", one)
    assert primary(f"{one.upper()}-Latn-XX") == one


def test_the_register_is_whole():
    codes = list(_THREE_LETTERS.values())
    assert len(codes) == len(set(codes)) == 183
    assert len(_TERMINOLOGICAL) == 20 and set(_TERMINOLOGICAL.values()) <= set(codes)
    assert all(len(two) == 2 and len(three) == 3 for two, three in _THREE_LETTERS.items())
