"""`vignette status`: what is there, what is stale and why, what the next run would change and the last one did."""

from __future__ import annotations

import json

import pytest

from pipeline.run import graph
from tests.run.test_run import tone
from tests.support.project import GUARD, copy_of

MEDIA = "media/clip.mp4"


def status_of(project, *args):
    (one,) = project.quick("status", "--json", *args).json["recordings"]
    return one


def files_of(project):
    """When each file of a project was written, but for what its processes find."""
    files = (p for p in project.folder.rglob("*") if p.is_file() and GUARD not in p.parts)
    return {p: p.stat().st_mtime_ns for p in files}


def test_what_is_up_to_date_says_so_and_nothing_is_written(captioned):
    before = files_of(captioned)
    one = status_of(captioned)
    assert (one["state"], one["why"], one["conflicts"], one["reviewed"]) == ("up to date", [], 0, 0.0)
    assert one["grade"].startswith("timed from subtitles")
    ran = captioned.quick("status")
    assert ran.status == 0 and "up to date" in ran.out and "speaker-1" in ran.out
    after = files_of(captioned)
    # A copied recording is measured once more; what it is called by stays.
    assert {p.name for p in after if after[p] != before.get(p)} <= {"media-digest.json"}


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (
            lambda p: (p.media / "clip.toml").write_text("[captions]\nmax_line_chars = 20\n"),
            "captions: its settings",
        ),
        (lambda p: (p.out / "clip.en.vtt").unlink(), "files"),
        (lambda p: p.quick("edits", "text", MEDIA, "Thursday", "Tuesday", "--by", "Ana"), "1 decision since"),
        (lambda p: (p.media / "clip.txt").write_text("Welcome to the group.\n"), "the subtitles changed"),
    ],
    ids=["settings", "a file gone", "a decision", "subtitles"],
)
def test_what_is_stale_says_why(captioned, change, says):
    change(captioned)
    one = status_of(captioned)
    assert one["state"] == "stale"
    assert any(says in reason for reason in one["why"]), one["why"]


def test_the_state_after_a_run_is_up_to_date_again(captioned):
    captioned.quick("edits", "text", MEDIA, "Thursday", "Tuesday", "--by", "Ana")
    assert status_of(captioned)["state"] == "stale"
    captioned.quick("run")
    assert status_of(captioned)["state"] == "up to date"


def test_what_the_next_run_would_change_is_what_it_changes(captioned):
    captioned.quick("edits", "text", MEDIA, "Thursday", "Tuesday", "--by", "Ana")
    captioned.quick("edits", "person", MEDIA, "speaker-1", "--name", "Daniel Marsh", "--by", "Ana")
    ahead = status_of(captioned)["next_run"]
    assert ahead["text"] and ahead["speaker"] and not ahead["uncertain"]
    (recording,) = captioned.quick("run", "--json").json["recordings"]
    behind = status_of(captioned)["last_run"]
    assert behind["captions"] == ahead["captions"]
    assert recording["caption_changes"] == {k: v for k, v in behind.items() if k != "captions"}
    assert "captions changed since the run before" in " ".join(recording["notes"])
    assert "Tuesday" in captioned.quick("status", MEDIA, "--changes").out


def upgraded(monkeypatch, name, **more):
    """Let a stage be done otherwise by this version."""
    from dataclasses import replace

    stages = tuple(replace(s, version=s.version + 1, **more) if s.name == name else s for s in graph.STAGES)
    monkeypatch.setattr(graph, "STAGES", stages)


def test_after_an_upgrade_the_captions_that_would_change_are_told_before(captioned, monkeypatch):
    from dataclasses import replace

    captions = next(s for s in graph.STAGES if s.name == "captions")

    def later(inputs, progress):
        found = captions.run(inputs, progress)
        cues = [replace(c, span=replace(c.span, end_ms=c.span.end_ms + 40)) for c in found.cues[:2]]
        return replace(found, cues=(*cues, *found.cues[2:]))

    upgraded(monkeypatch, "captions", run=later)
    one = status_of(captioned)
    assert one["why"] == ["captions: this version of Vignette does it otherwise"]
    assert (one["next_run"]["time"], one["next_run"]["text"], one["next_run"]["uncertain"]) == (2, 0, False)
    (recording,) = captioned.quick("run", "--json").json["recordings"]
    assert recording["caption_changes"]["time"] == 2


def test_where_a_stage_listens_anew_more_may_change(captioned, monkeypatch):
    upgraded(monkeypatch, "align")
    one = status_of(captioned)
    assert one["why"] == ["align: this version of Vignette does it otherwise"]
    assert one["next_run"]["uncertain"] and one["next_run"]["captions"] == []
    assert "more may change" in captioned.quick("status").out


def test_a_reviewed_caption_that_an_upgrade_changes_is_a_conflict(captioned, monkeypatch):
    from dataclasses import replace

    captioned.quick("edits", "review", MEDIA, "Welcome", "--by", "Ana")
    captioned.quick("run")
    one = status_of(captioned)
    assert 0 < one["reviewed"] < 1 and one["conflicts"] == 0
    captions = next(s for s in graph.STAGES if s.name == "captions")

    def later(inputs, progress):
        found = captions.run(inputs, progress)
        return replace(
            found, cues=tuple(replace(c, span=replace(c.span, end_ms=c.span.end_ms + 40)) for c in found.cues)
        )

    upgraded(monkeypatch, "captions", run=later)
    one = status_of(captioned)
    assert (one["conflicts"], one["reviewed"]) == (1, 0.0)
    captioned.quick("run")
    shown = captioned.quick("edits", "next")
    assert "nobody decided that" in shown.out and "--insist" in shown.out
    (conflict,) = captioned.quick("edits", "conflicts", MEDIA, "--json").json["recordings"][0]["conflicts"]
    settled = captioned.quick("edits", "conflicts", MEDIA, "--insist", conflict["id"], "--by", "Ana")
    assert settled.status == 0, settled.err
    assert status_of(captioned)["conflicts"] == 0 and status_of(captioned)["reviewed"] > 0


def test_all_of_a_video_reviewed_is_all_of_it(captioned):
    captioned.quick("edits", "review", MEDIA, "--by", "Ana")
    assert status_of(captioned)["reviewed"] == 1.0
    captioned.quick("edits", "text", MEDIA, "Thursday", "Tuesday", "--by", "Ben")
    assert 0.5 < status_of(captioned)["reviewed"] < 1.0


def test_what_was_never_captioned_and_what_cannot_be_used(captioned):
    tone(captioned.media / "new.wav")
    (captioned.media / "odd.mp4").write_bytes(b"no film")
    ran = captioned.quick("status", "--json")
    states = {r["media"]: r["state"] for r in ran.json["recordings"]}
    assert states["media/new.wav"] == "not captioned"
    assert states["media/clip.mp4"] == "up to date"
    assert states["media/odd.mp4"] in ("not captioned", "cannot be used")


def test_other_folders_are_projects_or_folders_of_recordings(captioned, tmp_path):
    copy_of(captioned, tmp_path / "other")
    one = status_of(captioned, tmp_path / "other")
    assert (one["state"], one["media"]) == ("up to date", str(tmp_path / "other" / "media" / "clip.mp4"))
    assert status_of(captioned, "media")["state"] == "up to date"
    assert status_of(captioned, "clip")["state"] == "up to date"


def test_captions_that_a_person_mended_are_told(captioned):
    mended = captioned.out / "clip.en.srt"
    mended.write_text(mended.read_text("utf-8").replace("Thursday", "Tuesday"), "utf-8")
    assert "transcripts/clip.en.srt" in status_of(captioned)["mended"]
    assert "was changed by a person" in captioned.quick("status").out


def test_an_empty_project(project):
    ran = project.quick("status")
    assert ran.status == 0 and "no recording" in ran.out


def test_artefacts_of_an_unreadable_version_are_stale_and_not_unknown(captioned):
    align = captioned.out / ".work" / "clip" / "align.json"
    held = json.loads(align.read_text("utf-8"))
    held["result"] = {"something": "else"}
    align.write_text(json.dumps(held), "utf-8")
    one = status_of(captioned)
    assert one["state"] == "stale" and one["next_run"]["uncertain"]
    assert "damaged or is of another version" in " ".join(one["why"])
