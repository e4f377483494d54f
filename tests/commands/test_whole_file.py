"""A file that is out of sync as a whole is one error that says how, whichever witness there is; single captions make none."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.audit import Report, Severity
from pipeline.commands import whole_file
from pipeline.commands.check import check
from pipeline.commands.fix import propose
from pipeline.commands.recording import Evidence, evidence_of
from pipeline.errors import SubtitlesError
from pipeline.profiles import PROFILES
from pipeline.timing import format_timecode, parse_timecode
from tests.support.project import MEDIA, ROOT

CAPTIONS = ROOT / "transcripts" / "demo.en.srt"
FILM = MEDIA / "demo.mp4"
CUT_AT_MS, CUT_MS = 90_000, 20_000
Change = Callable[[int, int], float]
"""Gives a new time, in milliseconds, for an old one in the caption of a number."""


@pytest.fixture(autouse=True)
def elsewhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A folder of one's own: beside the demo's own transcript its words would be evidence too."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
def film() -> Evidence:
    return evidence_of(FILM)


def changed(folder: Path, change: Change, name: str = "captions.srt") -> Path:
    """The demo's captions with other times."""
    number = 0

    def moved(match: re.Match[str]) -> str:
        nonlocal number
        number += 1
        times = (max(0, round(change(number, parse_timecode(text)))) for text in match.groups())
        return " --> ".join(format_timecode(ms, ",") for ms in times)

    text = CAPTIONS.read_text("utf-8")
    path = folder / name
    path.write_text(re.sub(r"(\d\S+) --> (\d\S+)", moved, text), "utf-8")
    return path


def late(by_ms: int) -> Change:
    return lambda _, ms: ms + by_ms


def faster(speed: float) -> Change:
    return lambda _, ms: ms * speed


def cut(_: int, ms: int) -> int:
    """As for a film out of which `CUT_MS` were taken."""
    return ms + CUT_MS * (ms >= CUT_AT_MS)


def report_of(path: Path, film: Evidence, listen: bool = False) -> Report:
    audio = film.audio if listen else None
    (report,) = check([path], facts=film.facts, media=FILM, audio=audio).reports
    return report


def headlines(report: Report) -> list[str]:
    return [f.message for f in report.open if f.id == "out-of-sync"]


@pytest.mark.parametrize("by_ms", [600, 1200, 7350, -2000, 61_000])
def test_a_whole_file_late_or_early_is_one_error(by_ms: int, film: Evidence, tmp_path: Path) -> None:
    path = changed(tmp_path, late(by_ms))
    report = report_of(path, film)
    (told,) = headlines(report)
    found = re.match(r"The whole file is (\d+\.\d\d) s (late|early)\.", told)
    assert found
    assert abs(float(found[1]) * 1000 - abs(by_ms)) <= 150
    assert found[2] == ("late" if by_ms > 0 else "early")
    assert f"vignette align {FILM} {path} -o {tmp_path / 'captions.timed.srt'}" in told
    assert not {"sync-late", "sync-early", "uncaptioned-speech", "past-end"} & {f.id for f in report.open}


@pytest.mark.parametrize(
    ("speed", "says"),
    [(25 / 24, "24 frames a second where 25"), (25 / 23.976, "23.976 frames a second where 25"), (0.96, "25 frames")],
)  # fmt: skip
def test_another_speed_is_told_with_its_frame_rates(
    speed: float, says: str, film: Evidence, tmp_path: Path
) -> None:
    (told,) = headlines(report_of(changed(tmp_path, faster(speed)), film))
    assert f"runs at {speed:.4f} times the speed of the sound" in told
    assert says in told


def test_a_cut_is_found_by_the_words(film: Evidence, tmp_path: Path) -> None:
    (told,) = headlines(report_of(changed(tmp_path, cut), film, listen=True))
    assert told.startswith("20.00 s are missing from the video at 1:3")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (late(1200), "1.20 s late"),
        (late(-900), "0.90 s early"),
        (faster(1.04), "1.0400 times the speed"),
        (cut, "20.00 s are missing"),
    ],
)
def test_a_transcript_beside_tells_it_without_the_recording(
    change: Change, says: str, tmp_path: Path
) -> None:
    shutil.copy(ROOT / "transcripts" / "demo.json", tmp_path / "demo.json")
    (report,) = check([changed(tmp_path, change, "demo.en.srt")]).reports
    (told,) = headlines(report)
    assert says in told
    assert "vignette align MEDIA " in told


@pytest.mark.parametrize(
    "change",
    [
        late(0),
        late(150),
        lambda number, ms: ms + 1800 * (number == 1),
        lambda number, ms: ms - 1200 * (number in (5, 30)),
        lambda number, ms: ms + (number % 5 - 2) * 120,
    ],
    ids=["in sync", "a little late", "the first alone", "two alone", "jitter"],
)
def test_single_captions_make_no_headline(change: Change, film: Evidence, tmp_path: Path) -> None:
    assert not headlines(report_of(changed(tmp_path, change), film))


def test_a_single_caption_is_late_by_what_the_others_are_not(film: Evidence, tmp_path: Path) -> None:
    report = report_of(changed(tmp_path, lambda number, ms: ms + 5000 + 1500 * (number == 6)), film)
    assert len(headlines(report)) == 1
    (single,) = [f for f in report.open if f.id == "sync-late"]
    assert single.cue_index == 6
    assert isinstance(single.measured, int)
    assert abs(single.measured - 1500) < 300


def test_nothing_is_mended_before_the_file_is_in_sync(film: Evidence, tmp_path: Path) -> None:
    path = changed(tmp_path, late(7350))
    with pytest.raises(SubtitlesError, match=r"before it is in sync.*late - time it first: vignette align"):
        propose(path, [PROFILES["training"]], film.facts, FILM)
    assert propose(changed(tmp_path, late(0)), [PROFILES["training"]], film.facts, FILM)


def test_the_error_stands_first_in_the_report(film: Evidence, tmp_path: Path) -> None:
    checked = check([changed(tmp_path, late(3000))], facts=film.facts, media=FILM)
    first = next(line for line in checked.text.splitlines() if line.startswith("  error"))
    assert "out-of-sync" in first
    assert checked.exit_status == 1
    assert checked.reports[0].count(Severity.ERROR) == 1


def test_nothing_is_said_of_a_recording_without_speech(film: Evidence, tmp_path: Path) -> None:
    silent = replace(film.facts, speech=())
    (report,) = check([changed(tmp_path, late(3000))], facts=silent, media=FILM, audio=film.audio).reports
    assert not headlines(report)


def test_the_command_can_be_pasted(tmp_path: Path) -> None:
    command = whole_file.align_command(Path("my talk.srt"), Path("my talk.mp4"))
    assert command == "vignette align 'my talk.mp4' 'my talk.srt' -o 'my talk.timed.srt'"
