"""Words of a result and words of decisions, matched as a reader would: no code of the replay is asked.

A decision is read off its journal line: the words it is about stand in a *strip*, between the neighbours that its author
saw. Later decisions about text are written into the strip, so that it reads as the result should read there.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher

from pipeline.edits.model import Add, Decision, Delete, Words
from pipeline.transcript import Transcript

# Of one strip the other is seen in, no words lie further apart in time.
SAME_STRIP_MS = 8000
# Words are looked for this far around the time at which they were said when somebody decided about them.
AROUND_MS = 2500
# The same words so near to where they were are the same, whatever stands beside them.
SAME_TIME_MS = 450


@dataclass(frozen=True, slots=True)
class Word:
    """One written word of a result: its text, when its token is said, and the index of that token."""

    text: str
    start_ms: int
    end_ms: int
    token: int

    @property
    def key(self) -> str:
        return plain(self.text)


def plain(word: str) -> str:
    """A word as it is compared: its letters and digits, small; the word itself where it has none."""
    return re.sub(r"[\W_]+", "", word).casefold() or word


def said(transcript: Transcript) -> list[Word]:
    """All written words of a transcript."""
    return [
        Word(text, token.span.start_ms, token.span.end_ms, k)
        for k, token in enumerate(transcript.tokens)
        for text in token.text.split()
    ]


def new_text(decision: Decision) -> list[str] | None:
    """The words that shall stand where the anchored words stood; None of a decision that is not about text."""
    value = decision.value
    if isinstance(value, (Words, Add)):
        return value.text.split()
    return [] if isinstance(value, Delete) else None


@dataclass(slots=True)
class Strip:
    """Words in a row of which `[first, last)` are meant; `own` says which of the decision's words each is, -1 for others."""

    words: list[str]
    first: int
    last: int
    start_ms: int
    end_ms: int
    own: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.own = [k - self.first if self.first <= k < self.last else -1 for k in range(len(self.words))]

    @property
    def text(self) -> list[str]:
        return self.words[self.first : self.last]

    @property
    def keys(self) -> list[str]:
        return [plain(w) for w in self.words]

    def replace(self, first: int, last: int, new: Sequence[str]) -> None:
        """Let the words `[first, last)` read otherwise; words beside them that stay are not touched."""
        more = len(new) - (last - first)
        kept = self.own[first : first + min(last - first, len(new))]
        self.words[first:last] = new
        self.own[first:last] = [*kept, *([-1] * (len(new) - len(kept)))]
        if last <= self.first:
            self.first, self.last = self.first + more, self.last + more
        elif first < self.last:
            self.first, self.last = (
                min(first, self.first),
                max(max(last, self.last) + more, min(first, self.first)),
            )


def seen_by(decision: Decision) -> Strip | None:
    """The strip as the author of a decision saw it; None of a decision about no words."""
    return _strip(decision, decision.anchor.text.split()) if decision.anchor else None


def wanted_by(decision: Decision) -> Strip | None:
    """The strip as a decision about text wants it to read; as it was seen of any other."""
    text = new_text(decision)
    return seen_by(decision) if text is None or decision.anchor is None else _strip(decision, text)


def _strip(decision: Decision, text: list[str]) -> Strip:
    anchor = decision.anchor
    assert anchor is not None
    before, after = anchor.before.split(), anchor.after.split()
    words = [*before, *text, *after]
    return Strip(words, len(before), len(before) + len(text), anchor.start_ms, anchor.end_ms)


def place_in(strip: Strip, other: Strip) -> tuple[int, int] | None:
    """Where in a strip the words of another stand, `[first, last)`: the two are laid side by side as they agree best."""
    if other.start_ms - SAME_STRIP_MS > strip.end_ms or strip.start_ms - SAME_STRIP_MS > other.end_ms:
        return None
    ours, theirs = strip.keys, other.keys
    best, at = 0, None
    for by in range(1 - len(theirs), len(ours)):
        pairs = [(ours[k + by], t) for k, t in enumerate(theirs) if 0 <= k + by < len(ours)]
        same = sum(a == b for a, b in pairs)
        if same >= 3 and len(pairs) - same <= same / 2 and 2 * same - len(pairs) > best:
            best, at = 2 * same - len(pairs), by
    if at is None:
        return None
    first, last = at + other.first, at + other.last
    if last < 0 or first > len(ours) or (first < last and (last == 0 or first == len(ours))):
        return None
    return max(0, first), min(len(ours), last)


def meets(strip: Strip, place: tuple[int, int]) -> bool:
    """Whether a place in a strip holds, or cuts between, some of the words that are meant."""
    first, last = place
    if strip.first == strip.last:
        return first <= strip.first <= last
    if first == last:
        return strip.first < first < strip.last
    return first < strip.last and strip.first < last


def write(strip: Strip, later: Decision) -> bool:
    """Let a strip read as a later decision about text wants it; whether that changes the words that are meant."""
    text, there = new_text(later), seen_by(later)
    place = None if text is None or there is None else place_in(strip, there)
    if text is None or there is None or place is None:
        return False
    first, last = place
    cut_at_front = there.last - there.first - (last - first) if first == 0 else 0
    old, new = strip.words[first:last], text[min(cut_at_front, len(text)) :]
    while old and new and old[0] == new[0]:
        old, new, first = old[1:], new[1:], first + 1
    while old and new and old[-1] == new[-1]:
        old, new, last = old[:-1], new[:-1], last - 1
    touched = meets(strip, (first, last)) and bool(old or new)
    at_edge = first == last and first in (strip.first, strip.last) and not isinstance(later.value, Add)
    strip.replace(first, last, new)
    return touched or (at_edge and bool(new))


# --- in the result -------------------------------------------------------------------------------------------------


def window(words: Sequence[Word], strip: Strip, around_ms: int = AROUND_MS) -> range:
    """The words of a result around the time of a strip's words, and so many more as the strip has."""
    low, high = strip.start_ms - around_ms, strip.end_ms + around_ms
    near = [k for k, w in enumerate(words) if low <= w.start_ms <= high]
    if not near:
        return range(0)
    return range(max(0, near[0] - 5), min(len(words), near[-1] + 6))


def reading(words: Sequence[Word], strip: Strip, exactly: bool = False) -> tuple[int, int, int] | None:
    """Where a strip's words stand in a row in a result, `[first, last)`, and how many neighbours stand beside them too.

    `exactly` with capitals and punctuation. They are believed by a neighbour, or by their time.
    """
    size, keys, best = strip.last - strip.first, strip.keys, None
    before, after = keys[: strip.first][::-1], keys[strip.last :]
    for at in window(words, strip):
        here = words[at : at + size]
        if len(here) < size or [w.key for w in here] != keys[strip.first : strip.last]:
            continue
        if exactly and [w.text for w in here] != strip.text:
            continue
        same = _beside(before, words[max(0, at - 5) : at][::-1]) + _beside(
            after, words[at + size : at + size + 5]
        )
        apart = abs(here[0].start_ms - strip.start_ms) if here else 0
        if (same >= 2 or apart <= SAME_TIME_MS) and (best is None or (same, -apart) > best[0]):
            best = (same, -apart), at
    return None if best is None else (best[1], best[1] + size, best[0][0])


def _beside(wanted: Sequence[str], found: Sequence[Word]) -> int:
    """How many neighbours are those that are wanted, the nearest counting twice."""
    pairs = list(zip(wanted, found, strict=False))
    return sum((2 if n == 0 else 1) * (w == f.key) for n, (w, f) in enumerate(pairs))


def passage(words: Sequence[Word], strip: Strip) -> dict[int, int]:
    """Which words of a result are which of a strip: index in the strip -> index in the result; what both have in a row."""
    near = window(words, strip)
    found: dict[int, int] = {}
    exact = reading(words, strip)
    if exact is not None and strip.last > strip.first and exact[2] >= 4:
        return {strip.first + k: exact[0] + k for k in range(strip.last - strip.first)}
    matcher = SequenceMatcher(None, strip.keys, [words[k].key for k in near], autojunk=False)
    for ours, theirs, size in matcher.get_matching_blocks():
        found |= {ours + k: near[theirs + k] for k in range(size)}
    return found


def bounds(strip: Strip, found: dict[int, int]) -> tuple[int, int] | None:
    """The words `[first, last)` of a result that a strip's words are, by what was found of them; None when too little was."""
    mine = [k for k in range(strip.first, strip.last) if k in found]
    if not mine or 2 * len(mine) < strip.last - strip.first:
        return None
    first = (
        found[strip.first - 1] + 1 if strip.first - 1 in found else found[mine[0]] - (mine[0] - strip.first)
    )
    last = found[strip.last] if strip.last in found else found[mine[-1]] + strip.last - mine[-1]
    first = found.get(strip.first, first)
    last = found[strip.last - 1] + 1 if strip.last - 1 in found else last
    return (max(0, first), last) if last > first else None


def share(found: Iterable[int], place: Iterable[int]) -> float:
    """How much two sets of words have in common, 0 to 1."""
    one, other = set(found), set(place)
    return len(one & other) / max(1, len(one | other))
