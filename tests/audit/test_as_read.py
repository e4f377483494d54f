"""The audit judges what the readers read: the same cues, lines and labels, of every format."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit import Document, Severity, audit
from pipeline.audit.captions import load
from pipeline.audit.matching import spoken_words
from pipeline.formats.readers import raw_cues, read
from pipeline.formats.readers.raw_cue import text_lines
from pipeline.profiles import PROFILES
from pipeline.transcript import Kind

DATA = os.environ.get("VIGNETTE_DATA")
PIECES = st.sampled_from([
    "one", "two", " ", "\n", "\n \n", "<br />", "&quot;", "&amp;", "&#39;", "&lt;i&gt;", "<i>", "</i>", "<b>", "{\\an8}",
    "{\\i1}", "{\\p1}m 0 0 l 9 9{\\p0}", "{a comment}", "{Y:i}", "\\N", "\\h", "<v Tom>", "</v>", "<c.a.b>", "</c>", ">> ",
    "TIM: ", "TIM (V.O.): ", "[Tim] ", "- ", "-", "– ", "Jax: ", "[laughs]", "<00:00:01.500>", "<", "\u2060", "\ufeff",
])  # fmt: skip
payloads = st.lists(st.lists(PIECES, max_size=8).map("".join), min_size=1, max_size=4)


def as_srt(payloads: list[str]) -> str:
    return "".join(f"{n}\n00:00:0{n},000 --> 00:00:0{n},900\n{p}\n\n" for n, p in enumerate(payloads, 1))


def as_vtt(payloads: list[str]) -> str:
    return "WEBVTT\n\n" + "".join(f"00:0{n}.000 --> 00:0{n}.900\n{p}\n\n" for n, p in enumerate(payloads, 1))


def as_ass(payloads: list[str]) -> str:
    events = "".join(
        f"Dialogue: {n},0:00:0{n}.00,0:00:0{n}.90,D,{'Tom' if n % 2 else ''},0,0,0,,{p}\n"
        for n, p in enumerate((p.replace("\n", "\\n") for p in payloads), 1)
    )
    return "[Script Info]\n\n[Events]\n" + events


FORMATS = {"a.srt": as_srt, "a.vtt": as_vtt, "a.ass": as_ass}


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(text, encoding="utf-8", newline="")
    return path


@given(payloads, st.sampled_from(sorted(FORMATS)))
def test_the_audit_shows_what_the_reader_reads(
    tmp_path_factory: pytest.TempPathFactory, payloads: list[str], name: str
) -> None:
    path = written(tmp_path_factory.mktemp("as_read"), name, FORMATS[name](payloads))
    raw, told, shown = raw_cues(path), read(path).cues, load(path)[0].cues
    assert [(c.span, c.lines, c.raw, c.line) for c in shown] == [
        (c.span, tuple(text_lines(c)), c.raw, c.line) for c in raw
    ]
    for cue, subtitles in zip(shown, told, strict=True):
        labels = {w.label for w in subtitles.words if w.label and w.kind is Kind.WORD}
        markup = {p.voice for line in raw[cue.number - 1].lines for p in line}
        assert labels - markup <= {label.name for label in cue.labels}


def document(folder: Path, name: str, *payloads: str) -> Document:
    return load(written(folder, name, FORMATS[name](list(payloads))))[0]


@pytest.mark.parametrize(
    ("name", "payload", "lines", "names", "bare"),
    [
        ("a.srt", "TIM: Yes.<br />&quot;No&quot; &amp; no", ("TIM: Yes.", '"No" & no'), ("TIM",), ["yes", "no", "no"]),
        ("a.srt", "{\\an8}>> TIM (V.O.): Yes.", (">> TIM (V.O.): Yes.",), ("TIM",), ["yes"]),
        ("a.srt", "- Yes.\n- TIM: No.", ("- Yes.", "- TIM: No."), ("TIM",), ["yes", "no"]),
        ("a.vtt", "<v Tim>Yes &gt;\n \n</v>no", ("Yes >", "no"), ("Tim",), ["yes", "no"]),
        ("a.ass", "{\\an8\\i1}Yes{maybe}\\Nand\\hno", ("Yes", "and no"), ("Tom",), ["yes", "and", "no"]),
    ],
)  # fmt: skip
def test_a_caption_is_seen_without_its_markup(
    tmp_path: Path, name: str, payload: str, lines: tuple[str, ...], names: tuple[str, ...], bare: list[str]
) -> None:
    (cue,) = document(tmp_path, name, payload).cues
    assert (cue.lines, tuple(dict.fromkeys(cue.names)), spoken_words(cue)) == (lines, names, bare)


def test_what_is_drawn_is_no_caption(tmp_path: Path) -> None:
    """Two layers at one time overlap only where both hold text."""
    drawn = document(tmp_path, "a.ass", "Yes.\\Nno", "{\\an7\\p1}m 0 0 l 100 0{\\p0}")
    assert [cue.lines for cue in drawn.cues] == [("Yes.", "no")]
    assert "empty-cue" not in {f.id for f in audit(drawn, [PROFILES["training"]]).findings}


def test_a_label_with_an_aside_is_written_in_the_style_of_the_profile(tmp_path: Path) -> None:
    found = audit(document(tmp_path, "a.srt", "TIM (V.O.): Yes."), [PROFILES["training"]]).findings
    assert not {"speaker-label-style", "speakers-absent"} & {f.id for f in found}


def test_chevrons_say_that_another_person_speaks(tmp_path: Path) -> None:
    found = audit(document(tmp_path, "a.srt", ">> So you came here."), [PROFILES["training"]]).findings
    assert "speakers-absent" not in {f.id for f in found}


def test_a_line_that_holds_a_space_does_not_end_a_cue_of_webvtt(tmp_path: Path) -> None:
    shown = document(tmp_path, "a.vtt", "one\n \ntwo", "three")
    assert "vtt-blank-line-in-cue" not in {flaw.rule for flaw in shown.flaws}
    assert [cue.lines for cue in shown.cues] == [("one", "two"), ("three",)]


def test_flaws_name_the_cue_that_was_read(tmp_path: Path) -> None:
    """Two cues without an empty line between them are two to the reader."""
    text = as_srt(["one", "two", "<c>three"]).replace("one\n\n", "one\n")
    shown = load(written(tmp_path, "a.srt", text))[0]
    assert [flaw.cue for flaw in shown.flaws if flaw.rule == "srt-tags"] == [3]


@pytest.mark.skipif(not DATA, reason="VIGNETTE_DATA names no folder with cases that people told of")
def test_a_script_of_ass_is_judged_as_the_same_captions_in_subrip() -> None:
    folder = Path(DATA or ".") / "cases" / "12-ass-check"
    profiles = [PROFILES["netflix"], PROFILES["training"]]
    found = {
        name: [f for f in audit(load(folder / name)[0], profiles).findings if f.severity > Severity.INFO]
        for name in ("talk.ass", "control.srt")
    }
    told = {name: [(f.id, f.cue_index, f.profile) for f in found[name]] for name in found}
    assert told["talk.ass"] == [row for row in told["control.srt"] if row[0] != "speakers-absent"]


PLAIN = "I was on the bus with a bag\nof oranges & I left it there."


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("a.srt", "{\\an8}<i>I was on the bus</i> with a bag<br />of oranges &amp; I left it there."),
        ("a.srt", "{i}I was on the bus{/i} with a bag\n{Y:i}of oranges &#38; I left it there."),
        ("a.srt", '<font color="#ffff00">I was on the bus with a bag</font>\nof oranges & I left it there.'),
        ("a.vtt", "<c.loud.yellow>I was on the bus</c> with a bag\nof oranges &amp; <00:01.400>I left it there."),
        ("a.ass", "{\\pos(320,400)\\fad(200,200)}I was on the bus{\\i0} with a bag\\Nof oranges & I left it there."),
        ("a.ass", "I was on the bus with a bag{ask Ann about this line, please}\\Nof oranges & I left it there."),
    ],
)  # fmt: skip
def test_markup_of_every_format_counts_for_nothing(tmp_path: Path, name: str, payload: str) -> None:
    def judged(document: Document) -> list[tuple[str, object, str]]:
        rules = {"srt-tags", "speakers-absent", "vtt-timestamp"}  # these are about what was written
        found = audit(document, [PROFILES["netflix"], PROFILES["bbc"]]).findings
        return [(f.id, f.measured, f.profile) for f in found if f.id not in rules]

    plain = document(tmp_path, "a.srt", PLAIN)
    found = judged(plain)
    assert {rule for rule, *_ in found} >= {"reading-speed-cps", "reading-speed-wpm"}
    assert judged(document(tmp_path, name, payload)) == found


@pytest.mark.parametrize(
    ("name", "payload"),
    [
        ("a.srt", ">> TIM (V.O.): Yes.\n>> No."),
        ("a.vtt", "&gt;&gt; TIM (O.S.): Yes.\n&gt;&gt; No."),
        ("a.ass", ">> TIM (V.O.): Yes.\\N>> No."),
        ("a.srt", "{\\an8}- TIM (on phone): Yes.\n- No."),
    ],
)
def test_labels_with_asides_and_chevrons_are_no_words(tmp_path: Path, name: str, payload: str) -> None:
    (cue,) = document(tmp_path, name, payload).cues
    assert spoken_words(cue) == ["yes", "no"]
    assert cue.turn_marks == 2
