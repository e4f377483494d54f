"""Sequence diff of words, or of anything that can be compared: what two sequences have in common, and where they differ."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Change:
    """Items `[first, last)` of ours stand where the items `[begin, end)` of theirs do; either may be empty, not both."""

    first: int
    last: int
    begin: int
    end: int


def pairs(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> dict[int, int]:
    """Which item of theirs each of ours is, both in rising order; those that are in one alone are left out."""
    blocks = SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks()
    return {a + n: b + n for a, b, size in blocks for n in range(size)}


def changes(ours: Sequence[Hashable], theirs: Sequence[Hashable]) -> list[Change]:
    """Where two sequences differ, in rising order; what lies between two changes is the same in both."""
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    return [Change(*at) for tag, *at in matcher.get_opcodes() if tag != "equal"]
