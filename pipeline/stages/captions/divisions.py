"""Divisions of stretches, kept between runs: after a corrected word only the stretch that it stands in is divided again.

A stretch lies between two hard breaks, which no caption crosses; how it is divided follows from its own features and those of
the tokens beside it. It is known by their digest.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.profiles import Limits
from pipeline.stages.captions.features import Script
from pipeline.stages.captions.segmentation import Piece, divide

Division = list[list[int]]
"""The pieces of a stretch: first token, last token, tokens that begin later lines, all counted from its first."""


@dataclass(slots=True)
class Divisions:
    """Divisions by the digest of their stretch: `known` those of earlier runs, `used` those this one asked for."""

    known: Mapping[str, Division] = field(default_factory=dict)
    used: dict[str, Division] = field(default_factory=dict)

    def of(self, script: Script, limits: Limits, first: int, last: int) -> list[Piece]:
        """The division of the tokens `[first, last)` between two hard breaks."""
        key = _digest(script, limits, first, last)
        if key not in self.used:
            self.used[key] = self.known.get(key) or [
                [edge - first for edge in (piece.first, piece.last, *piece.breaks)]
                for piece in divide(script, limits, first, last)
            ]
        return [
            Piece(begin + first, end + first, tuple(at + first for at in breaks))
            for begin, end, *breaks in self.used[key]
        ]


def _digest(script: Script, limits: Limits, first: int, last: int) -> str:
    """The digest of all that `divide` reads of a stretch. Times are those of the recording, whatever else is counted from the
    stretch's first token; the silence so far is a sum of fractions, and counts as it stands."""
    near = slice(max(0, first - 1), last + 1)
    features = (
        limits,
        first > 0,
        last < len(script),
        script.starts[near],
        script.ends[near],
        [joint.value for joint in script.joints[near]],
        [run - script.runs[first] for run in script.runs[near]],
        script.hard[near],
        script.again[near],
        [wide - script.wide[first] for wide in script.wide[first : last + 1]],
        [count - script.counted[first] for count in script.counted[first : last + 1]],
        [shots - script.shots_before[first] for shots in script.shots_before[first:last]],
        script.silence[first:last],
    )
    return hashlib.sha256(repr(features).encode()).hexdigest()
