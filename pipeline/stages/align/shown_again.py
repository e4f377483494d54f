"""Text shown again: a caption that begins with what ended the one before is heard twice, or it was only shown twice.

In a file that rolls the reader has taken the repeats out. A single one may be a sentence that is said again, or a caption that
was divided in two (at the border of a segment) with its text in both halves. The sound decides: where one of the two is heard
and the other is not, the other gets the kind `absent`, and captions do not show it. Where both are heard, or neither, both stay.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.transcript import Aligned, Kind, TimeSource, Token
from pipeline.transcript.subtitles import Subtitles

# A word counts as heard from this confidence (0 to 1) on; below, its time is more likely wrong than right.
_MIN_CONFIDENCE = 0.5
# Text counts as heard when at least this share of its words is, as not heard with at most the other. Set by hand.
_MIN_HEARD_SHARE = 0.5
_MAX_UNHEARD_SHARE = 0.25


def marked(aligned: Aligned, given: Subtitles | None) -> Aligned:
    """The alignment with the words absent that a caption shows again and the sound has once."""
    tokens = list(aligned.tokens)
    for once, again in _repeats(given, tokens) if given else ():
        shares = [_heard_share(tokens, words) for words in (once, again)]
        if max(shares) < _MIN_HEARD_SHARE or min(shares) > _MAX_UNHEARD_SHARE:
            continue
        for n in once if shares[0] < shares[1] else again:
            tokens[n] = replace(tokens[n], kind=Kind.ABSENT)
    return replace(aligned, tokens=tuple(tokens))


def _repeats(given: Subtitles, tokens: Sequence[Token]) -> Iterator[tuple[list[int], list[int]]]:
    """The words of each text that comes twice: those at the end of a cue, and those at the beginning of the next."""
    at, before = 0, 0
    for cue in given.cues:
        own = range(at, at + len(cue.words))
        again = [n for n in own if cue.words[n - at].line < cue.again and tokens[n].kind is Kind.WORD]
        above = [n for n in range(before, at) if tokens[n].kind is Kind.WORD]
        once = above[len(above) - len(again) :]
        if again and [tokens[n].text for n in once] == [tokens[n].text for n in again]:
            yield once, again
        before, at = at, at + len(cue.words)


def _heard_share(tokens: Sequence[Token], words: Sequence[int]) -> float:
    heard = [
        n for n in words if tokens[n].confidence >= _MIN_CONFIDENCE and tokens[n].time_source is TimeSource.ALIGNED
    ]
    return len(heard) / len(words)
