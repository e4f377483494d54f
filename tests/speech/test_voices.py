"""From sound to voices: features, the reader of weights, the network's file, grouping and tracking."""

import io
import json
import math
import pickle
import struct
import zipfile
from collections import OrderedDict
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.errors import WeightsError
from pipeline.media.audio import Audio
from pipeline.speech.voices import (
    cepstra,
    clustering,
    download,
    embeddings,
    encoder_weights,
    fbank,
    ge2e,
    mel,
    onnx_file,
    scaling,
    torch_file,
    tracking,
)
from pipeline.speech.voices.cache import EmbeddingCache
from pipeline.speech.voices.onnx_file import Node
from pipeline.timing import Span
from tests.support.examples import examples
from tests.support.project import ROOT
from tests.support.speaker_makers import encoder

VECTORS = ROOT / "tests" / "data" / "speaker_vectors.json"
WEIGHTS = ROOT / "models" / encoder_weights.GE2E_FILE


def hum(pitch_hz, seconds=2.0, seed=0):
    """A buzz with overtones and a little noise: the same samples everywhere."""
    at = np.arange(int(16000 * seconds)) / 16000
    tones = sum(np.sin(2 * np.pi * pitch_hz * k * at) / k for k in range(1, 12))
    noise = np.random.default_rng(seed).normal(0, 0.01, len(at))
    return (0.1 * tones * (1 + 0.3 * np.sin(2 * np.pi * 4 * at)) + noise).astype(np.float32)


def recording(*pieces):
    return Audio((np.concatenate(pieces) * 32767).astype(np.int16))


# --- features ---------------------------------------------------------------------------------------------------


def test_a_frame_is_the_power_of_its_spectrum():
    samples = hum(140.0, 0.5)
    found = mel.power_mel(samples)
    assert found.shape == (1 + len(samples) // 160, 40)
    k = 20
    at = np.arange(400)
    frame = np.pad(samples.astype(float), 200)[160 * k : 160 * k + 400] * (
        0.5 - 0.5 * np.cos(2 * np.pi * at / 400)
    )
    spectrum = np.array([abs(np.sum(frame * np.exp(-2j * np.pi * b * at / 400))) ** 2 for b in range(201)])
    assert np.allclose(found[k], mel.filters() @ spectrum, rtol=1e-4)


def test_filters_have_unit_area_and_slaneys_centres():
    filters = mel.filters()
    assert filters.shape == (40, 201)
    area = filters.sum(axis=1) * 40  # bins are 40 Hz apart
    assert np.allclose(area[10:], 1, atol=0.2)
    # Up to 1 kHz the scale is linear, then logarithmic: mel(8000 Hz) = 15 + 27 ln 8 / ln 6.4.
    top = 15 + 27 * math.log(8) / math.log(6.4)
    centre_hz = top / 41 * 5 * 200 / 3
    assert abs(40 * filters[4].argmax() - centre_hz) <= 40


def test_an_empty_stretch_has_one_frame():
    assert mel.power_mel(np.zeros(0, np.float32)).shape == (1, 40)
    assert fbank.log_mel(np.zeros(0, np.float32)).shape == (1, 80)


def test_log_mels_are_loudest_where_the_tone_is():
    tone = np.sin(2 * np.pi * 1000 * np.arange(16000) / 16000).astype(np.float32)
    found = fbank.log_mel(tone)
    assert found.shape == (98, 80)
    centre = np.interp(
        1127 * math.log1p(1000 / 700),
        np.linspace(1127 * math.log1p(20 / 700), 1127 * math.log1p(8000 / 700), 82),
        np.arange(-1, 81),
    )
    assert abs(int(found[50].argmax()) - centre) <= 1


def test_cepstral_statistics_do_not_depend_on_loudness():
    quiet = np.stack([mel.power_mel(hum(140.0))[:160]])
    assert np.allclose(cepstra.statistics(quiet), cepstra.statistics(quiet * 4), atol=1e-2)
    other = np.stack([mel.power_mel(hum(260.0))[:160]])
    assert np.abs(cepstra.statistics(quiet) - cepstra.statistics(other)).max() > 0.2


# --- weights ----------------------------------------------------------------------------------------------------


class Storage:
    """Stands for a storage when a file of the old kind is written by hand."""

    def __init__(self, name, values):
        self.name, self.values = name, values


class _Pickler(pickle.Pickler):
    def persistent_id(self, value):
        if isinstance(value, Storage):
            return ("storage", FloatStorage, value.name, "cpu", len(value.values), None)
        return None


class FloatStorage:
    pass


FloatStorage.__module__, FloatStorage.__qualname__ = "torch", "FloatStorage"


def _rebuild_tensor_v2(*args):
    raise AssertionError


class Tensor:
    def __init__(self, storage, offset, shape, strides):
        self.parts = (storage, offset, shape, strides, False, OrderedDict())

    def __reduce__(self):
        return _rebuild_tensor_v2, self.parts


def torch_like(tree, storages, monkeypatch, broken=b""):
    """A checkpoint as PyTorch wrote them before 2020."""
    import sys
    import types

    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage, utils._rebuild_tensor_v2 = FloatStorage, _rebuild_tensor_v2
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    monkeypatch.setattr(_rebuild_tensor_v2, "__module__", "torch._utils")
    out = io.BytesIO()
    for value in (torch_file.MAGIC, 1001, {"little_endian": True}, tree, [s.name for s in storages]):
        _Pickler(out, 2).dump(value)
    for storage in storages:
        out.write(struct.pack("<q", len(storage.values)) + np.array(storage.values, "<f4").tobytes())
    return out.getvalue()[: -len(broken) or None] if broken else out.getvalue()


def test_tensors_are_read_with_their_strides(monkeypatch):
    numbers = Storage("a", list(range(12)))
    tree = OrderedDict(w=Tensor(numbers, 1, (2, 3), (1, 2)), step=7)
    found = torch_file.read(torch_like(tree, [numbers], monkeypatch))
    assert found["step"] == 7
    assert found["w"].tolist() == [[1, 3, 5], [2, 4, 6]]


def test_a_tensor_past_its_numbers_is_refused(monkeypatch):
    numbers = Storage("a", [1.0, 2.0])
    with pytest.raises(ValueError, match="past its numbers"):
        torch_file.read(torch_like({"w": Tensor(numbers, 0, (3,), (1,))}, [numbers], monkeypatch))
    with pytest.raises(ValueError, match="ends within"):
        torch_file.read(
            torch_like({"w": Tensor(numbers, 0, (2,), (1,))}, [numbers], monkeypatch, broken=b"....")
        )


class Attack:
    def __reduce__(self):
        return print, ("run",)


def test_a_pickle_that_wants_to_run_something_is_refused(monkeypatch, capsys):
    with pytest.raises(ValueError, match="do not need"):
        torch_file.read(torch_like({"w": Attack()}, [], monkeypatch))
    assert capsys.readouterr().out == ""


@given(st.binary(max_size=200))
def test_anything_else_is_no_such_file(data):
    with pytest.raises(ValueError):
        torch_file.read(data)


def test_a_wheel_with_other_weights_is_refused(tmp_path):
    wheel = tmp_path / "x.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(ge2e.MEMBER, b"other")
    with pytest.raises(ValueError, match="not the file that is known"):
        ge2e.from_wheel(wheel)
    wheel.write_bytes(b"no archive")
    with pytest.raises(ValueError, match="holds no speaker encoder"):
        ge2e.from_wheel(wheel)


def test_without_an_index_the_sentence_says_what_to_do(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(tmp_path))
    with pytest.raises(WeightsError, match="models fetch speakers"):
        download.fetch(tmp_path)
    assert not list(tmp_path.glob("*.onnx"))


# --- the network's file -----------------------------------------------------------------------------------------


def run(data, tmp_path, given):
    import onnxruntime

    path = tmp_path / "network.onnx"
    path.write_bytes(data)
    return onnxruntime.InferenceSession(str(path)).run(None, given)[0]


@settings(max_examples=examples(20), deadline=None)
@given(st.integers(1, 5), st.integers(1, 300), st.floats(-100, 100, width=32))
def test_a_written_network_computes(rows, columns, value):
    import onnxruntime

    weights = {"w": np.full((columns, 3), value, np.float32)}
    data = onnx_file.model(
        [Node("MatMul", ["x", "w"], ["y"])],
        weights,
        {"x": ("n", columns)},
        {"y": ("n", 3)},
        {"made": "for a test"},
    )
    session = onnxruntime.InferenceSession(data)
    assert session.get_modelmeta().custom_metadata_map == {"made": "for a test"}
    found = session.run(None, {"x": np.ones((rows, columns), np.float32)})[0]
    assert np.allclose(found, value * columns, rtol=1e-3, atol=1e-3)


def random_state(seed=3):
    rng = np.random.default_rng(seed)
    state = {}
    for layer in range(ge2e.LAYERS):
        inputs = mel.BANDS if layer == 0 else ge2e.SIZE
        for part, shape in (
            ("weight_ih", (1024, inputs)),
            ("weight_hh", (1024, 256)),
            ("bias_ih", (1024,)),
            ("bias_hh", (1024,)),
        ):
            state[f"lstm.{part}_l{layer}"] = rng.normal(0, 0.06, shape).astype(np.float32)
    state["linear.weight"] = rng.normal(0, 0.06, (256, 256)).astype(np.float32)
    state["linear.bias"] = rng.normal(0, 0.06, 256).astype(np.float32)
    return state


def by_hand(state, mels):
    """The encoder of these weights in numpy, gates in PyTorch's order, with weights rounded as the file rounds them."""
    state = {k: v.astype(np.float16).astype(np.float64) for k, v in state.items()}
    sequence = mels.astype(np.float64)
    for layer in range(ge2e.LAYERS):
        wi, wh, bi, bh = (
            state[f"lstm.{p}_l{layer}"] for p in ("weight_ih", "weight_hh", "bias_ih", "bias_hh")
        )
        h = c = np.zeros((len(sequence), 256))
        outputs = []
        for t in range(sequence.shape[1]):
            i, f, g, o = np.split(sequence[:, t] @ wi.T + h @ wh.T + bi + bh, 4, axis=1)
            c = c / (1 + np.exp(-f)) + np.tanh(g) / (1 + np.exp(-i))
            h = np.tanh(c) / (1 + np.exp(-o))
            outputs.append(h)
        sequence = np.stack(outputs, axis=1)
    e = np.maximum(h @ state["linear.weight"].T + state["linear.bias"], 0)
    return e / np.linalg.norm(e, axis=1, keepdims=True)


def test_the_encoder_computes_what_its_weights_say(tmp_path):
    state, mels = random_state(), np.abs(np.random.default_rng(0).normal(size=(3, 20, 40))).astype(np.float32)
    found = run(ge2e.as_onnx(state), tmp_path, {"mel": mels})
    assert np.allclose(found, by_hand(state, mels), atol=1e-5)


@pytest.mark.skipif(
    not WEIGHTS.is_file(),
    reason="GE2E was not fetched (vignette models fetch speakers, where CAM++ is not to be had)",
)
def test_vectors_are_the_stored_ones(tmp_path):
    """The stored vectors were computed with `by_hand` from the weights in the wheel."""
    (tmp_path / WEIGHTS.name).symlink_to(WEIGHTS)
    chosen = embeddings.choose([tmp_path])
    assert chosen.sure
    stored = json.loads(VECTORS.read_text(encoding="utf-8"))
    for pitch_hz, expected in stored.items():
        mels = mel.power_mel(hum(float(pitch_hz), 1.6))[:160]
        assert np.abs(chosen.vectors(mels[None])[0] - np.array(expected)).max() < 1e-4


def test_a_network_of_the_users_is_used(tmp_path):
    state = random_state()
    (tmp_path / encoder_weights.USER_FILE).write_bytes(ge2e.as_onnx(state))
    chosen = embeddings.choose([tmp_path / "none", tmp_path])
    assert chosen.identity.startswith("user ")
    assert chosen.trained is None
    (vectors,) = embeddings.embed(recording(hum(140.0, 3.2)), [Span(0, 3200)], chosen)
    assert vectors.shape == (2, 256)
    (tmp_path / encoder_weights.USER_FILE).write_bytes(b"nothing of the kind")
    with pytest.raises(WeightsError, match="remove it"):
        embeddings.choose([tmp_path])


def test_weights_that_are_damaged_are_told_when_they_are_used(tmp_path):
    (tmp_path / encoder_weights.GE2E_FILE).write_bytes(b"nothing of the kind")
    with pytest.raises(WeightsError, match="damaged"):
        embeddings.choose([tmp_path], loaded=True)
    with pytest.raises(WeightsError, match="damaged"):
        chosen = embeddings.choose([tmp_path])
        embeddings.embed(recording(hum(140.0, 3.2)), [Span(0, 3200)], chosen)


def test_a_network_with_another_input_is_refused(tmp_path):
    data = onnx_file.model([Node("Identity", ["x"], ["y"])], {}, {"x": ("n", 7)}, {"y": ("n", 7)})
    (tmp_path / encoder_weights.USER_FILE).write_bytes(data)
    with pytest.raises(WeightsError, match="not known"):
        embeddings.choose([tmp_path])


# --- listening ---------------------------------------------------------------------------------------------------


def test_a_passage_is_heard_through_its_windows_alone():
    audio = recording(hum(140.0, 4.0), hum(260.0, 4.0))
    chosen = embeddings.choose([])
    low, short, high = embeddings.embed(audio, [Span(0, 4000), Span(4000, 4500), Span(4000, 8000)], chosen)
    assert (len(low), len(short), len(high)) == (3, 1, 3)
    near = np.abs(short.mean(axis=0) - high.mean(axis=0)).mean()
    far = np.abs(short.mean(axis=0) - low.mean(axis=0)).mean()
    assert near < far


def test_what_was_heard_once_is_not_heard_again():
    listened = []

    def audio():
        listened.append(1)
        return recording(hum(140.0, 4.0))

    chosen, spans = embeddings.choose([]), [Span(0, 1600), Span(1600, 4000)]
    first = EmbeddingCache(chosen, audio)
    once = first.embed(spans)
    second = EmbeddingCache(chosen, audio, dict(first.used))
    again = second.embed(spans)
    assert len(listened) == 1
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert EmbeddingCache(chosen, None).embed(spans) == [None, None]


# --- grouping and tracking --------------------------------------------------------------------------------------

ROOM = encoder().trained
BAR = -20.0


def points(*counts, seed=5, apart=1.0):
    """Pieces of several voices in order: places, and whose each is."""
    rng = np.random.default_rng(seed)
    size = len(ROOM.between)
    centres = rng.normal(0, 2, (len(counts), size)) * apart
    owners = np.repeat(np.arange(len(counts)), counts)
    return (centres[owners] + rng.normal(0, 1, (len(owners), size))).astype(np.float32), owners


@pytest.mark.parametrize("counts", [(8,), (8, 8), (3, 9, 5, 12), (200, 150, 40, 7)])
def test_as_many_groups_as_voices(counts):
    places, owners = points(*counts)
    voices = clustering.cluster(places, np.ones(len(places), np.float32), ROOM, BAR)
    assert [set(owners[v.pieces]) for v in voices] == [{k} for k in range(len(counts))]
    assert sorted(k for v in voices for k in v.pieces) == list(range(len(places)))


def test_no_more_groups_than_wanted():
    places, _ = points(6, 6, 6)
    assert len(clustering.cluster(places, np.ones(18, np.float32), ROOM, BAR, most=2)) == 2
    assert (
        len(clustering.cluster(places, np.ones(18, np.float32), ROOM, BAR, most=2, sure_threshold=-60.0)) == 3
    )


def test_the_same_pieces_are_not_grouped_a_second_time(monkeypatch):
    places, _ = points(9, 9)
    given = (places, np.ones(18, np.float32), ROOM, BAR)
    plain, (first, known) = clustering.cluster(*given), clustering.cluster_again(*given, {})
    monkeypatch.setattr(clustering, "_merge", lambda *_: pytest.fail("they were grouped once more"))
    second, again = clustering.cluster_again(*given, known)
    assert again == known
    for one, two in zip(first, second, strict=True):
        assert one.pieces == two.pieces
        np.testing.assert_array_equal(one.total, two.total)
    assert [v.pieces for v in plain] == [v.pieces for v in first]
    for other in ((places * 1.0001, *given[1:]), (*given[:3], BAR - 1)):
        with pytest.raises(pytest.fail.Exception):
            clustering.cluster_again(*other, known)


def test_likeness_is_the_ratio_of_two_gaussians():
    """Against the densities themselves, written out for one direction."""
    room = scaling.Space(np.eye(1, dtype=np.float32), np.array([4.0], np.float32))
    one, other = (clustering.Voice([0], np.array([x], np.float32), 1.0) for x in (1.0, 3.0))
    variance, between = 1 + clustering.DRIFT_VARIANCE, 4.0

    def density(x, spread):
        return -0.5 * math.log(2 * math.pi * spread) - x * x / (2 * spread)

    apart = density(1.0, between + variance) + density(3.0, between + variance)
    total, difference = (1.0 + 3.0) / math.sqrt(2), (1.0 - 3.0) / math.sqrt(2)
    together = density(total, variance + 2 * between) + density(difference, variance)
    assert clustering.log_likelihood_ratio(one, other, room) == pytest.approx(together - apart, abs=1e-4)


def test_the_bar_falls_with_the_length_of_talk():
    bars = [clustering.merge_threshold(ms) for ms in (0, 60_000, 300_000, 600_000, 6_000_000)]
    assert bars == sorted(bars, reverse=True)
    assert bars[0] == bars[1] == clustering.THRESHOLD_SHORT
    assert bars[-1] == bars[-2] == clustering.THRESHOLD_LONG


def test_tracking_finds_the_best_path():
    """Against every path of a small case."""
    rng = np.random.default_rng(2)
    likely = rng.normal(0, 2, (5, 3)).astype(np.float32)
    change, stay = rng.uniform(0, 3, 5).astype(np.float32), np.zeros(5, np.float32)
    track = tracking.track(likely, np.ones_like(likely), change, stay)

    def score(path):
        steps = sum(change[k] + math.log(2) for k in range(1, 5) if path[k] != path[k - 1])
        return sum(likely[k, v] for k, v in enumerate(path)) - steps

    paths = [tuple(map(int, np.unravel_index(n, (3,) * 5))) for n in range(3**5)]
    assert tuple(track.voices) == max(paths, key=score)
    weights = {p: math.exp(score(p)) for p in paths}
    for k, voice in enumerate(track.voices):
        share = sum(w for p, w in weights.items() if p[k] == voice) / sum(weights.values())
        assert track.certainty[k] == pytest.approx(share, abs=1e-4)


def test_an_estimated_room_tells_two_voices_apart():
    rng = np.random.default_rng(4)
    spread = np.array([5.0, 1.0, 0.2, 1.0])
    centres = {0: np.array([0, 1, 0.6, 0]), 1: np.array([0, -1, -0.6, 0])}
    pieces = [(centres[k % 2] + rng.normal(0, 0.1, (6, 4)) * spread).astype(np.float32) for k in range(20)]
    room = scaling.estimated(pieces)
    means = np.array([p.mean(axis=0) for p in pieces], np.float32)
    placed = room.place(means, np.ones(20, np.float32))
    across = np.linalg.norm(placed[0::2].mean(axis=0) - placed[1::2].mean(axis=0))
    within = np.linalg.norm(placed[0::2] - placed[0::2].mean(axis=0), axis=1).max()
    assert across > 5 * within


def test_a_room_of_almost_nothing():
    one = [np.ones((1, 38), np.float32)]
    assert scaling.estimated(one).place(one[0], np.ones(1, np.float32)).shape == (1, 38)
    assert Path(ROOT / "models" / scaling.LDA_FILE).is_file()
