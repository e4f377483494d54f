"""Turn-taking: who answers whom over the whole recording, and how well one cast explains the turns of a part.

A commentator or a narrator talks to the viewer: nobody answers, and so they do not come back after a few turns as everybody in a
conversation does; two who comment together answer each other alone. A scene has one cast: its turns are taken as drawn from a
distribution over speakers of its own, which is integrated out (Dirichlet compound multinomial; for words: Eisenstein and
Barzilay, "Bayesian Unsupervised Topic Segmentation", EMNLP 2008).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from pipeline.timing import Span
from pipeline.transcript.parts import Said

# All of these were set by hand.
# Whoever speaks again within so many turns, and so many words of others, takes part in a conversation.
ANSWERED_WITHIN_TURNS = 8
ANSWERED_WITHIN_WORDS = 115
# A turn of so few words is a murmur, and no answer; it does not end the turn before it either.
MURMUR_WORDS = 2
# Speech to the viewer has so many words in one go ...
MIN_ADDRESS_WORDS = 15
# ... and is this share of all that a commentator says; the rest are errors about who speaks.
MIN_UNANSWERED_SHARE = 0.75
# Whoever speaks between two turns of one other person, with pauses no longer than this, is answered; cards take longer ...
ANSWER_MS = 2000
# ... and who says this share of their words there takes part in the conversation.
MIN_WITHIN_SHARE = 0.35
# Two talk with each other where one speaks again within so many turns behind the other.
EXCHANGE_TURNS = 5
# A group of people is held together by what they say to one another, from this share of what one of them says on.
MIN_SHARED = 0.25
# Those who comment together: so many people at most, at least so many times, and so many words each time at most.
MOST_HOSTS = 3
MIN_HOST_BLOCKS = 3
MOST_HOST_WORDS = 150
# Fewer words of others do not part one time from the next.
MIN_BETWEEN_WORDS = 60
# The prior of a cast: the smaller, the fewer people are expected in one part.
CONCENTRATION = 0.3


@dataclass(frozen=True)
class _Turn:
    speaker: str
    words: int
    span: Span


def outsiders(said: Sequence[Said]) -> frozenset[str]:
    """Those who talk to the viewer: nobody answers them, or they talk with one another alone, between the scenes."""
    turns = _turns(said)
    if len({turn.speaker for turn in turns}) < 2:
        return frozenset()
    words: Counter[str] = Counter()
    for turn in turns:
        words[turn.speaker] += turn.words
    found = [frozenset((who,)) for who in _unanswered(_turns(said, MURMUR_WORDS + 1))]
    found += _hosts(turns, words)
    return frozenset(who for group in found if not _is_asked(group, turns, words) for who in group)


def _unanswered(turns: Sequence[_Turn]) -> list[str]:
    """Those who never take part in a conversation: nearly all that they say is said at length, and they do not come back soon."""
    at: dict[str, list[int]] = {}
    for n, turn in enumerate(turns):
        at.setdefault(turn.speaker, []).append(n)
    alone: Counter[str] = Counter()
    whole: Counter[str] = Counter()
    for who, places in at.items():
        for k, n in enumerate(places):
            near = [m for m in places[max(0, k - 1) : k + 2] if m != n and _is_near(turns, m, n)]
            whole[who] += turns[n].words
            if not near and turns[n].words >= MIN_ADDRESS_WORDS:
                alone[who] += turns[n].words
    return [w for w in at if alone[w] >= MIN_UNANSWERED_SHARE * whole[w]]


def _is_near(turns: Sequence[_Turn], one: int, other: int) -> bool:
    """Whether so few turns, and so little, are said between two turns that whoever says both takes part in what is between."""
    between = turns[min(one, other) + 1 : max(one, other)]
    return len(between) < ANSWERED_WITHIN_TURNS and sum(t.words for t in between) <= ANSWERED_WITHIN_WORDS


def _hosts(turns: Sequence[_Turn], words: Counter[str]) -> list[frozenset[str]]:
    """Groups that talk with one another and with nobody else, a little at a time, again and again: two who comment together."""
    groups = _groups(turns, words)
    main = max(groups, key=lambda group: sum(words[w] for w in group))
    found = []
    for group in groups:
        blocks = _blocks(turns, group)
        several = 2 <= len(group) <= MOST_HOSTS and blocks >= MIN_HOST_BLOCKS
        if group is not main and several and sum(words[w] for w in group) <= MOST_HOST_WORDS * blocks:
            found.append(group)
    return found


def _blocks(turns: Sequence[_Turn], group: frozenset[str]) -> int:
    """How many times these people speak, with others' talk between."""
    blocks, between = 0, MIN_BETWEEN_WORDS
    for turn in turns:
        if turn.speaker not in group:
            between += turn.words
            continue
        blocks += between >= MIN_BETWEEN_WORDS
        between = 0
    return blocks


def _groups(turns: Sequence[_Turn], words: Counter[str]) -> list[frozenset[str]]:
    """The speakers, grouped by who talks with whom."""
    together: Counter[tuple[str, str]] = Counter()
    for n, turn in enumerate(turns):
        for step in (-1, 1):
            if not 0 <= n + step < len(turns):
                continue
            beyond = range(n + 2 * step, n + step * (EXCHANGE_TURNS + 1), step)
            if any(0 <= m < len(turns) and turns[m].speaker == turn.speaker for m in beyond):
                together[turn.speaker, turns[n + step].speaker] += turn.words
    group = {who: frozenset((who,)) for who in words}
    for (one, other), shared in sorted(together.items()):
        if shared >= MIN_SHARED * words[one] and group[one] is not group[other]:
            joined = group[one] | group[other]
            group.update(dict.fromkeys(joined, joined))
    return sorted(set(group.values()), key=sorted)


def _is_asked(group: frozenset[str], turns: Sequence[_Turn], words: Counter[str]) -> bool:
    """Whether these people say much right between two turns of one other person: then they take part, however seldom."""
    within = 0
    for before, turn, behind in zip(turns, turns[1:], turns[2:], strict=False):
        gaps_ms = (turn.span.start_ms - before.span.end_ms, behind.span.start_ms - turn.span.end_ms)
        other = before.speaker == behind.speaker and before.speaker not in group
        if turn.speaker in group and other and max(gaps_ms) <= ANSWER_MS:
            within += turn.words
    return within >= MIN_WITHIN_SHARE * sum(words[w] for w in group)


def _turns(said: Sequence[Said], least_words: int = 1) -> list[_Turn]:
    """The turns of known speakers, utterances of fewer words left out."""
    turns: list[_Turn] = []
    for one in said:
        if one.speaker is None or len(one.words) < least_words:
            continue
        if turns and turns[-1].speaker == one.speaker:
            last = turns[-1]
            end_ms = max(last.span.end_ms, one.span.end_ms)
            turns[-1] = _Turn(one.speaker, last.words + len(one.words), Span(last.span.start_ms, end_ms))
        else:
            turns.append(_Turn(one.speaker, len(one.words), one.span))
    return turns


class Casts:
    """How well one cast explains the turns of a part: the logarithm of their likelihood, 0 where nobody is known."""

    def __init__(self, said: Sequence[Said]) -> None:
        who = sorted({s.speaker for s in said if s.speaker is not None})
        self._count = max(1, len(who))
        self._before = np.zeros((len(said) + 1, self._count), np.int64)
        # Who goes on with a turn that has begun, by utterance; -1 where a turn begins.
        self._going_on = np.full(len(said) + 1, -1)
        last = -1
        for n, one in enumerate(said):
            self._before[n + 1] = self._before[n]
            speaker = who.index(one.speaker) if one.speaker is not None else -1
            if speaker >= 0 and speaker == last:
                self._going_on[n] = speaker
            elif speaker >= 0:
                self._before[n + 1, speaker] += 1
            last = speaker
        most = len(said) + 2
        self._gamma = np.array(
            [math.lgamma(CONCENTRATION + n) - math.lgamma(CONCENTRATION) for n in range(most)]
        )
        whole = CONCENTRATION * self._count
        self._whole = np.array([math.lgamma(whole) - math.lgamma(whole + n) for n in range(most)])

    def likelihoods(self, first: int, ends: Sequence[int]) -> NDArray[np.float64]:
        """Of the utterances from `first` up to each of `ends`: shape (ends,)."""
        turns = self._before[list(ends)] - self._before[first]
        if self._going_on[first] >= 0:
            turns[:, self._going_on[first]] += 1
        values: NDArray[np.float64] = self._gamma[turns].sum(axis=1) + self._whole[turns.sum(axis=1)]
        return values
