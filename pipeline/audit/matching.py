"""Word alignment: which word of the captions is which word of the transcript, on
which every rule about sync and completeness rests.

Three passes, from sure to less sure: passages in the same order on both sides; whole captions, where their words
stand in a row near the time that the passages make likely; single words said while their caption is on screen. The
second pass is for people who talk at once: they stand in another order in captions than in a transcript.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise
from statistics import median

from pipeline.audit.model import ShownCue, SpokenWord
from pipeline.formats.readers import sounds
from pipeline.timing import Span
from pipeline.words import bare_word, plain_characters, without_invisible

# Gaps between matching blocks are compared word by word up to this many pairs of words, 500 on 500; in a longer gap
# nothing is the same any more. Chosen.
MAX_COMPARED_PAIRS = 250_000
# A whole caption is looked for this near to the time at which its neighbours' lateness puts it; chosen.
CAPTION_WINDOW_MS = 2500
# A single word is looked for this near to its caption; chosen.
WORD_WINDOW_MS = 1000
# Lateness is the median over so many captions on either side; chosen.
LATENESS_NEIGHBOURS = 15
_NOT_SPOKEN = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|[♪♫#]")
_WORD = re.compile(r"[^\W_]+(?:['.-][^\W_]+)*")


@dataclass(frozen=True)
class Match:
    """The alignment: `of_cue[number]` lists for each spoken word of a caption
    the index of the transcript's word, or None.

    `found` says for each word of the transcript whether a caption holds it.
    """

    of_cue: dict[int, list[int | None]]
    found: list[bool]


@dataclass(frozen=True)
class _WordSequences:
    """Captions and reference as plain words: `cue_of[a]` is the caption of caption word `a`; `index[b]`
    and `spans[b]` are the transcript's index and the time of reference word `b`."""

    caption_words: list[str]
    cue_of: list[ShownCue]
    reference: list[str]
    index: list[int]
    spans: list[Span]


def match(cues: tuple[ShownCue, ...], words: tuple[SpokenWord, ...]) -> Match:
    """Align the words of captions, in their order, with the words of a transcript, in theirs."""
    sequences = _word_sequences(cues, words)
    pairs = _pair_captions(sequences, _pair_passages(sequences.caption_words, sequences.reference))
    _pair_words(sequences, pairs)
    of_cue: dict[int, list[int | None]] = {cue.number: [] for cue in cues}
    found = [word.is_sound or not _WORD.search(word.text) for word in words]
    for a, cue in enumerate(sequences.cue_of):
        b = pairs.get(a)
        of_cue[cue.number].append(None if b is None else sequences.index[b])
        if b is not None:
            found[sequences.index[b]] = True
    return Match(of_cue, found)


def _word_sequences(cues: Sequence[ShownCue], words: Sequence[SpokenWord]) -> _WordSequences:
    caption_words = [(word, cue) for cue in cues for word in spoken_words(cue)]
    reference = [
        (bare_word(part), number)
        for number, spoken in enumerate(words)
        for part in ([] if spoken.is_sound else _WORD.findall(_plain(spoken.text)))
    ]
    return _WordSequences(
        [word for word, _ in caption_words],
        [cue for _, cue in caption_words],
        [word for word, _ in reference],
        [number for _, number in reference],
        [words[number].span for _, number in reference],
    )


def spoken_words(cue: ShownCue) -> list[str]:
    """The words of a caption that are said, lower case and without punctuation: no labels, sounds or music signs."""
    return [bare_word(word) for word in written_words(cue)]


def written_words(cue: ShownCue) -> list[str]:
    """The same words as they are written, each with the sign that follows it."""
    lines = (_NOT_SPOKEN.sub(" ", _plain(line)) for line in cue.bare_lines)
    text = " ".join(w for line in lines for w in line.split() if not sounds.is_unclear_mark(w))
    return [text[m.start() : m.end() + 1].rstrip() for m in _WORD.finditer(text)]


def _plain(text: str) -> str:
    return plain_characters(without_invisible(text))


def _pair_passages(caption_words: list[str], reference: list[str]) -> dict[int, int]:
    """Pairs of equal words: long common passages first, by words that are
    rare; then what lies between them, word by word."""
    pairs: dict[int, int] = {}
    at_a = at_b = 0
    for a, b, size in SequenceMatcher(None, caption_words, reference).get_matching_blocks():
        if a > at_a and b > at_b and (a - at_a) * (b - at_b) <= MAX_COMPARED_PAIRS:
            inner = SequenceMatcher(None, caption_words[at_a:a], reference[at_b:b], autojunk=False)
            for x, y, length in inner.get_matching_blocks():
                pairs.update({at_a + x + k: at_b + y + k for k in range(length)})
        pairs.update({a + k: b + k for k in range(size)})
        at_a, at_b = a + size, b + size
    return pairs


def _pair_captions(sequences: _WordSequences, pairs: dict[int, int]) -> dict[int, int]:
    """Pairs of whole captions whose words stand in a row in the transcript,
    nearest to when they should, long ones first."""
    captions = _ranges_of_captions(sequences.cue_of)
    lateness = _Lateness(sequences, captions, pairs)
    places: dict[str, list[int]] = {}
    for b, word in enumerate(sequences.reference):
        places.setdefault(word, []).append(b)
    result: dict[int, int] = {}
    taken: set[int] = set()
    for first, last in sorted(captions, key=lambda c: (c[0] - c[1], c[0])):
        words = sequences.caption_words[first:last]
        expected = sequences.cue_of[first].span.start_ms - lateness(sequences.cue_of[first].span.start_ms)
        best = None
        for b in places.get(words[0], ()):
            off = abs(sequences.spans[b].start_ms - expected)
            if off > CAPTION_WINDOW_MS or (best is not None and off >= best[0]):
                continue
            if sequences.reference[b : b + len(words)] == words and taken.isdisjoint(
                range(b, b + len(words))
            ):
                best = (off, b)
        if best is not None:
            result.update({first + k: best[1] + k for k in range(len(words))})
            taken.update(range(best[1], best[1] + len(words)))
    result.update({a: b for a, b in pairs.items() if a not in result and b not in taken})
    return result


def _ranges_of_captions(cue_of: Sequence[ShownCue]) -> list[tuple[int, int]]:
    """The half-open range of words of each caption that has any."""
    starts = [a for a in range(len(cue_of)) if a == 0 or cue_of[a] is not cue_of[a - 1]]
    return list(pairwise([*starts, len(cue_of)]))


class _Lateness:
    """How much later than the words the captions are around a time, in
    milliseconds: the median of neighbours that surely match."""

    def __init__(
        self, sequences: _WordSequences, captions: list[tuple[int, int]], pairs: dict[int, int]
    ) -> None:
        sure = sorted(
            (
                sequences.cue_of[a].span.start_ms,
                sequences.cue_of[a].span.start_ms - sequences.spans[pairs[a]].start_ms,
            )
            for a, last in captions
            if last - a >= 4 and all(pairs.get(a + k) == pairs.get(a, -last) + k for k in range(last - a))
        )
        self._times = [time for time, _ in sure]
        self._offsets = [offset for _, offset in sure]

    def __call__(self, time_ms: int) -> float:
        at = bisect_left(self._times, time_ms)
        near = self._offsets[max(0, at - LATENESS_NEIGHBOURS) : at + LATENESS_NEIGHBOURS]
        return median(near) if near else 0.0


def _pair_words(sequences: _WordSequences, pairs: dict[int, int]) -> None:
    """Pair what is left with an equal word said while its caption is on screen, or nearly."""
    taken = set(pairs.values())
    free: dict[str, list[int]] = {}
    for b, word in enumerate(sequences.reference):
        if b not in taken:
            free.setdefault(word, []).append(b)
    for a, word in enumerate(sequences.caption_words):
        candidates = [] if a in pairs else free.get(word, [])
        shown = sequences.cue_of[a].span
        near = next((b for b in candidates if sequences.spans[b].gap_ms(shown) <= WORD_WINDOW_MS), None)
        if near is not None:
            pairs[a] = near
            candidates.remove(near)
