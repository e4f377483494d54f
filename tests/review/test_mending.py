"""Files mended elsewhere: shown cue by cue, adopted as one act, asked about where odd, refused where hostile."""

import base64
import re

import pytest

from pipeline import edits
from pipeline.edits.maker import Maker
from pipeline.review.mending import MAX_FILE_BYTES


@pytest.fixture
def ours(demo):
    return (demo.out / "demo.en.srt").read_text("utf-8")


def send(desk, content, name="demo.en.srt", path="mended", **more):
    data = content if isinstance(content, bytes) else content.encode()
    sent = {"who": "Ana", "name": name, "content": base64.b64encode(data).decode(), **more}
    return desk.client.post(f"/api/videos/{desk.id}/{path}", json=sent)


def mended(srt):
    """A word, a time and a speaker changed."""
    earlier = re.sub(r"\d\d:\d\d:\d\d,\d{3}(?= -->)", "00:00:03,000", srt, count=1)
    return earlier.replace("Thusrday", "Thursday").replace("DENISE:", "MAYA:", 1)


def test_what_a_file_changes_is_shown_and_nothing_is_written(desk, ours):
    seen = send(desk, mended(ours)).json()
    kinds = {what for change in seen["changes"] for what in change["what"]}
    assert {"text", "time", "speaker"} <= kinds and not seen["asks"]
    texts = [(c["before"]["text"], c["after"]["text"]) for c in seen["changes"]]
    assert any("Thusrday" in before and "Thursday" in after for before, after in texts)
    assert not desk.journal.exists()
    assert not send(desk, ours).json()["changes"]  # as it stands


def test_it_is_adopted_as_one_act_that_one_undo_takes_back(desk, ours):
    before = [c["text"] for c in desk.sheet()["cues"]]
    seen = send(desk, mended(ours)).json()
    done = send(desk, mended(ours), path="adopt", revision=seen["revision"])
    assert done.status_code == 200 and len(done.json()["made"]) == seen["decisions"] > 2
    assert {d.who for d in edits.read(desk.journal).decisions} == {"Ana"}
    after = desk.sheet()["cues"]
    shown = {c["after"]["text"] for c in seen["changes"]}
    assert shown <= {"\n".join(c["lines"]) for c in after}  # it came out as it was shown
    assert desk.remaker.making(desk.library.sitting(desk.id).job).state == "waiting"
    assert [c["text"] for c in desk.did("undo")["cues"]] == before


def test_a_webvtt_file_and_windows_letters_are_read_too(desk, demo, ours):
    vtt = (demo.out / "demo.en.vtt").read_text("utf-8").replace("Thusrday", "Thursday")
    assert send(desk, vtt, "demo.en.vtt").json()["decisions"] == 1
    assert send(desk, ours.replace("Thusrday", "Thursday").encode("utf-16"), "x.SRT").json()["decisions"] == 1


def test_who_saw_another_revision_writes_nothing(desk, ours):
    seen = send(desk, mended(ours)).json()
    desk.did("review", who="Ben", whole=True)
    late = send(desk, mended(ours), path="adopt", revision=seen["revision"])
    assert late.status_code == 409 and len(edits.read(desk.journal).decisions) == 1


def test_a_half_finished_file_another_talk_and_other_times_are_asked_about(desk, ours):
    half = ours[: len(ours) // 2]
    other = "1\n00:00:01,000 --> 00:00:02,000\nSomething else entirely is said here.\n"
    late = ours.replace("00:0", "00:1")
    for content in (half, other, late):
        seen = send(desk, content).json()
        assert len(seen["asks"]) == 1, seen["asks"]
        refused = send(desk, content, path="adopt", revision=seen["revision"])
        assert refused.status_code == 400 and not desk.journal.exists()
    assert send(desk, half, path="adopt", revision=seen["revision"], anyway=True).status_code == 200


def test_a_file_older_than_what_was_decided_since_is_asked_about(desk, ours):
    sitting = desk.library.sitting(desk.id)
    look = sitting.look()
    at = next(k for k, t in enumerate(look.transcript.tokens) if t.text == "Thusrday")
    edits.append(desk.journal, Maker(look.transcript, look.shown.replay, "Ben").words(at, at + 1, "Thursday"))
    desk.project.quick("run", "--quiet")
    assert any("take back" in ask for ask in send(desk, ours).json()["asks"])
    newer = (desk.project.out / "demo.en.srt").read_text("utf-8").replace("taht", "that")
    assert not send(desk, newer).json()["asks"]


HOSTILE = {
    "nothing": b"", "no captions": b"hello", "a program": b"MZ\x90\x00" * 100, "zeros": b"\x00" * 1000,
    "half a character": b"1\n00:00:01,000 --> 00:00:02,000\n\xff\xfe\xfa\n",
    "a word without end": b"1\n00:00:01,000 --> 00:00:02,000\n" + b"w" * 9000,
    "huge numbers": b"1\n" + b"9" * 5000 + b":00:01,000 --> 00:00:02,000\nx\n",
    "many times ours": b"1\n00:00:01,000 --> 00:00:02,000\nWelcome to the group.\n\n" * 9000,
    "more than is read": b"x " * MAX_FILE_BYTES,
}  # fmt: skip


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_files_are_refused_in_one_sentence_or_shown(desk, what):
    answer = send(desk, HOSTILE[what], "mended.srt")
    assert answer.status_code in (200, 400, 413), answer.text
    if answer.status_code == 400:
        assert len(answer.json()["error"].splitlines()) == 1 and "/tmp" not in answer.text
    assert not desk.journal.exists()


@pytest.mark.parametrize(
    "name",
    [
        "../../etc/x.srt",
        "/etc/passwd.srt",
        "a\x00b.srt",
        "C:\\x.srt",
        "-rf.srt",
        "x" * 900 + ".srt",
        "<svg onload=x>.srt",
        ".srt",
    ],
)
def test_a_name_leads_nowhere(desk, demo, ours, name):
    before = {p for p in demo.folder.rglob("*") if ".work" not in p.parts}
    answer = send(desk, mended(ours), name)
    assert answer.status_code == 200 and answer.json()["decisions"] > 2
    assert {p for p in demo.folder.rglob("*") if ".work" not in p.parts} == before


@pytest.mark.parametrize("name", ["x.exe", "x.srt.html", "", "srt"])
def test_what_is_no_caption_file_is_refused(desk, ours, name):
    assert send(desk, ours, name).status_code == 400


def test_what_did_not_arrive_whole_is_refused(desk):
    sent = {"who": "Ana", "name": "x.srt", "content": "no base64 §"}
    assert desk.client.post(f"/api/videos/{desk.id}/mended", json=sent).status_code == 400
    assert desk.client.post("/api/videos/nobody/mended", json=sent).status_code == 404


def test_words_that_could_run_are_words(desk, ours):
    seen = send(desk, ours.replace("Thusrday", "<script>alert(1)</script>")).json()
    done = send(desk, ours.replace("Thusrday", "-->x"), path="adopt", revision=seen["revision"])
    assert done.status_code in (200, 400)
    track = desk.client.get(f"/tracks/{desk.id}/captions.vtt").text
    assert "<script" not in track and track.count("-->") == len(desk.sheet()["cues"])
