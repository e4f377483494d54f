"""Rules about synchrony: onset errors and drift are found as they were planted, and nothing where none were."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.audit import Document, Facts
from pipeline.audit.captions import shown_cue
from pipeline.audit.model import SpokenWord, View
from pipeline.audit.synchrony import DRIFT_MIN_CAPTIONS, drift, early, late, lingers, onsets
from pipeline.profiles import PROFILES
from pipeline.timing import Span
from tests.support.examples import examples

EVERY_MS = 25_000  # from one caption to the next
SPEECH_MS = 2000


def spans(count: int) -> list[Span]:
    """When something is said: one utterance every `EVERY_MS`."""
    return [Span(k * EVERY_MS + 60_000, k * EVERY_MS + 60_000 + SPEECH_MS) for k in range(count)]


def view(said: list[Span], shown: list[Span], by_word: bool) -> View:
    """Captions against words, or against the regions of speech alone."""
    cues = tuple(shown_cue(n, span, [f"word{n}"], set(), "json") for n, span in enumerate(shown, 1))
    words = tuple(SpokenWord(f"word{n}", span) for n, span in enumerate(said, 1))
    facts = Facts(words=words) if by_word else Facts(speech=tuple(said))
    return View(Document("test", "json", cues, (), "en"), facts, PROFILES["training"])


@pytest.mark.parametrize("by_word", [True, False])
@given(st.lists(st.integers(-900, 900), min_size=1, max_size=12))
def test_onset_errors_are_those_that_were_planted(by_word: bool, errors: list[int]) -> None:
    said = spans(len(errors))
    shown = [span.shifted(error) for span, error in zip(said, errors, strict=True)]
    seen = view(said, shown, by_word)
    # Regions alone: a caption that comes while somebody speaks is not measured against a later start.
    assert {cue.number: error for cue, error in onsets(seen)} == dict(enumerate(errors, 1))
    profile = seen.profile
    assert [h.measured for h in early(seen)] == [-e for e in errors if -e > profile.early_ms]
    assert [h.cue.number for h in late(seen) if h.cue] == [
        n for n, e in enumerate(errors, 1) if e > profile.late_ms
    ]


@settings(max_examples=examples(25))
@given(st.integers(-900, 900))
def test_a_constant_offset_is_no_drift(offset: int) -> None:
    said = spans(60)
    assert not list(drift(view(said, [span.shifted(offset) for span in said], True)))


@settings(max_examples=examples(25))
@given(st.integers(-1500, 1500).filter(lambda ms: abs(ms) >= 800), st.integers(-300, 300))
def test_a_steady_trend_is_drift_and_its_slope_is_told(ms_per_hour: int, offset: int) -> None:
    said = spans(200)
    shown = [span.shifted(offset + round(span.start_ms * ms_per_hour / 3_600_000)) for span in said]
    (found,) = drift(view(said, shown, True))
    assert isinstance(found.measured, int)
    assert abs(found.measured - ms_per_hour) <= 20


def test_too_few_captions_show_no_drift() -> None:
    said = spans(DRIFT_MIN_CAPTIONS)
    shown = [span.shifted(k * 25) for k, span in enumerate(said)]
    assert len(list(drift(view(said, shown, True)))) == 1
    assert not list(drift(view(said[:-1], shown[:-1], True)))


@given(st.integers(0, 5000))
def test_a_caption_lingers_beyond_the_profiles_limit(over: int) -> None:
    (said,) = spans(1)
    seen = view([said], [Span(said.start_ms, said.end_ms + over)], True)
    assert [hit.measured for hit in lingers(seen)] == ([over] if over > seen.profile.linger_ms + 1 else [])
