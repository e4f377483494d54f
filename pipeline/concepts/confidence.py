"""Confidence of a tag: the chance that a careful reader gives it too, by logistic regression over what is known of the find.

The weights, the rules' records and the words' log-odds stand in `models/confidence.json`, which
`python -m benchmarks.concept_confidence` fits on labelled talk; no sentence of that talk is in it. A rule or a concept that the
file does not know, as in a lexicon of your own, is judged by the rest.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from pipeline import intact
from pipeline.errors import WeightsError
from pipeline.files import data_file

CONFIDENCE_FILE = "confidence.json"
DOUBTFUL_BELOW = 0.5
"""A tag of less confidence is more probably wrong than right."""

# Turns of talk are longer than what was labelled; what is counted in one is counted no further than this.
_MOST_TURN_WORDS, _MOST_CONTEXT_WORDS, _MOST_EVIDENCE_WORDS, _MOST_OTHERS, _MOST_RULES = 60, 40, 8, 4, 4
_TYPICAL_TURN_WORDS = 20


@dataclass(frozen=True, slots=True)
class Sighting:
    """What is known of one find: `rules` of the concept agree in the turn, `others` counts the turn's other concepts, `beside`
    are the words around the evidence."""

    concept: str
    rule: str
    words: int
    rules: int
    others: int
    turn_words: int
    negated: bool
    about_other: bool
    beside: frozenset[str]


Record = tuple[int, int]
"""How often a rule was right and wrong on labelled talk."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """The fitted model; `records` by concept and rule, `words` the log-odds of a concept given a word beside its evidence."""

    weights: Mapping[str, float] = field(default_factory=dict)
    concepts: Mapping[str, float] = field(default_factory=dict)
    records: Mapping[str, Mapping[str, Record]] = field(default_factory=dict)
    words: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def of(self, sighting: Sighting) -> float:
        """The confidence of one tag, in (0, 1), to two places."""
        record = self.records.get(sighting.concept, {}).get(sighting.rule, (0, 0))
        values = features(sighting, record, self.words.get(sighting.concept, {}))
        total = sum(self.weights.get(name, 0.0) * value for name, value in values.items())
        total += self.concepts.get(sighting.concept, 0.0)
        return round(min(0.99, max(0.01, 1 / (1 + math.exp(-total)))), 2)


def features(sighting: Sighting, record: Record, words: Mapping[str, float]) -> dict[str, float]:
    """The predictors of one tag, by name; each is 0 where nothing speaks for or against it."""
    right, wrong = record
    turn = min(max(sighting.turn_words, 3), _MOST_TURN_WORDS)
    return {
        "level": 1.0,
        "rules agree": math.log(min(sighting.rules, _MOST_RULES)),
        "evidence words": math.log(min(sighting.words, _MOST_EVIDENCE_WORDS)),
        "other concepts": math.log1p(min(sighting.others, _MOST_OTHERS)),
        "words in turn": math.log(turn / _TYPICAL_TURN_WORDS),
        "negated": float(sighting.negated),
        "about another": float(sighting.about_other),
        "rule's record": math.log((right + 1) / (wrong + 1)),
        "words beside": words_beside(sighting.beside, words),
    }


def words_beside(beside: Iterable[str], words: Mapping[str, float]) -> float:
    """The log-odds of the known words beside the evidence, added up and divided by the root of their number."""
    known = [words[word] for word in sorted(beside) if word in words]
    return sum(known) / math.sqrt(len(known)) if known else 0.0


def context(words: list[str], first: int, last: int) -> frozenset[str]:
    """The words beside the evidence `[first, last)` that count: the nearest ones, without those of the evidence itself."""
    reach = _MOST_CONTEXT_WORDS // 2
    return frozenset([*words[max(0, first - reach) : first], *words[last : last + reach]]) - set(
        words[first:last]
    )


def load(path: Path | None = None) -> Confidence:
    """The model in a file, the installed one unless named. Raises WeightsError."""
    return _kept(path or data_file(CONFIDENCE_FILE))


@lru_cache(maxsize=2)
def _kept(path: Path) -> Confidence:
    try:
        data = intact.shipped(path) if path == data_file(CONFIDENCE_FILE) else path.read_bytes()
        return of_table(json.loads(data))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(
            CONFIDENCE_FILE, "is damaged or cannot be read", "install Vignette again"
        ) from error


def of_table(table: Mapping[str, Any]) -> Confidence:
    """The model as its file has it. Raises KeyError, TypeError or ValueError for a table of another shape."""
    found: dict[str, Any] = table["concepts"]
    return Confidence(
        {name: float(value) for name, value in table["weights"].items()},
        {concept: float(entry["level"]) for concept, entry in found.items()},
        {
            c: {rule: (int(r), int(w)) for rule, (r, w) in entry["rules"].items()}
            for c, entry in found.items()
        },
        {c: {word: float(value) for word, value in entry["words"].items()} for c, entry in found.items()},
    )
