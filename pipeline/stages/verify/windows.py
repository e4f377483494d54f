"""The windows that the second witness hears: those with the most doubt in them, and a random sample of the rest.

The sample is drawn from the recording's digest, so that equal input gives equal bytes, and from all windows alike, so that
what it says of the agreement holds for the whole.
"""

from __future__ import annotations

import hashlib
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from typing import TYPE_CHECKING

from pipeline.settings import VerifySettings
from pipeline.timing import Span, SpanIndex
from pipeline.transcript import Kind, Passage, Token

if TYPE_CHECKING:
    from pipeline.speech.asr.packing import Chunk

# What a doubt weighs when not all can be heard: speech that nobody wrote down counts more than a word.
_WEIGHTS = {"speech_without_text": 4.0, "heard_differently": 3.0, "text_without_speech": 2.0}
_SHORT_WEIGHT = 1.0


@dataclass(frozen=True, slots=True)
class Doubt:
    """A passage that somebody has to look at, and which list of the alignment's report it stands in."""

    passage: Passage
    kind: str

    @property
    def weight(self) -> float:
        return _WEIGHTS.get(self.kind, _SHORT_WEIGHT)


@dataclass(frozen=True, slots=True)
class Plan:
    """The windows to hear, in order, which of them were drawn at random, and the doubts that none of them holds."""

    windows: tuple[Chunk, ...]
    sample: frozenset[Chunk]
    not_heard: int


def budget(settings: VerifySettings, windows: int) -> int:
    """How many of so many windows are heard, where not all are."""
    return max(settings.least_windows, ceil(windows * settings.share))


def planned(
    windows: Sequence[Chunk], doubts: Sequence[Doubt], settings: VerifySettings, seed: str, before: Sequence[str] = ()
) -> Plan:  # fmt: skip
    """Choose the windows to hear: all of them, or a sample and the worst doubts, up to the share of the settings; those named in
    `before` were heard already, and count."""
    count = len(windows)
    drawn = max(settings.sampled_windows, ceil(count * settings.sampled_share))
    sample = frozenset(
        sorted(windows, key=lambda w: hashlib.sha256(f"{seed} {w.pieces[0].start_ms}".encode()).digest())[
            :drawn
        ]
    )
    if settings.mode == "all" or count <= settings.least_windows:
        return Plan(tuple(windows), sample, 0)
    worth: dict[Chunk, float] = {}
    home = [next((w for w in windows if holds(w, d.passage.span)), None) for d in doubts]
    for doubt, window in zip(doubts, home, strict=True):
        if window is not None:
            worth[window] = worth.get(window, 0.0) + doubt.weight
    heard = sample | {w for w in windows if w.name in before}
    worst = sorted((w for w in worth if w not in heard), key=lambda w: (-worth[w], w.pieces[0].start_ms))
    chosen = heard | set(worst[: max(0, budget(settings, count) - len(heard))])
    return Plan(
        tuple(w for w in windows if w in chosen),
        sample,
        sum(window is not None and window not in chosen for window in home),
    )


def holds(window: Chunk, span: Span) -> bool:
    """Whether the middle of a span lies in a window, or the span in one of its pauses that were shortened."""
    at = bisect_right(window.pieces, span.middle_ms, key=lambda piece: piece.start_ms)
    return at > 0 and span.middle_ms in window.pieces[at - 1]


class WordsByTime:
    """The words of a recording by when they begin: each window asks which of them are said in it."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._numbers = [n for n, token in enumerate(tokens) if token.kind is Kind.WORD]
        self._spans = [tokens[n].span for n in self._numbers]
        self._index = SpanIndex(self._spans)

    def said_in(self, window: Chunk) -> list[int]:
        """The indices among all tokens of the words that are said in a window, rising."""
        return [self._numbers[k] for k in self._near(window) if holds(window, self._spans[k])]

    def is_spoken_in(self, window: Chunk) -> bool:
        """Whether any word is said in a window."""
        return any(holds(window, self._spans[k]) for k in self._near(window))

    def _near(self, window: Chunk) -> list[int]:
        return self._index.meeting(Span(window.pieces[0].start_ms, window.pieces[-1].end_ms))
