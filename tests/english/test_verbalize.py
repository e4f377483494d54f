"""Written words become spoken ones."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.english import numbers
from pipeline.english.verbalize import ELISIONS, spoken_readings, spoken_words


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("1455", "fourteen fifty five"),
        ("in 2016, 2005 and 1906", "in twenty sixteen two thousand five and nineteen oh six"),
        ("$5", "five dollars"),
        ("$1.01", "one dollar and one cent"),
        ("£2.5 million", "two point five million pounds"),
        ("50%", "fifty percent"),
        ("3:30", "three thirty"),
        ("3:05 p.m.", "three oh five p m"),
        ("10am", "ten a m"),
        ("Dr. Lee & Mrs. O’Brien", "doctor lee and missus o'brien"),
        ("1st, 22nd, 30th, 101st", "first twenty second thirtieth one hundred first"),
        ("the '60s and 1990s", "the sixties and nineteen nineties"),
        ("I-I-I w-want", "i i i want"),
        ("I-I'm re-reading", "i i'm re reading"),
        ("the 12-step co-therapist", "the twelve step co therapist"),
        ("don’t 'em 'quoted'", "don't 'em quoted"),
        ("978-1-60124-472-7", "nine seven eight one six zero one two four four seven two seven"),
        ("1½ and 1/2", "one and a half and one half"),
        ("24/7", "twenty four seven"),
        ("1,234,567.5", "one million two hundred thirty four thousand five hundred sixty seven point five"),
        ("007", "oh oh seven"),
        ("U.S. PhD B12 TVs", "u s p h d b twelve tv's"),
        ("www.example.org", "w w w dot example dot org"),
        ("World War II", "world war two"),
        ("[laughter] yeah…", "yeah"),
        ("<i>naïve</i> café", "naive cafe"),
        ("-5 #3 AT&T", "minus five number three at and t"),
        ("the end.Then", "the end then"),
        ("♪ — ... ?!", ""),
    ],
)  # fmt: skip
def test_reads_what_people_write(written: str, said: str) -> None:
    assert " ".join(spoken_words(written)) == said


def test_other_readings_follow_the_likeliest() -> None:
    assert spoken_readings("205")[:2] == (("two", "hundred", "five"), ("two", "hundred", "and", "five"))
    assert ("three", "fifty") in spoken_readings("$3.50")
    assert spoken_readings("word") == (("word",),)


@given(st.text(max_size=60))
def test_any_text_becomes_plain_words(text: str) -> None:
    for word in spoken_words(text):
        assert re.fullmatch(r"[a-z]+(?:'+[a-z]+)*", word) or word in ELISIONS


@given(st.text(alphabet="ab1590'-.,:$%/& ICVst", max_size=25))
def test_readings_begin_with_the_words_and_stay_few(text: str) -> None:
    readings = spoken_readings(text)
    assert readings[0] == spoken_words(text)
    assert len(readings) == len(set(readings)) <= 8


@given(st.text(alphabet=st.sampled_from("abdmstw '-.,’1234567890:$%&"), max_size=40))
def test_what_is_spoken_already_stays(text: str) -> None:
    said = " ".join(spoken_words(text))
    assert " ".join(spoken_words(said)) == said


SMALL = {numbers.cardinal(n): n for n in range(100)}
SCALES = {"hundred": 100, "thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}


def value_of(said: str) -> int:
    """Read a cardinal back, independently of how it was made."""
    total = group = 0
    for word in said.split():
        if word == "hundred":
            group *= 100
        elif word in SCALES:
            total, group = total + group * SCALES[word], 0
        elif word != "and":
            group += SMALL[word]
    return total + group


@given(st.integers(0, numbers.LARGEST), st.sampled_from(["", "and"]))
def test_cardinals_read_back(number: int, joiner: str) -> None:
    assert value_of(numbers.cardinal(number, joiner)) == number


@given(st.integers(0, 10**30))
def test_any_number_is_said(number: int) -> None:
    assert all(re.fullmatch("[a-z ]+", said) for said in numbers.readings(str(number)))
    assert re.fullmatch("[a-z ]+", numbers.ordinals(number)[0])


def test_there_are_no_negative_counts() -> None:
    with pytest.raises(ValueError, match="from 0 on"):
        numbers.cardinal(-1)


@pytest.mark.parametrize(
    "shape", ["{}", "${}", "{}%", "{}th", "#{}", "-{}", "{}.5", "5-{}", "${}m", "£{}.05"]
)
def test_a_run_of_digits_of_any_length_is_said_digit_by_digit(shape: str) -> None:
    said = spoken_words(shape.format("7" * 9000))
    assert said.count("seven") >= 8999
    assert spoken_words("1" + ",000" * 2000).count("zero") == 6000
