"""The audit as a whole: findings in order, reports in four formats, exit status, planted faults, matching words."""

from __future__ import annotations

import csv
import io
import json
from html.parser import HTMLParser
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import caption_faults, caption_material
from benchmarks.captions import document_of, facts_of
from pipeline.audit import Facts, Severity, audit
from pipeline.audit.captions import load, merged
from pipeline.audit.matching import match, spoken_words
from pipeline.audit.model import ShownCue, ShownLabel, SpokenWord
from pipeline.audit.report import as_csv, as_json, as_text
from pipeline.audit.syntax import scan
from pipeline.commands.check import WRITERS, check, profile_named
from pipeline.errors import DocumentError, SubtitlesError, UsageError
from pipeline.formats.readers.encoding import Decoded, decode
from pipeline.profiles import PROFILES
from pipeline.settings import CaptionSettings
from pipeline.stages.captions import run
from pipeline.timing import Span
from tests.support.examples import examples

SRT = (
    "1\n00:00:01,000 --> 00:00:01,300\nTIM: This line is far longer than forty-two characters are.\n\n"
    "2\n00:00:01,200 --> 00:00:04,000\n=SUM(A1) & <co>\n\n"
    "3\n00:00:05,000 --> 00:00:07,000\n[laughter]\n"
)


@pytest.fixture
def faulty(tmp_path: Path) -> Path:
    path = tmp_path / "faulty.srt"
    path.write_text(SRT, encoding="utf-8")
    return path


def test_findings_come_worst_first_and_then_in_order_of_time(faulty: Path) -> None:
    findings = check([faulty], list(PROFILES)).reports[0].findings
    assert [f.severity for f in findings] == sorted((f.severity for f in findings), reverse=True)
    errors = [f.start_ms or 0 for f in findings if f.severity is Severity.ERROR]
    assert errors == sorted(errors)


def test_what_all_profiles_share_is_said_once(faulty: Path) -> None:
    findings = check([faulty], list(PROFILES)).reports[0].findings
    assert len([f for f in findings if f.id == "overlap"]) == 1
    assert {f.profile for f in findings if f.id == "max-chars-line"} == {"training", "netflix", "bbc", "dcmp"}


@pytest.mark.parametrize(("fail_on", "status"), [("error", 1), ("warning", 1)])
def test_findings_make_the_exit_status(faulty: Path, fail_on: str, status: int) -> None:
    assert check([faulty], fail_on=fail_on).exit_status == status  # type: ignore[arg-type]


def test_warnings_alone_fail_only_when_asked(tmp_path: Path) -> None:
    path = tmp_path / "good.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:03,000\nHello there.\n", encoding="utf-8")
    assert check([path]).exit_status == 0
    assert check([path], fail_on="warning").exit_status == 1


@pytest.mark.parametrize("name", sorted(WRITERS))
def test_no_report_says_that_captions_comply(faulty: Path, name: str) -> None:
    text = check([faulty], list(PROFILES), format=name).text.lower()  # type: ignore[arg-type]
    assert "compliant" not in text
    assert "passes wcag" not in text


def test_the_summary_fits_a_screen(faulty: Path) -> None:
    assert len(as_text([check_report(faulty)], most_groups=3).splitlines()) <= 24


def check_report(path: Path):  # type: ignore[no-untyped-def]
    return check([path], list(PROFILES)).reports[0]


def test_json_holds_every_finding(faulty: Path) -> None:
    report = check_report(faulty)
    document = json.loads(as_json([report]))["files"][0]
    assert len(document["findings"]) == len(report.findings)
    assert document["counts"]["error"] == report.count(Severity.ERROR)
    assert document["needs_person"]


def test_csv_is_safe_to_open_in_a_spreadsheet(faulty: Path) -> None:
    rows = list(csv.DictReader(io.StringIO(as_csv([check_report(faulty)]))))
    assert len(rows) == len(check_report(faulty).findings)
    assert not any(value.startswith(("=", "+", "-", "@")) for row in rows for value in row.values())


@pytest.mark.parametrize("name", WRITERS)
def test_no_report_can_steer_a_terminal(tmp_path: Path, name: str) -> None:
    path = tmp_path / "bad\x1b[2J.json"
    words = "\x1b]0;title\x07 \x9b31m \x7f \u202eA line that is longer than anybody would ever allow it to be"
    path.write_text(json.dumps(_document(words)), encoding="utf-8")
    text = check([path], format=name).text  # type: ignore[arg-type]
    assert "longer than anybody" in text or name in ("text", "junit")
    assert not [c for c in text if c != "\n" and (ord(c) < 32 or 127 <= ord(c) < 160 or c == "\u202e")]
    json.loads(text) if name == "json" else text.encode("utf-8")


def _document(words: str) -> dict[str, object]:
    cue = {"id": "1", "start_ms": 0, "end_ms": 400, "lines": [words]}
    return {
        "schema": "vignette/1", "lang": "en", "grade": "machine text", "draft": True,
        "media": {"name": f"talk {words[:9]}", "duration_ms": 9000}, "speakers": [], "utterances": [],
        "cues": [cue], "alignment": {"heard_differently": []},
    }  # fmt: skip


class _Page(HTMLParser):
    """Collects open tags and what the page would load."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in ("meta", "img"):
            self.open.append(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "href")]

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed_and_loads_nothing(faulty: Path) -> None:
    page = _Page()
    text = check([faulty], list(PROFILES), format="html").text
    page.feed(text)
    assert page.open == []
    assert not [url for url in page.loads if not url.startswith("data:")]
    assert '<html lang="en">' in text
    assert "<co>" not in text


def test_a_profile_that_does_not_exist_is_a_usage_error(faulty: Path) -> None:
    with pytest.raises(UsageError, match="choose from training"):
        check([faulty], ["nexflix"])


def test_limits_of_ones_own_apply_to_their_profile_only() -> None:
    settings_ = CaptionSettings(profile="bbc", max_line_chars=40)
    assert profile_named("bbc", settings_).max_line_chars == 40
    assert profile_named("netflix", settings_).max_line_chars == 42


def test_a_script_has_no_captions_to_check(tmp_path: Path) -> None:
    path = tmp_path / "script.txt"
    path.write_text("TIM: Hello.\n\nJAX: Hello.\n", encoding="utf-8")
    with pytest.raises(SubtitlesError, match="has no times"):
        check([path])


def test_json_that_is_not_ours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "other.json"
    path.write_text("[]", encoding="utf-8")
    with pytest.raises(DocumentError, match="not a transcript of ours"):
        check([path])


def test_a_damaged_transcript_of_ours_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "talk.json"
    path.write_text('{"schema": "vignette/1", "cues": []}', encoding="utf-8")
    with pytest.raises(DocumentError, match="'media' is missing or not a table - move it away"):
        check([path])


def test_json_nested_without_end_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "deep.json"
    path.write_text("[" * 200_000, encoding="utf-8")
    with pytest.raises(DocumentError, match="is not valid JSON"):
        check([path])


@pytest.mark.parametrize("name", WRITERS)
def test_a_file_that_cannot_be_read_does_not_hide_the_others(faulty: Path, name: str) -> None:
    missing = faulty.with_name("missing.srt")
    checked = check([missing, faulty], format=name)  # type: ignore[arg-type]
    assert [f.id for f in checked.reports[0].findings] == ["unreadable"]
    assert checked.reports[1] == check([faulty]).reports[0]
    assert checked.exit_status == 1
    assert "missing.srt: cannot be read" in checked.text and "max-chars-line" in checked.text


def test_our_own_transcript_beside_the_file_says_what_is_said(tmp_path: Path) -> None:
    times = {"start_ms": 0, "end_ms": 500}
    word = {"text": "Hello", **times, "confidence": 1.0}
    document = {
        "schema": "vignette/1", "lang": "en", "grade": "timed from subtitles, text not verified", "draft": False,
        "media": {"name": "talk", "duration_ms": 9000}, "speakers": [],
        "utterances": [{"id": "u1", "text": "Hello", **times, "speaker": None, "words": [word]}],
        "cues": [], "alignment": {"heard_differently": []},
    }  # fmt: skip
    path = tmp_path / "talk.en.srt"
    path.write_text("1\n00:00:03,000 --> 00:00:05,000\nHello.\n", encoding="utf-8")
    late = "sync-late"
    assert late not in {f.id for f in check([path]).reports[0].findings}
    for grade, known in ((document["grade"], True), ("machine text", False)):
        (tmp_path / "talk.json").write_text(json.dumps({**document, "grade": grade}), encoding="utf-8")
        report = check([path]).reports[0]
        assert (late in {f.id for f in report.findings}) is known
        assert any("talk.json" in note for note in report.notes) is known


def test_given_facts_go_over_the_files_own() -> None:
    own = Facts(duration_ms=5, names=("Tim",))
    assert merged(own, Facts(duration_ms=7)) == Facts(duration_ms=7, names=("Tim",))
    assert merged(own, None) is own


@pytest.mark.parametrize("fault", sorted(caption_faults.FAULTS))
def test_every_planted_fault_is_listed_and_the_clean_file_is_not_accused(fault: str) -> None:
    material = caption_material.demo()
    captions = run(material.aligned, material.voices, CaptionSettings(), duration_ms=material.duration_ms)
    cues, facts = caption_faults.blocks(material, captions), facts_of(material)
    names = [s.name for s in material.voices.speakers]
    clean = caption_faults.findings(caption_faults.composed(cues)[0], facts)
    assert not [f for f in clean if f.id in caption_faults.ACCUSING and f.severity > Severity.INFO]
    broken, spans = caption_faults.planted(cues, caption_faults.FAULTS[fault], 8, 3, names)
    text, numbers = caption_faults.composed(broken)
    found = caption_faults.findings(text, facts)
    assert caption_faults.listed(spans, numbers, found, clean) == len(spans) == 8


@pytest.mark.parametrize("profile", sorted(PROFILES))
def test_captions_of_the_demo_have_no_errors(profile: str) -> None:
    material = caption_material.demo()
    chosen = CaptionSettings(profile=profile)  # type: ignore[arg-type]
    captions = run(
        material.aligned,
        material.voices,
        chosen,
        material.shots,
        material.boundaries,
        duration_ms=material.duration_ms,
    )
    report = audit(
        document_of(material, captions, PROFILES[profile]), [PROFILES[profile]], facts_of(material)
    )
    assert [f for f in report.findings if f.severity is Severity.ERROR] == []
    assert report.rates.words_found == 1.0


def cue(number: int, start_ms: int, text: str) -> ShownCue:
    return ShownCue(number, Span(start_ms, start_ms + 2000), (text,))


def words(text: str, start_ms: int) -> tuple[SpokenWord, ...]:
    return tuple(
        SpokenWord(w, Span(start_ms + 300 * k, start_ms + 300 * k + 300)) for k, w in enumerate(text.split())
    )


def test_people_who_talk_at_once_match_by_time() -> None:
    spoken = words("I never said a word about it to anyone", 0) + words("Yeah", 900) + words("Yeah", 60_000)
    found = match(
        (cue(1, 0, "I never said"), cue(2, 900, "Yeah."), cue(3, 1000, "a word about it to anyone")), spoken
    )
    assert found.of_cue[2] == [9]
    assert found.found == [True] * 10 + [False]


def test_labels_and_sounds_are_no_spoken_words() -> None:
    shown = ShownCue(1, Span(0, 1), ("TIM: It's [laughs] nine-year",), labels=(ShownLabel(0, "TIM:", "TIM"),))
    assert spoken_words(shown) == ["it's", "nine-year"]


@given(st.binary(max_size=300), st.sampled_from(["srt", "vtt", "txt"]))
@settings(max_examples=examples(200), deadline=None)
def test_no_bytes_upset_the_scan(data: bytes, kind: str) -> None:
    try:
        decoded = decode(data, Path("x"))
    except SubtitlesError:
        return
    assert all(flaw.message for flaw in scan(decoded, kind, {}))


@given(st.text(alphabet="WEBVTNO 0:1.>-,&<v\n\r\ufeff", max_size=200), st.sampled_from(["srt", "vtt"]))
@settings(max_examples=examples(200), deadline=None)
def test_no_timing_lines_upset_the_scan(text: str, kind: str) -> None:
    assert all(flaw.line > 0 for flaw in scan(Decoded("WEBVTT\n\n" + text, "utf-8"), kind, {}))


def test_a_files_own_lines_are_named(faulty: Path) -> None:
    document, _ = load(faulty)
    assert [c.line for c in document.cues] == [2, 6, 10]


def test_the_page_tells_what_a_profile_does_not_ask_from_what_it_found_none_of(tmp_path: Path) -> None:
    path = tmp_path / "short.srt"
    path.write_text("1\n00:00:01,000 --> 00:00:03,000\nTIM: Both\nfit on one.\n", encoding="utf-8")
    page = check([path], ["training", "netflix"], format="html").text
    row = page.split("<code>needless-break</code></th>")[1].split("</tr>")[0]
    assert row == "<td>not asked</td><td>1</td>"


def test_the_summary_of_many_rules_fits_a_screen_and_says_where_each_error_is(faulty: Path) -> None:
    text = as_text([check_report(faulty)])
    assert len(text.splitlines()) <= 50
    report = check_report(faulty)
    for rule in {f.id for f in report.open if f.severity is Severity.ERROR}:
        assert any(f.message in text for f in report.open if f.id == rule)
