"""The main job as a stranger runs it: real recordings, bad ones, interruptions, second runs."""

import json
import os
import shutil
import signal
import subprocess
import wave
from pathlib import Path

import pysrt
import pytest

from pipeline.media.ffmpeg import ffmpeg_binary
from tests.support.project import MEDIA, ROOT, cut_off
from tests.support.schema import must_be_valid
from tests.support.waiting import wait_until

SCHEMA = json.loads((ROOT / "pipeline" / "formats" / "document" / "schema.json").read_text(encoding="utf-8"))


def only(ran):
    (recording,) = ran.json["recordings"]
    return recording


def done(recording):
    return [s["name"] for s in recording["stages"] if s["done"]]


def states(folder):
    return {p: (p.stat().st_mtime_ns, p.read_bytes()) for p in folder.iterdir() if p.is_file()}


# --- what is done again, and why -----------------------------------------------------------------------------------


def test_another_line_length_listens_to_nothing_again(captioned):
    recording = only(captioned.quick("run", "--json", "--set", "captions.max_line_chars=30"))
    assert done(recording) == ["captions"]
    assert recording["stages"][-1]["reason"] == "changed: settings"
    lines = pysrt.open(str(captioned.out / "clip.en.srt"), encoding="utf-8").text.splitlines()
    assert max(map(len, lines)) <= 30


def test_force_does_a_stage_again_and_what_depends_on_it(captioned):
    assert done(only(captioned.quick("run", "--json", "--force", "speakers"))) == [
        "speakers",
        "vignettes",
        "concepts",
        "captions",
    ]


def test_a_stage_that_does_not_exist(captioned):
    ran = captioned.quick("run", "--force", "listen")
    assert ran.status == 2
    assert "no stage 'listen'" in ran.err


def test_changed_subtitles_are_aligned_again(captioned):
    script = captioned.media / "clip.txt"
    script.write_text(script.read_text(encoding="utf-8").replace("Welcome", "Welcome,"), encoding="utf-8")
    recording = only(captioned.quick("run", "--json"))
    assert "sound" not in done(recording)
    assert "align" in done(recording)
    assert "Welcome," in (captioned.out / "clip.en.srt").read_text(encoding="utf-8")


def test_a_script_as_a_tool_writes_it(captioned):
    script = captioned.media / "clip.txt"
    speeches = script.read_text(encoding="utf-8").strip().split("\n\n")
    turns = "".join(f"Nora Lund  0:{n * 2:02}\n{text}\n\n" for n, text in enumerate(speeches))
    head, imprint = "First evening\n\nSPEAKERS\nNora Lund\n\n", "Transcribed by https://otter.ai\n"
    script.write_text(head + turns + imprint, encoding="utf-8")
    recording = only(captioned.quick("run", "--json"))
    assert any(
        note.startswith(
            f"clip.txt: {len(speeches)} lines are speech, 1 name, {len(speeches)} times; 4 left out: 'First"
        )
        for note in recording["notes"]
    ), recording["notes"]
    document = json.loads((captioned.out / "clip.json").read_text(encoding="utf-8"))
    said = " ".join(u["text"] for u in document["utterances"])
    assert "0:0" not in said
    assert "otter" not in said and "evening" not in " ".join(said.split()[:3])
    assert [t["text"] for t in document["script"]["left_out"]][-1] == imprint.strip()
    assert "Nora Lund" in {s["name"] for s in document["speakers"]}


def test_a_removed_output_is_written_again(captioned):
    (captioned.out / "clip.en.vtt").unlink()
    assert only(captioned.quick("run", "--json"))["status"] == "done"
    assert (captioned.out / "clip.en.vtt").is_file()


def test_a_persons_corrections_survive(captioned):
    srt = captioned.out / "clip.en.srt"
    mended = srt.read_text(encoding="utf-8").replace("Welcome", "WELCOME")
    srt.write_text(mended, encoding="utf-8")
    ran = captioned.quick("run", "--set", "captions.max_line_chars=30")
    assert ran.status == 0
    assert "changed by a person" in ran.out
    assert srt.read_text(encoding="utf-8") == mended
    assert (captioned.out / "clip.en.new.srt").is_file()


# --- interruptions ---------------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
@pytest.mark.parametrize("blow", [pytest.param(signal.SIGKILL, marks=pytest.mark.slow), signal.SIGINT])
def test_an_interrupted_run_goes_on_where_it_was(clip_project, blow):
    process = clip_project.start("run", start_new_session=True)
    finished = clip_project.out / ".work" / "clip" / "sound.json"
    assert wait_until(finished.exists, process), process.stderr.read()
    os.killpg(process.pid, blow)
    _, err = process.communicate(timeout=60)
    assert process.returncode == (-9 if blow == signal.SIGKILL else 130)
    assert "Traceback" not in err
    assert not [p for p in clip_project.out.iterdir() if p.is_file()]
    recording = only(clip_project.quick("run", "--json"))
    assert "sound" not in done(recording)
    assert (clip_project.out / "clip.en.srt").is_file()


# --- without subtitles -----------------------------------------------------------------------------------------


def test_without_subtitles_there_is_a_draft_that_says_so(project):
    cut_off(
        MEDIA / "demo.mp4", 8, project.media / "clip.mp4"
    )  # PocketSphinx takes longer than the sound lasts
    ran = project.quick("run", "--json", "--recognizer", "sphinx")
    assert ran.status == 0, ran.err
    recording = only(ran)
    assert recording["grade"] == "draft"
    assert [Path(p).name for p in recording["files"]] == [
        "clip.draft.en.srt",
        "clip.draft.en.vtt",
        "clip.draft.txt",
        "clip.draft.concepts.vtt",
        "clip.draft.chapters.vtt",
        "clip.draft.rttm",
        "clip.json",
    ]
    assert any("do not publish" in note for note in recording["notes"])
    assert "DRAFT" in (project.out / "clip.draft.en.srt").read_text(encoding="utf-8").split("\n\n")[0]
    assert "DRAFT" in (project.out / "clip.draft.en.vtt").read_text(encoding="utf-8").split("\n\n")[1]


# --- bad input -------------------------------------------------------------------------------------------------


def tone(path, seconds=3, amplitude=0):
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16000)
        file.writeframes((amplitude).to_bytes(2, "little", signed=True) * 16000 * seconds)


def picture_only(path):
    subprocess.run(
        [ffmpeg_binary(), "-v", "error", "-f", "lavfi", "-i", "color=size=64x64:duration=1:rate=5", "-c:v", "libx264", path],
        check=True,
    )  # fmt: skip


BAD = {
    "notes.mp4": (lambda p: p.write_text("these are not the sounds"), "not a recording"),
    "empty.mp4": (lambda p: p.write_bytes(b""), "zero bytes"),
    "silentfilm.mp4": (picture_only, "sound"),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_recording_is_one_sentence_and_the_others_are_done(project, name):
    make, says = BAD[name]
    make(project.media / name)
    tone(project.media / "good.wav")
    ran = project.quick("run")
    assert ran.status == 1
    (sentence,) = [line for line in ran.err.splitlines() if line.startswith("FAILED")]
    assert name in sentence
    assert says in sentence
    assert (project.out / "good.json").is_file()
    assert not (project.out / (Path(name).stem + ".json")).exists()


def test_silence_throughout_gives_valid_empty_files(project):
    tone(project.media / "quiet.wav")
    ran = project.quick("run", "--json")
    assert ran.status == 0
    assert any("no speech" in note for note in only(ran)["notes"])
    files = [Path(project.folder, p) for p in only(ran)["files"]]
    assert all(p.is_file() for p in files)
    document = json.loads(files[-1].read_text(encoding="utf-8"))
    assert document["utterances"] == []
    must_be_valid(document)


def test_a_recording_cut_off_in_the_middle_is_captioned_as_far_as_it_goes(project, clip):
    subprocess.run(
        [ffmpeg_binary(), "-v", "error", "-i", clip / "clip.mp4", "-c", "copy", project.media / "torn.mkv"],
        check=True,
    )
    whole = (project.media / "torn.mkv").read_bytes()
    (project.media / "torn.mkv").write_bytes(whole[: len(whole) * 6 // 10])
    shutil.copy(clip / "clip.txt", project.media / "torn.txt")
    ran = project.quick("run", "--json")
    assert ran.status == 0, ran.out
    assert any("cut off" in note for note in only(ran)["notes"]), only(ran)["notes"]
    assert (project.out / "torn.en.srt").stat().st_size > 0


@pytest.mark.parametrize("name", ["a b'c\"d.wav", "Übung 😀.wav", "-dash.wav", "100%;$(x).wav", "#1 [x].wav"])
def test_odd_names(project, name):
    tone(project.media / name)
    ran = project.quick("run", "--json")
    assert ran.status == 0, ran.out
    assert (project.out / (name[:-4] + ".json")).is_file()


def test_two_recordings_of_one_name(project):
    tone(project.media / "talk.wav")
    shutil.copy(project.media / "talk.wav", project.media / "talk.flac")
    ran = project.quick("run", "--json")
    assert ran.status == 1
    assert [r["status"] for r in ran.json["recordings"]] == ["failed", "failed"]
    assert "same name" in ran.json["recordings"][0]["error"]["message"]


def test_outputs_never_replace_inputs(clip_project):
    (clip_project.media / "clip.en.srt").write_text(
        "1\n00:00:01,000 --> 00:00:02,000\nWelcome.\n", encoding="utf-8"
    )
    before = states(clip_project.media)
    ran = clip_project.quick("run", "--out", "media")
    assert ran.status == 1
    assert "is an input" in ran.err
    assert states(clip_project.media) == before


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="permissions do not stop the administrator")
def test_paths_that_may_not_be_read_or_written(clip_project):
    (clip_project.media / "clip.mp4").chmod(0)
    assert "clip.mp4" in clip_project.quick("run").err
    (clip_project.media / "clip.mp4").chmod(0o644)
    clip_project.out.mkdir(exist_ok=True)
    clip_project.out.chmod(0o555)
    ran = clip_project.quick("run")
    assert ran.status == 1
    assert "--out" in ran.err


def test_an_output_folder_that_is_a_file(clip_project):
    clip_project.out.write_text("I am a file")
    ran = clip_project.quick("run")
    assert ran.status == 1
    assert "transcripts" in ran.err
    assert clip_project.out.read_text() == "I am a file"


def test_subtitles_of_another_video_are_refused(clip_project):
    (clip_project.media / "clip.txt").unlink()
    other = "Preheat the oven to two hundred degrees.\n\nWhisk three eggs with the sugar until pale.\n\n"
    (clip_project.media / "clip.txt").write_text(other * 6, encoding="utf-8")
    ran = clip_project.quick("run")
    assert ran.status == 1
    assert "does not fit this recording" in ran.err
    assert not [p for p in clip_project.out.iterdir() if p.is_file()]


def test_a_failure_leaves_the_last_good_outputs(captioned):
    before = states(captioned.out)
    (captioned.media / "clip.txt").write_bytes(b"\xff\xfe\x00\xd8broken")
    ran = captioned.quick("run")
    assert ran.status == 1
    assert "clip.txt" in ran.err
    assert states(captioned.out) == before
