"""The assertion status of a concept: which cues count, how far they reach, and where they stop."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.concepts.assertion import NEGATION_SCOPE_WORDS, Assertion, assertion_of
from pipeline.concepts.matching import Rule, Tagger
from pipeline.concepts.normalize import normalize
from pipeline.concepts.notation import Vocabulary, parse_pattern
from pipeline.transcript import About

TAGGER = Tagger([Rule("relapse", parse_pattern("relapsed", Vocabulary({}, lambda w: frozenset({w}))))])
PLAIN = st.lists(st.sampled_from(["then", "yesterday", "badly", "again", "there"]), max_size=9).map(
    # Words said twice in a row are one to the normalization.
    lambda words: [w for n, w in enumerate(words) if words[n - 1 : n] != [w]]
)


def status(text: str) -> Assertion:
    talk = normalize(text)
    (match,) = TAGGER.find(talk)
    return assertion_of(match, talk)


@given(PLAIN, PLAIN)
def test_without_a_cue_a_concept_is_simply_said(before: list[str], after: list[str]) -> None:
    found = status(" ".join([*before, "relapsed", *after]))
    assert found == Assertion(False, False, False, False, About.UNSTATED)


@given(st.integers(0, 12))
def test_a_negation_reaches_so_many_words_and_no_more(between: int) -> None:
    words = [f"w{n}" for n in range(between)]
    assert status(" ".join(["never", *words, "relapsed"])).negated is (between < NEGATION_SCOPE_WORDS)


@given(st.integers(0, 12))
def test_a_hypothetical_cue_reaches_through_its_sentence_alone(between: int) -> None:
    words = " ".join(f"w{n}" for n in range(between))
    assert status(f"if {words} relapsed").hypothetical
    assert not status(f"if {words}. Relapsed").hypothetical


@pytest.mark.parametrize(
    ("text", "negated"),
    [
        ("He didn't say so but he relapsed", False),  # the scope ends at "but"
        ("Not only that, he relapsed", False),  # denies nothing
        ("No doubt he relapsed", False),
        ("Nobody here relapsed", True),
        ("I never. I relapsed", False),  # another sentence
        ("I relapsed, never mind", False),  # what follows does not reach back
    ],
)
def test_where_a_negation_counts(text: str, negated: bool) -> None:
    assert status(text).negated is negated


@pytest.mark.parametrize(
    ("text", "hypothetical"),
    [("I would like to say I relapsed", False), ("I would say I relapsed", True), ("We'd better say I relapsed", False)],
)  # fmt: skip
def test_a_wish_is_no_hypothesis(text: str, hypothetical: bool) -> None:
    assert status(text).hypothetical is hypothetical


@pytest.mark.parametrize(
    ("text", "quoted"),
    [
        ('He said: "I relapsed."', True),
        ("My wife says I relapsed", True),
        ("I say I relapsed", False),  # of oneself it is no report
        ("Relapsed, she said", False),  # said after it
    ],
)
def test_what_is_quoted(text: str, quoted: bool) -> None:
    assert status(text).quoted is quoted


@pytest.mark.parametrize(
    ("text", "asked"), [("You relapsed?", True), ("You relapsed. Right?", False), ("You relapsed", False)]
)
def test_only_its_own_sentence_makes_it_a_question(text: str, asked: bool) -> None:
    assert status(text).asked is asked


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("You saw that I relapsed", About.SPEAKER),  # the nearest person before it
        ("I saw that you relapsed", About.ADDRESSEE),
        ("I saw that my brother relapsed", About.OTHER),
        ("I came. Relapsed", About.UNSTATED),  # another sentence
    ],
)
def test_whom_it_is_said_of(text: str, about: About) -> None:
    assert status(text).about is about
