"""What a subtitle editor does to a file that it merely saves, taken back, so that only what a person changed is left to decide.

Every such change is a property of the file, not of a caption: times on a grid (`rounding`), signs of another kind
(`typography`), lines wrapped anew, places on the picture that its format cannot keep. A change that only some captions show
is a person's, and stays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import accumulate, pairwise

from pipeline.commands.adopt import typography
from pipeline.commands.adopt.diff import kept
from pipeline.commands.adopt.rounding import Times, unrounded
from pipeline.commands.adopt.shown_file import ShownCue, Word
from pipeline.edits.token_diff import starts
from pipeline.timing import Span

# Of the captions that could be wrapped otherwise so many, and at least so many in number, must be, or a person did it. By hand.
MIN_REWRAPPED = 0.8
MIN_REWRAPPED_CUES = 2
# Of all captions so many stand in one new place when a tool put them there. Set by hand.
MIN_PLACED = 0.9


def taken_back(theirs: Sequence[ShownCue], ours: Sequence[ShownCue]) -> tuple[list[ShownCue], list[str]]:
    """Their captions without what a tool changed in all of the file, and what that was, in words."""
    found, said = _with_our_signs(theirs, ours)
    partner = _Partners(found, ours)
    for take_back in (_with_our_lines, _with_our_places, _with_our_times):
        found, more = take_back(found, ours, partner)
        said += more
    return sorted(found, key=lambda c: c.span.start_ms), said


class _Partners:
    """Which caption of ours a caption of theirs shows, by index, and which words of it are ours."""

    def __init__(self, theirs: Sequence[ShownCue], ours: Sequence[ShownCue]) -> None:
        texts, held = [c.texts for c in theirs], [c.texts for c in ours]
        self.their_starts, self.our_starts = starts(texts), starts(held)
        self.word = kept(held, texts)  # their word -> ours
        self.ours: list[int | None] = self._by_words(len(theirs), held)
        self._fill(len(ours))

    def _by_words(self, count: int, held: Sequence[Sequence[str]]) -> list[int | None]:
        """The captions that share words with no others."""
        owner = [k for k, words in enumerate(held) for _ in words]
        mine: list[set[int]] = [set() for _ in range(count)]
        back: list[set[int]] = [set() for _ in held]
        for n in range(count):
            for at in range(self.their_starts[n], self.their_starts[n + 1]):
                if at in self.word:
                    mine[n].add(owner[self.word[at]])
                    back[owner[self.word[at]]].add(n)
        return [next(iter(m)) if len(m) == 1 and len(back[min(m)]) == 1 else None for m in mine]

    def _fill(self, count: int) -> None:
        """Captions between two that are known, as many here as there, are the same ones with other words."""
        known = [
            (-1, -1),
            *((n, k) for n, k in enumerate(self.ours) if k is not None),
            (len(self.ours), count),
        ]
        for (n, k), (next_n, next_k) in pairwise(known):
            if next_n - n == next_k - k > 1:
                self.ours[n + 1 : next_n] = range(k + 1, next_k)

    def begins(self, n: int) -> int | None:
        """Our caption that begins as theirs does, and where it ends (`ends`): of a caption that was divided or joined, too."""
        return (
            self.ours[n]
            if self.ours[n] is not None
            else self._edge(self.their_starts[n], self.our_starts[:-1], 0)
        )

    def ends(self, n: int) -> int | None:
        if self.ours[n] is not None:
            return self.ours[n]
        return self._edge(self.their_starts[n + 1] - 1, self.our_starts[1:], 1)

    def _edge(self, their_word: int, edges: Sequence[int], step: int) -> int | None:
        our = self.word.get(their_word)
        return None if our is None or our + step not in edges else edges.index(our + step)


# --- signs -----------------------------------------------------------------------------------------------------------------


def _with_our_signs(theirs: Sequence[ShownCue], ours: Sequence[ShownCue]) -> tuple[list[ShownCue], list[str]]:
    """Their captions with our spelling of words that a tool converted."""
    held = [w for c in ours for w in c.texts]
    word = kept(_folded(ours), _folded(theirs))
    words = [w for c in theirs for w in c.texts]
    names = typography.conversions([(words[at], held[our]) for at, our in word.items()])
    if not names:
        return list(theirs), []
    found, at = [], 0
    for cue in theirs:
        lines = []
        for line in cue.lines:
            numbered = enumerate(line, at)
            at += len(line)
            lines.append(
                tuple(
                    replace(w, text=typography.restored(w.text, held[word[k]], names)) if k in word else w
                    for k, w in numbered
                )
            )
        found.append(replace(cue, lines=tuple(lines)))
    return found, [f"its {' and '.join(names)} are written otherwise throughout"]


def _folded(cues: Sequence[ShownCue]) -> list[tuple[str, ...]]:
    return [tuple(typography.folded(w) for w in c.texts) for c in cues]


# --- lines -----------------------------------------------------------------------------------------------------------------


def _with_our_lines(
    theirs: Sequence[ShownCue], ours: Sequence[ShownCue], partner: _Partners
) -> tuple[list[ShownCue], list[str]]:
    """Their captions divided into lines as ours, where a tool wrapped all of them anew by one rule."""
    same = [(n, k) for n, k in enumerate(partner.ours) if k is not None and theirs[n].texts == ours[k].texts]
    could = [(n, k) for n, k in same if len(theirs[n].lines) > 1 or len(ours[k].lines) > 1]
    count = sum(_breaks(theirs[n]) != _breaks(ours[k]) for n, k in could)
    if count < max(MIN_REWRAPPED_CUES, MIN_REWRAPPED * len(could)) or not _is_wrapped_by_rule(theirs):
        return list(theirs), []
    found = list(theirs)
    for n, k in enumerate(partner.ours):
        if k is not None:
            found[n] = replace(theirs[n], lines=_lines_like(theirs[n], ours[k]))
    return found, ["its lines are wrapped anew throughout"]


def _breaks(cue: ShownCue) -> list[int]:
    return list(accumulate(len(line) for line in cue.lines))


def _is_wrapped_by_rule(cues: Sequence[ShownCue]) -> bool:
    """Whether captions are of several lines just where their words are more than the longest line holds."""
    longest = max(_width(line) for c in cues for line in c.lines)
    return all((len(c.lines) > 1) == (_width(c.words) > longest) for c in cues)


def _width(words: Sequence[Word]) -> int:
    """The characters of a line with its labels and dashes, as they are drawn."""
    return sum(len(w.text) + 1 + (len(w.label) + 2 if w.label else 0) + w.dash for w in words) - 1


def _lines_like(cue: ShownCue, our: ShownCue) -> tuple[tuple[Word, ...], ...]:
    """The words of a caption divided as ours is: behind as many words, counted from the end where it is nearer to a change."""
    word = kept([our.texts], [cue.texts])
    cuts = [at for at, o in word.items() if o in _breaks(our)[:-1] and at]
    if len(cue.texts) == len(our.texts):
        cuts = _breaks(our)[:-1]
    edges = [0, *sorted(cuts), len(cue.words)]
    return tuple(cue.words[a:b] for a, b in pairwise(edges))


# --- places and times ------------------------------------------------------------------------------------------------------


def _with_our_places(
    theirs: Sequence[ShownCue], ours: Sequence[ShownCue], partner: _Partners
) -> tuple[list[ShownCue], list[str]]:
    """Their captions where ours are on the picture, when a tool dropped every place or put all captions into one."""
    pairs = [(n, k) for n, k in enumerate(partner.ours) if k is not None]
    differing = [(n, k) for n, k in pairs if theirs[n].place != ours[k].place]
    none_left = not any(c.place for c in theirs)
    moved = {theirs[n].place for n, _ in differing}
    all_moved = len(moved) == 1 and len(differing) >= max(2, MIN_PLACED * len(pairs))
    if not differing or not (none_left or all_moved):
        return list(theirs), []
    found = list(theirs)
    for n, k in differing:
        found[n] = replace(theirs[n], place=ours[k].place, settings=ours[k].settings)
    return found, [
        "its captions have lost their places" if none_left else "all its captions stand in one place"
    ]


def _with_our_times(
    theirs: Sequence[ShownCue], ours: Sequence[ShownCue], partner: _Partners
) -> tuple[list[ShownCue], list[str]]:
    """Their captions with our times where a tool rounded them or put a gap between them."""
    times = []
    for n, cue in enumerate(theirs):
        first, last = partner.begins(n), partner.ends(n)
        start = None if first is None else ours[first].span.start_ms
        end = None if last is None else ours[last].span.end_ms
        times.append(Times(cue.span.start_ms, cue.span.end_ms, start, end))
    result = unrounded(times)
    spans = zip(theirs, result.times, strict=True)
    return [replace(cue, span=Span(*span)) for cue, span in spans], list(result.said)
