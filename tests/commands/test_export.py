"""`vignette export` and `vignette formats`: names however they are given, nothing overwritten, every refusal one sentence."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from pipeline.formats.writers.exports import FORMATS
from tests.support.project import ROOT, Project, new_project
from tests.support.told_documents import Says, as_json


@pytest.fixture
def project(tmp_path: Path) -> Project:
    made = new_project(tmp_path)
    made.out.mkdir(exist_ok=True)
    made.media.mkdir(exist_ok=True)
    shutil.copy(ROOT / "transcripts" / "demo.json", made.out)
    return made


@pytest.mark.parametrize("name", ["demo", "demo.mp4", "media/demo.mp4", "demo.json", "transcripts/demo.json"])
def test_a_transcript_is_found_by_whatever_names_it(project: Project, name: str) -> None:
    done = project.quick("export", name, "--to", "csv", "--json")
    assert done.status == 0, done.err
    assert [f["file"] for f in done.json["files"]] == ["transcripts/demo.utterances.csv"]


@pytest.mark.parametrize("format", FORMATS)
def test_every_format_is_written_with_what_it_does_not_hold(project: Project, format: str) -> None:
    done = project.quick("export", "demo", "--to", format)
    assert done.status == 0, done.err
    written, *notes = done.out.splitlines()
    assert (project.folder / written).stat().st_size > 100
    assert f"{format} does not hold" in notes[0]


def test_other_names_of_formats_and_another_place(project: Project) -> None:
    for name in ("IMSC", "ELAN", ".docx", "praat"):
        assert project.quick("export", "demo", "--to", name, "-o", f"{name.strip('.')}.out").status == 0


@pytest.mark.parametrize(
    ("args", "status", "said"),
    [
        (("demo", "--to", "stl"), 2, "there is no format 'stl' - choose from ttml"),
        (("nobody", "--to", "ass"), 1, "there is no transcript of it in transcripts"),
        (("media", "--to", "ass"), 2, "is a folder"),
        (("gone.json", "--to", "ass"), 1, "does not exist"),
        (("broken.json", "--to", "ass"), 1, "is not valid JSON"),
        (("demo", "demo2", "--to", "ass", "-o", "x.ass"), 2, "-o names one file"),
        (("demo", "--to", "ass", "-o", "nowhere/x.ass"), 1, "there is no folder"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    project: Project, args: tuple[str, ...], status: int, said: str
) -> None:
    (project.folder / "broken.json").write_text('{"schema": "vignette/1", ')
    done = project.quick("export", *args)
    assert (done.status, done.out) == (status, "")
    assert said in done.err
    assert done.err.count("\n") == 1


def test_nothing_is_written_where_one_of_several_cannot_be(project: Project) -> None:
    (project.out / "other.json").write_text("{}")
    assert project.quick("export", "demo", "other", "--to", "ass").status == 1
    assert not list(project.out.glob("*.ass"))


def test_what_a_person_changed_is_not_overwritten(project: Project) -> None:
    path = project.out / "demo.transcript.docx"
    assert project.quick("export", "demo", "--to", "docx").status == 0
    assert project.quick("export", "demo", "--to", "docx").status == 0
    path.write_bytes(b"mended")
    refused = project.quick("export", "demo", "--to", "docx")
    assert refused.status == 1
    assert "add --overwrite" in refused.err
    assert path.read_bytes() == b"mended"
    assert project.quick("export", "demo", "--to", "docx", "--overwrite").status == 0
    assert path.read_bytes() != b"mended"


def test_a_draft_bears_it_in_its_name(project: Project) -> None:
    (project.out / "talk.json").write_text(json.dumps(as_json([Says("Ruth", 4000, ("Hello.",))], draft=True)))
    done = project.quick("export", "talk", "--to", "ass", "--json")
    assert done.json["files"][0]["file"] == "transcripts/talk.draft.en.ass"


def test_an_export_beside_a_recording_is_not_taken_for_its_subtitles(project: Project) -> None:
    from pipeline.formats.readers.find import find_subtitles

    for format, end in (("ttml", "en.ttml"), ("ass", "en.ass"), ("eaf", "eaf")):
        assert project.quick("export", "demo", "--to", format, "-o", f"media/demo.{end}").status == 0
    assert find_subtitles(project.media / "demo.mp4") == []
    (project.media / "demo.en.sbv").write_text("0:00:01.000,0:00:02.000\nHello.\n")
    assert [p.name for p in find_subtitles(project.media / "demo.mp4")] == ["demo.en.sbv"]


def test_formats_lists_what_is_written_and_read(project: Project) -> None:
    listed = project.quick("formats", "--json").json
    assert [f["format"] for f in listed["written"]] == list(FORMATS)
    assert all(f["keeps"] and f["loses"] for f in listed["written"])
    assert {"srt", "ttml", "eaf", "textgrid", "sbv", "docx"} <= listed["read"].keys()
    text = project.quick("formats").out
    assert all(name in text for name in FORMATS)
