"""Beam width control: wide where the path may be lost, back to a block that the search still holds, and to an end."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.aligner.beam import BACK_BLOCKS, BEAMS, LOST_BLOCKS, PATIENCE_BLOCKS, BeamControl

CLEAR, SAID = 20.0, 50.0  # nats a block: words that are said
LOST = 180.0  # speech that nobody wrote


def levels(losses: list[float], most_steps: int = 10_000) -> list[tuple[int, int]]:
    """(block, level used for it) in the order in which blocks are searched, when a block's loss is the same at every level."""
    control, number, steps = BeamControl(len(BEAMS)), 0, []
    while number < len(losses):
        steps.append((number, control.level))
        assert len(steps) < most_steps, "the search goes round and round"
        number = control.judge(number, losses[number])
    return steps


@given(st.lists(st.sampled_from((0.0, SAID, LOST, 500.0)), max_size=250))
def test_every_search_ends_and_never_returns_before_what_is_kept(losses: list[float]) -> None:
    steps = levels(losses)
    kept = LOST_BLOCKS + BACK_BLOCKS + PATIENCE_BLOCKS
    for (block, level), (following, wider) in pairwise(steps):
        assert 0 <= wider < len(BEAMS)
        if following <= block:
            assert wider == level + 1 and following >= max(0, block - kept)
        else:
            assert following == block + 1 and wider <= level


@given(st.lists(st.floats(0, 129), max_size=80))
def test_words_that_are_said_keep_the_beam_narrow(losses: list[float]) -> None:
    assert levels(losses) == [(n, 0) for n in range(len(losses))]


def test_a_lost_path_is_searched_again_from_before_it_was_lost() -> None:
    steps = levels([CLEAR] * 20 + [LOST] * LOST_BLOCKS + [CLEAR] * 20)
    back = 20 - BACK_BLOCKS
    assert steps[19 + LOST_BLOCKS : 21 + LOST_BLOCKS] == [(19 + LOST_BLOCKS, 0), (back, 1)]
    assert steps[-1] == (39 + LOST_BLOCKS, 0), "found again, the beam is narrow again"


def test_the_widest_beam_is_given_up_where_nothing_is_written() -> None:
    used = [level for _, level in levels([LOST] * 90)]
    assert max(used) == len(BEAMS) - 1 and used[-1] < len(BEAMS) - 1
