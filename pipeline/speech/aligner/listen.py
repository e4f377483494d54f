"""Alignment of a recording with a text: where each word was found, and how well the sound fits it."""

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
from pipeline.speech.aligner.features import FRAME_MS, Features
from pipeline.speech.aligner.lattice import Builder, Lattice, Penalties, Spoken, Way
from pipeline.speech.aligner.onsets import onset_ms
from pipeline.speech.aligner.viterbi import Search
from pipeline.speech.aligner.vtln import features
from pipeline.timing import SAMPLES_PER_MS, Span

# Frame t is centred on 10 t + 12.8 ms and stands for the 10 ms around that centre: a sound that comes out of silence begins
# there. Between two sounds people mark the boundary a little earlier, where the first begins to change.
_FRAME_START_MS = 8
_BOUNDARY_MS = 4  # a choice
_SPEECH_MARGIN_MS = 120  # widens the regions of speech, which begin late at soft onsets; a choice


@dataclass(frozen=True, slots=True)
class WordSpan:
    """Where a word was found. `fit` is its mean log likelihood ratio per frame against the phone loop, in nats: about 0 for
    words that are said, -2 and less for others. `stand_in`: other speech is in its place. `after_pause` and `before_pause`:
    silence is next to it. `heard`: a recognizer that did not know the text heard it there, too."""

    span: Span
    fit: float
    stand_in: bool = False
    after_pause: bool = False
    before_pause: bool = False
    heard: bool = False


@dataclass(frozen=True, slots=True)
class Alignment:
    """The alignment of a text: for every word where it was found (None: skipped), the speech that no word explains, and the log
    likelihood ratio of it all against the phone loop, in nats."""

    found: tuple[WordSpan | None, ...]
    unwritten: tuple[Span, ...]
    score: float = 0.0


class Aligner:
    """Forced aligner of one recording: holds its features and where somebody speaks, and aligns texts with it.

    `samples` are 16-bit mono sound at 16 kHz; `regions` are the spans with speech, empty where they are not
    known. Raises WeightsError when the acoustic model is missing.
    """

    def __init__(
        self,
        samples: NDArray[np.int16],
        regions: Sequence[Span],
        threads: int = 0,
        penalties: Penalties | None = None,
    ) -> None:
        self._samples, self._threads, self._penalties = samples, threads, penalties or Penalties()
        self._model = acoustic_model.load()
        self._in_speech = _speech_frames(regions, len(samples) // SAMPLES_PER_MS // FRAME_MS + 1)
        self._features = features(samples, self._in_speech, self._model, threads)
        self._builder = Builder(self._model, self._penalties)

    def align(self, words: Sequence[Spoken], progress: Progress = silent) -> Alignment:
        """Align the words, in their order, with the whole recording."""
        if not len(self._features) or not words:
            return Alignment((None,) * len(words), ())
        lattice = self._builder.build(words)
        search = Search(self._model, lattice, self._penalties)
        with scoring.Blocks(self._model, self._features, self._threads) as blocks:
            for done in search.run(blocks, self._in_speech):
                progress(done / len(self._features))
        return self._result(search, lattice, search.likeliest_node(), self._features, 0)

    def compare(self, texts: Sequence[Sequence[Spoken]], within: Span) -> list[Alignment]:
        """Align each of several texts with one part of the recording: all its words in their order, up to the end of the part."""
        segment, first = self._part(within)
        if not len(segment):
            return [Alignment((None,) * len(words), ()) for words in texts]
        return [
            self._result(search, lattice, lattice.words, segment, first)
            for search, lattice in self._searched(texts, segment, first)
        ]

    def likelihoods(self, texts: Sequence[Sequence[Spoken]], within: Span) -> list[float]:
        """Log likelihood ratio of each of several texts against the phone loop for one part of the recording, in nats; -inf for
        texts too long for it."""
        segment, first = self._part(within)
        return [
            search.score(lattice.words) if search.reaches(lattice.words) else -np.inf
            for search, lattice in self._searched(texts, segment, first)
        ]

    def _part(self, within: Span) -> tuple[acoustic_model.Floats, int]:
        """The features of a part of the recording, and the number of their first frame."""
        frames = len(self._features)
        first, last = (min(frames, max(0, ms) // FRAME_MS) for ms in (within.start_ms, within.end_ms))
        return self._features[first:last], first

    def _searched(
        self, texts: Sequence[Sequence[Spoken]], segment: acoustic_model.Floats, first: int
    ) -> Iterator[tuple[Search, Lattice]]:
        """A finished search for each text, with its lattice."""
        lattices = [self._builder.build(words) for words in texts]
        recorded = scoring.ScoredSegment(
            self._model, segment, [lattice.column for lattice in lattices], self._block
        )
        for lattice in lattices:
            # A part of the sound is short enough for a wide beam.
            search = Search(self._model, lattice, self._penalties, BEAMS[1:2], recorded.background)
            for _ in search.run(recorded, self._in_speech[first : first + len(segment)]):
                pass
            yield search, lattice

    @cached_property
    def _block(self) -> scoring.Block:
        return scoring.Block(self._model)

    def _result(
        self,
        search: Search,
        lattice: Lattice,
        end: int,
        segment: acoustic_model.Floats | Features,
        first: int,
    ) -> Alignment:
        """The alignment of a finished search up to node `end`; `first` is the number of the segment's first frame."""
        if not search.reaches(end):  # so many words cannot be said in so short a time
            return Alignment((None,) * lattice.words, (), -np.inf)
        steps = search.path(end)
        fits = _fits(self._model, lattice, steps, segment, np.concatenate(search.background))
        return replace(self._alignment(steps, fits, lattice.words, first), score=search.score(end))

    def _alignment(self, steps: Sequence[Step], fits: Sequence[float], words: int, first: int) -> Alignment:
        found: list[WordSpan | None] = [None] * words
        unwritten = []
        for n, step in enumerate(steps):
            quiet_before = n == 0 or steps[n - 1].way is Way.SILENCE
            quiet_after = n + 1 == len(steps) or steps[n + 1].way is Way.SILENCE
            span = Span(
                _boundary_ms(step.first + first, quiet_before), _boundary_ms(step.last + first, quiet_after)
            )
            if step.way is Way.UNWRITTEN:
                unwritten.append(span)
            elif step.way in (Way.WORD, Way.STAND_IN):
                if quiet_before:
                    span = Span(min(onset_ms(self._samples, span.start_ms), span.end_ms), span.end_ms)
                found[step.word] = WordSpan(
                    span, fits[n], step.way is Way.STAND_IN, quiet_before, quiet_after
                )
        return Alignment(tuple(found), tuple(unwritten))


def _speech_frames(regions: Sequence[Span], frames: int) -> NDArray[np.bool_]:
    """Which frames lie in speech or its margin, shape (frames,); all where no regions are known."""
    if not regions:
        return np.ones(frames, bool)
    speech = np.zeros(frames, bool)
    for region in regions:
        first = max(0, region.start_ms - _SPEECH_MARGIN_MS) // FRAME_MS
        speech[first : (region.end_ms + _SPEECH_MARGIN_MS) // FRAME_MS] = True
    return speech


def _fits(
    model: acoustic_model.AcousticModel,
    lattice: Lattice,
    steps: Sequence[Step],
    segment: acoustic_model.Floats | Features,
    background: acoustic_model.Floats,
) -> list[float]:
    """Mean log likelihood ratio per frame of each step against the phone loop; 0 for steps without states of the model."""
    columns = np.full(len(segment), -1, np.int64)
    for step in steps:
        if step.way is Way.WORD:
            first_state = int(lattice.start[step.chain])
            for state, (begin, end) in enumerate(
                zip(step.states, (*step.states[1:], step.last), strict=True)
            ):
                columns[begin:end] = lattice.column[first_state + state]
    gain = scoring.path_scores(model, segment, columns) - background
    total = np.concatenate([[0.0], np.cumsum(gain, dtype=np.float64)])
    return [
        float(total[s.last] - total[s.first]) / max(1, s.last - s.first) if s.way is Way.WORD else 0.0
        for s in steps
    ]


def _boundary_ms(frame: int, beside_silence: bool) -> int:
    """The time in ms at which frame `frame` begins, as boundary of a word."""
    return frame * FRAME_MS + (_FRAME_START_MS if beside_silence else _BOUNDARY_MS) if frame else 0
