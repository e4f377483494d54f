"""Interval of a share that was counted in clusters: words of one window are heard well or badly together."""

from __future__ import annotations

from collections.abc import Sequence
from math import sqrt

_Z = 1.96  # of a 95 % interval


def interval(clusters: Sequence[tuple[int, int]]) -> tuple[float, float]:
    """The 95 % interval of right / all over clusters of (all, right), by the ratio estimator's variance between clusters
    (Cochran 1977, section 6.3) within Wilson's interval; (0, 1) for fewer than two clusters with words."""
    some = [(n, k) for n, k in clusters if n]
    words = sum(n for n, _ in some)
    if len(some) < 2:
        return 0.0, 1.0
    share = sum(k for _, k in some) / words
    between = sum((k - share * n) ** 2 for n, k in some) * len(some) / (len(some) - 1) / words**2
    usual = share * (1 - share) / words
    effective = words / max(1.0, between / usual) if usual else words
    centre = (share + _Z**2 / (2 * effective)) / (1 + _Z**2 / effective)
    half = _Z * sqrt(share * (1 - share) / effective + _Z**2 / (4 * effective**2)) / (1 + _Z**2 / effective)
    return round(max(0.0, centre - half), 3), round(min(1.0, centre + half), 3)
