"""Inter-rater agreement: Cohen's kappa of two readers who judged the same utterances by the same concepts.

Each pair of an utterance and a concept is one judgement: given, or not. Kappa is the agreement beyond what two readers reach by
chance who give as many (Cohen 1960, "A coefficient of agreement for nominal scales").
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import Any

Judgement = tuple[str, str]
"""An utterance and a concept that a reader gave it."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far two readers agree on `utterances`: the tags that both gave, or one alone; `kappa` is None where there is nothing
    to disagree about."""

    readers: tuple[str, str]
    utterances: int
    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def kappa(self) -> float | None:
        total = self.both + self.only_first + self.only_second + self.neither
        if not total:
            return None
        first, second = self.both + self.only_first, self.both + self.only_second
        seen = (self.both + self.neither) / total
        by_chance = (first * second + (total - first) * (total - second)) / total**2
        return None if by_chance == 1 else (seen - by_chance) / (1 - by_chance)

    def as_json(self) -> dict[str, Any]:
        """The agreement as plain JSON values."""
        kappa = None if self.kappa is None else round(self.kappa, 3)
        return {
            "readers": list(self.readers), "utterances": self.utterances, "both": self.both,
            "only_first": self.only_first, "only_second": self.only_second, "neither": self.neither, "kappa": kappa,
        }  # fmt: skip

    def __str__(self) -> str:
        first, second = self.readers
        kappa = "no kappa" if self.kappa is None else f"kappa {self.kappa:.2f}"
        return (
            f"{first} and {second}: {kappa} over {self.utterances:,} utterances; {self.both} tags of both, "
            f"{self.only_first} of {first} alone, {self.only_second} of {second} alone"
        )


def agreement(
    readers: tuple[str, str],
    first: Set[Judgement],
    second: Set[Judgement],
    utterances: Set[str],
    concepts: int,
) -> Agreement:
    """The agreement of two readers on the utterances that both have read, each of which may have any of so many concepts."""

    def read(given: Iterable[Judgement]) -> set[Judgement]:
        return {judgement for judgement in given if judgement[0] in utterances}

    a, b = read(first), read(second)
    both, total = len(a & b), len(utterances) * concepts
    return Agreement(readers, len(utterances), both, len(a - b), len(b - a), total - len(a | b))
