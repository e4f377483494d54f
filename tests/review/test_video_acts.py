"""All that `vignette edits` can do is done on the page too: parts, people, concepts, words, many things at once, and sign-off."""

import hashlib
import json
import re

import pytest

from pipeline import edits
from pipeline.cli.app import app
from pipeline.cli.edits.group import edits as group
from pipeline.review.acts import ACTS
from pipeline.review.app import PAGE
from tests.support.review_pages import place_of

# What the page shows rather than does: the list of decisions and of conflicts, and what needs a person.
SHOWN = {"list", "conflicts", "next"}
# Whole files are brought to the folder's page.
FILES = {"adopt", "merge"}


def get(desk, name):
    answer = desk.client.get(f"/api/videos/{desk.id}/{name}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def kinds(desk):
    return [d.kind for d in edits.read(desk.journal).decisions]


def test_everything_that_edits_can_do_can_be_sent_by_the_page():
    assert app
    named = {c.name or c.callback.__name__ for c in group.registered_commands if c.callback and not c.hidden}
    assert named - SHOWN - FILES <= ACTS.keys()
    scripts = "\n".join(p.read_text("utf-8") for p in PAGE.glob("*.js"))
    sent = set(re.findall(r'(?:decide|settle|timed)\(\s*"([a-z]+)"', scripts))
    assert sent == ACTS.keys()


def test_parts_are_called_moved_joined_and_added(desk):
    parts = desk.sheet()["parts"]
    after = desk.did("part", part=parts[1]["id"], title="At the door", part_kind="commentary")
    assert (after["parts"][1]["title"], after["parts"][1]["kind"]) == ("At the door", "commentary")
    begins = parts[1]["start_ms"] + 2_000
    after = desk.did("part", part=after["parts"][1]["id"], begins_ms=begins)
    assert after["parts"][1]["start_ms"] == begins == after["parts"][0]["end_ms"]
    inside = (after["parts"][1]["start_ms"] + 8_000, after["parts"][1]["end_ms"])
    cue = next(c for c in after["cues"] if inside[0] < c["start_ms"] < inside[1])
    more = desk.did("part", part="new", begins_ms=cue["start_ms"], title="Some more", part_kind=None)
    assert len(more["parts"]) == len(parts) + 1 and "Some more" in json.dumps(more["parts"])
    new = next(p for p in more["parts"] if p["title"] == "Some more")
    assert len(desk.did("part", part=new["id"], join=True)["parts"]) == len(parts)
    assert desk.act("part", part=parts[0]["id"], join=True).status_code == 400
    assert desk.act("part", part="new", begins_ms=10**9).status_code == 400
    assert desk.act("part", part="no such", title="X").status_code == 400


def test_people_have_roles_and_two_voices_become_one(desk):
    after = desk.did("person", person="daniel-marsh", name=None, role="presenter")
    assert next(p for p in after["people"] if p["id"] == "daniel-marsh")["role"] == "presenter"
    other = next(p for p in after["people"] if p["id"] != "daniel-marsh" and p["turns"] > 1)
    turns = next(p for p in after["people"] if p["id"] == "daniel-marsh")["turns"]
    after = desk.did("unite", person=other["id"], into="daniel-marsh")
    held = {p["id"]: p["turns"] for p in after["people"]}
    assert held.get(other["id"], 0) == 0 and held["daniel-marsh"] >= turns + 1
    assert desk.act("unite", person="daniel-marsh", into="daniel-marsh").status_code == 400
    assert desk.act("unite", person="nobody", into="daniel-marsh").status_code == 400
    before = {p["id"]: p["turns"] for p in desk.did("undo")["people"]}
    assert before[other["id"]] == other["turns"]  # one act, however many turns


def test_concepts_are_confirmed_rejected_and_added_and_a_rejection_is_taken_back(desk):
    found = get(desk, "concepts")
    tag, other = found["tags"][0], found["tags"][1]
    assert (
        tag["evidence"]
        and 0 <= tag["confidence"] <= 1
        and tag["label"] in {c["label"] for c in found["known"]}
    )
    about = {"first": tag["first"], "last": tag["last"], "concept": tag["concept"]}
    desk.did("concept", **about, verdict="confirmed")
    assert get(desk, "concepts")["tags"][0]["verdict"] == "confirmed"
    desk.did(
        "concept", first=other["first"], last=other["last"], concept=other["concept"], verdict="rejected"
    )
    after = get(desk, "concepts")
    assert (
        len(after["tags"]) == len(found["tags"]) - 1 and after["rejected"][0]["evidence"] == other["evidence"]
    )
    desk.did("drop", ref=after["rejected"][0]["ref"])
    assert len(get(desk, "concepts")["tags"]) == len(found["tags"])
    cue = desk.cue("Thusrday")
    desk.did("concept", **place_of(cue), words="Thusrday group", concept=tag["concept"], verdict="added")
    added = [t for t in get(desk, "concepts")["tags"] if t["verdict"] == "added"]
    assert [t["evidence"] for t in added] == ["Thusrday group."]
    assert desk.act("concept", **about, verdict="perhaps").status_code == 400
    assert desk.act("concept", **{**about, "concept": "no-such"}, verdict="added").status_code == 400


def test_some_words_look_otherwise_are_said_then_and_by_somebody_else(desk):
    cue = desk.cue("Most people who come")
    desk.did("style", **place_of(cue), words="Most people", style="italic")
    assert "<i>Most people</i>" in desk.client.get(f"/tracks/{desk.id}/captions.vtt").text
    desk.did("speaker", **place_of(cue), words="come to us", name="Ruth Calder", only=True)
    assert set(desk.cue("Most people")["speakers"]) == {"Daniel Marsh", "Ruth Calder"}
    start = cue["start_ms"]
    desk.did("time", **place_of(cue), words="Most people", start_ms=start + 10, end_ms=start + 400)
    desk.did("quote", **place_of(cue), words="come to us", memo="who comes", collection="openings")
    assert kinds(desk) == ["style", "speaker", "word-time", "quote"]
    assert desk.act("time", **place_of(cue), start_ms=5, end_ms=5).status_code == 400
    assert desk.act("style", **place_of(cue), words="nobody says this", style="bold").status_code == 400
    assert desk.act("style", first=0, last=10**6, style="bold").status_code == 400


def test_a_missing_caption_is_added_where_nobody_speaks(desk):
    sheet = desk.sheet()
    free = next(a["end_ms"] + 100 for a, b in zip(sheet["cues"], sheet["cues"][1:], strict=False)
                if b["start_ms"] - a["end_ms"] > 2_000)  # fmt: skip
    after = desk.did("add", text="[somebody sighs]", start_ms=free, end_ms=free + 1_500, label="")
    assert any("sighs" in c["text"] for c in after["cues"])
    assert desk.act("add", text="  ", start_ms=free, end_ms=free + 1, label="").status_code == 400
    assert desk.act("add", text="w" * 101, start_ms=free, end_ms=free + 1, label="").status_code == 400
    assert desk.act("add", text="again", start_ms=free, end_ms=free + 1_500, label="").status_code == 400


def test_many_findings_of_one_cause_are_previewed_mended_or_waived_with_one_reason(desk):
    found = get(desk, "findings")["findings"]
    order = ["conflict", "meaning", "sync", "missing", "names", "form"]
    assert [order.index(f["harm"]) for f in found] == sorted(order.index(f["harm"]) for f in found)
    mendable = [f["key"] for f in found if "mend" in f["can"]]
    preview = desk.client.post(f"/api/videos/{desk.id}/preview", json={"keys": mendable}).json()["mends"]
    assert preview and all(m["before"] != m["after"] for m in preview)
    words = [" ".join(c["text"].split()) for c in desk.sheet()["cues"]]
    after = desk.did("mend", keys=mendable)
    assert [" ".join(c["text"].split()) for c in after["cues"]] == words  # no word is changed
    assert set(kinds(desk)) == {"cue"} and len(kinds(desk)) == len(preview)
    for mend in preview:
        assert after["cues"][mend["cue"]]["end_ms"] == mend["after"]["end_ms"]
    left = get(desk, "findings")["findings"]
    assert len(left) < len(found)
    rule = max({f["rule"] for f in left}, key=lambda r: sum(f["rule"] == r for f in left))
    keys = [f["key"] for f in left if f["rule"] == rule]
    desk.did("waive", keys=keys, reason="as spoken")
    assert rule not in {f["rule"] for f in get(desk, "findings")["findings"]}
    desk.did("undo")
    assert len(get(desk, "findings")["findings"]) == len(left)
    assert desk.act("waive", keys=[], reason="x").status_code == 400
    assert desk.act("waive", keys=["finding of yesterday"], reason="x").status_code == 400
    assert desk.act("mend", keys=["finding of yesterday"]).status_code == 400


def test_what_is_waived_on_the_page_needs_nobody_in_the_run_and_in_status(desk):
    doubts = desk.sheet()["doubts"]
    assert doubts
    desk.did("waive", keys=[d["key"] for d in doubts], reason="listened to all of it")
    assert desk.sheet()["doubts"] == []
    project = desk.project
    assert project.quick("edits", "next", "--json").json["left"] == 0
    (one,) = project.quick("status", "--json").json["recordings"]
    assert one["needs_person"] == []
    (ran,) = project.quick("run", "--json").json["recordings"]
    assert ran["needs_person"] == []
    desk.did("undo")
    assert project.quick("status", "--json").json["recordings"][0]["needs_person"]


def test_a_sign_off_names_bytes_and_falls_when_words_change(desk, demo):
    part = desk.sheet()["parts"][0]
    after = desk.did("review", part=part["id"])
    inside = [c for c in after["cues"] if part["start_ms"] <= c["start_ms"] < part["end_ms"]]
    assert inside and all(c["state"] == "reviewed" for c in inside)
    # A review names what has shaped its caption, or those of a long film would name each other by the million.
    assert not any(d.value.seen.decisions for d in edits.read(desk.journal).decisions)
    sheet = get(desk, "signing")
    assert sheet["parts"][0]["reviewed"] == sheet["parts"][0]["cues"] == len(inside)
    assert sheet["estimate"]["right"] == sheet["estimate"]["words"] and sheet["estimate"]["interval"][1] == 1
    srt = hashlib.sha256((demo.out / "demo.en.srt").read_bytes()).hexdigest()
    assert sheet["now"] == srt and sheet["signatures"] == []
    desk.did("review", whole=True)
    (signed,) = get(desk, "signing")["signatures"]
    assert (signed["who"], signed["sha256"], signed["holds"]) == ("Ana", srt, True)
    cue = desk.cue("Most people who come")
    desk.did("text", who="Ben", **place_of(cue), text=cue["text"].replace("people", "persons"))
    sheet = get(desk, "signing")
    (fallen,) = sheet["signatures"]
    assert not fallen["holds"] and "Ben" in fallen["since"] and sheet["now"] != srt
    assert desk.act("review", part="no such").status_code == 400


def test_the_accuracy_is_estimated_from_what_was_watched_alone(desk):
    assert get(desk, "signing")["estimate"] == {"captions": 0, "words": 0, "right": 0, "interval": [0.0, 1.0]}
    for words, other in (("Thusrday", "Thursday"), ("Most people who come", "")):
        cue = desk.cue(words)
        if other:
            desk.did("text", **place_of(cue), text=cue["text"].replace(words, other))
        desk.did("review", **place_of(desk.cue(other or words)))
    found = get(desk, "signing")["estimate"]
    assert found["captions"] == 2 and found["words"] - found["right"] == 1
    low, high = found["interval"]
    assert 0 < low < found["right"] / found["words"] < high <= 1


def test_a_link_to_a_caption_holds_after_corrections(desk):
    before = {c["text"]: c["id"] for c in desk.sheet()["cues"]}
    assert len(set(before.values())) == len(before)
    cue = desk.cue("Thusrday")
    desk.did("text", **place_of(cue), text="Welcome, all of you, to the Thursday group.")
    after = desk.did("cue", **place_of(desk.cue("Welcome")), start_ms=3_900, end_ms=5_700)
    assert after["cues"][0]["id"] == cue["id"]
    assert {c["text"]: c["id"] for c in after["cues"]}.items() >= {
        k: v for k, v in before.items() if v != cue["id"]
    }.items()


def test_the_waveform_is_made_once_and_again_for_another_recording(desk, demo, monkeypatch):
    data = desk.client.get(f"/api/videos/{desk.id}/waveform").content
    assert abs(len(data) // 2 - desk.sheet()["duration_ms"] // 10) <= 2 and max(data) > 0
    monkeypatch.setattr("pipeline.media.facts.decode_audio", lambda *_, **__: pytest.fail("decoded again"))
    assert desk.client.get(f"/api/videos/{desk.id}/waveform").content == data
    (demo.out / ".work" / "demo" / "peaks.bin").write_bytes(b"something else")
    assert desk.client.get(f"/api/videos/{desk.id}/waveform").status_code == 500  # it would be made anew


@pytest.mark.parametrize("kind", sorted(ACTS))
@pytest.mark.parametrize(
    "values", [{}, {"first": -1, "last": 2}, {"keys": [1], "reason": "x"}, {"ref": {"a": 1}}]
)
def test_requests_that_make_no_sense_write_nothing(desk, kind, values):
    answer = desk.act(kind, **values)
    assert answer.status_code == 400 and answer.json()["error"]
    assert not desk.journal.exists()


def test_a_look_that_leaves_concepts_out_makes_no_conflict_of_what_was_said_of_them(desk, monkeypatch):
    found = get(desk, "concepts")["tags"]
    for tag, verdict in ((found[0], "confirmed"), (found[1], "rejected")):
        desk.did("concept", first=tag["first"], last=tag["last"], concept=tag["concept"], verdict=verdict)
    desk.did("concept", **place_of(desk.cue("Thusrday")), concept=found[2]["concept"], verdict="added")
    cue = desk.cue("Most people who come")
    monkeypatch.setattr(
        "pipeline.stages.concepts.run_again", lambda *_, **__: pytest.fail("concepts are looked for")
    )
    after = desk.did("text", **place_of(cue), text=cue["text"].replace("people", "persons"))
    assert not [d for d in after["doubts"] if d["kind"] == "conflict"]
    assert [s["state"] for s in get(desk, "signing")["decisions"] if s["kind"] == "concept"] in (
        ["kept", "already so", "kept"],
        ["kept", "kept", "kept"],
    )
