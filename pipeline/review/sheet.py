"""What the page shows of a recording, as plain values: the recording, its people, every caption and its state, the parts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from pipeline.commands.check import profile_named
from pipeline.commands.decide.caption_text import text_of
from pipeline.commands.decide.desk import Desk
from pipeline.commands.decide.findings import Findings
from pipeline.commands.decide.needs import Need, needs_of
from pipeline.commands.watched_captions import watched
from pipeline.english.breaks import visible_length
from pipeline.errors import NotCaptioned, VignetteError
from pipeline.formats.writers import render
from pipeline.part_kinds import KNOWN_KINDS
from pipeline.review import undo
from pipeline.review.sitting import Look, Sitting, problem_of
from pipeline.roles import ROLES
from pipeline.run.report import needs_person
from pipeline.transcript import TextSource, grade_line


def summary(sitting: Sitting) -> dict[str, Any]:
    """A recording in one line of the folder's page."""
    found: dict[str, Any] = {
        "id": sitting.id,
        "name": sitting.job.media.name,
        "title": sitting.job.settings.title,
    }
    found["making"] = sitting.remaker.making(sitting.job).as_json()
    try:
        look = sitting.look()
    except NotCaptioned:
        return {**found, "state": "not captioned"}
    except VignetteError as error:
        return {**found, "state": "cannot be used", "problem": problem_of(error)}
    done = watched(look.transcript, look.shown.replay)
    return {
        **found,
        "state": "up to date" if look.applied else "stale",
        "grade": grade_line(look.transcript),
        "duration_ms": look.transcript.media.duration_ms,
        "cues": len(done),
        "reviewed": sum(done),
        "doubts": len(needs(sitting, look)),
        "conflicts": len(look.shown.replay.report.conflicts),
        "needs": list(needs_person(look.transcript, look.shown.replay)),
    }


def sheet(sitting: Sitting, who: str) -> dict[str, Any]:
    """A recording as its page shows it to `who`."""
    look = sitting.look()
    shown, report = look.transcript, look.shown.replay.report
    back, again = undo.to_undo(report, who), undo.to_redo(report, who)
    return {
        "id": sitting.id,
        "name": sitting.job.media.name,
        "title": shown.media.title or sitting.job.name,
        "lang": shown.lang,
        "revision": look.revision,
        "grade": grade_line(shown),
        "profile": shown.profile,
        "max_cps": profile_named(shown.profile, sitting.job.settings.captions).max_chars_per_s,
        "duration_ms": shown.media.duration_ms,
        "has_picture": shown.media.has_picture,
        "applied": look.applied,
        "outdated": "; ".join(look.shown.outdated),
        "making": sitting.remaker.making(sitting.job).as_json(),
        "people": _people(look),
        "roles": list(ROLES),
        "kinds": list(KNOWN_KINDS),
        "parts": [
            {
                "id": p.id,
                "title": p.title or p.id,
                "kind": p.kind,
                "start_ms": p.span.start_ms,
                "end_ms": p.span.end_ms,
                "confidence": p.confidence,
                "evidence": list(p.evidence),
            }
            for p in shown.parts.parts
        ],
        "cues": _cues(look),
        "doubts": [n.as_json() for n in needs(sitting, look)],
        "undo": undo.described(back, report),
        "redo": undo.described(again, report),
        "reviewed_by": str(shown.review) if shown.review else "",
    }


def findings(sitting: Sitting, desk: Desk) -> Findings:
    """What the audit finds about a recording as it stands before somebody; found in a process of its own where there is one."""
    look = sitting.look()
    held = sitting.auditor.of(sitting.job, look.revision) if sitting.auditor is not None else None
    if held is None or held.revision != look.revision:
        return Findings(desk)
    return Findings(desk, (held.document, held.report))


def needs(sitting: Sitting, look: Look) -> list[Need]:
    """All that needs a person, but for the captions' own rules."""
    return needs_of(sitting.desk("", look), sitting.suggestions())


def _people(look: Look) -> list[dict[str, Any]]:
    """The people, how often and how long they speak, and what says who they are."""
    shown = look.transcript
    turns: Counter[str] = Counter()
    spoken_ms: Counter[str] = Counter()
    for u in shown.voices.utterances:
        turns[u.speaker or ""] += 1
        spoken_ms[u.speaker or ""] += shown.span(u.first, u.last).duration_ms
    return [
        {"id": s.id, "name": s.name, "role": s.role, "turns": turns[s.id], "spoken_ms": spoken_ms[s.id],
         "evidence": list(s.evidence), "clip_ms": s.clips[0].start_ms if s.clips else None}
        for s in shown.voices.speakers
    ]  # fmt: skip


def _cue_ids(look: Look) -> list[str]:
    """A name for each caption by which a link finds it after edits: when its first word is said, in milliseconds, which neither
    other words nor other times on the screen change. A second caption of the same moment bears "-2"."""
    seen: Counter[int] = Counter()
    found = []
    for cue in look.transcript.captions.cues:
        start_ms = look.transcript.tokens[cue.first].span.start_ms
        seen[start_ms] += 1
        found.append(f"{start_ms}-{seen[start_ms]}" if seen[start_ms] > 1 else str(start_ms))
    return found


def _cues(look: Look) -> list[dict[str, Any]]:
    shown, shapes = look.transcript, look.shown.replay.shapes
    names = {s.id: s.name or s.id for s in shown.voices.speakers}
    speakers: list[str] = [""] * len(shown.tokens)
    for u in shown.voices.utterances:
        speakers[u.first : u.last] = [u.speaker or ""] * (u.last - u.first)
    ids = _cue_ids(look)
    found = []
    for number, (cue, was_watched) in enumerate(
        zip(shown.captions.cues, watched(shown, look.shown.replay), strict=True)
    ):
        lines, tokens = render.lines(cue, shown), range(cue.first, cue.last)
        who = list(dict.fromkeys(speakers[k] for k in tokens if speakers[k]))
        edited = any(shown.tokens[k].text_source is TextSource.HUMAN for k in tokens) or any(
            shapes.ids(topic, tokens) for topic in ("cue", "speaker", "style", "time")
        )
        seconds = max(cue.span.duration_ms, 1) / 1000
        found.append({
            "id": ids[number], "first": cue.first, "last": cue.last, "start_ms": cue.span.start_ms, "end_ms": cue.span.end_ms,
            "lines": lines, "text": text_of(cue, shown), "speaker": who[0] if who else "",
            "speakers": [names.get(s, s) for s in who], "cps": round(sum(map(visible_length, lines)) / seconds, 1),
            "state": "reviewed" if was_watched else "edited" if edited else "machine",
        })  # fmt: skip
    return found
