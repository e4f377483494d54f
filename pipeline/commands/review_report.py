"""The review's report: every finding and every decision about a recording, with rule, time, decision, reviewer and date.

For whoever has to show that captions were looked at: which bytes they are, what was measured against which limit, what was
mended, what was accepted and why, and what is still open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path

from pipeline.audit import Report
from pipeline.audit.model import Finding
from pipeline.audit.report import NEVER_COMPLIANT, printable, rates_line
from pipeline.commands.decide.desk import Desk
from pipeline.commands.decide.findings import Findings
from pipeline.commands.watched_captions import watched
from pipeline.edits.ledger import Standing, State, wanted
from pipeline.edits.model import Waive, Withdraw
from pipeline.errors import UsageError
from pipeline.files import digest_of
from pipeline.run import outputs
from pipeline.run.jobs import Job
from pipeline.run.preview import Preview, preview
from pipeline.run.report import needs_person
from pipeline.search.answers.render import table_csv
from pipeline.timing import format_timecode
from pipeline.transcript import grade_line

# What a report is written as, by the end of its file's name.
KINDS = {".html": "text/html", ".htm": "text/html", ".csv": "text/csv"}
COLUMNS = ("time", "what", "rule", "finding or decision", "caption", "measured", "limit", "source", "state", "reviewer",
           "date", "reason")  # fmt: skip
# Of outputs those whose digests are told: the captions that are published.
_PUBLISHED = (".srt", ".vtt")


@dataclass(frozen=True, slots=True)
class Row:
    """One finding or decision: when, what it is about, its `state`, and of what was decided by whom, on which day, and why."""

    time_ms: int | None
    what: str
    rule: str
    told: str
    caption: str = ""
    measured: str = ""
    limit: str = ""
    source: str = ""
    state: str = ""
    reviewer: str = ""
    date: str = ""
    reason: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """The row as texts, in the order of COLUMNS."""
        time = "" if self.time_ms is None else format_timecode(self.time_ms)
        day = self.date[:16].replace("T", " ") + " UTC" if self.date else ""
        return (time, self.what, self.rule, self.told, self.caption, self.measured, self.limit, self.source, self.state,
                self.reviewer, day, self.reason)  # fmt: skip


@dataclass(frozen=True, slots=True)
class ReviewReport:
    """The report on one recording: facts about the whole, each with its name, then a row for each finding and decision."""

    title: str
    facts: tuple[tuple[str, str], ...]
    rows: tuple[Row, ...]
    needs: tuple[str, ...] = ()


def kind_of(path: Path) -> str:
    """The media type of a report's file by its name. Raises UsageError."""
    kind = KINDS.get(path.suffix.lower())
    if kind is None:
        raise UsageError(f"'{path.name}' is no name for a report", "end it in .html or .csv")
    return kind


def written(found: ReviewReport, kind: str) -> str:
    """The report as "text/html" or "text/csv"."""
    return as_csv(found) if kind == "text/csv" else as_html(found)


def review_report(job: Job, shown: Preview | None = None, report: Report | None = None) -> ReviewReport:
    """The report on a recording as it stands, or as `shown` and audited. Raises NotCaptioned, JournalError."""
    look = shown or preview(job)
    found = report or Findings(Desk(look, "", job)).report
    rows = [
        *_finding_rows(found, look.replay.report.standings),
        *_decision_rows(look.replay.report.standings),
    ]
    rows.sort(key=lambda r: (-1 if r.time_ms is None else r.time_ms, r.date))
    media = look.transcript.media
    return ReviewReport(
        media.title or media.name,
        _facts(job, look, found),
        tuple(rows),
        tuple(needs_person(look.transcript, look.replay)),
    )


def _facts(job: Job, look: Preview, found: Report) -> tuple[tuple[str, str], ...]:
    shown = look.transcript
    made = outputs.composed(shown, job.out)
    ends = tuple(f".{shown.lang}{end}" for end in _PUBLISHED)
    digests = [(path.name, f"SHA-256 {digest_of(data)}") for path, data in made if path.name.endswith(ends)]
    done = watched(shown, look.replay)
    return (
        ("recording", shown.media.name),
        ("its SHA-256", shown.media.sha256),
        ("length", format_timecode(shown.media.duration_ms)),
        ("captions", f"{len(shown.captions.cues)}, made for the profile {shown.profile}"),
        ("grade", grade_line(shown)),
        (
            "reviewed",
            f"{sum(done):,} of {len(done):,} captions" + (f"; {shown.review}" if shown.review else ""),
        ),
        ("decisions", look.replay.report.summary() or "none"),
        ("measured", rates_line(found.rates)),
        *digests,
    )


def _finding_rows(found: Report, standings: Sequence[Standing]) -> Iterable[Row]:
    for finding in found.findings:
        waiver = _waiver_of(finding, standings)
        unit = f" {finding.unit}" if finding.unit else ""
        yield Row(
            finding.start_ms,
            str(finding.severity),
            finding.id,
            finding.message,
            finding.text,
            _measure(finding.measured, unit),
            _measure(finding.limit, unit),
            finding.source,
            "accepted" if finding.waived_by else "open",
            finding.waived_by,
            waiver.decision.at if waiver else "",
            finding.reason,
        )


def _waiver_of(finding: Finding, standings: Sequence[Standing]) -> Standing | None:
    """The standing of the waiver that a finding was accepted by: of the same rule, person and reason the nearest in time."""
    if not finding.waived_by:
        return None
    fitting = [
        s
        for s in standings
        if isinstance(s.decision.value, Waive)
        and (s.decision.value.rule, s.decision.who) == (finding.id, finding.waived_by)
        and s.decision.value.reason == finding.reason
        and s.state is not State.WITHDRAWN
    ]
    start = finding.start_ms or 0
    return min(
        fitting,
        default=None,
        key=lambda s: abs((s.decision.anchor.start_ms if s.decision.anchor else 0) - start),
    )


def _measure(value: float | str | None, unit: str) -> str:
    if value is None:
        return ""
    return f"{value:g}{unit}" if isinstance(value, float) else f"{value}{unit}"


def _decision_rows(standings: Sequence[Standing]) -> Iterable[Row]:
    for standing in standings:
        decision = standing.decision
        if isinstance(decision.value, Withdraw):  # told by the state of what it took back
            continue
        start = decision.anchor.start_ms if decision.anchor else None
        reason = decision.value.reason if isinstance(decision.value, Waive) else standing.why
        rule = decision.value.rule if isinstance(decision.value, Waive) else decision.kind
        yield Row(
            start, "decision", rule, wanted(decision), decision.anchor.text if decision.anchor else "",
            state=str(standing.state), reviewer=decision.who, date=decision.at, reason=reason,
        )  # fmt: skip


def as_csv(found: ReviewReport) -> str:
    """The rows for spreadsheets, the facts above them as rows of their own; no cell is a formula to one."""
    facts = [
        ("", "fact", name, value)
        for name, value in (*found.facts, *(("needs a person", n) for n in found.needs))
    ]
    rows: list[tuple[str, ...]] = [*facts, *(row.cells for row in found.rows)]
    cells = (
        (*(printable(c).replace("\n", " ") for c in row), *[""] * (len(COLUMNS) - len(row))) for row in rows
    )
    return table_csv(COLUMNS, cells) + "\r\n"


_STYLE = """
:root{color-scheme:light dark;--line:#8888;--soft:#8882}
body{font:1rem/1.5 system-ui,sans-serif;margin:0 auto;max-width:80rem;padding:1rem;overflow-wrap:break-word}
.rows{overflow-x:auto}table{border-collapse:collapse;width:100%;margin:.5rem 0 1.5rem}
th,td{border:1px solid var(--line);padding:.3rem .5rem;text-align:left;vertical-align:top}
thead th{background:var(--soft)}td:first-child{font-variant-numeric:tabular-nums;white-space:nowrap}
dd{overflow-wrap:anywhere}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem 1rem}dt{font-weight:600}dd{margin:0}
.rows:focus{outline:3px solid #06c}
@media (max-width:35rem){dl{grid-template-columns:1fr}}
@media print{body{max-width:none}tr{break-inside:avoid}.rows{overflow:visible}}
"""


def as_html(found: ReviewReport) -> str:
    """The report as one page that loads nothing and runs nothing, and can be printed."""
    facts = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in found.facts)
    needs = (
        "".join(f"<li>{escape(need)}</li>" for need in found.needs)
        or "<li>nothing that a program knows of</li>"
    )
    head = "".join(f'<th scope="col">{escape(column)}</th>' for column in COLUMNS)
    body = "".join(
        f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row.cells)}</tr>" for row in found.rows
    )
    title = f"Review report: {found.title}"
    return printable(
        f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        f'<meta name="viewport" content="width=device-width"><style>{_STYLE}</style></head>\n'
        f"<body><main><h1>{escape(title)}</h1><p>{escape(NEVER_COMPLIANT)}</p><dl>{facts}</dl>\n"
        f"<h2>Still needs a person</h2><ul>{needs}</ul>\n<h2>Findings and decisions</h2>"
        '<div class="rows" tabindex="0" role="region" aria-label="Findings and decisions">'
        f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table></div></main></body></html>\n"
    )
