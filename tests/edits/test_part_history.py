"""Histories of parts: which decisions need not be gone through again because the parts stand as people left them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits.ledger import SEEN
from pipeline.edits.model import Decision, VignetteAt, Words
from pipeline.edits.part_history import SEEN_PART, Settled, settled
from pipeline.timing import Span
from pipeline.transcript import Part
from pipeline.transcript.parts import BOUNDARY_TOLERANCE_MS

FAR_MS = BOUNDARY_TOLERANCE_MS + 1


def parts(*rows: tuple[int, str, str]) -> list[Part]:
    """Parts that begin at these times, of these kinds and titles, each until the next."""
    ends = [row[0] for row in rows[1:]] + [1_000_000]
    return [
        Part(f"p{k}", kind, title, Span(at, end))
        for k, ((at, kind, title), end) in enumerate(zip(rows, ends, strict=True))
    ]


def decided(id: str, value, had: int | None = None, who: str = "Ana", saw: tuple[str, ...] = ()) -> Decision:
    """A decision about the part that began at `had`, by somebody who saw the results of others; None: a new part."""
    seen = {SEEN: list(saw)} if saw else {}
    if had is not None:
        seen[SEEN_PART] = {"start_ms": had}
    return Decision("", who, value, None, seen, id=id)


def of(found: list[Part], *decisions: tuple[Decision, int], words: list[int] | None = None) -> Settled:
    """Which are settled, every part beginning with its first word unless `words` says otherwise."""
    begins = words or [p.span.start_ms for p in found]
    return settled(decisions, lambda ms: ms, found, [p.title for p in found], begins)


TWO = parts((0, "introduction", "Introduction"), (60_000, "vignette", "The door"))


def test_a_new_part_that_stands_is_settled():
    new = decided("d1", VignetteAt(60_000, "The  door", "vignette")), 60_000
    assert of(TWO, new) == Settled(frozenset(("d1",)), frozenset((60_000,)))


@pytest.mark.parametrize(
    "value",
    [VignetteAt(60_001, "The door"), VignetteAt(60_000, "A door"), VignetteAt(60_000, kind="commentary")],
)
def test_a_part_that_begins_is_called_or_is_otherwise_is_not(value):
    assert of(TWO, (decided("d1", value), 60_000)) == Settled(frozenset(), frozenset())


def test_a_title_that_the_house_gave_counts_like_ones_own():
    new = decided("d1", VignetteAt(60_000, "Arrival")), 60_000
    found = settled([new], lambda ms: ms, TWO, ["", "Arrival"], [0, 60_000])
    assert found.ids == {"d1"}


def test_made_moved_named_and_joined_again_is_one_story():
    story = (
        (decided("d1", VignetteAt(60_000, "Door")), 60_000),
        (decided("d2", VignetteAt(64_000), had=60_000), 60_000),
        (decided("d3", VignetteAt(title="The door"), had=64_000), 60_000),
    )
    moved = parts((0, "introduction", ""), (64_000, "vignette", "The door"))
    assert of(moved, *story).ids == {"d1", "d2", "d3"}
    assert of(TWO, *story).ids == set()
    gone = (*story, (decided("d4", VignetteAt(exists=False), had=64_000), 60_000))
    assert of(parts((0, "introduction", "")), *gone) == Settled(
        frozenset(("d1", "d2", "d3", "d4")), frozenset()
    )
    assert of(moved, *gone).ids == set()


def test_a_part_that_is_back_where_it_was_joined_is_not_settled():
    joined = decided("d1", VignetteAt(exists=False), had=60_000), 60_000
    assert of(TWO, joined).ids == set()
    assert of(parts((0, "introduction", ""), (90_000, "closing", "")), joined).ids == {"d1"}


@pytest.mark.parametrize(("off_ms", "stands"), [(BOUNDARY_TOLERANCE_MS, False), (FAR_MS, True)])
def test_nothing_begins_near_the_words_of_a_part_that_is_gone(off_ms, stands):
    joined = decided("d1", VignetteAt(exists=False), had=60_000), 60_000
    near = parts((0, "introduction", ""), (60_000 + off_ms, "closing", ""))
    assert (of(near, joined).ids == {"d1"}) is stands


def test_what_begins_where_another_story_ends_is_explained_by_it():
    joined = decided("d1", VignetteAt(exists=False), had=55_000), 55_000
    new = decided("d2", VignetteAt(60_000)), 60_000
    assert of(TWO, joined).ids == set()
    assert of(TWO, joined, new).ids == {"d1", "d2"}
    # ... but not by one that does not stand itself
    otherwise = decided("d2", VignetteAt(60_000, "Elsewhere")), 60_000
    assert of(TWO, joined, otherwise).ids == set()


def test_a_decision_that_did_not_see_the_one_before_is_not_settled_with_it():
    first = decided("d1", VignetteAt(60_000, "A door"), who="Ana"), 60_000
    blind = decided("d2", VignetteAt(title="The door"), had=60_000, who="Ben"), 60_000
    knowing = decided("d2", VignetteAt(title="The door"), had=60_000, who="Ben", saw=("d1",)), 60_000
    assert of(TWO, first, blind).ids == set()
    assert of(TWO, first, knowing).ids == {"d1", "d2"}


def test_one_who_saw_an_older_state_goes_on_from_no_story():
    moved = decided("d1", VignetteAt(80_000), had=60_000), 60_000
    again = parts((0, "introduction", ""), (80_000, "vignette", "The door"))
    assert of(again, moved).ids == {"d1"}
    # At 60 s, where the first story began, nothing begins any more: that decision has to be looked at.
    late = decided("d2", VignetteAt(title="Old"), had=60_000), 61_000
    assert "d2" not in of(again, moved, late).ids


def test_where_a_story_began_another_who_saw_it_there_has_no_story_of_their_own():
    moved = decided("d1", VignetteAt(80_000), had=60_000), 60_000
    late = decided("d2", VignetteAt(title="Old"), had=60_000), 61_000
    both = parts((0, "introduction", ""), (60_000, "vignette", "Old"), (80_000, "vignette", ""))
    assert of(both, moved, late).ids == set()


def test_a_part_that_moved_with_its_words_is_the_same():
    named = decided("d1", VignetteAt(title="The door"), had=60_000), 62_000
    kind = decided("d2", VignetteAt(kind="vignette"), had=62_000), 62_000
    found = parts((0, "introduction", ""), (62_000, "vignette", "The door"))
    assert of(found, named, kind) == Settled(frozenset(("d1", "d2")), frozenset((62_000,)))


def test_the_part_that_was_seen_there_is_meant_before_one_with_the_same_words():
    new = decided("d1", VignetteAt(60_000, "A door")), 60_000
    elsewhere = decided("d2", VignetteAt(title="Before"), had=40_000), 60_000
    named = decided("d3", VignetteAt(title="The door"), had=60_000), 60_000
    found = parts((0, "introduction", ""), (40_000, "vignette", "Before"), (60_000, "vignette", "The door"))
    assert {"d1", "d3"} <= of(found, new, elsewhere, named).ids


@pytest.mark.parametrize(
    ("off_ms", "one"), [(0, True), (100, False), (BOUNDARY_TOLERANCE_MS, False), (FAR_MS, False)]
)
def test_two_new_parts_are_one_at_the_same_time_alone(off_ms, one):
    first = decided("d1", VignetteAt(60_000, "A door")), 60_000
    second = decided("d2", VignetteAt(60_000 + off_ms, "The door")), 60_000 + off_ms
    found = parts((0, "introduction", ""), (60_000 + off_ms, "vignette", "The door"))
    assert of(found, first, second).ids == ({"d1", "d2"} if one else {"d2"})


def test_a_time_is_compared_as_it_is_snapped():
    new = decided("d1", VignetteAt(59_700)), 60_000
    rounded = settled([new], lambda ms: round(ms, -3), TWO, ["", ""], [0, 60_000])
    assert rounded == Settled(frozenset(("d1",)), frozenset((60_000,)))


def test_other_decisions_are_none_of_its_business():
    assert of(TWO, (Decision("", "Ana", Words("so"), id="d1"), 60_000)) == Settled(frozenset(), frozenset())


places = st.lists(st.integers(1, 20), min_size=1, max_size=5, unique=True).map(
    lambda ks: [k * 2 * FAR_MS for k in sorted(ks)]
)


@given(places, st.randoms(use_true_random=False))
def test_a_story_for_each_part_is_settled_whatever_order_they_were_told_in(begins, rng):
    """Each part was made, moved a second on, and named; the stories are told in turns."""
    found = parts((0, "introduction", ""), *((at, "vignette", f"part {at}") for at in begins))
    steps = []
    for at in begins:
        values = (
            (VignetteAt(at - 1000), None),
            (VignetteAt(at), at - 1000),
            (VignetteAt(title=f"part {at}"), at),
        )
        steps.append([(decided(f"{at}-{n}", v, had), at) for n, (v, had) in enumerate(values)])
    told = []
    waiting = [list(story) for story in steps]
    while any(waiting):
        told.append(rng.choice([story for story in waiting if story]).pop(0))
    assert of(found, *told) == Settled(frozenset(d.id for d, _ in told), frozenset(begins))
    # A part that nobody decided about does not matter where it is far; one renamed takes its own story out alone.
    renamed = [found[0], Part("x", "vignette", "Otherwise", found[1].span), *found[2:]]
    assert of(renamed, *told).begins == frozenset(begins[1:])
    assert all(a < b for a, b in pairwise(begins))
