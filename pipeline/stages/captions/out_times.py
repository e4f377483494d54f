"""Until when captions stay, given when they come: each as long as it wants to, or until one comes that it must
yield to."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.profiles import Limits
from pipeline.stages.captions.features import MIN_OVERLAP_MS, Script
from pipeline.stages.captions.segmentation import Piece

# A caption does not yield to somebody else's while its own words go on longer than this.
MIN_SPEECH_LEFT_MS = 700
# So many full captions fit on screen at once when people talk at once.
MAX_CAPTIONS_AT_ONCE = 2


def ends_of(script: Script, limits: Limits, pieces: Sequence[Piece], starts: Sequence[int]) -> list[int]:
    """The end of each piece in ms, for starts that rise: one sweep over the starts."""
    ends = [
        _preferred_end_ms(script, limits, piece, start) for piece, start in zip(pieces, starts, strict=True)
    ]
    on_screen: list[int] = []
    spoken = 0  # until when anybody speaks whose caption came already
    for k, start in enumerate(starts):
        on_screen = [n for n in on_screen if ends[n] + limits.open_gap_ms > start]
        for n in list(on_screen):
            if ends[n] > start and _stays(script, limits, pieces[n], starts[n], pieces[k], start):
                continue
            if ends[n] > start and _would_flash(script, limits, pieces[n], starts[n], pieces[k], start):
                ends[n] = starts[n] + limits.least_duration_ms
                continue
            ends[n] = _end_before_next_ms(script, limits, pieces[n], starts[n], ends[n], start, spoken)
            on_screen.remove(n)
        _make_room(script, limits, pieces, starts, ends, on_screen, k)
        on_screen.append(k)
        spoken = max(spoken, speech_end_ms(script, pieces[k]))
    for k, following in enumerate(starts[1:]):
        # One that yielded to a third may end a hair before the second, with less than the gap between them.
        if following - limits.min_gap_ms < ends[k] < following:
            ends[k] = max(following - limits.min_gap_ms, starts[k] + 1)
    return ends


def _stays(script: Script, limits: Limits, piece: Piece, begun: int, following: Piece, start: int) -> bool:
    """Whether a caption stays beside one that comes at `start`: both are said at once, and it is not done."""
    unread = start - limits.min_gap_ms - begun < needed_ms(script, piece)
    return (speech_end_ms(script, piece) > start + MIN_SPEECH_LEFT_MS or unread) and at_once(
        script, piece, following
    )


def _would_flash(
    script: Script, limits: Limits, piece: Piece, begun: int, following: Piece, start: int
) -> bool:
    """Whether a caption of somebody else would be gone before anybody saw it, were it to yield now."""
    return start - limits.min_gap_ms - begun < limits.least_duration_ms and _share_no_speaker(
        script, piece, following
    )


def _make_room(
    script: Script,
    limits: Limits,
    pieces: Sequence[Piece],
    starts: Sequence[int],
    ends: list[int],
    on_screen: list[int],
    k: int,
) -> None:
    """Make room for piece `k` until all lines fit: the most dispensable captions go, but not before they were seen."""
    gone_by = starts[k] - limits.min_gap_ms
    while on_screen and sum(_lines(pieces[n]) for n in (*on_screen, k)) > MAX_CAPTIONS_AT_ONCE * limits.lines:
        least = max(on_screen, key=lambda n: _removal_key(script, pieces[n], starts[n], starts[k]))
        ends[least] = min(ends[least], max(gone_by, starts[least] + limits.least_duration_ms))
        on_screen.remove(least)


def _lines(piece: Piece) -> int:
    return len(piece.breaks) + 1


def needed_ms(script: Script, piece: Piece) -> int:
    """How long a caption must be shown to be read, and to be seen."""
    needed = max(script.needed_ms(piece.first, piece.last), script.shortest_ms(piece.first, piece.last))
    return int(needed + 0.999)


def speech_end_ms(script: Script, piece: Piece) -> int:
    """When the last of its words is over."""
    return max(script.ends[piece.first : piece.last])


def _removal_key(script: Script, piece: Piece, start: int, now: int) -> tuple[bool, float]:
    """How readily a caption goes for another: first when all of it was said, then by how well it was seen."""
    return speech_end_ms(script, piece) <= now + MIN_SPEECH_LEFT_MS, (now - start) / needed_ms(script, piece)


def _preferred_end_ms(script: Script, limits: Limits, piece: Piece, start: int) -> int:
    """Where a caption would end if nothing followed."""
    said = speech_end_ms(script, piece)
    shortest = script.shortest_ms(piece.first, piece.last)
    comfortable = max(start + needed_ms(script, piece), said + limits.linger_ms)
    wanted = min(comfortable, max(said + limits.stretch_ms, start + shortest))
    return min(wanted, start + limits.max_duration_ms)


def _end_before_next_ms(
    script: Script, limits: Limits, piece: Piece, start: int, end: int, next_start: int, spoken: int
) -> int:
    """The end before a caption that comes at `next_start`, with the gap between them as the profile wants it; `spoken`
    is until when somebody speaks, with no caption perhaps but this."""
    latest = max(next_start - limits.min_gap_ms, min(next_start, start + 1))
    end = min(end, latest)
    if next_start - end >= limits.open_gap_ms or end >= latest:
        return end
    opened = next_start - limits.open_gap_ms
    if opened >= max(speech_end_ms(script, piece), spoken, start + needed_ms(script, piece)):
        return opened
    return min(latest, max(end, start + limits.max_duration_ms))


def at_once(script: Script, piece: Piece, following: Piece) -> bool:
    """Whether two known people really speak at once, so that both captions may stand on screen together.

    A moment at a change of turns does not count, unless the first would have no time to be read.
    """
    if not _share_no_speaker(script, piece, following):
        return False
    start = script.starts[following.first]
    roomy = start - script.starts[piece.first] >= script.shortest_ms(piece.first, piece.last)
    return speech_end_ms(script, piece) - start > (MIN_OVERLAP_MS if roomy else 0)


def _share_no_speaker(script: Script, piece: Piece, other: Piece) -> bool:
    """Whether all who speak in two captions are known, and nobody speaks in both."""
    ours = set(script.speakers[piece.first : piece.last])
    theirs = set(script.speakers[other.first : other.last])
    return None not in ours and None not in theirs and ours.isdisjoint(theirs)
