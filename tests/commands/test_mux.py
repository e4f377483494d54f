"""A copy with chapters and captions: what a player finds in it, and that the picture was copied."""

import json

import av
import pytest

from pipeline.commands import sheet
from pipeline.commands.mux import ffmetadata, mux
from pipeline.errors import NotCaptioned, OutputError, UsageError
from pipeline.formats.document.reader import Scene
from tests.support import search_makers
from tests.support.media_makers import film

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
    copy = mux(made, tmp_path, tmp_path / f"copy{ending}")
    with av.open(str(copy)) as container:
        marks = [(c["metadata"]["title"], float(c["start"] * c["time_base"])) for c in container.chapters()]
        (text,) = container.streams.subtitles
        assert text.codec_context.name == codec and text.metadata["language"] == "eng"
    assert marks == [("One; two = #3", 0.0), ("Closing", 2.0)]
    assert len(packets(copy)) == len(packets(made))
    assert sum(map(len, packets(copy))) == pytest.approx(sum(map(len, packets(made))), rel=0.02)
    assert not list(tmp_path.glob(".*part*"))


@pytest.mark.parametrize(("tag", "code"), [("sv", "swe"), ("en-GB", "eng"), ("ger", "deu")])
def test_the_copy_names_the_language_as_containers_do(made, tmp_path, tag, code):
    found = json.loads((tmp_path / "talk.json").read_text())
    (tmp_path / "talk.json").write_text(json.dumps(found | {"lang": tag}))
    (tmp_path / "talk.en.srt").rename(tmp_path / f"talk.{tag}.srt")
    with av.open(str(mux(made, tmp_path, tmp_path / "copy.mkv"))) as container:
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
