"""What a person does on the page: one decision in the journal each, seen at once, taken back, and never over another's."""

import json
import time

import pytest

from pipeline import edits
from pipeline.run.outcome import Status
from tests.support.review_pages import Desk, place_of


def kinds(desk):
    return [d.kind for d in edits.read(desk.journal).decisions]


def test_a_captions_words_are_one_decision_and_shown_at_once(desk):
    cue = desk.cue("Thusrday")
    after = desk.did("text", **place_of(cue), text=cue["text"].replace("Thusrday", "Thursday"))
    (decision,) = edits.read(desk.journal).decisions
    assert (decision.who, decision.kind, decision.value.text) == ("Ana", "words", "Thursday")
    assert (
        after["cues"][0]["text"] == "Welcome to the Thursday group." and after["cues"][0]["state"] == "edited"
    )
    assert "Thursday group" in desk.client.get(f"/tracks/{desk.id}/captions.vtt").text
    assert desk.remaker.making(desk.library.sitting(desk.id).job).state == "waiting"
    assert not after["applied"]


def test_lines_are_divided_as_they_were_written_with_and_without_other_words(desk):
    cue = desk.cue("Most people who come")
    words = cue["text"].split()
    after = desk.did("text", **place_of(cue), text=f"{' '.join(words[:3])}\n{' '.join(words[3:])}")
    assert kinds(desk) == ["cue"]
    assert next(c for c in after["cues"] if "Most people" in c["text"])["text"].split("\n")[0] == " ".join(
        words[:3]
    )
    cue = desk.cue("I'm only here because")
    both = cue["text"].replace("only", "merely").split()
    after = desk.did("text", **place_of(cue), text=f"{' '.join(both[:2])}\n{' '.join(both[2:])}")
    assert kinds(desk)[1:] == ["words", "cue"]
    assert desk.cue("merely")["text"].split("\n")[0] == " ".join(both[:2])
    desk.did("undo")  # one act, though it is two decisions
    assert "only here" in desk.cue("here because")["text"].replace("\n", " ")


def test_what_was_done_is_taken_back_and_put_back_as_a_person_expects(desk):
    start = desk.sheet()
    for old, new in (("Thusrday", "Thursday"), ("dowwn,", "down,")):
        cue = desk.cue(old)
        desk.did("text", **place_of(cue), text=cue["text"].replace(old, new))
    both = [c["text"] for c in desk.sheet()["cues"]]
    assert "down" in desk.did("undo")["redo"]
    twice = desk.did("undo")
    assert [c["text"] for c in twice["cues"]] == [c["text"] for c in start["cues"]]
    assert not twice["undo"] and "Thursday" in twice["redo"]
    assert desk.act("undo").status_code == 400
    desk.did("redo")
    assert [c["text"] for c in desk.did("redo")["cues"]] == both
    assert desk.act("redo").status_code == 400
    desk.did("undo")
    cue = desk.cue("taht")
    assert not desk.did("text", **place_of(cue), text=cue["text"].replace("taht", "that"))["redo"]
    assert Desk(desk.project).sheet()["undo"]  # another server knows it too
    assert not desk.sheet("Ben")["undo"]  # and nobody takes back what another did


def test_a_suggestion_is_accepted_and_what_it_was_about_is_settled(desk):
    before = desk.sheet()
    assert sum(d["kind"] == "suggestion" for d in before["doubts"]) >= 4
    missing = next(d for d in before["doubts"] if d["proposed"] == "not")
    after = desk.did("take", key=missing["key"])
    assert "did not argue" in desk.cue("therapists")["text"].replace("\n", " ")
    assert missing["key"] not in [d["key"] for d in after["doubts"]]
    typing = next(d for d in after["doubts"] if d["proposed"] == "down,")
    desk.did("take", key=typing["key"])
    assert kinds(desk) == ["words", "words"] and "dowwn" not in json.dumps(desk.sheet()["cues"])
    assert desk.act("take", key="no such").status_code == 400


def test_a_doubt_is_waived_with_a_reason_alone(desk):
    doubt = desk.sheet()["doubts"][0]
    assert desk.act("waive", key=doubt["key"], reason="  ").status_code == 400
    after = desk.did("waive", key=doubt["key"], reason="so it is spelt here")
    assert doubt["key"] not in [d["key"] for d in after["doubts"]]
    (decision,) = edits.read(desk.journal).decisions
    assert (decision.value.rule, decision.value.reason) == (doubt["rule"], "so it is spelt here")


def test_a_finding_of_the_audit_is_waived(desk):
    def findings():
        return desk.client.get(f"/api/videos/{desk.id}/findings").json()["findings"]

    found = findings()
    one = next(f for f in found if f["rule"] == "reading-speed-cps")
    desk.did("waive", key=one["key"], rule=one["rule"], start_ms=one["start_ms"], reason="as spoken")
    left = findings()
    assert len(left) == len(found) - 1
    assert (one["rule"], one["start_ms"]) not in [(f["rule"], f["start_ms"]) for f in left]


def test_who_speaks_and_what_people_are_called(desk):
    doubts = [d["key"] for d in desk.sheet()["doubts"]]
    cue = desk.cue("straight with you")
    after = desk.did("speaker", **place_of(cue), name="daniel-marsh")
    assert next(c for c in after["cues"] if "straight with you" in c["text"])["speakers"] == ["Daniel Marsh"]
    after = desk.did("person", person="daniel-marsh", name="Daniel Marsh-Reed")
    assert any(p["name"] == "Daniel Marsh-Reed" for p in after["people"])
    assert any("Daniel Marsh-Reed" in c["speakers"] for c in after["cues"])
    assert desk.act("speaker", **place_of(desk.cue("Thusrday")), name=" ").status_code == 400
    assert desk.act("person", person="nobody-here", name="X").status_code == 400
    assert [d["key"] for d in after["doubts"]] == doubts  # who speaks says nothing about the words


def test_captions_are_shown_otherwise_divided_joined_and_taken_out(desk):
    cue = desk.cue("Thusrday")
    after = desk.did("cue", **place_of(cue), start_ms=4000, end_ms=5700)
    assert (after["cues"][0]["start_ms"], after["cues"][0]["end_ms"]) == (4000, 5700)
    assert desk.act("cue", **place_of(after["cues"][0]), start_ms=5000, end_ms=5000).status_code == 400
    assert desk.act("cue", **place_of(after["cues"][0]), start_ms=5000, end_ms=10**9).status_code == 400
    count = len(after["cues"])
    cue = desk.cue("Most people who come")
    after = desk.did("split", **place_of(cue), words=4)
    assert (
        len(after["cues"]) == count + 1
        and desk.cue("Most people")["text"].split()[-1] == cue["text"].split()[3]
    )
    after = desk.did("join", **place_of(desk.cue("Most people")))
    assert len(after["cues"]) == count
    after = desk.did("delete", **place_of(desk.cue("straight with you")))
    assert "straight with you" not in json.dumps(after["cues"])
    for _ in range(4):
        after = desk.did("undo")
    assert len(after["cues"]) == count and "straight with you" in json.dumps(after["cues"])


def test_watched_captions_are_counted_until_they_change(desk):
    cue = desk.cue("Most people who come")
    after = desk.did("review", **place_of(cue))
    assert [c["state"] for c in after["cues"]].count("reviewed") == 1
    summary = desk.client.get(f"/api/videos/{desk.id}/summary").json()
    assert (summary["reviewed"], summary["cues"], summary["conflicts"]) == (1, len(after["cues"]), 0)
    after = desk.did("text", who="Ben", **place_of(cue), text=cue["text"].replace("people", "persons"))
    assert [c["state"] for c in after["cues"]].count("reviewed") == 0
    after = desk.did("review", who="Ben", whole=True)
    assert {c["state"] for c in after["cues"]} == {"reviewed"} and not after["doubts"]
    assert after["reviewed_by"] == "reviewed by Ben"


def test_of_two_who_saw_the_same_the_second_overwrites_nothing(desk):
    seen = desk.sheet()
    cue = desk.cue("Thusrday")
    desk.did("text", **place_of(cue), text="Welcome to the Thursday group.")
    late = desk.act(
        "text", who="Ben", revision=seen["revision"], **place_of(cue), text="Welcome to the group."
    )
    assert late.status_code == 409 and "nothing was written" in late.json()["error"]
    assert len(edits.read(desk.journal).decisions) == 1
    assert desk.cue("Welcome")["text"] == "Welcome to the Thursday group."


def test_what_the_command_line_decides_meanwhile_is_seen(desk):
    seen = desk.sheet()
    ran = desk.project.quick(
        "decide", "media/demo.mp4", "--words", "Thusrday", "--become", "Thursday", "--by", "Cleo"
    )
    assert ran.status == 0, ran.err
    assert desk.act("review", revision=seen["revision"], whole=True).status_code == 409
    assert "Thursday" in desk.sheet()["cues"][0]["text"]


def test_a_decision_written_between_the_look_and_the_line_is_not_passed_over(desk, monkeypatch):
    sitting, cue = desk.library.sitting(desk.id), desk.cue("Thusrday")
    look = sitting.look()
    theirs = edits.append(desk.journal, desk_decision(sitting, look, "Ben"))
    monkeypatch.setattr(sitting, "look", lambda: look)  # as if it had come at the very last moment
    answer = desk.act("text", revision=look.revision, **place_of(cue), text="Welcome.")
    assert answer.status_code == 409
    assert edits.read(desk.journal).decisions == theirs


def desk_decision(sitting, look, who):
    from pipeline.edits.maker import Maker

    return [Maker(look.transcript, look.shown.replay, who).reviewed()]


def test_a_conflict_is_shown_dropped_or_insisted_on(desk):
    seen = desk.sheet()
    cue = desk.cue("Thusrday")
    sitting = desk.library.sitting(desk.id)
    old = sitting.look()
    desk.did("text", who="Ben", **place_of(cue), text="Welcome to the Tuesday group.")
    from pipeline.edits.maker import Maker

    mine = Maker(old.transcript, old.shown.replay, "Ana").words(
        cue["first"], cue["last"], "Welcome to the Thursday group."
    )
    edits.append(desk.journal, mine)
    conflict = desk.sheet()["doubts"][0]
    assert conflict["kind"] == "conflict" and "Ben" in json.dumps(conflict["evidence"])
    assert "Thursday" in [d["proposed"] for d in seen["doubts"]]
    assert "Thursday" not in [d["proposed"] for d in desk.sheet()["doubts"]]  # it is settled there
    desk.did("insist", ref=conflict["ref"], key=conflict["key"])
    assert "Thursday" in desk.sheet()["cues"][0]["text"]
    assert not [d for d in desk.sheet()["doubts"] if d["kind"] == "conflict"]


@pytest.mark.parametrize("name", ["", "   ", "x" * 201, "a\x00b"])
def test_nobody_decides_without_a_name(desk, name):
    assert desk.act("review", who=name, whole=True).status_code == 400
    assert not desk.journal.exists()


@pytest.mark.parametrize(
    "text", ['<img src=x onerror="window.pwned=1">', "a --> b &amp; <c>", "لا أعرف ‮", "👩‍⚕️ said", "w" * 100]
)
def test_strange_words_come_back_as_they_are_and_break_no_track(desk, text):
    cue = desk.cue("Thusrday")
    desk.did("text", **place_of(cue), text=text)
    assert desk.cue(text.split()[0])["text"].split() == text.split()
    track = desk.client.get(f"/tracks/{desk.id}/captions.vtt").text
    assert "<img" not in track and track.count("-->") == len(desk.sheet()["cues"])


def test_a_caption_without_words_and_one_that_is_gone_are_refused(desk):
    cue = desk.cue("Thusrday")
    assert desk.act("text", **place_of(cue), text=" \n ").status_code == 400
    assert desk.act("text", **place_of(cue), text="w" * 101).status_code == 400
    assert desk.act("text", **place_of(cue), text="on and " * 400).status_code == 400
    assert desk.act("text", first=1, last=2, text="Welcome").status_code == 400
    assert desk.act("text", first="0", last=True, text="Welcome").status_code == 400
    assert desk.act("nonsense").status_code == 400
    assert not desk.journal.exists()


def test_the_search_finds_plays_and_cites(desk):
    found = desk.client.post("/api/search", json={"query": "door"}).json()
    assert found["total"] and found["hits"][0]["moments"][0]["id"] == desk.id
    assert found["hits"][0]["moments"][0]["citation"].startswith('"')
    assert "file:" not in json.dumps(found)
    wrong = desk.client.post("/api/search", json={"query": "concept:"})
    assert wrong.status_code == 400 and wrong.json()["error"]


def test_a_recording_that_was_not_captioned_says_so(desk, demo):
    (demo.media / "demo.mp4").rename(demo.media / "other.mp4")
    (listed,) = desk.client.get("/api/videos").json()["videos"]
    assert desk.client.get(f"/api/videos/{listed['id']}/summary").json()["state"] == "not captioned"
    answer = desk.client.get(f"/api/videos/{listed['id']}")
    assert answer.status_code == 404 and "vignette run" in answer.json()["error"]


def test_the_files_follow_in_a_process_of_their_own(desk, demo):
    desk.remaker.wait_s = 0.1
    cue = desk.cue("Thusrday")
    desk.did("text", **place_of(cue), text="Welcome to the Thursday group.")
    until = time.monotonic() + 300
    while (state := desk.client.get(f"/api/videos/{desk.id}/making").json())["state"] not in (
        "done",
        "failed",
    ):
        assert time.monotonic() < until
        time.sleep(0.2)
    assert state["state"] == "done", state
    assert "Thursday group" in (demo.out / "demo.en.srt").read_text("utf-8")
    assert desk.sheet()["applied"] and str(Status.UNCHANGED) == desk.library.sitting(desk.id).state()
    desk.remaker.stop()
