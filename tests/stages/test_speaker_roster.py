"""Whom a written name means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import Person
from pipeline.stages.speakers.roster import Roster, is_anybody

PEOPLE = (
    Person("Tim Leighton, PhD", "therapist", ("Tim Leighton", "Tim")),
    Person("Jax Beatty", "cotherapist", ("Jax",)),
    Person("Jo Beatty", "client"),
    Person("Zoë Ångström", "client"),
)


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("TIM", "Tim Leighton"), ("Dr. Tim Leighton", "Tim Leighton"), ("LEIGHTON", "Tim Leighton"),
        ("Jax Beatty", "Jax Beatty"), ("jax", "Jax Beatty"), ("THERAPIST", "Tim Leighton"), ("ZOE", "Zoë Ångström"),
        ("Leighton, Tim", "Tim Leighton"), ("BEATTY, JAX", "Jax Beatty"), ("Jax Beatty | Northside", "Jax Beatty"),
        ("Beatty, Jo (they/them)", "Jo Beatty"), ("Tim Leighton, LCSW", "Tim Leighton"),
        ("Beatty", None), ("client", None), ("Devin", None), ("", None),
    ],
)  # fmt: skip
def test_a_name_is_found_however_it_is_written(written, name):
    found = Roster.of(PEOPLE).match(written)
    assert (found.name if found else None) == name


def test_one_letter_may_be_wrong_where_it_was_read_from_the_picture():
    roster = Roster.of(PEOPLE)
    assert roster.match("JaxBeattv") is None
    assert roster.match("JaxBeattv", forgiving=True).name == "Jax Beatty"
    assert roster.match("JaxBeaXXy", forgiving=True) is None
    assert roster.match("Therapist") is not None
    assert roster.match("Therapist", forgiving=True) is None


def test_labels_are_people_too_and_slips_of_them_are_not():
    labels = ["COLIN"] * 5 + ["CLOIN", "COLN", "JOAN", "JOAN", "JOAN", "MAN", "ALL"]
    roster = Roster.of(PEOPLE, labels)
    assert [p.name for p in roster.people if not p.listed] == ["Colin", "Joan"]
    assert {roster.match(x).name for x in ("CLOIN", "COLN", "COLIN")} == {"Colin"}
    assert roster.listed == 4


def test_two_people_together_are_no_third_person():
    roster = Roster.of((), ["HANNA"] * 3 + ["OWEN", "HANNA, OWEN", "Hanna and Owen", "HANNA & RUTH"])
    assert [p.name for p in roster.people] == ["Hanna", "Owen"]
    assert roster.match("HANNA, OWEN") is None


def test_devices_of_one_kind_are_told_apart():
    roster = Roster.of((), ["iPhone", "iPhone (2)", "iPhone (3)", "张伟", "Гость"])
    assert {p.name for p in roster.people} == {"iPhone", "iPhone (2)", "iPhone (3)", "张伟", "Гость"}


@pytest.mark.parametrize(
    ("label", "anybody"),
    [("MAN", True), ("All", True), ("Man 2", False), ("MAN, WOMAN", True), ("Manfred", False)],
)
def test_some_labels_say_only_that_somebody_speaks(label, anybody):
    assert is_anybody(label) is anybody


@given(st.text(max_size=40), st.lists(st.text(min_size=1, max_size=12), max_size=6))
def test_any_text_is_somebody_or_nobody(text, labels):
    roster = Roster.of(PEOPLE, labels)
    found = roster.match(text, forgiving=True)
    assert found is None or found in roster.people
    assert len({p.key for p in roster.people}) == len(roster.people)
