"""Segmentation metrics: F1 of boundaries within a tolerance, Pk and WindowDiff.

A true boundary is an interval, from the card to the first word. Pk: Beeferman, Berger and Lafferty, "Statistical Models for
Text Segmentation", Machine Learning 34, 1999. WindowDiff: Pevzner and Hearst, Computational Linguistics 28(1), 2002.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.timing import Span

# How far from a true boundary one counts as found: the wider of the two tolerances of MIREX's structural segmentation task.
TOLERANCE_MS = 3000


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of boundaries: found, in the reference, and in the hypothesis; pooled over recordings by adding."""

    found: int = 0
    reference: int = 0
    hypothesis: int = 0

    def __add__(self, other: Counts) -> Counts:
        return Counts(
            self.found + other.found, self.reference + other.reference, self.hypothesis + other.hypothesis
        )

    @property
    def f1(self) -> float:
        """F1, 2 x found / (reference + hypothesis); 1 when there is nothing to find and nothing was found."""
        both = self.reference + self.hypothesis
        return 2 * self.found / both if both else 1.0


def pairs(
    *, reference: Sequence[Span], hypothesis: Sequence[int], tolerance_ms: int = TOLERANCE_MS
) -> list[tuple[int, int]]:
    """Match boundaries one to one within the tolerance, the nearest first: pairs of indices (reference, hypothesis)."""
    distances = sorted(
        (max(span.start_ms - at, at - span.end_ms, 0), r, h)
        for r, span in enumerate(reference)
        for h, at in enumerate(hypothesis)
    )
    found: list[tuple[int, int]] = []
    for distance_ms, r, h in distances:
        if distance_ms <= tolerance_ms and all(r != a and h != b for a, b in found):
            found.append((r, h))
    return sorted(found)


def counts(*, reference: Sequence[Span], hypothesis: Sequence[int]) -> Counts:
    """Count the boundaries found, matched one to one within `TOLERANCE_MS`."""
    return Counts(len(pairs(reference=reference, hypothesis=hypothesis)), len(reference), len(hypothesis))


def _window(reference: Sequence[int], length: int) -> int:
    """The window of Pk and WindowDiff: half the mean length of a reference part, at least 1 and less than the whole."""
    return max(1, min(length - 1, round(length / (len(reference) + 1) / 2)))


def pk(*, reference: Sequence[int], hypothesis: Sequence[int], length: int) -> float:
    """Pk: the share of windows whose two ends lie in one part by one division and not by the other; 0 is best.

    Boundaries are units (sentences, seconds) before which a part begins; `length` is how many units there are.
    """
    if length < 2:
        return 0.0
    size = _window(reference, length)
    wrong = sum(
        (_between(reference, at, at + size) > 0) != (_between(hypothesis, at, at + size) > 0)
        for at in range(length - size)
    )
    return wrong / (length - size)


def window_diff(*, reference: Sequence[int], hypothesis: Sequence[int], length: int) -> float:
    """WindowDiff: the share of windows with different numbers of boundaries in the two divisions; units as for `pk`."""
    if length < 2:
        return 0.0
    size = _window(reference, length)
    wrong = sum(
        _between(reference, at, at + size) != _between(hypothesis, at, at + size)
        for at in range(length - size)
    )
    return wrong / (length - size)


def _between(boundaries: Sequence[int], first: int, last: int) -> int:
    """The number of boundaries behind `first` and up to `last`."""
    return sum(first < b <= last for b in boundaries)
