"""Evaluation against people's labels: precision, recall and F1 by concept, micro- and macro-averaged, with intervals.

An utterance and a concept are one decision, so that *micro* counts decisions over all concepts and *macro* is the mean over
concepts. Intervals are percentiles of a cluster bootstrap over transcripts, as utterances of one talk resemble each other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from pipeline.concepts.coder import Coder
from pipeline.errors import UsageError
from pipeline.files import read_regular

RESAMPLES = 1000  # of the bootstrap
CONFIDENCE_PERCENTILES = (2.5, 97.5)  # a 95 % interval
MIN_EXAMPLES = 10  # concepts with fewer labelled utterances say too little to count in the macro mean; chosen


@dataclass(frozen=True, slots=True)
class Labelled:
    """One utterance with the concepts that a person gave it; `group` is the transcript it comes from."""

    id: str
    group: str
    text: str
    concepts: frozenset[str]
    sample: str = ""


@dataclass(frozen=True, slots=True)
class Counts:
    """Counts of decisions: true positives (right), false positives (wrong), false negatives (missed)."""

    right: int = 0
    wrong: int = 0
    missed: int = 0

    @property
    def precision(self) -> float:
        """0 when nothing was tagged."""
        return self.right / (self.right + self.wrong) if self.right + self.wrong else 0.0

    @property
    def recall(self) -> float:
        """0 when nothing was labelled."""
        return self.right / (self.right + self.missed) if self.right + self.missed else 0.0

    @property
    def f1(self) -> float:
        """The harmonic mean of precision and recall; 0 when nothing was tagged or labelled."""
        total = 2 * self.right + self.wrong + self.missed
        return 2 * self.right / total if total else 0.0

    @property
    def examples(self) -> int:
        """How often the concept was labelled."""
        return self.right + self.missed


@dataclass(frozen=True, slots=True)
class Confusion:
    """A wrong decision to read: a false positive with its `evidence` and `rule`, a false negative with neither."""

    id: str
    text: str
    concept: str
    evidence: str = ""
    rule: str = ""


@dataclass(frozen=True, slots=True)
class Scores:
    """The outcome of an evaluation; the intervals (`_ci`) are of F1."""

    utterances: int
    micro: Counts
    micro_ci: tuple[float, float]
    macro_ci: tuple[float, float]
    per_concept: Mapping[str, Counts]
    confusions: tuple[Confusion, ...] = field(default=(), repr=False)

    @property
    def macro(self) -> tuple[float, float, float]:
        """Mean precision, recall and F1 over the concepts with `MIN_EXAMPLES`; over all labelled ones if none has."""
        return _macro(self.per_concept)

    def to_json(self) -> dict[str, Any]:
        """The outcome as plain JSON values, rounded to four places."""
        return {
            "utterances": self.utterances,
            "micro": {**_rates(self.micro), "ci": _rounded(self.micro_ci)},
            "macro": {
                **dict(zip(("precision", "recall", "f1"), _rounded(self.macro), strict=True)),
                "ci": _rounded(self.macro_ci),
                "concepts": sorted(_macro_concepts(self.per_concept)),
            },
            "per_concept": {
                c: {**_rates(n), "examples": n.examples} for c, n in sorted(self.per_concept.items())
            },
        }


def read_labelled(path: Path, known: frozenset[str]) -> list[Labelled]:
    """The rows `{id, transcript_id, text, concepts: [...]}` of a JSONL file.

    Raises UsageError naming the line of the first row that is none, or names a concept that the lexicon does not have.
    """
    try:
        lines = read_regular(path).decode("utf-8-sig").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"{path} cannot be read: {error}", "check the name, and that it is JSON Lines in UTF-8"
        ) from error
    return [_row(path, number, line, known) for number, line in enumerate(lines, 1) if line.strip()]


def score(rows: Sequence[Labelled], coder: Coder, least: float = 0.0) -> Scores:
    """Evaluate the coder's tags of at least this confidence against the labels of `rows`, speakers' roles unknown."""
    decisions: list[dict[str, Counts]] = []
    confusions: list[Confusion] = []
    for row in rows:
        found = {f.concept: f for f in reversed(coder.code(row.text)) if f.confidence >= least}
        decisions.append(_counts_by_concept(frozenset(found), row.concepts))
        for concept in sorted(row.concepts - set(found)):
            confusions.append(Confusion(row.id, row.text, concept))
        for concept in sorted(set(found) - row.concepts):
            finding = found[concept]
            confusions.append(
                Confusion(row.id, row.text, concept, row.text[finding.start : finding.end], finding.rule)
            )
    per_concept = _total(decisions)
    micro_ci, macro_ci = _intervals(rows, decisions)
    return Scores(len(rows), _sum(per_concept.values()), micro_ci, macro_ci, per_concept, tuple(confusions))


def _row(path: Path, number: int, line: str, known: frozenset[str]) -> Labelled:
    try:
        row = json.loads(line)
        labels = frozenset(row["concepts"])
        unknown = sorted(labels - known)
        text = str(row["text"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        remedy = 'a row looks like {"id": "a1", "transcript_id": 7, "text": "...", "concepts": ["trigger"]}'
        raise UsageError(f"{path}, line {number} is no labelled utterance", remedy) from error
    if unknown:
        raise UsageError(
            f"{path}, line {number}: the lexicon has no concept '{unknown[0]}'",
            "vignette concepts list shows those there are",
        )
    name = str(row.get("id", number))
    # Sentences from no transcript stand alone.
    group = str(row["transcript_id"]) if row.get("transcript_id") is not None else f"alone {name}"
    return Labelled(name, group, text, labels, str(row.get("sample", "")))


def _counts_by_concept(found: frozenset[str], labelled: frozenset[str]) -> dict[str, Counts]:
    return {
        concept: Counts(
            int(concept in found & labelled), int(concept not in labelled), int(concept not in found)
        )
        for concept in found | labelled
    }


def _total(decisions: Sequence[Mapping[str, Counts]]) -> dict[str, Counts]:
    right: Counter[str] = Counter()
    wrong: Counter[str] = Counter()
    missed: Counter[str] = Counter()
    for decision in decisions:
        for concept, counts in decision.items():
            right[concept] += counts.right
            wrong[concept] += counts.wrong
            missed[concept] += counts.missed
    return {c: Counts(right[c], wrong[c], missed[c]) for c in sorted({*right, *wrong, *missed})}


def _sum(counts: Any) -> Counts:
    several = list(counts)
    return Counts(
        sum(c.right for c in several), sum(c.wrong for c in several), sum(c.missed for c in several)
    )


def _macro_concepts(per_concept: Mapping[str, Counts]) -> list[str]:
    enough = [c for c, n in per_concept.items() if n.examples >= MIN_EXAMPLES]
    return enough or [c for c, n in per_concept.items() if n.examples]


def _macro(
    per_concept: Mapping[str, Counts], concepts: Sequence[str] | None = None
) -> tuple[float, float, float]:
    chosen = [
        per_concept.get(c, Counts())
        for c in (concepts if concepts is not None else _macro_concepts(per_concept))
    ]
    if not chosen:
        return 0.0, 0.0, 0.0
    size = len(chosen)
    return (
        sum(c.precision for c in chosen) / size,
        sum(c.recall for c in chosen) / size,
        sum(c.f1 for c in chosen) / size,
    )


def _intervals(
    rows: Sequence[Labelled], decisions: Sequence[Mapping[str, Counts]]
) -> tuple[tuple[float, float], tuple[float, float]]:
    """Bootstrap percentile intervals of micro and macro F1; the concepts of the macro mean are those of the whole set."""
    groups: dict[str, list[Mapping[str, Counts]]] = {}
    for row, decision in zip(rows, decisions, strict=True):
        groups.setdefault(row.group, []).append(decision)
    totals = [_total(group) for group in groups.values()]
    if not totals:
        return (0.0, 0.0), (0.0, 0.0)
    concepts = sorted({c for total in totals for c in total})
    table = np.array(
        [[_as_row(total.get(c, Counts())) for c in concepts] for total in totals]
    )  # group, concept, kind
    counted = [concepts.index(c) for c in _macro_concepts(_total(decisions))]
    drawn = np.random.default_rng(1).integers(0, len(totals), (RESAMPLES, len(totals)))
    sums = table[drawn].sum(axis=1).reshape(RESAMPLES, len(concepts), 3)
    macro = _f1(sums[:, counted]).mean(axis=1) if counted else np.zeros(RESAMPLES)
    return _percentiles(_f1(sums.sum(axis=1))), _percentiles(macro)


def _as_row(counts: Counts) -> tuple[int, int, int]:
    return counts.right, counts.wrong, counts.missed


def _f1(sums: Any) -> Any:
    right, wrong, missed = sums[..., 0], sums[..., 1], sums[..., 2]
    return 2 * right / np.maximum(2 * right + wrong + missed, 1)


def _percentiles(values: Any) -> tuple[float, float]:
    low, high = np.percentile(values, CONFIDENCE_PERCENTILES)
    return float(low), float(high)


def _rates(counts: Counts) -> dict[str, float]:
    return {
        "precision": round(counts.precision, 4),
        "recall": round(counts.recall, 4),
        "f1": round(counts.f1, 4),
    }


def _rounded(values: Sequence[float]) -> list[float]:
    return [round(value, 4) for value in values]
