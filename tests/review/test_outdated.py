"""Recordings that were captioned by an earlier version, or with other settings, open as they were captioned last."""

import shutil
from dataclasses import replace

import pytest

from pipeline import edits
from pipeline.review.sitting import Sitting
from pipeline.run import graph
from tests.support.project import ROOT, Project
from tests.support.review_pages import Desk, place_of


def newer(monkeypatch, *names):
    """As if this version did these stages otherwise than the one that captioned."""
    raised = tuple(replace(s, version=s.version + 1) if s.name in names else s for s in graph.STAGES)
    monkeypatch.setattr(graph, "STAGES", raised)


def summary(desk):
    return desk.client.get(f"/api/videos/{desk.id}/summary").json()


@pytest.mark.parametrize("names", [("align",), ("sound", "transcribe"), ("picture", "speakers", "captions")])
def test_what_an_earlier_version_captioned_opens_and_takes_corrections(desk, monkeypatch, names):
    before = desk.sheet()
    assert before["outdated"] == ""
    newer(monkeypatch, *names)
    desk.library.sitting(desk.id).rest()
    now = desk.sheet()
    assert [c["text"] for c in now["cues"]] == [c["text"] for c in before["cues"]]
    for name in names:
        assert (f"{name}: this version" in now["outdated"]) == (name not in ("speakers", "captions"))
    assert not now["applied"]
    desk.did("text", **place_of(desk.cue("Thusrday")), text="Welcome to the Thursday group.")
    assert desk.cue("Thursday group")["state"] == "edited"
    found = summary(desk)
    assert found["cues"] == len(before["cues"]) and found["state"] == "stale"


def test_other_settings_of_what_listens_leave_it_open(desk, demo):
    (demo.folder / "vignette.toml").write_text("[transcribe]\nspeech_threshold = 0.7\n")
    desk.library.scan()
    assert "transcribe: " in desk.sheet()["outdated"]
    desk.did("review", **place_of(desk.cue("Thusrday")))
    assert desk.cue("Thusrday")["state"] == "reviewed"


@pytest.mark.parametrize("what", ["another recording", "another text", "an artefact that nobody can read"])
def test_what_is_about_something_else_is_not_shown(desk, demo, monkeypatch, what):
    desk.did("text", **place_of(desk.cue("Thusrday")), text="Welcome to the Thursday group.")
    kept = desk.journal.read_bytes()
    if what == "another recording":
        (demo.media / "demo.mp4").write_bytes((demo.media / "demo.mp4").read_bytes() + bytes(4096))
    elif what == "another text":
        srt = next(demo.media.glob("demo*.srt"))
        srt.write_text(srt.read_text("utf-8").replace("group", "circle"), "utf-8")
    else:
        newer(monkeypatch, "align")
        path = demo.out / ".work" / "demo" / "align.json"
        path.write_bytes(path.read_bytes()[:-40])
    desk.library.scan()
    desk.library.sitting(desk.id).rest()
    answer = desk.client.get(f"/api/videos/{desk.id}")
    assert answer.status_code == 404 and answer.json()["kind"] == "NotCaptioned"
    assert summary(desk)["state"] == "not captioned"
    assert desk.journal.read_bytes() == kept


def test_a_decision_does_not_wait_for_artefacts_that_are_made_anew(desk, demo, monkeypatch):
    cue, revision = desk.cue("Thusrday"), desk.sheet()["revision"]
    for path in (demo.out / ".work" / "demo").glob("*.json"):
        path.touch()  # as a run does that finds the same again
    looks = []
    looked = Sitting._looked
    monkeypatch.setattr(Sitting, "_looked", lambda self, journal: looks.append(1) or looked(self, journal))
    sent = {"who": "Ana", "kind": "review", "revision": revision, **place_of(cue)}
    assert desk.client.post(f"/api/videos/{desk.id}/act", json=sent).status_code == 200
    assert not looks and len(edits.read(desk.journal).decisions) == 1
    again = desk.client.post(f"/api/videos/{desk.id}/act", json=sent)
    assert (
        again.status_code == 409 and not looks
    )  # the journal went on, about this very caption: no look is needed to know
    assert len(edits.read(desk.journal).decisions) == 1


def test_a_look_sees_an_artefact_that_changed(desk, demo):
    before = desk.sheet()
    path = demo.out / ".work" / "demo" / "align.json"
    path.write_bytes(path.read_bytes()[:-40])
    assert desk.client.get(f"/api/videos/{desk.id}").status_code == 404
    assert before["cues"] and not desk.journal.exists()


def test_a_stage_that_is_newer_than_the_captions_keeps_nothing_shut(desk, demo):
    before = desk.sheet()
    (demo.out / ".work" / "demo" / "segment.json").unlink()
    desk.library.sitting(desk.id).rest()
    now = desk.sheet()
    assert "segment" in now["outdated"]
    assert [c["text"] for c in now["cues"]] == [c["text"] for c in before["cues"]]


@pytest.mark.parametrize("damage", [lambda data: data[:-40], lambda data: b"", lambda data: data[::-1]])
def test_one_that_is_damaged_is_not_taken_for_one_that_never_was(desk, demo, damage):
    path = demo.out / ".work" / "demo" / "segment.json"
    path.write_bytes(damage(path.read_bytes()))
    desk.library.sitting(desk.id).rest()
    answer = desk.client.get(f"/api/videos/{desk.id}")
    assert answer.status_code == 404 and answer.json()["kind"] == "NotCaptioned"


def test_what_version_0_1_captioned_opens_with_every_decision_and_without_a_run(tmp_path):
    project = Project(shutil.copytree(ROOT / "tests" / "data" / "from_0_1", tmp_path / "project"))
    desk = Desk(project)
    for sitting in desk.library.scan():
        answer = desk.client.get(f"/api/videos/{sitting.id}")
        assert answer.status_code == 200, answer.text
        assert answer.json()["cues"] and "this version" in answer.json()["outdated"]
        held = edits.read(sitting.journal)
        told = {s.decision.id for s in sitting.look().shown.replay.report.standings}
        assert told == {d.id for d in held.decisions} and told


def test_another_track_is_another_sound(desk, demo):
    (demo.folder / "vignette.toml").write_text("audio_track = 2\n")
    desk.library.scan()
    assert desk.client.get(f"/api/videos/{desk.id}").status_code in (400, 404, 500)
    assert not desk.journal.exists()
