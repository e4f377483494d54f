"""Local search over in-times: small moves where a caption would be too short, out of sync, or overlap another needlessly.

This happens where people talk densely. Each such caption, alone and with one of the few behind it, is tried at the in-times that
could help, and the best move is kept when it lowers the cost of the whole neighbourhood.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.profiles import Limits
from pipeline.stages.captions.features import Script
from pipeline.stages.captions.out_times import ends_of, speech_end_ms
from pipeline.stages.captions.segmentation import Piece

# All of these were set by hand. Costs are in points; up to one more is added by how far a caption is off.
# A caption that is shown for less than the least duration.
TOO_SHORT_COST = 10.0
# One that appears outside the profile's tolerance of sync.
OUT_OF_SYNC_COST = 5.0
# One within it, but further off its first word than nobody sees: two of them cost less than the overlap that they may prevent.
LATE_OR_EARLY_COST = 1.0
# One that overlaps the next although their words do not.
NEEDLESS_OVERLAP_COST = 3.0
# Captions up to so many places behind are moved together with one, and so many on either side count in the cost.
FOLLOWING_TRIED = 3
NEIGHBOURS_JUDGED = 6
# In-times further from the first word are not tried, but for the profile's tolerance.
MAX_MOVE_MS = 600


def adjusted_starts(
    script: Script, limits: Limits, pieces: Sequence[Piece], starts: Sequence[int], latest_ms: int | None
) -> list[int]:
    """In-times in ms, in rising order, that cost no more than `starts`; `latest_ms` is the end of the recording."""
    best = list(starts)
    ends = _clipped_ends(ends_of(script, limits, pieces, best), latest_ms)
    for k in range(len(pieces)):
        if _cost(script, limits, pieces, best, ends, k) >= 1.0:
            moved = _moved(script, limits, pieces, best, k, latest_ms)
            if moved != best:
                best = moved
                ends = _clipped_ends(ends_of(script, limits, pieces, best), latest_ms)
    return best


def _moved(
    script: Script,
    limits: Limits,
    pieces: Sequence[Piece],
    starts: list[int],
    k: int,
    latest_ms: int | None,
) -> list[int]:
    """The cheapest in-times with piece `k` and at most one behind it moved."""
    first, last = max(0, k - NEIGHBOURS_JUDGED), min(len(pieces), k + NEIGHBOURS_JUDGED + 1)

    def cost(candidate: list[int]) -> float:
        near, begun = pieces[first:last], candidate[first:last]
        ends = _clipped_ends(ends_of(script, limits, near, begun), latest_ms)
        return sum(_cost(script, limits, near, begun, ends, n) for n in range(len(near)))

    best, least = starts, cost(starts)
    for candidate in _candidates(script, limits, pieces, starts, k):
        if (
            all(candidate[n] <= candidate[n + 1] for n in range(first, last - 1))
            and (now := cost(candidate)) < least - 1e-6
        ):
            best, least = candidate, now
    return best


def _candidates(
    script: Script, limits: Limits, pieces: Sequence[Piece], starts: list[int], k: int
) -> Iterator[list[int]]:
    for own in _candidate_starts(script, limits, pieces, starts, k, starts[k]):
        if k + 1 == len(pieces):  # the last has none behind it to be moved with
            yield [*starts[:k], own]
        for other in range(k + 1, min(len(pieces), k + 1 + FOLLOWING_TRIED)):
            seen = own + limits.least_duration_ms + limits.min_gap_ms
            for place in _candidate_starts(script, limits, pieces, starts, other, seen):
                candidate = list(starts)
                candidate[k], candidate[other] = own, place
                yield candidate


def _candidate_starts(
    script: Script, limits: Limits, pieces: Sequence[Piece], starts: Sequence[int], n: int, wanted: int
) -> list[int]:
    """In-times to try for caption `n`, in ms: the present one, its first word, both ends of what nobody sees and of the
    tolerance, and `wanted` clipped to the tolerance and to `MAX_MOVE_MS`."""
    heard, tolerance = max(0, script.starts[pieces[n].first]), limits.early_ms
    earliest, latest = max(0, heard - tolerance), heard + tolerance
    near = {min(heard + far, max(heard - far, 0, wanted)) for far in (tolerance, MAX_MOVE_MS)}
    unseen = max(0, heard - limits.on_time_ms), heard + limits.on_time_ms
    return sorted({starts[n], heard, earliest, latest, *unseen, *near})


def _cost(
    script: Script,
    limits: Limits,
    pieces: Sequence[Piece],
    starts: Sequence[int],
    ends: Sequence[int],
    n: int,
) -> float:
    """The cost of one caption in points; below one when nothing is wrong but a start so near its first word that nobody sees."""
    heard = max(0, script.starts[pieces[n].first])
    off, shown = abs(starts[n] - heard), ends[n] - starts[n]
    cost = 0.5 * min(1.0, off / limits.on_time_ms)
    if shown < limits.least_duration_ms:
        cost += TOO_SHORT_COST + 1 - shown / limits.least_duration_ms
    if off > limits.early_ms:
        cost += OUT_OF_SYNC_COST + min(1.0, off / 2000)
    elif off > limits.on_time_ms:
        cost += LATE_OR_EARLY_COST + 0.5 * off / limits.early_ms
    if (
        n + 1 < len(pieces)
        and ends[n] > starts[n + 1]
        and speech_end_ms(script, pieces[n]) <= script.starts[pieces[n + 1].first]
    ):
        cost += NEEDLESS_OVERLAP_COST
    return cost


def _clipped_ends(ends: list[int], latest_ms: int | None) -> list[int]:
    return ends if latest_ms is None else [min(end, latest_ms) for end in ends]
