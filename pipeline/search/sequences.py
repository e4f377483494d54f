"""What followed what: chains of utterances, each step within its limits of time, place and speaker after the
one before.

A step's candidates stand in order of their ids, which is order of time within a document. Chains are built
from the last step backwards, so that a first utterance is found whenever *some* chain continues it; of
several continuations the nearest is taken. Utterances whose speaker nobody knows are neither "the same" nor
"another" speaker.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from pipeline.search.language import Step
from pipeline.search.storage import ORDINAL_BITS


class Candidate(NamedTuple):
    """An utterance that fits one step."""

    id: int
    start_ms: int
    end_ms: int
    speaker: int | None
    vignette: int | None


@dataclass(frozen=True, slots=True)
class Chain:
    """The ids of one chain, and the time from the end of its first utterance to the start of its last (0 when
    they overlap).
    """

    ids: tuple[int, ...]
    gap_ms: int


def chains(candidates: Sequence[Sequence[Candidate]], steps: Sequence[Step]) -> list[Chain]:
    """Every first utterance that can be continued through all steps, with its nearest continuation; closest
    chains first.

    `candidates[i]` are those of `steps[i]`, in order of ids; the limits stand in the step that follows.
    """
    alive = list(candidates[-1])
    tails: dict[int, tuple[Candidate, ...]] = {c.id: (c,) for c in alive}
    for place in range(len(steps) - 2, -1, -1):
        follow = _follower(alive, steps[place + 1])
        heads: dict[int, tuple[Candidate, ...]] = {}
        for first in candidates[place]:
            then = follow(first)
            if then is not None:
                heads[first.id] = (first, *tails[then.id])
        alive = [c for c in candidates[place] if c.id in heads]
        tails = heads
    found = [Chain(tuple(c.id for c in t), max(0, t[-1].start_ms - t[0].end_ms)) for t in tails.values()]
    return sorted(found, key=lambda c: (c.gap_ms, c.ids))


def _follower(candidates: list[Candidate], step: Step) -> Callable[[Candidate], Candidate | None]:
    """A function from an utterance to the nearest candidate that may follow it, or None."""
    if step.by == "same":
        return _by_same(candidates, step)
    if step.by == "other":
        return _by_other([c for c in candidates if c.speaker is not None], step)
    ids = [c.id for c in candidates]
    return lambda first: _next(first, candidates, ids, step)


def _by_same(candidates: list[Candidate], step: Step) -> Callable[[Candidate], Candidate | None]:
    groups: dict[int, list[Candidate]] = {}  # speakers are numbered across all documents
    for c in candidates:
        if c.speaker is not None:
            groups.setdefault(c.speaker, []).append(c)
    ids = {speaker: [c.id for c in group] for speaker, group in groups.items()}

    def follow(first: Candidate) -> Candidate | None:
        if first.speaker not in groups:
            return None
        return _next(first, groups[first.speaker], ids[first.speaker], step)

    return follow


def _by_other(known: list[Candidate], step: Step) -> Callable[[Candidate], Candidate | None]:
    ids, change = [c.id for c in known], _next_speaker(known)

    def follow(first: Candidate) -> Candidate | None:
        if first.speaker is None:
            return None
        at = bisect_right(ids, first.id)
        if at < len(known) and known[at].speaker == first.speaker:
            at = change[at]
        return known[at] if at < len(known) and _fits(first, known[at], step) else None

    return follow


def _next(first: Candidate, candidates: list[Candidate], ids: list[int], step: Step) -> Candidate | None:
    at = bisect_right(ids, first.id)
    return candidates[at] if at < len(ids) and _fits(first, candidates[at], step) else None


def _next_speaker(candidates: list[Candidate]) -> list[int]:
    """For each place the next one whose speaker differs (the length of the list where there is none)."""
    change = [len(candidates)] * len(candidates)
    for at in range(len(candidates) - 2, -1, -1):
        same = candidates[at].speaker == candidates[at + 1].speaker
        change[at] = change[at + 1] if same else at + 1
    return change


def _fits(first: Candidate, then: Candidate, step: Step) -> bool:
    """Whether `then`, the next candidate after `first`, is near enough; a later one would only be farther."""
    if then.id >> ORDINAL_BITS != first.id >> ORDINAL_BITS:
        return False
    if step.within_ms is not None and then.start_ms - first.end_ms > step.within_ms:
        return False
    if step.within_utterances is not None and then.id - first.id > step.within_utterances:
        return False
    return not step.same_vignette or (first.vignette is not None and then.vignette == first.vignette)
