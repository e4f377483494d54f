"""Spotting: in-times on the first words, out-times as reading needs and the next caption allows, both snapped to shot changes."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from pipeline.english.breaks import Junction
from pipeline.profiles import Limits
from pipeline.stages.captions.features import Script
from pipeline.stages.captions.in_times import adjusted_starts
from pipeline.stages.captions.out_times import at_once, ends_of, needed_ms, speech_end_ms
from pipeline.stages.captions.segmentation import Piece
from pipeline.timing import Span

# The least distance between the in-times of captions whose speech does not overlap, whatever the times of their words.
MIN_START_DISTANCE_MS = 250
# A caption that would end this near to a shot change ends with the shot (Netflix Timing Guidelines: half a second).
MAX_SNAP_MS = 500


def order_of(script: Script, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces in the order in which they appear on screen: by first word, then by reading order.

    The rest of a sentence comes before what somebody else begins to say less than the profile's tolerance of sync before it: a
    name would have to be shown within the sentence otherwise.
    """
    order = sorted(pieces, key=lambda p: (script.starts[p.first], p.first))
    begun = {p.last: p for p in pieces}
    for k, piece in enumerate(order):
        before = begun.get(piece.first) if _goes_on(script, piece) else None
        place = k
        while (
            place > 0
            and before is not None
            and order[place - 1] is not before
            and script.starts[piece.first] - script.starts[order[place - 1].first] <= script.limits.early_ms
        ):
            place -= 1
        if before is not None and place > 0 and order[place - 1] is before:
            order[place : k + 1] = [piece, *order[place:k]]
    return order


def _goes_on(script: Script, piece: Piece) -> bool:
    """Whether a piece begins within a sentence of its speaker."""
    at = piece.first
    return (
        at > 0
        and script.runs[at] == script.runs[at - 1]
        and script.joints[at] is not Junction.SENTENCE
        and script.starts[at] >= script.starts[at - 1]
    )


def spans(
    script: Script, limits: Limits, pieces: Sequence[Piece], duration_ms: int | None = None
) -> list[Span]:
    """One span for each piece, which must be in order of appearance; none is empty, and starts rise.

    Captions overlap only where two known speakers speak at once and neither can give way, or where the first would be too
    short to be seen otherwise. No span passes `duration_ms`, the end of the recording.
    """
    starts = _starts(script, limits, pieces, duration_ms)
    _clip_starts(starts, duration_ms)
    starts = adjusted_starts(script, limits, pieces, starts, duration_ms)
    _clip_starts(starts, duration_ms)  # words behind the end draw their captions there again
    ends = ends_of(script, limits, pieces, starts)
    if limits.profile.snap_to_shots and script.shots:
        if _snap_starts(script, limits, pieces, starts, ends):
            _clip_starts(starts, duration_ms)
            ends = ends_of(script, limits, pieces, starts)
        _snap_ends(script, limits, pieces, starts, ends)
    latest = duration_ms if duration_ms is not None else max(ends, default=0)
    return [Span(s, max(min(e, latest), s + 1)) for s, e in zip(starts, ends, strict=True)]


def _starts(script: Script, limits: Limits, pieces: Sequence[Piece], duration_ms: int | None) -> list[int]:
    """The onsets of first words, in ms, moved apart where they would coincide or leave a caption too little time."""
    onsets = [max(0, script.starts[p.first]) for p in pieces]
    starts = list(onsets)
    for k in range(1, len(starts)):
        together = at_once(script, pieces[k - 1], pieces[k])
        starts[k] = max(starts[k], starts[k - 1] + (0 if together else MIN_START_DISTANCE_MS))
    for k in range(len(pieces)):
        if k + 1 == len(pieces) or not at_once(script, pieces[k], pieces[k + 1]):
            _make_room(script, limits, pieces, onsets, starts, k, duration_ms)
    return starts


def _make_room(
    script: Script,
    limits: Limits,
    pieces: Sequence[Piece],
    onsets: Sequence[int],
    starts: list[int],
    k: int,
    duration_ms: int | None,
) -> None:
    """Give piece `k` time for its shortest duration, from the next piece first, then from the one before. Changes `starts`.

    The onset wins: no caption is moved further than nobody sees, but where one would be shown for less than the least duration.
    """
    end = duration_ms if duration_ms is not None else starts[-1] + limits.max_duration_ms
    for least, tolerance in ((0, limits.on_time_ms), (limits.least_duration_ms, limits.max_duration_ms)):
        window, after, before = (
            _spare_ms(script, limits, pieces, starts, n, end, least) for n in (k, k + 1, k - 1)
        )
        if window >= 0:
            return
        if k + 1 < len(starts):
            later = max(0, min(-window, tolerance - (starts[k + 1] - onsets[k + 1]), after))
            starts[k + 1] += later
            window += later
        starts[k] -= max(0, min(-window, tolerance - (onsets[k] - starts[k]), before))


def _spare_ms(
    script: Script,
    limits: Limits,
    pieces: Sequence[Piece],
    starts: Sequence[int],
    n: int,
    end: int,
    least: int,
) -> int:
    """The time, in ms, that piece `n` has before the next beyond what it needs; negative when time is missing.

    It needs `least` ms, or when that is 0 its shortest duration. For `n` -1 it is the silence before the first piece.
    """
    if n < 0:
        return starts[0]
    if n >= len(starts):
        return 0
    until = starts[n + 1] - limits.min_gap_ms if n + 1 < len(starts) else end
    return until - starts[n] - (least or script.shortest_ms(pieces[n].first, pieces[n].last))


def _clip_starts(starts: list[int], duration_ms: int | None) -> None:
    """Move starts behind the end of the recording back inside, still in rising order. Changes `starts`."""
    latest = duration_ms
    for k in range(len(starts) - 1, -1, -1):
        if latest is None or starts[k] < latest:
            break
        starts[k] = max(k, latest - min(MIN_START_DISTANCE_MS, max(1, latest // (k + 1))))
        latest = starts[k]


def _snap_starts(
    script: Script, limits: Limits, pieces: Sequence[Piece], starts: list[int], ends: Sequence[int]
) -> bool:
    """Snap starts to the nearest shot change, where sync and neighbours allow; whether any moved. Changes `starts`.

    A caption that changes shortly before or after a cut is seen twice (Netflix Timing Guidelines, BBC subtitle guidelines
    §6.1). Neither the caption nor the one before it may become too short for that.
    """
    moved = False
    for k, piece in enumerate(pieces):
        cut = _nearest(script.shots, starts[k])
        onsets = script.starts[piece.first]
        free = starts[k - 1] if k else 0
        until = min(ends[k] - 1, starts[k + 1] if k + 1 < len(starts) else ends[k])
        if (
            cut is None
            or cut == starts[k]
            or abs(cut - onsets) > limits.on_time_ms
            or not free < cut <= until
        ):
            continue
        shortened = [(k, cut, ends[k])]
        if k and ends[k - 1] <= starts[k]:
            shortened.append((k - 1, starts[k - 1], min(ends[k - 1], cut - limits.min_gap_ms)))
        if all(
            end - start >= min(ends[n] - starts[n], script.shortest_ms(pieces[n].first, pieces[n].last))
            for n, start, end in shortened
        ):
            starts[k], moved = cut, True
    return moved


def _snap_ends(
    script: Script, limits: Limits, pieces: Sequence[Piece], starts: Sequence[int], ends: list[int]
) -> None:
    """Snap ends to just before a shot change, as far as speech, reading time and the next caption allow. Changes `ends`."""
    for k, piece in enumerate(pieces):
        cut = _nearest(script.shots, ends[k])
        if cut is None or abs(cut - ends[k]) > MAX_SNAP_MS:
            continue
        end = cut - limits.min_gap_ms
        earliest = min(ends[k], max(speech_end_ms(script, piece), starts[k] + needed_ms(script, piece)))
        latest = starts[k] + limits.max_duration_ms
        if (following := bisect_left(starts, ends[k])) < len(starts):
            latest = min(latest, starts[following] - limits.min_gap_ms)
        if earliest <= end <= latest and (
            following == len(starts) or _may_open(limits, starts[following] - end)
        ):
            ends[k] = end


def _may_open(limits: Limits, gap_ms: int) -> bool:
    """Whether the profile allows a gap of this length; one whose gaps are closed or open (the BBC) has nothing between."""
    closed_or_open = limits.profile.open_gap_ms and not limits.min_gap_ms
    return not closed_or_open or gap_ms <= 1 or gap_ms >= limits.open_gap_ms


def _nearest(shots: Sequence[int], time_ms: int) -> int | None:
    at = bisect_left(shots, time_ms)
    return min(shots[max(0, at - 1) : at + 1], key=lambda shot: abs(shot - time_ms), default=None)
