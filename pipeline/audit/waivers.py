"""Waivers: findings that a person has accepted, with name and reason.

A waiver is anchored to rule, words and time, so that waiving one "Yeah." does not waive them all, and a
later run that moves a caption a little keeps the waiver.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipeline.audit.model import Finding, Report
from pipeline.audit.rules import RULES
from pipeline.words import plain_words

# A caption that was moved by more is another one; chosen.
NEAR_MS = 3000
# The share of a caption's words, in [0, 1], that must still be there, or it is another one; chosen.
MIN_SHARED_WORDS = 0.6
# Words before those of a waiver that may be a label added since; chosen.
MAX_LABEL_WORDS = 3


@dataclass(frozen=True, slots=True)
class Waiver:
    """A person's acceptance of what `rule` finds about a caption of these words
    near this time; `profile` "" means in any profile."""

    rule: str
    words: str
    time_ms: int | None
    who: str
    reason: str
    profile: str = ""


def waive(report: Report, waivers: Sequence[Waiver]) -> Report:
    """The report with waived findings marked; each waiver accepts one finding in each profile, the nearest in time.

    A waiver that fits nothing any more is told in the notes, never dropped in silence.
    """
    findings = list(report.findings)
    silent = {rule for rule, _ in report.silent}
    evaluated = {r.id for r in RULES if any(r.severity_in(p) is not None for p in report.profiles)} - silent
    stale = []
    for waiver in waivers:
        chosen = _nearest(findings, waiver)
        for index in chosen:
            findings[index] = replace(findings[index], waived_by=waiver.who, reason=waiver.reason)
        if not chosen and waiver.rule in evaluated:
            stale.append(
                f"a waiver of '{waiver.rule}' by {waiver.who} fits no finding here any more: {waiver.reason}"
            )
    return replace(report, findings=tuple(findings), notes=(*report.notes, *stale))


def _nearest(findings: Sequence[Finding], waiver: Waiver) -> list[int]:
    """For each profile the open finding that the waiver means."""
    best: dict[str, tuple[int, int]] = {}
    for index, finding in enumerate(findings):
        if finding.waived_by or finding.id != waiver.rule or not _same_words(finding.text, waiver.words):
            continue
        if waiver.profile not in ("", finding.profile):
            continue
        apart = abs((finding.start_ms or 0) - (waiver.time_ms or 0))
        if apart <= NEAR_MS and (finding.profile not in best or apart < best[finding.profile][0]):
            best[finding.profile] = (apart, index)
    return [index for _, index in best.values()]


def _same_words(shown: str, words: str) -> bool:
    """Whether a caption shows these words, before which a label may stand, or most of them."""
    here, there = plain_words(shown), plain_words(words)
    if not there or not here:
        return here == there
    if here[-len(there) :] == there and len(here) - len(there) <= MAX_LABEL_WORDS:
        return True
    return (Counter(here) & Counter(there)).total() >= MIN_SHARED_WORDS * max(len(here), len(there))
