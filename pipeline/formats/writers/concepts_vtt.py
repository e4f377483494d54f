"""A recording's concepts as a WebVTT metadata track: one cue per tag, its payload one line of JSON.

A browser hands such cues to scripts (`<track kind="metadata">`); they are never shown as text.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from pipeline.timing import Span, format_timecode, hull
from pipeline.transcript import Concepts, ConceptTag, Token, Transcript, Utterance


def of_transcript(transcript: Transcript) -> str:
    """The metadata track of a whole transcript."""
    found = transcript.concepts
    return dumps(found, transcript.tokens, transcript.voices.utterances, dict(found.labels))


def dumps(
    concepts: Concepts,
    tokens: Sequence[Token],
    utterances: Sequence[Utterance],
    labels: Mapping[str, str],
) -> str:
    """The metadata track, ordered by time; `labels` gives each concept id the name that people read."""
    speakers = {u.id: u.speaker for u in utterances}
    cues = sorted((_span(tag, tokens), tag.concept, number) for number, tag in enumerate(concepts.tags))
    blocks = [
        "WEBVTT\n",
        f"NOTE Clinical concepts by Vignette, lexicon {concepts.lexicon or 'unversioned'}\n",
    ]
    for span, concept, number in cues:
        tag = concepts.tags[number]
        payload = _payload(tag, labels.get(concept, concept), speakers.get(tag.utterance), tokens)
        timing = f"{format_timecode(span.start_ms)} --> {format_timecode(span.end_ms)}"
        blocks.append(f"{timing}\n{_json(payload)}\n")
    return "\n".join(blocks)


def _span(tag: ConceptTag, tokens: Sequence[Token]) -> Span:
    """When the evidence is said; at least a millisecond long, because WebVTT has no cue without duration."""
    said = hull(t.span for t in tokens[tag.first : tag.last])
    return said or Span(said.start_ms, said.start_ms + 1)


def _payload(tag: ConceptTag, label: str, speaker: str | None, tokens: Sequence[Token]) -> dict[str, Any]:
    return {
        "concept": tag.concept,
        "label": label,
        "evidence": " ".join(t.text for t in tokens[tag.first : tag.last]),
        "utterance": tag.utterance,
        "speaker": speaker,
        "rule": tag.rule,
        "negated": tag.negated,
        "asked": tag.asked,
        "quoted": tag.quoted,
        "hypothetical": tag.hypothetical,
        "about": str(tag.about),
        "confidence": round(tag.confidence, 2),
    }


def _json(payload: Mapping[str, Any]) -> str:
    """One line of JSON in which "-->" cannot occur, as that would end the cue's text."""
    return (
        json.dumps(payload, ensure_ascii=False)
        .replace("-->", "--\\u003e")
        .replace("&", "\\u0026")
        .replace("<", "\\u003c")
    )
