"""Reports as text for a screen, JSON for programs, CSV for spreadsheets; HTML has a module of its own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pipeline.audit.model import Finding, Rates, Report, Severity
from pipeline.timing import clock, format_timecode

# The summary fits a screen: so many groups, and so many findings in each.
MOST_GROUPS, MOST_EXAMPLES, MOST_WAIVED = 20, 3, 10

PERSON_STEPS = (
    "Watch the recording with the captions on (WCAG 2.2, failure F8).",
    "Is all dialogue captioned?",
    "Are all important sounds captioned: laughter, crying, doors, music, silences that matter?",
    "Is it clear who is speaking whenever that cannot be seen?",
    "Do captions cover faces or text in the picture?",
)
NEVER_COMPLIANT = (
    "This is what a program can find. It does not say that the captions comply with any standard."
)

# What could steer a terminal or turn text around (all but the line feed), and halves of characters, which no
# file can hold. Captions come from anywhere; in a report each of these is a space.
_STEERING = (*range(10), *range(11, 32), *range(0x7F, 0xA0), *range(0x2028, 0x202F), *range(0x2066, 0x206A))
_VISIBLE = dict.fromkeys((*_STEERING, *range(0xD800, 0xE000)), " ")

FIELDS = (
    "id", "severity", "profile", "cue_index", "cue_id", "start", "end", "line", "measured", "limit", "unit",
    "message", "text", "source", "mend", "fixable", "needs_person", "waived_by", "reason",
)  # fmt: skip


def as_text(reports: Sequence[Report], most_groups: int = MOST_GROUPS) -> str:
    """One screen for each file: rates, findings grouped and ranked, and what only a person can judge."""
    return visible("\n\n".join("\n".join(_file(report, most_groups)) for report in reports) + "\n")


def visible(text: str) -> str:
    """`text` with every control character but the line feed made a space."""
    return text.translate(_VISIBLE)


def _file(report: Report, most_groups: int) -> list[str]:
    counts = ", ".join(_many(report.count(s), str(s)) for s in reversed(Severity))
    lines = [f"{report.name}  ({', '.join(report.profiles)})", f"  {rates_line(report.rates)}", f"  {counts}"]
    if report.reviewed_by:
        lines.append(f"  reviewed by {report.reviewed_by}")
    lines += [f"  note: {note}" for note in report.notes]
    groups = report.groups()
    for rule, profile, severity, findings in groups[:most_groups]:
        share = report.share_of_cues(rule, profile)
        of = f", {share:.1%} of captions" if share else ""
        where = f" [{profile}]" if profile else ""
        lines.append(f"  {severity!s:<7} {rule}{where}: {len(findings)}{of}  ({findings[0].source})")
        lines += [f"          {place(f)} {f.message}" for f in worst(findings)[:MOST_EXAMPLES]]
    if len(groups) > most_groups:
        lines.append(f"  ... and {len(groups) - most_groups} more rules; --format html or json shows all")
    if not groups:
        lines.append("  no findings from the automated checks")
    if waived := [f for f in report.findings if f.waived_by]:
        lines.append(
            f"  {len(waived)} waived: "
            + "; ".join(f"{f.id} {place(f)} by {f.waived_by}, {f.reason}" for f in waived[:MOST_WAIVED])
            + (f"; and {len(waived) - MOST_WAIVED} more" if len(waived) > MOST_WAIVED else "")
        )
    if report.silent:
        needs = sorted({need.replace("|", " or ") for _, need in report.silent})
        lines.append(f"  {len(report.silent)} rules could not look; they need: {', '.join(needs)}")
    return [*lines, f"  {NEVER_COMPLIANT}", "  A person must still: " + " ".join(PERSON_STEPS[:3])]


def _many(count: int, what: str) -> str:
    return f"{count} {what}{'' if count == 1 or what == 'info' else 's'}"


def rates_line(rates: Rates) -> str:
    """The file in numbers, in one line."""
    parts = [
        f"{rates.cues} captions",
        f"{rates.mean_chars_per_s:g} characters/s (95 %: {rates.p95_chars_per_s:g})",
        f"{rates.mean_words_per_minute:.0f} words/min (95 %: {rates.p95_words_per_minute:.0f})",
    ]
    if rates.speech_covered is not None:
        parts.append(f"{rates.speech_covered:.1%} of speech captioned")
    if rates.words_found is not None:
        parts.append(f"{rates.words_found:.1%} of the transcript's words found")
    return ", ".join(parts)


def worst(findings: Sequence[Finding]) -> list[Finding]:
    """Findings of one rule, the farthest over its limit first."""

    def excess(finding: Finding) -> float:
        if isinstance(finding.measured, (int, float)) and isinstance(finding.limit, (int, float)):
            return abs(float(finding.measured) - float(finding.limit))
        return 0.0

    return sorted(findings, key=lambda f: (-f.severity, -excess(f), f.start_ms or 0))


def place(finding: Finding) -> str:
    """Where a finding is, for people: caption, time, line of the file."""
    parts = []
    if finding.cue_index is not None:
        parts.append(f"#{finding.cue_index}")
    if finding.start_ms is not None:
        parts.append(clock(finding.start_ms))
    if finding.line:
        parts.append(f"line {finding.line}")
    return " ".join(parts) + ":" if parts else "file:"


def as_json(reports: Sequence[Report]) -> str:
    """One JSON document with every finding of every file."""
    document = {"schema": "vignette-audit/1", "note": NEVER_COMPLIANT, "files": [as_dict(r) for r in reports]}
    return visible(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def as_dict(report: Report) -> dict[str, Any]:
    """One report as plain JSON values."""
    return {
        "name": report.name,
        "profiles": list(report.profiles),
        "reviewed_by": report.reviewed_by,
        "rates": asdict(report.rates),
        "counts": {str(s): report.count(s) for s in Severity},
        "findings": [{**_row(f), "start_ms": f.start_ms, "end_ms": f.end_ms} for f in report.findings],
        "needs_person": list(PERSON_STEPS),
        "could_not_look": [{"rule": rule, "needs": need} for rule, need in report.silent],
        "notes": list(report.notes),
    }


def as_csv(reports: Sequence[Report]) -> str:
    """One line for each finding, safe to open in a spreadsheet."""
    written = io.StringIO()
    writer = csv.writer(written, lineterminator="\n")
    writer.writerow(("file", *FIELDS))
    for report in reports:
        for finding in report.findings:
            row = _row(finding)
            writer.writerow([_harmless(v) for v in (report.name, *(row[name] for name in FIELDS))])
    return written.getvalue()


def _row(finding: Finding) -> dict[str, Any]:
    values: dict[str, Any] = {**asdict(finding), "severity": str(finding.severity)}
    values["start"] = format_timecode(finding.start_ms) if finding.start_ms is not None else ""
    values["end"] = format_timecode(finding.end_ms) if finding.end_ms is not None else ""
    return {name: values[name] for name in FIELDS}


def _harmless(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if not isinstance(value, str):
        return "" if value is None else value
    shown = visible(value)
    return "'" + shown if shown.lstrip().startswith(("=", "+", "-", "@")) else shown
