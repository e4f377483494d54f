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
    starts = _starts(script, pieces, duration_ms)
    found = []
    for k, piece in enumerate(pieces):
        following = pieces[k + 1] if k + 1 < len(pieces) else None
        following_start = starts[k + 1] if following else None
        end = _end(script, limits, piece, starts[k], following, following_start)
        if duration_ms is not None:
            end = min(end, duration_ms)
        found.append(Span(starts[k], max(end, starts[k] + 1)))
    return found


def _starts(script: Script, pieces: Sequence[Piece], duration_ms: int | None) -> list[int]:
    """The first words' onsets, moved apart where they would coincide, and kept inside the recording."""
    starts: list[int] = []
    for piece in pieces:
        start = max(0, script.starts[piece.first])
        starts.append(max(start, starts[-1] + CLOSEST_STARTS_MS) if starts else start)
    latest = duration_ms
    for k in range(len(starts) - 1, -1, -1):
        if latest is None or starts[k] < latest:
            break
        starts[k] = max(k, latest - min(CLOSEST_STARTS_MS, max(1, latest // (k + 1))))
        latest = starts[k]
    return starts


def _end(
    script: Script,
    limits: Limits,
    piece: Piece,
    start: int,
    following: Piece | None,
    following_start: int | None,
) -> int:
    spoken_until = max(script.ends[piece.first : piece.last])
    needed = max(script.needed_ms(piece.first, piece.last), script.shortest_ms(piece.first, piece.last))
    comfortable = max(start + int(needed + 0.999), spoken_until + limits.linger_ms)
    wanted = min(
        comfortable,
        max(spoken_until + limits.stretch_ms, start + script.shortest_ms(piece.first, piece.last)),
    )
    wanted = min(
        wanted, max(start + limits.max_duration_ms, min(spoken_until, start + limits.max_duration_ms))
    )
    if following is None or following_start is None:
        return wanted
    latest = following_start - limits.min_gap_ms
    if spoken_until > latest and _may_overlap(script, piece, following) and (latest - start) < needed:
        return wanted
    latest = max(latest, min(following_start, start + 1))
    return _closed(
        limits, min(wanted, latest), latest, following_start, max(spoken_until, start + int(needed))
    )


def _closed(limits: Limits, end: int, latest: int, following_start: int, earliest: int) -> int:
    """The end with its gap to the next caption made what the profile wants: closed, or long enough to be
    seen."""
    if end >= latest or following_start - end >= limits.open_gap_ms:
        return end
    opened = following_start - limits.open_gap_ms
    if opened >= earliest:
        return opened
    return latest


def _may_overlap(script: Script, piece: Piece, following: Piece) -> bool:
    """Two captions may stand on screen together when two known people really speak at once."""
    one, other = script.speakers[piece.last - 1], script.speakers[following.first]
    overlap_ms = max(script.ends[piece.first : piece.last]) - script.starts[following.first]
    return one is not None and other is not None and one != other and overlap_ms > REAL_OVERLAP_MS
