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


def changes_within(ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]]) -> list[Change]:
    """The differences between the words of two rows of cues: cues are compared first, then words where cues differ."""
    our_starts, their_starts = starts(ours), starts(theirs)
    our_words = [w for cue in ours for w in cue]
    their_words = [w for cue in theirs for w in cue]
    found: list[Change] = []
    for cues in changes([tuple(c) for c in ours], [tuple(c) for c in theirs]):
        first, begin = our_starts[cues.first], their_starts[cues.begin]
        words = our_words[first : our_starts[cues.last]], their_words[begin : their_starts[cues.end]]
        found += [
            Change(first + c.first, first + c.last, begin + c.begin, begin + c.end) for c in changes(*words)
        ]
    return found


def starts(cues: Sequence[Sequence[str]]) -> list[int]:
    """Cumulative word counts: how many words precede each cue, and how many there are in all."""
    found = [0]
    for cue in cues:
        found.append(found[-1] + len(cue))
    return found
