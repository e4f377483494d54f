"""What stands where a command writes: its own file is replaced, another never without a word."""

import json

import pytest
from typer.testing import CliRunner

from pipeline.cli.app import app
from pipeline.commands import align
from pipeline.commands.guarded_file import GuardedFile
from pipeline.errors import OutputError, VignetteError
from pipeline.transcript import Aligned, AlignmentReport, Verdict
from tests.support import search_makers
from tests.support.media_makers import film

ELSEWHERE = "name another with --to"


def vignette(*args):
    ran = CliRunner().invoke(app, [str(a) for a in args], standalone_mode=False)
    if isinstance(ran.exception, VignetteError):
        return ran.exception.exit_status, str(ran.exception)
    assert ran.exception is None, ran.exception
    return ran.return_value, ran.output


@pytest.fixture
def place(tmp_path):
    (tmp_path / "talk.srt").write_text("given")
    return GuardedFile(tmp_path / "timed.srt", "align", tmp_path / "talk.srt", ELSEWHERE)


def test_what_the_command_left_is_replaced_again_and_again(place):
    for text in ("one", "two", "two", "three"):
        place.check()
        place.write(text)
        assert place.path.read_text() == text


def test_what_a_person_changed_is_not_replaced(place):
    place.write("one")
    place.path.write_text("mended")
    with pytest.raises(OutputError, match="add --overwrite"):
        place.check()
    with pytest.raises(OutputError, match="is there already"):
        place.write("two")
    assert place.path.read_text() == "mended"
    GuardedFile(place.path, "align", place.source, ELSEWHERE, overwrite=True).write("two")
    place.write("three")
    assert place.path.read_text() == "three"


def test_what_another_command_or_another_file_left_is_not_replaced(place, tmp_path):
    place.write("one")
    for other in (("sheet", place.source), ("align", tmp_path / "other.srt")):
        with pytest.raises(OutputError, match="is there already"):
            GuardedFile(place.path, *other, ELSEWHERE).write("two")
    assert place.path.read_text() == "one"


def test_an_empty_file_and_one_that_reads_the_same_are_in_nobodys_way(place):
    place.path.touch()
    place.write("one")
    (place.path.parent / ".work" / "written.json").unlink()
    place.write("one")
    with pytest.raises(OutputError, match="is there already"):
        place.write("two")


def test_a_command_cut_short_still_knows_its_file(place, monkeypatch):
    place.write("one")
    with monkeypatch.context() as patched:
        patched.setattr(GuardedFile, "check", lambda self: None)
        place._remember("0" * 64)  # and there it stopped
    place._remember("1" * 64)
    place.write("two")
    assert place.path.read_text() == "two"


def test_a_link_stays_a_link_and_its_file_is_looked_after(place, tmp_path):
    real = tmp_path / "real.srt"
    real.write_text("mended")
    place.path.symlink_to(real)
    with pytest.raises(OutputError, match="is there already"):
        place.write("one")
    assert real.read_text() == "mended"


@pytest.mark.parametrize(
    "name, says", [("none/a.srt", "there is no folder"), ("talk.srt", "is the input of"), (".", "in the way")]
)
def test_places_that_cannot_be(tmp_path, name, says):
    (tmp_path / "talk.srt").write_text("given")
    with pytest.raises(OutputError, match=says):
        GuardedFile(tmp_path / name, "align", tmp_path / "talk.srt", ELSEWHERE).check()


# --- the commands --------------------------------------------------------------------------------------------------


@pytest.fixture
def talk(tmp_path):
    """A small film, and what a run would have left of it."""
    part = {"id": "v1", "kind": "vignette", "title": "One", "start_ms": 0, "end_ms": 4000}
    made = search_makers.document("talk", vignettes=[part])
    (tmp_path / "talk.json").write_text(json.dumps(made))
    (tmp_path / "talk.en.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    return film(tmp_path / "talk.mp4")


@pytest.mark.parametrize("command, name", [("mux", "copy.mkv"), ("sheet", "parts.html")])
def test_mux_and_sheet_run_twice_and_leave_what_is_not_theirs(talk, command, name):
    target = talk.with_name(name)
    args = (command, talk, "--out", talk.parent, "--to", target)
    target.write_bytes(b"somebody's work")
    status, said = vignette(*args)
    assert (status, target.read_bytes()) == (1, b"somebody's work")
    assert "add --overwrite" in said
    assert vignette(*args, "--overwrite")[0] == 0
    made = json.loads(talk.with_suffix(".json").read_text())
    made["vignettes"][0]["title"] = "Two"
    talk.with_suffix(".json").write_text(json.dumps(made))
    before = target.read_bytes()
    assert vignette(*args)[0] == 0
    assert target.read_bytes() != before


@pytest.mark.parametrize("name", ["talk.en.srt", "talk.json"])
def test_a_sheet_takes_no_name_but_a_pages(talk, name):
    before = talk.with_name(name).read_bytes()
    status, said = vignette("sheet", talk, "--out", talk.parent, "--to", talk.with_name(name))
    assert (status, talk.with_name(name).read_bytes()) == (2, before)
    assert "end it in .html" in said


@pytest.mark.parametrize("command", ["mux", "sheet"])
def test_what_is_wrong_with_the_way_is_said_of_it(talk, command):
    status, said = vignette(command, talk.parent)
    assert status == 2
    assert "is a folder" in said
    name = "no/x.mp4" if command == "mux" else "no/x.html"
    status, said = vignette(command, talk, "--out", talk.parent, "--to", talk.parent / name)
    assert status == 1
    assert "there is no folder" in said and "name another with -o" in said
    talk.with_suffix(".json").write_text("<html>")
    assert f"move it away, then run: vignette run {talk}" in vignette(command, talk, "--out", talk.parent)[1]


SHORT = "1\n00:00:01,000 --> 00:00:01,300\nNo.\n\n2\n00:00:09,000 --> 00:00:09,300\nYes.\n"


def test_mends_that_a_person_changed_are_kept(tmp_path):
    path, mended = tmp_path / "d.srt", tmp_path / "d.mended.srt"
    path.write_text(SHORT)
    vignette("check", path, "--fix")
    path.write_text(SHORT.replace("No.", "Never."))
    assert "captions mended" in vignette("check", path, "--fix")[1]
    assert "Never." in mended.read_text()
    mended.write_text("by hand")
    other = tmp_path / "e.srt"
    other.write_text(SHORT)
    status, said = vignette("check", path, other, "--fix")
    assert (status, mended.read_text()) == (1, "by hand")
    assert "is there already" in said
    assert (tmp_path / "e.mended.srt").is_file()
    vignette("check", path, "--fix", "--overwrite")
    assert "Never." in mended.read_text()


def test_timed_files_that_a_person_changed_are_kept(tmp_path, monkeypatch):
    asked = []

    def timed(*args):
        asked.append(args)
        return align.Realigned(b"%d" % len(asked), Aligned((), AlignmentReport(Verdict.IN_SYNC)))

    monkeypatch.setattr(align, "realign", timed)
    (tmp_path / "talk.srt").write_text(SHORT)
    (tmp_path / "talk.mp4").touch()
    out, report = tmp_path / "timed.srt", tmp_path / "timed.json"
    args = ("align", tmp_path / "talk.mp4", tmp_path / "talk.srt", "-o", out, "--report", report)
    assert [vignette(*args)[0] for _ in range(2)] == [0, 0]
    assert out.read_bytes() == b"2"
    for path in (out, report):
        before = path.read_bytes()
        path.write_text("by hand")
        assert vignette(*args)[0] == 1
        assert path.read_text() == "by hand"
        path.write_bytes(before)
    assert len(asked) == 2  # what cannot be written is said before any work
    out.write_text("by hand")
    assert vignette(*args, "--overwrite")[0] == 0
    assert out.read_bytes() == b"3"


def test_where_the_record_cannot_be_written_what_was_asked_for_is_named(place, monkeypatch):
    def refused(*_):
        raise OutputError(
            place.path.parent / ".work" / "written.json", "cannot be written: full", "make room"
        )

    monkeypatch.setattr("pipeline.commands.guarded_file.write_atomic", refused)
    with pytest.raises(OutputError) as caught:
        place.write("timed")
    assert str(caught.value) == f"{place.path}: cannot be written: full (.work) - make room"
