"""Text anchoring: find a decision's words again by their text, context and time, after another recognizer or alignment.

Words are compared without case and punctuation, divided at white space, whatever tokens they stand in. A place is
believed when its text is the anchor's and either its neighbours are the same too or it is where it was; passages that
need not be word for word the same are found by most of their words and both their edges.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Protocol

from pipeline.edits import token_diff
from pipeline.edits.model import Anchor
from pipeline.timing import hull
from pipeline.transcript import Token
from pipeline.words import letters_of

# No measurement is recorded for the thresholds below; the replays in tests/edits hold with them.

# Words of context that an anchor keeps on either side.
CONTEXT_WORDS = 5
# Words are looked for this far from where they were; beyond, only when the context on both sides agrees.
SEARCH_RADIUS_MS = 15_000
# The same text this near to where it was is accepted whatever its context.
SAME_PLACE_MS = 400
# Weighted share of equal words (0 to 1, the nearest counting most) from which the context on one side proves a place.
MIN_CONTEXT_AGREEMENT = 0.6
# Share of a passage's words (0 to 1) that must still be there; at exactly this share both edges must be known too.
MIN_PASSAGE_OVERLAP = 0.5
# A passage found again has at most twice its words and this many more.
EXTRA_PASSAGE_WORDS = 2
# Of two places whose context agrees equally, the nearer in time is taken only if it is at most this far from the anchor.
MAX_TIE_DISTANCE_MS = 5000
# `Located.agreement` when all words of the context on both sides are the same: 1 a side.
FULL_AGREEMENT = 2.0


class Timed(Protocol):
    """An item with a token, which has a text and a time span."""

    @property
    def token(self) -> Token: ...


@dataclass(frozen=True, slots=True)
class Located:
    """A match: items `[first, last)` hold the anchor's words; the range is empty for an anchor without text.

    `agreement` is that of the context, 0 to 1 for each side, summed.
    """

    first: int
    last: int
    agreement: float = 0.0


@dataclass(frozen=True, slots=True)
class Missing:
    """No match, and why; items `[first, last)` are what stands in the place of the words, if that is known."""

    why: str
    first: int = 0
    last: int = 0


@lru_cache(maxsize=65536)
def keys_of(text: str) -> tuple[str, ...]:
    """The comparison keys of a text's words: NFKC, case folded, letters and digits alone; a word without any is its own key."""
    return tuple(letters_of(word) or word for word in text.split())


def make(tokens: Sequence[Token], first: int, last: int) -> Anchor:
    """Make the anchor of tokens `[first, last)`; when the range is empty, of the place before `first`."""
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


def share_time(one: Anchor, other: Anchor) -> bool:
    """Whether two anchors overlap in time; a place between words counts as one millisecond."""
    one_end_ms, other_end_ms = max(one.end_ms, one.start_ms + 1), max(other.end_ms, other.start_ms + 1)
    return one.start_ms < other_end_ms and other.start_ms < one_end_ms


class Window:
    """A search window: items `[low, high)` of a sequence as a flat list of comparison keys."""

    def __init__(self, items: Sequence[Timed], low: int, high: int) -> None:
        self.items, self.low, self.high = items, low, high
        self.words: list[str] = []
        self.owner: list[int] = []  # the item each word stands in
        for index in range(low, high):
            for key in keys_of(items[index].token.text):
                self.words.append(key)
                self.owner.append(index)

    @classmethod
    def around(cls, items: Sequence[Timed], anchor: Anchor, reach_ms: int = SEARCH_RADIUS_MS) -> Window:
        """The window of `reach_ms` milliseconds around the anchor; items need to be in order of time only roughly."""
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
    """Exact match: where the anchor's words stand now, word for word, or what stands in their place."""
    window = Window.around(items, anchor)
    found = _best_match(window, anchor, near=True)
    if found is None and (window.low > 0 or window.high < len(items)):
        found = _best_match(Window(items, 0, len(items)), anchor, near=False)
    return found or _missing(window, anchor)


def find_proven(items: Sequence[Timed], anchor: Anchor) -> Located | None:
    """Exact match near the anchor's time, accepted only when the context on both sides agrees; None without one."""
    return _best_match(Window.around(items, anchor), anchor, near=False)


def find_passage(items: Sequence[Timed], anchor: Anchor) -> Located | Missing:
    """Approximate match: where the anchored passage stands, some of whose words may have changed."""
    exact = find(items, anchor)
    if isinstance(exact, Located) or len(keys_of(anchor.text)) < 2:
        return exact  # most of one word is the word itself, which is not to be believed
    window = Window.around(items, anchor)
    projected = _project(window, anchor)
    if projected is None or projected.share < MIN_PASSAGE_OVERLAP:
        return exact
    if projected.share == MIN_PASSAGE_OVERLAP and not projected.has_both_edges:
        return exact
    if projected.last - projected.first > 2 * len(keys_of(anchor.text)) + EXTRA_PASSAGE_WORDS:
        return exact  # words of it that were found are another passage's
    return Located(window.item(projected.first), window.item(projected.last - 1) + 1)


def align_words(anchored: Sequence[str], found: Sequence[str]) -> list[int]:
    """Sequence alignment: for each anchored word the index in `found` of the word that it has become.

    That is the same word, or else the one behind its predecessor's. Both lists hold comparison keys; `found` must not be empty.
    """
    same = token_diff.pairs(anchored, found)
    result: list[int] = []
    for k in range(len(anchored)):
        behind = result[-1] + 1 if result else 0
        limit = next((same[n] for n in range(k, len(anchored)) if n in same), len(found) - 1)
        result.append(min(behind, limit) if k not in same else same[k])
    return result


_WEIGHTS = tuple(range(CONTEXT_WORDS, 0, -1))


def _best_match(window: Window, anchor: Anchor, near: bool) -> Located | None:
    """The best exact match in the window by context, then by distance in time; None when none is accepted."""
    text = list(keys_of(anchor.text))
    before, after = keys_of(anchor.before)[::-1], keys_of(anchor.after)
    scored = []
    for at in _exact_matches(window, text):
        end = at + len(text)
        sides = (
            _agreement(before, window.words[max(0, at - CONTEXT_WORDS) : at][::-1]),
            _agreement(after, window.words[end : end + CONTEXT_WORDS]),
        )
        distance = _distance(window, at, anchor)
        if _is_accepted(sides, distance, bool(text), near):
            scored.append((round(-sum(sides), 3), distance, at))
    if not scored:
        return None
    scored.sort()
    best = scored[0]
    if len(scored) > 1 and scored[1][0] == best[0] and best[1] > MAX_TIE_DISTANCE_MS:
        return None  # nothing but a great distance tells the two apart
    first = window.item(best[2])
    return Located(first, window.item(best[2] + len(text) - 1) + 1 if text else first, -best[0])


def _is_accepted(sides: tuple[float, float], distance: int, has_text: bool, near: bool) -> bool:
    if not near:
        return min(sides) >= MIN_CONTEXT_AGREEMENT
    if not has_text:
        return max(sides) >= MIN_CONTEXT_AGREEMENT and min(sides) > 0
    return max(sides) >= MIN_CONTEXT_AGREEMENT or distance <= SAME_PLACE_MS


def _exact_matches(window: Window, text: list[str]) -> list[int]:
    """Where the text stands word for word, in whole items; every boundary for an anchor without text."""
    words, size = window.words, len(text)
    places: Iterable[int] = range(len(words) - size + 1)
    if text:
        places = [at for at, word in enumerate(words) if word == text[0]]
    return [
        at
        for at in places
        if words[at : at + size] == text and window.begins_item(at) and window.begins_item(at + size)
    ]


def _agreement(expected: Sequence[str], found: Sequence[str]) -> float:
    """Agreement of the context on one side, 0 to 1: the weighted share of equal words, with weights 5 to 1 outwards.

    Without expected words (the edge of the text) it is 1 at an edge and 0.3 elsewhere; no measurement is recorded.
    """
    if not expected:
        return 1.0 if not found else 0.3
    same = 0
    for weight, word, other in zip(_WEIGHTS, expected, found, strict=False):
        if word == other:
            same += weight
    return same / sum(_WEIGHTS[: len(expected)])


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
class _Projection:
    """Words `[first, last)` of a window lie between the anchor's neighbours; `share` of its own words is among them, and
    `has_both_edges` says whether at both ends the last of them, or the neighbour beyond, is."""

    first: int
    last: int
    share: float
    has_both_edges: bool


def _project(window: Window, anchor: Anchor) -> _Projection | None:
    """The passage between what is left of the anchor's words and neighbours; None when nothing is left."""
    before, text, after = (keys_of(t) for t in (anchor.before, anchor.text, anchor.after))
    to = token_diff.pairs([*before, *text, *after], window.words)
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
    has_both_edges = bool({start - 1, start} & to.keys() and {end - 1, end} & to.keys())
    return _Projection(first, last, share if last > first else 0.0, has_both_edges)


def _missing(window: Window, anchor: Anchor) -> Missing:
    """What stands where the anchor's words were."""
    projected = _project(window, anchor)
    if projected is None or projected.last - projected.first > 3 * len(keys_of(anchor.text)) + 8:
        return Missing("the passage is gone")
    first, end = window.item(projected.first), window.item(projected.last)
    if projected.first == projected.last:
        return Missing("the words are gone", first, first)
    return Missing("the words have changed", first, max(end, window.item(projected.last - 1) + 1))
