"""Concepts over time, as the page shows them: every tag with its evidence, how sure it is, and what people said of it."""

from __future__ import annotations

from typing import Any

from pipeline.commands.decide.needs import CONTEXT_WORDS
from pipeline.concepts import lexicon
from pipeline.edits.ledger import State
from pipeline.edits.model import ConceptAt
from pipeline.edits.tags import BY_A_PERSON
from pipeline.files import data_file
from pipeline.review.sitting import Sitting
from pipeline.run.preview import Preview
from pipeline.transcript import ConceptTag, Transcript


def lanes(sitting: Sitting) -> dict[str, Any]:
    """The concepts of a recording that is shown: a lane for each that occurs, and all that the lexicon knows."""
    shown = sitting.tagged()
    known = {c.id: c.label for c in lexicon.load_lazily(data_file("concepts.toml")).concepts}
    labels = {**known, **dict(shown.transcript.concepts.labels)}
    verdicts = _verdicts(shown)
    tags = [_tag(tag, shown.transcript, labels, verdicts) for tag in shown.transcript.concepts.tags]
    return {
        "revision": sitting.look().revision,
        "known": [{"id": i, "label": labels[i]} for i in sorted(labels, key=lambda i: labels[i].casefold())],
        "tags": tags,
        "rejected": _rejected(shown, labels),
    }


def _tag(
    tag: ConceptTag, shown: Transcript, labels: dict[str, str], verdicts: dict[tuple[str, int], str]
) -> dict[str, Any]:
    span = shown.span(tag.first, tag.last)
    by_person = tag.rule == BY_A_PERSON
    said = [word for word, holds in (("negated", tag.negated), ("asked", tag.asked), ("quoted", tag.quoted),
                                     ("hypothetical", tag.hypothetical)) if holds]  # fmt: skip
    return {
        "concept": tag.concept, "label": labels.get(tag.concept, tag.concept), "first": tag.first, "last": tag.last,
        "start_ms": span.start_ms, "end_ms": span.end_ms, "evidence": shown.text(tag.first, tag.last),
        "before": shown.text(max(0, tag.first - CONTEXT_WORDS), tag.first),
        "after": shown.text(tag.last, min(len(shown.tokens), tag.last + CONTEXT_WORDS)),
        "confidence": round(tag.confidence, 2), "how": [*said, str(tag.about)] if str(tag.about) != "unstated" else said,
        "verdict": "added" if by_person else verdicts.get((tag.concept, tag.first), ""),
    }  # fmt: skip


def _verdicts(shown: Preview) -> dict[tuple[str, int], str]:
    """What people said of a concept at each word of its evidence."""
    found: dict[tuple[str, int], str] = {}
    for standing in shown.replay.report.standings:
        value, place = standing.decision.value, shown.replay.place_of(standing.decision)
        if isinstance(value, ConceptAt) and standing.state in (State.KEPT, State.ALREADY) and place:
            found |= dict.fromkeys(((value.concept, k) for k in range(*place)), value.verdict)
    return found


def _rejected(shown: Preview, labels: dict[str, str]) -> list[dict[str, Any]]:
    """Tags that people rejected: they are kept in the journal, and can be taken back there."""
    found = []
    for standing in shown.replay.report.standings:
        value, place = standing.decision.value, shown.replay.place_of(standing.decision)
        holds = standing.state in (State.KEPT, State.ALREADY)
        if isinstance(value, ConceptAt) and value.verdict == "rejected" and holds and place:
            span = shown.transcript.span(*place)
            found.append({
                "concept": value.concept, "label": labels.get(value.concept, value.concept), "start_ms": span.start_ms,
                "evidence": shown.transcript.text(*place), "ref": standing.decision.id, "who": standing.decision.who,
            })  # fmt: skip
    return found
