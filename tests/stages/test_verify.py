"""The second witness: what it hears, what that clears, what it suggests; with an ear that hears what the test says."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import VerifySettings
from pipeline.speech.asr.packing import Chunk
from pipeline.stages import verify
from pipeline.stages.verify import shares
from pipeline.stages.verify.windows import Doubt, planned
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Kind,
    Opinion,
    Passage,
    Token,
    Verdict,
)
from pipeline.transcript.settled import settled

ALL = VerifySettings(mode="all")


class Ear:
    """A witness of one window of 30 s that hears these words, and finds the readings in `likelier` likelier than others."""

    name = "whisper/tiny/0/int8"

    def __init__(
        self, heard: str, likelier: dict[str, float] | None = None, confidence: float = 0.95
    ) -> None:
        self.words = words(heard, confidence)
        self.likelier = likelier or {}
        self.windows = (Chunk((Span(0, 30_000),)),)
        self.asked: list[tuple[str, str]] = []

    def hear(self, windows, progress=None):
        return dict.fromkeys(windows, self.words)

    def gain(self, span, written, other):
        self.asked.append((written, other))
        return self.likelier.get(other, -50.0)


def words(text: str, confidence: float = 0.9) -> tuple[Token, ...]:
    return tuple(Token(w, Span(n * 400, n * 400 + 400), confidence) for n, w in enumerate(text.split()))


def aligned(text: str, *doubted: int, kind: str = "not_confirmed", **more: tuple[Passage, ...]) -> Aligned:
    tokens = words(text)
    passages = tuple(Passage(tokens[n].span, n, n + 1, tokens[n].text) for n in doubted)
    report = AlignmentReport(Verdict.IN_SYNC, **{kind: passages, **more})
    return Aligned(tokens, report)


def verified(given: Aligned, ear: Ear, settings: VerifySettings = ALL):
    return verify.run(given, settings, ear, "seed")


def test_agreement_clears_a_doubt() -> None:
    given = aligned("we were over there again", 2)
    found = verified(given, Ear("we were over there again"))
    assert [(c.opinion, c.cleared) for c in found.checked] == [(Opinion.AGREES, True)]
    assert settled(given.report, found).not_confirmed == ()
    assert (found.heard_words, found.agreed_words) == (5, 5)


@pytest.mark.parametrize("gain", [-1.0, 5.0, 30.0])
def test_agreement_alone_clears_no_negation(gain: float) -> None:
    given = aligned("I can go there", 1)
    found = verified(given, Ear("I can go there", {"I can't go": gain}))
    assert [(c.opinion, c.cleared) for c in found.checked] == [(Opinion.AGREES, False)]
    assert len(settled(given.report, found).not_confirmed) == 1


def test_a_negation_is_cleared_where_its_contrary_fits_worse_too() -> None:
    given = aligned("I can go there", 1)
    assert verified(given, Ear("I can go there")).checked[0].cleared


def test_another_word_that_fits_better_is_suggested_as_it_would_be_written() -> None:
    given = aligned("Then we walked to the Mountain, you see.", 5)
    found = verified(given, Ear("then we walked to the river you see", {"the river you": 110.0}))
    (suggestion,) = found.suggestions
    assert (suggestion.first, suggestion.last, suggestion.text) == (5, 6, "River,")
    (passage,) = settled(given.report, found).heard_differently
    assert passage.heard == "River,"
    assert settled(given.report, found).not_confirmed == ()


def test_another_word_that_fits_worse_is_no_suggestion_and_keeps_the_doubt() -> None:
    given = aligned("we walked to the mountain you see", 4)
    found = verified(given, Ear("we walked to the river you see", {"the river you": -20.0}))
    assert not found.suggestions
    (doubt,) = settled(given.report, found).not_confirmed
    assert (doubt.text, doubt.heard) == ("mountain", "river")


def test_a_word_that_is_missing_is_suggested_at_its_place() -> None:
    given = aligned("They did argue with him", 1)
    found = verified(
        given, Ear("they did not argue with him", {"did not argue": 90.0, "They did not argue": 90.0})
    )
    (suggestion,) = found.suggestions
    assert (suggestion.first, suggestion.last, suggestion.text) == (2, 2, "not")
    (passage,) = settled(given.report, found).heard_differently
    assert passage.heard == "did not"


def test_a_misspelt_word_is_corrected_though_nobody_heard_it_right() -> None:
    given = aligned("she came on Thusrday, with him", 3)
    found = verified(
        given, Ear("she came on thirsty with him", {"on thursday with": 60.0, "on thirsty with": 10.0})
    )
    assert [s.text for s in found.suggestions] == ["Thursday,"]


@pytest.mark.parametrize("text", ["Kaylie", "dermatomyositis"])
def test_a_name_is_no_misspelling(text: str) -> None:
    found = verified(aligned(f"this is {text} again"), Ear(f"this is {text} again", {}))
    assert not found.suggestions


@pytest.mark.parametrize(
    ("written", "heard"),
    [
        ("so, um, you know", "so on you know"),
        ("I-I went home", "eye went home"),
        ("Yeah. Go on", "Yes. Go on"),
    ],
)
def test_murmurs_and_stutters_are_left_alone(written: str, heard: str) -> None:
    ear = Ear(heard, dict.fromkeys(["so on you", "eye went", "Yes. Go"], 90.0))
    assert not verified(aligned(written), ear).suggestions


def test_what_the_recognizer_was_not_sure_of_suggests_nothing() -> None:
    ear = Ear("we walked to the river", {"the river": 90.0}, confidence=0.2)
    assert not verified(aligned("we walked to the mountain"), ear).suggestions


def test_speech_without_text_is_suggested_as_a_caption() -> None:
    gap = Passage(Span(2000, 4000), 5, 5)
    given = aligned("we went home last week", speech_without_text=(gap,))
    found = verified(given, Ear("we went home last week and nobody was there"))
    assert [(s.text, s.gain) for s in found.suggestions] == [("and nobody was there", None)]
    assert settled(given.report, found).speech_without_text[0].heard == "and nobody was there"


def test_text_that_is_not_in_the_recording_is_not_confirmed_by_its_absence() -> None:
    tokens = (*words("we went home"), Token("gone", Span(1200, 1200), kind=Kind.ABSENT))
    report = AlignmentReport(Verdict.PIECES, text_without_speech=(Passage(Span(1200, 1200), 3, 4),))
    found = verified(Aligned(tokens, report), Ear("we went home"))
    assert [(c.opinion, c.cleared) for c in found.checked] == [(Opinion.NOTHING, False)]


def test_equal_input_gives_equal_results() -> None:
    given = aligned("we walked to the mountain you see", 4)
    ears = [Ear("we walked to the river you see", {"the river you": 110.0}) for _ in range(2)]
    assert verified(given, ears[0]) == verified(given, ears[1])


# --- which windows are heard -----------------------------------------------------------------------------------------


def windows(count: int) -> tuple[Chunk, ...]:
    return tuple(Chunk((Span(n * 30_000, n * 30_000 + 29_000),)) for n in range(count))


def doubts(*at: int, kind: str = "not_confirmed") -> list[Doubt]:
    return [Doubt(Passage(Span(n * 30_000 + 100, n * 30_000 + 300), 0, 1), kind) for n in at]


def test_the_worst_doubts_come_first_and_the_rest_is_counted() -> None:
    settings = VerifySettings(share=0.1, least_windows=4, sampled_share=0.0, sampled_windows=1)
    plan = planned(
        windows(40), [*doubts(5, 9, 9, 9, 11, 11, 20), *doubts(30, kind="speech_without_text")], settings, "s"
    )
    heard = {w.pieces[0].start_ms // 30_000 for w in plan.windows}
    assert len(plan.windows) == 4
    assert {30, 9, 11} <= heard
    missed = {5, 20} - heard
    assert plan.not_heard == len(missed)


@given(st.integers(1, 60), st.text(max_size=8))
def test_the_sample_depends_on_the_recording_alone(count: int, seed: str) -> None:
    settings = VerifySettings()
    one = planned(windows(count), doubts(0), settings, seed)
    other = planned(windows(count), doubts(count - 1), settings, seed)
    assert one.sample == other.sample
    assert len(one.sample) == min(count, max(4, -(-count // 20)))
    assert one.sample <= set(one.windows)


@given(st.integers(1, 8))
def test_a_short_recording_is_heard_whole_whatever_is_doubted(count: int) -> None:
    plans = [planned(windows(count), some, VerifySettings(), "s") for some in ([], doubts(0))]
    assert [p.windows for p in plans] == [windows(count)] * 2


def test_everything_is_heard_where_that_is_wanted() -> None:
    plan = planned(windows(50), [], ALL, "s")
    assert plan.windows == windows(50)
    assert len(plan.sample) == 4


# --- shares ----------------------------------------------------------------------------------------------------------


@given(st.lists(st.tuples(st.integers(1, 90), st.floats(0, 1)), min_size=2, max_size=20))
def test_an_interval_holds_its_share(rows: list[tuple[int, float]]) -> None:
    clusters = [(n, round(n * share)) for n, share in rows]
    low, high = shares.interval(clusters)
    share = sum(k for _, k in clusters) / sum(n for n, _ in clusters)
    assert 0 <= low <= share + 0.001 and share - 0.001 <= high <= 1


def test_uneven_windows_make_a_wider_interval() -> None:
    even, uneven = [(50, 45)] * 6, [(50, 50), (50, 40)] * 3
    widths = [high - low for low, high in map(shares.interval, (even, uneven))]
    assert widths[0] < widths[1]
    assert shares.interval([(50, 45)]) == (0.0, 1.0)


def test_a_report_without_a_witness_stays_as_it_is() -> None:
    report = aligned("we went home", 1).report
    assert settled(report, verify.Verification()) == report
    assert replace(report) == report
