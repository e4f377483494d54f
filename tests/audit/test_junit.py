"""The JUnit report: well-formed for any text, its counts those of its cases, a failure only for what the command fails on."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.audit import Finding, Report, Severity
from pipeline.audit.junit import as_junit
from pipeline.audit.model import Rates
from pipeline.audit.rules import RULES
from pipeline.commands.check import check

RATES = Rates(0, 0, 0.0, 0.0, 0.0, 0.0)
texts = st.one_of(
    st.sampled_from(["<failure>", "]]>", '"a" & b', "\x00\x1b[31m", "\ufffe"]), st.text(max_size=20)
)
findings = st.builds(
    Finding, st.sampled_from(["lines", "made-up"]), st.sampled_from(list(Severity)), st.just("training"), texts, texts,
    waived_by=st.sampled_from(["", "Ruth"]),
)  # fmt: skip


def counted(element: ET.Element) -> tuple[int, int]:
    return len(list(element.iter("testcase"))), len(list(element.iter("failure")))


@given(texts, st.lists(findings, max_size=5), st.sampled_from([Severity.ERROR, Severity.WARNING]))
def test_any_text_is_well_formed_and_the_counts_are_true(
    name: str, found: list[Finding], threshold: Severity
) -> None:
    root = ET.fromstring(as_junit([Report(name, ("training",), tuple(found), RATES)], threshold))
    for element in (root, root[0]):
        assert (int(element.attrib["tests"]), int(element.attrib["failures"])) == counted(element)
    grave = {f.id for f in found if f.severity >= threshold and not f.waived_by}
    assert {
        case.attrib["name"] for case in root.iter("testcase") if case.find("failure") is not None
    } == grave


def test_every_rule_that_was_asked_is_a_case_and_what_could_not_look_is_skipped() -> None:
    root = ET.fromstring(
        as_junit([Report("a.srt", ("training",), (), RATES, silent=((RULES[0].id, "words"),))])
    )
    asked = {r.id for r in RULES if r.severity_in("training") is not None}
    assert {case.attrib["name"] for case in root.iter("testcase")} == asked
    assert [c.attrib["name"] for c in root.iter("testcase") if c.find("skipped") is not None] == [RULES[0].id]


def test_check_writes_junit_and_its_failures_are_its_exit_status(tmp_path: Path) -> None:
    bad, good = tmp_path / "bad.srt", tmp_path / "good.srt"
    good.write_text("1\n00:00:01,000 --> 00:00:03,000\nGood morning.\n")
    bad.write_text("1\n00:00:01,000 --> 00:00:01,200\n" + "far too long to read " * 5 + "\n")
    for files in ([bad], [good], [good, bad]):
        done = check(files, format="junit")
        root = ET.fromstring(done.text)
        assert [suite.attrib["name"] for suite in root] == [path.name for path in files]
        assert bool(counted(root)[1]) == bool(done.exit_status)
        assert bool(counted(root)[1]) == (bad in files)
    warned = ET.fromstring(check([good], format="junit", fail_on="warning").text)
    assert counted(warned)[0] > 10


def test_a_foreign_reader_finds_the_same_cases(tmp_path: Path) -> None:
    junitparser = pytest.importorskip("junitparser", reason="junitparser is not installed")
    bad = tmp_path / "bad.srt"
    bad.write_text("1\n00:00:01,000 --> 00:00:01,200\n" + "far too long to read " * 5 + "\n")
    text = check([bad], format="junit").text
    root = ET.fromstring(text)
    found = junitparser.JUnitXml.fromstring(text.encode())
    (suite,) = found
    cases = [*suite]
    assert [(c.name, c.classname) for c in cases] == [
        (c.attrib["name"], c.attrib.get("classname")) for c in root.iter("testcase")
    ]
    failed = [c for c in cases if any(isinstance(r, junitparser.Failure) for r in c.result)]
    assert (suite.tests, suite.failures) == (len(cases), len(failed)) == counted(root)
    found.update_statistics()  # counted by it anew
    assert (found.tests, found.failures) == counted(root)
