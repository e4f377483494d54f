"""Diarization error rate (DER): the share of speech that is given to the wrong speaker, missed, or invented.

As the NIST Rich Transcription evaluations define it (md-eval; Fiscus et al. 2006): speakers are matched one to one so that
they share the most time; then, at every instant, missed speech is reference speakers beyond the hypothesis' number, false
alarm the reverse, and confusion what of the smaller number does not match. All are shares of the reference's speaker time,
overlap counted. A collar around every reference boundary is left out. Times are exact: nothing is cut into frames.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.timing import Span, gaps, union

Turns = Sequence[tuple[str, Span]]
"""Speaker turns: a speaker's name and when they speak, in any order; turns may overlap."""


@dataclass(frozen=True, slots=True)
class Errors:
    """Errors in milliseconds of speaker time: `total_ms` in the reference, missed, false alarm, confusion.

    `matched` gives the hypothesis' speaker for each of the reference's. Rates are shares of `total_ms`.
    """

    total_ms: int
    missed_ms: int
    false_alarm_ms: int
    confusion_ms: int
    matched: Mapping[str, str]

    @property
    def rate(self) -> float:
        """The diarization error rate; 0 without reference speech and errors, infinite with errors alone."""
        return self._share(self.missed_ms + self.false_alarm_ms + self.confusion_ms)

    @property
    def missed(self) -> float:
        """The missed speech rate."""
        return self._share(self.missed_ms)

    @property
    def false_alarm(self) -> float:
        """The false alarm rate."""
        return self._share(self.false_alarm_ms)

    @property
    def confusion(self) -> float:
        """The speaker confusion rate."""
        return self._share(self.confusion_ms)

    def _share(self, wrong_ms: int) -> float:
        if not self.total_ms:
            return float("inf") if wrong_ms else 0.0
        return wrong_ms / self.total_ms


def errors(
    *,
    reference: Turns,
    hypothesis: Turns,
    collar_ms: int = 250,
    within: Span | None = None,
    matched: Mapping[str, str] | None = None,
) -> Errors:
    """Score a diarization; `within` bounds what is scored, by default all turns. `matched` is the matching of speakers where
    that is known, of a longer stretch for one.

    `collar_ms` is left out on either side of each reference boundary: 250 ms in the NIST Rich Transcription evaluations.
    """
    reference, hypothesis = _joined(reference), _joined(hypothesis)
    segments = _segments(reference, hypothesis, _scored(reference, hypothesis, collar_ms, within))
    matched = _matched(segments) if matched is None else matched
    total = missed = false_alarm = confusion = 0
    for length_ms, true, found in segments:
        right = sum(matched.get(name) in found for name in true)
        total += length_ms * len(true)
        missed += length_ms * max(0, len(true) - len(found))
        false_alarm += length_ms * max(0, len(found) - len(true))
        confusion += length_ms * (min(len(true), len(found)) - right)
    return Errors(total, missed, false_alarm, confusion, matched)


def _joined(turns: Turns) -> list[tuple[str, Span]]:
    """Each speaker's turns as disjoint spans: nobody speaks twice at once."""
    names = sorted({name for name, _ in turns})
    return [(name, span) for name in names for span in union(s for n, s in turns if n == name)]


def _scored(reference: Turns, hypothesis: Turns, collar_ms: int, within: Span | None) -> tuple[Span, ...]:
    """The time that is scored: all of it but the collars."""
    end_ms = max((span.end_ms for _, span in (*reference, *hypothesis)), default=0)
    whole = within or Span(0, end_ms)
    edges = (edge for _, span in reference for edge in (span.start_ms, span.end_ms))
    collars = [Span(max(0, edge - collar_ms), edge + collar_ms) for edge in edges] if collar_ms else []
    return gaps(collars, whole)


Segment = tuple[int, frozenset[str], frozenset[str]]
"""Scored time without a change of speakers: its length in ms, the reference's speakers, the hypothesis' speakers."""


def _segments(reference: Turns, hypothesis: Turns, scored: Sequence[Span]) -> list[Segment]:
    """The scored time cut at every change of speakers on either side."""
    changes: dict[int, list[tuple[int, str, int]]] = {}
    for side, turns in enumerate((reference, hypothesis)):
        for name, span in turns:
            changes.setdefault(span.start_ms, []).append((side, name, 1))
            changes.setdefault(span.end_ms, []).append((side, name, -1))
    edges = {edge for span in scored for edge in (span.start_ms, span.end_ms)}
    speaking: tuple[set[str], set[str]] = (set(), set())
    found: list[Segment] = []
    times, at = sorted({*changes, *edges}), 0
    for start_ms, end_ms in itertools.pairwise(times):
        for side, name, step in sorted(changes.get(start_ms, ()), key=lambda change: change[2]):
            (speaking[side].add if step > 0 else speaking[side].discard)(name)
        while at < len(scored) and scored[at].end_ms <= start_ms:
            at += 1
        if at < len(scored) and start_ms in scored[at] and (speaking[0] or speaking[1]):
            found.append((end_ms - start_ms, frozenset(speaking[0]), frozenset(speaking[1])))
    return found


def _matched(segments: Sequence[Segment]) -> dict[str, str]:
    """The one-to-one mapping of reference speakers to the hypothesis' that maximises the time shared in all."""
    shared: dict[tuple[str, str], int] = {}
    for length_ms, true, found in segments:
        for pair in ((a, b) for a in true for b in found):
            shared[pair] = shared.get(pair, 0) + length_ms
    rows, columns = sorted({a for a, _ in shared}), sorted({b for _, b in shared})
    gain = [[shared.get((a, b), 0) for b in columns] for a in rows]
    return {rows[i]: columns[j] for i, j in best_matching(gain) if gain[i][j]}


def best_matching(gain: Sequence[Sequence[int]]) -> list[tuple[int, int]]:
    """Maximum-weight bipartite matching: pairs (row, column), each used once, whose gains sum to the most.

    The Hungarian algorithm with potentials, O(n^3) (Kuhn 1955; Jonker & Volgenant 1987).
    """
    size = max(len(gain), len(gain[0]) if gain else 0)
    cost = [[0] * (size + 1) for _ in range(size + 1)]
    for i, row in enumerate(gain):
        for j, value in enumerate(row):
            cost[i + 1][j + 1] = -value
    by_row, by_column, owner = [0] * (size + 1), [0] * (size + 1), [0] * (size + 1)
    for row_number in range(1, size + 1):
        _augment(row_number, cost, by_row, by_column, owner)
    pairs = ((owner[j] - 1, j - 1) for j in range(1, size + 1))
    return sorted((i, j) for i, j in pairs if i < len(gain) and gain and j < len(gain[0]))


def _augment(
    row: int, cost: list[list[int]], by_row: list[int], by_column: list[int], owner: list[int]
) -> None:
    """Add one more row to the matching along the shortest augmenting path."""
    size = len(owner) - 1
    least, came_from, used = [float("inf")] * (size + 1), [0] * (size + 1), [False] * (size + 1)
    owner[0], column = row, 0
    while owner[column]:
        used[column], current, step, following = True, owner[column], float("inf"), 0
        for j in range(1, size + 1):
            if used[j]:
                continue
            reduced = cost[current][j] - by_row[current] - by_column[j]
            if reduced < least[j]:
                least[j], came_from[j] = reduced, column
            if least[j] < step:
                step, following = least[j], j
        for j in range(size + 1):
            if used[j]:
                by_row[owner[j]] += int(step)
                by_column[j] -= int(step)
            else:
                least[j] -= step
        column = following
    while column:
        owner[column], column = owner[came_from[column]], came_from[column]
