"""Waivers: audit findings that people accept, read from the recording's journal and made from an open finding."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from pipeline.audit.model import Document, Finding, Report, ShownCue
from pipeline.audit.rules import RULES
from pipeline.audit.waivers import NEAR_MS, Waiver
from pipeline.edits import Decision, journal_of, read
from pipeline.edits.ledger import Ledger, State
from pipeline.edits.model import Anchor, Waive
from pipeline.errors import UsageError, nearest
from pipeline.run.store import Store
from pipeline.timing import clock

# How many words before and after a finding its anchor holds, to find the place again.
CONTEXT_WORDS = 5


def journal_for(file: Path, media: Path | None = None) -> Path:
    """The path of the journal for a caption file: beside its recording, where that is known, else beside the file."""
    if media is not None:
        return journal_of(media)
    stem = file.name.split(".")[0]
    return journal_of(Store.of(file.parent, stem).origin() or file.with_name(stem))


def waivers_for(file: Path, media: Path | None = None) -> list[Waiver]:
    """Read the waivers for a caption file, those withdrawn left out. Raises JournalError."""
    contents = read(journal_for(file, media))
    ledger = Ledger(contents)
    return [
        Waiver(
            d.value.rule,
            d.anchor.text if d.anchor else "",
            d.anchor.start_ms if d.anchor else None,
            d.who,
            d.value.reason,
        )
        for d in contents.decisions
        if isinstance(d.value, Waive) and ledger[d.id].state is not State.WITHDRAWN
    ]


def waiver(
    document: Document, report: Report, rule: str, at_ms: int | None, reason: str, who: str
) -> Decision:
    """Make the decision that waives the one open finding of a rule, or the one nearest to a time.

    Raises UsageError when there is none (within `NEAR_MS` of the time), or more than one and no time.
    """
    found = _open_findings(report, rule)
    places = sorted({(f.start_ms or 0, f.text) for f in found})
    if at_ms is None and len(places) > 1:
        times = ", ".join(clock(start) for start, _ in places[:5]) + (" ..." if len(places) > 5 else "")
        raise UsageError(
            f"there are {len(places)} open findings '{rule}', at {times}", "say which with --at TIME"
        )
    closest = min(found, key=lambda f: abs((f.start_ms or 0) - (at_ms or 0)))
    if at_ms is not None and abs((closest.start_ms or 0) - at_ms) > NEAR_MS:
        raise UsageError(
            f"there is no open finding '{rule}' near {clock(at_ms)}",
            f"the nearest is at {clock(closest.start_ms or 0)}",
        )
    return Decision("", who, Waive(rule, reason), _anchor(document, closest))


def _open_findings(report: Report, rule: str) -> list[Finding]:
    """The open findings of a rule. Raises UsageError, which names the nearest rule, where there are none."""
    found = [f for f in report.open if f.id == rule]
    if found:
        return found
    there = sorted({f.id for f in report.open})
    known = {r.id for r in RULES}
    near = [] if rule in known else nearest(rule, sorted(known | set(there)), most=1)
    if near:
        raise UsageError(f"there is no rule '{rule}'", f"did you mean {near[0]}?")
    remedy = f"open are: {', '.join(there) or 'none at all'}"
    raise UsageError(f"there is no open finding '{rule}'", remedy)


def waivers(
    document: Document,
    report: Report,
    rule: str,
    reason: str,
    who: str,
    where: Callable[[Finding], bool] = lambda _: True,
) -> list[Decision]:
    """Make the decisions that waive every open finding of a rule `where` that holds, one for each place.

    Raises UsageError when there is none.
    """
    found = [f for f in _open_findings(report, rule) if where(f)]
    if not found:
        raise UsageError(f"no open finding '{rule}' is there", "vignette check lists where they are")
    by_place = {(f.cue_index, f.start_ms or 0): f for f in found}
    return [Decision("", who, Waive(rule, reason), _anchor(document, f)) for f in by_place.values()]


def _anchor(document: Document, finding: Finding) -> Anchor:
    """The anchor of a finding: the words of its caption without labels, or none where the finding is about a time alone."""
    start, end = max(0, finding.start_ms or 0), max(0, finding.end_ms or finding.start_ms or 0)
    order = list(document.cues)
    at = next((k for k, c in enumerate(order) if c.number == finding.cue_index), None)
    if at is None:
        return Anchor("", start, max(start, end))
    before = _words(order[max(0, at - 2) : at])[-CONTEXT_WORDS:]
    after = _words(order[at + 1 : at + 3])[:CONTEXT_WORDS]
    return Anchor(
        " ".join(_words(order[at : at + 1])), start, max(start, end), " ".join(before), " ".join(after)
    )


def _words(cues: Sequence[ShownCue]) -> list[str]:
    """The words of cues without speaker labels and dashes."""
    return [word for cue in cues for line in cue.bare_lines for word in line.split()]
