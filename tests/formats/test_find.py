"""The subtitles beside a recording: which files, in which order, and never our own."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from pipeline.formats.markup import ORIGIN
from pipeline.formats.readers.find import find_subtitles

IN_ORDER = (
    "talk.en.srt", "talk.en.VTT", "talk.en.ass", "talk.en.ssa", "talk.en-gb.vtt", "talk.en-US.srt",
    "talk.SRT", "talk.vtt", "talk.ass", "talk.en.txt", "talk.en.docx", "talk.txt", "talk.docx",
)  # fmt: skip
OTHERS = (
    "talk.mp4", "talk.toml", "talk.de.srt", "talk.draft.en.srt", "talk.en.chapters.vtt", "talk.edits.jsonl",
    "talking.srt", "other.en.srt", "talk2.en.srt", "talk.en-US.forced.srt", "talk.en.json",
)  # fmt: skip


def _names(found: list[Path]) -> list[str]:
    return [p.name for p in found]


def test_order(tmp_path: Path) -> None:
    for name in (*reversed(IN_ORDER), *OTHERS):
        (tmp_path / name).write_text("text")
    assert _names(find_subtitles(tmp_path / "talk.mp4")) == list(IN_ORDER)


def test_another_language(tmp_path: Path) -> None:
    for name in ("talk.en.srt", "talk.de.srt", "talk.de-AT.srt", "talk.srt"):
        (tmp_path / name).write_text("text")
    assert _names(find_subtitles(tmp_path / "talk.mp4", "de")) == [
        "talk.de.srt",
        "talk.de-AT.srt",
        "talk.srt",
    ]


@pytest.mark.parametrize("name", ["a 'talk' [1]", "-talk", "talk.part.1", "🙂", "t*lk"])
def test_odd_names(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.en.srt").write_text("text")
    (tmp_path / "talk.en.srt").write_text("text")
    assert _names(find_subtitles(tmp_path / f"{name}.mp4")) == [f"{name}.en.srt"]


def test_names_that_are_spelled_with_other_code_points(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    (tmp_path / f"{decomposed}.srt").write_text("text")
    assert len(find_subtitles(tmp_path / f"{composed}.mp4")) == 1


def test_what_we_wrote_is_not_what_was_brought(tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text("brought")
    (tmp_path / "talk.en.srt").write_text("written")
    (tmp_path / "talk.en.vtt").write_text(f"WEBVTT\n\nNOTE {ORIGIN}: machine text\n")
    assert _names(find_subtitles(tmp_path / "talk.mp4")) == ["talk.srt"]


def test_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "talk.en.srt").mkdir()
    assert find_subtitles(tmp_path / "talk.mp4") == []
    assert find_subtitles(tmp_path / "none" / "talk.mp4") == []
