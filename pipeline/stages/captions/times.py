"""When each caption appears and goes: on its first word, after its last, as long as reading takes and the
next allows."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.profiles import Limits
from pipeline.stages.captions.division import Piece
from pipeline.stages.captions.script import REAL_OVERLAP_MS, Script
from pipeline.timing import Span

# Two captions never begin closer together than this, whatever the words' times claim.
CLOSEST_STARTS_MS = 250
# A caption too short to be seen may come this much before its word, or make the next come this much later ...
BORROWED_MS = 250
# ... and more where it would otherwise flash by: less than this nobody can read.
FLASH_MS = 500
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
    starts = _starts(script, limits, pieces)
    _pull_inside(starts, duration_ms)
    ends = _ends(script, limits, pieces, starts)
    latest = duration_ms if duration_ms is not None else max(ends, default=0)
    return [Span(s, max(min(e, latest), s + 1)) for s, e in zip(starts, ends, strict=True)]


def _starts(script: Script, limits: Limits, pieces: Sequence[Piece]) -> list[int]:
    """The first words' onsets, moved apart where they would coincide or leave no time to see a caption."""
    heard = [max(0, script.starts[p.first]) for p in pieces]
    starts = list(heard)
    for k in range(1, len(starts)):
        starts[k] = max(starts[k], starts[k - 1] + CLOSEST_STARTS_MS)
    for k in range(len(pieces) - 1):
        if not at_once(script, pieces[k], pieces[k + 1]):
            _make_room(script, limits, pieces, heard, starts, k)
    return starts


def _make_room(
    script: Script, limits: Limits, pieces: Sequence[Piece], heard: Sequence[int], starts: list[int], k: int
) -> None:
    """Let piece `k` borrow time for its shortest duration: of the next first, then of the one before."""

    def window(n: int) -> int:
        end = starts[n + 1] - limits.min_gap_ms if n + 1 < len(starts) else starts[n] + limits.max_duration_ms
        return end - starts[n]

    def shortest(n: int) -> int:
        return script.shortest_ms(pieces[n].first, pieces[n].last)

    for wanted, tolerance, left in (
        (shortest(k), BORROWED_MS, None),
        (FLASH_MS, limits.max_duration_ms, FLASH_MS),
    ):
        missing = wanted - window(k)
        if missing <= 0:
            return
        late = starts[k + 1] - heard[k + 1]
        later = min(missing, tolerance - late, window(k + 1) - (left or shortest(k + 1)))
        starts[k + 1] += max(0, later)
        missing -= max(0, later)
        before = window(k - 1) - (left or shortest(k - 1)) if k else starts[0]
        starts[k] -= max(0, min(missing, tolerance - (heard[k] - starts[k]), before))


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
            stays = ends[n] > start and at_once(script, pieces[n], pieces[k])
            needed = _needed(script, pieces[n])
            if stays and start - limits.min_gap_ms - starts[n] < needed:
                continue
            ends[n] = _yielded(script, limits, pieces[n], starts[n], ends[n], start)
            on_screen.remove(n)
        if len(on_screen) >= MOST_AT_ONCE:
            fullest = max(on_screen, key=lambda n: (start - starts[n]) / _needed(script, pieces[n]))
            ends[fullest] = min(ends[fullest], max(start - limits.min_gap_ms, starts[fullest] + 1))
            on_screen.remove(fullest)
        on_screen.append(k)
    return ends


def _needed(script: Script, piece: Piece) -> int:
    needed = max(script.needed_ms(piece.first, piece.last), script.shortest_ms(piece.first, piece.last))
    return int(needed + 0.999)


def _wanted(script: Script, limits: Limits, piece: Piece, start: int) -> int:
    """Where a caption would end if nothing followed."""
    said_until = max(script.ends[piece.first : piece.last])
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
    said_until = max(script.ends[piece.first : piece.last])
    opened = next_start - limits.open_gap_ms
    return opened if opened >= max(said_until, start + _needed(script, piece)) else latest


def at_once(script: Script, piece: Piece, following: Piece) -> bool:
    """Whether two known people really speak at once, so that both captions may stand on screen together."""
    one, other = script.speakers[piece.last - 1], script.speakers[following.first]
    overlap_ms = max(script.ends[piece.first : piece.last]) - script.starts[following.first]
    return one is not None and other is not None and one != other and overlap_ms > REAL_OVERLAP_MS
