"""What the machine shows already of people's decisions is taken back from the last to the first, and put back as it was."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits import anchors
from pipeline.edits.already_so import PartsAlreadySo, VoicesAlreadySo, WordsAlreadySo
from pipeline.edits.index_map import token_map
from pipeline.edits.ledger import SEEN
from pipeline.edits.live_text import LiveText
from pipeline.edits.model import Add, Anchor, Decision, PersonIs, SpeakerOf, VignetteAt, Words
from pipeline.edits.parts import SEEN_PART, PartSheet
from pipeline.edits.placement import Settled
from pipeline.timing import Span
from pipeline.transcript import Part, Parts, Speaker, Token, Utterance, Voices
from pipeline.transcript.parts import BOUNDARY_TOLERANCE_MS

# --- words ------------------------------------------------------------------------------------------------------------


def spoken(text: str) -> list[Token]:
    return [Token(w, Span(k * 300, k * 300 + 200), 0.9) for k, w in enumerate(text.split())]


def step(before: str, first: int, last: int, new: str, id: str) -> tuple[Decision, str]:
    """The decision that words `[first, last)` of a text read `new`, or are added, and the text that this comes to."""
    anchor, words = anchors.make(spoken(before), first, last), before.split()
    value = Words(new) if last > first else Add(new, anchor.start_ms, anchor.end_ms + 1)
    return Decision("", "Ana", value, anchor, id=id), " ".join((*words[:first], *new.split(), *words[last:]))


WORD = st.sampled_from(["ash", "birch", "cedar", "dogwood", "elm", "fir"])
TEXT = st.lists(WORD, min_size=6, max_size=14).map(" ".join)


@given(TEXT, st.data())
def test_what_is_taken_back_is_put_back_as_the_machine_has_it(text, data):
    decisions = []
    for number in range(data.draw(st.integers(1, 4))):
        size = len(text.split())
        first = data.draw(st.integers(0, size - 1))
        last = data.draw(st.integers(first, min(size, first + 3)))
        new = " ".join(data.draw(st.lists(WORD, min_size=first == last, max_size=3)))
        decision, text = step(text, first, last, new, f"d{number}")
        decisions.append(decision)
    machine = spoken(text)
    live = LiveText(machine)
    already_so = WordsAlreadySo(live, decisions)
    for decision in decisions:
        place = already_so.put_back(decision)
        if place is not None:
            assert live.text(place.first, place.last) == decision.value.text
    assert live.tokens() == tuple(machine)
    moved = token_map(live.original, 0, live.order())
    assert [moved.range(k, k + 1) for k in range(len(machine))] == [(k, k + 1) for k in range(len(machine))]


def test_each_decision_meets_the_words_that_its_author_met():
    one, then = step("we met on the old bridge at noon", 4, 5, "new", "d1")
    two, end = step(then, 3, 5, "that", "d2")
    live = LiveText(spoken(end))
    already_so = WordsAlreadySo(live, (one, two))
    assert live.text(0, len(live.nodes)) == "we met on the old bridge at noon"
    already_so.put_back(one)
    assert live.text(0, len(live.nodes)) == then
    already_so.put_back(two)
    assert live.tokens() == tuple(spoken(end))


def test_words_that_somebody_changed_in_between_are_not_put_back():
    decision, end = step("we met on the old bridge at noon", 4, 5, "very old", "d1")
    live = LiveText(spoken(end))
    already_so = WordsAlreadySo(live, (decision,))
    live.rewrite(4, 5, [("stone", live.nodes[4].token.kind)])
    assert already_so.put_back(decision) is None
    assert live.text(3, 6) == "the stone bridge"


def test_a_passage_noted_in_between_keeps_the_words_that_are_put_back():
    decision, end = step("we met on the old bridge at noon", 4, 5, "very old stone", "d1")
    live = LiveText(spoken(end))
    already_so = WordsAlreadySo(live, (decision,))
    nodes, since = live.nodes[3:5], live.moment
    already_so.put_back(decision)
    assert token_map(nodes, since, live.order()).range(0, 2) == (3, 7)


# --- speakers ---------------------------------------------------------------------------------------------------------

RUTH, MAYA = Speaker("s1", "Ruth Calder", "host"), Speaker("s2", "Maya")
VOICES = Voices((RUTH, MAYA), (), (Utterance(0, 4, "s1", "u1"), Utterance(4, 9, "s2", "u2")))
HERE = Anchor("a b", 0, 1)


def test_names_are_taken_back_one_after_the_other():
    first = Decision("", "Ana", PersonIs("s1", "Ruth"), HERE, {"name": "Person 1", "role": ""}, id="d1")
    then = Decision(
        "", "Ana", PersonIs("s1", "Ruth Calder", "host"), HERE, {"name": "Ruth", "role": ""}, id="d2"
    )
    here = {"d1": Settled(0, 1), "d2": Settled(0, 1)}
    already_so = VoicesAlreadySo(VOICES, (first, then), here)
    assert already_so.voices.speakers[0].name == "Person 1"
    assert already_so.named(first, already_so.voices.speakers[0]) == replace(RUTH, name="Ruth", role="")
    assert already_so.named(then, replace(RUTH, name="Ruth", role="")) == RUTH
    assert already_so.named(then, RUTH) is None


@pytest.mark.parametrize(
    ("value", "seen"),
    [
        (PersonIs("s1", "Rute"), {"name": "Ruth", "role": "host"}),
        (PersonIs("s1", "Ruth Calder"), {"name": "Ruth", "role": "guest"}),
        (PersonIs("s1", "Ruth Calder"), {}),
        (PersonIs("s9", "Ruth Calder"), {"name": "Ruth", "role": "host"}),
    ],
)
def test_a_person_who_is_called_otherwise_or_is_another_stays(value, seen):
    decision = Decision("", "Ana", value, HERE, seen, id="d1")
    assert VoicesAlreadySo(VOICES, (decision,), {"d1": Settled(0, 1)}).voices is VOICES


@pytest.mark.parametrize("anchor", [HERE, None])
def test_a_name_is_taken_back_where_it_will_be_given_again_alone(anchor):
    """Words that are gone make no decision about a person; one without words needs none."""
    decision = Decision(
        "", "Ana", PersonIs("s1", "Ruth Calder"), anchor, {"name": "Ruth", "role": "host"}, id="d1"
    )
    assert (VoicesAlreadySo(VOICES, (decision,), {}).voices is VOICES) == (anchor is HERE)


def says(name: str, id: str, who: str = "Ana", saw: tuple[str, ...] = ()) -> Decision:
    return Decision("", who, SpeakerOf(name), HERE, {SEEN: list(saw)}, id=id)


def test_words_that_are_somebody_elses_since_are_said_already():
    earlier, later = says("Ruth Calder", "d1"), says("Maya", "d2")
    places = {"d1": Settled(0, 6), "d2": Settled(4, 6)}
    already_so = VoicesAlreadySo(VOICES, (earlier, later), places)
    assert already_so.is_said(VOICES, earlier, places["d1"], "s1")
    assert already_so.is_said(VOICES, later, places["d2"], "s2")
    assert not already_so.is_said(VOICES, later, places["d2"], "s1")
    given = replace(VOICES, utterances=(Utterance(0, 9, "s1", "u1"),))
    assert not already_so.is_said(given, later, places["d2"], "s2")
    assert not VoicesAlreadySo(VOICES, (earlier,), places).is_said(VOICES, earlier, places["d1"], "s1")


def test_who_had_not_seen_it_gives_nobody_the_words():
    places = {"d1": Settled(0, 6), "d2": Settled(4, 6)}
    for saw, is_said in (((), False), (("d1",), True)):
        earlier, later = says("Ruth Calder", "d1"), says("Maya", "d2", "Ben", saw)
        already_so = VoicesAlreadySo(VOICES, (earlier, later), places)
        assert already_so.is_said(VOICES, earlier, places["d1"], "s1") is is_said


# --- parts ------------------------------------------------------------------------------------------------------------

FAR_MS = BOUNDARY_TOLERANCE_MS + 1
END_MS = 1_000_000


def parts(*rows: tuple[int, str, str]) -> list[Part]:
    """Parts that begin at these times, of these kinds and titles, each until the next."""
    ends = [row[0] for row in rows[1:]] + [END_MS]
    return [
        Part(f"p{k}", kind, title, Span(at, end), confidence=0.7, evidence=("a pause",))
        for k, ((at, kind, title), end) in enumerate(zip(rows, ends, strict=True))
    ]


def decided(
    id: str, value: VignetteAt, had: int | None = None, title: str = "", kind: str = "vignette"
) -> Decision:
    """A decision about the part that began at `had`, so titled and of that kind; None: a new part."""
    seen = {} if had is None else {SEEN_PART: {"start_ms": had, "title": title, "kind": kind}}
    return Decision("", "Ana", value, None, seen, id=id)


def taken_back(found: list[Part], *decisions: tuple[Decision, int]) -> tuple[PartsAlreadySo, PartSheet]:
    """Decisions about parts, with the times of their words, taken back where these were found."""
    begins = {p.span.start_ms for p in found} | {ms for _, ms in decisions}
    tokens = [Token("word", Span(at, at + 100)) for at in sorted(begins)]
    sheet = PartSheet(Parts(tuple(found)), tokens, Voices())
    return PartsAlreadySo(sheet, decisions), sheet


def rows(sheet: PartSheet) -> list[tuple[int, str, str]]:
    return [(p.span.start_ms, p.kind, p.title) for p in sheet.rows]


OPENING = (0, "introduction", "Opening")
TWO = parts(OPENING, (60_000, "vignette", "The door"))


def test_a_new_part_that_stands_is_taken_back_and_put_back_as_found():
    new = decided("d1", VignetteAt(60_000, "The  door", "vignette"))
    already_so, sheet = taken_back(TWO, (new, 60_000))
    assert rows(sheet) == [OPENING]
    assert sheet.rows[0].span == Span(0, END_MS)
    assert already_so.put_back(new)
    assert sheet.rows == TWO


@pytest.mark.parametrize(
    "value",
    [VignetteAt(60_001, "The door"), VignetteAt(60_000, "A door"), VignetteAt(60_000, kind="commentary")],
)
def test_a_part_that_begins_is_called_or_is_otherwise_stays(value):
    already_so, sheet = taken_back(TWO, (decided("d1", value), 60_000))
    assert sheet.rows == TWO
    assert not already_so.put_back(decided("d1", value))


def test_made_moved_named_and_joined_again():
    """Of the whole story nothing is left, and each step is put back, from nothing to nothing."""
    story = (
        (decided("d1", VignetteAt(60_000, "Door")), 60_000),
        (decided("d2", VignetteAt(64_000), 60_000, "Door"), 60_000),
        (decided("d3", VignetteAt(title="The door"), 64_000, "Door"), 60_000),
        (decided("d4", VignetteAt(exists=False), 64_000, "The door"), 60_000),
    )
    already_so, sheet = taken_back(parts(OPENING), *story)
    assert rows(sheet) == [OPENING]
    seen = []
    for decision, _ in story:
        assert already_so.put_back(decision)
        seen.append([(at, title) for at, _, title in rows(sheet)[1:]])
    assert seen == [[(60_000, "Door")], [(64_000, "Door")], [(64_000, "The door")], []]


def test_a_part_that_is_back_where_it_was_joined_stays():
    joined = decided("d1", VignetteAt(exists=False), 60_000, "The door")
    already_so, sheet = taken_back(TWO, (joined, 60_000))
    assert not already_so.put_back(joined)
    assert sheet.rows == TWO


@pytest.mark.parametrize(("off_ms", "is_gone"), [(BOUNDARY_TOLERANCE_MS, False), (FAR_MS, True)])
def test_nothing_begins_near_the_words_of_a_part_that_is_gone(off_ms, is_gone):
    joined = decided("d1", VignetteAt(exists=False), 60_000, "The door")
    near = parts(OPENING, (60_000 + off_ms, "closing", ""))
    already_so, sheet = taken_back(near, (joined, 60_000))
    assert already_so.put_back(joined) is is_gone
    assert [p.span for p in sheet.rows] == [p.span for p in near]


def test_what_begins_where_a_later_one_ends_is_explained_by_that():
    joined = decided("d1", VignetteAt(exists=False), 55_000, "A door")
    new = decided("d2", VignetteAt(60_000, "The door"))
    already_so, sheet = taken_back(TWO, (joined, 55_000), (new, 60_000))
    assert already_so.put_back(joined) and already_so.put_back(new)
    assert sheet.rows == TWO


def test_a_part_that_moved_away_left_nothing_to_be_joined():
    """Who had not seen that it moved joined it where it was: nothing was done then, and nothing is to be taken back."""
    moved = decided("d1", VignetteAt(60_000), 90_000, "The door")
    joined = decided("d2", VignetteAt(exists=False), 90_000, "The door")
    already_so, sheet = taken_back(TWO, (moved, 90_000), (joined, 90_000))
    assert rows(sheet) == [OPENING, (90_000, "vignette", "The door")]
    assert already_so.put_back(moved)
    assert not already_so.put_back(joined)
    assert sheet.rows == TWO


@pytest.mark.parametrize("had", [0, END_MS, END_MS + 5])
def test_no_part_is_put_outside_the_recording_or_into_one_without_parts(had):
    joined = decided("d1", VignetteAt(exists=False), had, "The door")
    assert taken_back(TWO, (joined, 60_000))[1].rows == TWO
    assert taken_back([], (joined, 60_000))[1].rows == []


places = st.lists(st.integers(1, 20), min_size=1, max_size=5, unique=True).map(
    lambda ks: [k * 2 * FAR_MS for k in sorted(ks)]
)


@given(places, st.randoms(use_true_random=False))
def test_stories_told_in_turns_are_all_taken_back(begins, rng):
    """Each part was made, moved a second on, and named."""
    found = parts(OPENING, *((at, "vignette", f"part {at}") for at in begins))
    waiting = [
        [
            (decided(f"{at}-1", VignetteAt(at - 1000)), at),
            (decided(f"{at}-2", VignetteAt(at), at - 1000), at),
            (decided(f"{at}-3", VignetteAt(title=f"part {at}"), at), at),
        ]
        for at in begins
    ]
    told = []
    while any(waiting):
        told.append(rng.choice([story for story in waiting if story]).pop(0))
    already_so, sheet = taken_back(found, *told)
    assert rows(sheet) == [OPENING]
    assert all(already_so.put_back(decision) for decision, _ in told)
    assert sheet.rows == found
