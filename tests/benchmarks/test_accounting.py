"""The account of words: what is kept, named, shown again or lost is told apart, by counts that are not ours."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from benchmarks.accounting import Account, account, material, table
from pipeline.formats.readers import srt

DATA = os.environ.get("VIGNETTE_DATA")


def _account(folder: Path, name: str, text: str) -> Account:
    path = folder / name
    path.write_text(text, "utf-8")
    return account(path)


def test_a_sound_file_is_kept_whole(tmp_path: Path) -> None:
    found = _account(
        tmp_path, "x.srt", "1\n00:00:01,000 --> 00:00:02,000\nROSA: <i>We</i> met &amp; [door closes]\n40\n"
    )
    assert (found.given, found.kept, found.named, found.lost) == (5, 5, 0, ())


def test_text_that_rolls_is_shown_again_and_not_lost(tmp_path: Path) -> None:
    lines = ("we met", "we talked", "they left", "alone")
    text = "".join(
        f"{n}\n00:00:0{n},000 --> 00:00:0{n + 1},000\n" + "\n".join(lines[max(0, n - 2) : n]) + "\n\n"
        for n in range(1, 5)
    )
    found = _account(tmp_path, "x.srt", text)
    assert (found.given, found.kept, found.shown_again, found.lost) == (13, 7, 6, ())


def test_what_is_left_out_and_told_is_named(tmp_path: Path) -> None:
    found = _account(tmp_path, "x.srt", "made by Rosa\n\n1\n00:00:01,000 --> 00:00:02,000\nWe met.\n")
    assert (found.given, found.kept, found.named, found.lost) == (5, 2, 3, ())


def test_what_is_left_out_in_silence_is_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A reader that drops a cue without a word about it."""
    parse = srt.parse
    monkeypatch.setattr(srt, "parse", lambda *a, **k: (parse(*a, **k)[0][:1], []))
    text = "1\n00:00:01,000 --> 00:00:02,000\nWe met.\n\n2\n00:00:03,000 --> 00:00:04,000\nNobody came.\n"
    found = _account(tmp_path, "silent.srt", text)
    assert sorted(found.lost) == ["came", "nobody"]
    assert "lost" in "\n".join(table([found], tmp_path))


def test_a_refused_file_is_told_with_its_reason(tmp_path: Path) -> None:
    found = _account(tmp_path, "x.srt", "Nothing here.\n")
    assert found.refused.startswith("holds no line like")
    assert "x.srt: refused, holds no line" in list(table([found], tmp_path))[1]


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder of other projects' files")
def test_no_word_of_other_projects_subtitles_is_lost_in_silence() -> None:
    for name in ("pysubs2", "webvtt", "docx"):
        pytest.importorskip(name, reason=f"{name} is not installed")
    files = material(Path(DATA or ""))
    assert len(files) > 100
    assert [(one.path.name, one.lost) for one in map(account, files) if one.lost] == []
