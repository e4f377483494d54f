"""`vignette edits` on a captioned recording: what each act writes, who decides, and that one act is taken back as one."""

from __future__ import annotations

import json
import os
import pty
import re
import shutil
import subprocess
import sys

import pytest

from pipeline.edits import read
from tests.support import qda_makers
from tests.support.project import environment

MEDIA = "media/clip.mp4"


def journal_of(project):
    return project.media / "clip.edits.jsonl"


def lines_of(project):
    return [json.loads(line) for line in journal_of(project).read_text("utf-8").splitlines()]


def words_of(project):
    """The words of the captions."""
    blocks = (project.out / "clip.en.srt").read_text("utf-8").strip().split("\n\n")
    return [word for block in blocks for line in block.split("\n")[2:] for word in line.split()]


def act(project, *args):
    ran = project.quick("edits", *args, "--by", "Ana")
    assert ran.status == 0, ran.err
    return ran


ACTS = {
    "text": (("text", MEDIA, "Thursday group", "Tuesday group"), "words"),
    "time": (("time", MEDIA, "Ruth Calder", "0:08.2-0:09.1"), "word-time"),
    "speaker": (("speaker", MEDIA, "listen to the silences", "Ruth Calder"), "speaker"),
    "concept": (("concept", MEDIA, "what they drank", "trigger", "--verdict", "added"), "concept"),
    "style": (("style", MEDIA, "silences", "bold #ffff00"), "style"),
    "cue": (("cue", MEDIA, "Welcome", "0:04.5-0:05.6"), "cue"),
    "split": (("split", MEDIA, "and I lead"), "split"),
    "join": (("join", MEDIA, "Welcome"), "merge"),
    "delete": (("delete", MEDIA, "Welcome"), "delete"),
    "add": (("add", MEDIA, "Is that the door?", "0:01-0:02.5", "--label", "Colin"), "add"),
    "person": (("person", MEDIA, "speaker-1", "--name", "Daniel Marsh"), "person"),
    "part": (("part", MEDIA, "0:05", "--title", "How it begins"), "vignette"),
    "review": (("review", MEDIA), "reviewed"),
    "review of a caption": (("review", MEDIA, "silences"), "reviewed"),
}


@pytest.mark.parametrize("name", ACTS)
def test_an_act_is_written_down_said_and_taken_back(captioned, name):
    args, kind = ACTS[name]
    ran = act(captioned, *args)
    (line,) = lines_of(captioned)
    assert (line["kind"], line["who"]) == (kind, "Ana")
    assert line["id"] in ran.out
    assert f"vignette edits undo {MEDIA}" in ran.out and f"vignette run {MEDIA}" in ran.out
    back = captioned.quick("edits", "undo", MEDIA, "--by", "Ben")
    assert back.status == 0 and "taken back: 1 decision that Ana made" in back.out
    (listed,) = captioned.quick("edits", "list", MEDIA, "--json").json["recordings"]
    assert [d["state"] for d in listed["decisions"]] == ["withdrawn", "kept"]


def test_what_was_decided_comes_out_of_the_next_run_and_goes_again(captioned):
    act(captioned, "text", "clip", "Thursday", "Tuesday")
    assert captioned.quick("run", "--quiet").out == ""
    assert "Tuesday" in words_of(captioned)
    act(captioned, "undo", "clip")
    captioned.quick("run")
    assert "Tuesday" not in words_of(captioned) and "Thursday" in words_of(captioned)
    act(captioned, "redo", "clip.mp4")
    captioned.quick("run")
    assert "Tuesday" in words_of(captioned)


def test_as_json_an_act_is_one_document(captioned):
    ran = captioned.quick("edits", "text", MEDIA, "Thursday", "Tuesday", "--by", "Ana", "--json")
    assert ran.json["decisions"][0]["decision"]["value"] == {"text": "Tuesday"}
    assert ran.json["act"] == lines_of(captioned)[0]["id"]
    assert ran.err == ""


def test_an_adoption_is_one_act(captioned):
    mended = captioned.out / "clip.en.srt"
    text = mended.read_text("utf-8").replace("Thursday", "Tuesday").replace("silences", "pauses")
    mended.write_text(text.replace("watch", "look at"), "utf-8")
    ran = act(captioned, "adopt", MEDIA, "transcripts/clip.en.srt")
    assert f"vignette edits undo {MEDIA}" in ran.out
    lines = lines_of(captioned)
    assert len(lines) > 2
    assert len({line["group"] for line in lines}) == 1
    back = captioned.quick("edits", "undo", MEDIA, "--by", "Ana", "--json").json
    assert len(back["taken_back"]) == len(lines) == len(back["written"])
    again = captioned.quick("edits", "undo", MEDIA, "--by", "Ana")
    assert again.status == 2 and "nothing to undo" in again.err
    forth = captioned.quick("edits", "redo", MEDIA, "--by", "Ana", "--json").json
    assert {d["id"] for d in forth["put_back"]} == {line["id"] for line in lines}
    (listed,) = captioned.quick("edits", "list", MEDIA, "--json").json["recordings"]
    assert listed["conflicts"] == []
    assert all(d["state"] == "kept" for d in listed["decisions"][: len(lines)])


def test_an_act_is_taken_back_by_its_name_though_others_were_made_since(captioned):
    mended = captioned.out / "clip.en.srt"
    mended.write_text(
        mended.read_text("utf-8").replace("Thursday", "Tuesday").replace("silences", "pauses"), "utf-8"
    )
    act(captioned, "adopt", MEDIA, "transcripts/clip.en.srt")
    act(captioned, "text", MEDIA, "colleague", "friend")
    group = lines_of(captioned)[0]["group"]
    assert f"vignette edits undo {MEDIA} {group}" in captioned.quick("edits", "list").out
    act(captioned, "undo", MEDIA, group[:8])
    captioned.quick("run")
    words = " ".join(words_of(captioned))
    assert "Thursday" in words and "silences" in words and "friend" in words


def test_a_time_may_be_open_on_either_side(captioned):
    for span, key in (("0:04.4-", "start_ms"), ("-0:05.9", "end_ms")):
        act(captioned, "cue", MEDIA, "Welcome", span)
        assert set(lines_of(captioned)[-1]["value"]) == {key}


@pytest.mark.parametrize("name", ["clip", "clip.mp4", MEDIA])
def test_a_recording_is_named_by_its_name_or_its_path(captioned, name):
    assert captioned.quick("run", name).status == 0
    assert captioned.quick("mux", name, "-o", "copy.mkv").status == 0
    assert captioned.quick("edits", "list", name).out.startswith(f"{MEDIA}: ")


@pytest.mark.parametrize(
    "command", [("run", "clop"), ("mux", "clop"), ("edits", "list", "clop.mp4"), ("status", "clop")]
)
def test_a_mistyped_recording_is_answered_with_the_nearest(captioned, command):
    ran = captioned.quick(*command)
    assert ran.status == 1 and "did you mean" in ran.err and "clip" in ran.err


def test_a_word_too_many_is_named_with_what_to_do(captioned):
    ran = captioned.quick("edits", "text", MEDIA, "Thursday", "Tuesday", "evening", "--by", "Ana")
    assert ran.status == 2 and "(evening)" in ran.err and "quote words" in ran.err


def test_the_earlier_name_of_a_copy_works(captioned):
    ran = captioned.quick("mux", MEDIA, "--to", "copy.mkv", "--out", "transcripts")
    assert ran.status == 0 and (captioned.folder / "copy.mkv").is_file()
    assert "--output" in ran.err and "--transcripts" in ran.err


def test_one_decision_of_an_act_is_taken_back_by_its_id(captioned):
    mended = captioned.out / "clip.en.srt"
    mended.write_text(
        mended.read_text("utf-8").replace("Thursday", "Tuesday").replace("silences", "pauses"), "utf-8"
    )
    act(captioned, "adopt", MEDIA, "transcripts/clip.en.srt")
    one = next(line for line in lines_of(captioned) if "pauses" in line["value"].get("text", ""))
    act(captioned, "undo", MEDIA, one["id"][:6])
    captioned.quick("run")
    words = " ".join(words_of(captioned))
    assert "Tuesday" in words and "silences" in words
    ran = captioned.quick("edits", "undo", MEDIA, one["id"], "--by", "Ana")
    assert ran.status == 2 and "taken back already" in ran.err


def test_a_journal_of_an_earlier_version_is_read_and_undone(captioned):
    act(captioned, "text", MEDIA, "Thursday", "Tuesday")
    act(captioned, "text", MEDIA, "silences", "pauses")
    assert all("group" not in line for line in lines_of(captioned))
    act(captioned, "undo", MEDIA)
    captioned.quick("run")
    assert "Tuesday" in words_of(captioned) and "silences." in words_of(captioned)


def test_a_name_is_never_guessed(captioned):
    ran = captioned.quick("edits", "text", MEDIA, "Thursday", "Tuesday")
    assert ran.status == 2
    assert ran.err == "vignette: it is not known who decides - say so with --by NAME\n"
    assert not journal_of(captioned).exists()
    as_json = captioned.quick("edits", "text", MEDIA, "Thursday", "Tuesday", "--json")
    assert "--by" in as_json.json["error"]["remedy"]


def config(project):
    return project.folder / ".config" / "vignette" / "name"


def test_a_name_that_is_remembered_decides_and_by_decides_otherwise(captioned):
    config(captioned).parent.mkdir(parents=True)
    config(captioned).write_text("Ana Lytical\n", "utf-8")
    assert captioned.quick("edits", "text", MEDIA, "Thursday", "Tuesday").status == 0
    assert captioned.quick("edits", "text", MEDIA, "silences", "pauses", "--by", "Ben").status == 0
    assert [line["who"] for line in lines_of(captioned)] == ["Ana Lytical", "Ben"]
    assert config(captioned).read_text("utf-8") == "Ana Lytical\n"


@pytest.mark.parametrize("held", [b"", b"\xff\xfe", b"\n\n", b"x" * 5000])
def test_a_damaged_memory_is_one_sentence(captioned, held):
    config(captioned).parent.mkdir(parents=True)
    config(captioned).write_bytes(held)
    ran = captioned.quick("edits", "text", MEDIA, "Thursday", "Tuesday")
    assert (ran.status, "--by" in ran.err, len(ran.err.splitlines())) == (2, True, 1)
    assert captioned.quick("edits", "text", MEDIA, "Thursday", "Tuesday", "--by", "Ana").status == 0


@pytest.mark.parametrize("name", ["", "   ", "a\x1b[31m", "x" * 201])
def test_what_is_no_name_is_refused(captioned, name):
    ran = captioned.quick("edits", "undo", MEDIA, "--by", name)
    assert ran.status == 2 and "--by" in ran.err


@pytest.mark.skipif(os.name == "nt", reason="terminals of this kind are of POSIX")
def test_at_a_terminal_the_name_is_asked_once(captioned):
    first = at_terminal(captioned, "Ana\n", "edits", "text", MEDIA, "Thursday", "Tuesday")
    assert "Who decides?" in first and str(config(captioned)) in first.replace("\r\n", "")
    second = at_terminal(captioned, "", "edits", "text", MEDIA, "silences", "pauses")
    assert "Who decides?" not in second
    assert [line["who"] for line in lines_of(captioned)] == ["Ana", "Ana"]


@pytest.mark.skipif(os.name == "nt", reason="terminals of this kind are of POSIX")
@pytest.mark.parametrize(("answer", "taken"), [("n\n", False), ("y\n", True)])
def test_a_file_of_other_times_is_asked_about_at_a_terminal(captioned, answer, taken):
    shutil.copy(captioned.out / "clip.en.srt", captioned.folder / "late.srt")
    late = captioned.folder / "late.srt"
    late.write_text(
        re.sub(r"00:00:(\d\d)", lambda m: f"00:00:{int(m[1]) + 3:02}", late.read_text("utf-8")), "utf-8"
    )
    refused = captioned.quick("edits", "adopt", MEDIA, "late.srt", "--by", "Ana")
    assert refused.status == 1 and "--yes" in refused.err and not journal_of(captioned).exists()
    asked = at_terminal(captioned, answer, "edits", "adopt", MEDIA, "late.srt", "--by", "Ana")
    assert "Take it all the same?" in asked
    assert journal_of(captioned).exists() is taken


def at_terminal(project, typed, *args):
    """What a terminal shows of a command when a person types an answer."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "pipeline", *args],
        cwd=project.folder,
        env=environment(project.folder) | {"TERM": "dumb", "COLUMNS": "300"},
        stdin=theirs,
        stdout=subprocess.DEVNULL,
        stderr=theirs,
        close_fds=True,
    )
    os.close(theirs)
    os.write(ours, typed.encode())
    shown = b""
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:  # the other side is closed
        pass
    process.wait(timeout=120)
    os.close(ours)
    return shown.decode()


@pytest.mark.parametrize(
    ("args", "says"),
    [(("concept", MEDIA, "drank", "triger"), "did you mean trigger"),
     (("person", MEDIA, "speaker-2", "--name", "Ruth"), "speaker-1"),
     (("style", MEDIA, "drank", "boldd"), "did you mean bold"),
     (("text", MEDIA, "Thursdy", "Tuesday"), "as the transcript has them"),
     (("text", "clap.mp4", "Thursday", "Tuesday"), "did you mean clip.mp4"),
     (("cue", MEDIA, "Welcome", "0:05-0:04"), "ends before it starts"),
     (("time", MEDIA, "Welcome", "59:00-59:01"), "behind the end"),
     (("person", MEDIA, "speaker-1"), "add --name or --role"),
     (("undo", MEDIA, "abc"), "vignette edits list"), (("redo", MEDIA), "nothing to redo"),
     (("waive", "min-duratoin", MEDIA, "--all", "--reason", "so"), "did you mean min-duration"),
     (("waive", "min-duration", MEDIA, "--reason", "so"), "--all"),
     (("waive", "min-duration", MEDIA, "--all"), "needs a reason")],
    ids=lambda a: " ".join(a) if isinstance(a, tuple) else a,
)  # fmt: skip
def test_what_is_wrong_is_one_sentence_and_nothing_is_written(captioned, args, says):
    ran = captioned.quick("edits", *args, "--by", "Ana")
    assert ran.status in (1, 2)
    assert says in ran.err and len(ran.err.strip().splitlines()) == 1
    assert not journal_of(captioned).exists()


def test_a_speaker_like_another_is_a_slip_unless_it_is_new(captioned):
    act(captioned, "person", MEDIA, "speaker-1", "--name", "Daniel Marsh")
    ran = captioned.quick("edits", "speaker", MEDIA, "silences", "Danel Marsh", "--by", "Ana")
    assert ran.status == 2 and "did you mean Daniel Marsh" in ran.err
    act(captioned, "speaker", MEDIA, "silences", "Danel Marsh", "--new")
    act(captioned, "speaker", MEDIA, "Welcome", "Priya Nair")
    assert [line["value"].get("speaker") for line in lines_of(captioned)] == [
        None,
        "Danel Marsh",
        "Priya Nair",
    ]


@pytest.mark.parametrize("order", [("text", "silences", "pauses"), ("style", "silences", "italic")])
def test_the_only_recording_need_not_be_named_where_that_is_clear(captioned, order):
    act(captioned, order[0], MEDIA, *order[1:])
    act(captioned, "undo")
    act(captioned, "redo")
    assert len(lines_of(captioned)) == 3


# --- suggestions ------------------------------------------------------------------------------------------------------


def suggest(project, *entries):
    """Let a second ear have heard these: (text, suggestion, confidence, gain), where the words are said, or at a time."""
    path = project.out / "clip.json"
    document = json.loads(path.read_text("utf-8"))
    words = [w for u in document["utterances"] for w in u["words"]]
    found = []
    for number, (text, suggestion, confidence, gain, at) in enumerate(entries, 1):
        start, end = (
            at
            if isinstance(at, tuple)
            else next((w["start_ms"], w["end_ms"]) for w in words if w["text"] == at)
        )
        found.append({"id": f"s{number}", "start_ms": start, "end_ms": end, "text": text, "suggestion": suggestion,
                      "confidence": confidence, "gain": gain})  # fmt: skip
    document["verification"] = {**(document.get("verification") or {}), "suggestions": found}
    path.write_text(json.dumps(document), "utf-8")


SUGGESTED = (
    ("silences.", "pauses.", 0.97, 9.0, "silences."),
    ("", "really", 0.92, 4.0, "takes"),
    ("", "Is that the door?", 0.6, None, (1000, 2400)),
)


def test_suggestions_are_listed_and_taken_by_id(captioned):
    suggest(captioned, *SUGGESTED)
    listed = captioned.quick("edits", "take", MEDIA)
    assert listed.status == 0 and all(s in listed.out for s in ("s1", "s2", "s3", "pauses.", "0.97"))
    assert not journal_of(captioned).exists()
    act(captioned, "take", MEDIA, "s1")
    captioned.quick("run")
    assert "pauses." in words_of(captioned) and "silences." not in words_of(captioned)


def test_all_suggestions_above_a_confidence_are_one_act(captioned):
    suggest(captioned, *SUGGESTED)
    ran = act(captioned, "take", "--all", "--above", "0.9")
    assert "2 decisions by Ana" in ran.out
    captioned.quick("run")
    words = " ".join(words_of(captioned))
    assert "pauses." in words and re.search(r"It really takes|It takes really", words) and "door" not in words
    act(captioned, "undo")
    captioned.quick("run")
    assert "silences." in words_of(captioned) and "really" not in words_of(captioned)


def test_speech_without_text_becomes_a_caption(captioned):
    suggest(captioned, *SUGGESTED)
    act(captioned, "take", MEDIA, "s3")
    (line,) = lines_of(captioned)
    assert (line["kind"], line["value"]["text"], line["value"]["start_ms"]) == (
        "add",
        "Is that the door?",
        1000,
    )
    captioned.quick("run")
    assert "Is that the door?" in (captioned.out / "clip.en.srt").read_text("utf-8")


def test_taking_twice_changes_nothing_more(captioned):
    suggest(captioned, *SUGGESTED)
    act(captioned, "take", MEDIA, "--all")
    count = len(lines_of(captioned))
    ran = act(captioned, "take", MEDIA, "--all")
    assert "so already" in ran.out and len(lines_of(captioned)) == count


def test_a_suggestion_about_words_that_are_gone_is_left_out_and_told(captioned):
    act(captioned, "text", MEDIA, "silences", "gaps")
    suggest(captioned, *SUGGESTED)
    ran = act(captioned, "take", MEDIA, "s1", "s2")
    assert "s1 at 0:" in ran.out and "left out" in ran.out
    assert [line["kind"] for line in lines_of(captioned)] == ["words", "words"]


@pytest.mark.parametrize(
    ("args", "says"),
    [(("s9",), "no suggestion 's9'"), (("--above", "0.9"), "add --all"), (("s1", "--all"), "name ids, or say --all"),
     (("--all", "--above", "1.5"), "--above")],
)  # fmt: skip
def test_take_refuses_what_makes_no_sense(captioned, args, says):
    suggest(captioned, *SUGGESTED)
    ran = captioned.quick("edits", "take", MEDIA, *args, "--by", "Ana")
    assert ran.status == 2 and says in ran.err


# --- waivers ----------------------------------------------------------------------------------------------------------


def findings(project, rule):
    (one,) = project.quick("check", "transcripts/clip.en.srt", "--format", "json").json["files"]
    return [f for f in one["findings"] if f["id"] == rule and not f["waived_by"]]


@pytest.fixture
def fast(captioned):
    """Captions of which several break the same rule."""
    path = captioned.out / "clip.en.srt"
    short = re.sub(
        r"(\d\d:\d\d:)(\d\d),(\d)\d\d --> .*", r"\1\2,\g<3>00 --> \1\2,\g<3>99", path.read_text("utf-8")
    )
    path.write_text(short, "utf-8")
    return captioned


def test_every_finding_of_a_rule_is_waived_and_comes_back(fast):
    assert len(findings(fast, "min-duration")) > 2
    ran = fast.quick("edits", "waive", "min-duration", MEDIA, "--all", "--reason", "as spoken", "--by", "Ana")
    assert ran.status == 0, ran.err
    assert findings(fast, "min-duration") == []
    act(fast, "undo", MEDIA)
    assert len(findings(fast, "min-duration")) > 2


@pytest.mark.parametrize("where", ["silences", "0:15-0:59", "0:20"])
def test_findings_are_waived_where_it_is_said(fast, where):
    before = len(findings(fast, "min-duration"))
    act(fast, "waive", MEDIA, "min-duration", "--where", where, "--reason", "as spoken")
    assert 0 < len(findings(fast, "min-duration")) < before


# --- earlier spellings ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "new"),
    [(("decide", MEDIA, "--words", "Thursday", "--become", "Tuesday", "--by", "Ana"), "vignette edits text"),
     (("decide", MEDIA, "--words", "Welcome", "--merge", "--by", "Ana"), "vignette edits join"),
     (("decide", MEDIA, "--reviewed", "--by", "Ana"), "vignette edits review"),
     (("decisions", MEDIA), "vignette edits list"), (("decisions", MEDIA, "--conflicts"), "vignette edits conflicts"),
     (("adopt", MEDIA, "transcripts/clip.en.srt", "--by", "Ana"), "vignette edits adopt"),
     (("decide", MEDIA, "--reviewed", "--by", "Ana", "--out", "transcripts"), "--transcripts")],
    ids=lambda a: " ".join(a) if isinstance(a, tuple) else a,
)  # fmt: skip
def test_old_commands_work_and_say_the_new_one(captioned, args, new):
    ran = captioned.quick(*args)
    assert ran.status == 0, ran.err
    assert new in ran.err
    assert "called" not in ran.out


def test_an_old_command_without_a_name_says_whose_it_took(captioned):
    ran = captioned.quick("decide", MEDIA, "--words", "Thursday", "--become", "Tuesday")
    if ran.status == 0:
        assert f"decided as '{lines_of(captioned)[0]['who']}'" in ran.err
    else:  # this machine knows no login name
        assert "--by" in ran.err


def test_the_old_name_of_a_folder_works_and_says_the_new_one(captioned):
    captioned.quick("index")
    for command in (("search", "silences"), ("concordance", "silences"), ("cooccur",)):
        old = captioned.quick(*command, "--in", "transcripts")
        new = captioned.quick(*command, "--transcripts", "transcripts")
        assert (old.status, old.out) == (new.status, new.out)
        assert old.err.count("\n") == 1 and "--transcripts" in old.err and new.err == ""
        assert captioned.quick(*command, "--in=transcripts").out == new.out


def test_out_of_run_stays_without_a_word(captioned):
    assert captioned.quick("run", "--out", "elsewhere", "--quiet").err == ""
    assert (captioned.folder / "elsewhere" / "clip.json").is_file()


# --- next -------------------------------------------------------------------------------------------------------------


def needs(project):
    return project.quick("edits", "next", MEDIA, "--json", "--count", "99").json["needs"]


def test_next_shows_one_thing_with_evidence_and_commands(captioned):
    suggest(captioned, SUGGESTED[0])
    ran = captioned.quick("edits", "next")
    assert ran.status == 0
    assert "pauses." in ran.out and "vignette edits take media/clip.mp4 s1" in ran.out and "97 %" in ran.out
    assert "more after this" in ran.out


def test_what_was_decided_needs_nobody_any_more(captioned):
    suggest(captioned, SUGGESTED[0])
    assert "another reading is suggested" in {n["kind"] for n in needs(captioned)}
    act(captioned, "review", MEDIA, "silences")
    assert "another reading is suggested" not in {n["kind"] for n in needs(captioned)}
    assert any("speaker-1" in n["kind"] for n in needs(captioned))
    act(captioned, "person", MEDIA, "speaker-1", "--name", "Daniel Marsh")
    assert not any("speaker-1" in n["kind"] for n in needs(captioned))


def test_the_commands_that_next_names_are_commands(captioned):
    suggest(captioned, *SUGGESTED)
    for need in needs(captioned):
        command = need["commands"][0].split("   (")[0].replace('"..."', "Priya")
        import shlex

        assert captioned.quick(*shlex.split(command)[1:], "--by", "Ana").status == 0, command


def test_the_words_in_question_are_shown_alone(captioned):
    suggest(captioned, SUGGESTED[0])
    (need,) = [n for n in needs(captioned) if n["kind"] == "another reading is suggested"]
    assert "[silences.]" in need["evidence"][0]


def test_before_the_first_run_next_is_the_run(project, clip):
    shutil.copy(clip / "clip.mp4", project.media)
    ran = project.quick("edits", "next")
    assert "vignette run media/clip.mp4" in ran.out


def test_merging_adds_what_another_copy_holds_as_acts(captioned, tmp_path):
    act(captioned, "text", MEDIA, "Thursday", "Tuesday")
    other = tmp_path / "ben.edits.jsonl"
    shutil.move(journal_of(captioned), other)
    act(captioned, "text", MEDIA, "silences", "pauses")
    ran = captioned.quick("edits", "merge", MEDIA, other)
    assert ran.status == 0 and "1 merged" in ran.out
    assert len(read(journal_of(captioned)).decisions) == 2


def coded_project(project, words, code="trigger"):
    """A project of another program that codes these words of the clip's transcript."""
    document = json.loads((project.out / "clip.json").read_text("utf-8"))
    text = "\n".join(u["text"] for u in document["utterances"])
    at = text.index(words)
    source = qda_makers.text_source("clip", text, [(at, at + len(words), code)])
    return qda_makers.saved(project.folder / "study.qdpx", qda_makers.project([code], source), {"clip": text})


def test_codings_are_adopted_stand_in_the_next_run_and_are_taken_back_as_one_act(captioned):
    coded_project(captioned, "Welcome to the")
    dry = captioned.quick("edits", "adopt", MEDIA, "study.qdpx", "--by", "Ana", "--dry-run", "--json")
    assert (dry.status, dry.json["decisions"], dry.json["unmatched"]) == (0, 1, [])
    assert not journal_of(captioned).exists()
    act(captioned, "adopt", MEDIA, "study.qdpx")
    (line,) = lines_of(captioned)
    assert (line["kind"], line["value"]) == ("concept", {"concept": "trigger", "verdict": "added"})
    assert captioned.quick("run", "--quiet").status == 0
    document = json.loads((captioned.out / "clip.json").read_text("utf-8"))
    found = [
        u["text"][c["start_char"] : c["end_char"]]
        for u in document["utterances"]
        for c in u["concepts"]
        if c["id"] == "trigger"
    ]
    assert "Welcome to the" in found
    assert "so already" in act(captioned, "adopt", MEDIA, "study.qdpx").out
    act(captioned, "undo", MEDIA)
    assert lines_of(captioned)[-1]["kind"] == "withdraw"


def test_a_coding_that_matches_nothing_is_told_and_the_status_is_1(captioned):
    coded_project(captioned, "Welcome to the", "my own theory")
    ran = captioned.quick("edits", "adopt", MEDIA, "study.qdpx", "--by", "Ana")
    assert ran.status == 1
    assert 'my own theory: "Welcome to the" - is no concept of the lexicon' in ran.out
    assert not journal_of(captioned).exists()


@pytest.mark.parametrize(
    "data", [b"", b"PK\x03\x04", b"<!DOCTYPE a [<!ENTITY b 'c'>]><Project/>", b"\xff\xfe"]
)
def test_a_project_that_is_none_is_one_sentence(captioned, data):
    (captioned.folder / "study.qdpx").write_bytes(data)
    ran = captioned.quick("edits", "adopt", MEDIA, "study.qdpx", "--by", "Ana")
    assert ran.status == 1
    assert "study.qdpx" in ran.err
    assert len(ran.err.strip().splitlines()) == 1
