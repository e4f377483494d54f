"""Concept frequencies of a recording: counts by concept, by speaker and by part, and sparklines of them over time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pipeline.concepts.confidence import DOUBTFUL_BELOW
from pipeline.concepts.lexicon import Lexicon
from pipeline.timing import Span, clock
from pipeline.transcript import ConceptTag, Token, Utterance

_BARS = " ▁▂▃▄▅▆▇█"  # by height in eighths


@dataclass(frozen=True, slots=True)
class Summary:
    """Frequencies of concepts: all, by (concept, speaker id) and by (concept, part); `over_time` is a histogram of each over
    equal pieces of the recording, `without_doubtful` counts the tags that are more probably right than wrong.

    Tags whose speaker or part is unknown count under the empty name.
    """

    total: Mapping[str, int]
    by_speaker: Mapping[tuple[str, str], int]
    by_part: Mapping[tuple[str, str], int]
    over_time: Mapping[str, tuple[int, ...]]
    duration_ms: int
    without_doubtful: Mapping[str, int]

    def as_json(self) -> dict[str, Any]:
        """The counts as plain JSON values, most frequent concept first."""
        return {
            "duration_ms": self.duration_ms,
            "concepts": [
                {
                    "id": concept,
                    "count": count,
                    "without_doubtful": self.without_doubtful.get(concept, 0),
                    "by_speaker": {who: n for (c, who), n in self.by_speaker.items() if c == concept},
                    "by_part": {part: n for (c, part), n in self.by_part.items() if c == concept},
                    "over_time": list(self.over_time[concept]),
                }
                for concept, count in sorted(self.total.items(), key=lambda item: (-item[1], item[0]))
            ],
        }


def summarise(
    tags: Sequence[ConceptTag],
    tokens: Sequence[Token],
    utterances: Sequence[Utterance],
    duration_ms: int,
    parts: Sequence[tuple[str, Span]] = (),
    pieces: int = 60,
) -> Summary:
    """The summary of a recording; `parts` are its vignettes, each with a name and its span."""
    speakers = {u.id: u.speaker or "" for u in utterances}

    def occurrences() -> Iterator[Occurrence]:
        for tag in tags:
            start_ms = tokens[tag.first].span.start_ms
            part = next((name for name, span in parts if start_ms in span), "")
            yield tag.concept, speakers.get(tag.utterance, ""), part, start_ms, tag.confidence

    return counted(occurrences(), duration_ms, pieces)


Occurrence = tuple[str, str, str, int, float]
"""A concept, who said it, in which part, when (ms), and how sure that is."""


def counted(occurrences: Iterable[Occurrence], duration_ms: int, pieces: int = 60) -> Summary:
    """The summary of occurrences; "" is the speaker or the part that nobody knows."""
    total: Counter[str] = Counter()
    by_speaker: Counter[tuple[str, str]] = Counter()
    by_part: Counter[tuple[str, str]] = Counter()
    over_time: dict[str, list[int]] = {}
    sure: Counter[str] = Counter()
    for concept, speaker, part, start_ms, confidence in occurrences:
        total[concept] += 1
        sure[concept] += confidence >= DOUBTFUL_BELOW
        by_speaker[concept, speaker] += 1
        by_part[concept, part] += 1
        piece = min(pieces - 1, start_ms * pieces // max(1, duration_ms))
        over_time.setdefault(concept, [0] * pieces)[piece] += 1
    frozen = {concept: tuple(counts) for concept, counts in over_time.items()}
    return Summary(dict(total), dict(by_speaker), dict(by_part), frozen, duration_ms, dict(sure))


def sparklines(summary: Summary, lexicon: Lexicon) -> str:
    """One sparkline per concept of the lexicon that occurs: its count, in brackets the count without doubtful tags, then bars
    from start to end, as high as it is frequent."""
    highest = max((count for counts in summary.over_time.values() for count in counts), default=0)
    width = max(
        (len(concept.label) for concept in lexicon.concepts if concept.id in summary.total), default=0
    )
    lines = []
    for concept in lexicon.concepts:
        if count := summary.total.get(concept.id, 0):
            bars = "".join(_bar(n, highest) for n in summary.over_time[concept.id])
            sure = f"({summary.without_doubtful.get(concept.id, 0)})"
            lines.append(f"{concept.label:<{width}} {count:>4} {sure:>6} |{bars}|")
    if lines:
        pieces = len(next(iter(summary.over_time.values())))
        end = clock(summary.duration_ms)
        lines.append(" " * (width + 13) + "0:00" + end.rjust(pieces - 2))
        lines.append(f"In brackets: without tags of a confidence below {DOUBTFUL_BELOW}.")
    return "\n".join(lines)


def _bar(count: int, highest: int) -> str:
    """Height in eighths, rounded up, so that nothing that occurs is invisible."""
    return _BARS[-(-count * (len(_BARS) - 1) // highest)] if count else " "
