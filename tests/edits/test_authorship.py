"""Whose words are whose: of two people's decisions that both hold, neither has changed what the other wrote."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.edits import Contents, Replay
from pipeline.edits.ledger import State
from pipeline.edits.maker import Maker
from pipeline.transcript import Aligned, AlignmentReport, Verdict
from tests.support.edit_makers import DURATION_MS, compose, demo_aligned, stamped
from tests.support.examples import examples

ALIGNED = Aligned(demo_aligned().tokens[:14], AlignmentReport(Verdict.NO_SUBTITLES))
COUNT = len(ALIGNED.tokens)
SPOKEN = [t.text for t in ALIGNED.tokens]


@st.composite
def rewritings(draw):
    """A place of few words, and what they shall read: some of them otherwise, in capitals, fewer, or more."""
    first = draw(st.integers(0, COUNT - 1))
    last = draw(st.integers(first + 1, min(COUNT, first + 3)))
    new = []
    for word in SPOKEN[first:last]:
        new += draw(
            st.sampled_from(
                ([word], [word.upper()], ["other"], [], [word, "more"], ["more", word], [word, word])
            )
        )
    return first, last, " ".join(new)


@settings(deadline=None, max_examples=examples(150))
@given(ana=rewritings(), ben=rewritings())
def test_of_two_who_have_not_seen_each_other_none_overwrites_the_other(ana, ben):
    machine = compose(ALIGNED, tagging=False)
    made = [
        Maker(machine.transcript, machine.replay, who).words(*at) for who, at in (("Ana", ana), ("Ben", ben))
    ]
    decisions = stamped(*made[0], *made[1])
    replay = Replay(Contents(decisions), DURATION_MS)
    text = " ".join(t.text for t in replay.correct_words(ALIGNED).tokens)
    for standing in replay.report.standings:
        assert standing.state in (State.KEPT, State.ALREADY, State.CONFLICT)
        if standing.state is State.KEPT:
            assert f" {standing.decision.value.text} ".replace("  ", " ") in f" {text} "
        if standing.state is State.CONFLICT:
            assert standing.by in {d.id for d in decisions if d.who != standing.decision.who}
