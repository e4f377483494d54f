"""Aligning without sound: texts with known times, edited at random, must come out complete and in order."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given as cases
from hypothesis import settings
from hypothesis import strategies as st

from pipeline.media.audio import Audio
from pipeline.settings import AlignSettings
from pipeline.speech.aligner.listen import WordSpan
from pipeline.speech.aligner.pronounced import parts
from pipeline.stages import align
from pipeline.stages.align import placing, review
from pipeline.stages.align.sync import Relation, relate, sentences
from pipeline.timing import Span
from pipeline.transcript import Heard, Kind, TextSource, TimeSource, Token, Verdict
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord
from tests.support.examples import examples

DEAF = Heard("", "", False, (), ())


def text_of(lines: list[str], times: list[Span | None]) -> Subtitles:
    cues = tuple(
        SubtitlesCue(span, tuple(SubtitlesWord(w) for w in line.split()))
        for line, span in zip(lines, times, strict=True)
    )
    return Subtitles("x.srt", SubtitlesFormat.SRT, cues)


def pairs(count: int, function: object, jitter_ms: int = 0, every_ms: int = 4000) -> list[tuple[int, int]]:
    rng = random.Random(7)
    assert callable(function)
    return [
        (n * every_ms, round(function(n * every_ms)) + rng.randint(-jitter_ms, jitter_ms))
        for n in range(count)
    ]


# --- the relation between given times and sound


@pytest.mark.parametrize(
    ("offset_ms", "verdict"), [(0, Verdict.IN_SYNC), (90, Verdict.IN_SYNC), (-7350, Verdict.OFFSET)]
)
def test_a_constant_is_told_to_the_millisecond(offset_ms: int, verdict: Verdict) -> None:
    found = relate(pairs(200, lambda t: t + offset_ms))
    assert (found.verdict, [p.offset_ms for p in found.pieces]) == (verdict, [offset_ms])


def test_editors_lead_in_times_do_not_hide_an_offset() -> None:
    found = relate(pairs(300, lambda t: t + 12_000, jitter_ms=200))
    assert found.verdict is Verdict.OFFSET
    assert abs(found.pieces[0].offset_ms - 12_000) <= 25 and found.pieces[0].rate == 1.0


@pytest.mark.parametrize(("a", "b"), [(25, 23.976), (24, 25), (23.976, 24)])
def test_a_frame_rate_is_known_by_its_ratio(a: float, b: float) -> None:
    exact = {23.976: 24000 / 1001}
    ratio = exact.get(a, a) / exact.get(b, b)
    found = relate(pairs(900, lambda t: t * ratio + 3000, jitter_ms=60))
    assert found.verdict is Verdict.DRIFT
    assert found.pieces[0].rate == pytest.approx(ratio, abs=1e-9)
    assert abs(found.pieces[0].offset_ms - 3000) < 60


def test_cuts_and_insertions_are_found_where_they_are() -> None:
    made = pairs(600, lambda t: t if t < 800_000 else t - 38_000 if t < 1_600_000 else t + 5000)
    found = relate([(given, sound) for given, sound in made if not 762_000 <= given < 800_000])
    assert found.verdict is Verdict.PIECES
    assert [p.offset_ms for p in found.pieces] == [0, -38_000, 5000]
    assert [p.given.start_ms for p in found.pieces] == [0, 800_000, 1_600_000]
    assert sentences(found) == (
        "38.00 s are missing from the video at 12:42", "43.00 s were put into the video at 26:02",
    )  # fmt: skip


@pytest.mark.parametrize("count", [40, 69, 120])
@pytest.mark.parametrize("cut_at", [0.3, 0.42, 0.5])
@pytest.mark.parametrize("ratio", [24000 / 25025, 1.0, 25 / 24])
def test_a_cut_in_a_short_recording_does_not_pass_for_a_speed(
    count: int, cut_at: float, ratio: float
) -> None:
    """Half of all stretches from one caption to a later one lie across it."""
    cut_ms = round(count * 4000 * cut_at)
    made = pairs(count, lambda t: ratio * t - (20_000 if t > cut_ms else 0) - 2500, jitter_ms=120)
    found = relate(made)
    assert found.verdict is Verdict.PIECES and len(found.pieces) == 2
    assert all(abs(p.rate - ratio) < 0.0015 for p in found.pieces)  # 24 and 23.976 frames look alike here
    assert abs(found.pieces[0].offset_ms - found.pieces[1].offset_ms - 20_000) < 200


def test_single_cues_all_over_the_place_are_not_in_sync() -> None:
    found = relate(pairs(300, lambda t: t, jitter_ms=1500))
    assert found.verdict is Verdict.PIECES and found.scatter_ms > 500


@pytest.mark.parametrize("count", [1, 2, 4])
def test_few_pairs_that_agree_prove_a_constant_with_little_confidence(count: int) -> None:
    found = relate(pairs(count, lambda t: t - 2000, jitter_ms=100))
    assert found.verdict is Verdict.OFFSET and found.pieces[0].rate == 1.0
    assert abs(found.pieces[0].offset_ms + 2000) <= 100 and found.pieces[0].confidence <= 0.8


def test_few_pairs_that_disagree_prove_no_constant_and_no_rate() -> None:
    found = relate([(0, 0), (4000, 4000), (8000, 9000)])
    assert found.verdict is Verdict.PIECES and [p.rate for p in found.pieces] == [1.0]
    assert sentences(found) == ("the few cues that were found do not agree on how far they were off",)


def test_no_pairs_prove_nothing() -> None:
    assert relate([]).verdict is Verdict.UNRELATED


@pytest.mark.parametrize(
    ("sure", "verdict"),
    [(9, Verdict.OFFSET), (6, Verdict.OFFSET), (4, Verdict.UNRELATED), (0, Verdict.UNRELATED)],
)
def test_a_short_text_is_unrelated_only_where_its_words_are_not_found(sure: int, verdict: Verdict) -> None:
    given = text_of(["one two three four", "five six seven eight nine"], [Span(0, 900), Span(2000, 2900)])
    found = [
        WordSpan(Span(5000 + 500 * n, 5300 + 500 * n), 0.5 if n < sure else -4.0)
        for n, _ in enumerate(parts(given))
    ]
    assert align._relation(given, parts(given), found).verdict is verdict


@cases(
    st.lists(st.tuples(st.integers(0, 6_000_000), st.integers(-500_000, 7_000_000)), min_size=1, max_size=80)
)
def test_any_pairs_give_pieces_that_cover_all_given_times_once(found: list[tuple[int, int]]) -> None:
    relation = relate(sorted(found))
    if relation.verdict is not Verdict.UNRELATED:
        assert relation.pieces[0].given.start_ms == 0
        assert all(a.given.end_ms == b.given.start_ms for a, b in pairwise(relation.pieces))
        assert isinstance(relation.at(1234), int)


# --- words to listen for


def test_stutters_and_compounds_are_listened_for_word_by_word() -> None:
    given = text_of(["I-I'm a co-therapist, w-want 1455."], [Span(0, 4000)])
    found = parts(given)
    assert [p.token for p in found] == [0, 0, 1, 2, 2, 3, 3, 4]
    assert found[5].spoken.pronunciations[0] in (("W",), ("HH",))
    assert len(found[-1].spoken.pronunciations) > 1  # a year, a number


def test_pauses_are_expected_where_the_text_has_them() -> None:
    given = text_of(["Well, you know", "that is it"], [Span(0, 1000), Span(1000, 2000)])
    assert [p.spoken.pause for p in parts(given)] == [True, True, False, False, False, False]
    apart = text_of(["you know", "that is"], [Span(0, 1000), Span(3000, 4000)])
    assert [p.spoken.pause for p in parts(apart)] == [True, False, True, False]


def test_sounds_and_credits_are_not_listened_for() -> None:
    words = (SubtitlesWord("Hello"), SubtitlesWord("[laughter]", kind=Kind.SOUND), SubtitlesWord("there"))
    given = Subtitles("x.srt", SubtitlesFormat.SRT, (SubtitlesCue(Span(0, 1000), words),))
    assert [p.token for p in parts(given)] == [0, 2]


# --- placing, by construction

VOCABULARY = (
    "well",
    "yes",
    "the",
    "group",
    "late",
    "and",
    "nobody",
    "said",
    "I-I",
    "co-worker",
    "1455",
    "hmm",
    "okay",
)


@st.composite
def edited_texts(draw: st.DrawFn) -> tuple[Subtitles, list[WordSpan | None], int]:
    """A text whose words were said at known times, and what a search might have found: words missing, stand-ins, whole
    passages that were said elsewhere (and so were found nowhere)."""
    lines = draw(
        st.lists(st.lists(st.sampled_from(VOCABULARY), min_size=1, max_size=8), min_size=1, max_size=12)
    )
    timed = draw(st.booleans())
    rng = random.Random(draw(st.integers(0, 10**6)))
    times, at = [], 0
    for line in lines:
        times.append(Span(at, at + 300 * len(line)) if timed else None)
        at += 300 * len(line) + rng.choice((0, 200, 4000))
    given = text_of([" ".join(line) for line in lines], times)
    wanted, clock_ms = parts(given), rng.randint(0, 3000)
    lost = {n for n in range(len(lines)) if rng.random() < 0.2}
    cue_of = [n for n, line in enumerate(lines) for _ in line]
    found: list[WordSpan | None] = []
    for part in wanted:
        length = rng.randint(30, 600)
        gone = cue_of[part.token] in lost or rng.random() < 0.1
        found.append(
            None
            if gone
            else WordSpan(Span(clock_ms, clock_ms + length), rng.uniform(-4, 1), rng.random() < 0.1)
        )
        clock_ms += length + rng.choice((0, 0, 0, 250, 5000))
    return given, found, clock_ms + rng.randint(0, 2000)


@cases(edited_texts())
@settings(max_examples=examples(150), deadline=None)
def test_every_word_comes_out_once_in_the_order_of_its_cue_and_inside_the_recording(
    case: tuple[Subtitles, list[WordSpan | None], int],
) -> None:
    given, found, duration_ms = case
    wanted = parts(given)
    sure = [
        (w.span.start_ms, f.span.start_ms)
        for w, f in zip((given.cues[0] for _ in wanted), found, strict=True)
        if f is not None and w.span is not None
    ]
    relation = relate(sorted(set(sure))) if given.timed else Relation(Verdict.UNTIMED)
    tokens = placing.tokens(
        given, placing.places(given, wanted, found, relation, duration_ms), TextSource.SCRIPT
    )
    assert [t.text for t in tokens] == [w.text for w in given.words]
    assert all(0 <= t.span.start_ms <= t.span.end_ms <= duration_ms for t in tokens)
    cue_of = [number for number, cue in enumerate(given.cues) for _ in cue.words]
    for (here, a), (following, b) in pairwise(zip(cue_of, tokens, strict=True)):
        assert here != following or a.span.start_ms <= b.span.start_ms
    assert all(0 <= t.confidence <= 1 for t in tokens)
    heard = {p.token for p, f in zip(wanted, found, strict=True) if f is not None and not placing.squeezed(f)}
    assert all((t.time_source is TimeSource.ALIGNED) == (n in heard) for n, t in enumerate(tokens))


@cases(edited_texts())
@settings(max_examples=examples(60), deadline=None)
def test_passages_lie_inside_the_text_and_never_overlap(
    case: tuple[Subtitles, list[WordSpan | None], int],
) -> None:
    given, found, duration_ms = case
    wanted = parts(given)
    placed = placing.places(given, wanted, found, Relation(Verdict.UNTIMED), duration_ms)
    tokens = placing.tokens(given, placed, TextSource.SCRIPT)
    not_confirmed, differently = review.doubtful(tokens, wanted, found, DEAF)
    assert not differently  # nobody listened
    for passage in (*review.unspoken(tokens, wanted, found), *not_confirmed):
        assert 0 <= passage.first < passage.last <= len(tokens) and passage.text
    assert all(a.last <= b.first for a, b in pairwise(not_confirmed))


def test_a_word_nobody_heard_keeps_its_own_time_between_its_neighbours() -> None:
    given = text_of(
        ["one two three", "four five six", "seven eight nine"], [Span(n, n + 900) for n in (0, 1000, 2000)]
    )
    wanted = parts(given)
    found: list[WordSpan | None] = [WordSpan(Span(5000 + 300 * n, 5300 + 300 * n), 0.5) for n in range(9)]
    found[6:] = [WordSpan(Span(7000 + 300 * n, 7300 + 300 * n), 0.5) for n in range(3)]
    found[3:6] = [None] * 3
    relation = relate([(n * 100, n * 100 + 5000) for n in range(20)])
    placed = placing.places(given, wanted, found, relation, 60_000)
    assert [p.source for p in placed[3:6]] == [TimeSource.GIVEN] * 3
    assert placed[3].span.start_ms == 6000 and placed[5].span.end_ms <= 6900


# --- the stage as a whole, without speech


def test_without_a_text_the_recognizer_has_the_word() -> None:
    heard = Heard("whisper", "tiny", False, (Token("hello", Span(0, 400)),), (Span(0, 400),))
    aligned = align.run(Audio(np.zeros(16_000, np.int16)), heard, None, AlignSettings())
    assert aligned.tokens == heard.tokens and aligned.report.verdict is Verdict.NO_SUBTITLES


@pytest.mark.parametrize("samples", [0, 200, 16_000])
def test_text_without_any_sound_to_it_is_unrelated_but_complete(samples: int) -> None:
    given = text_of(["nobody says a word of this", "or of that"], [Span(0, 900), Span(1000, 1900)])
    aligned = align.run(Audio(np.zeros(samples, np.int16)), DEAF, given, AlignSettings())
    assert aligned.report.verdict is Verdict.UNRELATED
    assert [t.text for t in aligned.tokens] == [w.text for w in given.words]
    assert all(t.span.end_ms <= -(-samples // 16) for t in aligned.tokens)


def test_the_editors_cues_keep_their_lines_labels_and_dashes() -> None:
    words = (
        SubtitlesWord("Hi", 0, label="TOM", new_speaker=True),
        SubtitlesWord("all.", 0, label="TOM"),
        SubtitlesWord("Hi.", 1, new_speaker=True),
    )
    given = Subtitles(
        "x.srt", SubtitlesFormat.SRT, (SubtitlesCue(Span(0, 900), words, id="7", settings="line:0"),)
    )
    (cue,) = align.run(Audio(np.zeros(0, np.int16)), DEAF, given, AlignSettings()).editor_cues
    assert (cue.first, cue.last, cue.id, cue.settings) == (0, 3, "7", "line:0")
    assert (cue.breaks, cue.label_at, cue.dash_at) == ((2,), ((0, "TOM"),), (2,))


def test_no_module_of_the_stage_imports_another_stage() -> None:
    folder = Path(align.__file__).parent
    for source in folder.glob("*.py"):
        text = source.read_text("utf-8")
        assert "pipeline.stages.captions" not in text and "pipeline.stages.transcribe" not in text
