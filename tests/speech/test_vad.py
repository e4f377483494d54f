"""Where somebody speaks: rules on made-up probabilities, and the real network on silence, noise and the
demo."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.errors import WeightsError
from pipeline.media.facts import Audio, decode_audio
from pipeline.speech import vad
from pipeline.speech.vad import WINDOW_MS, regions_of, speech_probabilities, speech_regions
from pipeline.timing import Span, covered_ms, union

PROBABILITIES = st.lists(st.sampled_from([0.0, 0.1, 0.4, 0.6, 1.0]), max_size=80)


def found(probabilities: list[float], threshold: float = 0.5) -> list[Span]:
    windows = np.array(probabilities, np.float32)
    return list(regions_of(windows, threshold, len(probabilities) * WINDOW_MS))


@given(PROBABILITIES, st.floats(0.05, 0.95), st.integers(0, 31))
def test_regions_are_disjoint_rising_and_inside(values: list[float], threshold: float, cut_ms: int) -> None:
    duration_ms = max(0, len(values) * WINDOW_MS - cut_ms)
    spans = list(regions_of(np.array(values, np.float32), threshold, duration_ms))
    assert all(s for s in spans)
    assert covered_ms(spans) == sum(s.duration_ms for s in spans)
    assert spans == sorted(spans)
    assert all(s.start_ms >= 0 and s.end_ms <= duration_ms for s in spans)


@given(PROBABILITIES)
def test_a_lower_threshold_never_loses_speech(values: list[float]) -> None:
    strict, lenient = found(values, 0.6), found(values, 0.3)
    assert covered_ms([*strict, *lenient]) - covered_ms(lenient) <= 2 * 64 * len(strict), (
        "but for the padding"
    )


def test_short_dips_do_not_divide_and_clicks_do_not_count() -> None:
    word, dip, pause = [0.9] * 10, [0.0] * 5, [0.0] * 20
    assert len(found([*pause, *word, *dip, *word, *pause])) == 1
    assert len(found([*pause, *word, *pause, *word, *pause])) == 2
    assert found([*pause, 0.9, 0.9, *pause]) == []


def test_a_region_keeps_a_little_of_what_surrounds_it() -> None:
    assert found([0.0] * 10 + [0.9] * 10 + [0.0] * 20) == [Span(320 - 64, 640 + 64)]


def quiet(seconds: float) -> Audio:
    return Audio(np.zeros(int(seconds * 16000), np.int16))


@pytest.mark.parametrize("seconds", [0, 0.01, 0.1, 3])
def test_silence_of_any_length_holds_no_speech(seconds: float) -> None:
    assert speech_regions(quiet(seconds)) == ()


def test_noise_is_no_speech() -> None:
    noise = np.random.default_rng(1).normal(0, 300, 5 * 16000).astype(np.int16)
    assert speech_regions(Audio(noise)) == ()


@pytest.fixture(scope="module")
def talk(clip: Path) -> Audio:
    return decode_audio(clip / "clip.mp4")


def test_the_demo_is_spoken_where_its_truth_says(talk: Audio, truth: dict[str, list[dict[str, int]]]) -> None:
    whole = Span(0, talk.duration_ms)
    said = union(Span(u["start_ms"], u["end_ms"]).clipped(whole) for u in truth["utterances"])
    heard = speech_regions(talk)
    both = covered_ms(said) + covered_ms(heard) - covered_ms([*said, *heard])
    assert both > 0.9 * covered_ms(said)
    assert both > 0.8 * covered_ms(heard)


def test_a_faint_recording_is_heard_like_a_loud_one(talk: Audio) -> None:
    faint = Audio((talk.samples // 50).astype(np.int16))
    assert covered_ms(speech_regions(faint)) > 0.9 * covered_ms(speech_regions(talk))


def test_blocks_join_without_a_seam(talk: Audio, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vad, "_BLOCK_WINDOWS", 10_000)
    whole = speech_probabilities(talk)
    monkeypatch.setattr(vad, "_BLOCK_WINDOWS", 100)
    pieces = speech_probabilities(talk)
    assert np.abs(pieces - whole).mean() < 0.01
    assert ((pieces >= 0.5) == (whole >= 0.5)).mean() > 0.99


def test_blocks_of_silence_are_not_scanned_and_those_beside_them_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vad, "_BLOCK_WINDOWS", 100)
    scanned: list[int] = []

    def infer(session: object, block: np.ndarray) -> np.ndarray:
        scanned.append(len(block))
        return np.ones(len(block), np.float32)

    monkeypatch.setattr(vad, "_infer", infer)
    samples = np.zeros(300 * vad.WINDOW_SAMPLES, np.int16)
    samples[150 * vad.WINDOW_SAMPLES] = 500  # one click in the block in the middle
    samples[::1000] += 1  # dither in all of them
    found = speech_probabilities(Audio(samples))
    assert len(scanned) == 1
    assert not found[:100].any() and found[100:200].all() and not found[200:].any()


def test_a_faint_voice_is_no_silence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vad, "_infer", lambda session, block: np.ones(len(block), np.float32))
    faint = np.random.default_rng(1).integers(-3, 4, 16_000).astype(np.int16)  # -80 dBFS, raised by the gain
    assert speech_probabilities(Audio(faint)).all()


def test_progress_rises_to_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vad, "_BLOCK_WINDOWS", 1000)
    shares: list[float] = []
    speech_regions(quiet(70), progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) > 1


def test_a_missing_network_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vad, "NETWORK_FILE", "absent.onnx")
    with pytest.raises(WeightsError, match=r"absent\.onnx is not in the faster-whisper package"):
        speech_regions(quiet(1))
