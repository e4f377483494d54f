"""A copy with chapters and captions: what a player finds in it, and that the picture was copied."""

import json
import os
from pathlib import Path

import av
import pytest
from av.stream import Disposition

from pipeline.commands import sheet
from pipeline.commands.mux import ffmetadata, mux
from pipeline.errors import NotCaptioned, OutputError, UsageError
from pipeline.formats.document.reader import Scene
from tests.support import search_makers
from tests.support.media_makers import ffmpeg, film

PARTS = [
    {
        "id": "v1",
        "kind": "vignette",
        "title": "One; two = #3",
        "start_ms": 0,
        "end_ms": 2000,
        "cast": ["ann"],
    },
    {"id": "v2", "kind": "closing", "title": "Closing", "start_ms": 2000, "end_ms": 4400},
]


@pytest.fixture
def made(tmp_path):
    """A small film, and what a run would have left of it."""
    (tmp_path / "talk.json").write_text(json.dumps(search_makers.document("talk", vignettes=PARTS)))
    (tmp_path / "talk.en.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello.\n")
    return film(tmp_path / "talk.mp4")


def packets(path):
    with av.open(str(path)) as container:
        return [bytes(p) for p in container.demux(video=0) if p.size]


@pytest.mark.parametrize("ending,codec", [(".mp4", "mov_text"), (".mkv", "srt")])
def test_the_copy_holds_chapters_and_captions_and_the_same_picture(made, tmp_path, ending, codec):
    copy = mux(made, tmp_path, tmp_path / f"copy{ending}").path
    with av.open(str(copy)) as container:
        marks = [(c["metadata"]["title"], float(c["start"] * c["time_base"])) for c in container.chapters()]
        (text,) = container.streams.subtitles
        assert text.codec_context.name == codec and text.metadata["language"] == "eng"
    assert marks == [("One; two = #3", 0.0), ("Closing", 2.0)]
    assert len(packets(copy)) == len(packets(made))
    assert sum(map(len, packets(copy))) == pytest.approx(sum(map(len, packets(made))), rel=0.02)
    assert not list(tmp_path.glob(".*part*"))


@pytest.mark.parametrize("changes", [0, 3])
def test_what_changed_since_a_review_is_said_of_the_copy(made, tmp_path, changes):
    found = json.loads((tmp_path / "talk.json").read_text())
    review = {
        "by": "Ana",
        "changes": changes,
        "changes_by_people": changes,
        "people": ["Ben"],
        "of_earlier_version": False,
    }
    (tmp_path / "talk.json").write_text(json.dumps(found | {"review": review}))
    notes = mux(made, tmp_path, tmp_path / "copy.mp4").notes
    assert ("its captions are reviewed by Ana; 3 changes since, by Ben" in notes) == bool(changes)


@pytest.mark.parametrize(("tag", "code"), [("sv", "swe"), ("en-GB", "eng"), ("ger", "deu")])
def test_the_copy_names_the_language_as_containers_do(made, tmp_path, tag, code):
    found = json.loads((tmp_path / "talk.json").read_text())
    (tmp_path / "talk.json").write_text(json.dumps(found | {"lang": tag}))
    (tmp_path / "talk.en.srt").rename(tmp_path / f"talk.{tag}.srt")
    with av.open(str(mux(made, tmp_path, tmp_path / "copy.mkv").path)) as container:
        assert container.streams.subtitles[0].metadata["language"] == code


def test_the_recording_is_never_replaced(made, tmp_path):
    before = made.read_bytes()
    with pytest.raises(OutputError, match="the input of this very command"):
        mux(made, tmp_path, made)
    assert made.read_bytes() == before


def test_what_is_missing_is_said(made, tmp_path):
    with pytest.raises(UsageError, match="cannot hold captions"):
        mux(made, tmp_path, tmp_path / "copy.avi")
    (tmp_path / "talk.en.srt").unlink()
    with pytest.raises(NotCaptioned, match="no captions to publish"):
        mux(made, tmp_path, tmp_path / "copy.mp4")
    (tmp_path / "talk.json").unlink()
    with pytest.raises(NotCaptioned, match="no transcript"):
        mux(made, tmp_path, tmp_path / "copy.mp4")


def test_special_characters_are_escaped():
    assert "title=One\\; two \\= \\#3\n" in ffmetadata([Scene("v1", "vignette", 1, "One; two = #3", 0, 2000)])


def test_the_sheet_shows_every_part_and_nothing_from_elsewhere(made):
    parts = [p | {"cast": ["ann"], "evidence": ['a card: "<b>"']} for p in PARTS]
    ann = {"id": "ann", "name": "Ann & Co"}
    shown = search_makers.read("talk", vignettes=parts, speakers=[ann])
    frames = sheet.frames_of(made, shown.scenes)
    assert all(f is not None and f.startswith(b"\xff\xd8") for f in frames)
    html = sheet.page("<Film>", shown, frames)
    assert html.count("<img alt=") == html.count("data:image/jpeg") == len(PARTS)
    assert "&lt;Film&gt;" in html and "Ann &amp; Co" in html and "<b>" not in html
    assert "http" not in html


def streams(path):
    with av.open(str(path)) as container:
        return [
            (
                s.type,
                s.codec_context.codec.canonical_name if s.codec_context else "",
                s.metadata.get("language", ""),
            )
            for s in container.streams
            if ("timecode" not in s.metadata and "Subtitle" not in s.metadata.get("handler_name", "-"))
            or s.type != "data"
        ]


def default_ones(path):
    with av.open(str(path)) as container:
        return [s.index for s in container.streams if s.disposition & Disposition.default]


def titles(path):
    with av.open(str(path)) as container:
        return [c["metadata"]["title"] for c in container.chapters()]


@pytest.fixture
def rich(made, tmp_path):
    """A film with two audio tracks, subtitles of two kinds, an attached file, a cover and chapters of an editor."""
    (tmp_path / "es.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHola.\n", encoding="utf-8")
    (tmp_path / "note.txt").write_text("a handout")
    (tmp_path / "marks.txt").write_text(
        ";FFMETADATA1\n[CHAPTER]\nTIMEBASE=1/1000\nSTART=0\nEND=2000\ntitle=Opening\n"
        "[CHAPTER]\nTIMEBASE=1/1000\nSTART=2000\nEND=4400\ntitle=Rest\n"
    )
    path = tmp_path / "talk.mkv"
    ffmpeg(
        "-i", made, "-i", tmp_path / "es.srt", "-i", tmp_path / "marks.txt", "-map", "0:v", "-map", "0:a", "-map", "0:a",
        "-map", "1", "-map", "1", "-map_chapters", "2", "-c", "copy", "-c:s:1", "ass", "-attach", tmp_path / "note.txt",
        "-metadata:s:t", "mimetype=text/plain", "-metadata:s:a:0", "language=deu", "-metadata:s:a:1", "language=eng",
        "-metadata:s:s:0", "language=spa", "-metadata:s:s:1", "language=fra",
        "-disposition:s:1", "default", "-disposition:a:0", "default", "-disposition:a:1", "0", path,
    )  # fmt: skip
    made.unlink()
    return path


def test_everything_that_a_recording_held_is_in_its_copy(rich, tmp_path):
    copy = mux(rich, tmp_path, tmp_path / "copy.mkv")
    held = streams(rich)
    assert sorted(streams(copy.path)) == sorted([*held, ("subtitle", "subrip", "eng")])
    assert titles(copy.path) == ["Opening", "Rest"]
    assert default_ones(copy.path) == default_ones(rich)
    assert any("its own 2 chapters stayed" in note for note in copy.notes)
    assert any("about audio track 2 (eng); players begin with track 1" in note for note in copy.notes)


def test_what_another_container_cannot_hold_is_said(rich, tmp_path):
    copy = mux(rich, tmp_path, tmp_path / "copy.mp4", track=(1, "en"))
    assert [s for s in streams(copy.path) if s[0] == "subtitle"] == [
        ("subtitle", "mov_text", language) for language in ("spa", "fra", "eng")
    ]
    said = "\n".join(copy.notes)
    assert "attached file note.txt is left out" in said
    assert "(fra, ass) are stored as mov_text, without its styling" in said
    assert "audio track" not in said
    assert titles(copy.path) == ["Opening", "Rest"]
    again = mux(copy.path.rename(tmp_path / "talk.mp4"), tmp_path, tmp_path / "again.mov")
    assert [s[0] for s in streams(again.path)].count("subtitle") == 4
    assert titles(again.path) == ["Opening", "Rest"]


@pytest.mark.parametrize("ending", [".mp4", ".mkv"])
def test_a_cover_and_a_timecode_stay(made, tmp_path, ending):
    cover = tmp_path / "cover.png"
    ffmpeg("-f", "lavfi", "-i", "color=red:s=32x32", "-frames:v", "1", cover)
    path = tmp_path / "talk.mov" if ending == ".mp4" else tmp_path / "talk.m4v"
    ffmpeg(
        "-i", made, "-i", cover, "-map", "0", "-map", "1", "-c", "copy", "-disposition:v:1", "attached_pic",
        "-timecode", "01:00:00:00", "-f", "mp4", path,
    )  # fmt: skip
    copy = mux(path, tmp_path, tmp_path / f"copy{ending}").path
    with av.open(str(copy)) as container:
        kinds = [bool(s.disposition & Disposition.attached_pic) for s in container.streams.video]
        held = {k.lower(): v for s in container.streams for k, v in s.metadata.items()} | {
            k.lower(): v for k, v in container.metadata.items()
        }
    assert sorted(kinds) == [False, True]
    assert held["timecode"] == "01:00:00:00"


@pytest.mark.skipif(
    "VIGNETTE_DATA" not in os.environ, reason="VIGNETTE_DATA names no folder of reported cases"
)
@pytest.mark.parametrize("name", ["talk.mkv", "film.mp4"])
def test_the_reported_recordings(made, tmp_path, name):
    given = Path(os.environ["VIGNETTE_DATA"], "cases", "15-mux-drops-tracks", name)
    for end in ("json", "en.srt"):
        (tmp_path / f"talk.{end}").rename(tmp_path / f"{given.stem}.{end}.x")
        (tmp_path / f"{given.stem}.{end}.x").rename(tmp_path / f"{given.stem}.{end}")
    copy = mux(given, tmp_path, tmp_path / f"copy{given.suffix}").path
    assert {s for s in streams(given) if s[0] != "data"} <= {*streams(copy)}
    assert [s[2] for s in streams(copy) if s[0] == "subtitle"] == ["spa", "eng"]


def test_a_picture_of_an_unknown_format_is_left_out_and_said(made, tmp_path):
    data = made.read_bytes()
    at = data.index(b"avc1", data.index(b"stsd"))
    made.write_bytes(data[:at] + b"zzzz" + data[at + 4 :])
    copy = mux(made, tmp_path, tmp_path / "copy.mp4")
    assert copy.notes == ("its picture is left out: its format is not known here",)
    assert [s[0] for s in streams(copy.path) if s[0] != "data"] == ["audio", "subtitle"]
