"""When each caption appears and goes: on its first word, after its last, as long as reading takes and the
next allows."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from pipeline.profiles import Limits
from pipeline.stages.captions.division import Piece
from pipeline.stages.captions.script import REAL_OVERLAP_MS, Script
from pipeline.timing import Span

# Captions of people who do not speak at once never begin closer together than this, whatever their words'
# times claim.
CLOSEST_STARTS_MS = 250
# A caption does not yield to somebody else's while its own words go on longer than this.
GOES_ON_MS = 700
# A caption that would end this near to a cut ends with the shot (Netflix Timing Guidelines: half a second).
SHOT_REACH_MS = 500
# So many captions fit on screen at once when people talk at once.
MOST_AT_ONCE = 2


def order_of(script: Script, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces in the order in which they appear on screen: by first word, then by reading order."""
    return sorted(pieces, key=lambda p: (script.starts[p.first], p.first))


def spans(
    script: Script, limits: Limits, pieces: Sequence[Piece], duration_ms: int | None = None
) -> list[Span]:
    """One span for each piece, which must be in order of appearance; none is empty, and starts rise.

    Captions overlap only where two known speakers really speak at once and neither can give way. With
    `duration_ms` no span passes the end of the recording.
    """
    starts = _starts(script, limits, pieces, duration_ms)
    _pull_inside(starts, duration_ms)
    ends = _ends(script, limits, pieces, starts)
    if limits.profile.snap_to_shots and script.shots:
        _snap(script, limits, pieces, starts, ends)
        _pull_inside(starts, duration_ms)
    latest = duration_ms if duration_ms is not None else max(ends, default=0)
    return [Span(s, max(min(e, latest), s + 1)) for s, e in zip(starts, ends, strict=True)]


def _starts(script: Script, limits: Limits, pieces: Sequence[Piece], duration_ms: int | None) -> list[int]:
    """The first words' onsets, moved apart where they would coincide or leave no time to see a caption."""
    heard = [max(0, script.starts[p.first]) for p in pieces]
    starts = list(heard)
    for k in range(1, len(starts)):
        together = at_once(script, pieces[k - 1], pieces[k])
        starts[k] = max(starts[k], starts[k - 1] + (0 if together else CLOSEST_STARTS_MS))
    for k in range(len(pieces)):
        if k + 1 == len(pieces) or not at_once(script, pieces[k], pieces[k + 1]):
            _make_room(script, limits, pieces, heard, starts, k, duration_ms)
    return starts


def _make_room(
    script: Script,
    limits: Limits,
    pieces: Sequence[Piece],
    heard: Sequence[int],
    starts: list[int],
    k: int,
    duration_ms: int | None,
) -> None:
    """Let piece `k` borrow time for its shortest duration: of the next first, then of the one before.

    The profile's tolerance of sync bounds it, but not for captions that would flash by unread.
    """
    end = duration_ms if duration_ms is not None else starts[-1] + limits.max_duration_ms
    for least, tolerance in ((0, limits.early_ms), (limits.least_duration_ms, limits.max_duration_ms)):
        window, after, before = (
            _spare(script, limits, pieces, starts, n, end, least) for n in (k, k + 1, k - 1)
        )
        if window >= 0:
            return
        if k + 1 < len(starts):
            later = max(0, min(-window, tolerance - (starts[k + 1] - heard[k + 1]), after))
            starts[k + 1] += later
            window += later
        starts[k] -= max(0, min(-window, tolerance - (heard[k] - starts[k]), before))


def _spare(
    script: Script,
    limits: Limits,
    pieces: Sequence[Piece],
    starts: Sequence[int],
    n: int,
    end: int,
    least: int,
) -> int:
    """How much longer than it must be piece `n` can be shown before the next; negative when time is missing.

    It must be shown for `least` ms, or when that is 0 for its shortest duration. Before the first there is
    silence.
    """
    if n < 0:
        return starts[0]
    if n >= len(starts):
        return 0
    until = starts[n + 1] - limits.min_gap_ms if n + 1 < len(starts) else end
    return until - starts[n] - (least or script.shortest_ms(pieces[n].first, pieces[n].last))


def _pull_inside(starts: list[int], duration_ms: int | None) -> None:
    """Starts behind the end of the recording come back inside, still rising."""
    latest = duration_ms
    for k in range(len(starts) - 1, -1, -1):
        if latest is None or starts[k] < latest:
            break
        starts[k] = max(k, latest - min(CLOSEST_STARTS_MS, max(1, latest // (k + 1))))
        latest = starts[k]


def _ends(script: Script, limits: Limits, pieces: Sequence[Piece], starts: Sequence[int]) -> list[int]:
    """Sweep over the starts: every caption stays as long as it wants to, or until one comes that it must
    yield to."""
    ends = [_wanted(script, limits, piece, start) for piece, start in zip(pieces, starts, strict=True)]
    on_screen: list[int] = []
    for k, start in enumerate(starts):
        on_screen = [n for n in on_screen if ends[n] + limits.open_gap_ms > start]
        for n in list(on_screen):
            goes_on = _said_until(script, pieces[n]) > start + GOES_ON_MS
            unread = start - limits.min_gap_ms - starts[n] < _needed(script, pieces[n])
            if ends[n] > start and (goes_on or unread) and at_once(script, pieces[n], pieces[k]):
                continue
            ends[n] = _yielded(script, limits, pieces[n], starts[n], ends[n], start)
            on_screen.remove(n)
        if len(on_screen) >= MOST_AT_ONCE:
            seen = [n for n in on_screen if start - limits.min_gap_ms - starts[n] >= limits.least_duration_ms]
            if seen:
                fullest = max(seen, key=lambda n: _dispensable(script, pieces[n], starts[n], start))
                ends[fullest] = min(ends[fullest], start - limits.min_gap_ms)
                on_screen.remove(fullest)
        on_screen.append(k)
    for k, following in enumerate(starts[1:]):
        # One that yielded to a third may end a hair before the second, with less than the gap between them.
        if following - limits.min_gap_ms < ends[k] < following:
            ends[k] = max(following - limits.min_gap_ms, starts[k] + 1)
    return ends


def _needed(script: Script, piece: Piece) -> int:
    needed = max(script.needed_ms(piece.first, piece.last), script.shortest_ms(piece.first, piece.last))
    return int(needed + 0.999)


def _snap(
    script: Script, limits: Limits, pieces: Sequence[Piece], starts: list[int], ends: list[int]
) -> None:
    """Move starts onto a cut and ends to just before one, as far as sync, speech and neighbours allow.

    Netflix Timing Guidelines, BBC §6.1: a caption that changes shortly before or after a cut is seen twice.
    """
    for k, piece in enumerate(pieces):
        cut = _nearest(script.shots, starts[k])
        heard = script.starts[piece.first]
        free = starts[k - 1] if k else 0
        until = min(ends[k] - 1, starts[k + 1] if k + 1 < len(starts) else ends[k])
        if cut is not None and abs(cut - heard) <= limits.early_ms and free < cut <= until:
            if k and ends[k - 1] <= starts[k]:
                ends[k - 1] = min(ends[k - 1], max(cut - limits.min_gap_ms, starts[k - 1] + 1))
            starts[k] = cut
    for k, piece in enumerate(pieces):
        cut = _nearest(script.shots, ends[k])
        if cut is None or abs(cut - ends[k]) > SHOT_REACH_MS:
            continue
        end = cut - limits.min_gap_ms
        earliest = min(ends[k], max(_said_until(script, piece), starts[k] + _needed(script, piece)))
        latest = starts[k] + limits.max_duration_ms
        if k + 1 < len(pieces) and starts[k + 1] >= ends[k]:
            latest = min(latest, starts[k + 1] - limits.min_gap_ms)
        if earliest <= end <= latest:
            ends[k] = end


def _nearest(shots: Sequence[int], time_ms: int) -> int | None:
    at = bisect_left(shots, time_ms)
    return min(shots[max(0, at - 1) : at + 1], key=lambda shot: abs(shot - time_ms), default=None)


def _said_until(script: Script, piece: Piece) -> int:
    return max(script.ends[piece.first : piece.last])


def _dispensable(script: Script, piece: Piece, start: int, now: int) -> tuple[bool, float]:
    """How readily a caption goes for another: first when all of it was said, then by how well it was seen."""
    return _said_until(script, piece) <= now + GOES_ON_MS, (now - start) / _needed(script, piece)


def _wanted(script: Script, limits: Limits, piece: Piece, start: int) -> int:
    """Where a caption would end if nothing followed."""
    said_until = _said_until(script, piece)
    shortest = script.shortest_ms(piece.first, piece.last)
    comfortable = max(start + _needed(script, piece), said_until + limits.linger_ms)
    wanted = min(comfortable, max(said_until + limits.stretch_ms, start + shortest))
    return min(wanted, start + limits.max_duration_ms)


def _yielded(script: Script, limits: Limits, piece: Piece, start: int, end: int, next_start: int) -> int:
    """The end before a caption that comes at `next_start`, with the gap between them as the profile wants
    it."""
    latest = max(next_start - limits.min_gap_ms, min(next_start, start + 1))
    end = min(end, latest)
    if next_start - end >= limits.open_gap_ms or end >= latest:
        return end
    said_until = _said_until(script, piece)
    opened = next_start - limits.open_gap_ms
    if opened >= max(said_until, start + _needed(script, piece)):
        return opened
    return min(latest, max(end, start + limits.max_duration_ms))


def at_once(script: Script, piece: Piece, following: Piece) -> bool:
    """Whether two known people really speak at once, so that both captions may stand on screen together.

    A moment at a change of turns does not count, unless the first would have no time to be read.
    """
    ours = set(script.speakers[piece.first : piece.last])
    theirs = set(script.speakers[following.first : following.last])
    if None in ours or None in theirs or not ours.isdisjoint(theirs):
        return False
    start = script.starts[following.first]
    roomy = start - script.starts[piece.first] >= script.shortest_ms(piece.first, piece.last)
    return _said_until(script, piece) - start > (REAL_OVERLAP_MS if roomy else 0)
