"""How far the confidence of a tag can be trusted, and the file that it is computed from.

    python -m benchmarks.concept_confidence            the reliability table, cross-validated
    python -m benchmarks.concept_confidence --write    and write models/confidence.json from all labelled talk

Needs VIGNETTE_DATA: the labels of `benchmarks/dialogue_labels.jsonl` and `concepts/dev.jsonl` are of talk that is not given on
with the code. A logistic regression with a ridge predicts whether a tag is right from what `pipeline.concepts.confidence` knows
of it. The lexicon was mended on most of the labelled talk ("learnt from", dev, our own sentences), and there it is right more
often than elsewhere: such tags have a level of their own, which new talk does not get, and count less. Only talk that the
lexicon has not seen ("held out") says how far the confidence can be trusted.

Ten folds, divided by conversation: no figure of the table comes from a model, a rule's record or a word's log-odds that has
seen any of its conversation. The slope of what is written is the one at which those predictions were right, so that they
promise no more than they keep. Intervals are 95 % (Wilson).
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import random
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks import results
from benchmarks.concepts import OWN, dialogue_rows
from pipeline import intact
from pipeline.concepts import lexicon
from pipeline.concepts.coder import Coder
from pipeline.concepts.confidence import CONFIDENCE_FILE, Sighting, features
from pipeline.concepts.normalize import normalize
from pipeline.concepts.scoring import read_labelled
from pipeline.files import data_file, write_atomic

FOLDS, SEED = 10, 0
UNSEEN = "held out"
WEIGHT_OF_SEEN = 0.3  # of a tag in talk that the lexicon was mended on
RIDGE, RIDGE_OF_CONCEPTS = 3.0, 5.0
PRIOR_WORDS, FEWEST = (
    3.0,
    8,
)  # of a word's log-odds: pseudo-utterances, and the utterances that it must be heard in
LEAST_LOG_ODDS = 0.25  # smaller ones are not written
BINS = (0.0, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Row:
    """A labelled utterance and the lexicon's tags in it, one for each concept; `words` are all of its words."""

    group: str
    sample: str
    labels: frozenset[str]
    words: frozenset[str]
    tags: tuple[Sighting, ...]


def labelled(data: Path, coder: Coder) -> list[Row]:
    """All labelled talk, coded."""
    known = frozenset(c.id for c in coder.lexicon.concepts)
    found: list[Row] = []
    for sample, rows in (
        ("", dialogue_rows(data / "dialogue/dialogue.csv")),
        ("dev", read_labelled(data / "concepts/dev.jsonl", known)),
        ("own", read_labelled(OWN, known)),
    ):
        for row in rows:
            talk = normalize(row.text)
            best: dict[str, Sighting] = {}
            for _, _, sighting in coder.sightings(talk):
                best.setdefault(sighting.concept, sighting)
            words = frozenset(word.text for word in talk.words)
            found.append(Row(row.group, sample or row.sample, row.concepts, words, tuple(best.values())))
    return found


class Knowledge:
    """What the rows say of rules and words; `without` takes one conversation out again, so that no row judges itself."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.total, self.heard, self.labels = len(rows), Counter[str](), Counter[str]()
        self.together: dict[str, Counter[str]] = defaultdict(Counter)
        self.records: dict[tuple[str, str], list[int]] = defaultdict(lambda: [0, 0])
        for row in rows:
            self.heard.update(row.words)
            self.labels.update(row.labels)
            for concept in row.labels:
                self.together[concept].update(row.words)
            for tag in row.tags:
                self.records[tag.concept, tag.rule][tag.concept not in row.labels] += 1

    def record(self, tag: Sighting, without: Knowledge | None = None) -> tuple[int, int]:
        right, wrong = self.records.get((tag.concept, tag.rule), (0, 0))
        if without is not None:
            own = without.records.get((tag.concept, tag.rule), (0, 0))
            return right - own[0], wrong - own[1]
        return right, wrong

    def log_odds(
        self, concept: str, words: frozenset[str], without: Knowledge | None = None
    ) -> dict[str, float]:
        """Of each word that is heard often enough: how much more often the concept is labelled where it is heard."""
        total, labels = self.total, self.labels[concept]
        if without is not None:
            total, labels = total - without.total, labels - without.labels[concept]
        share = max(labels, 1) / max(total, 1)
        found = {}
        for word in words:
            heard, together = self.heard[word], self.together[concept][word]
            if without is not None:
                heard, together = heard - without.heard[word], together - without.together[concept][word]
            if heard >= FEWEST:
                found[word] = math.log((together + PRIOR_WORDS * share) / (heard + PRIOR_WORDS) / share)
        return found


def design(
    rows: Sequence[Row], known: Knowledge, concepts: Sequence[str], leave_out: bool
) -> Iterator[tuple[list[float], bool, Row]]:
    """The predictors of every tag, its concept as indicators at the end, and whether the tag is right."""
    own: dict[str, Knowledge] = {}
    if leave_out:
        groups: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            groups[row.group].append(row)
        own = {group: Knowledge(some) for group, some in groups.items()}
    for row in rows:
        without = own.get(row.group)
        for tag in row.tags:
            words = known.log_odds(tag.concept, tag.beside, without)
            values = list(features(tag, known.record(tag, without), words).values())
            values += [float(row.sample not in (UNSEEN, "own")), float(row.sample == "own")]
            yield [*values, *(float(c == tag.concept) for c in concepts)], tag.concept in row.labels, row


def fitted(rows: Sequence[Row], known: Knowledge, concepts: Sequence[str]) -> NDArray[np.float64]:
    """The weights (Newton's method), in the order of `design`."""
    made = list(design(rows, known, concepts, leave_out=True))
    x = np.array([values for values, _, _ in made])
    y = np.array([float(right) for _, right, _ in made])
    weight = np.array([1.0 if row.sample == UNSEEN else WEIGHT_OF_SEEN for _, _, row in made])
    free = x.shape[1] - len(concepts)
    penalty = np.array([RIDGE] * free + [RIDGE_OF_CONCEPTS] * len(concepts))
    penalty[[0, free - 2, free - 1]] = 0.01  # levels are no effects
    return newton(x, y, weight, penalty)


def newton(
    x: NDArray[np.float64], y: NDArray[np.float64], weight: NDArray[np.float64], penalty: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Ridge logistic regression: x of shape (n, k), y 0 or 1, the weight of each row, the penalty of each column."""
    found = np.zeros(x.shape[1])
    for _ in range(50):
        p = 1 / (1 + np.exp(-(x @ found)))
        gradient = x.T @ (weight * (p - y)) + penalty * found
        curvature = (x * (weight * p * (1 - p))[:, None]).T @ x + np.diag(penalty)
        step = np.linalg.solve(curvature, gradient)
        found -= step
        if np.abs(step).max() < 1e-8:
            break
    return found


def cross_validated(rows: Sequence[Row], concepts: Sequence[str]) -> list[tuple[float, bool]]:
    """(log-odds, right) of every tag in unseen talk, each from a model that has seen nothing of its conversation."""
    groups = sorted({row.group for row in rows if row.sample == UNSEEN})
    random.Random(SEED).shuffle(groups)
    found = []
    for fold in range(FOLDS):
        tested = set(groups[fold::FOLDS])
        learnt = [row for row in rows if row.group not in tested]
        known = Knowledge(learnt)
        weights = fitted(learnt, known, concepts)
        asked = [row for row in rows if row.group in tested and row.sample == UNSEEN]
        found += [
            (float(np.array(values) @ weights), right)
            for values, right, _ in design(asked, known, concepts, leave_out=False)
        ]
    return found


def slope_of(scores: Sequence[tuple[float, bool]]) -> tuple[float, float]:
    """Level and slope at which the log-odds come true (Platt)."""
    x = np.array([[1.0, score] for score, _ in scores])
    y = np.array([float(right) for _, right in scores])
    level, slope = newton(x, y, np.ones(len(y)), np.array([0.01, 0.01]))
    return float(level), float(slope)


def wilson(right: int, of: int) -> tuple[float, float]:
    """The 95 % interval of a share."""
    if not of:
        return 0.0, 1.0
    z, p = 1.96, right / of
    middle, half = p + z * z / (2 * of), z * math.sqrt(p * (1 - p) / of + z * z / (4 * of * of))
    return (middle - half) / (1 + z * z / of), (middle + half) / (1 + z * z / of)


def report(scores: Sequence[tuple[float, bool]], labels: int) -> dict[str, float]:
    """Print the reliability table and what a threshold gives; the figures worth keeping."""
    judged = sorted(((1 / (1 + math.exp(-s)), right) for s, right in scores), reverse=True)
    print(f"{'confidence':<14}{'tags':>6}{'mean':>7}{'right':>7}   95 %")
    for low, high in itertools.pairwise(BINS):
        some = [(p, r) for p, r in judged if low <= p < high]
        if some:
            right = sum(r for _, r in some)
            interval = "{:.2f} to {:.2f}".format(*wilson(right, len(some)))
            mean = sum(p for p, _ in some) / len(some)
            print(
                f"{low:.1f} to {high:.1f}{'':<4}{len(some):>6}{mean:>7.2f}{right / len(some):>7.2f}   {interval}"
            )
    third = len(judged) // 3
    surest, least = (sum(r for _, r in part) / third for part in (judged[:third], judged[-third:]))
    print(f"the surest third is right in {surest:.2f}, the least sure in {least:.2f}")
    print(f"\n{'from':>6}{'precision':>11}{'recall':>8}{'F1':>7}")
    for threshold in (0.0, 0.3, 0.4, 0.45, 0.5, 0.55, 0.6, 0.7, 0.8):
        kept = [r for p, r in judged if p >= threshold]
        precision, recall = sum(kept) / max(len(kept), 1), sum(kept) / labels
        f1 = 2 * sum(kept) / (len(kept) + labels)
        print(f"{threshold:>6}{precision:>11.3f}{recall:>8.3f}{f1:>7.3f}")
    at_half = max(
        (
            sum(r for _, r in judged[:n]) / n
            for n in range(1, len(judged) + 1)
            if sum(r for _, r in judged[:n]) >= labels / 2
        ),
        default=0.0,
    )
    print(f"the best precision at recall 0.50 is {at_half:.3f}")
    return {
        "tags": len(judged),
        "surest_third": surest,
        "least_sure_third": least,
        "precision_at_half_recall": at_half,
    }


def table_of(rows: Sequence[Row], concepts: Sequence[str], level: float, slope: float) -> dict[str, Any]:
    """What is written: weights, and for each concept its level, its rules' records and its words' log-odds."""
    known = Knowledge(rows)
    weights = fitted(rows, known, concepts) * slope
    names = list(features(next(t for r in rows for t in r.tags), (0, 0), {}))
    named = dict(zip(names, (round(float(w), 4) for w in weights), strict=False))
    named["level"] = round(named["level"] + level, 4)
    heard = frozenset(known.heard)
    entries = {}
    for concept, own in zip(concepts, weights[len(names) + 2 :], strict=True):
        records = {rule: list(r) for (c, rule), r in sorted(known.records.items()) if c == concept}
        odds = known.log_odds(concept, heard)
        words = {word: round(odds[word], 2) for word in sorted(odds) if abs(odds[word]) >= LEAST_LOG_ODDS}
        entries[concept] = {"level": round(float(own), 4), "rules": records, "words": words}
    return {"weights": named, "concepts": entries}


def written(table: Mapping[str, Any]) -> str:
    """The table as JSON with a line for each concept, so that a change of one is seen as such."""
    lines = (
        f"{json.dumps(name)}: {json.dumps(entry, ensure_ascii=False, sort_keys=True)}"
        for name, entry in table["concepts"].items()
    )
    return f'{{"weights": {json.dumps(table["weights"])},\n"concepts": {{\n' + ",\n".join(lines) + "\n}}\n"


def reliability(
    data: Path, coder: Coder
) -> tuple[list[Row], list[str], tuple[float, float], dict[str, float]]:
    """Print the table; the rows, their concepts, the level and slope at which confidences come true, and figures to keep."""
    rows = labelled(data, coder)
    concepts = sorted({tag.concept for row in rows for tag in row.tags})
    scores = cross_validated(rows, concepts)
    level, slope = slope_of(scores)
    scores = [(level + slope * score, right) for score, right in scores]
    figures = report(scores, sum(len(row.labels) for row in rows if row.sample == UNSEEN))
    return rows, concepts, (level, slope), figures


def main() -> int:
    """Print the table, and with --write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="write models/confidence.json")
    results.offer(parser)
    options = parser.parse_args()
    data = os.environ.get("VIGNETTE_DATA") or sys.exit(
        "set VIGNETTE_DATA to the folder with the labelled talk"
    )
    coder = Coder(lexicon.load(data_file("concepts.toml")))
    rows, concepts, (level, slope), figures = reliability(Path(data), coder)
    print(f"slope {slope:.2f}, level {level:+.2f}")
    if options.write:
        made = data_file(CONFIDENCE_FILE)
        write_atomic(made, written(table_of(rows, concepts, level, slope)))
        intact.record(made, made.with_name(intact.SUMS_FILE))
    if options.record:
        results.record("concept_confidence", figures)
    return 0


if __name__ == "__main__":
    sys.exit(main())
