"""The commands beside `run`, as a stranger uses them: align, check, concepts, search."""

import json

import pysrt
import pytest

LATE_MS = 4000


def late_subtitles(captioned, late_ms=LATE_MS):
    """The clip's captions as an editor might bring them: all too late, with a style and a label."""
    cues = pysrt.open(str(captioned.out / "clip.en.srt"), encoding="utf-8")
    cues.shift(milliseconds=late_ms)
    cues[0].text = "<i>" + cues[0].text + "</i>"
    path = captioned.folder / "late.srt"
    cues.save(str(path), encoding="utf-8")
    return path, cues


def test_align_moves_times_and_nothing_else(captioned):
    path, before = late_subtitles(captioned)
    ran = captioned.quick("align", "media/clip.mp4", path, "-o", "timed.srt", "--report", "timed.json")
    assert ran.status == 0, ran.err
    assert "late" in ran.out
    after = pysrt.open(str(captioned.folder / "timed.srt"), encoding="utf-8")
    assert [c.text for c in after] == [c.text for c in before]
    assert all(
        abs(b.start.ordinal - LATE_MS - a.start.ordinal) <= 300 for a, b in zip(after, before, strict=True)
    )
    report = json.loads((captioned.folder / "timed.json").read_text(encoding="utf-8"))
    assert set(report["words"][0]) == {"text", "start_ms", "end_ms", "confidence", "time_source"}
    assert report["alignment"]["verdict"] == "offset"


def test_align_leaves_a_file_in_sync_alone(captioned):
    path, _ = late_subtitles(captioned, late_ms=0)
    ran = captioned.quick("align", "media/clip.mp4", path, "-o", "timed.srt", "--json")
    assert ran.json["verdict"] == "in sync"
    assert (captioned.folder / "timed.srt").read_bytes() == path.read_bytes()


def test_align_never_writes_over_its_input(captioned):
    path, _ = late_subtitles(captioned)
    before = path.read_bytes()
    ran = captioned.quick("align", "media/clip.mp4", path, "-o", path)
    assert ran.status == 1
    assert "is an input" in ran.err
    assert path.read_bytes() == before


def test_align_never_writes_its_report_over_its_captions(captioned):
    path, _ = late_subtitles(captioned)
    ran = captioned.quick("align", "media/clip.mp4", path, "-o", "both.srt", "--report", "./both.srt")
    assert ran.status == 2
    assert len(ran.err.strip().splitlines()) == 1
    assert not (captioned.folder / "both.srt").exists()


@pytest.mark.parametrize("args", [("nowhere.mp4", "late.srt"), ("media/clip.mp4", "nowhere.srt")])
def test_align_without_its_files(captioned, args):
    late_subtitles(captioned)
    ran = captioned.quick("align", *args, "-o", "timed.srt")
    assert ran.status == 1
    assert "nowhere" in ran.err
    assert not (captioned.folder / "timed.srt").exists()


def test_check_finds_what_is_wrong_and_exits_1(captioned):
    path = captioned.folder / "bad.srt"
    path.write_text(
        "1\n00:00:05,000 --> 00:00:04,000\n" + "a very long line of text " * 5 + "\n", encoding="utf-8"
    )
    ran = captioned.quick("check", path)
    assert ran.status == 1
    assert "max-chars-line" in ran.out
    assert "comply" in ran.out
    assert captioned.quick("check", path, "--json").json


def test_check_listens_to_the_recording(captioned):
    path, _ = late_subtitles(captioned)
    ran = captioned.quick(
        "check",
        path,
        "--media",
        "media/clip.mp4",
        "--profile",
        "netflix",
        "--profile",
        "bbc",
        "--format",
        "html",
    )
    assert ran.status in (0, 1)
    assert ran.out.lower().startswith("<!doctype html>")
    assert "<script src" not in ran.out


def test_check_mends_beside_the_file(captioned):
    path, _ = late_subtitles(captioned)
    text = path.read_text(encoding="utf-8").replace("<i>", "<i>  ")
    path.write_text(text, encoding="utf-8")
    ran = captioned.quick("check", path, "--fix")
    assert path.read_text(encoding="utf-8") == text
    assert ran.status == 0, ran.out + ran.err


@pytest.mark.parametrize(
    "args", [("--format", "pdf"), ("--fail-on", "info"), ("--in-place",), ("--profile", "imax")]
)
def test_check_with_wrong_options(captioned, args):
    ran = captioned.quick("check", captioned.out / "clip.en.srt", *args)
    assert ran.status == 2
    assert len(ran.err.strip().splitlines()) == 1


def test_the_concepts_are_listed_tried_and_checked(project):
    listed = project.quick("concepts", "--json").json
    assert len(listed) == 22
    assert {"trigger", "resistance"} < {c["id"] for c in listed}
    assert all(c["definition"] for c in listed)
    tried = project.quick("concepts", "try", "Whenever I walk past that pub I want a drink.", "--json").json
    assert tried
    assert all(t["evidence"] in "Whenever I walk past that pub I want a drink." for t in tried)
    assert "no concept" in project.quick("concepts", "try", "The bus was late.").out
    assert project.quick("concepts", "check").status == 0


def test_concepts_of_a_transcript(captioned):
    assert captioned.quick("concepts", "summary", "transcripts/clip.json", "--json").json["duration_ms"] > 0
    ran = captioned.quick("concepts", "summary", "media/clip.mp4")
    assert ran.status == 1
    assert "clip.mp4" in ran.err


def test_labelled_utterances_are_scored(project):
    rows = project.folder / "rows.jsonl"
    rows.write_text(
        '{"id": "1", "transcript_id": "a", "text": "The bus was late.", "concepts": []}\n', encoding="utf-8"
    )
    assert project.quick("concepts", "score", rows, "--json").json["utterances"] == 1
    rows.write_text('{"id": "1", "text": "x", "concepts": ["nonsense"]}\n', encoding="utf-8")
    ran = project.quick("concepts", "score", rows)
    assert ran.status == 2
    assert "line 1" in ran.err


def test_what_is_captioned_can_be_found(captioned):
    assert captioned.quick("index").status == 0
    ran = captioned.quick("search", "welcome", "--json")
    assert ran.status == 0
    assert "clip" in ran.out
    wrong = captioned.quick("search", "speaker:")
    assert wrong.status == 2
    assert "^" in wrong.err


def test_what_is_forgotten_can_no_longer_be_found(captioned):
    captioned.quick("index")
    index = captioned.out / ".work" / "search.sqlite"
    assert b"Thursday" in index.read_bytes()
    assert captioned.quick("forget", "clip", "--yes").status == 0
    assert not [p for p in captioned.out.rglob("*") if p.is_file() and b"Thursday" in p.read_bytes()]


BAD = "1\n00:00:01,000 --> 00:00:01,300\nNo.\n\n2\n00:00:09,000 --> 00:00:09,300\nYes.\n"


def test_mends_and_waivers_as_json(project):
    (project.folder / "a.srt").write_text(BAD, encoding="utf-8")
    ran = project.quick("check", "a.srt", "none.srt", "--fix", "--json")
    one, none = ran.json["files"]
    assert (ran.status, one["written"], one["mended"]) == (1, "a.mended.srt", [1, 2])
    assert one["findings_after"] < one["findings_before"] and "+00:00:01,000" in one["diff"]
    assert none["error"]["kind"] == "SubtitlesError"
    ran = project.quick(
        "check", "a.srt", "--waive", "min-duration", "--at", "0:01", "--reason", "so", "--json"
    )
    assert (ran.status, ran.json["rule"]) == (0, "min-duration")


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("check", "a.srt", "--json", "--format", "html"), "contradict each other"),
        (("search", "a", "--json", "--format", "csv"), "contradict each other"),
        (("check", "a.srt", "--fix", "--format", "csv"), "--fix makes no report as csv"),
        (("check", "a.srt", "--overwrite"), "--overwrite goes with --fix"),
    ],
)
def test_options_that_contradict_each_other(project, args, says):
    (project.folder / "a.srt").write_text(BAD, encoding="utf-8")
    ran = project.quick(*args)
    assert ran.status == 2
    assert says in ran.err + ran.out


def test_mends_fail_on_warnings_when_told_to(project):
    text = "1\n00:00:01,000 --> 00:00:03,000\nHello - my friend ,yes.\n"
    (project.folder / "a.srt").write_text(text, encoding="utf-8")
    left = project.quick("check", "a.srt", "--json").json["files"][0]["counts"]
    assert left["warning"] and not left["error"]
    assert project.quick("check", "a.srt", "--fix").status == 0
    assert project.quick("check", "a.srt", "--fix", "--fail-on", "warning").status == 1


def test_where_a_waiver_is_written_is_said_without_detours(captioned):
    (captioned.out / "clip.en.srt").write_text(BAD, encoding="utf-8")
    args = ("--waive", "min-duration", "--at", "0:01", "--reason", "so", "--by", "Ana")
    ran = captioned.quick("check", "transcripts/clip.en.srt", *args)
    assert ran.out.rstrip().endswith("written to media/clip.edits.jsonl")


def test_what_stands_before_a_subcommand_is_meant_for_it(project):
    odd = project.folder / "mine.toml"
    odd.write_text("x\n", encoding="utf-8")
    for args in (("try", "I want a drink."), ("check",)):
        ran = project.quick("concepts", "--lexicon", odd, *args)
        assert (ran.status, "mine.toml, line 1" in ran.err) == (1, True)
    assert project.quick("concepts", "--json", "try", "The bus was late.").json == []


@pytest.mark.parametrize("args", [("mux",), ("sheet",), ("decide", "--reviewed")])
def test_what_was_not_captioned_yet_is_no_wrong_command(project, args):
    (project.media / "talk.mp4").write_bytes(b"x")
    ran = project.quick(args[0], "media/talk.mp4", *args[1:])
    assert ran.status == 1
    assert "vignette run media/talk.mp4" in ran.err
    assert project.quick("search", "x").status == 1


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("run", "--bogus"), "there is no option --bogus - did you mean --out? vignette run --help shows"),
        (("sheet", "a.mp4", "--too", "x"), "there is no option --too"),
        (("concepts", "try", "--bog", "x"), "vignette concepts try --help shows what there is"),
        (("search", "--limit", "x", "a"), "--limit must be a whole number - vignette search --help"),
        (("run", "--audio-track", "0"), "--audio-track must be greater than or equal to 1"),
        (("search", "--limt", "3"), "there is no option --limt - vignette search --help"),
        (("run", "--set", "align.foo=1"), "'align.foo' is no setting - did you mean 'align.processes'?"),
        (("run", "--set", "captions.max_line=1"), "did you mean 'captions.max_lines'?"),
        (("run", "--set", "align.max_lines=1"), "did you mean 'captions.max_lines'?"),
        (("run", "--set", "profile=netflix"), "did you mean 'captions.profile'?"),
        (("run", "--profile", "netflix"), "no option --profile - did you mean --set captions.profile=...?"),
        (("search", "--profile", "bbc", "x"), "there is no option --profile - vignette search --help"),
        (
            ("edits", "person", "a.mp4", "Ruth", "Ruth Lee"),
            "there is no place for 'Ruth Lee' - did you mean --name 'Ruth Lee'?",
        ),
        (("edits", "part", "a.mp4", "new", "The door"), "did you mean --title 'The door'?"),
        (("edits", "text", "a.mp4", "one", "two", "three"), "quote words that belong together"),
        (("edits", "person", "a.mp4", "Ruth", "--name", "x", "y", "z"), "did you mean --name 'y z'?"),
    ],
)
def test_what_is_wrong_with_a_command_is_said_in_our_words(project, args, says):
    ran = project.quick(*args)
    assert ran.status == 2
    assert says in ran.err
    assert "Input should" not in ran.err and "parse" not in ran.err


@pytest.mark.parametrize(
    "content",
    [BAD, '{"schema": "vignette/1"}', '{"schema": "vignette/1", "vignettes": 3}', "[" * 100_000, ""],
)
def test_a_summary_of_something_else(project, content):
    (project.folder / "a.json").write_text(content, encoding="utf-8")
    ran = project.quick("concepts", "summary", "a.json")
    assert ran.status == 1
    assert "a.json: " in ran.err and " - " in ran.err and len(ran.err.strip().splitlines()) == 1
    assert "Traceback" not in ran.err and "KeyError" not in ran.err
    assert "no such file" in project.quick("concepts", "summary", "none.json").err


def test_a_check_speaks_no_internal_names(project):
    (project.folder / "a.srt").write_text(BAD, encoding="utf-8")
    (project.folder / "empty.srt").touch()
    ran = project.quick("check", "a.srt", "empty.srt")
    assert "duration_ms" not in ran.out and "how long the recording is" in ran.out
    assert "Vignette. \n" not in ran.out and "Vignette. Export it again.\n" in ran.out
    page = project.quick("check", "a.srt", "--format", "html").out
    assert "duration_ms" not in page and "needs to know how long the recording is" in page


def test_check_knows_what_a_run_heard_and_whom_the_sidecar_names(captioned):
    """Captions from elsewhere: the words are those of the run's transcript, and names those of the sidecar."""
    text = (captioned.out / "clip.en.srt").read_text(encoding="utf-8")
    path = captioned.folder / "elsewhere.srt"
    path.write_text(text.replace("with my colleague", "without my colleague"), encoding="utf-8")
    (captioned.media / "clip.toml").write_text('[[people]]\nname = "Daniel Marsch"\n', encoding="utf-8")
    (told,) = captioned.quick("check", path, "--media", "media/clip.mp4", "--json").json["files"]
    assert any("clip.json" in note for note in told["notes"])
    found = {f["id"]: f for f in told["findings"]}
    assert found["meaning-changed"]["severity"] == "error"
    assert found["spelling-names"]["limit"] == "Marsch"


@pytest.mark.parametrize(
    "args",
    [
        ("check", "media"),
        ("check", "transcripts/clip.en.srt", "--media", "media"),
        ("mux", "media"),
        ("sheet", "media"),
        ("align", "media", "transcripts/clip.en.srt", "-o", "timed.srt"),
        ("decide", "media", "--at", "0:01", "--words", "Yes"),
    ],
)
def test_a_folder_is_no_file_to_any_command(captioned, args):
    ran = captioned.quick(*args)
    assert ran.status == 2
    assert ran.err.strip() == "vignette: 'media' is a folder - name one file in it"
