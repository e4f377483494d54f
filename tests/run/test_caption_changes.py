"""Captions of two transcripts compared: each that differs once, and in what."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.run.caption_changes import Shown, caption_changes, counts, shown_in, summary

OLD = (
    Shown(0, 1000, "Good evening.", "Priya"),
    Shown(1200, 2600, "Shall we\nbegin?", "Priya"),
    Shown(3000, 4200, "I would rather not.", "Tom"),
    Shown(4400, 6000, "Nobody has to.", "Priya"),
)


def with_(index, **changes):
    from dataclasses import replace

    return tuple(replace(s, **changes) if k == index else s for k, s in enumerate(OLD))


@pytest.mark.parametrize(
    ("new", "what"),
    [(OLD, []), (with_(1, start_ms=1300), [("time",)]), (with_(2, speaker="Ruth"), [("speaker",)]),
     (with_(2, text="I would rather go."), [("text",)]), (with_(1, text="Shall we begin?"), [("text",)]),
     (with_(2, text="I would not.", end_ms=4300, speaker=""), [("text", "time", "speaker")]),
     (OLD[:2] + OLD[3:], [("removed",)]), (OLD[1:], [("removed",)]),
     ((*OLD, Shown(7000, 8000, "Well.", "Tom")), [("added",)]), ((), [("removed",)] * 4)],
)  # fmt: skip
def test_what_differs_is_named(new, what):
    assert [c.what for c in caption_changes(OLD, new)] == what


def test_a_caption_that_was_divided_is_one_that_reads_otherwise_and_one_more():
    new = (
        OLD[0],
        OLD[1],
        Shown(3000, 3500, "I would", "Tom"),
        Shown(3500, 4200, "rather not.", "Tom"),
        OLD[3],
    )
    found = caption_changes(OLD, new)
    assert {c.what for c in found} == {("text", "time"), ("added",)}
    assert {c.before for c in found} == {OLD[2], None}


def test_captions_pair_by_their_words_though_all_about_them_is_new():
    new = (Shown(0, 900, "Hello.", ""), OLD[0], Shown(3000, 4200, "I would rather sing.", "Tom"), OLD[3])
    changes = {c.what: c for c in caption_changes(OLD, new)}
    assert changes["text",].after == new[2]
    assert ("added",) in changes and ("removed",) in changes


def test_a_change_is_told_in_a_line():
    (change,) = caption_changes(OLD, with_(1, text="Shall we start?", end_ms=2700))
    assert (
        str(change)
        == '    0:01  text, time: "Shall we / begin?" -> "Shall we start?"; 0:01.200-0:02.600 -> 0:01.200-0:02.700'
    )
    assert summary((change,)) == "1 in text, 1 in time"
    assert json.loads(json.dumps(change.as_json()))["before"]["speaker"] == "Priya"


@pytest.mark.parametrize(
    "data", [b"", b"[]", b"{}", b'{"speakers": 3, "cues": []}', b'{"speakers": [], "cues": [{}]}', b"\xff"]
)
def test_what_is_no_document_has_no_captions_to_compare(data):
    assert shown_in(data) is None


def test_captions_of_a_document_bear_the_names_of_those_who_speak():
    document = {"speakers": [{"id": "s1", "name": "Tom"}],
                "cues": [{"speaker": "s1", "start_ms": 1, "end_ms": 2, "lines": ["a", "b"]},
                         {"speaker": None, "start_ms": 3, "end_ms": 4, "lines": ["c"]}]}  # fmt: skip
    assert shown_in(json.dumps(document).encode()) == (Shown(1, 2, "a\nb", "Tom"), Shown(3, 4, "c", ""))


CAPTIONS = st.lists(
    st.builds(
        Shown, st.integers(0, 9).map(lambda n: 1000 * n), st.integers(10, 19).map(lambda n: 1000 * n),
        st.sampled_from(["a b", "b c", "c", "d e f"]), st.sampled_from(["", "Tom"]),
    ),
    max_size=6,
)  # fmt: skip


@given(CAPTIONS, CAPTIONS)
def test_every_caption_is_told_once_at_most_and_what_is_not_told_is_the_same(before, after):
    found = caption_changes(before, after)
    assert len(before) - counts(found)["removed"] == len(after) - counts(found)["added"]
    old, new = [id(c.before) for c in found if c.before], [id(c.after) for c in found if c.after]
    assert len(set(old)) == len(old) and len(set(new)) == len(new)
    assert (found == ()) == (before == after)
