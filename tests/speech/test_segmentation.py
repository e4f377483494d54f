"""Speaker segmentation without its weights: what windows say of a recording, whichever numbers they give people."""

from __future__ import annotations

import itertools
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipeline.errors import WeightsError
from pipeline.media.audio import Audio
from pipeline.speech import local_speakers, segmentation, segmentation_weights
from pipeline.speech.segmentation import CLASSES, FRAMES, HOP_SAMPLES, WINDOW_SAMPLES, Segmented
from pipeline.timing import SAMPLES_PER_MS, Span, covered_ms

FRAME_MS = segmentation.FRAME_SAMPLES / SAMPLES_PER_MS
ORDERS = list(itertools.permutations(range(3)))
Truth = list[tuple[Span, int]]


def windows_of(truth: Truth, duration_ms: int, orders: list[tuple[int, ...]]) -> Segmented:
    """What a network that is always right says of up to three people, whom each window numbers in another order."""
    count = 1 + max(0, -(-(duration_ms * SAMPLES_PER_MS - WINDOW_SAMPLES) // HOP_SAMPLES))
    windows = np.zeros((count, FRAMES, len(CLASSES)), np.float32)
    for k in range(count):
        order = orders[k % len(orders)]
        first_ms = (k * HOP_SAMPLES + segmentation.FIELD_SAMPLES / 2) / SAMPLES_PER_MS
        at_ms = first_ms + np.arange(FRAMES) * FRAME_MS
        speaks = np.zeros((3, FRAMES), bool)
        for span, who in truth:
            speaks[order[who]] |= (at_ms >= span.start_ms) & (at_ms < span.end_ms)
        for number, those in enumerate(CLASSES):
            windows[k, (speaks == [[n in those] for n in range(3)]).all(axis=0), number] = 1.0
    return Segmented(windows, duration_ms)


TALK: Truth = [
    (Span(1000, 4000), 0), (Span(3000, 7000), 1), (Span(8000, 12_000), 2), (Span(11_000, 14_000), 0), (Span(17_000, 20_000), 1),
]  # fmt: skip


def near(found: Span, wanted: Span, within_ms: int = 30) -> bool:
    edges = zip((found.start_ms, found.end_ms), (wanted.start_ms, wanted.end_ms), strict=True)
    return all(abs(a - b) <= within_ms for a, b in edges)


def test_speech_is_when_anybody_speaks() -> None:
    found = local_speakers.speech(windows_of(TALK, 21_000, ORDERS))
    pad = local_speakers.SPEECH_PAD_MS
    wanted = [Span(1000, 7000), Span(8000, 14_000), Span(17_000, 20_000)]
    assert len(found) == 3
    assert all(near(f, Span(w.start_ms - pad, w.end_ms + pad)) for f, w in zip(found, wanted, strict=True))


def test_two_who_cross_are_known_by_when_they_are_alone() -> None:
    first, second = local_speakers.crossings(windows_of(TALK, 21_000, ORDERS))
    pad = local_speakers.OVERLAP_PAD_MS
    assert near(first.span, Span(3000 - pad, 4000 + pad)) and near(
        second.span, Span(11_000 - pad, 12_000 + pad)
    )
    assert near(first.one[0], Span(1000, 3000)) and near(first.other[0], Span(4000, 7000))
    assert near(second.one[0], Span(8000, 11_000)) and near(second.other[-1], Span(12_000, 14_000))


@given(st.data())
def test_the_numbers_that_a_window_gives_to_people_say_nothing(data: st.DataObject) -> None:
    spans = st.tuples(st.integers(0, 20_000), st.integers(200, 5000), st.integers(0, 2))
    truth = [(Span(a, a + b), who) for a, b, who in data.draw(st.lists(spans, max_size=6))]
    # The network has no class for three at once: whom of them it names is its own affair.
    assume(all(len({who for s, who in truth if s.overlap_ms(t)}) < 3 for t, _ in truth))
    orders = data.draw(st.lists(st.sampled_from(ORDERS), min_size=4, max_size=4))
    plain, mixed = (windows_of(truth, 22_000, given) for given in ([ORDERS[0]], orders))
    assert local_speakers.speech(mixed) == local_speakers.speech(plain)
    assert local_speakers.crossings(mixed) == local_speakers.crossings(plain)


@given(st.integers(0, 40_000), st.integers(0, 2**32 - 1))
def test_whatever_a_network_says_lies_inside_the_recording(duration_ms: int, seed: int) -> None:
    count = 1 + max(0, -(-(duration_ms * SAMPLES_PER_MS - WINDOW_SAMPLES) // HOP_SAMPLES))
    rough = np.random.default_rng(seed).dirichlet(np.full(len(CLASSES), 0.2), (count, FRAMES // 40 + 1))
    windows = np.repeat(rough, 40, axis=1)[:, :FRAMES].astype(np.float32)
    found = Segmented(windows, duration_ms)
    crossings = local_speakers.crossings(found)
    spans = [*local_speakers.speech(found), *(s for c in crossings for s in (c.span, *c.one, *c.other))]
    assert all(0 <= s.start_ms < s.end_ms <= duration_ms for s in spans)
    assert covered_ms(local_speakers.speech(found)) == sum(
        s.duration_ms for s in local_speakers.speech(found)
    )


class FakeSession:
    """A session of the network's shapes that hears one person wherever a window is loud."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, ...]] = []

    def get_inputs(self) -> list[SimpleNamespace]:
        return [SimpleNamespace(name="input")]

    def run(self, _: None, given: dict[str, np.ndarray]) -> list[np.ndarray]:
        windows = given["input"]
        self.asked.append(windows.shape)
        starts = np.arange(FRAMES) * segmentation.FRAME_SAMPLES + segmentation.FIELD_SAMPLES // 2
        loud = np.abs(windows[:, 0, starts]) > 0.1
        answers = np.full((len(windows), FRAMES, len(CLASSES)), 1e-6)
        answers[:, :, 0], answers[:, :, 1] = np.where(loud, 1e-6, 1 - 6e-6), np.where(loud, 1 - 6e-6, 1e-6)
        return [np.log(answers)]


def test_a_recording_is_heard_window_by_window_and_silence_not_at_all() -> None:
    samples = np.zeros(30 * 16_000, np.int16)
    samples[16_000 : 3 * 16_000] = 20_000
    session = FakeSession()
    found = segmentation.scan(Audio(samples), segmentation.network_of(session))
    assert session.asked == [(1, 1, WINDOW_SAMPLES)]
    assert found.windows.shape == (5, FRAMES, 7)
    assert len(spans := local_speakers.speech(found)) == 1
    assert near(spans[0], Span(1000 - local_speakers.SPEECH_PAD_MS, 3000 + local_speakers.SPEECH_PAD_MS))


def test_many_windows_are_heard_together_each_as_if_alone() -> None:
    samples = np.zeros(70 * 16_000, np.int16)
    for at_s in (
        2,
        31,
        48,
        49,
        66,
    ):  # silence between them, so that the batches hold windows from here and there
        samples[at_s * 16_000 : (at_s + 1) * 16_000] = 20_000
    session, alone = FakeSession(), segmentation.network_of(FakeSession())
    found = segmentation.scan(Audio(samples), segmentation.network_of(session))
    assert len(session.asked) < sum(s[0] for s in session.asked)
    for k, window in enumerate(found.windows):
        piece = samples[k * segmentation.HOP_SAMPLES :][:WINDOW_SAMPLES] * segmentation.INT16_SCALE
        assert np.allclose(window, alone(np.pad(piece, (0, WINDOW_SAMPLES - len(piece)))[None])[0], atol=1e-5)


def test_without_the_network_nothing_is_told(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("VIGNETTE_MODELS", str(tmp_path))
    assert segmentation.installed() is None
    assert (
        segmentation_weights.identity() == ""
        and segmentation_weights.reads() == {}
        and segmentation_weights.folder() is None
    )


def test_a_damaged_network_is_refused(tmp_path, monkeypatch) -> None:
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / segmentation_weights.FILE).write_bytes(b"no network")
    monkeypatch.chdir(tmp_path)
    assert segmentation_weights.reads() == {"segmentation": segmentation_weights.IDENTITY}
    with pytest.raises(WeightsError, match="is damaged"):
        segmentation.installed()
