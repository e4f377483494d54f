"""Rules about wording: edit distance against its definition, and what each rule may never accuse."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit import Document, Facts
from pipeline.audit.captions import shown_cue
from pipeline.audit.meaning import _one_edit_apart, misspelled_names
from pipeline.audit.model import View
from pipeline.audit.wording import (
    all_capitals,
    fillers,
    inaudible,
    no_sounds,
    repeats,
    small_numbers,
    sound_style,
    whitespace,
)
from pipeline.profiles import PROFILES
from pipeline.timing import Span

short_words = st.text("abc", max_size=5)


def view(*texts: str, facts: Facts | None = None, profile: str = "netflix") -> View:
    """Captions of these texts, one a second; `|` begins a new line."""
    cues = tuple(
        shown_cue(number, Span(number * 1000, number * 1000 + 900), text.split("|"), set(), "json")
        for number, text in enumerate(texts, 1)
    )
    return View(Document("test", "json", cues, (), "en"), facts or Facts(), PROFILES[profile])


def distance(one: str, other: str) -> int:
    """The optimal string alignment distance, by its recursive definition."""

    @cache
    def of(i: int, j: int) -> int:
        if not i or not j:
            return i + j
        choices = [of(i - 1, j) + 1, of(i, j - 1) + 1, of(i - 1, j - 1) + (one[i - 1] != other[j - 1])]
        if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
            choices.append(of(i - 2, j - 2) + 1)
        return min(choices)

    return of(len(one), len(other))


@given(short_words, short_words)
def test_one_edit_apart_is_a_distance_of_at_most_one(one: str, other: str) -> None:
    assert _one_edit_apart(one, other) == (distance(one, other) <= 1)


@pytest.mark.parametrize(
    ("written", "near"),
    [("Leightan", "Leighton"), ("Leigthon", "Leighton"), ("Leighto", "Leighton"), ("Leightons", "Leighton")],
)
def test_a_name_one_edit_away_is_doubted(written: str, near: str) -> None:
    facts = Facts(names=("Tim Leighton",))
    assert [(h.measured, h.limit) for h in misspelled_names(view(f"Ask {written}.", facts=facts))] == [
        (written, near)
    ]


@pytest.mark.parametrize("written", ["Leighton", "Leighton's", "Leaton", "Breighton", "leightan"])
def test_other_words_are_not_taken_for_a_name(written: str) -> None:
    assert not list(misspelled_names(view(f"Ask {written}.", facts=Facts(names=("Tim Leighton",)))))


@given(
    st.lists(st.lists(st.from_regex(r"[a-z]{1,6}[,.]?", fullmatch=True), min_size=1), min_size=1, max_size=3)
)
def test_words_with_one_space_between_them_hold_no_needless_space(lines: list[list[str]]) -> None:
    assert not list(whitespace(view("|".join(" ".join(words) for words in lines))))


@pytest.mark.parametrize("text", [" one", "one ", "one  two", "one ?", "one||two"])
def test_needless_spaces_are_found(text: str) -> None:
    assert len(list(whitespace(view(text)))) == 1


@given(st.lists(st.sampled_from("ab"), max_size=12))
def test_repeats_are_the_runs_of_three_and_more(texts: list[str]) -> None:
    runs: list[list[str]] = []
    for text in texts:
        if runs and runs[-1][0] == text:
            runs[-1].append(text)
        else:
            runs.append([text])
    found = [hit.measured for hit in repeats(view(*texts))]
    assert found == [len(run) for run in runs if len(run) >= 3]


@given(st.integers(0, 8), st.integers(0, 8))
def test_capitals_are_counted_by_their_longest_run(first: int, second: int) -> None:
    text = " ".join([*["GO"] * first, "and", *["STAY"] * second])
    longest = max(first, second)
    found = [hit.measured for hit in all_capitals(view(text))]
    assert found == ([longest] if longest >= 4 else [])


@given(st.integers(0, 20), st.integers(30, 200))
def test_fillers_are_told_beyond_four_percent_of_fifty_words(count: int, others: int) -> None:
    found = list(fillers(view(*["Um,"] * count, *["word"] * others)))
    total = count + others
    assert bool(found) == (total >= 50 and count > 0.04 * total)


@pytest.mark.parametrize(
    "text", ["at 3:30", "5 mg", "2 to 3", "page 3/4", "3%", "No. 12", "3.5", "$5", "7 o'clock"]
)
def test_numbers_that_measure_stay_digits(text: str) -> None:
    assert not list(small_numbers(view(f"It was {text}")))


@pytest.mark.parametrize(
    "text",
    ["Go to Room 5 now.", "He has type 2 diabetes.", "Step 4 is hard.", "It was on Channel 4.", "At 5 p.m. we met.",
     "At 5 P. M. too.",
     "Vignette 3 begins.", "Steps 4 and 5 are done.", "We read pages 2, 3 and 4.", "It was on Radio 4.", "So Apollo 8 flew.",
     "Question 1: why?", "In week 6 he came.", "Client 2 left."],
)  # fmt: skip
def test_numbers_that_are_names_stay_digits(text: str) -> None:
    assert not list(small_numbers(view(text)))


@pytest.mark.parametrize(
    "text", ["She had 4 sisters in Room 2.", "Take 2 pills.", "In Room 5 we were 3.", "Type 2 words."]
)
def test_a_name_excuses_no_other_number(text: str) -> None:
    assert len(list(small_numbers(view(text)))) == (0 if text.startswith("Type") else 1)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("I said [inaudible 00:01:02] to him.", ["[inaudible 00:01:02]"]),
        ("(unintelligible) and [crosstalk] again.", ["(unintelligible)", "[crosstalk]"]),
        ("We met on [Thursday?] and ___ then.", ["[Thursday?]", "___"]),
        ("[laughter] It was unclear to me. What???", []),
    ],
)
def test_each_mark_is_a_gap_in_accuracy(text: str, marks: list[str]) -> None:
    assert [hit.measured for hit in inaudible(view(text))] == marks


def test_a_mark_is_no_sound() -> None:
    assert list(no_sounds(view("I said [inaudible] to him."))) and not list(
        no_sounds(view("[laughs] [inaudible]"))
    )
    assert not list(sound_style(view("(inaudible)"))) and list(sound_style(view("(laughter)")))


@pytest.mark.parametrize("number", range(1, 11))
def test_small_numbers_in_running_text_are_told(number: int) -> None:
    assert [hit.measured for hit in small_numbers(view(f"We saw {number} people"))] == [str(number)]
