"""Findings as JUnit XML, which build servers show: a suite for each file, a test case for each rule that was asked.

A case fails where the rule has an open finding at least as severe as what the command fails on; what is less grave stands in
the case's output. The shape is Jenkins' schema (https://github.com/jenkinsci/xunit-plugin, junit-10.xsd).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape

from pipeline.audit.model import Finding, Report, Severity
from pipeline.audit.report import needed, place, printable
from pipeline.audit.rules import RULES


def as_junit(reports: Sequence[Report], threshold: Severity = Severity.ERROR) -> str:
    """The reports as one document; `threshold` is the severity from which on a finding is a failure."""
    suites = [_suite(report, threshold) for report in reports]
    total, failed = sum(count for count, _, _ in suites), sum(count for _, count, _ in suites)
    body = "\n".join(text for _, _, text in suites)
    head = f'<testsuites name="vignette check" tests="{total}" failures="{failed}" errors="0">'
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{head}\n{body}\n</testsuites>\n'


def _suite(report: Report, threshold: Severity) -> tuple[int, int, str]:
    """How many cases a file has, how many of them fail, and its suite."""
    silent = dict(report.silent)
    found: dict[str, list[Finding]] = {}
    for finding in report.findings:
        found.setdefault(finding.id, []).append(finding)
    asked = [r.id for r in RULES if any(r.severity_in(profile) is not None for profile in report.profiles)]
    names = list(dict.fromkeys((*asked, *found)))
    failed = [name for name in names if any(_fails(f, threshold) for f in found.get(name, ()))]
    skipped = [name for name in names if name in silent and name not in found]
    cases = "\n".join(_case(report.name, n, found.get(n, ()), silent.get(n, ""), threshold) for n in names)
    head = (
        f'<testsuite name="{_text(report.name)}" tests="{len(names)}" failures="{len(failed)}" errors="0" '
        f'skipped="{len(skipped)}">'
    )
    return len(names), len(failed), f"{head}\n{cases}\n</testsuite>"


def _fails(finding: Finding, threshold: Severity) -> bool:
    return not finding.waived_by and finding.severity >= threshold


def _case(file: str, rule: str, findings: Iterable[Finding], need: str, threshold: Severity) -> str:
    grave = [f for f in findings if _fails(f, threshold)]
    others = [f for f in findings if not _fails(f, threshold)]
    held = ""
    if grave:
        first = f"{place(grave[0])} {grave[0].message}"
        told = _text("\n".join(map(_told, grave)))
        held += f'<failure type="{grave[0].severity}" message="{_text(first)}">{told}</failure>'
    elif need and not others:
        held += f'<skipped message="{_text(f"could not look: {needed(need)} is not known")}"/>'
    if others:
        held += f"<system-out>{_text(chr(10).join(map(_told, others)))}</system-out>"
    head = f'<testcase classname="{_text(file)}" name="{_text(rule)}"'
    return f"{head}>{held}</testcase>" if held else f"{head}/>"


def _told(finding: Finding) -> str:
    waived = f" (waived by {finding.waived_by}: {finding.reason})" if finding.waived_by else ""
    return f"{finding.severity} {place(finding)} {finding.message} {finding.source}{waived}".strip()


def _text(text: str) -> str:
    """Text for XML, line breaks kept; what XML cannot hold is a space."""
    return escape(printable(text.replace("\ufffe", " ").replace("\uffff", " ")), {'"': "&quot;"})
