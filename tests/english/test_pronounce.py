"""Pronunciations for words that no dictionary holds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.english.pronounce import Graphones, dictionary, pronounce, spelt_out

PHONES = {phone for said in list(dictionary().values())[::50] for choice in said for phone in choice.split()}


def said(word: str) -> tuple[str, ...]:
    return pronounce([word])[word]


def test_the_dictionary_comes_first_with_all_its_variants() -> None:
    assert said("either") == dictionary()["either"]
    assert len(said("either")) == 2


@pytest.mark.parametrize(
    ("word", "phones"),
    [
        ("therapizing's", "IH NG Z"),  # possessive of a guess
        ("cotherapist", "TH EH R AH P AH S T"),  # beginning + known
        ("flashforward", "F L AE SH F AO R W ER D"),  # two known words
        ("grouplike", "G R UW P L AY K"),  # known + ending
        ("disempowers", "AW ER Z"),
    ],
)
def test_known_parts_are_put_together(word: str, phones: str) -> None:
    assert word not in dictionary()
    assert phones in said(word)[0]


def test_what_nobody_can_say_is_spelt() -> None:
    assert said("nhs") == ("EH N EY CH EH S",)
    assert spelt_out("dui") in said("dui")


def test_drawn_out_words_and_interjections() -> None:
    assert said("sooooo")[0] == dictionary()["so"][0]
    assert said("mmmmm") == ("M",)


@pytest.mark.parametrize(
    ("name", "phones"),
    [("ashwoodian", "AE SH W UH D IY AH N"), ("mollify", "M AA L AH F AY"), ("trinkle", "T R IH NG K AH L")],
)
def test_letters_alone_give_what_a_reader_would_say(name: str, phones: str) -> None:
    graphones = said(name) if name not in dictionary() else dictionary()[name]
    assert phones in graphones


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'", min_size=1, max_size=30))
def test_every_word_gets_a_pronunciation(word: str) -> None:
    choices = said(word)
    assert choices
    for choice in choices:
        assert choice and set(choice.split()) <= PHONES


def test_long_words_end() -> None:
    assert said("ab" * 200)


def test_the_likeliest_pair_wins_by_construction() -> None:
    seen = {
        ("<",): 0,
        ("a:X",): 9,
        ("a:Y",): 2,
        (">",): 10,
        ("<", "a:Y"): 5,
        ("a:Y", ">"): 5,
        ("a:X", ">"): 5,
    }
    model = Graphones(seen.items())
    assert model.best("a")[0] == "Y", "at the beginning of a word a is said Y"
    assert model.best("aa")[0] == "Y X"


def test_more_graphones_than_can_be_told_apart_are_refused() -> None:
    with pytest.raises(ValueError, match="1024 graphones"):
        Graphones(((f"a:{n}",), 1) for n in range(1024))
