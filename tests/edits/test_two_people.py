"""Two people who decide about the same without having seen each other: a conflict where they differ, nothing where they agree."""

import pytest

from pipeline.commands.decide.request import DecisionRequest
from pipeline.edits.maker import Maker
from pipeline.edits.model import CueOf
from pipeline.run.preview import Preview
from tests.support.edit_makers import at_words, compose, demo_aligned, stamped


def wish(**options):
    return lambda made, who: DecisionRequest(**options).decisions(Preview(made.transcript, made.replay), who)


def about_cue(decide):
    def step(made, who):
        first, _ = at_words(made.transcript, "make a start.")
        cue = next(c for c in made.transcript.captions.cues if c.first <= first < c.last)
        return [decide(Maker(made.transcript, made.replay, who), cue)]

    return step


def shown(by_ms):
    return about_cue(
        lambda m, c: m.cue(c.first, c.last, CueOf(c.span.start_ms + by_ms, c.span.end_ms + by_ms))
    )


def person(name=None, role=None):
    return lambda made, who: [Maker(made.transcript, made.replay, who).person("s2", name, role)]


def reads(text, words="Thusrday"):
    return wish(words=words, become=text)


DIFFERENT = {
    "a word": (reads("Thursday"), reads("Tuesday")),
    "a word among others": (reads("Thursday"), reads("to a Tuesday circle", "to the Thusrday group")),
    "others around a word": (reads("to our Thursday circle", "to the Thusrday group"), reads("Tuesday")),
    "a word and none": (reads("Thursday"), reads("")),
    "none and a word": (reads(""), reads("Tuesday")),
    "a name": (person("Ruth Keller"), person("Rita")),
    "a role": (person(None, "client"), person(None, "narrator")),
    "a caption's times": (shown(40), shown(-40)),
    "times, and two captions": (shown(40), about_cue(lambda m, c: m.split(c.first + 2))),
    "who speaks": (
        about_cue(lambda m, c: m.speaker(c.first, c.last, "Colin")),
        about_cue(lambda m, c: m.speaker(c.first, c.last, "Maya")),
    ),
    "a part's title": (
        wish(vignette="vignette-2", title="The door"),
        wish(vignette="vignette-2", title="The chair"),
    ),
    "a part's kind": (wish(vignette="vignette-2", kind="closing"), wish(vignette="vignette-2", kind="other")),
    "a part's beginning": (
        wish(vignette="vignette-2", begins="2:35"),
        wish(vignette="vignette-2", begins="2:20"),
    ),
    "a new part's title": (
        wish(vignette="new", begins="1:31", title="The door"),
        wish(vignette="new", begins="1:31", title="The chair"),
    ),
    "captions added at once": (
        wish(add="Good evening.", show="0:27.8-0:29"),
        wish(add="Come on in.", show="0:28-0:29.2"),
    ),
}


def both(one, two):
    machine = compose(demo_aligned(), voiced=True, tagging=False)
    decisions = stamped(*one(machine, "Ana"), *two(machine, "Ben"))
    return compose(demo_aligned(), decisions, voiced=True, tagging=False)


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_the_later_did_not_see_and_wants_otherwise_is_a_conflict(name):
    made = both(*DIFFERENT[name])
    assert made.states == ["kept", "conflict"]
    assert "which Ben had not seen" in made.replay.report.conflicts[0].why


@pytest.mark.parametrize("name", DIFFERENT)
def test_what_both_want_is_none(name):
    made = both(DIFFERENT[name][0], DIFFERENT[name][0])
    assert "conflict" not in made.states


def test_a_caption_that_both_add_keeps_the_times_of_the_first():
    """The second had not seen them."""
    made = both(wish(add="Good evening.", show="0:27.8-0:29"), wish(add="Good evening.", show="0:28-0:29.2"))
    assert made.states == ["kept", "already so"]
    first, _ = at_words(made.transcript, "Good evening.")
    (cue,) = [c for c in made.transcript.captions.cues if c.first == first]
    assert (cue.span.start_ms, cue.span.end_ms) == (27_800, 29_000)
