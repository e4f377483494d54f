"""Exports read back: text, times and speakers survive, in our own readers and in other people's."""

from __future__ import annotations

import re
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings

from pipeline.formats import readers
from pipeline.formats.document import captions
from pipeline.formats.document.captions import Captioned, WrittenWord
from pipeline.formats.document.shown import shown
from pipeline.formats.readers import raw_cues
from pipeline.formats.readers.raw_cue import RawCue, text_lines
from pipeline.formats.writers.exports import FORMATS, Aspect, export
from pipeline.formats.writers.render import clean
from pipeline.timing import Span, parse_timecode
from pipeline.transcript import NOT_CAPTIONED, Kind
from pipeline.transcript.subtitles import Apart
from pipeline.words import without_invisible
from tests.support.examples import examples
from tests.support.judges import JUDGES, Seen
from tests.support.project import ROOT
from tests.support.told_documents import NAMES, NASTY, Says, as_json, conversations, document

DEMO = ROOT / "transcripts" / "demo.json"
EVERYTHING = [Says(NAMES[n % len(NAMES)], 1000 + 3000 * n, NASTY[4 * n : 4 * n + 4]) for n in range(7)]
# Each hypothesis example writes one file anew into the folder of its test.
one_file = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=examples(40), deadline=None
)


def demo() -> Captioned:
    return captions.parse(DEMO.read_bytes(), DEMO)


def written(read: Captioned, name: str, folder: Path) -> Path:
    path = folder / f"talk{FORMATS[name].end.format(lang='en')}"
    path.write_bytes(export(read, FORMATS[name]).content)
    return path


def plain(text: str) -> str:
    """Text on one line, as every reader of captions gives it."""
    return " ".join(without_invisible(text).split())


def in_recording(read: Captioned) -> list[WrittenWord]:
    return [w for w in read.words if Kind(w.kind) not in NOT_CAPTIONED]


def told(read: Captioned, name: str) -> list[Seen]:
    """What a reader should find, by the document itself: captions, utterances or words."""
    if Aspect.CAPTIONS in FORMATS[name].keeps:
        return [Seen(c.span.start_ms, c.span.end_ms, " ".join(map(clean, c.lines))) for c in read.cues]
    if name == "csv-words":
        return [Seen(w.span.start_ms, w.span.end_ms, w.text, w.speaker) for w in in_recording(read)]
    people = read.document.people
    return [
        Seen(u.start_ms, u.end_ms, u.text, people[u.speaker].name if u.speaker is not None else "")
        for u in read.document.utterances
    ]


def lines(cues: list[RawCue]) -> list[tuple[Span | None, str]]:
    return [(cue.span, plain(" ".join(text_lines(cue)))) for cue in cues]


# --- our own readers


@pytest.mark.parametrize("name", ["ttml", "ebu-tt-d", "ass"])
def test_captions_read_back(name: str, tmp_path: Path) -> None:
    @one_file
    @given(conversations())
    @example(EVERYTHING)
    def holds(said: list[Says]) -> None:
        found = raw_cues(written(document(said), name, tmp_path))
        assert lines(found) == [(Span(s.start_ms, s.end_ms), plain(" ".join(s.words))) for s in said]
        looks = [{p.style for line in cue.lines for p in line if p.text.strip()} for cue in found]
        if name != "ebu-tt-d":  # whose colours are the speakers'
            assert looks == [{s.style} for s in said]
            for cue, s in zip(found, said, strict=True):
                voices = {p.voice or "" for line in cue.lines for p in line if p.text.strip()}
                assert voices == {
                    s.speaker if name == "ttml" else " ".join(s.speaker.replace(",", " ").split())
                }

    holds()


@pytest.mark.parametrize("name", ["eaf", "textgrid"])
def test_tiers_read_back(name: str, tmp_path: Path) -> None:
    @one_file
    @given(conversations())
    @example(EVERYTHING)
    @example(
        [
            Says("Ruth", 0, ("One", "two.")),
            Says("Ruth", 200, ("At", "once.")),
            Says("Omar", 200, ("Me", "too.")),
        ]
    )
    def holds(said: list[Says]) -> None:
        cues = raw_cues(written(document(said), name, tmp_path))
        found = sorted(
            (c.span, plain(" ".join(text_lines(c))), c.lines[0][0].voice or "") for c in cues if c.span
        )
        assert found == sorted(
            (Span(s.start_ms, s.end_ms), plain(" ".join(s.words)), s.speaker) for s in said
        )

    holds()


def test_a_word_document_reads_back_as_a_script(tmp_path: Path) -> None:
    said = [Says("Ruth Adler", 1000, ("Good", "morning,", "everybody.")), Says("Omar", 12_000, ("Good", "morning.")),
            Says("Ruth Adler", 13_000, ("Who", "wants", "to", "begin?"))]  # fmt: skip
    found = readers.read(written(document(said), "docx", tmp_path)).cues
    heard = [
        (cue.written.starts_ms, cue.words[0].label, " ".join(w.text for w in cue.words))
        for cue in found
        if cue.written and cue.written.starts_ms is not None
    ]
    assert heard == [(s.start_ms, s.speaker, " ".join(s.words)) for s in said]
    shown_apart = {cue.written.apart for cue in found if cue.written and cue.written.apart}
    assert shown_apart == {Apart.HEADING}


@pytest.mark.parametrize(
    "people", [("Ruth Adler", ""), ("", "Omar", ""), ("Omar", "Ruth", "Omar", "", "Omar")]
)
def test_who_speaks_reads_back_from_a_word_document_however_often_one_text_comes(
    people: tuple[str, ...], tmp_path: Path
) -> None:
    said = [Says(who, 10_000 * k, ("I", "do", "not", "know.")) for k, who in enumerate(people)]
    found = readers.read(written(document(said), "docx", tmp_path)).cues
    heard = [
        (cue.words[0].label or "", " ".join(w.text for w in cue.words))
        for cue in found
        if cue.written and cue.written.starts_ms is not None
    ]
    assert heard == [(who, "I do not know.") for who in people]


# --- other people's readers


@pytest.mark.parametrize(("name", "judge"), [(n, j) for n, judges in JUDGES.items() for j in judges])
def test_a_foreign_reader_finds_what_was_told(name: str, judge: str, tmp_path: Path) -> None:
    for read in (demo(), document(_kind_to_all())):
        seen = JUDGES[name][judge](written(read, name, tmp_path))
        wanted = sorted(told(read, name))
        if name == "docx":
            assert plain(" ".join(s.text for s in seen)) == plain(" ".join(w.text for w in wanted))
            assert {s.speaker for s in seen} == {w.speaker for w in wanted}
            assert all(any(s.start_ms == w.start_ms // 1000 * 1000 for w in wanted) for s in seen)
            continue
        assert [plain(s.text) for s in sorted(seen)] == [plain(w.text) for w in wanted]
        resolution = 10 if FORMATS[name].resolution == "10 ms" else 1
        for s, w in zip(sorted(seen), wanted, strict=True):
            assert abs(s.start_ms - w.start_ms) < resolution
            if (
                s.end_ms is not None and judge != "ttconv"
            ):  # which tells when the picture changes, not when a caption ends
                assert abs(s.end_ms - (w.end_ms or 0)) < resolution
            if w.speaker is not None and s.speaker is not None:
                assert s.speaker == (w.speaker or ("Unknown" if name == "textgrid" else ""))


def _kind_to_all() -> list[Says]:
    """Text that every reader reads alike, hostile as it may be to XML: readers of ASS differ in braces and backslashes."""
    words = [
        *(w for w in NASTY if not set("{}\\<>&") & set(w) and any(map(str.isalnum, w)) and w[0] != "="),
        "x<y",
        "AT&T",
    ]
    return [
        Says(("Ruth", "Omar", "")[n % 3], 500 + 2000 * n, tuple(words[3 * n : 3 * n + 3]))
        for n in range(len(words) // 3)
    ]


def test_every_format_has_a_judge_or_a_rule() -> None:
    assert JUDGES.keys() == FORMATS.keys()
    assert [name for name, judges in JUDGES.items() if not judges] == ["youtube"]


# --- what a format holds beside text


def test_tiers_of_elan_hold_words_concepts_and_parts(tmp_path: Path) -> None:
    import pympi

    read = demo()
    eaf = pympi.Elan.Eaf(str(written(read, "eaf", tmp_path)))
    words = [
        a
        for tier in eaf.get_tier_ids_for_linguistic_type("word")
        for a in eaf.get_annotation_data_for_tier(tier)
    ]
    assert sorted(w[2] for w in words) == sorted(w.text for w in in_recording(read))
    tags = [
        a
        for tier in eaf.get_tier_ids_for_linguistic_type("concept")
        for a in eaf.get_annotation_data_for_tier(tier)
    ]
    held = [part for tag in tags for part in tag[2].split("; ")]
    assert len(held) == sum(len(u.tags) for u in read.document.utterances) > 0
    parts = [a[:3] for a in eaf.get_annotation_data_for_tier("parts")]
    assert sorted(parts) == [(s.start_ms, s.end_ms, s.title) for s in read.document.scenes]
    for tier in eaf.get_tier_names():
        spans = sorted(a[:2] for a in eaf.get_annotation_data_for_tier(tier))
        assert all(start < end for start, end in spans)
        assert all(a[1] <= b[0] for a, b in pairwise(spans))


def test_tiers_of_praat_cover_the_recording_without_a_gap(tmp_path: Path) -> None:
    from praatio import textgrid

    read = demo()
    grid = textgrid.openTextgrid(str(written(read, "textgrid", tmp_path)), includeEmptyIntervals=True)
    assert grid.maxTimestamp * 1000 == read.document.duration_ms
    for name in grid.tierNames:
        entries = grid.getTier(name).entries
        assert entries[0][0] == 0
        assert entries[-1][1] == grid.maxTimestamp
        assert all(a[1] == b[0] for a, b in pairwise(entries))


def test_words_that_overlap_are_told_apart_and_counted() -> None:
    made = as_json([Says("Ruth", 0, ("one", "two", "three"))])
    words = made["utterances"][0]["words"]
    words[1]["start_ms"] = 100
    words[2] |= {"start_ms": 600, "end_ms": 600}
    read = document([], **made)
    for name in ("eaf", "textgrid"):
        notes = export(read, FORMATS[name]).notes
        assert "2 words moved by overlaps in one tier" in notes, notes
    clean_notes = export(document([Says("Ruth", 0, ("one", "two"))]), FORMATS["eaf"]).notes
    assert not any("overlaps" in note for note in clean_notes)


def test_four_speakers_have_colours_and_the_rest_share_white(tmp_path: Path) -> None:
    people = ["Ana", "Ben", "Kim", "Dev", "Eve", "Fay"]
    said = [Says(p, 9000 * n, tuple(f"{p.lower()}{k}" for k in range(20 - n))) for n, p in enumerate(people)]
    path = written(document(said), "ebu-tt-d", tmp_path)
    colours = defaultdict(set)
    for cue, one in zip(raw_cues(path), said, strict=True):
        colours[one.speaker] |= {p.style for line in cue.lines for p in line}
    assert [colours[p] for p in people] == [{""}, {"#ffff00"}, {"#00ffff"}, {"#00ff00"}, {""}, {""}]
    assert (
        "2 speakers more than there are colours: they share white"
        in export(document(said), FORMATS["ebu-tt-d"]).notes
    )


def test_a_place_above_stays_above(tmp_path: Path) -> None:
    made = as_json([Says("Ruth", 1000, ("Up", "here.")), Says("Ruth", 3000, ("Down", "here."))])
    made["cues"][0]["position"] = "line:0"
    for name in ("ttml", "ebu-tt-d", "ass"):
        cues = raw_cues(written(document([], **made), name, tmp_path))
        assert [cue.settings for cue in cues] == ["{\\an8}", ""]


def test_a_formula_is_disarmed_and_said() -> None:
    read = document([Says("Ruth", 0, ("=HYPERLINK(1)", "x")), Says("Omar", 1000, ("a=b",))])
    made = export(read, FORMATS["csv"])
    assert ",'=HYPERLINK(1) x," in made.content.decode()
    assert "1 text like a formula, with an apostrophe in front" in made.notes


def test_chapters_are_as_youtube_demands() -> None:
    text = export(demo(), FORMATS["youtube"]).content.decode()
    times = [parse_timecode(line.split(" ", 1)[0]) for line in text.splitlines()]
    assert times[0] == 0
    assert len(times) >= 3
    assert all(b - a >= 10_000 for a, b in pairwise(times))


@pytest.mark.parametrize(
    ("starts", "kept", "said"),
    [
        ((0, 20_000, 40_000), 3, ""),
        ((0, 20_000, 25_000, 40_000), 3, "1 part shorter"),
        ((0, 4_000, 20_000, 40_000), 3, "1 part shorter"),
        ((0, 20_000, 40_000, 57_000), 3, "1 part shorter"),
        ((2_000, 20_000, 40_000), 3, "put to 0:00"),
        ((0, 30_000), 2, "YouTube shows none below 3"),
    ],
)
def test_parts_that_youtube_would_not_take_are_said(starts: tuple[int, ...], kept: int, said: str) -> None:
    ends = (*starts[1:], 60_000)
    parts = [
        {
            "id": f"p{n}",
            "kind": "vignette",
            "title": f"Part {n}",
            "start_ms": a,
            "end_ms": b,
            "cast": [],
            "evidence": [],
        }
        for n, (a, b) in enumerate(zip(starts, ends, strict=True))
    ]
    read = document([Says("Ruth", 59_000 - 250, ("bye",))], vignettes=parts)
    made = export(read, FORMATS["youtube"])
    assert len(made.content.decode().splitlines()) == kept
    assert not said or any(said in note for note in made.notes)
    assert said or not any("YouTube" in note for note in made.notes)


def test_what_a_format_cannot_hold_is_said_of_each_recording() -> None:
    plain_talk = document([Says("", 0, ("word",))])
    styled_talk = document([Says("Ruth", 0, ("word",), "i")])
    notes = {name: export(styled_talk, f).notes[0] for name, f in FORMATS.items()}
    assert "1 word in italics or colour" in notes["csv"]
    assert "italics" not in notes["ttml"]
    assert "1 speaker's name" in notes["ebu-tt-d"]
    assert "speaker" not in export(plain_talk, FORMATS["ebu-tt-d"]).notes[0]


def test_a_draft_says_so_where_it_is_shown(tmp_path: Path) -> None:
    read = document([Says("Ruth", 4000, ("word",))], draft=True)
    for name in ("ttml", "ebu-tt-d", "ass"):
        assert "DRAFT" in lines(raw_cues(written(read, name, tmp_path)))[0][1]
    import docx

    assert "DRAFT" in docx.Document(str(written(read, "docx", tmp_path))).paragraphs[0].text


def test_lines_are_divided_by_who_says_them() -> None:
    said = [Says("Ruth", 0, ("Who", "begins?")), Says("Omar", 600, ("I", "do."))]
    made = as_json(said)
    made["cues"] = [
        {"id": "c", "speaker": None, "start_ms": 0, "end_ms": 1200, "lines": ["RUTH: Who begins?", "-I do."]}
    ]
    (cue,) = shown(document([], **made))
    assert [[(p.text, p.speaker) for p in line] for line in cue.pieces] == [
        [("RUTH: Who begins?", "Ruth")], [("-I do.", "Omar")],
    ]  # fmt: skip


def test_lines_of_the_demo_are_found_again_in_its_words() -> None:
    read = demo()
    cues = shown(read)
    assert [cue.lines for cue in cues] == [list(cue.lines) for cue in read.cues]
    named = sum(any(p.speaker for line in cue.pieces for p in line) for cue in cues)
    assert named >= len(cues) - sum(bool(re.fullmatch(r"\[.*\]", " ".join(c.lines))) for c in read.cues)


def test_equal_documents_give_equal_bytes() -> None:
    for f in FORMATS.values():
        assert export(demo(), f).content == export(demo(), f).content
