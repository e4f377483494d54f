"""How a decision finds its words again after another recognizer, alignment or lexicon: by text, neighbours and time.

Words are compared without case and punctuation, divided at white space, whatever tokens they stand in. A place is
believed when its text is the anchor's and either its neighbours are the same too or it is where it was; passages that
need not be word for word the same are found by most of their words and both their edges.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import Protocol

from pipeline.edits.model import Anchor
from pipeline.timing import hull
from pipeline.transcript import Token
from pipeline.words import letters_of

CONTEXT_WORDS = 5
# Words are looked for this far from where they were; beyond, only when their neighbours leave no doubt.
REACH_MS = 15_000
# The same word this near to where it was is the same word, whatever became of its neighbours.
SAME_PLACE_MS = 400
# Neighbours that agree at least so well (0 to 1, the nearest counting most) on one side prove a place.
PROOF = 0.6
# Of a passage at least this share of words must be there still; more than that, unless both its edges are known.
MOST_OF_IT = 0.5
# Among the words of a passage, up to twice as many as they were, so many others may have come in.
MORE_WORDS = 2
# Two places that are equally good are told apart by time, but no further from it than this.
AMBIGUOUS_BEYOND_MS = 5000


class Timed(Protocol):
    """Something that holds a token."""

    @property
    def token(self) -> Token: ...


@dataclass(frozen=True, slots=True)
class Located:
    """Items `[first, last)` hold the anchor's words; empty at an anchor without text.

    `agreement` says how well the neighbours agree, 0 to 2.
    """

    first: int
    last: int
    agreement: float = 0.0


@dataclass(frozen=True, slots=True)
class Missing:
    """Why the words cannot be found; items `[first, last)` are what stands in their place, if that is known."""

    why: str
    first: int = 0
    last: int = 0


@lru_cache(maxsize=65536)
def keys_of(text: str) -> tuple[str, ...]:
    """A text's words as they are compared: small letters and digits, or the sign itself where there are none."""
    return tuple(letters_of(word) or word for word in text.split())


def make(tokens: Sequence[Token], first: int, last: int) -> Anchor:
    """The anchor of tokens `[first, last)`; of the place before `first` when there are none."""
    before = " ".join(t.text for t in tokens[max(0, first - CONTEXT_WORDS) : first]).split()
    after = " ".join(t.text for t in tokens[last : last + CONTEXT_WORDS]).split()
    chosen = tokens[first:last]
    if chosen:
        span = hull(t.span for t in chosen)
        start_ms, end_ms = span.start_ms, span.end_ms
    else:
        start_ms = tokens[first - 1].span.end_ms if first else 0
        end_ms = max(start_ms, tokens[first].span.start_ms) if first < len(tokens) else start_ms
    return Anchor(
        " ".join(t.text for t in chosen), start_ms, end_ms,
        " ".join(before[-CONTEXT_WORDS:]), " ".join(after[:CONTEXT_WORDS]),
    )  # fmt: skip


class Window:
    """Items `[low, high)` of a sequence as a flat list of comparable words."""

    def __init__(self, items: Sequence[Timed], low: int, high: int) -> None:
        self.items, self.low, self.high = items, low, high
        self.words: list[str] = []
        self.owner: list[int] = []  # the item each word stands in
        for index in range(low, high):
            for key in keys_of(items[index].token.text):
                self.words.append(key)
                self.owner.append(index)

    @classmethod
    def around(cls, items: Sequence[Timed], anchor: Anchor, reach_ms: int = REACH_MS) -> Window:
        """What is said around the anchor's time; items need to be in order of time only roughly."""
        more = len(keys_of(anchor.text)) + 2 * CONTEXT_WORDS
        low = bisect_left(items, anchor.start_ms - reach_ms, key=lambda i: i.token.span.start_ms) - more
        high = bisect_left(items, anchor.end_ms + reach_ms, key=lambda i: i.token.span.start_ms) + more
        return cls(items, max(0, low), min(len(items), high))

    def begins_item(self, at: int) -> bool:
        return at == len(self.words) or at == 0 or self.owner[at] != self.owner[at - 1]

    def item(self, at: int) -> int:
        """The item that word `at` stands in; behind the last word, the item behind the window."""
        return self.owner[at] if at < len(self.words) else self.high


def find(items: Sequence[Timed], anchor: Anchor) -> Located | Missing:
    """Where exactly the anchor's words stand now, or what stands in their place."""
    window = Window.around(items, anchor)
    found = _best(window, anchor, near=True)
    if found is None and (window.low > 0 or window.high < len(items)):
        found = _best(Window(items, 0, len(items)), anchor, near=False)
    return found or _instead(window, anchor)


def find_proven(items: Sequence[Timed], anchor: Anchor) -> Located | None:
    """Where the anchor's words stand near where they were, if their neighbours on both sides prove it."""
    return _best(Window.around(items, anchor), anchor, near=False)


def find_passage(items: Sequence[Timed], anchor: Anchor) -> Located | Missing:
    """Where the anchored passage stands, some of whose words may have changed."""
    exact = find(items, anchor)
    if isinstance(exact, Located) or len(keys_of(anchor.text)) < 2:
        return exact  # most of one word is the word itself, which is not to be believed
    window = Window.around(items, anchor)
    projected = _projected(window, anchor)
    if projected is None or projected.share < MOST_OF_IT:
        return exact
    if projected.share == MOST_OF_IT and not projected.is_edged:
        return exact
    if projected.last - projected.first > 2 * len(keys_of(anchor.text)) + MORE_WORDS:
        return exact  # words of it that were found are another passage's
    return Located(window.item(projected.first), window.item(projected.last - 1) + 1)


def each_word(anchored: Sequence[str], found: Sequence[str]) -> list[int]:
    """For each word of an anchor the one that it is among those found in its place: the same, or what stands behind the one
    before it. Of two lists of words as they are compared, `found` must not be empty."""
    matcher = SequenceMatcher(None, anchored, found, autojunk=False)
    same = {a + n: b + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}
    result: list[int] = []
    for k in range(len(anchored)):
        behind = result[-1] + 1 if result else 0
        limit = next((same[n] for n in range(k, len(anchored)) if n in same), len(found) - 1)
        result.append(min(behind, limit) if k not in same else same[k])
    return result


def _best(window: Window, anchor: Anchor, near: bool) -> Located | None:
    """The best place of the anchor's words in the window that can be believed."""
    text = list(keys_of(anchor.text))
    before, after = keys_of(anchor.before)[::-1], keys_of(anchor.after)
    scored = []
    for at in _places(window, text):
        end = at + len(text)
        sides = (
            _agreement(before, window.words[max(0, at - CONTEXT_WORDS) : at][::-1]),
            _agreement(after, window.words[end : end + CONTEXT_WORDS]),
        )
        distance = _distance(window, at, anchor)
        if _believed(sides, distance, bool(text), near):
            scored.append((round(-sum(sides), 3), distance, at))
    if not scored:
        return None
    scored.sort()
    best = scored[0]
    if len(scored) > 1 and scored[1][0] == best[0] and best[1] > AMBIGUOUS_BEYOND_MS:
        return None  # nothing but a great distance tells the two apart
    first = window.item(best[2])
    return Located(first, window.item(best[2] + len(text) - 1) + 1 if text else first, -best[0])


def _believed(sides: tuple[float, float], distance: int, has_text: bool, near: bool) -> bool:
    if not near:
        return min(sides) >= PROOF
    if not has_text:
        return max(sides) >= PROOF and min(sides) > 0
    return max(sides) >= PROOF or distance <= SAME_PLACE_MS


def _places(window: Window, text: list[str]) -> list[int]:
    """Where the text stands word for word, in whole items; every boundary for an anchor without text."""
    words, size = window.words, len(text)
    return [
        at
        for at in range(len(words) - size + 1)
        if words[at : at + size] == text and window.begins_item(at) and window.begins_item(at + size)
    ]


def _agreement(expected: Sequence[str], found: Sequence[str]) -> float:
    """How well neighbours agree, 0 to 1, counted outwards with falling weight; an edge of the text agrees with itself."""
    if not expected:
        return 1.0 if not found else 0.3
    weights = range(CONTEXT_WORDS, 0, -1)
    total = sum(w for w, _ in zip(weights, expected, strict=False))
    same = sum(w for w, a, b in zip(weights, expected, found, strict=False) if a == b)
    return same / total


def _distance(window: Window, at: int, anchor: Anchor) -> int:
    """How far from the anchor's time a place is, in milliseconds."""
    items = window.items
    if not anchor.text:
        here = items[window.item(at) - 1].token.span.end_ms if window.item(at) else 0
    elif window.item(at) < len(items):
        here = items[window.item(at)].token.span.start_ms
    else:
        here = 0
    return abs(here - anchor.start_ms)


@dataclass(frozen=True, slots=True)
class _Projected:
    """Words `[first, last)` of a window lie between the anchor's neighbours; `share` of its own words is among them, and
    `is_edged` says whether at both ends the last of them, or the neighbour beyond, is."""

    first: int
    last: int
    share: float
    is_edged: bool


def _projected(window: Window, anchor: Anchor) -> _Projected | None:
    """The passage between what is left of the anchor's words and neighbours; None when nothing is left."""
    before, text, after = (keys_of(t) for t in (anchor.before, anchor.text, anchor.after))
    matcher = SequenceMatcher(None, [*before, *text, *after], window.words, autojunk=False)
    to = {a + n: b + n for a, b, size in matcher.get_matching_blocks() for n in range(size)}
    inside = [k for k in range(len(before), len(before) + len(text)) if k in to]
    start, end = len(before), len(before) + len(text)
    if start in to:
        first = to[start]
    elif start - 1 in to:
        first = to[start - 1] + 1
    elif inside:
        first = to[inside[0]] - (inside[0] - start)
    else:
        return None
    if end - 1 in to and end > start:
        last = to[end - 1] + 1
    elif end in to:
        last = to[end]
    elif inside:
        last = to[inside[-1]] + end - inside[-1]
    else:
        return None
    # What is known to be a neighbour is no word of the passage.
    first = max([0, first, *(to[k] + 1 for k in range(start) if k in to)])
    last = min([len(window.words), last, *(at for k, at in to.items() if k >= end)])
    if last < first:
        return None
    share = len(inside) / len(text) if text else 0.0
    is_edged = bool({start - 1, start} & to.keys() and {end - 1, end} & to.keys())
    return _Projected(first, last, share if last > first else 0.0, is_edged)


def _instead(window: Window, anchor: Anchor) -> Missing:
    """What stands where the anchor's words were."""
    projected = _projected(window, anchor)
    if projected is None or projected.last - projected.first > 3 * len(keys_of(anchor.text)) + 8:
        return Missing("the passage is gone")
    first, end = window.item(projected.first), window.item(projected.last)
    if projected.first == projected.last:
        return Missing("the words are gone", first, first)
    return Missing("the words have changed", first, max(end, window.item(projected.last - 1) + 1))
