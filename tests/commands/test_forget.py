"""Nothing that was made of a recording outlives `forget`, wherever it lies; what a person changed does."""

import shutil

import pytest

from pipeline.errors import OutputError
from pipeline.run import derived
from pipeline.run.store import Store


def names(folder):
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_everything_derived_goes(captioned, tmp_path):
    elsewhere = tmp_path / "for the clinic"
    elsewhere.mkdir()
    commands = [
        ("mux", "media/clip.mp4"),
        ("mux", "media/clip.mp4", "-o", elsewhere / "copy.mkv"),
        ("sheet", "media/clip.mp4"),
        ("sheet", "media/clip.mp4", "-o", elsewhere / "parts.html"),
        ("index",),
        ("search", "Thursday", "--clips", elsewhere / "clips"),
        ("export-qda", elsewhere / "group.qdpx"),
        ("check", "transcripts/clip.en.srt", "--fix"),
    ]
    for command in commands:
        assert captioned.quick(*command).status in (0, 1), command
    made = {n for n in names(elsewhere) if not n.startswith(".work/")}
    assert made > {"copy.mkv", "parts.html", "group.qdpx"} and len(made) == 4
    (captioned.out / ".vignette-0a1b2c.part").write_text("half a transcript")
    (captioned.media / ".vignette-0a1b2d.part").write_text("half a copy")
    ran = captioned.quick("forget", "clip", "--yes", "--json")
    assert ran.status == 0 and not ran.json[0]["kept"]
    assert all(n.startswith(".work/") for n in names(elsewhere))  # which command wrote which name, no more
    left = [n for n in names(captioned.out) if not n.startswith((".work/written.", ".work/search.sqlite"))]
    assert left == []
    assert names(captioned.media) == ["clip.mp4", "clip.txt"]


def test_what_a_person_changed_is_kept_and_named(captioned, tmp_path):
    page = tmp_path / "parts.html"
    assert captioned.quick("sheet", "media/clip.mp4", "-o", page).status == 0
    page.write_text(page.read_text("utf-8") + "<p>my notes</p>", "utf-8")
    ran = captioned.quick("forget", "clip", "--yes", "--json")
    assert [p.split("/")[-1] for p in ran.json[0]["kept"]] == [page.name] and page.exists()


def test_with_mended_that_goes_too(captioned, tmp_path):
    page = tmp_path / "parts.html"
    captioned.quick("sheet", "media/clip.mp4", "-o", page)
    page.write_text("changed", "utf-8")
    assert captioned.quick("forget", "clip", "--mended", "--yes").status == 0
    assert not page.exists()


def test_the_registry_keeps_what_several_commands_made(tmp_path):
    store, other = Store.of(tmp_path / "out", "talk"), Store.of(tmp_path / "out", "walk")
    files = [tmp_path / name for name in ("a.mkv", "b é.html", "c.qdpx")]
    for path in files:
        path.write_text(path.name)
        derived.remember(store, [path])
    derived.remember(other, files[2:])
    files[1].write_text("changed")
    assert derived.files_of(store) == ((files[0], files[2]), (files[1],))
    files[0].unlink()
    assert derived.files_of(store) == ((files[2],), (files[1],))
    assert derived.files_of(other) == ((files[2],), ())


def test_a_damaged_registry_names_nothing(tmp_path):
    store = Store.of(tmp_path, "talk")
    (tmp_path / "a.mkv").write_text("a")
    derived.remember(store, [tmp_path / "a.mkv"])
    record = store.folder / "derived.json"
    record.write_bytes(record.read_bytes().replace(b"a.mkv", b"b.mkv"))
    assert derived.files_of(store) == ((), ())


def test_a_registry_that_cannot_be_written_says_so(tmp_path):
    store = Store.of(tmp_path, "talk")
    (tmp_path / "a.mkv").write_text("a")
    (tmp_path / ".work").write_text("in the way")
    with pytest.raises(OutputError):
        derived.remember(store, [tmp_path / "a.mkv"])


def test_a_run_sweeps_what_a_killed_one_left(captioned):
    left = [
        captioned.out / ".work" / "clip" / "written" / ".vignette-zz9.part",
        captioned.out / ".vignette-zz8.part",
    ]
    for path in left:
        path.write_text("half")
    assert captioned.quick("run").status == 0
    assert not any(p.exists() for p in left)


def test_what_a_run_leaves_is_its_owners_alone(captioned):
    shutil.rmtree(captioned.out)
    assert captioned.quick("run").status == 0
    files = [p for p in captioned.out.rglob("*") if p.is_file() and p.suffix != ".lock" and p.name != "lock"]
    assert len(files) > 10
    assert {oct(p.stat().st_mode & 0o777) for p in files} == {"0o600"}
    assert captioned.quick("decide", "media/clip.mp4", "--reviewed").status == 0
    assert (captioned.media / "clip.edits.jsonl").stat().st_mode & 0o777 == 0o600


def test_a_damaged_artefact_is_done_anew_and_said(captioned):
    before = {p: p.read_bytes() for p in captioned.out.iterdir() if p.is_file()}
    path = captioned.out / ".work" / "clip" / "concepts.json"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    ran = captioned.quick("run")
    assert ran.status == 0
    assert "the stored result of concepts could not be used as found, and was done anew" in ran.out
    assert {p: p.read_bytes() for p in before} == before


def test_what_is_kept_beside_the_results_is_found_anew_and_said_when_damaged(captioned):
    before = {p: p.read_bytes() for p in captioned.out.iterdir() if p.is_file()}
    path = captioned.out / ".work" / "clip" / "concepts-by-turn.json"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 4
    path.write_bytes(data)
    ran = captioned.quick("run", "--force", "concepts")
    assert ran.status == 0
    assert (
        "what was kept of the concepts of each turn could not be used as found, and was found anew" in ran.out
    )
    assert {p: p.read_bytes() for p in before} == before
    assert "could not be used" not in captioned.quick("run", "--force", "concepts").out


@pytest.mark.parametrize("record", ["outputs.json", "intended.json", "both"])
def test_a_damaged_record_of_outputs_costs_no_output_and_is_said(captioned, record):
    before = {p.name: p.read_bytes() for p in captioned.out.iterdir() if p.is_file()}
    names = ("outputs.json", "intended.json") if record == "both" else (record,)
    for name in names:
        path = captioned.out / ".work" / "clip" / name
        path.write_bytes(path.read_bytes().replace(b".srt", b".trs"))
    if record != "both":  # there is something to write, which must not go beside what we wrote ourselves
        changed = captioned.quick("run", "--set", "captions.max_line_chars=30")
        assert changed.status == 0
        assert ("its copy was used" in changed.out) == (record == "outputs.json")
    ran = captioned.quick("run")
    assert ran.status == 0
    assert {p.name: p.read_bytes() for p in captioned.out.iterdir() if p.is_file()} == before
    assert ("the stored record of what was written last" in ran.out) == (record == "both")
    assert "stored record" not in captioned.quick("run").out


def test_forget_says_where_it_cannot_know_what_was_made(captioned, tmp_path):
    page = tmp_path / "parts.html"
    assert captioned.quick("sheet", "media/clip.mp4", "-o", page).status == 0
    record = captioned.out / ".work" / "clip" / "derived.json"
    record.write_bytes(record.read_bytes().replace(b"parts", b"carts"))
    ran = captioned.quick("forget", "clip", "--yes")
    assert ran.status == 0 and page.exists()
    assert "look for copies, sheets, clips and captions yourself" in ran.out


def test_where_all_is_known_forget_says_nothing_of_it(captioned):
    assert "yourself" not in captioned.quick("forget", "clip", "--yes").out
