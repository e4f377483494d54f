"""Decisions about the parts of the video: replayed over what was found, or listed when the part is gone."""

import json
from dataclasses import replace
from itertools import pairwise

import pytest

from pipeline.commands.decide import targets
from pipeline.commands.decide.request import DecisionRequest
from pipeline.edits import Contents, Replay
from pipeline.edits.ledger import State
from pipeline.edits.maker import Maker
from pipeline.edits.model import VignetteAt
from pipeline.errors import UsageError
from pipeline.formats.document import writer
from pipeline.formats.writers import chapters_vtt
from pipeline.run.preview import Preview
from pipeline.timing import Span, format_timecode
from pipeline.transcript import Part, Parts
from pipeline.transcript.parts import BOUNDARY_TOLERANCE_MS, SAYS_SO
from tests.support.edit_makers import DURATION_MS, at_words, compose, demo_aligned, stamped
from tests.support.schema import must_be_valid


@pytest.fixture(scope="module")
def machine():
    return compose(demo_aligned(), voiced=True, tagging=False)


def decided(made, who="Ana", **wish):
    """As the command line decides."""
    return DecisionRequest(**wish).decisions(Preview(made.transcript, made.replay), who)


def again(*decisions):
    return compose(demo_aligned(), stamped(*decisions), voiced=True, tagging=False)


def ids(made):
    return [p.id for p in made.transcript.parts.parts]


def part(made, id_):
    return next(p for p in made.transcript.parts.parts if p.id == id_)


def over(made, decisions, found):
    """The same decisions where other parts were found."""
    replay = Replay(Contents(decisions), DURATION_MS)
    replay.correct_words(demo_aligned())
    replay.correct_voices(made.transcript.voices)
    return replay.correct_parts(found), replay.report.standings


def test_the_machines_parts_are_left_alone_without_a_decision(machine):
    assert ids(machine) == ["introduction", "vignette-1", "commentary", "vignette-2", "closing"]
    found = machine.transcript.parts
    assert over(machine, (), found)[0] is found


def test_a_title_and_a_kind(machine):
    made = again(*decided(machine, vignette="vignette-2", title="The door", kind="Commentary"))
    assert made.states == ["kept"]
    assert ids(made) == ["introduction", "vignette-1", "commentary-1", "commentary-2", "closing"]
    assert part(made, "commentary-2").title == "The door"
    assert part(made, "commentary-1").title == "Commentary 1"
    assert "\nThe door\n" in chapters_vtt.dumps(made.transcript)
    assert part(made, "commentary-2").span == part(machine, "vignette-2").span


def test_a_kind_of_ones_own(machine):
    made = again(*decided(machine, vignette="commentary", kind="Role  play --> <b>"))
    row = next(
        p for p in json.loads(writer.dumps(made.transcript))["vignettes"] if p["kind"].startswith("Role")
    )
    assert (row["kind"], row["id"], row["title"]) == ("Role play --> <b>", "role-play-b", "Role play --> <b>")
    must_be_valid(json.loads(writer.dumps(made.transcript)))


def test_a_moved_boundary_moves_captions_and_cast(machine):
    at_ms = machine.transcript.parts.parts[1].span.start_ms
    made = again(*decided(machine, vignette="vignette-1", begins="0:45"))
    now = part(made, "vignette-1")
    assert made.states == ["kept"]
    assert now.span.start_ms != at_ms and now.evidence == (SAYS_SO,) and now.confidence == 1.0
    assert part(made, "introduction").span.end_ms == now.span.start_ms
    said = [
        made.transcript.span(u.first, u.last) for u in made.transcript.voices.utterances if u.last > u.first
    ]
    assert not any(s.start_ms < now.span.start_ms < s.end_ms for s in said)
    cues = [c.span for c in made.transcript.captions.cues]
    assert not any(c.start_ms < now.span.start_ms < c.end_ms for c in cues)


def test_words_say_where_a_part_begins(machine):
    words = machine.transcript.text(*_utterance_within(machine, 70_000))
    made = again(*decided(machine, vignette="new", words=words, at="1:10", title="Aside", kind="commentary"))
    new = next(p for p in made.transcript.parts.parts if p.title == "Aside")
    assert new.id == "commentary-1" and abs(new.span.start_ms - 70_000) < 15_000
    assert len(made.transcript.parts.parts) == 6


def _utterance_within(made, at_ms):
    spans = [(u, made.transcript.span(u.first, u.last)) for u in made.transcript.voices.utterances]
    utterance = next(u for u, s in spans if s.start_ms >= at_ms)
    return utterance.first, utterance.last


def test_a_part_is_joined_to_the_one_before(machine):
    made = again(*decided(machine, vignette="commentary", join=True))
    assert ids(made) == ["introduction", "vignette-1", "vignette-2", "closing"]
    assert part(made, "vignette-1").span.end_ms == part(machine, "vignette-2").span.start_ms


@pytest.mark.parametrize("moved_ms", [400, -6000])
def test_a_boundary_that_goes_goes_where_it_is_found_a_little_elsewhere(machine, moved_ms):
    (decision,) = stamped(*decided(machine, vignette="closing", join=True))
    found = machine.transcript.parts.parts
    begins = found[-1].span.start_ms + moved_ms
    moved = Parts((
        *found[:-2],
        replace(found[-2], span=Span(found[-2].span.start_ms, begins)),
        replace(found[-1], span=Span(begins, DURATION_MS)),
    ))  # fmt: skip
    corrected, (standing,) = over(machine, (decision,), moved)
    assert standing.state is State.KEPT
    assert len(corrected.parts) == len(found) - 1


def test_nothing_is_done_twice(machine):
    decisions = stamped(
        *decided(machine, vignette="vignette-1", begins="0:45", title="The chair"),
        *decided(machine, vignette="new", begins="3:30", kind="other"),
        *decided(machine, vignette="closing", join=True),
    )
    once, _ = over(machine, decisions, machine.transcript.parts)
    twice, standings = over(machine, decisions, once)
    assert once != machine.transcript.parts
    assert twice == once
    assert {s.state for s in standings} == {State.ALREADY}


def test_a_part_that_is_gone_is_a_conflict_until_somebody_insists(machine):
    decisions = stamped(*decided(machine, vignette="commentary", title="What we saw", kind="commentary"))
    whole = Parts((Part("other", "other", "The whole recording", Span(0, DURATION_MS)),))
    corrected, (standing,) = over(machine, decisions, whole)
    assert corrected == whole
    assert (standing.state, standing.why) == (State.CONFLICT, "the part is gone")
    assert standing.found == "The whole recording (other, from 0:00)"
    assert "What we saw" in str(standing)
    decision = standing.decision
    insisted = Maker(machine.transcript, machine.replay, "Ana")
    again_ = targets._made_anew(insisted, decision, *at_words(machine.transcript, decision.anchor.text))
    corrected, (standing,) = over(machine, stamped(again_), whole)
    assert standing.state is State.KEPT
    assert [(p.kind, p.title) for p in corrected.parts] == [("other", "Other"), ("commentary", "What we saw")]


def test_a_boundary_that_another_part_came_before_is_a_conflict(machine):
    decisions = stamped(*decided(machine, vignette="vignette-2", begins="2:20"))
    (row,) = [p for p in machine.transcript.parts.parts if p.id == "vignette-2"]
    late = [p for p in machine.transcript.parts.parts if p.id not in ("commentary", "vignette-2")]
    found = Parts(
        (
            late[0],
            Part("vignette-1", "vignette", "V", Span(late[1].span.start_ms, 160_000)),
            Part("commentary", "commentary", "C", Span(160_000, row.span.start_ms)),
            row,
            late[-1],
        )
    )
    corrected, (standing,) = over(machine, decisions, found)
    assert corrected == found
    assert (standing.state, standing.why) == (State.CONFLICT, "another part begins in between")


def test_two_people_about_one_part(machine):
    of = lambda who, **wish: decided(machine, who, vignette="commentary", **wish)  # noqa: E731
    agree = again(*of("Ana", title="Aside"), *of("Ben", kind="other"), *of("Ben", title="Aside"))
    assert agree.states == ["kept", "kept", "already so"]
    differ = again(*of("Ana", title="Aside"), *of("Ben", title="Notes"), *of("Ana", title="Remarks"))
    assert differ.states == ["superseded", "conflict", "kept"]
    assert [p.title for p in differ.transcript.parts.parts if p.kind == "commentary"] == ["Remarks"]
    gone = again(*of("Ana", join=True), *of("Ben", title="Notes"))
    assert gone.states == ["kept", "conflict"]
    assert "disagrees with what Ana decided" in gone.replay.report.conflicts[0].why
    titled = again(*of("Ana", title="Aside"), *of("Ben", join=True))
    assert titled.states == ["kept", "conflict"]


def test_who_has_seen_it_may_change_it(machine):
    first = stamped(*decided(machine, "Ana", vignette="commentary", title="Aside", begins="1:30"))
    made = again(*first)
    second = stamped(*decided(made, "Ben", vignette="aside", title="Notes", begins="1:50"), begin=1)
    made = compose(demo_aligned(), first + second, voiced=True, tagging=False)
    assert made.states == ["superseded", "kept"]
    assert part(made, "commentary").title == "Notes"


def test_the_first_part_may_be_called_something(machine):
    made = again(*decided(machine, vignette="0:05", title="Hello"))
    assert (made.states, part(made, "introduction").title) == (["kept"], "Hello")


def test_a_recording_in_which_nothing_is_said_has_no_part_to_decide_about(machine):
    decisions = stamped(
        Maker(machine.transcript, machine.replay, "Ana").vignette(5, 9, VignetteAt(title="A"))
    )
    corrected, (standing,) = over(machine, decisions, Parts())
    assert corrected == Parts()
    assert (standing.state, standing.why) == (State.CONFLICT, "the recording has no parts")


@pytest.mark.parametrize(
    "wish,says",
    [({"vignette": "vignette-9", "title": "x"}, "there is no part 'vignette-9'"),
     ({"vignette": "commentary"}, "needs something to be said"), ({"vignette": "new", "title": "x"}, "needs to begin"),
     ({"vignette": "commentary", "kind": " "}, "needs a word"), ({"title": "x"}, "goes with --vignette"),
     ({"vignette": "introduction", "begins": "0:05"}, "the recording begins with it"),
     ({"vignette": "introduction", "join": True}, "the recording begins with it"),
     ({"vignette": "commentary", "begins": "4:50"}, "another part begins in between"),
     ({"vignette": "commentary", "begins": "0:10"}, "another part begins in between"),
     ({"vignette": "commentary", "begins": "0:00"}, "another part begins in between"),
     ({"vignette": "closing", "begins": "9:59"}, "behind the end"),
     ({"vignette": "new", "begins": "9:59"}, "behind the end"), ({"vignette": "new", "begins": "0:00"}, "already"),
     ({"vignette": "new", "begins": "2:00"}, "already"), ({"vignette": "closing", "begins": "soon"}, "--begins"),
     ({"vignette": "closing", "begins": "4:10", "words": "the"}, "give one of them"),
     ({"vignette": "closing", "join": True, "title": "x"}, "--join alone"),
     ({"vignette": "closing", "title": "x", "reviewed": True}, "decide one thing")],
)  # fmt: skip
def test_wishes_that_make_no_sense(machine, wish, says):
    with pytest.raises(UsageError, match=says):
        decided(machine, **wish)


@pytest.mark.parametrize("count", [4, 6, 9])
def test_a_part_that_begins_with_words_taken_out_later_holds_on_to_the_next(machine, count):
    maker = Maker(machine.transcript, machine.replay, "Ana")
    first, _ = at_words(machine.transcript, "a spoon in it.")
    begins_ms = machine.transcript.tokens[first].span.start_ms
    new = maker.vignette(first, first + 4, VignetteAt(begins_ms, "The spoon", "aside"))
    decisions = stamped(new, *maker.words(first, first + count, ""))
    made = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    assert "superseded" not in made.states
    assert "The spoon" in [p.title for p in made.transcript.parts.parts]


LATER = {
    "title": (VignetteAt(title="Kitchen"), VignetteAt(title="House"), True),
    "the same title": (VignetteAt(title="Kitchen"), VignetteAt(title="Kitchen"), False),
    "kind after title": (VignetteAt(title="Kitchen"), VignetteAt(kind="aside"), False),
    "title of title and kind": (VignetteAt(title="Kitchen", kind="aside"), VignetteAt(title="House"), False),
    "title and kind": (VignetteAt(title="Kitchen"), VignetteAt(title="House", kind="aside"), True),
    "gone": (VignetteAt(title="Kitchen"), VignetteAt(exists=False), True),
}


@pytest.mark.parametrize("who", ["Ana", "Ben"])
@pytest.mark.parametrize("case", LATER)
def test_what_a_later_decision_changes_of_a_part_is_superseded(machine, case, who):
    first, then, is_superseded = LATER[case]
    decisions, made = (), machine
    for name, value in (("Ana", first), (who, then)):
        held = made.transcript.parts.parts[2]
        at = next(k for k, t in enumerate(made.transcript.tokens) if t.span.start_ms >= held.span.start_ms)
        step = Maker(made.transcript, made.replay, name).vignette(at, at + 4, value, held)
        decisions += stamped(step, begin=len(decisions))
        made = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    standings = made.replay.report.standings
    assert (standings[0].state is State.SUPERSEDED) == is_superseded
    assert standings[0].by == (decisions[1].id if is_superseded else "")


def test_a_part_that_is_moved_and_named_is_the_same_part(machine):
    """Its first title is superseded though it began elsewhere then."""
    decisions, made = (), machine
    for value in (
        VignetteAt(title="A"),
        VignetteAt(machine.transcript.parts.parts[2].span.start_ms + 9000),
        VignetteAt(title="B"),
    ):
        held = made.transcript.parts.parts[2]
        at = next(k for k, t in enumerate(made.transcript.tokens) if t.span.start_ms >= held.span.start_ms)
        step = Maker(made.transcript, made.replay, "Ana").vignette(at, at + 4, value, held)
        decisions += stamped(step, begin=len(decisions))
        made = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    assert made.states == ["superseded", "kept", "kept"]


def test_two_parts_that_people_give_stand_however_near(machine):
    """The second is no other name for the first."""
    begun = [p.span.start_ms for p in machine.transcript.parts.parts]
    starts = sorted({s for s in _starts(machine) if all(abs(s - b) > BOUNDARY_TOLERANCE_MS for b in begun)})
    begin, at_ms = next((a, b) for a, b in pairwise(starts) if b - a <= BOUNDARY_TOLERANCE_MS)
    first = stamped(*decided(machine, vignette="new", begins=format_timecode(begin), title="The coat"))
    made = compose(demo_aligned(), first, voiced=True, tagging=False)
    wish = {"vignette": "new", "begins": format_timecode(at_ms), "title": "The chair"}
    made = compose(
        demo_aligned(), first + stamped(*decided(made, **wish), begin=1), voiced=True, tagging=False
    )
    assert made.states == ["kept", "kept"]
    begins = {p.title: p.span.start_ms for p in made.transcript.parts.parts}
    assert (begins["The coat"], begins["The chair"]) == (begin, at_ms)
    with pytest.raises(UsageError, match=r"The chair .* begins there already"):
        decided(made, **wish)


def _starts(made):
    return [made.transcript.span(u.first, u.last).start_ms for u in made.transcript.voices.utterances]
