"""Out-times: until when each caption stays on screen, given all in-times.

A caption stays as long as reading takes and a little after its words, but goes for the next one unless both are said at once.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.profiles import Limits
from pipeline.stages.captions.features import MIN_OVERLAP_MS, Script
from pipeline.stages.captions.segmentation import Piece

# A caption stays beside somebody else's while its own words go on for longer than this. Set by hand.
MIN_SPEECH_LEFT_MS = 700
# Captions of the greatest number of lines that fit on screen together, when people talk at once.
MAX_CAPTIONS_AT_ONCE = 2


def ends_of(script: Script, limits: Limits, pieces: Sequence[Piece], starts: Sequence[int]) -> list[int]:
    """The out-time of each piece in ms, by one sweep over `starts`, which are in rising order."""
    ends = [
        _preferred_end_ms(script, limits, piece, start) for piece, start in zip(pieces, starts, strict=True)
    ]
    on_screen: list[int] = []
    spoken = 0  # when the words of all captions so far are over, in ms
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
        # A caption that ended for a later one may leave less than the least gap before the next.
        if following - limits.min_gap_ms < ends[k] < following:
            ends[k] = max(following - limits.min_gap_ms, starts[k] + 1)
    return ends


def _stays(script: Script, limits: Limits, piece: Piece, begun: int, following: Piece, start: int) -> bool:
    """Whether a caption stays beside one that appears at `start`: both are said at once, and it was not read or said yet."""
    unread = start - limits.min_gap_ms - begun < needed_ms(script, piece)
    return (speech_end_ms(script, piece) > start + MIN_SPEECH_LEFT_MS or unread) and at_once(
        script, piece, following
    )


def _would_flash(
    script: Script, limits: Limits, piece: Piece, begun: int, following: Piece, start: int
) -> bool:
    """Whether a caption of another speaker would be shown for less than the least duration if it ended for this one."""
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
    """End captions until piece `k` fits on screen: those already said and longest read first, each after the least duration."""
    gone_by = starts[k] - limits.min_gap_ms
    while on_screen and sum(_lines(pieces[n]) for n in (*on_screen, k)) > MAX_CAPTIONS_AT_ONCE * limits.lines:
        least = max(on_screen, key=lambda n: _removal_key(script, pieces[n], starts[n], starts[k]))
        ends[least] = min(ends[least], max(gone_by, starts[least] + limits.least_duration_ms))
        on_screen.remove(least)


def _lines(piece: Piece) -> int:
    return len(piece.breaks) + 1


def needed_ms(script: Script, piece: Piece) -> int:
    """The time, in ms, that a caption must be shown: its reading time, or the shortest duration if that is longer."""
    needed = max(script.needed_ms(piece.first, piece.last), script.shortest_ms(piece.first, piece.last))
    return int(needed + 0.999)


def speech_end_ms(script: Script, piece: Piece) -> int:
    """When the last of a caption's words is over, in ms."""
    return max(script.ends[piece.first : piece.last])


def _removal_key(script: Script, piece: Piece, start: int, now: int) -> tuple[bool, float]:
    """The order in which captions are ended for another: first those that are nearly said, then by the share of their time."""
    return speech_end_ms(script, piece) <= now + MIN_SPEECH_LEFT_MS, (now - start) / needed_ms(script, piece)


def _preferred_end_ms(script: Script, limits: Limits, piece: Piece, start: int) -> int:
    """The out-time of a caption that nothing follows, in ms."""
    said = speech_end_ms(script, piece)
    shortest = script.shortest_ms(piece.first, piece.last)
    comfortable = max(start + needed_ms(script, piece), said + limits.linger_ms)
    wanted = min(comfortable, max(said + limits.stretch_ms, start + shortest))
    return min(wanted, start + limits.max_duration_ms)


def _end_before_next_ms(
    script: Script, limits: Limits, piece: Piece, start: int, end: int, next_start: int, spoken: int
) -> int:
    """The out-time, in ms, before a caption that appears at `next_start`: with a gap that is seen as one, if words and reading
    leave time for it, else with the least gap. No caption opens a gap before `spoken`, while somebody still speaks."""
    latest = max(next_start - limits.min_gap_ms, min(next_start, start + 1))
    end = min(end, latest)
    if next_start - end >= limits.open_gap_ms or end >= latest:
        return end
    opened = next_start - limits.open_gap_ms
    if opened >= max(speech_end_ms(script, piece), spoken, start + needed_ms(script, piece)):
        return opened
    return min(latest, max(end, start + limits.max_duration_ms))


def at_once(script: Script, piece: Piece, following: Piece) -> bool:
    """Whether the speech of two captions of different known speakers overlaps, so that both may be on screen together.

    Overlaps up to `MIN_OVERLAP_MS` do not count, unless the first would be shown for less than its shortest duration.
    """
    if not _share_no_speaker(script, piece, following):
        return False
    start = script.starts[following.first]
    roomy = start - script.starts[piece.first] >= script.shortest_ms(piece.first, piece.last)
    return speech_end_ms(script, piece) - start > (MIN_OVERLAP_MS if roomy else 0)


def _share_no_speaker(script: Script, piece: Piece, other: Piece) -> bool:
    """Whether all speakers of two captions are known, and none speaks in both."""
    ours = set(script.speakers[piece.first : piece.last])
    theirs = set(script.speakers[other.first : other.last])
    return None not in ours and None not in theirs and ours.isdisjoint(theirs)
