"""A damaged document is told in one sentence by whatever reads it: `check`, `mux`, `sheet`, `concepts summary`, `index`."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.commands import concepts, mux, search, sheet
from pipeline.commands.check import check
from pipeline.errors import DocumentError, NotCaptioned
from tests.support.examples import examples
from tests.support.project import ROOT

# Of the demo's document, so much of each list that an example takes milliseconds.
_KEPT = 3
_PASSAGE = {"start_ms": 5000, "end_ms": 6000, "text": "door", "heard": "floor"}

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)


def real() -> dict[str, Any]:
    """A short piece of what a run wrote of the demo, with something in every list that is read."""
    return copy.deepcopy(_piece())


@cache
def _piece() -> dict[str, Any]:
    made: dict[str, Any] = json.loads((ROOT / "transcripts" / "demo.json").read_text("utf-8"))
    tagged = [u for u in made["utterances"] if u["concepts"]]
    made |= {"utterances": tagged[:_KEPT], "cues": made["cues"][:_KEPT]}
    made["alignment"]["heard_differently"] = [dict(_PASSAGE)]
    return made


@st.composite
def damaged(draw: st.DrawFn) -> dict[str, Any]:
    """The document with one value somewhere in it lost, or of another type."""
    made = real()
    table: Any = made
    while True:
        key = draw(st.sampled_from(sorted(table) if isinstance(table, dict) else range(len(table))))
        if not (isinstance(table[key], (dict, list)) and table[key]) or draw(st.booleans()):
            break
        table = table[key]
    if draw(st.booleans()):
        del table[key]
    else:
        table[key] = draw(JSON)
    return made


def consumers(folder: Path) -> list[Any]:
    path, media = folder / "talk.json", folder / "talk.mp4"

    def chapters() -> None:
        mux.ffmetadata(mux.transcript_of(media, folder).scenes)

    def contact_sheet() -> None:
        shown = mux.transcript_of(media, folder)
        sheet.page(shown.title, shown, [None] * len(shown.scenes))

    return [
        lambda: check([path], format="json"),
        lambda: check([folder / "talk.en.srt"]),
        chapters,
        contact_sheet,
        lambda: concepts.summary_of(path).as_json(),
        lambda: search.index(folder, rebuild=True),
    ]


def one_sentence(error: DocumentError, path: Path) -> bool:
    said = str(error)
    return said.startswith(str(path)) and "\n" not in said and bool(error.problem) and bool(error.remedy)


@given(damaged())
@settings(max_examples=examples(120), deadline=None)
def test_whatever_is_damaged_every_reader_works_or_says_so(tmp_path_factory, made):
    folder = tmp_path_factory.mktemp("damaged")
    (folder / "talk.json").write_text(json.dumps(made), "utf-8")
    (folder / "talk.en.srt").write_text("1\n00:00:05,000 --> 00:00:06,000\nHello.\n", "utf-8")
    for read in consumers(folder):
        try:
            read()
        except DocumentError as error:
            assert one_sentence(error, folder / "talk.json")


@pytest.mark.parametrize(
    "content",
    ["", "{", "[]", "null", '"x"', '{"schema": "vignette/1"}', '{"schema": "vignette/2"}', "[" * 100_000, "\udcff"],
)  # fmt: skip
def test_foreign_files_are_refused_by_all_in_the_same_words(tmp_path, content):
    path = tmp_path / "talk.json"
    path.write_bytes(content.encode("utf-8", "surrogateescape"))
    (tmp_path / "talk.en.srt").write_text("1\n00:00:05,000 --> 00:00:06,000\nHello.\n", "utf-8")
    own, beside, *rest, _ = consumers(tmp_path)
    said = set()
    for read in (own, *rest):
        with pytest.raises(DocumentError) as caught:
            read()
        assert one_sentence(caught.value, path)
        said.add((caught.value.where, caught.value.problem))
    assert len(said) == 1
    beside()  # a caption file is checked all the same, without those words
    text, status = search.index(tmp_path, rebuild=True)
    assert status == 1 and f"skipped: {path}: {said.pop()[1]}" in text


def test_one_damaged_transcript_does_not_hide_the_other_files(tmp_path):
    (tmp_path / "bad.json").write_text(json.dumps(real() | {"grade": None}), "utf-8")
    (tmp_path / "good.json").write_text(json.dumps(real()), "utf-8")
    bad, good = check([tmp_path / "bad.json", tmp_path / "good.json"]).reports
    assert [f.id for f in bad.findings] == ["unreadable"]
    assert "'grade' is missing or not text" in bad.findings[0].message
    assert good.rates.cues == _KEPT


def test_parts_without_a_title_or_an_end(tmp_path):
    path, made = tmp_path / "talk.json", real()
    del made["vignettes"][0]["title"]
    path.write_text(json.dumps(made), "utf-8")
    parts = mux.transcript_of(tmp_path / "talk.mp4", tmp_path).scenes
    assert parts[0].title == ""
    assert mux.ffmetadata(parts).startswith(";FFMETADATA1")
    del made["vignettes"][0]["end_ms"]
    path.write_text(json.dumps(made), "utf-8")
    with pytest.raises(DocumentError, match="vignette 1: 'end_ms' is not a whole number of milliseconds"):
        mux.transcript_of(tmp_path / "talk.mp4", tmp_path)


def test_what_was_never_captioned_is_told_apart_from_what_is_damaged(tmp_path):
    with pytest.raises(NotCaptioned, match="there is no transcript"):
        mux.transcript_of(tmp_path / "talk.mp4", tmp_path)
    with pytest.raises(DocumentError, match="cannot be read"):
        concepts.summary_of(tmp_path / "talk.json")


def test_the_counts_of_a_document_are_those_of_its_tags(tmp_path):
    path, made = tmp_path / "talk.json", real()
    path.write_text(json.dumps(made), "utf-8")
    counted = concepts.summary_of(path)
    tags = [tag["id"] for u in made["utterances"] for tag in u["concepts"]]
    assert dict(counted.total) == {tag: tags.count(tag) for tag in tags}
    titles = {part["id"]: part["title"] for part in made["vignettes"]}
    places = {(tag["id"], titles[u["vignette"]]) for u in made["utterances"] for tag in u["concepts"]}
    assert set(counted.by_part) == places
