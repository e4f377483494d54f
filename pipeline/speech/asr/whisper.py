"""Whisper (Radford et al. 2022) through faster-whisper: batched decoding of the regions of speech, with word times.

faster-whisper's two `transcribe` methods differ in their defaults, so everything that sways text or time is spelt out in
`_DECODING_OPTIONS`. Hotwords are names and terms, never the text of the subtitles, and nothing is carried from one window to
the next. Memory is bounded by the batch: windows are read as they are needed. Nothing is ever downloaded.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline import loaded
from pipeline.errors import RecognizerError, WeightsError
from pipeline.languages import primary
from pipeline.media.audio import Audio
from pipeline.processes import cores, give_back_memory
from pipeline.progress import Progress
from pipeline.settings import WhisperSettings
from pipeline.speech import weights
from pipeline.speech.aligner.threads import map_ahead
from pipeline.speech.asr import Bias, guards
from pipeline.speech.asr.device import compute_type
from pipeline.speech.asr.heard_words import tokens_of
from pipeline.speech.asr.packing import LONGEST_MS, Chunk, concatenated, halves, pack
from pipeline.timing import SAMPLE_RATE_HZ, Span
from pipeline.transcript import Token

# Choices of ours, by device.
_MOST_THREADS = 8
# On a processor so many threads hear windows side by side, each on a core of its own: two cores that share one window's small
# matrices wait for each other, which is a quarter more work and takes two thirds longer (tiny.en, two cores).
_MOST_LANES = 4
# Windows decoded at once, by each lane: each takes 54 MB (tiny) to 108 MB (small) in the encoder, and more are no quicker on a
# processor.
BATCH = {"cpu": 2, "cuda": 16}
_BATCHES_PER_CALL = 4  # prepared together: a call of faster-whisper costs some milliseconds whatever it holds
_LONGEST_S = LONGEST_MS // 1000
_FRAMES_PER_S = 100  # the unit of faster-whisper's `seek`

_DECODING_OPTIONS: dict[str, Any] = {
    "task": "transcribe",
    "log_progress": False,
    "best_of": 5,
    "patience": 1,
    "length_penalty": 1,
    "repetition_penalty": 1,
    "temperature": [0.0],
    # The guards do what these do, also for batches; the batched method ignores them.
    "compression_ratio_threshold": None,
    "log_prob_threshold": None,
    "no_speech_threshold": None,
    "hallucination_silence_threshold": None,
    "condition_on_previous_text": False,
    "prompt_reset_on_temperature": 0.5,
    "initial_prompt": None,
    "prefix": None,
    "suppress_blank": True,
    # Sounds and brackets are never written: -1 is Whisper's own list of them.
    "suppress_tokens": [-1],
    # The times of words come from attention; time tokens would only cost time.
    "without_timestamps": True,
    "max_initial_timestamp": 0.0,
    "word_timestamps": True,
    "prepend_punctuations": "\"'“¿([{-",
    "append_punctuations": "\"'.。,，!！?？:：”)]}、",
    "multilingual": False,
    "vad_filter": False,
    "vad_parameters": None,
    "max_new_tokens": None,
    "chunk_length": _LONGEST_S,
    "language_detection_threshold": None,
    "language_detection_segments": 1,
}
# A window that came out as a loop is decoded once more, in which no n-gram of so many tokens may stand twice. A choice.
_NO_REPEAT_TOKENS = 5


@dataclass(frozen=True, slots=True)
class Whisper:
    """The Whisper `Recognizer`; `directory` holds the weights, `language` is a tag like "en", `threads` 0 means one per core.

    `device` is "cpu" or "cuda": see `device_for`.
    """

    model: str
    directory: Path
    language: str = "en"
    device: str = "cpu"
    threads: int = 0
    settings: WhisperSettings = field(default_factory=WhisperSettings)

    @property
    def name(self) -> str:
        return "whisper"

    @property
    def uses_sentences(self) -> bool:
        return False

    def recognize(
        self, audio: Audio, regions: tuple[Span, ...], bias: Bias, progress: Progress
    ) -> tuple[Token, ...]:
        """See `Recognizer`. Raises WeightsError for damaged weights, RecognizerError when memory does not suffice or the
        model does not know the language."""
        if not regions:
            progress(1.0)
            return ()
        return self.recognize_with(self.load(), audio, regions, bias, progress)

    def recognize_with(
        self, model: Any, audio: Audio, regions: tuple[Span, ...], bias: Bias, progress: Progress,
        note: guards.Note = guards.no_note,
    ) -> tuple[Token, ...]:  # fmt: skip
        """`recognize` with what `load` gave, so that several recordings may share it; `note` is called with what guards take."""
        chunks = tuple(pack(audio, regions))
        hints = ", ".join(bias.names) if self.settings.hints and bias.names else None
        passages: list[guards.Passage] = []
        for done, own in enumerate(self._decode_all(model, audio, chunks, regions, hints, note), 1):
            passages += own
            progress(done / len(chunks))
        progress(1.0)
        hotwords = bias.names if hints else ()
        return guards.apply_guards(passages, regions, audio.duration_ms, self.settings, hotwords, note)

    def hear(
        self, audio: Audio, chunks: Sequence[Chunk], regions: Sequence[Span], progress: Progress
    ) -> list[tuple[Token, ...]]:
        """The words of each of some windows by itself, without hints, guarded; see `recognize`."""
        found = []
        for own in self._decode_all(self.load(), audio, chunks, regions, None, guards.no_note):
            found.append(guards.apply_guards(own, regions, audio.duration_ms, self.settings))
            progress(len(found) / len(chunks))
        give_back_memory()  # others go on in this process: what the encoder took is theirs
        return found

    @property
    def _threads(self) -> int:
        return self.threads or min(cores(), _MOST_THREADS)

    @property
    def _lanes(self) -> int:
        """How many windows are heard side by side: as many as leave fewest cores idle, of equals most."""
        if self.device != "cpu" or self._threads == 1:
            return 1
        some = range(2, min(self._threads, _MOST_LANES) + 1)
        return max(some, key=lambda lanes: (self._threads // lanes * lanes, lanes))

    @property
    def _batch(self) -> int:
        """How many windows each lane decodes at once; what somebody asks for is for all of them together."""
        return max(1, self.settings.batch // self._lanes) if self.settings.batch else BATCH[self.device]

    def load(self) -> Any:
        """The model, ready for batches, loaded once per process. Raises as `recognize` does."""
        from faster_whisper import BatchedInferencePipeline

        if bad := weights.damaged(self.directory):
            raise self._unusable(f"{' and '.join(bad)} cannot be read: damaged, or cut off")
        if not weights.is_whisper(self.directory):
            raise self._unusable("config.json is not this model's")
        files = sorted(p for p in self.directory.iterdir() if p.is_file())
        model = loaded.once("whisper", files, self._loaded, self.device, self._threads, self._lanes)
        bands, expected = model.feature_extractor.mel_filters.shape[0], model.model.n_mels
        if bands != expected:
            problem = f"listens in {expected} bands, and its {weights.PREPROCESSOR} "
            raise self._unusable(problem + ("says otherwise" if self._has_preprocessor else "is missing"))
        if not model.model.is_multilingual and self._language_code != "en":
            problem = f"the model {self.model} knows English only, and the recording's language is '{self.language}'"
            raise RecognizerError(self.name, problem, "name a multilingual one, like --model small")
        if self._language_code not in model.supported_languages:
            problem = f"it does not know the language '{self.language}'"
            raise RecognizerError(self.name, problem, "choose a multilingual model: --model small")
        return BatchedInferencePipeline(model)

    def _loaded(self) -> Any:
        from faster_whisper import WhisperModel

        weights.check(self.model, self.directory)
        try:
            return WhisperModel(
                str(self.directory.absolute()),
                device=self.device,
                compute_type=compute_type(self.device),
                cpu_threads=self._threads // self._lanes,
                num_workers=self._lanes,
                local_files_only=True,
            )
        except MemoryError:
            raise self._no_memory() from None
        except Exception as error:  # noqa: BLE001 - plain RuntimeError and Exception come of whatever is wrong with a file
            if "out of memory" in str(error):
                raise self._no_memory() from None
            raise self._unusable(f"cannot be loaded: {_first_line(error)}") from None

    def _unusable(self, problem: str) -> WeightsError:
        remedy = f"copy the files to {self.directory} again, or fetch them with 'vignette models fetch'"
        return WeightsError(self.model, problem, remedy)

    @property
    def _has_preprocessor(self) -> bool:
        return (self.directory / weights.PREPROCESSOR).is_file()

    @property
    def _language_code(self) -> str:
        """The language without its region: Whisper knows "en", not "en-GB"."""
        return primary(self.language)

    def _decode_all(
        self, model: Any, audio: Audio, chunks: Sequence[Chunk], regions: Sequence[Span], hints: str | None, note: guards.Note
    ) -> Iterator[list[guards.Passage]]:  # fmt: skip
        """The passages of each chunk, in their order, as soon as they are known; see `_decode`."""
        from faster_whisper import BatchedInferencePipeline

        def decode(group: Sequence[Chunk]) -> list[list[guards.Passage]]:
            # One of its own for each call, over the same weights: faster-whisper's keeps the time that it got to.
            return self._decode(BatchedInferencePipeline(model.model), audio, group, regions, hints, note)

        size = max(1, min(self._batch * _BATCHES_PER_CALL, -(-len(chunks) // self._lanes)))
        with ThreadPoolExecutor(self._lanes) as lanes:
            for group in map_ahead(lanes, decode, _groups(chunks, size), self._lanes):
                yield from group

    def _decode(
        self, model: Any, audio: Audio, chunks: Sequence[Chunk], regions: Sequence[Span], hints: str | None, note: guards.Note
    ) -> list[list[guards.Passage]]:  # fmt: skip
        """The passages of each chunk: one, or two of those that left speech without words and were heard again in halves."""
        passages = self._without_loops(model, audio, chunks, hints, note)
        gappy = [i for i, p in enumerate(passages) if self._leaves_speech(p, chunks[i], regions)]
        parts = [half for i in gappy for half in halves(audio, chunks[i])]
        again = self._without_loops(model, audio, parts, hints, note)
        found = [[passage] for passage in passages]
        for at, index in enumerate(gappy):
            two = again[2 * at : 2 * at + 2]
            if sum(len(p.tokens) for p in two) > len(passages[index].tokens):
                note("unheard_ms", passages[index].tokens, [t for p in two for t in p.tokens])
                found[index] = two
        return found

    def _leaves_speech(self, passage: guards.Passage, chunk: Chunk, regions: Sequence[Span]) -> bool:
        """Whether words are missing among words; where the network wrote none at all it is believed."""
        unheard_ms = guards.unheard(passage.tokens, regions, chunk.hull) if passage.tokens else 0
        return unheard_ms >= self.settings.unheard_ms and not self._is_hallucination(passage)

    def _is_hallucination(self, passage: guards.Passage) -> bool:
        limits = self.settings
        return guards.is_hallucination(passage, limits.silence_probability, limits.silence_logprob)

    def _without_loops(
        self, model: Any, audio: Audio, chunks: Sequence[Chunk], hints: str | None, note: guards.Note
    ) -> list[guards.Passage]:
        """One passage per chunk; those that loop are decoded again."""
        passages = self._transcribed(model, audio, chunks, hints, no_repeat=0)
        looping = [i for i, p in enumerate(passages) if self._loops(p)]
        again = self._transcribed(model, audio, [chunks[i] for i in looping], hints, _NO_REPEAT_TOKENS)
        for index, passage in zip(looping, again, strict=True):
            note("loop_compression", passages[index].tokens, passage.tokens)
            passages[index] = passage
        return passages

    def _loops(self, passage: guards.Passage) -> bool:
        return guards.is_loop(passage.tokens, self.settings.loop_compression, self.settings.loop_word_ms)

    def _transcribed(
        self, model: Any, audio: Audio, chunks: Sequence[Chunk], hints: str | None, no_repeat: int
    ) -> list[guards.Passage]:
        """One passage per chunk, in as large batches as memory allows."""
        if not chunks:
            return []
        sound = concatenated(audio, chunks)
        batch = min(self._batch, len(chunks))
        while True:
            try:
                segments, _ = model.transcribe(
                    sound, language=self._language_code, beam_size=self.settings.beam, batch_size=batch,
                    hotwords=hints, no_repeat_ngram_size=no_repeat, clip_timestamps=_clip_timestamps(chunks), **_DECODING_OPTIONS,
                )  # fmt: skip
                return _passages(list(segments), chunks)
            except (RuntimeError, MemoryError) as error:
                if not isinstance(error, MemoryError) and "out of memory" not in str(error):
                    raise RecognizerError(
                        self.name, f"it gave up: {_first_line(error)}", "try a smaller model: --model tiny.en"
                    ) from error
            if batch == 1:
                raise self._no_memory()
            batch //= 2

    def _no_memory(self) -> RecognizerError:
        return RecognizerError(
            self.name,
            f"the memory does not suffice for {self.model}",
            "name a smaller one, like --model small.en",
        )


def _groups(chunks: Sequence[Chunk], size: int) -> Iterator[Sequence[Chunk]]:
    """The chunks in groups of `size`, in their order."""
    for first in range(0, len(chunks), size):
        yield chunks[first : first + size]


def _clip_timestamps(chunks: Sequence[Chunk]) -> list[dict[str, float]]:
    """The chunks' places in what `concatenated` made, in seconds; half a sample more, because they are rounded down."""
    half = 0.5 / SAMPLE_RATE_HZ
    return [
        {"start": i * _LONGEST_S + half, "end": i * _LONGEST_S + chunk.duration_ms / 1000 + half}
        for i, chunk in enumerate(chunks)
    ]


def _passages(segments: Sequence[Any], chunks: Sequence[Chunk]) -> list[guards.Passage]:
    """Group faster-whisper's segments by the chunk they belong to; a chunk without any is an empty passage."""
    found: list[list[Any]] = [[] for _ in chunks]
    for segment in segments:
        found[segment.seek // (_LONGEST_S * _FRAMES_PER_S)].append(segment)
    return [
        _passage(own, chunk, index * LONGEST_MS)
        for index, (own, chunk) in enumerate(zip(found, chunks, strict=True))
    ]


def _passage(segments: Sequence[Any], chunk: Chunk, offset_ms: int) -> guards.Passage:
    if not segments:
        return guards.Passage(())
    tokens = tokens_of([word for segment in segments for word in segment.words or ()], chunk, offset_ms)
    return guards.Passage(tokens, segments[0].no_speech_prob, segments[0].avg_logprob)


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines()
    return lines[0] if lines else type(error).__name__
