"""Anchors: words of the text that a recognizer, which did not know it, heard in the sound (cf. Moreno et al. 1998).

What was heard is mostly wrong where the sound is bad, so single words prove nothing: runs of words that stand only once on either
side are matched first, the longest first, in the order of both, and grow by the words that agree beside them.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipeline.english.verbalize import spoken_words
from pipeline.timing import Span, shares_by_letters
from pipeline.transcript import Kind, Token
from pipeline.transcript.subtitles import SubtitlesWord

# Runs of fewer words are too common in any talk to tell one place from another. A choice.
MIN_RUN = 3
# The longest run that is looked for at first: those that are longer grow. A choice.
_LONGEST_RUN = 6


@dataclass(frozen=True, slots=True)
class Said:
    """One spoken word: of the text, with the index of its written word, or of what was heard, with its time (in a
    text, none)."""

    spoken: str
    token: int
    span: Span


@dataclass(frozen=True, slots=True)
class Anchor:
    """A run of the same spoken words in the text, from `first` on, and in what was heard, from `heard` on."""

    first: int
    heard: int
    length: int

    @property
    def last(self) -> int:
        """The index behind the last word of the run in the text."""
        return self.first + self.length


def said_in_text(words: Sequence[SubtitlesWord], first: int = 0, last: int | None = None) -> list[Said]:
    """The spoken words of the given ones from `first` to before `last`."""
    last = len(words) if last is None else last
    return [
        Said(spoken, n, Span(0, 0))
        for n in range(first, last)
        if words[n].kind is Kind.WORD
        for spoken in spoken_words(words[n].spoken or words[n].text)
    ]


def said_in_sound(tokens: Sequence[Token]) -> list[Said]:
    """The spoken words of recognized ones, in order of time; those of one token share its time by their letters."""
    found = []
    for n, token in enumerate(sorted(tokens, key=lambda t: t.span)):
        spoken = spoken_words(token.text)
        for word, span in zip(spoken, shares_by_letters(token.span, spoken), strict=True):
            found.append(Said(word, n, span))
    return found


def anchors(text: Sequence[Said], heard: Sequence[Said]) -> list[Anchor]:
    """The runs that the text and what was heard share, in the order of both; none overlap."""
    own, other = [w.spoken for w in text], [w.spoken for w in heard]
    return sorted(_between(own, other, (0, len(own)), (0, len(other))), key=lambda a: a.first)


def _between(
    own: Sequence[str], other: Sequence[str], text: tuple[int, int], heard: tuple[int, int]
) -> Iterator[Anchor]:
    """The anchors within a range of the text and of what was heard: runs that stand once in either, the longest first."""
    for length in range(_LONGEST_RUN, MIN_RUN - 1, -1):
        pairs = _rising(_unique_runs(own, other, text, heard, length))
        if not pairs:
            continue
        low, below = text[0], heard[0]
        for first, at in pairs:
            if first < low or at < below:
                continue  # inside the run before it, which grew over it
            grown = _grown(own, other, Anchor(first, at, length), (low, text[1]), (below, heard[1]))
            yield from _between(own, other, (low, grown.first), (below, grown.heard))
            yield grown
            low, below = grown.last, grown.heard + grown.length
        yield from _between(own, other, (low, text[1]), (below, heard[1]))
        return


def _unique_runs(
    own: Sequence[str], other: Sequence[str], text: tuple[int, int], heard: tuple[int, int], length: int
) -> list[tuple[int, int]]:
    """Where the runs of so many words begin that stand once in both ranges, in the order of the text."""
    places: tuple[dict[tuple[str, ...], list[int]], ...] = defaultdict(list), defaultdict(list)
    for words, (low, high), found in zip((own, other), (text, heard), places, strict=True):
        for n in range(low, high - length + 1):
            found[tuple(words[n : n + length])].append(n)
    return sorted(
        (at[0], there[0])
        for run, at in places[0].items()
        if len(at) == 1 and len(there := places[1].get(run, [])) == 1
    )


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest part of the pairs whose second numbers rise too (Fredman 1975)."""
    ends: list[int] = []
    last_of: list[int] = []
    before: list[int] = []
    for n, (_, there) in enumerate(pairs):
        at = bisect_left(ends, there)
        before.append(last_of[at - 1] if at else -1)
        ends[at : at + 1], last_of[at : at + 1] = [there], [n]
    found, n = [], last_of[-1] if last_of else -1
    while n >= 0:
        found.append(pairs[n])
        n = before[n]
    return found[::-1]


def _grown(
    own: Sequence[str], other: Sequence[str], run: Anchor, text: tuple[int, int], heard: tuple[int, int]
) -> Anchor:
    """The run with the words on either side that agree too, within the ranges."""
    first, at, last, end = run.first, run.heard, run.last, run.heard + run.length
    while first > text[0] and at > heard[0] and own[first - 1] == other[at - 1]:
        first, at = first - 1, at - 1
    while last < text[1] and end < heard[1] and own[last] == other[end]:
        last, end = last + 1, end + 1
    return Anchor(first, at, last - first)
