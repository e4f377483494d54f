"""Differences between two looks at a transcript, counted as a person would: words, captions, names, parts and questions.

A word that was changed is one change, and so is a caption that is shown at another time, in other lines or by another
speaker, one that was divided, joined, added or taken out; a person who is called otherwise is one, however often they speak.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.edits import token_diff
from pipeline.edits.reviewed import Watched
from pipeline.edits.token_diff import Change
from pipeline.edits.watched import CueSeen, cues_of, start_of
from pipeline.timing import Span, hull


@dataclass(frozen=True, slots=True)
class SeenChange:
    """Something that is otherwise than it was seen: `count` changes of one `kind` ("caption", "name", "part", "finding" or
    "profile"), during any of `spans`, or everywhere."""

    kind: str
    spans: tuple[Span, ...] = ()
    count: int = 1


def changes(before: Watched, now: Watched) -> list[SeenChange]:
    """What differs between two looks, in the order of a transcript."""
    old, new = cues_of(before), cues_of(now)
    found = list(_Captions(old, new).changes())
    found += _roles(before, now)
    found += _rows("part", before.parts, now.parts)
    touched = [span for change in found for span in change.spans]
    found += [f for f in _rows("finding", before.findings, now.findings) if not _meets(f, touched)]
    if before.profile != now.profile:
        found.append(SeenChange("profile"))
    return found


def _meets(change: SeenChange, spans: Iterable[Span]) -> bool:
    """Whether a question is about words that were changed, and so is no change of its own."""
    return any(
        one.start_ms < two.end_ms and two.start_ms <= one.end_ms for one in change.spans for two in spans
    )


class _Captions:
    """Compares the captions of two looks."""

    def __init__(self, old: Sequence[CueSeen], new: Sequence[CueSeen]) -> None:
        self.old, self.new = old, new
        self._old_cue = [k for k, c in enumerate(old) for _ in c.words]
        self._new_cue = [k for k, c in enumerate(new) for _ in c.words]
        self._reworded = token_diff.changes_within([c.words for c in old], [c.words for c in new])
        self._old_touched = {self._old_cue[k] for r in self._reworded for k in range(r.first, r.last)}
        self._new_touched = {self._new_cue[k] for r in self._reworded for k in range(r.begin, r.end)}

    def changes(self) -> Iterator[SeenChange]:
        yield from (self._words(change) for change in self._reworded)
        same = list(self._same())
        renamed = _renamed([(self.old[a].voices, self.new[b].voices) for a, b in same])
        yield from (SeenChange("name") for _ in renamed)
        for a, b in same:
            one, two = self.old[a], self.new[b]
            voices = tuple(renamed.get(v, v) for v in one.voices)
            if replace(one, voices=voices) != two:
                yield SeenChange("caption", (one.span, two.span))
        yield from self._divided(same)

    def _words(self, change: Change) -> SeenChange:
        """Words that read otherwise: as many changes as captions are concerned."""
        old = sorted({self._old_cue[k] for k in range(change.first, change.last)})
        new = sorted({self._new_cue[k] for k in range(change.begin, change.end)})
        spans = (*(self.old[k].span for k in old), *(self.new[k].span for k in new))
        return SeenChange("caption", spans, max(len(old), len(new)))

    def _links(self) -> dict[int, set[int]]:
        """Which new captions hold words of an old one."""
        links: dict[int, set[int]] = defaultdict(set)
        at_old = at_new = 0
        for change in (*self._reworded, Change(len(self._old_cue), 0, len(self._new_cue), 0)):
            for k in range(change.first - at_old):
                links[self._old_cue[at_old + k]].add(self._new_cue[at_new + k])
            at_old, at_new = change.last, change.end
        return links

    def _same(self) -> Iterator[tuple[int, int]]:
        """The captions, by index, that hold just the same words in both."""
        links = self._links()
        back: dict[int, set[int]] = defaultdict(set)
        for k, others in links.items():
            for n in others:
                back[n].add(k)
        for k, others in sorted(links.items()):
            n = min(others)
            whole = len(others) == len(back[n]) == 1
            if whole and k not in self._old_touched and n not in self._new_touched:
                yield k, n

    def _divided(self, same: Sequence[tuple[int, int]]) -> Iterator[SeenChange]:
        """Groups of captions whose words stand in other captions now; a caption divided in two is one change, and so on."""
        links, kept = self._links(), {k for k, _ in same}
        group: tuple[set[int], set[int]] = (set(), set())
        for k in sorted(links):
            if k in kept:
                continue
            if group[1] and not group[1] & links[k]:
                yield from self._group(*group)
                group = (set(), set())
            group = (group[0] | {k}, group[1] | links[k])
        yield from self._group(*group)

    def _group(self, old: set[int], new: set[int]) -> Iterator[SeenChange]:
        if len(old) == len(new) == 1 or not old:
            return  # one caption of which words were changed: counted with these
        spans = hull(self.old[k].span for k in old), hull(self.new[k].span for k in new)
        yield SeenChange("caption", spans, max(len(old), len(new)) - 1)


def _renamed(voices: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]) -> dict[str, str]:
    """The people who are called otherwise wherever they speak: digests of the old name and of the new."""
    said: dict[str, set[str]] = defaultdict(set)
    for old, new in voices:
        for k, name in enumerate(old):
            said[name].add(new[k] if len(new) == len(old) else "")
    return {old: min(new) for old, new in said.items() if len(new) == 1 and new != {old} and new != {""}}


def _roles(before: Watched, now: Watched) -> Iterator[SeenChange]:
    """People of the same name who have another role."""
    roles = dict(text.split(" ", 1) for text in before.people if " " in text)
    for text in now.people:
        name, _, role = text.partition(" ")
        if roles.get(name, role) != role:
            yield SeenChange("name")


def _rows(kind: str, old: Sequence[str], new: Sequence[str]) -> list[SeenChange]:
    """Rows, each beginning with its time, that came, went or read otherwise."""
    found = []
    for change in token_diff.changes(old, new):
        times = [start_of(t) for t in (*old[change.first : change.last], *new[change.begin : change.end])]
        count = max(change.last - change.first, change.end - change.begin)
        found.append(SeenChange(kind, tuple(Span(t, t) for t in times), count))
    return found
