"""Which captions a person watched and are still as they saw them, how many that are, and how accurate they were found to be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pipeline.edits.ledger import State
from pipeline.edits.replay import Replay
from pipeline.edits.reviewed import Reviewed
from pipeline.stages.verify.shares import interval
from pipeline.transcript import Kind, TextSource, Transcript


def watched(transcript: Transcript, replay: Replay) -> list[bool]:
    """Of every caption whether a person watched it, and it is still as they saw it."""
    cues, review = transcript.captions.cues, transcript.review
    whole = review is not None and not review.of_earlier_version
    changed = set(review.places_ms) if review is not None else set()
    places = [
        place
        for s in replay.report.standings
        if isinstance(s.decision.value, Reviewed)
        and s.decision.value.of == "cue"
        and s.state is State.KEPT
        and not s.why
        and (place := replay.place_of(s.decision)) is not None
    ]
    held = {k for first, last in places for k in range(first, last)}
    return [
        (whole and cue.span.start_ms not in changed) or all(k in held for k in range(cue.first, cue.last))
        for cue in cues
    ]


def watched_share(transcript: Transcript, replay: Replay) -> float:
    """The share of captions that a person watched and that are still as they saw them, in [0, 1]."""
    found = watched(transcript, replay)
    return sum(found) / len(found) if found else 0.0


@dataclass(frozen=True, slots=True)
class Estimate:
    """The accuracy of the words before anybody corrected them, as far as captions were watched: `right` of `words` in `captions`
    captions stayed as they were, and the 95 % interval of that share.

    Words that were taken out are not counted. It says of the rest what it says of those only if these are like the rest.
    """

    captions: int
    words: int
    right: int
    interval: tuple[float, float]

    def as_json(self) -> dict[str, Any]:
        return {
            "captions": self.captions,
            "words": self.words,
            "right": self.right,
            "interval": list(self.interval),
        }


def estimate(transcript: Transcript, replay: Replay) -> Estimate:
    """How accurate the words were found to be in the captions that were watched."""
    clusters: list[tuple[int, int]] = []
    for cue, was_watched in zip(transcript.captions.cues, watched(transcript, replay), strict=True):
        said = [t for t in transcript.tokens[cue.first : cue.last] if t.kind is Kind.WORD]
        if was_watched and said:
            clusters.append((len(said), sum(t.text_source is not TextSource.HUMAN for t in said)))
    words, right = sum(n for n, _ in clusters), sum(k for _, k in clusters)
    return Estimate(len(clusters), words, right, interval(clusters))
