"""The commands of the search, as a person runs them."""

import contextlib
import csv
import io
import json
import shutil
import subprocess
from types import SimpleNamespace

import pytest
import typer
from typer.testing import CliRunner

import pipeline.search
from pipeline.cli.app import app
from pipeline.cli.usage import usage_error
from pipeline.commands import search
from pipeline.concepts import codebook
from pipeline.errors import OutputError, UsageError
from pipeline.run.store import Store
from pipeline.search import Codebook, Index, QueryError
from pipeline.search.answers import clips, render
from pipeline.search.meaning import encoder
from pipeline.search.query.guide import GUIDE
from pipeline.transcript import Sound
from tests.support import search_makers
from tests.support.project import made_once


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr(
        encoder, "installed", lambda: None
    )  # as after a set-up that fetched no sentence encoder
    monkeypatch.setattr(codebook, "load", lambda path=None: Codebook.of(search_makers.BROADER))
    made = search_makers.save(tmp_path / "transcripts", search_makers.document())
    search.index(made)
    return made


@pytest.fixture
def run(folder):
    """Run a command as `vignette` would; what it emitted and its exit status."""

    def run(*arguments):
        with contextlib.redirect_stdout(io.StringIO()) as printed:
            try:
                status = app([*arguments], standalone_mode=False)
            except typer.BadParameter as error:
                raise usage_error(error) from None
        return SimpleNamespace(text=printed.getvalue().rstrip("\n"), status=status)

    return run


def test_index_says_what_it_did(folder, run):
    (folder / "odd.json").write_text("{}", "utf-8")
    search_makers.save(folder, search_makers.document("second"))
    ran = run("index", str(folder))
    assert ran.status == 1
    assert ran.text.splitlines() == [
        f"{folder / '.work' / 'search.sqlite'}: 18 utterances; 1 added, 1 unchanged",
        f"skipped: {folder / 'odd.json'}: is not a transcript of ours (it names no schema)"
        " - give the .json that vignette wrote",
        "1 skipped; everything else can be searched",
    ]
    (folder / "odd.json").unlink()
    ran = run("index", str(folder), "--rebuild", "--json")
    assert ran.status == 0
    assert json.loads(ran.text) == {
        "index": str(folder / ".work" / "search.sqlite"), "added": ["group.json", "second.json"], "changed": [],
        "removed": [], "unchanged": 0, "utterances": 18, "rebuilt": True, "skipped": [],
    }  # fmt: skip


def test_search_shows_the_moment_in_its_context(folder, run):
    ran = run("search", "stay", "--transcripts", str(folder))
    assert ran.status == 0
    rows = json.loads((folder / "group.json").read_text("utf-8"))["utterances"]
    utterance = next(r["id"] for r in rows if "stay" in r["text"])
    assert ran.text.splitlines() == [
        "1 hit for stay: best first",
        "",
        "1. The Thursday Group, Vignette 2, 00:00:31–00:00:35, Ruth",
        "     Colin: You put it back, though. I noticed that you looked at us.",
        "   > Ruth: Can we *stay* with the shame for a moment?",
        '     [shame-guilt (asked): "the shame"]',
        "     Terry: I never have cravings, not once.",
        f"     {(folder / 'group.json').as_uri()}#{utterance}",
    ]


def test_a_sequence_shows_each_of_its_moments(folder, run):
    ran = run(
        "search", "concept:trigger -> concept:feedback within 60s by:other", "--transcripts", str(folder)
    )
    lines = ran.text.splitlines()
    assert lines[0].startswith(
        "1 hit for concept:trigger -> concept:feedback within 60s by:other: closest first"
    )
    assert [line.split(":")[0] for line in lines if line.startswith("   > ")] == ["   > Denise", "   > Colin"]


def test_an_index_that_is_behind_says_so(folder, run):
    search_makers.save(folder, search_makers.document("later"))
    (folder / "foreign.json").write_text("{}", "utf-8")
    (folder / ".hidden").mkdir()
    (folder / ".hidden" / "x.json").write_text("{}", "utf-8")
    assert (
        "note: 2 transcripts have changed since; run: vignette index"
        in run("search", "stay", "--transcripts", str(folder)).text
    )
    run("index", str(folder))
    assert "note:" not in run("search", "stay", "--transcripts", str(folder)).text


def test_nothing_found_is_no_failure(folder, run):
    ran = run("search", "xyzzy", "--transcripts", str(folder))
    assert (ran.text, ran.status) == ("nothing found for xyzzy", 0)


def test_search_as_json(folder, run):
    ran = run("search", "concept:emotion", "--transcripts", str(folder), "--json", "--limit", "1")
    found = json.loads(ran.text)
    assert (found["total"], found["order"], len(found["hits"])) == (4, "confidence", 1)
    moment = found["hits"][0]["moments"][0]
    assert moment["evidence"][0]["concept"] == "emotion-naming"
    assert moment["citation"].startswith('"When you said no offence')
    assert moment["link"] == f"{(folder / 'group.json').as_uri()}#{moment['utterance']}"


def test_a_moment_is_linked_into_its_recording(folder, run, tmp_path):
    media = tmp_path / "the films (2)"
    media.mkdir()
    (media / "group.mp4").write_bytes(b"")
    args = ("stay", "--transcripts", str(folder), "--media", str(media))
    link = f"{(media / 'group.mp4').as_uri()}#t=31.000"
    assert run("search", *args).text.splitlines()[-1].strip() == link
    assert link in run("search", *args, "--format", "csv").text
    enclosed = link.replace("(", "%28").replace(")", "%29")
    assert f"]({enclosed})" in run("search", *args, "--format", "md").text
    for path in [*folder.glob("*.json"), media / "group.mp4"]:
        path.unlink()
    assert "link" in json.loads(run("search", *args, "--json").text)["hits"][0]["moments"][0]


def test_a_minus_is_no_option(folder, run):
    found = json.loads(run("search", "-shame", "--transcripts", str(folder), "--json", "--limit", "100").text)
    texts = [m["text"] for h in found["hits"] for m in h["moments"]]
    assert len(texts) == found["total"] > 1
    assert not any(" shame " in text for text in texts)
    for command in (("search", "--limt", "5"), ("concordance", "x", "--srot"), ("cooccur", "--withn")):
        with pytest.raises(UsageError, match="there is no option --"):
            run(*command, "--transcripts", str(folder))


@pytest.mark.parametrize("command", ["search", "concordance", "cooccur"])
def test_what_is_wrong_with_a_query_is_said_without_an_index(run, tmp_path, command):
    with pytest.raises(QueryError):
        run(command, "(shame", "--in", str(tmp_path / "nowhere"))


def test_search_as_csv_and_markdown(folder, run):
    rows = list(
        csv.DictReader(
            io.StringIO(run("search", "shame", "--transcripts", str(folder), "--format", "csv").text)
        )
    )
    assert [(r["speaker"], r["start"], r["concepts"]) for r in rows] == [
        ("Ruth", "00:00:31.000", 'shame-guilt (asked): "the shame"')
    ]
    text = run("search", "shame", "--transcripts", str(folder), "--format", "md").text
    assert "> **Ruth:** Can we stay with the <mark>shame</mark> for a moment?" in text
    assert "[The Thursday Group, Vignette 2, 00:00:31–00:00:35, Ruth](file:///" in text


def test_counts(folder, run):
    ran = run("search", "concept:emotion", "--transcripts", str(folder), "--count-by", "speaker")
    assert ran.text.splitlines() == [
        "speaker      hits        of   share",
        "Denise         2         2  100.0%",
        "Maya           1         1  100.0%",
        "Ruth           1         1  100.0%",
    ]
    found = json.loads(
        run("search", "shame", "--transcripts", str(folder), "--count-by", "video", "--json").text
    )
    assert found["counts"] == [{"value": "group", "hits": 1, "of": 9}]
    assert (
        run("search", "shame", "--transcripts", str(folder), "--count-by", "video", "--format", "csv").text
        == "video,hits,of\r\ngroup,1,9"
    )
    assert (
        "| group | 1 | 9 | 11.1% |"
        in run("search", "shame", "--transcripts", str(folder), "--count-by", "video", "--format", "md").text
    )


def test_concordance(folder, run):
    ran = run("concordance", "said", "--transcripts", str(folder), "--sort", "right")
    assert ran.text.splitlines() == [
        "2 places for said, sorted right",
        "I'm only here because my wife [said] it was this, or the door.      group 0:06 Colin",
        "                     When you [said] no offence, I felt it anyway.  group 0:11 Maya",
    ]
    rows = list(
        csv.DictReader(
            io.StringIO(run("concordance", "said", "--transcripts", str(folder), "--format", "csv").text)
        )
    )
    assert [r["keyword"] for r in rows] == ["said", "said"]
    assert json.loads(run("concordance", "said", "--transcripts", str(folder), "--json").text)["total"] == 2
    assert (
        "| When you | **said** | no offence"
        in run("concordance", "said", "--transcripts", str(folder), "--format", "md").text
    )


def test_cooccur(folder, run):
    ran = run("cooccur", "--transcripts", str(folder), "--within", "0")
    lines = ran.text.splitlines()
    assert lines[0].startswith(
        "of the row's utterances, how many have the column's concept in the same utterance"
    )
    assert [line.split()[1] for line in lines[2:]] == [
        "craving-urge",
        "emotion-naming",
        "feedback",
        "resistance",
        "shame-guilt",
        "trigger",
    ]
    table = json.loads(run("cooccur", "--transcripts", str(folder), "--within", "0", "--json").text)
    assert table["near"]["trigger"]["emotion-naming"] == 1
    assert run("cooccur", "--transcripts", str(folder), "--format", "csv").text.startswith(
        "concept,all,craving-urge"
    )
    assert run("cooccur", "role:client", "--transcripts", str(folder), "--format", "md").text.startswith(
        "|  | all |"
    )


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("search", "a", "--format", "xml"), "--format cannot be 'xml' - it is one of text, json, csv, md"),
        (("search", "a", "--limit", "0"), "--limit must be at least 1"),
        (
            ("search", "a", "--count-by", "mood"),
            "--count-by cannot be 'mood' - it is one of concept, speaker",
        ),
        (("concordance", "a", "--sort", "up"), "--sort cannot be 'up' - it is one of place, left, right"),
        (("concordance", "a", "--context", "-1"), "--context cannot be negative"),
        (("cooccur", "--within", "soon"), "--within 'soon' is no time"),
    ],
)
def test_what_makes_no_sense_is_said(folder, run, arguments, says):
    with pytest.raises(UsageError, match=says) as caught:
        run(*arguments, "--transcripts", str(folder))
    assert caught.value.exit_status == 2


def test_a_query_error_shows_its_caret(folder, run):
    with pytest.raises(QueryError) as caught:
        run("search", "shame", "(door", "--transcripts", str(folder))
    assert str(caught.value).splitlines()[1:] == ["  shame (door", "        ^"]


def test_every_command_has_help_and_examples():
    names = ["index", "search", "concordance", "cooccur", "export-qda"]
    group = typer.main.get_command(app)
    assert set(names) <= set(group.commands)
    for name in names:
        shown = CliRunner().invoke(app, [name, "--help"], env={"COLUMNS": "200"})
        assert shown.exit_code == 0
        assert "Examples:" in shown.output
        assert "--json" in shown.output
    shown = CliRunner().invoke(app, ["search", "--help"], env={"COLUMNS": "200"}).output
    assert all(
        line.split("  ")[0] in shown for line in GUIDE.splitlines() if line and not line.startswith(" ")
    )


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", " =1", "\t=1", "＝1", "\r=1"])
def test_no_cell_is_a_formula(text):
    row = next(csv.reader(io.StringIO(render.table_csv([text], []))))
    assert row == [f"'{text}"]


@pytest.mark.parametrize("value", ["Zoë said -1", "a=b", "", 5, "'quoted'"])
def test_other_cells_are_left_alone(value):
    assert render.harmless(value) == value


def test_markdown_of_others_stays_text(tmp_path):
    document = search_makers.document(
        "x", "A*n | look <script> [here](http://evil) | trigger=here", title="_T_"
    )
    search_makers.save(tmp_path, document)
    Index.update(tmp_path)
    with Index.of(tmp_path) as index:
        text = render.results_md(index.search("look"))
    assert "<script>" not in text
    assert r"\[here\]\(http://evil\)" in text
    assert r"**A\*n:**" in text


@pytest.fixture
def media(tmp_path):
    """A recording of 46 seconds, named as the transcript: a moving pattern and a tone."""
    from pipeline.media.ffmpeg import ffmpeg_binary

    folder = tmp_path / "media"
    folder.mkdir()
    subprocess.run(
        [ffmpeg_binary(), "-v", "error", "-f", "lavfi", "-i", "testsrc=size=63x35:rate=10:duration=46", "-f", "lavfi",
         "-i", "sine=duration=46", "-c:v", "mpeg4", "-c:a", "aac", "-shortest", folder / "group.mp4"],
        check=True,
    )  # fmt: skip
    return folder


def test_hits_are_cut_out_of_the_video(folder, run, media, tmp_path):
    from pipeline.media.facts import facts

    target = tmp_path / "cut" / "here"
    query = "concept:trigger -> concept:feedback within 60s by:other"
    ran = run(
        "search", query, "--transcripts", str(folder), "--clips", str(target), "--media", str(media), "--json"
    )
    assert ran.status == 0
    (clip,) = json.loads(ran.text)["clips"]
    assert [p.name for p in target.iterdir()] == ["001-group-00.00.15.mp4"]
    assert (clip["start_ms"], clip["end_ms"]) == (15_500, 30_500)
    cut = facts(target / "001-group-00.00.15.mp4")
    assert cut.has_picture
    assert abs(cut.duration_ms - 15_000) < 200


def _two_tracks(folder):
    from pipeline.media.ffmpeg import ffmpeg_binary

    subprocess.run(
        [ffmpeg_binary(), "-v", "error", "-f", "lavfi", "-i", "anullsrc", "-f", "lavfi", "-i", "sine", "-t", "46",
         "-map", "0", "-map", "1", "-c:a", "aac", "-metadata:s:a:0", "language=deu", "-metadata:s:a:1", "language=eng",
         folder / "group.m4a"],
        check=True,
    )  # fmt: skip


@pytest.fixture
def two_voices(tmp_path, tmp_path_factory):
    """A recording of 46 seconds whose German track, the default, is silent; the English one has a tone."""
    return shutil.copytree(made_once(tmp_path_factory, "two_voices", _two_tracks), tmp_path / "media")


def loudness(path):
    from pipeline.media.facts import decode_audio

    return int(abs(decode_audio(path).samples.astype(int)).max())


@pytest.mark.parametrize(
    ("sidecar", "last_run", "loud"),
    [
        ("", None, True),
        ("audio_track = 1", None, False),
        ("", 1, False),
        ("audio_track = 1", 2, True),
        ("", "x", True),
    ],
)
def test_a_clip_holds_the_track_that_was_searched(folder, run, two_voices, tmp_path, sidecar, last_run, loud):
    (two_voices / "group.toml").write_text(sidecar)
    if last_run is not None:
        store = Store.of(folder, "group")
        store.save("sound", Sound, {"track": last_run, "language": "en"}, Sound(46_000, False))
        store.claim(two_voices / "group.m4a")
    target = tmp_path / "cut"
    ran = run(
        "search",
        "stay",
        "--in",
        str(folder),
        "--clips",
        str(target),
        "--media",
        str(two_voices),
        "--limit",
        "1",
    )
    assert ran.status == 0
    (clip,) = target.iterdir()
    assert (loudness(clip) > 1000) is loud


def test_a_clip_with_a_sidecar_that_cannot_be_read_is_said(folder, run, two_voices, tmp_path):
    (two_voices / "group.toml").write_text("audio_track = [")
    ran = run(
        "search",
        "stay",
        "--transcripts",
        str(folder),
        "--clips",
        str(tmp_path / "cut"),
        "--media",
        str(two_voices),
    )
    assert ran.status == 1
    assert "group.toml: is not valid TOML" in ran.text


def test_a_clip_that_cannot_be_cut_is_said(folder, run, tmp_path):
    ran = run(
        "search",
        "stay",
        "--in",
        str(folder),
        "--clips",
        str(tmp_path / "cut"),
        "--media",
        str(tmp_path / "none"),
    )
    assert ran.status == 1
    assert ran.text.splitlines()[-1] == f"no clip: there is no recording of 'group' in '{tmp_path / 'none'}'"
    (tmp_path / "broken").mkdir()
    (tmp_path / "broken" / "group.mp4").write_bytes(b"no film")
    with Index.of(folder) as index:
        hits = index.search("stay").hits
    (clip,) = clips.cut(hits, tmp_path / "broken", tmp_path / "cut")
    assert "group.mp4" in clip.problem
    with pytest.raises(OutputError, match="choose another folder with --clips"):
        clips.cut((), tmp_path, folder / "group.json")


def test_a_clip_stays_in_its_folder(tmp_path):
    assert clips._plain("../../etc/passwd") == "etc_passwd"
    assert clips._plain("-rf") == "rf"
    assert clips._plain("...") == "video"


def test_counts_say_what_they_leave_out(folder, run):
    search_makers.save(folder, search_makers.document("clinic", search_makers.CLINIC, draft=True))
    assert run("index", str(folder)).status == 0
    for more in (["search", "felt", "--count-by", "video"], ["cooccur"]):
        ran = run(*more, "--transcripts", str(folder))
        assert "in drafts, which nobody has verified" in ran.text
        assert json.loads(run(*more, "--transcripts", str(folder), "--json").text)["left_out_in_drafts"] > 0
    assert (
        "in drafts"
        not in run("search", "felt draft:yes", "--count-by", "video", "--transcripts", str(folder)).text
    )
    lines = run("concordance", "felt", "--transcripts", str(folder)).text.splitlines()
    assert [line.endswith("(draft)") for line in lines[1:]] == ["clinic" in line for line in lines[1:]]
    assert "draft" in run("concordance", "felt", "--transcripts", str(folder), "--format", "md").text


def test_some_of_the_words_unless_all_are_wanted(folder, run):
    loose = run("search", "bottle", "of", "gin", "in", "the", "shop", "--transcripts", str(folder))
    assert "note: nothing holds all of this" in loose.text and "*bottle*" in loose.text
    exact = run("search", "bottle gin", "--exact", "--transcripts", str(folder))
    assert exact.text.startswith("nothing found for bottle gin")
    assert "some words" in run("search", "bottle gin", "--transcripts", str(folder), "--format", "csv").text


def test_a_sure_tag_says_nothing_and_a_doubtful_one_how_sure(folder, run):
    made = json.loads((folder / "group.json").read_text("utf-8"))
    tags = [tag for u in made["utterances"] for tag in u["concepts"] if tag["id"] == "trigger"]
    tags[0]["confidence"] = 0.44
    (folder / "group.json").write_text(json.dumps(made), "utf-8")
    run("index", str(folder))
    assert (
        '[trigger (0.44): "standing in the shop"]'
        in run("search", "concept:trigger", "--transcripts", str(folder)).text
    )
    assert run("search", "concept:trigger>0.5", "--transcripts", str(folder)).text.startswith("nothing found")


def test_the_public_face_can_be_looked_at():
    assert {"Index", "update", "QueryError"} <= set(dir(pipeline.search))
    for name in ("search", "count", "concordance", "cooccurrence", "of", "hits_in_drafts"):
        assert getattr(pipeline.search.Index, name).__doc__
