"""Temporal sequence matching: chains of utterances, each following the one before within limits of time, place and speaker.

Chains are built from the last step backwards, so that a first utterance is found whenever *some* chain
continues it; of several continuations the nearest is taken. Utterances whose speaker nobody knows are neither
"the same" nor "another" speaker.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.search.index.timeline import UNKNOWN, Places, Timeline
from pipeline.search.query.parser import Step


@dataclass(frozen=True, slots=True)
class Chains:
    """Chains, closest first: `places` int64 of shape (n, steps), `gap_ms` int64 of shape (n,).

    The gap lasts from the end of the first utterance to the start of the last, 0 when they overlap.
    """

    places: NDArray[np.int64]
    gap_ms: NDArray[np.int64]


def chains(timeline: Timeline, candidates: Sequence[Places], steps: Sequence[Step]) -> Chains:
    """Every first utterance that can be continued through all steps, with its nearest continuation.

    `candidates[i]` are the places that fit `steps[i]`, rising; the limits stand in the step that follows.
    """
    columns = [candidates[-1]]
    for first, step in zip(candidates[-2::-1], steps[:0:-1], strict=True):
        then = _following(timeline, first, columns[0], step)
        found = then != UNKNOWN
        chosen = np.searchsorted(columns[0], then[found])
        columns = [first[found], *(column[chosen] for column in columns)]
    gap_ms = np.maximum(0, timeline.start_ms[columns[-1]] - timeline.end_ms[columns[0]])
    order = np.lexsort((columns[0], gap_ms))
    return Chains(np.stack(columns, axis=1)[order], gap_ms[order])


def _following(timeline: Timeline, first: Places, then: Places, step: Step) -> Places:
    """For each first utterance the nearest of `then` that may follow it, or UNKNOWN.

    Where speaker or vignette must be the same, utterances are sorted by it before they are sorted by place,
    so that the next one in that order is the nearest that is left.
    """
    count, group = max(1, len(timeline.speaker)), np.zeros_like(timeline.speaker)
    known = np.ones(len(timeline.speaker), np.bool_)
    if step.same_vignette:
        known &= timeline.vignette != UNKNOWN
        group = timeline.vignette + 1
    if step.by != "anyone":
        known &= timeline.speaker != UNKNOWN
    if step.by == "same":
        group = group * (timeline.speaker.max(initial=0) + 2) + timeline.speaker + 1
    ordered = np.sort((group * count)[then[known[then]]] + then[known[then]])
    if not len(ordered) or not len(first):
        return np.full(len(first), UNKNOWN)
    index = np.searchsorted(ordered, group[first] * count + first, side="right")
    if step.by == "other":
        index = _past_same_speaker(timeline, first, index, ordered % count, group)
    next_one = ordered[np.minimum(index, len(ordered) - 1)] % count
    found = (index < len(ordered)) & known[first] & (group[next_one] == group[first])
    return np.where(found & _fits(timeline, first, next_one, step), next_one, UNKNOWN)


def _past_same_speaker(
    timeline: Timeline, first: Places, index: Places, then: Places, group: Places
) -> Places:
    """Where the next one has the first one's speaker, the position at which speaker (or group) changes."""
    speakers = timeline.speaker[then]
    differs = (speakers[1:] != speakers[:-1]) | (group[then[1:]] != group[then[:-1]])
    changes = np.append(np.flatnonzero(differs) + 1, len(then))
    same = speakers[np.minimum(index, len(then) - 1)] == timeline.speaker[first]
    later = changes[np.minimum(np.searchsorted(changes, index, side="right"), len(changes) - 1)]
    return np.where(same & (index < len(then)), later, index)


def _fits(timeline: Timeline, first: Places, then: Places, step: Step) -> NDArray[np.bool_]:
    """Whether the next candidate is near enough; a later one would only be farther."""
    fits: NDArray[np.bool_] = timeline.documents(first) == timeline.documents(then)
    if step.within_ms is not None:
        fits &= timeline.start_ms[then] - timeline.end_ms[first] <= step.within_ms
    if step.within_utterances is not None:
        fits &= then - first <= step.within_utterances
    return fits
