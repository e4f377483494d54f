"""The engine of the audit: which rules are put under which profiles, what a finding takes from where, and in which order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit.captions import shown_cue
from pipeline.audit.engine import audit
from pipeline.audit.html import as_html
from pipeline.audit.model import Document, Facts, Hit, Severity, ShownCue, SpokenWord, View
from pipeline.audit.report import as_text, shown_share
from pipeline.audit.rules import Rule
from pipeline.profiles import PROFILES
from pipeline.timing import Span

ALL = tuple(PROFILES.values())
NETFLIX, BBC = PROFILES["netflix"], PROFILES["bbc"]


def cue(number: int, start_ms: int, end_ms: int, text: str = "So I said") -> ShownCue:
    return shown_cue(number, Span(start_ms, end_ms), [text], set(), "srt")


def document(*cues: ShownCue, notes: tuple[str, ...] = ()) -> Document:
    return Document("talk.srt", "srt", cues, (), "en", notes)


def rule(id: str, severity: Severity | dict[str, Severity], *hits: Hit, **more) -> Rule:
    return Rule(id, "made", "ms", lambda view: hits, severity, **more)


def findings(rules: list[Rule], profiles=ALL, facts: Facts | None = None):
    return audit(document(cue(1, 0, 1000)), profiles, facts, rules).findings


def test_a_rule_without_limit_or_severities_is_put_once() -> None:
    (found,) = findings([rule("one", Severity.ERROR, Hit("wrong"))])
    assert (found.id, found.profile, found.severity) == ("one", "", Severity.ERROR)


def test_a_rule_with_a_limit_or_severities_is_put_under_each_profile_that_asks() -> None:
    each = rule("each", {"bbc": Severity.INFO, "netflix": Severity.ERROR}, Hit("wrong"))
    assert {(f.profile, f.severity) for f in findings([each])} == {
        ("bbc", Severity.INFO),
        ("netflix", Severity.ERROR),
    }
    assert findings([each], (PROFILES["dcmp"],)) == ()
    limited = rule("limited", Severity.WARNING, Hit("wrong"), limit="max_line_chars")
    assert {f.profile: f.limit for f in findings([limited])} == {p.name: p.max_line_chars for p in ALL}


def test_a_hit_goes_before_its_rule() -> None:
    hit = Hit("wrong", severity=Severity.ERROR, limit=7)
    (found,) = findings([rule("own", {"bbc": Severity.INFO}, hit, limit="max_line_chars")])
    assert (found.severity, found.limit) == (Severity.ERROR, 7)
    (found,) = findings([rule("own", {"bbc": Severity.INFO}, Hit("wrong", limit=0), limit="max_line_chars")])
    assert (found.severity, found.limit) == (Severity.INFO, 0)


def test_a_finding_takes_place_and_text_from_its_cue_else_from_the_hit() -> None:
    second = ShownCue(2, Span(1500, 2500), ("So", "I said"), "c2", line=6)
    row = rule(
        "of",
        {"bbc": Severity.INFO},
        source={"bbc": "BBC §1"},
        mend="Mend it.",
        fixable=True,
        needs_person=True,
    )

    def found(hit: Hit):
        with_hit = Rule(**{**row.__dict__, "find": lambda view: [hit]})
        return audit(document(second), [BBC], None, [with_hit]).findings[0]

    f = found(Hit("wrong", second, 3, span=Span(0, 9)))
    assert (f.cue_index, f.cue_id, f.text, f.line) == (2, "c2", "So I said", 6)
    assert (f.start_ms, f.end_ms, f.measured, f.unit) == (1500, 2500, 3, "ms")
    assert (f.source, f.mend, f.fixable, f.needs_person) == ("BBC §1", "Mend it.", True, True)
    assert found(Hit("wrong", second, line=7)).line == 7
    f = found(Hit("wrong", span=Span(10, 20)))
    assert (f.cue_index, f.cue_id, f.text, f.line, f.start_ms, f.end_ms) == (None, "", "", 0, 10, 20)
    f = found(Hit("wrong"))
    assert (f.start_ms, f.end_ms) == (None, None)


def test_a_rule_that_lacks_a_fact_is_silent_and_not_asked() -> None:
    def never(view: View) -> Iterator[Hit]:
        raise AssertionError("asked without the facts")

    rows = [
        Rule("z", "", "", never, Severity.ERROR, needs=("shots",)),
        Rule("a", "", "", never, Severity.ERROR, needs=("duration_ms", "speech|words")),
        Rule("elsewhere", "", "", never, {"dcmp": Severity.ERROR}, needs=("shots",)),
    ]
    report = audit(document(cue(1, 0, 1000)), [BBC], Facts(duration_ms=5000), rows)
    assert report.silent == (("a", "speech|words"), ("z", "shots"))
    heard = rule("a", Severity.ERROR, Hit("wrong"), needs=("speech|words",))
    assert len(findings([heard], facts=Facts(speech=()))) == 1


hits = st.lists(
    st.tuples(st.sampled_from(Severity), st.none() | st.integers(0, 3), st.sampled_from("ab")), max_size=12
)


@given(hits)
def test_findings_come_worst_first_then_by_time_cue_rule_and_profile(drawn) -> None:
    """Cues 1 and 2 begin together; what has no time comes before what has."""
    cues = [cue(1, 500, 900), cue(2, 500, 800), cue(3, 100, 200), cue(4, 700, 900)]

    def found(id: str) -> Callable[[View], list[Hit]]:
        return lambda view: [
            Hit(f"{n}", None if k is None else cues[k], severity=s)
            for n, (s, k, own) in enumerate(drawn)
            if own == id
        ]

    asked = dict.fromkeys(("netflix", "bbc"), Severity.INFO)
    rows = [Rule(id, "", "", found(id), asked) for id in "ba"]
    report = audit(document(*cues), [NETFLIX, BBC], None, rows)
    expected = sorted(
        (-s, -1 if k is None else cues[k].span.start_ms, 0 if k is None else k + 1, own, profile)
        for s, k, own in drawn
        for profile in ("bbc", "netflix")
    )
    assert expected == [
        (-f.severity, -1 if f.start_ms is None else f.start_ms, f.cue_index or 0, f.id, f.profile)
        for f in report.findings
    ]


def test_progress_is_told_rule_by_rule() -> None:
    told: list[float] = []
    rows = [rule(str(n), Severity.INFO) for n in range(4)]
    audit(document(cue(1, 0, 1000)), [BBC], None, rows, told.append)
    assert told == [0, 0.25, 0.5, 0.75]


def test_what_one_rule_worked_out_the_next_has_before_it() -> None:
    def leaves(view: View) -> list[Hit]:
        view.shared["work"] = "done"
        return []

    def finds(view: View) -> list[Hit]:
        return [Hit(str(view.shared["work"]))]

    rows = [Rule("a", "", "", leaves, {"bbc": Severity.INFO}), Rule("b", "", "", finds, Severity.INFO)]
    assert [f.message for f in findings(rows)] == ["done"]


def test_rates_are_of_cues_that_last() -> None:
    texts = ["x" * 10 * n for n in range(1, 21)]
    cues = [cue(n, n * 1000, n * 1000 + 1000, text) for n, text in enumerate(texts, 1)]
    rates = audit(document(*cues, cue(21, 500, 500)), [BBC], None, []).rates
    assert (rates.cues, rates.duration_ms) == (21, 21_000)
    assert (rates.mean_chars_per_s, rates.p95_chars_per_s) == (105.0, 200.0)
    assert (rates.mean_words_per_minute, rates.p95_words_per_minute) == (60.0, 60.0)
    assert rates.words_found is None
    assert audit(document(*cues[:19]), [BBC], None, []).rates.p95_chars_per_s == 190.0
    two = audit(document(cue(1, 0, 1000, "x" * 10), cue(2, 1000, 3000, "x y")), [BBC], None, []).rates
    assert (two.mean_chars_per_s, two.p95_chars_per_s) == (5.8, 10.0)


def test_rates_of_nothing_are_nothing() -> None:
    rates = audit(document(), [BBC], Facts(duration_ms=9000), []).rates
    assert (rates.cues, rates.duration_ms, rates.mean_chars_per_s, rates.p95_words_per_minute) == (
        0,
        9000,
        0,
        0,
    )


def test_words_found_are_the_share_of_what_is_said() -> None:
    said = [SpokenWord(w, Span(n * 300, n * 300 + 200)) for n, w in enumerate(("so", "I", "said", "nothing"))]
    laugh = SpokenWord("[laughs]", Span(1200, 1400), is_sound=True)
    rates = audit(document(cue(1, 0, 1000)), [BBC], Facts(words=(*said, laugh)), []).rates
    assert rates.words_found == 0.75
    assert audit(document(cue(1, 0, 1000)), [BBC], Facts(words=(laugh,)), []).rates.words_found == 1.0


@pytest.mark.parametrize(
    ("profiles", "rate", "noted"),
    [((BBC,), None, False), ((BBC, NETFLIX), None, True), ((NETFLIX,), Fraction(25), False)],
)
def test_an_unknown_frame_rate_is_noted_where_frames_count(profiles, rate, noted) -> None:
    talk = document(cue(1, 0, 1000), notes=("as brought",))
    report = audit(
        talk,
        profiles,
        Facts(frame_rate=rate, reviewed_by="Ana", reviewed_since="2 changes since, by Ben"),
        [],
    )
    assert report.notes[0] == "as brought"
    assert any("frame rate" in note for note in report.notes) is noted
    assert (report.name, report.profiles) == ("talk.srt", tuple(p.name for p in profiles))
    assert report.reviewed_by == "Ana"
    assert report.review == "reviewed by Ana; 2 changes since, by Ben"
    assert "reviewed by Ana; 2 changes since, by Ben" in as_text([report])
    assert "Reviewed by Ana; 2 changes since, by Ben." in as_html([report])


@pytest.mark.parametrize(
    ("share", "shown"), [(1.0, "100.0%"), (0.333, "33.3%"), (0.0005, "0.1%"), (0.0004, "less than 0.1%")]
)
def test_a_share_that_is_not_nothing_is_not_shown_as_nothing(share, shown):
    assert shown_share(share) == shown
