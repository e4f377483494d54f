"""From sound and words to evidence: where each word was found, and how well the sound fits it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from pipeline.progress import Progress, silent
from pipeline.speech.aligner import acoustic_model, scoring
from pipeline.speech.aligner.backtrace import Step
from pipeline.speech.aligner.beam import BEAMS
from pipeline.speech.aligner.features import FRAME_MS
from pipeline.speech.aligner.lattice import Builder, Lattice, Penalties, Spoken, Way
from pipeline.speech.aligner.onsets import rise_ms
from pipeline.speech.aligner.viterbi import Search
from pipeline.speech.aligner.vtln import features
from pipeline.timing import SAMPLES_PER_MS, Span

# Frame t is centred on 10 t + 12.8 ms and stands for the 10 ms around that centre: a sound that comes out of silence begins
# there. Between two sounds people mark the border a little earlier, where the first begins to change.
_FRAME_START_MS = 8
_BORDER_MS = 4
# Silence counts as such this far from any region of speech: regions begin late at soft onsets.
_SPEECH_MARGIN_MS = 120


@dataclass(frozen=True, slots=True)
class WordSpan:
    """Where a word was found. `fit` is the mean score per frame against any phones at all, in nats: about 0 for words that are
    said, -2 and less for others. `stand_in` says that something else is said in its place."""

    span: Span
    fit: float
    stand_in: bool = False
    after_pause: bool = False
    before_pause: bool = False


@dataclass(frozen=True, slots=True)
class Listened:
    """For every word where it was found (None: skipped), the speech that no word explains, and how much better than any
    phones all of that explains the sound, in nats."""

    found: tuple[WordSpan | None, ...]
    unwritten: tuple[Span, ...]
    score: float = 0.0


class Listener:
    """One recording, ready to be listened to: its features, and where somebody speaks.

    `regions` say where that is; empty means that nobody knows. Raises WeightsError when the acoustic model is missing.
    """

    def __init__(
        self,
        samples: NDArray[np.int16],
        regions: Sequence[Span],
        threads: int = 0,
        prices: Penalties | None = None,
    ) -> None:
        self._samples, self._threads, self._prices = samples, threads, prices or Penalties()
        self._model = acoustic_model.load()
        self._in_speech = _speech_frames(regions, len(samples) // SAMPLES_PER_MS // FRAME_MS + 1)
        self._features = features(samples, self._in_speech, self._model, threads)
        self._builder = Builder(self._model, self._prices)

    def listen(self, words: Sequence[Spoken], progress: Progress = silent) -> Listened:
        """Find the words in their order in the whole sound."""
        if not len(self._features) or not words:
            return Listened((None,) * len(words), ())
        lattice = self._builder.build(words)
        search = Search(self._model, lattice, self._prices)
        with scoring.Blocks(self._model, self._features, self._threads) as blocks:
            for done in search.run(blocks, self._in_speech):
                progress(done / len(self._features))
        return self._told(search, lattice, search.likeliest_node(), self._features, 0)

    def compare(self, orders: Sequence[Sequence[Spoken]], within: Span) -> list[Listened]:
        """Find each of several texts in one part of the sound: all its words in their order, up to the end of the part."""
        heard, first = self._part(within)
        if not len(heard):
            return [Listened((None,) * len(words), ()) for words in orders]
        return [
            self._told(search, lattice, lattice.words, heard, first)
            for search, lattice in self._searched(orders, heard, first)
        ]

    def likelihoods(self, orders: Sequence[Sequence[Spoken]], within: Span) -> list[float]:
        """How well each of several texts explains all of one part of the sound, in nats: `compare` without the words' places."""
        heard, first = self._part(within)
        return [
            search.score(lattice.words) if search.reaches(lattice.words) else -np.inf
            for search, lattice in self._searched(orders, heard, first)
        ]

    def _part(self, within: Span) -> tuple[acoustic_model.Floats, int]:
        """The features of a part of the sound, and the number of their first frame."""
        frames = len(self._features)
        first, last = (min(frames, max(0, ms) // FRAME_MS) for ms in (within.start_ms, within.end_ms))
        return self._features[first:last], first

    def _searched(
        self, orders: Sequence[Sequence[Spoken]], heard: acoustic_model.Floats, first: int
    ) -> Iterator[tuple[Search, Lattice]]:
        lattices = [self._builder.build(words) for words in orders]
        recorded = scoring.Recorded(self._model, heard, [lattice.column for lattice in lattices], self._block)
        for lattice in lattices:
            # A part of the sound is short enough to look at everything.
            search = Search(self._model, lattice, self._prices, BEAMS[1:2], recorded.background)
            for _ in search.run(recorded, self._in_speech[first : first + len(heard)]):
                pass
            yield search, lattice

    @cached_property
    def _block(self) -> scoring.Block:
        return scoring.Block(self._model)

    def _told(
        self, search: Search, lattice: Lattice, end: int, heard: acoustic_model.Floats, first: int
    ) -> Listened:
        if not search.reaches(end):  # so many words cannot be said in so short a time
            return Listened((None,) * lattice.words, (), -np.inf)
        steps = search.path(end)
        fits = _fits(self._model, lattice, steps, heard, np.concatenate(search.background))
        return replace(self._listened(steps, fits, lattice.words, first), score=search.score(end))

    def _listened(self, steps: Sequence[Step], fits: Sequence[float], words: int, first: int) -> Listened:
        found: list[WordSpan | None] = [None] * words
        unwritten = []
        for n, step in enumerate(steps):
            quiet_before = n == 0 or steps[n - 1].way is Way.SILENCE
            quiet_after = n + 1 == len(steps) or steps[n + 1].way is Way.SILENCE
            span = Span(_ms(step.first + first, quiet_before), _ms(step.last + first, quiet_after))
            if step.way is Way.UNWRITTEN:
                unwritten.append(span)
            elif step.way in (Way.WORD, Way.STAND_IN):
                if quiet_before:
                    span = Span(min(rise_ms(self._samples, span.start_ms), span.end_ms), span.end_ms)
                found[step.word] = WordSpan(
                    span, fits[n], step.way is Way.STAND_IN, quiet_before, quiet_after
                )
        return Listened(tuple(found), tuple(unwritten))


def _speech_frames(regions: Sequence[Span], frames: int) -> NDArray[np.bool_]:
    if not regions:
        return np.ones(frames, bool)
    speech = np.zeros(frames, bool)
    for region in regions:
        first = max(0, region.start_ms - _SPEECH_MARGIN_MS) // FRAME_MS
        speech[first : (region.end_ms + _SPEECH_MARGIN_MS) // FRAME_MS] = True
    return speech


def _fits(
    model: acoustic_model.Acoustics,
    lattice: Lattice,
    steps: Sequence[Step],
    heard: acoustic_model.Floats,
    background: acoustic_model.Floats,
) -> list[float]:
    """Mean score per frame of each step against the phone loop; 0 for steps without states of the model."""
    columns = np.full(len(heard), -1, np.int64)
    for step in steps:
        if step.way is Way.WORD:
            first_state = int(lattice.start[step.chain])
            for state, (begin, end) in enumerate(
                zip(step.states, (*step.states[1:], step.last), strict=True)
            ):
                columns[begin:end] = lattice.column[first_state + state]
    gained = scoring.path_scores(model, heard, columns) - background
    total = np.concatenate([[0.0], np.cumsum(gained, dtype=np.float64)])
    return [
        float(total[s.last] - total[s.first]) / max(1, s.last - s.first) if s.way is Way.WORD else 0.0
        for s in steps
    ]


def _ms(frame: int, beside_silence: bool) -> int:
    return frame * FRAME_MS + (_FRAME_START_MS if beside_silence else _BORDER_MS) if frame else 0
