"""The settings of each stage: one group per stage, a field per choice with its unit, type, default and bounds.

`pipeline.settings` reads them from files and the command line.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from annotated_types import Ge, Le

# pydantic reads this from each group: a key that is not a field is a mistake, never ignored.
STRICT: dict[str, Any] = {"extra": "forbid", "strict": True}

Processes = Annotated[int, Ge(0), Le(256)]
Probability = Annotated[float, Ge(0), Le(1)]
Milliseconds = Annotated[int, Ge(0), Le(10_000)]


@dataclass(frozen=True, slots=True)
class WhisperSettings:
    """How Whisper decodes, and the thresholds of the guards against its hallucinations (`pipeline.speech.asr.guards`).

    `device` auto = CUDA where it is; `batch` windows are decoded at once (0 = 2, with CUDA 16); `hints` tells it names and terms.
    A window is silence when `silence_probability` and `silence_logprob` are both passed, and its words are guesses when it is
    unsure of them and writes more than `hurried_words_per_s` into its speech. One that leaves `unheard_ms` of speech in a row
    without a word is heard again in two halves.
    Hints alone, or `echoed_hints` of them in a row, are no words below `echo_confidence`. A phrase said more than
    `loop_repeats` times in a row stays once; a window that compresses better than `loop_compression` is heard again; neither
    where the words take `loop_word_ms` and more, as a person's do.
    Words are dropped `outside_speech_ms` from speech, and at a window's end `past_end_ms` after it; words give back
    `swallowed_silence_ms` or more of silence. `border_words` is how many words make a repeated sentence where windows meet.
    """

    __pydantic_config__ = STRICT
    device: Literal["auto", "cpu", "cuda"] = "auto"
    batch: Annotated[int, Ge(0), Le(256)] = 0
    beam: Annotated[int, Ge(1), Le(20)] = 5
    hints: bool = True
    silence_probability: Probability = 0.6
    silence_logprob: Annotated[float, Ge(-20), Le(0)] = -0.75
    hurried_words_per_s: Annotated[float, Ge(1), Le(100)] = 5.5
    unheard_ms: Milliseconds = 5_000
    echo_confidence: Probability = 0.6
    echoed_hints: Annotated[int, Ge(2), Le(100)] = 3
    loop_repeats: Annotated[int, Ge(1), Le(100)] = 4
    loop_compression: Annotated[float, Ge(1), Le(100)] = 2.4
    loop_word_ms: Annotated[int, Ge(0), Le(2000)] = 120
    outside_speech_ms: Milliseconds = 200
    past_end_ms: Milliseconds = 150
    swallowed_silence_ms: Milliseconds = 100
    border_words: Annotated[int, Ge(2), Le(64)] = 4
    shortest_word_ms: Annotated[int, Ge(0), Le(500)] = 20


@dataclass(frozen=True, slots=True)
class TranscribeSettings:
    """The choice of recognizer, and voice activity detection.

    `recognizer` auto = Whisper when its weights are local, else PocketSphinx, which is always there.
    `words` auto = words are recognized only where no text came with the recording: the aligner does better from the text alone.
    `processes` 0 = one per core, at most 4.
    `speech_threshold` is Silero's probability from which on sound is speech.
    """

    __pydantic_config__ = STRICT
    recognizer: Literal["auto", "whisper", "sphinx"] = "auto"
    model: str = "auto"
    words: Literal["auto", "always"] = "auto"
    processes: Processes = 0
    speech_threshold: Annotated[float, Ge(0.05), Le(0.95)] = 0.5
    whisper: WhisperSettings = field(default_factory=WhisperSettings)


@dataclass(frozen=True, slots=True)
class AlignSettings:
    """Forced alignment: `processes` 0 = one per core, at most 4."""

    __pydantic_config__ = STRICT
    processes: Processes = 0


@dataclass(frozen=True, slots=True)
class VerifySettings:
    """The second witness: which windows of 30 seconds an independent recognizer hears.

    `mode` none = it hears nothing; doubts = the windows with the worst doubts, up to a `share` of all windows or `least_windows`,
    and a random sample of `sampled_share` of them or `sampled_windows`; all = everything. `model` auto = tiny.en where it is
    here, else the smallest; where the aligner loses its way it asks that model in any mode, within the same budget. Readings are
    suggested from the probability `suggest_from` on that they are right.
    """

    __pydantic_config__ = STRICT
    mode: Literal["none", "doubts", "all"] = "doubts"
    model: str = "auto"
    share: Probability = 0.17
    least_windows: Annotated[int, Ge(0), Le(100_000)] = 8
    sampled_share: Probability = 0.05
    sampled_windows: Annotated[int, Ge(0), Le(100_000)] = 4
    suggest_from: Probability = 0.8


@dataclass(frozen=True, slots=True)
class SpeakerSettings:
    """Speaker diarization: `most` people speak at most (0: not known); the roster's length limits voices that are alike."""

    __pydantic_config__ = STRICT
    most: Annotated[int, Ge(0), Le(100)] = 0


@dataclass(frozen=True, slots=True)
class PictureSettings:
    """Shot detection and on-screen text.

    `shots` key-frames decodes key frames and what the packets show to be worth it (a cut that is not exact says so), exact
    decodes every picture, which takes minutes. `read_text` reads what is written on the screen.
    """

    __pydantic_config__ = STRICT
    shots: Literal["key-frames", "exact"] = "key-frames"
    read_text: bool = True


@dataclass(frozen=True, slots=True)
class CaptionSettings:
    """How captions are divided: a row of `pipeline.profiles`, and what is put in place of its limits.

    A limit left out (None) is the profile's own. `recue` true divides all anew, false keeps the editor's cues wherever they break
    no rule, auto chooses one of these for the whole file by measure (`pipeline.stages.captions.recue`); `labels`
    says whether speakers are named in the captions; `linger_ms` how long a caption may stay after its last word; `srt_positions`
    whether SubRip files say which captions stand elsewhere than below (`{\\an8}`), which some players show as text; WebVTT does.
    """

    __pydantic_config__ = STRICT
    profile: Literal["training", "netflix", "bbc", "dcmp", "wcag-fcc"] = "training"
    max_line_chars: Annotated[int, Ge(16), Le(120)] | None = None
    max_lines: Annotated[int, Ge(1), Le(4)] | None = None
    max_chars_per_s: Annotated[float, Ge(5), Le(60)] | None = None
    max_words_per_minute: Annotated[int, Ge(60), Le(600)] | None = None
    min_duration_ms: Annotated[int, Ge(100), Le(10_000)] | None = None
    max_duration_ms: Annotated[int, Ge(1000), Le(60_000)] | None = None
    min_gap_ms: Annotated[int, Ge(0), Le(1000)] | None = None
    linger_ms: Annotated[int, Ge(0), Le(5000)] | None = None
    labels: bool = True
    recue: Literal["auto", True, False] = "auto"
    srt_positions: bool = True
