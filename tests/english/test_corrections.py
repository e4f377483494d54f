"""Known words one typing error away from a word that is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.english.disfluencies import is_hesitation, is_murmur, is_stutter, is_swallowed
from pipeline.english.spelling import corrections, is_known

WORDS = ["thursday", "medication", "important", "together", "sister"]


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Thusrday,", "thursday"),
        ("recieve", "receive"),
        ("medicaton", "medication"),
        ("ookl", "look"),
        ("tabel", "table"),
    ],
)
def test_what_was_meant_is_among_them(text: str, meant: str) -> None:
    assert meant in corrections(text)


@pytest.mark.parametrize("text", ["Thursday", "sister's", "1455", "—", "ab", "dermatomyositis"])
def test_known_words_and_far_ones_have_none(text: str) -> None:
    assert corrections(text) == ()


@given(st.sampled_from(WORDS), st.data())
def test_every_single_error_is_mended(word: str, data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(word) - 2))
    broken = data.draw(
        st.sampled_from(
            [
                word[:at] + word[at + 1 :],
                word[:at] + word[at + 1] + word[at] + word[at + 2 :],
                word[:at] + "q" + word[at:],
            ]
        )
    )
    assert is_known(broken) or word in corrections(broken)


@pytest.mark.parametrize("text", ["um,", "Mm-hmm.", "Uh-huh"])
def test_hesitations(text: str) -> None:
    assert is_hesitation(text) and is_murmur(text)


@pytest.mark.parametrize("text", ["Okay.", "yeah", "Oh,"])
def test_interjections_are_murmurs_and_words(text: str) -> None:
    assert is_murmur(text) and not is_hesitation(text)


@pytest.mark.parametrize("text", ["no", "not", "never", "can't", "mother", "seven"])
def test_what_carries_meaning_is_none_of_them(text: str) -> None:
    assert not is_murmur(text) and not is_stutter(text) and not is_swallowed(text)


@pytest.mark.parametrize(
    ("text", "stutters"),
    [("I-I", True), ("w-want", True), ("and-and-and", True), ("co-op", False), ("twenty-one", False)],
)
def test_stutters(text: str, stutters: bool) -> None:
    assert is_stutter(text) == stutters
