"""What the page shows of a recording, as plain values: the recording, its people, every caption and its state, the parts."""

from __future__ import annotations

from typing import Any

from pipeline.audit import Report
from pipeline.audit.model import Document
from pipeline.commands import audited as commands_audited
from pipeline.commands.check import profile_named
from pipeline.edits.ledger import State
from pipeline.edits.reviewed import Reviewed
from pipeline.english.breaks import visible_length
from pipeline.errors import NotCaptioned, VignetteError
from pipeline.formats.writers import render
from pipeline.review import undo
from pipeline.review.doubts import doubts_of
from pipeline.review.sitting import Look, Sitting, problem_of
from pipeline.run.report import needs_person
from pipeline.transcript import Cue, TextSource, Transcript, grade_line, lines_of


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
    watched = reviewed(look)
    return {
        **found,
        "state": "up to date" if look.applied else "stale",
        "grade": grade_line(look.transcript),
        "duration_ms": look.transcript.media.duration_ms,
        "cues": len(watched),
        "reviewed": sum(watched),
        "doubts": len(doubts_of(look)),
        "conflicts": len(look.shown.replay.report.conflicts),
        "needs": list(needs_person(look.transcript)),
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
        "making": sitting.remaker.making(sitting.job).as_json(),
        "people": [{"id": s.id, "name": s.name, "role": s.role} for s in shown.voices.speakers],
        "parts": [
            {"id": p.id, "title": p.title or p.id, "start_ms": p.span.start_ms, "end_ms": p.span.end_ms}
            for p in shown.parts.parts
        ],
        "cues": _cues(look),
        "doubts": [d.as_json() for d in doubts_of(look)],
        "undo": undo.described(back, report),
        "redo": undo.described(again, report),
        "reviewed_by": str(shown.review) if shown.review else "",
    }


def text_of(cue: Cue, shown: Transcript) -> str:
    """The words of a caption on its lines, without labels and dashes: what is edited."""
    return "\n".join(" ".join(shown.tokens[k].text for k in line) for line in lines_of(cue, shown.tokens))


def _cues(look: Look) -> list[dict[str, Any]]:
    shown, shapes = look.transcript, look.shown.replay.shapes
    names = {s.id: s.name or s.id for s in shown.voices.speakers}
    speakers: list[str] = [""] * len(shown.tokens)
    for u in shown.voices.utterances:
        speakers[u.first : u.last] = [u.speaker or ""] * (u.last - u.first)
    found = []
    for cue, watched in zip(shown.captions.cues, reviewed(look), strict=True):
        lines, tokens = render.lines(cue, shown), range(cue.first, cue.last)
        who = list(dict.fromkeys(speakers[k] for k in tokens if speakers[k]))
        edited = any(shown.tokens[k].text_source is TextSource.HUMAN for k in tokens) or any(
            shapes.ids(topic, tokens) for topic in ("cue", "speaker", "style", "time")
        )
        seconds = max(cue.span.duration_ms, 1) / 1000
        found.append({
            "first": cue.first, "last": cue.last, "start_ms": cue.span.start_ms, "end_ms": cue.span.end_ms,
            "lines": lines, "text": text_of(cue, shown), "speaker": who[0] if who else "",
            "speakers": [names.get(s, s) for s in who], "cps": round(sum(map(visible_length, lines)) / seconds, 1),
            "state": "reviewed" if watched else "edited" if edited else "machine",
        })  # fmt: skip
    return found


def reviewed(look: Look) -> list[bool]:
    """Of every caption whether a person watched it, and it is still as they saw it."""
    shown, replay = look.transcript, look.shown.replay
    cues, review = shown.captions.cues, shown.review
    whole = review is not None and not review.of_earlier_version
    changed = set(review.places_ms) if review is not None else set()
    places = [
        replay.place_of(s.decision)
        for s in replay.report.standings
        if isinstance(s.decision.value, Reviewed)
        and s.decision.value.of == "cue"
        and s.state is State.KEPT
        and not s.why
    ]
    return [
        (whole and cue.span.start_ms not in changed)
        or any(p is not None and p[0] <= cue.first and cue.last <= p[1] for p in places)
        for cue in cues
    ]


def audited(sitting: Sitting, look: Look) -> tuple[Document, Report]:
    """The captions as they stand, audited under the profile they were made for, what people waived marked."""
    if sitting.auditor is None:
        return commands_audited.audited(sitting.job, look.transcript)
    found = sitting.auditor.of(sitting.job, look.revision)
    return found.document, found.report
