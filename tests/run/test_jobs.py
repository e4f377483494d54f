"""Which recordings a command means, and what belongs to each."""

import os

import pytest

from pipeline.errors import MediaError, OutputError, SettingsError, SubtitlesError, TurnsError, UsageError
from pipeline.run.jobs import Request, plan
from pipeline.run.store import Store


@pytest.fixture
def folder(tmp_path):
    media = tmp_path / "media"
    media.mkdir()
    return media


def request_for(folder, *media, **more):
    return Request(tuple(media), folder=folder, project_file=folder.parent / "vignette.toml", **more)


def test_everything_in_the_folder_in_order(folder):
    for name in ("b.mp4", "a.MKV", "notes.txt", ".hidden.mp4", "c.wav", "b.en.srt"):
        (folder / name).write_bytes(b"x")
    found = plan(request_for(folder))
    assert [j.media.name for j in found.jobs] == ["a.MKV", "b.mp4", "c.wav"]
    assert [j.subtitles and j.subtitles.name for j in found.jobs] == [None, "b.en.srt", None]


def test_a_recording_named_twice_is_one_job(folder):
    (folder / "a.mp4").write_bytes(b"x")
    assert len(plan(request_for(folder, folder / "a.mp4", folder, folder / "." / "a.mp4")).jobs) == 1


@pytest.mark.parametrize(
    ("one", "two"), [("talk.mp4", "talk.mkv"), ("Talk.mp4", "talk.wav"), ("é.mp4", "é.wav")]
)
def test_two_of_the_same_name_are_both_refused(folder, one, two):
    for name in (one, two, "other.mp4"):
        (folder / name).write_bytes(b"x")
    found = plan(request_for(folder))
    assert [j.media.name for j in found.jobs] == ["other.mp4"]
    assert len(found.refused) == 2
    assert all(isinstance(e, MediaError) and "same name" in str(e) for _, e in found.refused)


def test_a_missing_recording_does_not_stop_the_others(folder):
    (folder / "a.mp4").write_bytes(b"x")
    found = plan(request_for(folder, folder / "a.mp4", folder / "gone.mp4"))
    assert [j.media.name for j in found.jobs] == ["a.mp4"]
    assert "gone.mp4: does not exist" in str(found.refused[0][1])


def test_a_wrong_sidecar_costs_its_own_recording_only(folder):
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_bytes(b"x")
    (folder / "a.toml").write_text("titel = 'A'")
    found = plan(request_for(folder))
    assert [j.media.name for j in found.jobs] == ["b.mp4"]
    assert isinstance(found.refused[0][1], SettingsError)


def test_a_wrong_setting_on_the_command_line_stops_everything(folder):
    (folder / "a.mp4").write_bytes(b"x")
    with pytest.raises(SettingsError):
        plan(request_for(folder, overrides=("captions.lines=1",)))


def test_no_folder_and_nothing_named(tmp_path):
    with pytest.raises(UsageError, match="no folder"):
        plan(request_for(tmp_path / "media"))


def test_subtitles_go_with_one_recording(folder):
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_bytes(b"x")
    with pytest.raises(UsageError, match="exactly one"):
        plan(request_for(folder, subtitles=folder / "a.srt"))


def test_subtitles_that_the_sidecar_names(folder):
    (folder / "a.mp4").write_bytes(b"x")
    (folder / "texts").mkdir()
    (folder / "texts" / "final.srt").write_text("")
    (folder / "a.toml").write_text("subtitles = 'texts/final.srt'")
    assert plan(request_for(folder)).jobs[0].subtitles == folder / "texts" / "final.srt"


def test_subtitles_that_are_not_there(folder):
    (folder / "a.mp4").write_bytes(b"x")
    found = plan(request_for(folder, folder / "a.mp4", subtitles=folder / "gone.srt"))
    assert isinstance(found.refused[0][1], SubtitlesError)


def test_a_sidecar_without_its_recording_says_what_is_missing(folder):
    (folder / "film.toml").write_text("title = 'The Film'")
    (notice,) = plan(request_for(folder)).notices
    assert "'The Film'" in notice
    assert "film.mp4" in notice


@pytest.mark.parametrize(
    "name",
    [
        "...mp4",
        "x" * 230 + ".mp4",
        "y" * 300 + ".mp4",
        os.fsdecode(b"bad\xff.mp4"),
        "folder.mp4",
        "pipe.mp4",
        "loop.mp4",
    ],
)
def test_names_and_things_that_cannot_be_recordings(folder, name):
    path = folder / name
    if name == "folder.mp4":
        path.mkdir()
        (path / "notes.txt").touch()
    elif name == "pipe.mp4":
        os.mkfifo(path)
    elif name == "loop.mp4":
        path.symlink_to(path)
    elif len(name) < 250:
        path.write_bytes(b"x")
    found = plan(request_for(folder, path))
    assert not found.jobs
    assert [type(e) for _, e in found.refused] == ([] if name == "folder.mp4" else [MediaError])
    assert all("\n" not in str(e) for _, e in found.refused)


def test_the_transcript_that_we_wrote_is_no_script(folder):
    (folder / "talk.mp4").write_bytes(b"x")
    (folder / "talk.txt").write_text("ours")
    assert plan(request_for(folder, out=folder)).jobs[0].subtitles == folder / "talk.txt"
    store = Store.of(folder, "talk")
    store.record_written({"talk.txt": "0"})
    assert plan(request_for(folder, out=folder)).jobs[0].subtitles is None


def test_what_lies_beside_a_recording_unused_is_told(folder):
    for name in (
        "a.mp4",
        "a.en.srt",
        "a.eng.vtt",
        "b.mp4",
        "b.scc",
        "c.mp4",
        "c.de.srt",
        "c.fr.srt",
        "c.it.srt",
        "c.es.srt",
    ):
        (folder / name).write_bytes(b"x")
    notes = {job.name: job.notes for job in plan(request_for(folder)).jobs}
    assert notes["a"] == ("a.eng.vtt lies beside it too; a.en.srt is used",)
    assert len(notes["b"]) == 1 and notes["b"][0].startswith(
        "b.scc looks like its subtitles and is not used - to use it"
    )
    assert len(notes["c"]) == 4 and notes["c"][3] == "and 1 more files like c.it.srt"
    named = plan(request_for(folder, folder / "a.mp4", subtitles=folder / "a.eng.vtt"))
    assert named.jobs[0].notes == ()


def test_what_is_left_out_of_a_folder_is_told(folder):
    for name in ("a.mp4", ".hidden.mp4", "..b.wav", "._a.mp4", ".notes.txt"):
        (folder / name).write_bytes(b"x")
    (folder / "zero.wav").symlink_to("/dev/zero")
    os.mkfifo(folder / "pipe.mp4")
    found = plan(request_for(folder))
    assert [j.name for j in found.jobs] == ["a"]
    assert [n.split(" - ")[0].removeprefix(f"{folder}/").split(":")[0] for n in found.notices] == [
        "..b.wav is left out", ".hidden.mp4 is left out", "pipe.mp4 is left out", "zero.wav is left out",
    ]  # fmt: skip


@pytest.mark.parametrize("name", ["Final version.srt", "interview2.en.vtt", "x.ass"])
def test_subtitles_of_nobody_are_told_before_any_work(folder, name):
    for other in ("talk.mp4", "interview.mp4", "done.mp4", "done.en.srt", name):
        (folder / other).write_bytes(b"x")
    (told,) = plan(request_for(folder)).strays
    assert told.startswith(f"{folder / name} belongs to no recording: is it the subtitles of ")
    assert "--subtitles" in told and "done.mp4" not in told
    assert ("interview.en.vtt" in told) == name.startswith("interview")


def test_subtitles_that_belong_to_a_recording_are_no_strays(folder):
    for name in ("talk.mp4", "talk.en.srt", "b.mp4", "b.de.srt", "notes.txt", "c.wav"):
        (folder / name).write_bytes(b"x")
    (told,) = plan(request_for(folder)).strays
    assert "b.mp4: b.de.srt looks like its subtitles and is not used" in told


def test_no_stray_is_told_where_every_recording_has_subtitles(folder):
    for name in ("talk.mp4", "talk.en.srt", "other.srt"):
        (folder / name).write_bytes(b"x")
    assert plan(request_for(folder)).strays == ()


@pytest.mark.parametrize("name", ["talk.srt", "talk.en.VTT", "talk.docx", "notes.md"])
def test_text_is_no_recording(folder, name):
    (folder / name).write_bytes(b"x")
    ((_, error),) = plan(request_for(folder, folder / name)).refused
    assert "named like text" in str(error) and "--subtitles" in str(error)


def test_a_folder_is_no_subtitles(folder):
    (folder / "talk.mp4").write_bytes(b"x")
    ((_, error),) = plan(request_for(folder, folder / "talk.mp4", subtitles=folder)).refused
    assert "is a folder" in str(error)


@pytest.mark.parametrize("below", ["", "a", "a/b"])
def test_a_file_in_the_way_of_the_outputs_is_told_once(folder, below):
    for name in ("a.mp4", "b.mp4"):
        (folder / name).write_bytes(b"x")
    with pytest.raises(OutputError, match="is a file where the folder"):
        plan(request_for(folder, out=folder / "a.mp4" / below))
    assert len(plan(request_for(folder, out=folder / "new" / below)).jobs) == 2


def test_turns_beside_a_recording_are_its_own_and_never_what_we_wrote(folder):
    (folder / "a.mp4").write_bytes(b"x")
    beside = folder / "a.rttm"
    beside.write_text("SPEAKER a 1 0 1 <NA> <NA> s1 <NA> <NA>\n")
    (folder / "b.rttm").write_text("")
    (job,) = plan(request_for(folder)).jobs
    assert job.turns == beside
    Store.of(folder, "a").record_written({"a.rttm": "0"})
    assert plan(request_for(folder, out=folder)).jobs[0].turns is None
    assert plan(request_for(folder, overrides=('turns="b.rttm"',))).jobs[0].turns == folder / "b.rttm"
    (_, error), *_ = plan(request_for(folder, overrides=('turns="none.rttm"',))).refused
    assert isinstance(error, TurnsError) and "none.rttm" in str(error)
