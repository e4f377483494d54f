"""Absent text: mark passages of the given text that the recording does not contain, such as a scene that was cut out.

The aligner lists words that were not found. Where there is not even time enough to say them, they were not said: such passages
get the kind `absent`, and captions do not show them. Where there is time, or music or noise that may hide speech, the aligner
may have failed and they stay, for to lose what is said is worse than to show what is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pipeline.stages.align import interpolate
from pipeline.timing import Span, covered_ms, gaps
from pipeline.transcript import Aligned, Kind, Token

# Text cannot have been said where speech lasts for less than this share of the time that the text would take. Set by hand.
MAX_SPEECH_SHARE = 0.25
# Text that would take less time is never marked: it may be hidden in the spans of the words around it.
MIN_TEXT_MS = 2000
# With less room than this share of the time that the text would take nobody says it, whatever else is heard: the fastest
# talkers need more than half.
MIN_ROOM_SHARE = 0.5
# Stretches without speech that are shorter than this are pauses between words, and need not be silent.
MIN_SILENCE_MS = 1500


def marked(
    aligned: Aligned, speech: Sequence[Span], is_still: Callable[[Span], bool] | None = None
) -> Aligned:
    """The alignment with the words that are surely not in the recording given the kind `absent`.

    `speech` are the regions of speech, in order; without any nothing is known, and nothing is marked. `is_still` says of a
    stretch without speech whether it holds no other sound either.
    """
    tokens = list(aligned.tokens)
    for first, last in _passages(aligned) if speech else ():
        if _cannot_be_said(tokens, first, last, speech, is_still):
            tokens[first:last] = (replace(t, kind=Kind.ABSENT) for t in tokens[first:last])
    return replace(aligned, tokens=tuple(tokens))


def _passages(aligned: Aligned) -> Iterator[tuple[int, int]]:
    """The ranges of tokens `[first, last)` that were not found, joined over the sound descriptions between them."""
    first = last = 0
    for passage in aligned.report.text_without_speech:
        between = aligned.tokens[last : passage.first]
        if last > first and all(t.kind in (Kind.SOUND, Kind.UNCLEAR) for t in between):
            last = passage.last
            continue
        if last > first:
            yield first, last
        first, last = passage.first, passage.last
    if last > first:
        yield first, last


def _cannot_be_said(
    tokens: Sequence[Token],
    first: int,
    last: int,
    speech: Sequence[Span],
    is_still: Callable[[Span], bool] | None,
) -> bool:
    needed_ms = interpolate.needed_ms([t for t in tokens[first:last] if t.kind is Kind.WORD])
    start = tokens[first - 1].span.end_ms if first else 0
    end = tokens[last].span.start_ms if last < len(tokens) else max(start, speech[-1].end_ms)
    room = Span(start, max(start, end))
    spoken_ms = covered_ms(region.clipped(room) for region in speech if region.overlap_ms(room))
    if needed_ms < MIN_TEXT_MS or spoken_ms >= MAX_SPEECH_SHARE * needed_ms:
        return False
    if is_still is None or room.duration_ms < MIN_ROOM_SHARE * needed_ms:
        return True
    return all(is_still(silence) for silence in gaps(speech, room) if silence.duration_ms >= MIN_SILENCE_MS)
