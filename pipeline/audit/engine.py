"""The audit itself: every rule put to a document under every profile, and their findings in order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from pipeline.audit.against_sound import coverage, matched
from pipeline.audit.model import Document, Facts, Finding, Hit, Rates, Report, Severity, ShownCue, View
from pipeline.audit.rules import RULES, Rule
from pipeline.audit.synchrony import as_mapped
from pipeline.profiles import DEFAULT_FRAME_RATE, Profile
from pipeline.progress import Progress, silent


def audit(
    document: Document,
    profiles: Sequence[Profile],
    facts: Facts | None = None,
    rules: Sequence[Rule] = RULES,
    progress: Progress = silent,
) -> Report:
    """All findings about a document under each profile, worst first and then in order of time.

    A rule that has neither a limit nor a severity of its own in any profile
    is put once and reported under the profile "".
    """
    known = facts or Facts()
    heard, own = as_mapped(document, known.time_map), {cue.number: cue for cue in document.cues}
    shared: dict[str, object] = {}
    if known.time_map is not None:
        matched(View(heard, known, profiles[0], shared))  # once for all rules, before any asks
    findings: list[Finding] = []
    silent: dict[str, str] = {}
    for number, rule in enumerate(rules):
        progress(number / len(rules))
        asked = [p for p in profiles if rule.severity_in(p.name) is not None]
        if not asked:
            continue
        lacking = rule.lacks(known)
        if lacking:
            silent[rule.id] = lacking
            continue
        once = not isinstance(rule.severity, dict) and not rule.limit
        for profile in asked[:1] if once else asked:
            view = View(heard if rule.against_recording else document, known, profile, shared)
            findings += [_finding(rule, _as_written(hit, own), profile, once) for hit in rule.find(view)]
    findings.sort(
        key=lambda f: (
            -f.severity,
            f.start_ms if f.start_ms is not None else -1,
            f.cue_index or 0,
            f.id,
            f.profile,
        )
    )
    view = View(document, known, profiles[0], shared)
    return Report(
        name=document.name,
        profiles=tuple(p.name for p in profiles),
        findings=tuple(findings),
        rates=_rates(view, replace(view, document=heard)),
        silent=tuple(sorted(silent.items())),
        notes=_notes(document, known, profiles),
        reviewed_by=known.reviewed_by,
        reviewed_since=known.reviewed_since,
    )


def _as_written(hit: Hit, own: Mapping[int, ShownCue]) -> Hit:
    """The hit with its caption at the time that stands in the file."""
    return replace(hit, cue=own.get(hit.cue.number, hit.cue)) if hit.cue else hit


def _finding(rule: Rule, hit: Hit, profile: Profile, once: bool) -> Finding:
    cue = hit.cue
    span = cue.span if cue else hit.span
    limit = hit.limit if hit.limit is not None else (getattr(profile, rule.limit) if rule.limit else None)
    severity = hit.severity or rule.severity_in(profile.name) or Severity.INFO
    return Finding(
        id=rule.id,
        severity=severity,
        profile="" if once else profile.name,
        message=hit.message,
        source=rule.source_in(profile.name),
        unit=rule.unit,
        measured=hit.measured,
        limit=limit,
        cue_index=cue.number if cue else None,
        cue_id=cue.id if cue else "",
        start_ms=span.start_ms if span else None,
        end_ms=span.end_ms if span else None,
        line=hit.line or (cue.line if cue else 0),
        text=cue.text if cue else "",
        mend=rule.mend,
        fixable=rule.fixable,
        needs_person=rule.needs_person,
        topic=rule.topic,
    )


def _rates(view: View, heard: View) -> Rates:
    """The rates of a file; what they say of the recording is judged by `heard`, the captions where the sound has them."""
    cues = view.cues
    chars = sorted(c.chars_per_s for c in cues if c.span)
    words = sorted(c.words_per_minute for c in cues if c.span)
    found = None
    if view.facts.words:
        said = [ok for w, ok in zip(view.facts.words, matched(view).found, strict=True) if not w.is_sound]
        found = sum(said) / (len(said) + view.facts.not_understood) if said else 1.0
    return Rates(
        cues=len(cues),
        duration_ms=view.facts.duration_ms or max((c.span.end_ms for c in cues), default=0),
        mean_chars_per_s=round(sum(chars) / len(chars), 1) if chars else 0.0,
        p95_chars_per_s=round(chars[min(len(chars) - 1, int(0.95 * len(chars)))], 1) if chars else 0.0,
        mean_words_per_minute=round(sum(words) / len(words), 1) if words else 0.0,
        p95_words_per_minute=round(words[min(len(words) - 1, int(0.95 * len(words)))], 1) if words else 0.0,
        speech_covered=coverage(heard),
        words_found=found,
    )


def _notes(document: Document, facts: Facts, profiles: Sequence[Profile]) -> tuple[str, ...]:
    notes = list(document.notes)
    if facts.frame_rate is None and any(p.min_gap_frames for p in profiles):
        notes.append(f"the frame rate is not known; frames are counted at {DEFAULT_FRAME_RATE} a second")
    return tuple(notes)
