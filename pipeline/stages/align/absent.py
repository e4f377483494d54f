"""Text that came with a recording and is not in it: a passage that was cut out of the video and not out of the subtitles.

The aligner lists words that are nowhere to be heard. Where there is not even time enough to say them, they were not said:
such passages are marked `absent`, and captions do not show them. Where there is time, the ear may have failed, and they stay:
also where music or noise may hide somebody who speaks, for to lose what is said is worse than to show what is not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from pipeline.timing import Span, covered_ms, gaps
from pipeline.transcript import Aligned, Kind, Token

# What a letter takes in fluent speech.
MS_PER_LETTER = 65
# With less speech than this share of what the text would take, it cannot have been said, however fast.
MOST_SPEECH = 0.25
# Shorter text might be swallowed by the words around it.
LEAST_MS = 2000
# With less time than this share of what the text would take nobody says it, whatever else is heard: the fastest talkers
# need more than half.
LEAST_ROOM = 0.5
# Stretches shorter than this without speech are pauses between words.
PAUSE_MS = 1500


def marked(
    aligned: Aligned, speech: Sequence[Span], is_still: Callable[[Span], bool] | None = None
) -> Aligned:
    """The alignment with the words that are surely not in the recording marked as absent.

    `speech` are the regions of speech, in order; without any nothing is known, and nothing is marked. `is_still` listens
    whether anything is heard in a stretch in which nobody seems to speak.
    """
    tokens = list(aligned.tokens)
    for first, last in _passages(aligned) if speech else ():
        if _cannot_be_said(tokens, first, last, speech, is_still):
            tokens[first:last] = (replace(t, kind=Kind.ABSENT) for t in tokens[first:last])
    return replace(aligned, tokens=tuple(tokens))


def _passages(aligned: Aligned) -> Iterator[tuple[int, int]]:
    """Passages of text without speech, joined over the sounds between them."""
    first = last = 0
    for passage in aligned.report.text_without_speech:
        between = aligned.tokens[last : passage.first]
        if last > first and all(t.kind is Kind.SOUND for t in between):
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
    needed_ms = MS_PER_LETTER * sum(len(t.text) + 1 for t in tokens[first:last] if t.kind is Kind.WORD)
    start = tokens[first - 1].span.end_ms if first else 0
    end = tokens[last].span.start_ms if last < len(tokens) else max(start, speech[-1].end_ms)
    room = Span(start, max(start, end))
    spoken_ms = covered_ms(region.clipped(room) for region in speech if region.overlap_ms(room))
    if needed_ms < LEAST_MS or spoken_ms >= MOST_SPEECH * needed_ms:
        return False
    if is_still is None or room.duration_ms < LEAST_ROOM * needed_ms:
        return True
    return all(is_still(bare) for bare in gaps(speech, room) if bare.duration_ms >= PAUSE_MS)
