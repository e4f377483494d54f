"""What version 0.1 wrote is read or done anew by every later version, and no decision in it is lost.

A stage may be done anew only where its version, or data that ship with the code, are others than those it recorded; or where
it reads what such a stage made. Everything else has to be up to date on every machine, whatever weights are there.
"""

import json
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from pipeline.commands.concepts import summary_of
from pipeline.concepts import inflections
from pipeline.edits import journal
from pipeline.edits.ledger import State
from pipeline.edits.model import KINDS
from pipeline.files import data_file, digest_of_file
from pipeline.formats.document import reader
from pipeline.formats.writers import render
from pipeline.run import graph, jobs
from pipeline.run.preview import preview
from pipeline.search.index import schema
from pipeline.speech import weights
from pipeline.speech.voices import encoder_weights
from pipeline.stages import picture
from pipeline.transcript import Kind
from tests.support.project import ROOT, Project, copy_of, made_once

FROM_0_1 = ROOT / "tests" / "data" / "from_0_1"
EXPECTED = json.loads((FROM_0_1 / "expected.json").read_text(encoding="utf-8"))
RECORDINGS = {"call": "media/call.opus", "door": "media/door.mp4"}

# Whose results a stage reads.
FED_BY = {
    "align": {"transcribe"},
    "verify": {"transcribe", "align"},
    "speakers": {"transcribe", "align", "picture"},
    "vignettes": {"sound", "picture", "align", "speakers"},
    "concepts": {"align", "speakers"},
    "captions": {"sound", "picture", "align", "speakers", "vignettes"},
}
# Which stage decides about each part of what is expected.
STAGE_OF = {
    "grade": "align", "words": "align", "utterances": "speakers", "parts": "vignettes", "tags": "concepts", "cues": "captions",
}  # fmt: skip
# Of a decision that holds it is the machine's to say whether it would hold without it.
HOLDS = {str(State.ALREADY): str(State.KEPT)}


@pytest.fixture
def old(tmp_path):
    """A copy of the project, to be changed at will."""
    return Project(shutil.copytree(FROM_0_1, tmp_path / "project"))


@pytest.fixture
def done_anew(tmp_path, tmp_path_factory):
    """A copy of the project after a run of this version, to be changed at will."""

    def make(folder):
        made = Project(shutil.copytree(FROM_0_1, folder / "project"))
        recordings(made.quick("run", "--json"))

    return copy_of(Project(made_once(tmp_path_factory, "done_anew", make) / "project"), tmp_path / "project")


def read_by(name, stage):
    """What a stage of version 0.1 read; of a stage that it did not have, nothing that holds."""
    path = FROM_0_1 / "transcripts" / ".work" / name / f"{stage}.json"
    return json.loads(path.read_text("utf-8"))["reads"] if path.is_file() else {"version": 0}


def renewed(name):
    """Stages that cannot be up to date any more: their version or data that ship with the code are not those recorded."""
    shipped = {
        "lexicon": digest_of_file(data_file(graph.LEXICON)),
        "forms": digest_of_file(data_file(inflections.FORMS_FILE)),
        "reader": picture.reader_identity(),
    }
    found = set()
    for stage, version in ((s.name, s.version) for s in graph.STAGES):
        reads, now = read_by(name, stage), {**shipped, "version": version}
        if any(reads[key] != now[key] for key in reads.keys() & now.keys()):
            found.add(stage)
    return found


def open_to_change(name):
    """Those stages, and all that read what they make."""
    found = renewed(name)
    for stage in graph.names():
        if FED_BY.get(stage, set()) & found:
            found.add(stage)
    return found


def recordings(ran):
    """What became of each recording, by name."""
    assert ran.status == 0, ran.out + ran.err
    return {Path(r["media"]).stem: r for r in ran.json["recordings"]}


def contents(folder):
    """Every file's bytes but for those that name the machine."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and path.name not in ("media-digest.json", "lock", "search.sqlite.lock")
    }


def fates(standings):
    return [[s["id"], s["kind"], HOLDS.get(s["state"], s["state"]), s["by"]] for s in standings]


def decided(project, name):
    """The decisions of a recording as the command lists them: id, kind, state, and the id of the one that each meets."""
    (listed,) = json.loads(project.quick("decisions", RECORDINGS[name], "--json").out)["recordings"]
    rows = [{**s, "kind": s["decision"]["kind"]} for s in listed["decisions"]]
    return [{key: row[key] for key in ("id", "kind", "state", "by")} for row in rows]


def as_plain(transcript):
    """What the decisions came to, as `expected.json` has it."""
    names = {s.id: [s.name, s.role] for s in transcript.voices.speakers}
    return {
        "grade": ["reviewed" if transcript.reviewer else str(transcript.grade), transcript.reviewer],
        "words": [
            [t.text, t.span.start_ms, t.span.end_ms, *([] if t.kind is Kind.WORD else [str(t.kind)])]
            for t in transcript.tokens
        ],
        "utterances": [
            [*names.get(u.speaker or "", ["", ""]), transcript.text(u.first, u.last)]
            for u in transcript.voices.utterances
        ],
        "parts": [[p.kind, p.title, p.span.start_ms, p.span.end_ms] for p in transcript.parts.parts],
        "tags": [[t.concept, transcript.text(t.first, t.last)] for t in transcript.concepts.tags],
        "cues": [
            [c.span.start_ms, c.span.end_ms, render.lines(c, transcript), c.settings]
            for c in transcript.captions.cues
        ],
    }


def answers(project):
    """What the index answers to each of the expected queries."""
    found = {}
    for query in EXPECTED["search"]:
        ran = project.quick("search", query, "--json")
        assert ran.status == 0, ran.err
        moments = [m for hit in ran.json["hits"] for m in hit["moments"]]
        found[query] = [[m["video"], m["speaker"], m["text"]] for m in moments]
    return found


# --- runs ----------------------------------------------------------------------------------------------------------


def test_a_run_finds_it_up_to_date_whatever_weights_are_there(old):
    (old.folder / "models" / encoder_weights.GE2E_FILE).write_bytes(b"weights that are not asked for")
    whisper = old.folder / "models" / "small.en"
    whisper.mkdir()
    for name in (*weights.REQUIRED, *weights.VOCABULARIES):
        (whisper / name).write_bytes(b"{}")
    before = contents(old.out), contents(old.media)
    found = recordings(old.run("run", "--json"))
    assert found.keys() == RECORDINGS.keys()
    for name, recording in found.items():
        done = {s["name"] for s in recording["stages"] if s["done"]}
        assert renewed(name) <= done <= open_to_change(name), recording["stages"]
        assert done or recording["status"] == "up to date"
    after = contents(old.out), contents(old.media)
    assert after[1].items() >= before[1].items()
    assert after[0].keys() >= before[0].keys()
    changing = tuple(
        f"{folder}{name}" for name in RECORDINGS if open_to_change(name) for folder in ("", ".work/")
    )
    same = {path: data for path, data in before[0].items() if not path.startswith(changing)}
    assert after[0].items() >= same.items()
    assert changing or after[0] == before[0]


def test_what_a_person_mends_is_kept_and_nothing_else(old):
    """What was written last is known by its digest, and what a person changed in it by its copy."""
    narrow = ("--set", "captions.max_line_chars=24")
    mended, ours = old.out / "door.en.srt", (old.out / "door.en.vtt").read_bytes()
    theirs = mended.read_bytes().replace(b"Can I say", b"May I say")
    mended.write_bytes(theirs)
    call = (old.out / "call.draft.en.vtt").read_bytes()  # mended while version 0.1 ran
    found = recordings(old.quick("run", "--json", *narrow))
    kept = {name: [k["mended"] for k in recording["kept"]] for name, recording in found.items()}
    assert kept == {"door": ["transcripts/door.en.srt"], "call": ["transcripts/call.draft.en.vtt"]}
    assert mended.read_bytes() == theirs
    assert (old.out / "call.draft.en.vtt").read_bytes() == call
    assert b"Can I say" in (old.out / "door.en.new.srt").read_bytes()
    assert (old.out / "door.en.vtt").read_bytes() != ours
    path = journal.journal_of(old.folder / RECORDINGS["door"])
    decisions = path.read_bytes()
    assert old.quick("adopt", RECORDINGS["door"], mended, "--by", "Ana", *narrow).status == 0
    # Behind the journal's torn line a new one begins.
    before, torn, added = path.read_bytes().partition(decisions + b"\n")
    assert (before, json.loads(added)["kind"], json.loads(added)["value"]) == (b"", "words", {"text": "May"})
    assert torn


@pytest.mark.parametrize(
    ("name", "first"),
    [("call", "align"), ("door", "speakers"), pytest.param("door", "align", marks=pytest.mark.slow)],
)
def test_decisions_stand_when_stages_are_done_anew(old, monkeypatch, name, first):
    raised = set(graph.names()[graph.names().index(first) :])
    newer = [replace(s, version=s.version + 1) if s.name in raised else s for s in graph.STAGES]
    monkeypatch.setattr(graph, "STAGES", newer)
    (recording,) = recordings(old.quick("run", RECORDINGS[name], "--json")).values()
    reasons = {s["name"]: s["reason"] for s in recording["stages"] if s["done"]}
    assert reasons.keys() >= raised
    first_time = "not done yet"  # of a stage that 0.1 did not have
    assert all(reasons[stage].startswith(("changed: version", first_time)) for stage in raised)
    assert fates(decided(old, name)) == fates(EXPECTED[name]["decisions"])
    assert {k["mended"] for k in recording["kept"]} == (
        set() if name == "door" else {"transcripts/call.draft.en.vtt"}
    )


# --- decisions -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", RECORDINGS)
def test_the_replay_of_the_journal_is_as_expected(request, monkeypatch, name):
    changing, expected = open_to_change(name), EXPECTED[name]
    old = request.getfixturevalue("done_anew" if changing else "old")
    assert fates(decided(old, name)) == fates(expected["decisions"])
    assert changing or decided(old, name) == expected["decisions"]
    monkeypatch.chdir(old.folder)
    (job,) = jobs.plan(jobs.Request((Path(RECORDINGS[name]),))).jobs
    found = as_plain(preview(job).transcript)
    assert found.keys() == STAGE_OF.keys()
    for part, stage in STAGE_OF.items():
        assert found[part] == expected[part] or stage in changing, part


@pytest.mark.parametrize("name", RECORDINGS)
def test_every_line_of_the_journal_is_read_as_it_stands(name):
    path = journal.journal_of(FROM_0_1 / RECORDINGS[name])
    lines = path.read_bytes().split(b"\n")
    found = journal.read(path)
    assert [s.line for s in found.strange] == EXPECTED[name]["not_understood"]
    damaged = {s.line for s in found.strange}
    sound = [json.loads(raw) for n, raw in enumerate(lines, 1) if raw.strip() and n not in damaged]
    read = json.loads(json.dumps([d.to_json() for d in found.decisions]))
    assert {line["id"]: line for line in read} == {line["id"]: line for line in sound}
    assert name == "call" or {d.kind for d in found.decisions} == set(EXPECTED["kinds"]) <= KINDS.keys()


# --- what others read ----------------------------------------------------------------------------------------------


def test_the_index_answers_or_is_made_anew(old):
    with closing(sqlite3.connect(old.out / ".work" / "search.sqlite")) as connection:
        is_current = connection.execute("PRAGMA user_version").fetchone() == (schema.VERSION,)
    if is_current:
        assert answers(old) == EXPECTED["search"]
    else:
        assert "run: vignette index" in old.quick("search", "chair").err
    made = old.quick("index", "--json").json
    assert (made["rebuilt"], made["unchanged"], made["skipped"]) == (not is_current, 2 * is_current, [])
    assert answers(old) == EXPECTED["search"]
    assert old.quick("search", "chair", "--json").json["notes"] == []


@pytest.mark.parametrize("name", RECORDINGS)
def test_its_documents_are_read(old, name):
    path = old.out / f"{name}.json"
    written = json.loads(path.read_text("utf-8"))
    read = reader.parse(path.read_bytes(), path)
    people = [p.name for p in read.people]
    assert [[u.text, len(u.tags)] for u in read.utterances] == [
        [u["text"], len(u["concepts"])] for u in written["utterances"]
    ]
    assert people == [s["name"] for s in written["speakers"]]
    assert [s.id for s in read.scenes] == [p["id"] for p in written["vignettes"]]
    assert summary_of(path).as_json()
    captions = "door.en.srt" if name == "door" else "call.draft.en.srt"
    (checked,) = old.quick("check", f"transcripts/{captions}", "--json").json["files"]
    assert checked["rates"]["cues"] == len(written["cues"])
    waived = {f["id"]: f["waived_by"] for f in checked["findings"] if f["waived_by"]}
    assert waived == ({"non-speech-missing": "Ben"} if name == "door" else {})
