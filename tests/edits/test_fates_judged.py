"""The judge of decisions' fates can say "lost": results from which one decision was dropped in silence are held before it."""

import random
from dataclasses import replace

import pytest

from pipeline.edits.maker import Maker
from pipeline.edits.model import CueOf, VignetteAt
from pipeline.timing import Span
from pipeline.transcript import Review
from tests.support.edit_fates import fates, judged, shown
from tests.support.edit_makers import ALL_KINDS, at_words, compose, decide_at_random, demo_aligned, stamped

COMPARED = {}


def compared(decisions):
    """What a run makes of decisions; made once, for most tests here begin with the same two."""
    decisions = tuple(decisions)
    key = tuple(d.id for d in decisions)
    if key not in COMPARED:
        COMPARED[key] = compose(demo_aligned(), decisions, voiced=True)
    return COMPARED[key]


@pytest.fixture(scope="module")
def machine():
    return compared(())


def after(*steps):
    """The decisions of several people, each made about what those before came to: `step` is who and a function of a maker."""
    decisions = ()
    for who, step in steps:
        made = compared(decisions)
        new = step(Maker(made.transcript, made.replay, who))
        decisions += stamped(*(new if isinstance(new, list) else [new]), begin=len(decisions))
    return decisions


def words(old, new, nth=0):
    return lambda m: m.words(*at_words(m.transcript, old, nth), new)


def cue_with(m, text):
    first, last = at_words(m.transcript, text)
    return next(c for c in m.transcript.captions.cues if c.first <= first and last <= c.last)


def about_cue(text, make):
    """A decision about the caption that shows these words: `make` of a maker and a caption."""
    return lambda m: make(m, cue_with(m, text))


def merge(text):
    def made(m, cue):
        behind = next(c for c in m.transcript.captions.cues if c.first == cue.last)
        return m.merge(cue.first, behind.last)

    return about_cue(text, made)


def part(number, value):
    def made(m):
        held = m.transcript.parts.parts[number]
        at = next(k for k, t in enumerate(m.transcript.tokens) if t.span.start_ms >= held.span.start_ms)
        return m.vignette(at, at + 4, value(held), held)

    return made


def new_part(m):
    at = cue_with(m, "spoon in it.").first
    begins = m.transcript.tokens[at].span.start_ms
    return m.vignette(at, at + 4, VignetteAt(begins, "The spoon", "aside"))


def a_tag(m):
    return next(t for t in m.transcript.concepts.tags if t.last <= at_words(m.transcript, "spoon in it.")[0])


def concept(verdict):
    def made(m):
        if verdict == "added":
            return m.concept(*at_words(m.transcript, "the garden"), "alliance", "added")
        return m.concept(a_tag(m).first, a_tag(m).last, a_tag(m).concept, verdict)

    return made


GARDEN, SPOON = "the garden", "a spoon in it."

STEPS = {
    "a word": words("Thusrday", "Thursday"),
    "a capital": words("Welcome", "welcome"),
    "words more": words(GARDEN, "the very old garden"),
    "a word that goes": words("garden", ""),
    "the time of a word": lambda m: m.word_time(*at_words(m.transcript, "garden"), Span(114_000, 114_200)),
    "the time of a cue": about_cue(GARDEN, lambda m, c: m.cue(c.first, c.last, CueOf(c.span.start_ms + 70, c.span.end_ms))),
    "the end of a cue": about_cue(GARDEN, lambda m, c: m.cue(c.first, c.last, CueOf(None, c.span.end_ms - 50))),
    "the lines of a cue": about_cue(GARDEN, lambda m, c: m.cue(c.first, c.last, CueOf(breaks=(2,)))),
    "a name in a cue": about_cue(GARDEN, lambda m, c: m.cue(c.first, c.last, CueOf(labels=((0, "MAYA"),)))),
    "a dash in a cue": about_cue(GARDEN, lambda m, c: m.cue(c.first, c.last, CueOf(dashes=(0,)))),
    "a split": about_cue(GARDEN, lambda m, c: m.split(c.first + 3)),
    "a split with its time": about_cue(GARDEN, lambda m, c: m.split(c.first + 3, c.span.start_ms + 800)),
    "a merge": merge(SPOON),
    "a cue that goes": about_cue(GARDEN, lambda m, c: m.delete(c.first, c.last)),
    "a cue more": about_cue(GARDEN, lambda m, c: m.add(c.last, "Mm hm.", Span(c.span.end_ms, c.span.end_ms + 300))),
    "who speaks": about_cue(GARDEN, lambda m, c: m.speaker(c.first, c.last, "Maya")),
    "nobody known speaks": about_cue(GARDEN, lambda m, c: m.speaker(c.first, c.last, "")),
    "a name": lambda m: m.person("s1", "Dan"),
    "a role": lambda m: m.person("s2", None, "client"),
    "a part more": new_part,
    "a part that goes": part(2, lambda p: VignetteAt(exists=False)),
    "a part that is moved": part(2, lambda p: VignetteAt(p.span.start_ms + 9_000)),
    "the title of a part": part(2, lambda p: VignetteAt(title="Kitchen")),
    "the kind of a part": part(2, lambda p: VignetteAt(kind="aside")),
    "a concept more": concept("added"),
    "a concept that goes": concept("rejected"),
    "a waiver": about_cue(GARDEN, lambda m, c: m.waive(c.first, c.last, "reading-speed", "as spoken")),
    "a review of it all": lambda m: m.reviewed(),
}  # fmt: skip
# Two more decisions elsewhere, which nothing of that concerns.
BESIDE = (("Ben", words("tiles.", "tiles!")), ("Ben", lambda m: m.speaker(0, 4, "Colin")))


def lost_of(decisions, result, named=(), machine=None):
    return [d for d, fate in judged(decisions, result, named, machine) if fate == "lost"]


def fate_of(decision, found):
    return next(fate for d, fate in found if d.id == decision.id)


@pytest.mark.parametrize("step", STEPS)
def test_a_decision_that_is_dropped_in_silence_is_lost_and_no_other(step):
    decisions = after(*BESIDE, ("Ana", STEPS[step]))
    rest, (dropped,) = decisions[:2], decisions[2:]
    made = compared(decisions)
    assert [fate for _, fate in fates(made)] == ["kept"] * 3
    without = shown(compared(rest).transcript, rest)
    assert lost_of(decisions, without) == [dropped]
    assert fate_of(dropped, judged(decisions, without, {dropped.id})) == "flagged"


# --- results mended by hand --------------------------------------------------------------------------------------------


def test_words_that_are_changed_back_by_hand():
    decisions = after(*BESIDE, ("Ana", words("Thusrday", "Thursday")))
    made = compared(decisions).transcript
    tokens = tuple(replace(t, text="Thusrday") if t.text == "Thursday" else t for t in made.tokens)
    back = replace(made, aligned=replace(made.aligned, tokens=tokens))
    assert lost_of(decisions, shown(back, decisions)) == [decisions[2]]


def test_a_word_that_nobody_asked_for_under_a_reviewed_caption():
    """Of a caption that was reviewed nothing is shown: it is lost where other words stand than were seen."""
    decisions = after(*BESIDE, ("Ana", about_cue(GARDEN, lambda m, c: m.reviewed_cue(c.first, c.last))))
    made = compared(decisions)
    assert [fate for _, fate in fates(made)] == ["kept"] * 3
    tokens = tuple(replace(t, text="house") if t.text == "garden" else t for t in made.transcript.tokens)
    other = replace(made.transcript, aligned=replace(made.transcript.aligned, tokens=tokens))
    assert lost_of(decisions, shown(other, decisions)) == [decisions[2]]


def test_the_reviewer_is_another_or_none():
    decisions = after(*BESIDE, ("Ana", lambda m: m.reviewed()))
    made = compared(decisions).transcript
    for reviewer in ("", "Ben"):
        result = shown(replace(made, review=Review(reviewer) if reviewer else None), decisions)
        assert lost_of(decisions, result) == [decisions[2]]


def test_a_waiver_of_another_rule_words_or_person_is_none():
    decisions = after(*BESIDE, ("Ana", STEPS["a waiver"]))
    result = shown(compared(decisions).transcript, decisions)
    ((rule, text, who),) = result.waivers
    for other in ({("gap", text, who)}, {(rule, "else", who)}, {(rule, text, "Ben")}, set()):
        assert lost_of(decisions, replace(result, waivers=frozenset(other))) == [decisions[2]]


def test_a_tag_that_was_confirmed_and_is_there_no_more(machine):
    decisions = after(*BESIDE, ("Ana", concept("confirmed")))
    made = compared(decisions).transcript
    assert lost_of(decisions, shown(made, decisions)) == []
    gone = replace(made, concepts=machine.transcript.concepts.__class__())
    assert lost_of(decisions, shown(gone, decisions)) == [decisions[2]]


WITHDRAWN = [s for s in STEPS if s not in ("a review of it all", "a waiver")]


@pytest.mark.parametrize("step", WITHDRAWN)
def test_what_was_withdrawn_and_stands_there_still(step, machine):
    decisions = after(*BESIDE, ("Ana", STEPS[step]))
    back = stamped(Maker(machine.transcript, machine.replay, "Ana").withdraw(decisions[2].id), begin=3)
    every = (*decisions, *back)
    assert [f for _, f in fates(compared(every), machine.transcript)] == ["kept", "kept", "overtaken", "kept"]
    still = shown(compared(decisions).transcript, every)
    assert lost_of(every, still, machine=machine.transcript) == [*back]
    unknown = (*decisions[:2], *back)
    found = judged(unknown, shown(compared(unknown).transcript, unknown))
    assert fate_of(back[0], found) == "waiting"


# --- overtaken ---------------------------------------------------------------------------------------------------------

PAIRS = {
    "a word changed again": (STEPS["a word"], words("Thursday", "Friday")),
    "a word taken out again": (STEPS["a word"], words("Thursday", "")),
    "a word of a cue that goes": (words("garden", "house"), about_cue("the house", lambda m, c: m.delete(c.first, c.last))),
    "a time changed again": (
        STEPS["the time of a word"],
        lambda m: m.word_time(*at_words(m.transcript, "garden"), Span(114_050, 114_300)),
    ),
    "the time of a word that goes": (STEPS["the time of a word"], words("garden", "")),
    "a cue that is split": (STEPS["the time of a cue"], STEPS["a split"]),
    "a split that is joined": (
        STEPS["a split"],
        lambda m: m.merge(cue_with(m, "I drove up").first, cue_with(m, "garden").last),
    ),
    "a merge that is split": (merge(SPOON), lambda m: m.split(at_words(m.transcript, "You went to")[0])),
    "a cue more that goes": (STEPS["a cue more"], words("Mm hm.", "")),
    "another speaker": (STEPS["who speaks"], about_cue(GARDEN, lambda m, c: m.speaker(c.first, c.last, "Colin"))),
    "another name": (STEPS["a name"], lambda m: m.person("s1", "Daniel")),
    "a part moved again": (
        STEPS["a part that is moved"],
        part(2, lambda p: VignetteAt(p.span.start_ms - 8000)),
    ),
    "a title changed again": (STEPS["the title of a part"], part(2, lambda p: VignetteAt(title="House"))),
    "a concept that goes again": (
        STEPS["a concept more"],
        lambda m: m.concept(*at_words(m.transcript, GARDEN), "alliance", "rejected"),
    ),
    "another reviewer": (STEPS["a review of it all"], lambda m: m.reviewed()),
}  # fmt: skip


@pytest.mark.parametrize("pair", PAIRS)
def test_what_a_later_decision_changed_is_overtaken_and_the_later_one_can_be_lost(pair):
    first, then = PAIRS[pair]
    decisions = after(*BESIDE, ("Ana", first), ("Ben", then))
    assert [fate for _, fate in fates(compared(decisions))] == ["kept", "kept", "overtaken", "kept"]
    before = decisions[:3]
    assert lost_of(decisions, shown(compared(before).transcript, before)) == [decisions[3]]


def test_the_same_person_decides_again_about_what_they_saw_first(machine):
    maker = Maker(machine.transcript, machine.replay, "Ana")
    at = at_words(machine.transcript, "Thusrday")
    decisions = stamped(*maker.words(*at, "Tuesday"), *maker.words(*at, "Thursday"))
    assert [fate for _, fate in fates(compared(decisions))] == ["overtaken", "kept"]
    first = shown(compared(decisions[:1]).transcript, decisions)
    assert lost_of(decisions, first) == [decisions[1]]


def test_a_neighbour_that_was_changed_is_no_excuse():
    decisions = after(("Ana", words("Thusrday", "Thursday")), ("Ben", words("group.", "circle.")))
    without = compared(stamped(*after(("Ben", words("group.", "circle."))))).transcript
    assert decisions[0] in lost_of(decisions, shown(without, decisions))


# --- a random journal, one decision dropped at a time --------------------------------------------------------------------


def unnoticed(decisions, which):
    """Of the decisions `which` those that are kept, change the result, and are not lost where they are dropped; how many do."""
    full, machine = compared(decisions), compared(()).transcript
    named = {s.decision.id for s in full.replay.report.conflicts}
    kept = [d for d, fate in fates(full, machine) if fate == "kept" and d in which]
    changing, missed = 0, []
    for decision in kept:
        rest = tuple(d for d in decisions if d is not decision)
        result = shown(compared(rest).transcript, rest)
        # What a review counts is no result of the decision that is counted.
        same = replace(result.transcript, review=None) == replace(full.transcript, review=None)
        if not same or decision.kind in ("waive", "quote"):
            changing += 1
            missed += (
                [decision] if fate_of(decision, judged(decisions, result, named, machine)) != "lost" else []
            )
    return missed, changing


def test_of_random_decisions_each_is_missed_that_is_dropped():
    decisions = decide_at_random(random.Random(7), demo_aligned(), len(ALL_KINDS), tagging=True)
    missed, changing = unnoticed(decisions, decisions)
    assert changing >= 6
    assert missed == []
