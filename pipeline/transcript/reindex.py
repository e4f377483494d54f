"""Index adjustment: where ranges and marks of tokens went after tokens came in or went out.

One meaning for all: a range goes with the words that are left of it. A label, a dash and a line break belong to their words,
up to the next of them: when the first of these words goes, they go to the next one left, and with the last one they are gone.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from pipeline.transcript import Aligned, AlignmentReport, Cue, EditorCue, Passage, Token, Utterance


@dataclass(frozen=True, slots=True)
class TokenMap:
    """A monotonic map of token indices. Of `n` tokens, `firsts[k]` says where what begins with token `k` begins now, `lasts[k]`
    behind which word what ends before token `k` ends now; both have `n + 1` entries and never fall."""

    firsts: tuple[int, ...]
    lasts: tuple[int, ...]

    def range(self, first: int, last: int) -> tuple[int, int]:
        """The tokens now of `[first, last)`; empty, in front of what followed, when none is left."""
        begin, end = self.firsts[first], self.lasts[last]
        return (begin, end) if last > first and end > begin else (begin, begin)

    def passage(self, passage: Passage) -> Passage:
        first, last = self.range(passage.first, passage.last)
        return replace(passage, first=first, last=last)

    def report(self, report: AlignmentReport) -> AlignmentReport:
        """The report with each of its passages, also those of which no token is left."""
        return replace(
            report,
            speech_without_text=tuple(map(self.passage, report.speech_without_text)),
            text_without_speech=tuple(map(self.passage, report.text_without_speech)),
            not_confirmed=tuple(map(self.passage, report.not_confirmed)),
            heard_differently=tuple(map(self.passage, report.heard_differently)),
        )

    def utterance(self, utterance: Utterance) -> Utterance:
        first, last = self.range(utterance.first, utterance.last)
        return replace(utterance, first=first, last=last)

    def editor_cue(self, cue: EditorCue) -> EditorCue:
        first, last = self.range(cue.first, cue.last)
        turns = {*(at for at, _ in cue.label_at), *cue.dash_at, cue.last}
        return replace(
            cue,
            first=first,
            last=last,
            breaks=self._breaks(cue),
            label_at=self._labels(cue.label_at, turns),
            dash_at=tuple(at for at, _ in self._marks(cue.dash_at, turns)),
        )

    def cue(self, cue: Cue) -> Cue:
        first, last = self.range(cue.first, cue.last)
        turns = {*(at for at, _ in cue.labels), *cue.dashes, cue.last}
        return replace(
            cue,
            first=first,
            last=last,
            breaks=self._breaks(cue),
            labels=self._labels(cue.labels, turns),
            dashes=tuple(at for at, _ in self._marks(cue.dashes, turns)),
        )

    def _breaks(self, cue: EditorCue | Cue) -> tuple[int, ...]:
        """The first words of all lines, without the first line that is left."""
        begin, _ = self.range(cue.first, cue.last)
        moved = self._marks(cue.breaks, {*cue.breaks, cue.last})
        return tuple(at for at, _ in moved if at > begin)

    def _labels(self, labels: Iterable[tuple[int, str]], turns: Iterable[int]) -> tuple[tuple[int, str], ...]:
        names = dict(labels)
        return tuple((at, names[was]) for at, was in self._marks(names, turns))

    def _marks(self, marks: Iterable[int], ends: Iterable[int]) -> list[tuple[int, int]]:
        """Where marks stand now, with where they stood: each in front of the first word left of those up to the next end."""
        edges, found = sorted(ends), []
        for mark in marks:
            begin, end = self.range(mark, next((edge for edge in edges if edge > mark), mark))
            if end > begin:
                found.append((begin, mark))
        return found


def placed(at: Sequence[int], count: int) -> TokenMap:
    """The map of tokens that all stay, token `k` as number `at[k]` of `count`; what came in at the edge of a range is outside."""
    return TokenMap((*at, count), (0, *(k + 1 for k in at)))


def kept(is_kept: Iterable[bool]) -> TokenMap:
    """The map of tokens of which only some stay."""
    before = tuple(accumulate(map(int, is_kept), initial=0))
    return TokenMap(before, before)


def inserted(aligned: Aligned, new: Sequence[tuple[int, Token]]) -> Aligned:
    """The alignment with new tokens inserted, and every index into the tokens adjusted.

    `new` pairs the index of the token in front of which to insert with the token, in rising order of that index. A token
    inserted at the edge of a range stays outside of it.
    """
    places = [place for place, _ in new]
    tokens = list(aligned.tokens)
    for place, token in reversed(new):
        tokens.insert(place, token)
    moved = placed([k + bisect_right(places, k) for k in range(len(aligned.tokens))], len(tokens))
    return Aligned(
        tuple(tokens), moved.report(aligned.report), tuple(map(moved.editor_cue, aligned.editor_cues))
    )
