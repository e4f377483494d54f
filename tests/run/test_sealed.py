"""Sealed JSON: every changed bit is seen."""

import json
import random

import pytest

from pipeline.run.sealed import Damaged, holds, opened, sealed
from pipeline.run.store import DAMAGED, Store
from pipeline.timing import Span
from pipeline.transcript import Heard, TextSource, TimeSource, Token

HEARD = Heard(
    "sphinx", "en-us", True,
    (Token("Café — well,", Span(10, 250), 0.7, text_source=TextSource.SPHINX, time_source=TimeSource.RECOGNIZED),),
    (Span(0, 900),), ("a note",),
)  # fmt: skip
READS = {"version": 1, "media": "ab", "names": ["Ann"]}


@pytest.mark.parametrize("value", [{}, {"a": 1}, {"a": {"sha256": "x"}, "b": "Ünïcode\n"}])
def test_what_is_sealed_is_opened(value):
    assert opened(sealed(value).encode()) == (value, True)
    assert opened(json.dumps(value).encode()) == (value, False)


@pytest.mark.parametrize("data", [b"", b"{", b"[]", b"null", b'{"sha256":"', b"\xff\xfe", b"[" * 100_000])
def test_anything_else_is_damaged(data):
    with pytest.raises(Damaged):
        opened(data)


@pytest.fixture
def store(tmp_path):
    made = Store.of(tmp_path, "talk")
    made.save("transcribe", Heard, READS, HEARD)
    return made


def test_no_flipped_bit_of_an_artefact_is_taken(store):
    path = store.folder / "transcribe.json"
    whole = path.read_bytes()
    assert store.load("transcribe", Heard, READS).result == HEARD
    for at in range(len(whole)):
        for bit in range(8):
            data = bytearray(whole)
            data[at] ^= 1 << bit
            path.write_bytes(data)
            found = store.load("transcribe", Heard, READS)
            assert found.result is None, (at, bit, bytes(data[max(0, at - 9) : at + 9]))
            assert found.reason == DAMAGED


def test_cut_and_mixed_artefacts_are_not_taken(store):
    path = store.folder / "transcribe.json"
    whole = path.read_bytes()
    choose = random.Random(7)
    for data in (
        *(whole[: choose.randrange(len(whole))] for _ in range(30)),
        whole + b" ",
        whole[:200] + bytes(40) + whole[240:],
        bytes(len(whole)),
        sealed({"stage": "align", "reads": READS, "result": {}}).encode(),
        sealed({"stage": "transcribe", "reads": READS, "result": {}, "more": 1}).encode(),
    ):
        path.write_bytes(data)
        assert store.load("transcribe", Heard, READS).reason == DAMAGED


def unsealed(store, change=lambda payload: payload):
    """The artefact as version 0.1 wrote it."""
    payload, _ = opened((store.folder / "transcribe.json").read_bytes())
    text = json.dumps(change(payload), ensure_ascii=False, separators=(",", ":"))
    (store.folder / "transcribe.json").write_text(text, "utf-8")


def test_an_artefact_without_seal_is_read(store):
    unsealed(store)
    assert store.load("transcribe", Heard, READS).result == HEARD


def test_a_name_that_nobody_knows_is_damage_there(store):
    def misspelt(payload):
        result = payload["result"]
        result["notds"] = result.pop("notes")  # left out, it would be empty
        return payload

    unsealed(store, misspelt)
    assert store.load("transcribe", Heard, READS).reason == DAMAGED


def test_holds_knows_what_was_added_since_from_what_was_lost():
    assert holds({"a": 1, "new": 0}, {"a": 1})
    assert holds([{"a": 1, "new": 0}], [{"a": 1}])
    assert not holds({"a": 1}, {"a": 1, "b": 2})
    assert not holds([1], [1, 2])
    assert not holds(1, 2)
    assert not holds([], {})
