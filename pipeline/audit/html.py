"""The report as one HTML page that opens from disk: no network, no script, readable aloud, printable.

Frames and waveforms are embedded as data URLs by whoever has the recording; without them the page is complete too.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from html import escape

from pipeline.audit.model import Finding, Report, Severity
from pipeline.audit.report import (
    NEVER_COMPLIANT,
    PERSON_STEPS,
    needed,
    place,
    printable,
    rates_line,
    shown_share,
    worst,
)
from pipeline.audit.rules import ALL_PROFILES, RULES
from pipeline.timing import format_timecode

# Findings of one rule on the page: with all those of a hopeless file it would not open, and the JSON and CSV reports
# hold the rest. Chosen.
MAX_ROWS = 200

_STYLE = """
:root{color-scheme:light dark;--line:#8888;--soft:#8882}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:70rem;padding:1rem}
table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
th,td{border:1px solid var(--line);padding:.35rem .5rem;text-align:left;vertical-align:top}
thead th{background:var(--soft)}
.error{border-left:.4rem solid #c00}.warning{border-left:.4rem solid #b60}.info{border-left:.4rem solid #06c}
details{margin:.75rem 0;padding:0 .5rem;overflow-x:auto}summary{cursor:pointer;font-weight:600;padding:.25rem .5rem}
code,.time{font-variant-numeric:tabular-nums;white-space:nowrap}
.said{font-style:italic}
figure{margin:.25rem 0}
img{max-width:100%;height:auto;display:block;margin:.25rem 0}
section{overflow-x:auto}
@media (max-width:35rem){code,.time{white-space:normal;overflow-wrap:anywhere}th,td{padding:.2rem}}
a:focus,summary:focus{outline:3px solid #06c;outline-offset:2px}
@media print{details>*{display:block}details::details-content{content-visibility:visible;display:block}
summary{break-after:avoid}tr,figure{break-inside:avoid}
body{max-width:none}}
"""


def as_html(reports: Sequence[Report], pictures: Mapping[tuple[str, int], bytes] | None = None) -> str:
    """The page; `pictures` holds PNG or SVG images by file name and start of the finding in milliseconds."""
    body = "\n".join(_section(report, pictures or {}, number) for number, report in enumerate(reports, 1))
    title = "Caption report: " + ", ".join(r.name for r in reports)
    steps = "".join(f"<li>{escape(step)}</li>" for step in PERSON_STEPS)
    return printable(
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>\n'
        '<meta name="viewport" content="width=device-width">'
        f"<style>{_STYLE}</style></head>\n<body><main><h1>{escape(title)}</h1>\n"
        f"<p>{escape(NEVER_COMPLIANT)}</p>\n{body}\n"
        '<section aria-labelledby="person"><h2 id="person">Check by ear and eye</h2>'
        f"<ol>{steps}</ol></section>\n</main></body></html>\n"
    )


def _section(report: Report, pictures: Mapping[tuple[str, int], bytes], number: int) -> str:
    counts = "".join(f"<td>{report.count(s)}</td>" for s in reversed(Severity))
    head = "".join(
        f'<th scope="col">{s}s</th>' if s > 1 else '<th scope="col">infos</th>' for s in reversed(Severity)
    )
    state = (
        f"{report.review[:1].upper()}{report.review[1:]}." if report.review else "Not reviewed by a person."
    )
    notes = "".join(f"<p>Note: {escape(note)}</p>" for note in report.notes)
    groups = "\n".join(_group(report, *group, pictures) for group in report.groups())
    waived = [f for f in report.findings if f.waived_by]
    silent = "".join(
        f"<li><code>{escape(rule)}</code> needs to know {escape(needed(need))}</li>"
        for rule, need in report.silent
    )
    return (
        f'<section aria-labelledby="f{number}"><h2 id="f{number}">{escape(report.name)}</h2>'
        f"<p>{escape(rates_line(report.rates))}. Profiles: {escape(', '.join(report.profiles))}. "
        f"{escape(state)}</p>"
        f"{notes}<table><caption>Findings</caption><thead><tr>{head}</tr></thead>"
        f"<tbody><tr>{counts}</tr></tbody></table>{_matrix(report)}{groups}{_waived(waived)}{_wcag(report)}"
        + (
            f"<details><summary>Rules that could not look</summary><ul>{silent}</ul></details>"
            if silent
            else ""
        )
        + "</section>"
    )


def _matrix(report: Report) -> str:
    """The table of rules against profiles: how many findings each has where."""
    rules: dict[str, dict[str, list[Finding]]] = {}
    for rule, profile, _, findings in report.groups():
        rules.setdefault(rule, {})[profile] = findings
    if len(report.profiles) < 2 or not rules:
        return ""
    head = "".join(f'<th scope="col">{escape(p)}</th>' for p in report.profiles)
    rows = []
    for rule, by_profile in rules.items():
        cells = "".join(
            f"<td>{len(by_profile.get(p) or by_profile.get('') or ()) if p in _profiles_with(rule) else 'not asked'}</td>"
            for p in report.profiles
        )
        rows.append(f'<tr><th scope="row"><code>{escape(rule)}</code></th>{cells}</tr>')
    return (
        "<table><caption>Findings by rule and profile</caption>"
        f'<thead><tr><th scope="col">Rule</th>{head}</tr></thead><tbody>{"".join(rows)}</tbody></table>'
    )


def _profiles_with(rule: str) -> set[str]:
    """The profiles that have a rule; all of them for what stands in no table (a file that cannot be read)."""
    row = next((r for r in RULES if r.id == rule), None)
    return {name for name in ALL_PROFILES if row is None or row.severity_in(name) is not None}


def _wcag(report: Report) -> str:
    """What the file shows towards each WCAG criterion about captions, and what a person has to add."""
    found = report.counts_by_rule()
    rates = report.rates
    covered = "not measured" if rates.speech_covered is None else f"{rates.speech_covered:.1%}"
    speakers = (
        "nobody is named" if found["speakers-absent"] else f"{found['speaker-missing']} changes not shown"
    )
    sounds = "no sound is captioned" if found["non-speech-missing"] else "sounds are captioned"
    state = report.review or "not reviewed by a person"
    rows = (
        ("1.2.2 Captions (A)", f"Speech with captions: {covered}. Speakers: {speakers}. Sounds: {sounds}. "
         f"The file is {state}. Failures F8, F74 and F75 need a person."),
        ("1.2.1 Audio-only (A)", "For sound without picture the transcript is the alternative; it must name speakers "
         "and tell important sounds."),
        ("1.2.8 Media Alternative (AAA)", "Needs what is seen as well; captions alone do not give it."),
        ("1.2.3, 1.2.5 Audio Description", "Not looked at here."),
    )  # fmt: skip
    body = "".join(f'<tr><th scope="row">{escape(a)}</th><td>{escape(b)}</td></tr>' for a, b in rows)
    head = '<th scope="col">Criterion</th><th scope="col">Evidence</th>'
    return (
        "<table><caption>Evidence towards WCAG 2.2 (no statement that it is met)</caption>"
        f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"
    )


def _group(
    report: Report,
    rule: str,
    profile: str,
    severity: Severity,
    findings: list[Finding],
    pictures: Mapping[tuple[str, int], bytes],
) -> str:
    first = findings[0]
    where = f" ({profile})" if profile else ""
    share = report.share_of_cues(rule, profile)
    of = f", {shown_share(share)} of captions" if share else ""
    ranked = worst(findings)
    rows = "".join(_row(f, pictures.get((report.name, f.start_ms or 0))) for f in ranked[:MAX_ROWS])
    more = f"<p>{len(ranked) - MAX_ROWS} more are in the JSON report.</p>" if len(ranked) > MAX_ROWS else ""
    return (
        f'<details class="{severity}"{" open" if severity is Severity.ERROR else ""}><summary>{severity}: '
        f"{escape(rule)}{escape(where)}, {len(findings)}{of}</summary>"
        f"<p>Source: {escape(first.source)}. Mend: {escape(first.mend)}</p>"
        '<table><thead><tr><th scope="col">Where</th><th scope="col">Measured</th><th scope="col">Limit</th>'
        f'<th scope="col">Finding</th></tr></thead><tbody>{rows}</tbody></table>{more}</details>'
    )


def _row(finding: Finding, picture: bytes | None) -> str:
    time = format_timecode(finding.start_ms) if finding.start_ms is not None else ""
    unit = f" {finding.unit}" if finding.unit and finding.measured is not None else ""
    said = f'<div class="said">{escape(finding.text)}</div>' if finding.text else ""
    return (
        f'<tr><td>{escape(place(finding).rstrip(":"))}<div class="time">{time}</div></td>'
        f"<td>{escape(_value(finding.measured))}{escape(unit)}</td><td>{escape(_value(finding.limit))}</td>"
        f"<td>{escape(finding.message)}{said}{_image(picture, finding)}</td></tr>"
    )


def _value(value: float | str | None) -> str:
    return "" if value is None else f"{value:g}" if isinstance(value, float) else str(value)


def _image(picture: bytes | None, finding: Finding) -> str:
    if not picture:
        return ""
    kind = (
        "svg+xml"
        if picture.lstrip().startswith(b"<")
        else "png"
        if picture.startswith(b"\x89PNG")
        else "jpeg"
    )
    data = base64.b64encode(picture).decode("ascii")
    described = escape(f"The recording at {format_timecode(finding.start_ms or 0)}", quote=True)
    return f'<figure><img alt="{described}" src="data:image/{kind};base64,{data}"></figure>'


def _waived(findings: list[Finding]) -> str:
    if not findings:
        return ""
    rows = "".join(
        f"<li><code>{escape(f.id)}</code> {escape(place(f))} {escape(f.message)} "
        f"Waived by {escape(f.waived_by)}: {escape(f.reason)}</li>"
        for f in findings
    )
    return f"<details><summary>{len(findings)} waived</summary><ul>{rows}</ul></details>"
