"""Vocal tract length normalisation: the sequence of warps is the best of all, and features keep their shape."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.speech.aligner import acoustic_model, vtln
from pipeline.speech.aligner.features import cepstra
from tests.support.examples import examples

CHOICES = 3
FRAMES = CHOICES * vtln._STRIDE_FRAMES
likelihoods = st.lists(
    st.integers(-40, 40), min_size=len(vtln.WARPS) * CHOICES, max_size=len(vtln.WARPS) * CHOICES
)


def score(warps: tuple[int, ...], likelihood: np.ndarray, speech: list[bool]) -> float:
    """What a sequence gains, by the definition: likelihood less bias in speech, less the cost of every change."""
    total = 0.0
    for at, warp in enumerate(warps):
        if speech[at]:
            total += float(likelihood[warp, at] - vtln._BIAS_NATS[warp])
        if at and warp != warps[at - 1]:
            total -= vtln._CHANGE_NATS if speech[at] else vtln._CHANGE_IN_PAUSE_NATS
    return total


@given(likelihoods, st.lists(st.booleans(), min_size=CHOICES, max_size=CHOICES))
@settings(max_examples=examples(60), deadline=None)
def test_no_other_sequence_of_warps_gains_more(values: list[int], speech: list[bool]) -> None:
    likelihood = np.array(values, np.float32).reshape(len(vtln.WARPS), CHOICES)
    warps = vtln.BestWarps()
    warps.take(likelihood, np.repeat(speech, vtln._STRIDE_FRAMES))
    chosen = warps.settled(is_last=True)
    every = product(range(len(vtln.WARPS)), repeat=CHOICES)
    best = max(score(warps, likelihood, speech) for warps in every)
    assert len(chosen) == FRAMES
    assert score(tuple(chosen[:: vtln._STRIDE_FRAMES]), likelihood, speech) == pytest.approx(best, abs=1e-3)


@given(st.integers(0, 10_000), st.lists(st.integers(1, 30), min_size=1, max_size=6))
@settings(max_examples=examples(40), deadline=None)
def test_warps_settled_on_the_way_are_those_of_the_whole(seed: int, sizes: list[int]) -> None:
    rng, choices = np.random.default_rng(seed), sum(sizes)
    likelihood = rng.normal(0, 6, (len(vtln.WARPS), choices)).astype(np.float32)
    speech = np.repeat(rng.random(choices) < 0.7, vtln._STRIDE_FRAMES)
    whole, pieces = vtln.BestWarps(), vtln.BestWarps()
    whole.take(likelihood, speech)
    found, at = [], 0
    for size in sizes:
        own = slice(at * vtln._STRIDE_FRAMES, (at + size) * vtln._STRIDE_FRAMES)
        pieces.take(likelihood[:, at : at + size], speech[own])
        at += size
        found.append(pieces.settled(is_last=at == choices))
    assert np.array_equal(np.concatenate(found), whole.settled(is_last=True))


def test_the_likelihood_is_that_of_the_likeliest_gaussian() -> None:
    model = acoustic_model.load()
    frames = (
        np.random.default_rng(1)
        .normal(0, 1, (vtln._CHUNK_FRAMES + 7, acoustic_model.STREAM_SIZE))
        .astype(np.float32)
    )
    at = vtln._CHUNK_FRAMES + 3
    alone = np.concatenate([frames[at] ** 2, frames[at], [1]]) @ model.gaussians[0]
    assert vtln._likelihood(frames, model)[at] == pytest.approx(alone.max(), rel=1e-4)


@pytest.mark.parametrize("samples", [0, 409, 16_000])
def test_features_are_as_many_as_without_warping(samples: int) -> None:
    sound = np.random.default_rng(2).normal(0, 900, samples).astype(np.int16)
    found = vtln.features(sound, None, acoustic_model.load())
    assert len(found) == len(cepstra(sound)[0])
    assert np.isfinite(found[:]).all()


@given(st.lists(st.booleans(), max_size=60), st.integers(0, 3))
def test_every_choice_in_speech_is_heard_or_has_a_neighbour_that_is(speech: list[bool], more: int) -> None:
    choices = len(speech) + more
    heard = set(vtln._heard_choices(np.repeat(speech, vtln._STRIDE_FRAMES).astype(bool), choices).tolist())
    wanted = {at - at % vtln._CHOICES_ALIKE for at, spoken in enumerate(speech) if spoken}
    assert heard == wanted
    assert all(0 <= at < choices for at in heard)


def test_without_known_speech_every_choice_counts() -> None:
    assert vtln._heard_choices(None, 5).tolist() == [*range(0, 5, vtln._CHOICES_ALIKE)]


def test_silence_sways_no_choice(monkeypatch: pytest.MonkeyPatch) -> None:
    looked_at: list[int] = []

    def likelihood(frames: np.ndarray, model: object) -> np.ndarray:
        looked_at.append(len(frames))
        return np.zeros(len(frames), np.float32)

    monkeypatch.setattr(vtln, "_likelihood", likelihood)
    sound = np.random.default_rng(2).normal(0, 900, 16_000).astype(np.int16)
    nobody = np.zeros(98, bool)
    vtln.features(sound, nobody, acoustic_model.load())
    assert set(looked_at) == {0}
