"""The public JSON document: everything that is known about a recording, in
the terms of `schema.json` beside this module.

It names no time of creation and keeps a fixed order of keys, so that equal inputs give equal bytes.
"""

from __future__ import annotations

import json
from importlib import resources
from typing import Any

from pipeline.formats import position
from pipeline.formats.writers import render
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    ConceptTag,
    Part,
    Passage,
    Review,
    ScriptAccount,
    Shift,
    Speaker,
    Token,
    Transcript,
    Utterance,
    grade_line,
    part_of,
)

SCHEMA = "vignette/1"  # the format and its version, first in every document


def dumps(transcript: Transcript) -> str:
    """The document as text: two spaces of indent, one word per line, LF, a
    line end at the end, no escapes but JSON's own."""
    return _encode_indented(to_dict(transcript)) + "\n"


def schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) that every document fulfils."""
    text = resources.files("pipeline.formats.document").joinpath("schema.json").read_text("utf-8")
    return dict(json.loads(text))


def to_dict(transcript: Transcript) -> dict[str, Any]:
    """The document as plain JSON values, keys in the order they are written."""
    media = transcript.media
    return {
        "schema": SCHEMA,
        "lang": transcript.lang,
        "grade": grade_line(transcript),
        **_review(transcript.review),
        "draft": transcript.is_draft,
        "provenance": dict(sorted(transcript.provenance.items())),
        "media": {
            "name": media.name,
            "sha256": media.sha256,
            "duration_ms": media.duration_ms,
            "title": media.title,
            "isbn": list(media.isbn),
            "credits": media.credits,
            "learning_objectives": list(media.learning_objectives),
            "has_picture": media.has_picture,
        },
        "speakers": [_speaker(s) for s in transcript.voices.speakers],
        "vignettes": [_part(p) for p in transcript.parts.parts],
        "turns": [
            {"speaker": t.speaker, **_times(t.span), "overlap": t.overlap} for t in transcript.voices.turns
        ],
        "utterances": _utterances(transcript),
        "cues": _cues(transcript),
        "alignment": alignment_as_json(transcript.aligned),
        **({"script": script_as_json(transcript.script)} if transcript.script else {}),
        **({"verification": _verification(transcript)} if transcript.verification.witness else {}),
    }


def script_as_json(account: ScriptAccount) -> dict[str, Any]:
    """The account of a script, with all that was taken off and left out."""
    return {
        "lines_are": account.places,
        "speech_lines": account.speech_lines,
        "names": list(account.names),
        "times": [{"line": t.line, "text": t.text} for t in account.times],
        "left_out": [{"line": t.line, "text": t.text, "what": t.what} for t in account.left_out],
    }


def _review(review: Review | None) -> dict[str, Any]:
    """The review of the whole and what has changed since; no key of it without one."""
    if review is None:
        return {}
    held = {
        "by": review.by,
        "changes": review.changes,
        "changes_by_people": review.by_people,
        "people": list(review.people),
        "of_earlier_version": review.of_earlier_version,
    }
    return {"review": held}


def _part(part: Part) -> dict[str, Any]:
    return {
        "id": part.id,
        "kind": part.kind,
        "title": part.title,
        **_times(part.span),
        "cast": list(part.cast),
        "confidence": part.confidence,
        "evidence": list(part.evidence),
    }


def _speaker(speaker: Speaker) -> dict[str, Any]:
    return {
        "id": speaker.id,
        "name": speaker.name,
        "role": speaker.role,
        "evidence": list(speaker.evidence),
        "proofs": [
            {"kind": str(p.kind), **_times(p.span), "text": p.text, "times": p.times, "score": p.score}
            for p in speaker.proofs
        ],
        "clips": [_times(clip) for clip in speaker.clips],
    }


def _times(span: Span) -> dict[str, int]:
    return {"start_ms": span.start_ms, "end_ms": span.end_ms}


def _utterances(transcript: Transcript) -> list[dict[str, Any]]:
    tags: dict[str, list[ConceptTag]] = {}
    for tag in transcript.concepts.tags:
        tags.setdefault(tag.utterance, []).append(tag)
    return [_utterance(u, transcript, tags.get(u.id, [])) for u in transcript.voices.utterances]


def _utterance(utterance: Utterance, transcript: Transcript, tags: list[ConceptTag]) -> dict[str, Any]:
    first, last = utterance.first, utterance.last
    part = part_of(transcript, utterance)
    return {
        "id": utterance.id,
        "speaker": utterance.speaker,
        "uncertain": utterance.uncertain,
        "overlap": utterance.overlap,
        "vignette": part.id if part else None,
        **_times(transcript.span(first, last)),
        "text": transcript.text(first, last),
        "words": [_word(token) for token in transcript.tokens[first:last]],
        "concepts": [_concept(tag) for tag in tags],
    }


def _concept(tag: ConceptTag) -> dict[str, Any]:
    return {
        "id": tag.concept,
        "start_char": tag.start_char,
        "end_char": tag.end_char,
        "rule": tag.rule,
        "negated": tag.negated,
        "asked": tag.asked,
        "quoted": tag.quoted,
        "hypothetical": tag.hypothetical,
        "about": str(tag.about),
        "confidence": round(tag.confidence, 2),
    }


def _word(token: Token) -> dict[str, Any]:
    word = {
        "text": token.text,
        **_times(token.span),
        "kind": str(token.kind),
        "confidence": round(token.confidence, 3),
        "text_source": str(token.text_source),
        "time_source": str(token.time_source),
    }
    if token.spoken is not None:
        word["spoken"] = token.spoken
    if token.style:
        word["style"] = token.style
    return word


def _cues(transcript: Transcript) -> list[dict[str, Any]]:
    style = render.style_of(transcript)
    return [
        {
            "id": f"c{n}",
            "speaker": cue.speaker,
            **_times(cue.span),
            "lines": render.lines(cue, transcript, style),
            **({"position": placed} if (placed := position.to_webvtt(cue.settings)) else {}),
        }
        for n, cue in enumerate(transcript.captions.cues, 1)
    ]


def alignment_as_json(aligned: Aligned) -> dict[str, Any]:
    """What forced alignment found out, as plain JSON values."""
    report = aligned.report
    passages = {
        "speech_without_text": report.speech_without_text,
        "text_without_speech": report.text_without_speech,
        "not_confirmed": report.not_confirmed,
        "heard_differently": report.heard_differently,
    }
    return {
        "verdict": str(report.verdict),
        "summary": list(report.summary),
        "shifts": [_shift(shift) for shift in report.shifts],
        **{name: [_passage(p, aligned) for p in found] for name, found in passages.items()},
        "moved_cues": report.moved_cues,
    }


def _verification(transcript: Transcript) -> dict[str, Any]:
    found = transcript.verification
    return {
        "witness": found.witness,
        "heard_words": found.heard_words,
        "agreed_words": found.agreed_words,
        "sampled_words": found.sampled_words,
        "sampled_agreed": found.sampled_agreed,
        "interval": list(found.interval),
        "not_heard": found.not_heard,
        "checked": [
            {
                **_times(c.span),
                "text": transcript.text(c.first, c.last),
                "opinion": str(c.opinion),
                "heard": c.heard,
                "cleared": c.cleared,
            }
            for c in found.checked
        ],
        "suggestions": [
            {
                "id": s.id,
                **_times(s.span),
                "text": transcript.text(s.first, s.last),
                "suggestion": s.text,
                "confidence": s.confidence,
                "gain": s.gain,
            }
            for s in found.suggestions
        ],
    }


def _shift(shift: Shift) -> dict[str, Any]:
    rate, confidence = round(shift.rate, 9), round(shift.confidence, 3)
    return {**_times(shift.given), "offset_ms": shift.offset_ms, "rate": rate, "confidence": confidence}


def _passage(passage: Passage, aligned: Aligned) -> dict[str, Any]:
    text = passage.text or " ".join(t.text for t in aligned.tokens[passage.first : passage.last])
    return {**_times(passage.span), "text": text, "heard": passage.heard}


# Made once, because every word of a transcript passes through it.
_encode = json.JSONEncoder(ensure_ascii=False, allow_nan=False).encode


def _encode_indented(value: Any, indent: str = "") -> str:
    """JSON where whatever holds only scalars takes one line: a word is a line, and so is a difference of one word."""
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for child in children:
        if child and isinstance(child, (dict, list)):
            break
    else:
        return _encode(value)
    deeper = indent + "  "
    if isinstance(value, dict):
        lines = [f"{deeper}{_encode(k)}: {_encode_indented(v, deeper)}" for k, v in value.items()]
    else:
        lines = [f"{deeper}{_encode_indented(v, deeper)}" for v in value]
    opening, closing = "{}" if isinstance(value, dict) else "[]"
    return f"{opening}\n" + ",\n".join(lines) + f"\n{indent}{closing}"
