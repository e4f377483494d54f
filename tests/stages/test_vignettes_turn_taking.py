"""Who answers whom, and one cast for a part."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.vignettes import turn_taking
from pipeline.stages.vignettes.turn_taking import Casts, outsiders
from pipeline.timing import Span
from pipeline.transcript.parts import Said

LONG = "word " * 20


def talk(*turns: tuple[str | None, int], pause_at: tuple[int, ...] = ()) -> list[Said]:
    """Utterances of so many words, one after another, with long pauses in front of some."""
    said, now_ms = list[Said](), 0
    for n, (who, words) in enumerate(turns):
        now_ms += 5000 if n in pause_at else 0
        said.append(Said(Span(now_ms, now_ms + 2500), who, " ".join(["word"] * words)))
        now_ms += 3000
    return said


def group(rounds: int, *who: str) -> list[tuple[str | None, int]]:
    return [(one, 6) for _ in range(rounds) for one in who]


def test_a_commentator_is_whom_nobody_answers() -> None:
    said = talk(
        *group(6, "ann", "bob"),
        ("com", 20),
        ("com", 15),
        *group(8, "ann", "cy"),
        ("com", 40),
        *group(6, "bob", "cy"),
    )
    assert outsiders(said) == {"com"}


@pytest.mark.parametrize(
    "turns",
    [
        [
            *group(3, "ann", "bob"),
            ("cy", 30),
            *group(1, "ann", "bob"),
            ("cy", 20),
            *group(6, "ann", "bob"),
        ],  # comes back
        [*group(8, "ann", "bob"), ("cy", 6), *group(8, "ann", "bob")],  # a remark, not a speech
        [("ann", 50), *group(8, "ann", "bob")],  # a speech of one who talks with others later
        [("ann", 500)],  # nobody else is there
        [(None, 100), *group(8, "ann", "bob")],  # nobody knows who
    ],
)
def test_who_takes_part_in_a_conversation_is_no_commentator(turns: list[tuple[str | None, int]]) -> None:
    assert outsiders(talk(*turns)) == frozenset()


def test_murmurs_and_single_errors_make_no_conversation_of_a_commentary() -> None:
    murmur = talk(
        *group(6, "ann", "bob"), ("com", 20), ("ann", 1), ("com", 20), *group(9, "ann", "bob"), ("com", 60)
    )
    assert outsiders(murmur) == {"com"}
    error = talk(
        *group(3, "ann", "bob"), ("com", 4), *group(9, "ann", "bob"), ("com", 60), *group(6, "ann", "bob")
    )
    assert outsiders(error) == {"com"}


def test_two_casts_are_likelier_than_one_of_all() -> None:
    said = talk(*group(10, "ann", "bob"), *group(10, "cy", "dee"))
    casts, middle = Casts(said), 20
    whole = casts.likelihoods(0, [len(said)])[0]
    halves = casts.likelihoods(0, [middle])[0] + casts.likelihoods(middle, [len(said)])[0]
    early = casts.likelihoods(0, [middle - 3])[0] + casts.likelihoods(middle - 3, [len(said)])[0]
    assert halves > whole + 10
    assert halves > early


def test_one_cast_is_likelier_than_two_alike() -> None:
    said = talk(*group(20, "ann", "bob"))
    casts = Casts(said)
    assert casts.likelihoods(0, [40])[0] > casts.likelihoods(0, [20])[0] + casts.likelihoods(20, [40])[0]


@given(
    st.lists(st.tuples(st.sampled_from(["a", "b", "c", None]), st.integers(1, 9)), min_size=1, max_size=12),
    st.data(),
)
def test_the_likelihood_is_the_product_of_its_draws(
    turns: list[tuple[str | None, int]], data: st.DataObject
) -> None:
    """The compound multinomial, drawn one turn after another: (count of the speaker + prior) / (all + prior of all)."""
    said = talk(*turns)
    first = data.draw(st.integers(0, len(said) - 1))
    people = sorted({w for w, _ in turns if w is not None})
    counts, value, last = dict.fromkeys(people, 0), 0.0, None
    for who, _ in turns[first:]:
        if who is not None and who != last:
            every = sum(counts.values()) + turn_taking.CONCENTRATION * len(people)
            value += math.log((counts[who] + turn_taking.CONCENTRATION) / every)
            counts[who] += 1
        last = who
    found = Casts(said).likelihoods(first, [len(said)])
    assert np.allclose(found, [value])


def test_two_who_comment_together_talk_to_the_viewer() -> None:
    """They answer each other, between the scenes, a little at a time."""
    comment = [("com", 15), ("dan", 12), ("com", 9)]
    said = talk(
        *group(8, "ann", "bob"), *comment, *group(8, "ann", "cy"), *comment, *group(8, "bob", "cy"), *comment
    )
    assert outsiders(said) == {"com", "dan"}


def test_a_cast_of_its_own_is_no_pair_of_commentators() -> None:
    """Scenes with other people in turn: neither talks to the viewer."""
    said = talk(*(group(20, "ann", "bob") + group(16, "cy", "dee")) * 3)
    assert outsiders(said) == frozenset()


def test_who_is_asked_takes_part_however_seldom() -> None:
    """One who speaks at length, once, right between two turns of the therapist is answered; a commentator has pauses around."""
    turns = [*group(8, "bob", "ann"), ("cy", 40), *group(12, "ann", "bob")]
    assert outsiders(talk(*turns)) == frozenset()
    assert outsiders(talk(*turns, pause_at=(16, 17))) == {"cy"}
