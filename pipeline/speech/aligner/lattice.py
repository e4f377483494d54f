"""The decoding lattice: the text as a network of states, every word between two *nodes*, with silence and other speech.

Node `i` stands in front of word `i`, node `n` behind the last. At each node there may be silence, or speech that nobody wrote
down; from each node a word leads to the next, in any of its pronunciations or as a *stand-in* (something else said in its
place); the search may also skip words. States lie in the order of the text, so that a stretch of text is a slice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from math import log

import numpy as np
from numpy.typing import NDArray

from pipeline.speech.aligner.acoustic_model import (
    ALONE,
    FIRST,
    INSIDE,
    LAST,
    STATES,
    AcousticModel,
    Floats,
    Ints,
)

Phones = tuple[str, ...]


class Way(IntEnum):
    """The kind of a chain of states: a written word, silence, unwritten speech, or other speech in a word's place."""

    WORD = 0
    SILENCE = 1
    UNWRITTEN = 2
    STAND_IN = 3


@dataclass(frozen=True, slots=True)
class Spoken:
    """A word to be aligned, with its pronunciations. `pause`: the text lets expect a pause in front of it; `doubtful`: its
    pronunciation is a guess (a name, "hmm"), so that other sounds may well stand for it."""

    pronunciations: tuple[Phones, ...]
    pause: bool = False
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Penalties:
    """Log penalties of the search in nats, those named `_frame` for each frame of 10 ms.

    They were set on real meetings (AMI) and synthetic dialogue together; see `benchmarks/align.py`.
    """

    silence: float = -3.0
    silence_frame: float = -0.15  # where no punctuation lets expect a pause
    unwritten: float = -80.0  # to begin speech that the text does not have
    unwritten_frame: float = -1.8
    stand_in: float = -110.0  # for other speech in the place of a word
    stand_in_doubtful: float = -30.0  # the same where its pronunciation is a guess
    skip: float = -130.0  # to leave words out
    skip_word: float = -3.0  # and for each of them
    outside_speech_frame: float = -2.0  # for speech where voice activity detection finds none


# A state lasts one frame of 10 ms at least.
_UNWRITTEN_STATES = 5  # the shortest unwritten speech: 50 ms
_MIN_STAND_IN_STATES = 4  # the shortest stand-in: 40 ms


@dataclass(frozen=True, eq=False)
class Lattice:
    """The lattice as flat arrays.

    Of states: `column` (of the model, or its number of columns for the phone loop), `stay` and `leave` (log transition
    probabilities), `quiet` (is silence), `node`. Of chains: `start`, `end` (states, inclusive), `source`, `target` (nodes),
    `price` (log penalty of entering), `way`. Of nodes: `first_chain` (leaving), `first_arriving`, `first_state`.
    """

    words: int
    column: Ints
    stay: Floats
    leave: Floats
    quiet: NDArray[np.bool_]
    node: Ints
    start: Ints
    end: Ints
    source: Ints
    target: Ints
    price: Floats
    way: Ints
    first_chain: Ints
    first_arriving: Ints
    first_state: Ints


@dataclass
class _Rows:
    """The lattice's columns while chains are appended."""

    column: list[int] = field(default_factory=list)
    stay: list[float] = field(default_factory=list)
    leave: list[float] = field(default_factory=list)
    start: list[int] = field(default_factory=list)
    source: list[int] = field(default_factory=list)
    target: list[int] = field(default_factory=list)
    price: list[float] = field(default_factory=list)
    way: list[int] = field(default_factory=list)

    def open(self, source: int, target: int, price: float, way: Way) -> None:
        """Begin a chain; its states are appended next."""
        self.start.append(len(self.column))
        self.source.append(source)
        self.target.append(target)
        self.price.append(price)
        self.way.append(way)

    def free(self, states: int, column: int) -> None:
        """Append states that follow the phone loop: neither staying nor going on costs anything."""
        self.column += [column] * states
        self.stay += [0.0] * states
        self.leave += [0.0] * states


class Builder:
    """Builds lattices over one acoustic model; triphones are looked up once."""

    def __init__(self, acoustics: AcousticModel, penalties: Penalties) -> None:
        self._acoustics, self._price = acoustics, penalties
        self._number = {phone: n for n, phone in enumerate(acoustics.phones)}
        self._triphones: dict[tuple[int, int, int, int], tuple[int, int, int]] = {}
        self._stay, self._leave = acoustics.stay.tolist(), acoustics.leave.tolist()

    def build(self, words: Sequence[Spoken]) -> Lattice:
        """The lattice of a text; every word needs at least one pronunciation of at least one phone."""
        rows = _Rows()
        for node in range(len(words) + 1):
            self._pause(rows, node, expected=not 0 < node < len(words) or words[node].pause)
            if node < len(words):
                self._word(rows, node, words)
        return _frozen(rows, len(words))

    def _pause(self, rows: _Rows, node: int, expected: bool) -> None:
        """Append the silence and the unwritten speech at a node; an expected pause costs nothing."""
        silence = self._acoustics.silence
        rows.open(node, node, 0.0 if expected else self._price.silence, Way.SILENCE)
        self._phone(rows, silence, (-1, -1, -1), 0.0 if expected else self._price.silence_frame)
        rows.open(node, node, self._price.unwritten, Way.UNWRITTEN)
        rows.free(_UNWRITTEN_STATES, self._acoustics.columns)

    def _word(self, rows: _Rows, node: int, words: Sequence[Spoken]) -> None:
        """Append a chain for each pronunciation of the word behind a node, and its stand-in."""
        word = words[node]
        silence = self._acoustics.silence
        left = silence if word.pause or node == 0 else self._number[words[node - 1].pronunciations[0][-1]]
        alone = node + 1 == len(words) or words[node + 1].pause
        right = silence if alone else self._number[words[node + 1].pronunciations[0][0]]
        for phones in word.pronunciations:
            rows.open(node, node + 1, -log(len(word.pronunciations)), Way.WORD)
            numbers = [left, *(self._number[p] for p in phones), right]
            for n in range(1, len(numbers) - 1):
                place = (
                    ALONE if len(phones) == 1 else FIRST if n == 1 else LAST if n == len(phones) else INSIDE
                )
                self._phone(rows, numbers[n], (numbers[n - 1], numbers[n + 1], place), 0.0)
        price = self._price.stand_in_doubtful if word.doubtful else self._price.stand_in
        rows.open(node, node + 1, price, Way.STAND_IN)
        rows.free(
            max(_MIN_STAND_IN_STATES, STATES * min(map(len, word.pronunciations))), self._acoustics.columns
        )

    def _phone(self, rows: _Rows, phone: int, context: tuple[int, int, int], frame_price: float) -> None:
        """Append the three states of a phone in its (left, right, place); `frame_price` is added for each frame."""
        key = (phone, *context)
        columns = self._triphones.get(key)
        if columns is None:
            columns = self._triphones[key] = self._acoustics.contexts.columns(phone, *context)
        rows.column += columns
        rows.stay += [s + frame_price for s in self._stay[phone]]
        rows.leave += self._leave[phone]


def _frozen(rows: _Rows, words: int) -> Lattice:
    """The lattice of these rows as arrays."""
    start = np.array(rows.start, np.int64)
    sizes = np.diff(np.append(start, len(rows.column)))
    source, target = np.array(rows.source, np.int64), np.array(rows.target, np.int64)
    first_chain = np.searchsorted(source, np.arange(words + 2))
    way = np.array(rows.way, np.int64)
    return Lattice(
        words,
        np.array(rows.column, np.int64),
        np.array(rows.stay, np.float32),
        np.array(rows.leave, np.float32),
        np.repeat(way == Way.SILENCE, sizes),
        np.repeat(source, sizes),
        start,
        start + sizes - 1,
        source,
        target,
        np.array(rows.price, np.float32),
        way,
        first_chain,
        np.searchsorted(target, np.arange(words + 2)),
        np.append(start, len(rows.column))[first_chain],
    )
