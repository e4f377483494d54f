"""Reports of findings: text for a screen, JSON for programs, CSV for spreadsheets; HTML has a module of its own."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from pipeline.audit.model import Finding, Rates, Report, Severity, Topic
from pipeline.errors import counted
from pipeline.timing import clock, format_timecode

# The plurals that are not made with an s.
_MANY = {Severity.INFO: "info"}
# The summary fits a screen of this many lines; chosen, as are the numbers that share them.
SCREEN_LINES = 40
# So many rules are listed, with two lines each.
MAX_GROUPS = 20
# So many findings of each rule, while they fit the lines there are.
MAX_EXAMPLES = 3
# So many waived findings, all on one line.
MAX_WAIVED = 10

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
_CONTROL_CODEPOINTS = (
    *range(10),
    *range(11, 32),
    *range(0x7F, 0xA0),
    *range(0x2028, 0x202F),
    *range(0x2066, 0x206A),
)
_REPLACEMENTS = dict.fromkeys((*_CONTROL_CODEPOINTS, *range(0xD800, 0xE000)), " ")

CSV_FIELDS = (
    "id", "severity", "profile", "cue_index", "cue_id", "start", "end", "line", "measured", "limit", "unit",
    "message", "text", "source", "mend", "fixable", "needs_person", "waived_by", "reason",
)  # fmt: skip


def as_text(reports: Sequence[Report], most_groups: int = MAX_GROUPS) -> str:
    """One screen for each file: rates, findings grouped and ranked, and what only a person can judge."""
    return printable("\n\n".join("\n".join(_file(report, most_groups)) for report in reports) + "\n")


def printable(text: str) -> str:
    """`text` with every control character but the line feed replaced by a space."""
    return text.translate(_REPLACEMENTS)


def _file(report: Report, most_groups: int) -> list[str]:
    counts = ", ".join(counted(report.count(s), str(s), _MANY.get(s, "")) for s in reversed(Severity))
    lines = [f"{report.name}  ({', '.join(report.profiles)})", f"  {rates_line(report.rates)}", f"  {counts}"]
    if report.reviewed_by:
        lines.append(f"  {report.review}")
    lines += [f"  note: {note}" for note in report.notes]
    rules = _by_rule(report)
    shown = rules[:most_groups]
    room = SCREEN_LINES - len(lines) - 2 * len(shown)
    examples = max(0, min(MAX_EXAMPLES, room // max(1, len(shown))))
    for found in shown:
        lines += _rule(report, found, examples)
    if len(rules) > most_groups:
        more = counted(len(rules) - most_groups, "more rule")
        lines.append(f"  ... and {more}; --format html or json shows all")
    if not rules:
        lines.append("  no findings from the automated checks")
    if waived := [f for f in report.findings if f.waived_by]:
        lines.append(
            f"  {len(waived)} waived: "
            + "; ".join(f"{f.id} {place(f)} by {f.waived_by}, {f.reason}" for f in waived[:MAX_WAIVED])
            + (f"; and {len(waived) - MAX_WAIVED} more" if len(waived) > MAX_WAIVED else "")
        )
    if report.silent:
        lines.append(f"  {counted(len(report.silent), 'rule')} could not look: {'; '.join(lacking(report))}")
    return [*lines, f"  {NEVER_COMPLIANT}", "  A person must still: " + " ".join(PERSON_STEPS[:3])]


def lacking(report: Report) -> list[str]:
    """What rules needed and nobody told, for each way of telling it: what to do, and what is then known."""
    by_remedy: dict[str, dict[str, None]] = {}
    for _, need in report.silent:
        by_remedy.setdefault(_REMEDIES[need.split("|")[-1]], {})[needed(need)] = None
    return [f"{remedy} tells {', '.join(sorted(needs))}" for remedy, needs in sorted(by_remedy.items())]


# What a rule may need to know, as people say it.
_NEEDS = {
    "duration_ms": "how long the recording is",
    "frame_rate": "its frame rate",
    "shots": "where its picture is cut",
    "speech": "where there is speech",
    "words": "which words are said",
    "differing": "what a second recognizer heard",
    "names": "which names to expect",
}


_MEDIA = "--media RECORDING"
_RUN = "'vignette run RECORDING', and then the captions that it wrote,"
# What tells each of them.
_REMEDIES = {
    "duration_ms": _MEDIA,
    "frame_rate": _MEDIA,
    "shots": "no command yet",
    "speech": _MEDIA,
    "words": _RUN,
    "differing": "a run with Whisper ('vignette models fetch small.en')",
    "names": "--media RECORDING with people and terms in its sidecar",
}


def needed(need: str) -> str:
    """The facts that a rule needed and did not know, in words; "a|b" is one of them."""
    return " or ".join(_NEEDS[one] for one in need.split("|"))


def shown_share(share: float) -> str:
    """A share in percent, to a tenth; one that would be rounded to nothing is not shown as nothing."""
    return f"{share:.1%}" if share >= 0.0005 else "less than 0.1%"


def _by_rule(report: Report) -> list[list[Finding]]:
    """Open findings by rule, those of all profiles together: by topic, worst and most first."""
    found: dict[str, list[Finding]] = {}
    for finding in report.open:
        found.setdefault(finding.id, []).append(finding)
    return sorted(
        found.values(), key=lambda fs: (fs[0].topic, -max(f.severity for f in fs), -len(fs), fs[0].id)
    )


def _rule(report: Report, found: list[Finding], examples: int) -> list[str]:
    """What one rule found: how much under which profile, by which clause, its mend, and the worst places."""
    parts = []
    for profile in dict.fromkeys(f.profile for f in found):
        share = report.share_of_cues(found[0].id, profile)
        count = sum(f.profile == profile for f in found)
        named = f"{profile} " if profile else ""
        parts.append(f"{named}{count}" + (f" ({shown_share(share)} of captions)" if share else ""))
    sources = "; ".join(dict.fromkeys(f.source for f in found))
    lines = [f"  {max(f.severity for f in found)!s:<7} {found[0].id}: {', '.join(parts)}"]
    if found[0].mend:
        lines.append(f"          {sources}. {found[0].mend}")
    places: dict[str, None] = {}
    for finding in worst(found):
        places.setdefault(f"          {place(finding)} {finding.message}{_limit(finding)}")
    # Where an error is, is always told, and every place where the words may be wrong.
    least = 1 if found[0].severity is Severity.ERROR else 0
    if found[0].topic is Topic.MEANING:
        least = len(places)
    return lines + list(places)[: max(examples, least)]


def _limit(finding: Finding) -> str:
    """The limit that was missed, where both are numbers."""
    if not isinstance(finding.limit, (int, float)) or not isinstance(finding.measured, (int, float)):
        return ""
    return f" Limit{f' of {finding.profile}' if finding.profile else ''}: {finding.limit:g} {finding.unit}".rstrip()


def rates_line(rates: Rates) -> str:
    """The file's statistics in one line."""
    parts = [
        counted(rates.cues, "caption"),
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
    return printable(json.dumps(document, ensure_ascii=False, indent=1) + "\n")


def as_dict(report: Report) -> dict[str, Any]:
    """One report as plain JSON values."""
    return {
        "name": report.name,
        "profiles": list(report.profiles),
        "reviewed_by": report.reviewed_by,
        "reviewed_since": report.reviewed_since,
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
    writer.writerow(("file", *CSV_FIELDS))
    for report in reports:
        for finding in report.findings:
            row = _row(finding)
            writer.writerow(
                [_formula_disarmed(v) for v in (report.name, *(row[name] for name in CSV_FIELDS))]
            )
    return written.getvalue()


def _row(finding: Finding) -> dict[str, Any]:
    values: dict[str, Any] = {**asdict(finding), "severity": str(finding.severity)}
    values["start"] = format_timecode(finding.start_ms) if finding.start_ms is not None else ""
    values["end"] = format_timecode(finding.end_ms) if finding.end_ms is not None else ""
    return {name: values[name] for name in CSV_FIELDS}


def _formula_disarmed(value: Any) -> Any:
    """Text that a spreadsheet would run as a formula gets an apostrophe in front."""
    if not isinstance(value, str):
        return "" if value is None else value
    shown = printable(value)
    return "'" + shown if shown.lstrip().startswith(("=", "+", "-", "@")) else shown
