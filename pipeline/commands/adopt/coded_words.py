"""Coded passages found among the words of a transcript: by their words, and of several such places by time and by context."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipeline.search.refi_reader import Passage
from pipeline.timing import Span
from pipeline.transcript import SPOKEN, Token
from pipeline.words import name_key, plain_words

# The words of a passage may be said so far from its time: a later run times them anew. A choice.
_MAX_AWAY_MS = 10_000
# Of a passage whose words were mended since, this share must stand where its time is, or at one place. Set by hand.
_MIN_LIKENESS = 0.6
_MIN_ALIKE = 4  # such words at the least
_MOST_ELSEWHERE = 0.7  # of them may be as many at another place
_MIN_RUN = 4  # words that say by themselves where they stand. Set by hand.
_CONTEXT_WORDS = 12
_AROUND_MS = 2000  # around the time of a passage, where its words are looked for
_MAX_LABEL_WORDS = 6  # of a speaker's name in front of a line


@dataclass(frozen=True, slots=True)
class Place:
    """Where a passage stands: the tokens `[first, last)`; or why it stands nowhere, in words."""

    first: int = 0
    last: int = 0
    problem: str = ""


class Words:
    """The words of a transcript, each with the token that it is of; `names` are those that stand in front of turns."""

    def __init__(self, tokens: Sequence[Token], names: Sequence[str]) -> None:
        self.tokens = tokens
        self.names = {name_key(name) for name in names if name}
        self.words: list[str] = []
        self.of: list[int] = []
        for index, token in enumerate(tokens):
            pieces = plain_words(token.text)
            self.words += pieces
            self.of += [index] * len(pieces)
        self._at: dict[str, list[int]] = defaultdict(list)
        for at, word in enumerate(self.words):
            self._at[word].append(at)

    def place(self, passage: Passage) -> Place:
        """Where a passage stands among the tokens."""
        span = _span(passage)
        if not passage.text:
            return self._by_time(span)
        wanted = self.without_labels(passage.text, passage.begins_line)
        if not wanted:
            return Place(problem="it holds no word")
        found = self._exact(wanted)
        if span is not None:
            near = [at for at in found if self._away_ms(at, len(wanted), span) <= _MAX_AWAY_MS]
            if near:
                return self._of(min(near, key=lambda at: self._away_ms(at, len(wanted), span)), len(wanted))
            if found and len(wanted) >= _MIN_RUN and len(found) == 1:
                return self._of(found[0], len(wanted))
            return self._alike(wanted, span)
        if len(found) > 1:
            found = self._by_context(found, wanted, passage)
        if len(found) == 1:
            return self._of(found[0], len(wanted))
        if found:
            return Place(problem=f"its words are said {len(found)} times, and nothing tells which are meant")
        return self._where_most_are(wanted)

    def without_labels(self, text: str, begins_line: bool) -> list[str]:
        """The words of a passage, less the names in front of its lines."""
        lines = text.split("\n")
        kept = [line if not (n or begins_line) else self._without_label(line) for n, line in enumerate(lines)]
        return [word for line in kept for word in plain_words(line)]

    def _without_label(self, line: str) -> str:
        label, colon, rest = line.partition(":")
        return (
            rest
            if colon and len(label.split()) <= _MAX_LABEL_WORDS and name_key(label) in self.names
            else line
        )

    def _exact(self, wanted: Sequence[str]) -> list[int]:
        """The places at which exactly these words stand, looked for by the rarest of them."""
        rarest = min(range(len(wanted)), key=lambda n: len(self._at.get(wanted[n], ())))
        starts = (at - rarest for at in self._at.get(wanted[rarest], ()))
        return [at for at in starts if at >= 0 and self.words[at : at + len(wanted)] == list(wanted)]

    def _of(self, at: int, count: int) -> Place:
        return Place(self.of[at], self.of[at + count - 1] + 1)

    def _away_ms(self, at: int, count: int, span: Span) -> int:
        place = self._of(at, count)
        return abs(self.tokens[place.first].span.start_ms - span.start_ms)

    def _by_time(self, span: Span | None) -> Place:
        """The words whose middles lie in a time."""
        inside = [
            n for n, t in enumerate(self.tokens) if span and t.kind in SPOKEN and t.span.middle_ms in span
        ]
        if not inside:
            return Place(problem="nobody speaks then" if span else "it has neither words nor a time")
        return Place(inside[0], inside[-1] + 1)

    def _alike(self, wanted: Sequence[str], span: Span) -> Place:
        """The words about that time, if most are those of the passage."""
        around = Span(max(0, span.start_ms - _AROUND_MS), span.end_ms + _AROUND_MS)
        here = [at for at, index in enumerate(self.of) if self.tokens[index].span.middle_ms in around]
        if not here:
            return Place(problem="nobody speaks then")
        matcher = SequenceMatcher(None, self.words[here[0] : here[-1] + 1], wanted, autojunk=False)
        blocks = [b for b in matcher.get_matching_blocks() if b.size]
        if sum(b.size for b in blocks) < _MIN_LIKENESS * len(wanted):
            return Place(problem="other words are said then")
        first, last = blocks[0], blocks[-1]
        begin = max(here[0], here[0] + first.a - first.b)
        end = min(here[-1] + 1, here[0] + last.a + last.size + len(wanted) - last.b - last.size)
        return self._of(begin, max(1, end - begin))

    def _where_most_are(self, wanted: Sequence[str]) -> Place:
        """Where most of the words stand in their order, if that is one place alone: each word votes for where the passage
        would begin, and a word more or less in between shifts a vote by one."""
        votes = Counter(at - n for n, word in enumerate(wanted) for at in self._at.get(word, ()))
        sums = {begin: sum(votes[begin + off] for off in (-1, 0, 1)) for begin in votes}
        best = max(sums, key=lambda begin: (sums[begin], votes[begin]), default=0)
        elsewhere = max((n for begin, n in sums.items() if abs(begin - best) > len(wanted)), default=0)
        most = sums.get(best, 0)
        if most < max(_MIN_ALIKE, _MIN_LIKENESS * len(wanted)) or elsewhere > _MOST_ELSEWHERE * most:
            return Place(problem="these words are not said in it")
        first = max(0, best)
        return self._of(first, max(1, min(len(wanted), len(self.words) - first)))

    def _by_context(self, found: Sequence[int], wanted: Sequence[str], passage: Passage) -> list[int]:
        """Those of several places around which most of the words stand that stand around the passage."""
        before = self.without_labels(passage.before, False)[-_CONTEXT_WORDS:]
        after = self.without_labels(passage.after, False)[:_CONTEXT_WORDS]
        scores = []
        for at in found:
            end = at + len(wanted)
            back = _common(before[::-1], self.words[max(0, at - _CONTEXT_WORDS) : at][::-1])
            scores.append(back + _common(after, self.words[end : end + _CONTEXT_WORDS]))
        return [at for at, score in zip(found, scores, strict=True) if score == max(scores)]


def _common(some: Sequence[str], others: Sequence[str]) -> int:
    """How many words two runs have in common before they part."""
    size = 0
    for one, other in zip(some, others, strict=False):
        if one != other:
            break
        size += 1
    return size


def _span(passage: Passage) -> Span | None:
    start, end = passage.start_ms, passage.end_ms
    return None if start is None else Span(start, max(start, end if end is not None else start))


def divided(
    place: Place, bounds: Sequence[tuple[int, int]], tokens: Sequence[Token]
) -> Iterator[tuple[int, int]]:
    """A place divided at the bounds of utterances, each as `[first, last)`: what holds no word is left out."""
    for first, last in bounds:
        start, end = max(first, place.first), min(last, place.last)
        if start < end and any(t.kind in SPOKEN for t in tokens[start:end]):
            yield start, end
