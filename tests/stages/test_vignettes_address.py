"""Address: the words with which somebody speaks to a viewer are told from talk."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.stages.vignettes.address import spoken_to_viewer
from pipeline.timing import Span
from pipeline.transcript.parts import Said


def odds(text: str) -> float:
    return spoken_to_viewer([Said(Span(0, 1000), "ann", text)])[0]


def test_who_speaks_about_others_speaks_to_the_viewer() -> None:
    assert odds("he looked away when she named the price and nobody in the circle asked them about it") > 1
    assert odds("yeah well I told you I would and you know I did um okay") < -3


def test_nothing_said_tells_nothing() -> None:
    assert odds("") == 0.0


WORDS = st.lists(st.sampled_from(["you", "he", "door", "um"]), max_size=12).map(" ".join)


@given(WORDS, WORDS)
def test_log_odds_add_up(one: str, other: str) -> None:
    assert abs(odds(f"{one} {other}") - odds(one) - odds(other)) < 1e-9
