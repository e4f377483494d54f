"""Mends: what they change, what they leave alone, and that they never make anything worse."""

from __future__ import annotations

import errno
import os
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import caption_faults, caption_material
from benchmarks.captions import facts_of
from pipeline.audit import Facts, audit
from pipeline.audit.captions import load, shown_cue
from pipeline.audit.fixes import FIXERS, REWRITTEN, mend
from pipeline.audit.model import Document, Finding, Report, Severity
from pipeline.audit.rules import RULES
from pipeline.audit.waivers import Waiver, waive
from pipeline.commands.check import check
from pipeline.commands.fix import propose, write
from pipeline.errors import OutputError, SubtitlesError
from pipeline.profiles import PROFILES
from pipeline.settings import CaptionSettings
from pipeline.stages.captions import run
from pipeline.timing import Span
from tests.support.examples import examples

TRAINING = [PROFILES["training"]]
SRT = (
    "1\r\n00:00:01,000 --> 00:00:01,300 X1:0\r\nNo.\r\n\r\n"
    "2\r\n00:00:04,000 --> 00:00:08,000\r\nI came here because the court had said so , as they do.\r\n\r\n"
    "3\r\n00:00:07,000 --> 00:00:09,000\r\n- Why?\r\n- Because.\r\n"
)


def doc(*cues: tuple[int, int, str], kind: str = "srt") -> Document:
    made = [shown_cue(n, Span(a, b), t.split("|"), set(), kind) for n, (a, b, t) in enumerate(cues, 1)]
    return Document("test", kind, tuple(made), (), "en")


def test_rules_that_say_they_can_be_mended_can_be_tried() -> None:
    assert {rule.id for rule in RULES if rule.fixable} == {*FIXERS, *REWRITTEN}


def test_a_file_is_mended_and_nothing_else_in_it_changes(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(SRT.encode())
    found = propose(path, TRAINING)
    assert found.text.splitlines() == [
        "1", "00:00:01,000 --> 00:00:01,833 X1:0", "No.", "",
        "2", "00:00:04,000 --> 00:00:07,000", "I came here because the court", "had said so, as they do.", "",
        "3", "00:00:07,000 --> 00:00:09,000", "- Why?", "- Because.",
    ]  # fmt: skip
    assert found.text.count("\r\n") == SRT.count("\r\n") + 1
    assert found.after.count(Severity.ERROR) == 0 < found.before.count(Severity.ERROR)
    assert "-00:00:01,000 --> 00:00:01,300 X1:0" in found.diff.replace("\r", "")
    assert path.read_bytes() == SRT.encode()


def test_the_input_is_kept_when_it_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(SRT.encode())
    beside, none = write(propose(path, TRAINING), in_place=False)
    assert (beside.name, none) == ("a.mended.srt", None)
    for number in ("", "2"):
        before = path.read_bytes()
        written, backup = write(propose(path, TRAINING), in_place=True)
        assert (written, backup) == (path, tmp_path / f"a.srt.bak{number}")
        assert backup is not None
        assert backup.read_bytes() == before


def test_a_copy_that_cannot_be_made_whole_is_not_left_and_nothing_is_mended(
    tmp_path: Path, monkeypatch
) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(SRT.encode())
    mended = propose(path, TRAINING)

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OutputError, match="the disk is full"):
        write(mended, in_place=True)
    assert path.read_bytes() == SRT.encode()
    assert [p.name for p in tmp_path.iterdir()] == ["a.srt"]


def test_escapes_are_put_right(tmp_path: Path) -> None:
    path = tmp_path / "a.vtt"
    path.write_text("WEBVTT\n\n00:01.000 --> 00:03.000\nR&D <3 <i>yes</i> &amp; no\n", encoding="utf-8")
    text = propose(path, TRAINING).text
    assert "R&amp;D &lt;3 <i>yes</i> &amp; no" in text
    path.write_text(text, encoding="utf-8")
    assert "vtt-escape" not in {f.id for f in check([path]).reports[0].findings}


def test_json_is_not_mended(tmp_path: Path) -> None:
    path = tmp_path / "a.ass"
    path.write_text(
        "[Script Info]\n\n[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:03.00,Hello\n"
    )
    with pytest.raises(SubtitlesError, match="SRT or WebVTT"):
        propose(path, TRAINING)


def test_a_speaker_who_is_shown_with_another_is_not_cut_short_for_nothing() -> None:
    _, mends = mend(doc((0, 3000, "TIM: I see."), (2000, 5000, "JAX: And so do I, you know.")), TRAINING)
    assert [(m.number, m.after.span.end_ms) for m in mends] == [(1, 2000)]


@st.composite
def documents(draw: st.DrawFn) -> Document:
    cues, at = [], 0
    for _ in range(draw(st.integers(1, 6))):
        at += draw(st.integers(-300, 3000)) if cues else draw(st.integers(0, 1000))
        start = max(0, at)
        end = start + draw(st.integers(1, 9000))
        words = draw(
            st.lists(
                st.sampled_from(
                    [
                        "I",
                        "came",
                        "to",
                        "the",
                        "group",
                        "because",
                        "they",
                        "asked.",
                        "So,",
                        "yes",
                        "-",
                        "what?",
                    ]
                ),
                max_size=18,
            )
        )
        cut = draw(st.integers(0, 18))
        cues.append((start, end, "|".join(" ".join(w) for w in (words[:cut], words[cut:]) if w) or " "))
        at = end
    return doc(*cues)


@given(documents(), st.sampled_from(sorted(PROFILES)))
@settings(max_examples=examples(40), deadline=None)
def test_mends_keep_every_word_and_make_nothing_worse(document: Document, profile: str) -> None:
    profiles = [PROFILES[profile]]
    mended, _ = mend(document, profiles)
    assert [c.text.split() for c in mended.cues] == [c.text.split() for c in document.cues] or "," in str(
        mended.cues
    )
    assert [c.span.start_ms for c in mended.cues] == [c.span.start_ms for c in document.cues]
    before, after = audit(document, profiles), audit(mended, profiles)
    for severity in (Severity.ERROR, Severity.WARNING):
        assert after.count(severity) <= before.count(severity) or severity is Severity.WARNING
    assert after.count(Severity.ERROR) <= before.count(Severity.ERROR)


@pytest.mark.parametrize(
    ("fault", "rule"),
    [("overlapping", "overlap"), ("shortened", "min-duration"), ("broken escape", "vtt-escape")],
)
def test_planted_faults_are_mended(fault: str, rule: str, tmp_path: Path) -> None:
    material = caption_material.demo()
    captions = run(material.aligned, material.voices, CaptionSettings(), duration_ms=material.duration_ms)
    cues, facts = caption_faults.blocks(material, captions), facts_of(material)
    names = [s.name for s in material.voices.speakers]
    broken, _ = caption_faults.planted(cues, caption_faults.FAULTS[fault], 8, 3, names)
    path = tmp_path / "broken.vtt"
    path.write_text(caption_faults.composed(broken)[0], encoding="utf-8")
    found = propose(path, TRAINING, facts)
    path.write_text(found.text, encoding="utf-8")
    before, after = serious(found.before), serious(audit(load(path)[0], TRAINING, facts))
    assert before[rule] >= 5
    assert after[rule] <= 1
    assert all(after[other] <= before[other] for other in after)


def serious(report: Report) -> Counter[str]:
    return Counter(f.id for f in report.findings if f.severity > Severity.INFO)


def report_of(*texts: tuple[int, str]) -> Report:
    report = audit(doc(*((start, start + 300, text) for start, text in texts)), TRAINING, Facts())
    assert report.findings
    return report


def open_ones(report: Report, rule: str) -> list[Finding]:
    return [f for f in report.open if f.id == rule]


def test_waiving_one_yeah_waives_one_yeah() -> None:
    report = report_of((1000, "Yeah."), (9000, "Yeah."))
    waived = waive(report, [Waiver("min-duration", "yeah.", 9100, "Ann", "clear from the picture")])
    assert [f.start_ms for f in open_ones(waived, "min-duration")] == [1000]
    assert [(f.waived_by, f.reason) for f in waived.findings if f.waived_by] == [
        ("Ann", "clear from the picture")
    ]


def test_a_waiver_that_fits_nothing_is_told() -> None:
    report = waive(report_of((1000, "Yeah.")), [Waiver("min-duration", "No.", 1000, "Ann", "fine")])
    assert len(open_ones(report, "min-duration")) == 1
    assert any("fits no finding" in note for note in report.notes)


def test_text_that_was_read_over_a_blank_line_is_not_written_twice(tmp_path: Path) -> None:
    """A lenient reader finds a caption's text behind a blank line; a mend of it must not leave it there as well."""
    path = tmp_path / "lost.srt"
    path.write_text(
        "1\n00:00:00,500 --> 00:00:07,000\nCaption text one.\n\n2\nCaption text two.\n\n"
        "3\n00:00:08,000 --> 00:00:08,200\nYes.\n",
        encoding="utf-8",
    )
    mended = propose(path, [PROFILES["training"]])
    assert mended.text.count("Caption text two.") == 1
    assert [m.number for m in mended.mends] == [2]
    path.write_text(mended.text, encoding="utf-8")
    assert [f.id for f in check([path]).reports[0].findings] == [f.id for f in mended.after.findings]


@pytest.mark.parametrize(
    ("timing", "mended"),
    [
        ("00:00:01 --> 00:00:01", "00:00:01,000 --> 00:00:01,833"),
        ("00:00:01, 000 --> 00:00:01, 300", "00:00:01,000 --> 00:00:01,833"),
        ("00:00:01,000 –> 00:00:01,300", "00:00:01,000 --> 00:00:01,833"),
        ("00:00:01.000000 --> 00:00:01.300000", "00:00:01,000 --> 00:00:01,833"),
    ],
)
def test_times_are_mended_however_they_are_written(tmp_path: Path, timing: str, mended: str) -> None:
    path = tmp_path / "a.srt"
    path.write_text(f"1\n{timing}\nNo.\n", encoding="utf-8")
    found = propose(path, TRAINING)
    assert len(found.mends) == 1
    assert found.text.split("\n")[1] == mended
    path.write_text(found.text, encoding="utf-8")
    assert [c.span.end_ms for c in load(path)[0].cues] == [1833]


def test_a_caption_without_length_beside_a_mended_one_stays_where_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.srt"
    nothing = "00:00:09,000  --> 00:00:09,000"
    path.write_text(
        f"1\n00:00:01,000 --> 00:00:01,300\nNo.\n\n2\n{nothing}\nSo\n\n"
        "3\n00:00:09,000 --> 00:00:11,000\nYes.\n",
        encoding="utf-8",
    )
    found = propose(path, TRAINING)
    assert [m.number for m in found.mends] == [1]
    assert nothing.replace("  ", " ") in found.text


@pytest.mark.parametrize(
    ("name", "text", "rule", "mended"),
    [
        (
            "a.srt",
            "1\n00:00:01;00 --> 00:00:03;00\nWe met.\n\n2\n00:00:04，000 -- > 00:00:06，000\nWe talked.\n",
            "srt-timestamp",
            "1\n00:00:01,001 --> 00:00:03,003\nWe met.\n\n2\n00:00:04,000 --> 00:00:06,000\nWe talked.\n",
        ),
        (
            "a.vtt",
            "WEBVTT\n\n00:01.000 --> 00:03.000\nWe met.\n\n00:00:04,000 --> 00:00:06,000\nWe talked.\n",
            "vtt-timestamp",
            "WEBVTT\n\n00:01.000 --> 00:03.000\nWe met.\n\n00:00:04.000 --> 00:00:06.000\nWe talked.\n",
        ),
        (
            "a.vtt",
            "WEBVTT\n\n00:01.000 --> 00:03.000\n\nWe met.\n\nNOTE so\n\n00:04.000 --> 00:06.000\nWe talked.\n",
            "vtt-blank-line-in-cue",
            "WEBVTT\n\n00:01.000 --> 00:03.000\nWe met.\n\nNOTE so\n\n00:04.000 --> 00:06.000\nWe talked.\n",
        ),
        (
            "a.srt",
            "1\n00:00:01,000 --> 00:00:03,000\nWe met,\n\n2\n00:00:03,000 --> 00:00:05,000\nWe met,\nwe talked,\n\n"
            "3\n00:00:05,000 --> 00:00:07,000\nwe talked,\nwe left.\n",
            "rolling-text",
            "1\n00:00:01,000 --> 00:00:03,000\nWe met,\n\n2\n00:00:03,000 --> 00:00:05,000\nwe talked,\n\n"
            "3\n00:00:05,000 --> 00:00:07,000\nwe left.\n",
        ),
    ],
)
def test_a_file_that_players_read_otherwise_is_written_as_it_is_meant(
    tmp_path: Path, name: str, text: str, rule: str, mended: str
) -> None:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    found = propose(path, TRAINING)
    assert [f.fixable for f in found.before.findings if f.id == rule]
    assert not [f for f in found.after.findings if f.id == rule]
    assert found.rewritten
    assert found.diff
    assert found.text == mended
    path.write_text(found.text, encoding="utf-8")
    assert not propose(path, TRAINING).rewritten


@pytest.mark.parametrize(
    ("codec", "text"), [("utf-16-le", "Café."), ("cp1251", "Привет, как твои дела сегодня?")]
)
def test_what_is_mended_is_what_was_read_in_any_encoding(tmp_path: Path, codec: str, text: str) -> None:
    path = tmp_path / "a.srt"
    path.write_bytes(SRT.replace("No.", text).encode(codec))
    found = propose(path, TRAINING)
    assert found.mends
    assert text in found.text
    assert [f.id for f in found.before.findings if f.id == "encoding-utf8"]
