"""Placement of captions: off the text on the screen, and back when it is gone."""

from __future__ import annotations

import re
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.profiles import PROFILES
from pipeline.settings import CaptionSettings
from pipeline.stages.captions import run
from pipeline.stages.captions.placement import MAX_STRAP_MS, TOP, Box, Shape, clear_of_text
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Cue,
    EditorCue,
    ScreenText,
    Token,
    Utterance,
    Verdict,
    Voices,
)
from tests.support.examples import examples

STRAP: Box = (0.05, 0.80, 0.2, 0.09)
CARD: Box = (0.3, 0.45, 0.4, 0.12)
LOGO: Box = (0.88, 0.9, 0.1, 0.08)
TICKER: Box = (0.0, 0.93, 1.0, 0.06)
HEADLINE: Box = (0.2, 0.03, 0.6, 0.1)
BURNT_IN: Box = (0.35, 0.88, 0.3, 0.07)
RIGHT_STRAP: Box = (0.72, 0.79, 0.2, 0.1)


def text(start_ms: int, end_ms: int, box: Box) -> ScreenText:
    return ScreenText(Span(start_ms, end_ms), "Ruth Calder", box, 1.0)


def cues(*spans: tuple[int, int]) -> list[Cue]:
    return [Cue(Span(*span), k, k + 1) for k, span in enumerate(spans)]


def raised(
    spans: list[tuple[int, int]], texts: list[ScreenText], shapes: list[Shape] | None = None
) -> list[int]:
    """The numbers of the captions that stand at the top."""
    found = clear_of_text(cues(*spans), shapes or [Shape(2, 38)] * len(spans), texts)
    assert {cue.settings for cue in found} <= {"", TOP}
    return [k for k, cue in enumerate(found) if cue.settings]


@pytest.mark.parametrize("box", [STRAP, RIGHT_STRAP, TICKER, BURNT_IN])
def test_a_caption_goes_up_for_a_text_below_and_the_next_is_back(box: Box) -> None:
    spans = [(0, 2000), (2000, 5000), (5000, 8000), (8000, 9000)]
    assert raised(spans, [text(2500, 6000, box)]) == [1, 2]


@pytest.mark.parametrize(("box", "why"), [(CARD, "stands in the middle"), (HEADLINE, "stands above")])
def test_a_text_that_no_caption_would_cover_moves_none(box: Box, why: str) -> None:
    assert raised([(0, 2000), (2000, 5000)], [text(500, 4000, box)]) == [], why


def test_a_short_caption_between_two_that_go_up_goes_with_them() -> None:
    spans, shapes = [(0, 2000), (2000, 3000), (3000, 5000)], [Shape(2, 40), Shape(1, 5), Shape(1, 38)]
    assert raised(spans, [text(500, 4500, STRAP)], shapes) == [0, 1, 2]
    # ... and alone it covers no strap at the side
    assert raised([(2000, 3000)], [text(500, 4500, STRAP)], [Shape(1, 5)]) == []
    assert raised([(2000, 3000)], [text(500, 4500, BURNT_IN)], [Shape(1, 5)]) == [0]


def test_a_text_that_stays_moves_only_what_would_cover_it() -> None:
    spans, shapes = [(0, 2000), (2000, 3000), (3000, 5000)], [Shape(1, 20), Shape(2, 42), Shape(1, 20)]
    assert raised(spans, [text(0, MAX_STRAP_MS + 1, LOGO)], shapes) == [1]


def test_a_caption_that_goes_as_a_strap_comes_stays_below() -> None:
    assert raised([(0, 2000), (2000, 4000)], [text(1900, 4000, STRAP)]) == [1]
    assert raised([(0, 2000), (2000, 4000)], [text(0, 2100, STRAP)]) == [0]


def test_with_text_above_and_below_captions_stay_where_viewers_look() -> None:
    credits = [text(0, 5000, box) for box in (HEADLINE, CARD, STRAP, TICKER)]
    assert raised([(0, 2000), (2000, 4000)], credits) == []


def test_what_an_editor_placed_stays_there() -> None:
    given_cues = [Cue(Span(0, 2000), 0, 1, settings="{\\an4}"), Cue(Span(2000, 4000), 1, 2)]
    found = clear_of_text(given_cues, [Shape(2, 38)] * 2, [text(0, 4000, STRAP)])
    assert [cue.settings for cue in found] == ["{\\an4}", TOP]


boxes = st.tuples(st.floats(0, 0.95), st.floats(0, 0.95), st.floats(0.01, 1), st.floats(0.01, 0.3))
texts = st.lists(st.builds(text, st.integers(0, 9000), st.integers(9000, 60_000), boxes), max_size=4)


@given(st.lists(st.integers(1, 5000), min_size=2, max_size=12), texts, st.integers(1, 3), st.integers(1, 80))
@settings(max_examples=examples(60))
def test_only_the_place_changes_and_nothing_at_the_top_is_covered(
    lengths: list[int], shown: list[ScreenText], lines: int, chars: int
) -> None:
    at = [sum(lengths[:k]) for k in range(len(lengths) + 1)]
    before, shape = cues(*pairwise(at)), Shape(lines, chars)
    after = clear_of_text(before, [shape] * len(before), shown)
    assert [(c.span, c.first, c.last) for c in after] == [(c.span, c.first, c.last) for c in before]
    for cue in after:
        if cue.settings:
            left, _, width, height = shape.box(at_top=True)
            for other in shown:
                x, y, wide, _ = other.box
                apart = y >= height or x >= left + width or x + wide <= left
                assert apart or cue.span.overlap_ms(other.span) < 250


@pytest.mark.parametrize("profile", PROFILES)
def test_a_run_places_what_it_writes_under_every_profile(profile: str) -> None:
    words = re.findall(r"\S+", "So this is what I wanted to tell you about the week before the last one.")
    tokens = [Token(w, Span(1000 + 300 * k, 1280 + 300 * k)) for k, w in enumerate(words)]
    late = [Token("Goodbye.", Span(20_000, 20_600))]
    aligned = Aligned((*tokens, *late), AlignmentReport(Verdict.NO_SUBTITLES))
    voices = Voices((), (), (Utterance(0, len(tokens) + 1, None, "u1"),))
    settings_ = CaptionSettings(profile=profile)  # type: ignore[arg-type]
    found = run(aligned, voices, settings_, texts=(text(1000, 6000, BURNT_IN),)).cues
    plain = run(aligned, voices, settings_).cues
    assert [c.span for c in found] == [c.span for c in plain]
    assert {c.settings for c in found if c.span.start_ms < 5000} == {TOP}
    assert found[-1].settings == "" and {c.settings for c in plain} == {""}


def test_an_editors_cue_that_is_kept_goes_up_too() -> None:
    tokens = [
        Token(w, Span(1000 + 300 * k, 1280 + 300 * k))
        for k, w in enumerate(re.findall(r"\S+", "I said so to her."))
    ]
    aligned = Aligned(
        tuple(tokens), AlignmentReport(Verdict.IN_SYNC), (EditorCue(0, len(tokens), Span(1000, 2500)),)
    )
    found = run(aligned, Voices(), CaptionSettings(recue=False), texts=(text(900, 3000, BURNT_IN),)).cues
    assert [(c.editor_cue, c.settings) for c in found] == [(0, TOP)]
