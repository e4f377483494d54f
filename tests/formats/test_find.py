"""The subtitles beside a recording: which files, in which order, and never our own."""

from __future__ import annotations

import tempfile
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.markup import ORIGIN
from pipeline.formats.readers import find
from pipeline.formats.readers.find import find_subtitles, near_misses

IN_ORDER = (
    "talk.en.srt", "talk.en.VTT", "talk.en.ass", "talk.en.ssa", "talk.en-gb.vtt", "talk.en-US.srt",
    "talk.SRT", "talk.vtt", "talk.ass", "talk.en.txt", "talk.en.docx", "talk.txt", "talk.docx",
)  # fmt: skip
OTHERS = (
    "talk.mp4", "talk.toml", "talk.de.srt", "talk.draft.en.srt", "talk.en.chapters.vtt", "talk.edits.jsonl",
    "talking.srt", "other.en.srt", "talk2.en.srt", "talk.en-US.forced.srt", "talk.en.json",
)  # fmt: skip


def _names(found: list[Path]) -> list[str]:
    return [p.name for p in found]


def test_order(tmp_path: Path) -> None:
    for name in (*reversed(IN_ORDER), *OTHERS):
        (tmp_path / name).write_text("text")
    assert _names(find_subtitles(tmp_path / "talk.mp4")) == list(IN_ORDER)


def test_another_language(tmp_path: Path) -> None:
    for name in ("talk.en.srt", "talk.de.srt", "talk.de-AT.srt", "talk.srt"):
        (tmp_path / name).write_text("text")
    assert _names(find_subtitles(tmp_path / "talk.mp4", "de")) == [
        "talk.de.srt",
        "talk.de-AT.srt",
        "talk.srt",
    ]


@pytest.mark.parametrize("name", ["a 'talk' [1]", "-talk", "talk.part.1", "🙂", "t*lk"])
def test_odd_names(tmp_path: Path, name: str) -> None:
    (tmp_path / f"{name}.en.srt").write_text("text")
    (tmp_path / "talk.en.srt").write_text("text")
    assert _names(find_subtitles(tmp_path / f"{name}.mp4")) == [f"{name}.en.srt"]


def test_names_that_are_spelled_with_other_code_points(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "café") for form in ("NFC", "NFD"))
    (tmp_path / f"{decomposed}.srt").write_text("text")
    assert len(find_subtitles(tmp_path / f"{composed}.mp4")) == 1


def test_what_we_wrote_is_not_what_was_brought(tmp_path: Path) -> None:
    (tmp_path / "talk.srt").write_text("brought")
    (tmp_path / "talk.en.srt").write_text("written")
    (tmp_path / "talk.en.vtt").write_text(f"WEBVTT\n\nNOTE {ORIGIN}: machine text\n")
    assert _names(find_subtitles(tmp_path / "talk.mp4")) == ["talk.srt"]


def test_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "talk.en.srt").mkdir()
    assert find_subtitles(tmp_path / "talk.mp4") == []
    assert find_subtitles(tmp_path / "none" / "talk.mp4") == []


@pytest.mark.parametrize(
    ("recording", "name"),
    [
        ("talk.mp4", "talk.eng.srt"),
        ("talk.mp4", "talk.English.srt"),
        ("talk.mp4", "talk_en.vtt"),
        ("talk.mp4", "talk-en.srt"),
        ("talk.mp4", "talk.en_US.srt"),
        ("talk.mp4", "talk.mp4.srt"),
        ("talk.mp4", "talk.mp4.en.vtt"),
        ("talk.mp4", "talk.en.sdh.srt"),
        ("talk.mp4", "talk.en.cc.srt"),
        ("talk.mp4", "talk.en-GB.hi.vtt"),
        ("talk.mp4", "Talk.EN.srt"),
        ("talk.mp4", "talk_otter_ai.txt"),
        ("talk.mp4", "talk.transcript.vtt"),
        ("GMT20260505-150000_Recording_1920x1080.mp4", "GMT20260505-150000_Recording.transcript.vtt"),
        ("GMT20260505-150000_Recording_gallery_1280x720.mp4", "GMT20260505-150000_Recording.cc.vtt"),
        ("GMT20260505-150000_Recording.m4a", "GMT20260505-150000_Recording.transcript.vtt"),
        ("Group-20260505_150000-Meeting Recording.mp4", "Group-20260505_150000-Meeting Transcript.vtt"),
        ("Group-20260505_150000-Meeting Recording.mp4", "Group-20260505_150000.docx"),
    ],
)
def test_names_as_other_tools_write_them(tmp_path: Path, recording: str, name: str) -> None:
    (tmp_path / recording).write_text("film")
    (tmp_path / name).write_text("text")
    assert _names(find_subtitles(tmp_path / recording)) == [name]
    assert near_misses(tmp_path / recording) == []


@pytest.mark.parametrize(
    "name",
    [
        "talk.de.srt",
        "talk.ger.vtt",
        "talk.en.forced.srt",
        "talk.scc",
        "talk.en.stl",
        "talk final.srt",
        "interview.srt",
    ],
)
def test_what_only_looks_like_subtitles_is_told_and_not_taken(tmp_path: Path, name: str) -> None:
    for other in ("talk.mp4", name, "talk.toml", "talk.json", "notes.txt", ".talk.srt"):
        (tmp_path / other).write_text("text")
    assert find_subtitles(tmp_path / "talk.mp4") == []
    assert _names(near_misses(tmp_path / "talk.mp4")) == [name]


@pytest.mark.parametrize(
    "name", ["talk2.srt", "talking.eng.srt", "talk.txt.md", "talk.en.json", "talk.rttm", "slides.pdf"]
)
def test_what_belongs_to_nobody_here_is_not_told(tmp_path: Path, name: str) -> None:
    for other in ("talk.mp4", "other.mp4", name):
        (tmp_path / other).write_text("text")
    assert find_subtitles(tmp_path / "talk.mp4") == [] == near_misses(tmp_path / "talk.mp4")


def test_a_name_that_fits_another_recording_better_is_that_ones(tmp_path: Path) -> None:
    for name in ("talk.mp4", "talk_en.mp4", "talk_en.srt", "talk.de.mkv", "talk.de.srt"):
        (tmp_path / name).write_text("text")
    assert find_subtitles(tmp_path / "talk.mp4") == [] == near_misses(tmp_path / "talk.mp4")
    assert _names(find_subtitles(tmp_path / "talk_en.mp4")) == ["talk_en.srt"]


def test_the_name_that_we_recommend_goes_before_its_other_spellings(tmp_path: Path) -> None:
    in_order = ["talk.en.vtt", "talk.en.sdh.srt", "talk.eng.srt", "talk.en-GB.srt", "talk.en_GB.srt", "talk.srt",
                "talk.mp4.srt", "talk.en.txt", "talk.eng.txt", "talk.docx", "talk_otter_ai.txt"]  # fmt: skip
    for name in in_order:
        (tmp_path / name).write_text("text")
    assert _names(find_subtitles(tmp_path / "talk.mp4")) == in_order


TAGS = st.lists(
    st.sampled_from(("en", "eng", "de", "sdh", "cc", "forced", "x", "GB", "transcript")), max_size=3
)


@given(TAGS, st.sampled_from((".", "_", "-")), st.sampled_from((".srt", ".vtt", ".txt", ".scc")))
def test_every_name_of_a_recording_is_taken_or_told_never_both(
    tags: list[str], between: str, suffix: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "talk" + "".join(between + tag for tag in tags) + suffix)
        path.write_text("text")
        media = Path(folder, "talk.mp4")
        assert [*find_subtitles(media), *near_misses(media)] == [path]


# --- what Vignette exported itself


@pytest.fixture(scope="module")
def exports():
    """Every export of the demo, by its name's end."""
    from pipeline.formats.document import captions
    from pipeline.formats.writers.exports import FORMATS, export
    from tests.support.project import ROOT

    where = ROOT / "transcripts" / "demo.json"
    read = captions.parse(where.read_bytes(), where)
    return {f.end.format(lang="en"): export(read, f).content for f in FORMATS.values()}


def test_no_export_of_ours_is_taken_for_subtitles(tmp_path, exports):
    media = tmp_path / "talk.mp4"
    media.write_bytes(b"")
    for end, content in exports.items():
        (tmp_path / f"talk{end}").write_bytes(content)
    assert find.find_subtitles(media) == []
    assert find.near_misses(media) == []
    told = {p.name for p in find.own_exports(media)}
    assert told == {"talk.en.ttml", "talk.en.ass", "talk.eaf", "talk.TextGrid", "talk.transcript.docx"}


def test_the_run_tells_of_them(tmp_path, exports):
    from pipeline.run import jobs

    (tmp_path / "talk.mp4").write_bytes(b"")
    (tmp_path / "talk.TextGrid").write_bytes(exports[".TextGrid"])
    (job,) = jobs.plan(jobs.Request((tmp_path / "talk.mp4",), out=tmp_path / "out")).jobs
    assert job.subtitles is None
    assert any("talk.TextGrid is what Vignette exported itself" in note for note in job.notes)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        # somebody's own tiers, one of which is called "words"
        (
            "talk.TextGrid",
            b'File type = "ooTextFile"\nObject class = "TextGrid"\n        name = "Ruth" \n        name = "words" \n',
        ),
        ("talk.TextGrid", b'        name = "Ruth - words" \n        name = "Omar" \n'),
        ("talk.TextGrid", b"\x00 - words\xff"),
        ("talk.docx", b"PK\x03\x04 no archive"),
        ("talk.eaf", b"<ANNOTATION_DOCUMENT AUTHOR='Ruth'/>"),
        ("talk.srt", b"1\n00:00:01,000 --> 00:00:02,000\nCaptions by Vignette\n"),
    ],
)
def test_other_peoples_files_are(tmp_path, name, content):
    media = tmp_path / "talk.mp4"
    media.write_bytes(b"")
    (tmp_path / name).write_bytes(content)
    assert [p.name for p in find.find_subtitles(media)] == [name]
    assert find.own_exports(media) == []


def test_a_word_document_that_a_person_saved_is_theirs(tmp_path, exports):
    import zipfile

    media, mended = tmp_path / "talk.mp4", tmp_path / "talk.docx"
    media.write_bytes(b"")
    mended.write_bytes(exports[".transcript.docx"])
    with zipfile.ZipFile(mended) as archive:
        held = {n: archive.read(n) for n in archive.namelist()}
    held["docProps/app.xml"] = held["docProps/app.xml"].replace(
        b"Captions by Vignette", b"Microsoft Office Word"
    )
    with zipfile.ZipFile(mended, "w") as archive:
        for part, data in held.items():
            archive.writestr(part, data)
    assert find.find_subtitles(media) == [mended]
