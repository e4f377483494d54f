"""Which cues the search lost: those of which no more than half the words were found where they sound like themselves."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from pipeline.speech.aligner.listen import Found

# A word that fits the sound this badly (nats per frame against any phones) may be another.
WEAK_FIT = -1.8


def cues_of(groups: Sequence[int]) -> list[range]:
    """The words of each cue; `groups[n]` is the cue (or paragraph) of word n."""
    edges = [0, *(n for n in range(1, len(groups)) if groups[n] != groups[n - 1]), len(groups)]
    return [range(a, b) for a, b in pairwise(edges)] if groups else []


def is_lost(found: Sequence[Found | None], cue: range) -> bool:
    """Whether half the words of a cue or more were not found, or hardly sound like what was found."""
    here = found[cue.start : cue.stop]
    return 2 * sum(f is None or f.stand_in or f.fit < WEAK_FIT for f in here) >= len(here)
