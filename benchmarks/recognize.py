"""The ear on real recordings: how much of what is said it finds, how well it times it, what it costs.

usage: python -m benchmarks.recognize [--model NAME] [--sides raw ours sphinx script] [--record] [NAME ...]

  raw      faster-whisper's batched pipeline as its documentation shows it: its own search for speech, its defaults, word times
  ours     our transcribe stage with the same weights in the same process, and then the aligner (`stages/align/recognized.py`)
  sphinx   PocketSphinx, told nothing
  script   PocketSphinx with the reference as its script: the ceiling of an ear that knows the text, and the timing of its words

Raw and ours take turns in going first. Printed for each recording and pooled by group:

  WER      substitutions + deletions + insertions over the words of the reference, without fillers (`benchmarks.word_errors`)
  fillers  share of "um", "uh", "mm-hmm" in the reference that are written; repeats: of words said twice in a row, both
  start    |time given - true start| of words that are found: its median, and the share within 100 and within 300 ms
  cpu      seconds of processor time, search for speech included, weights loaded before; x real: sound over time by the clock
  peak     the most memory of the process while it heard one recording (Linux)

Which recordings there are is said in `benchmarks.reference_speech`.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks import results, word_errors
from benchmarks.reference_speech import GROUPS, Reference, demo, references
from pipeline.english.disfluencies import is_hesitation
from pipeline.english.verbalize import spoken_words
from pipeline.media.audio import Audio
from pipeline.progress import silent
from pipeline.settings import TranscribeSettings, WhisperSettings
from pipeline.speech import vad, weights
from pipeline.speech.asr import Bias
from pipeline.speech.asr.device import device_for
from pipeline.speech.asr.whisper import Whisper
from pipeline.stages import transcribe
from pipeline.stages.align import recognized
from pipeline.timing import SAMPLE_RATE_HZ, Span, seconds_to_ms
from pipeline.transcript import Heard, Token
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord

WARM_UP_S = 10
Word = tuple[str, int]
"""As it is written, and its start in ms."""
Hear = Callable[[Reference, Audio], dict[str, tuple[list[Word], float, float]]]
"""What a side hears: by the name of a row, its words, and the seconds of processor and clock that they took."""


@dataclass
class Score:
    """Counts that can be pooled."""

    words: int = 0
    errors: int = 0
    starts_ms: list[int] = field(default_factory=list)
    fillers: list[bool] = field(default_factory=list)
    repeats: list[bool] = field(default_factory=list)
    heard_s: float = 0.0
    cpu_s: float = 0.0
    clock_s: float = 0.0
    peak_mb: int = 0

    def __iadd__(self, other: Score) -> Score:
        for name in ("words", "errors", "starts_ms", "fillers", "repeats", "heard_s", "cpu_s", "clock_s"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        self.peak_mb = max(self.peak_mb, other.peak_mb)
        return self

    def __str__(self) -> str:
        figures = self.figures()
        text = f"{self.words:5} words  WER {figures['wer_percent']:5.1f} %"
        if self.fillers or self.repeats:
            text += f"  fillers {sum(self.fillers)}/{len(self.fillers)}  repeats {sum(self.repeats)}/{len(self.repeats)}"
        if self.starts_ms:
            text += f"  start {figures['start_ms']:4.0f} ms, {figures['within_100_percent']:5.1f} % within 100 ms, "
            text += f"{figures['within_300_percent']:5.1f} % within 300 ms of {len(self.starts_ms)}"
        speed = self.heard_s / max(0.001, self.clock_s)
        return f"{text}  cpu {self.cpu_s:6.1f} s, {speed:4.1f} x real, peak {self.peak_mb} MB"

    def figures(self) -> dict[str, float]:
        """The score as numbers."""
        figures = {"words": self.words, "wer_percent": 100 * self.errors / max(1, self.words)}
        if self.starts_ms:
            figures |= {"timed": len(self.starts_ms), "start_ms": median(self.starts_ms)}
            for ms in (100, 300):
                within = sum(e <= ms for e in self.starts_ms) / len(self.starts_ms)
                figures[f"within_{ms}_percent"] = 100 * within
        return figures


def score(reference: Reference, words: Sequence[Word], heard_s: float, cpu_s: float, clock_s: float) -> Score:
    """The score of what was heard in one recording."""
    counted = word_errors.counts(" ".join(reference.lines), " ".join(text for text, _ in words))
    heard = [word for text, _ in words for word in spoken_words(text)]
    starts = [start for text, start in words for _ in spoken_words(text)]
    pairs = dict(word_errors.aligned(reference.words, heard)[1])
    off = [abs(starts[pairs[i]] - true) for i, true in reference.starts_ms.items() if i in pairs]
    fillers = [i in pairs for i, word in enumerate(reference.words) if is_hesitation(word)]
    repeats = [i in pairs and i + 1 in pairs for i, (a, b) in enumerate(pairwise(reference.words)) if a == b]
    return Score(
        counted.words, counted.errors, off, fillers, repeats, heard_s, cpu_s, clock_s, _peak_mb(),
    )  # fmt: skip


def _peak_mb() -> int:
    """The most memory of this process since `_forget_peak`; 0 where the system does not tell."""
    try:
        lines = Path("/proc/self/status").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) // 1024 for line in lines if line.startswith("VmHWM")), 0)


def _forget_peak() -> None:
    try:
        Path("/proc/self/clear_refs").write_text("5", "utf-8")
    except OSError:
        return


class Clock:
    """Seconds of processor and clock since the last question."""

    def __init__(self) -> None:
        self._at = time.process_time(), time.perf_counter()

    def took(self) -> tuple[float, float]:
        """Seconds of the processor's cores together, and by the clock."""
        before, self._at = self._at, (time.process_time(), time.perf_counter())
        return self._at[0] - before[0], self._at[1] - before[1]


def whole_words(segments: Any) -> list[Word]:
    """faster-whisper's words as we write them: marks and word ends belong to the word before them."""
    words: list[Word] = []
    for piece in (word for segment in segments for word in segment.words):
        text = piece.word.strip()
        if words and text and (not piece.word.startswith(" ") or not any(c.isalnum() for c in text)):
            words[-1] = (words[-1][0] + text, words[-1][1])
        elif text:
            words.append((text, seconds_to_ms(piece.start)))
    return words


def _as_words(tokens: Sequence[Token]) -> list[Word]:
    return [(token.text, token.span.start_ms) for token in tokens]


def raw(model: Any) -> Hear:
    """faster-whisper's batched pipeline with its defaults."""

    def hear(_: Reference, audio: Audio) -> dict[str, tuple[list[Word], float, float]]:
        clock = Clock()
        sound = audio.window(Span(0, audio.duration_ms))
        segments, _info = model.transcribe(sound, language="en", word_timestamps=True)
        words = whole_words(segments)
        return {"raw": (words, *clock.took())}

    return hear


def ours(recognizer: Whisper, model: Any) -> Hear:
    """Our adapter, and what the aligner makes of its times."""

    def hear(_: Reference, audio: Audio) -> dict[str, tuple[list[Word], float, float]]:
        clock = Clock()
        speech = vad.speech_regions(audio)
        tokens = recognizer.recognize_with(model, audio, speech, Bias(), silent)
        adapter = clock.took()
        timed = recognized.aligned(audio, Heard("whisper", recognizer.model, False, tokens, speech))
        whole = [a + b for a, b in zip(adapter, clock.took(), strict=True)]
        return {"adapter": (_as_words(tokens), *adapter), "ours": (_as_words(timed), whole[0], whole[1])}

    return hear


def sphinx(name: str) -> Hear:
    """PocketSphinx, with the reference as its script where `name` is "script"; its search runs in processes of its own, whose
    time the processor's does not hold."""
    settings = TranscribeSettings(recognizer="sphinx", words="always")

    def hear(reference: Reference, audio: Audio) -> dict[str, tuple[list[Word], float, float]]:
        clock = Clock()
        given = as_script(reference) if name == "script" else None
        return {name: (_as_words(transcribe.run(audio, given, settings).tokens), *clock.took())}

    return hear


def as_script(reference: Reference) -> Subtitles:
    """The reference as a script that came with the recording."""
    cues = tuple(
        SubtitlesCue(None, tuple(SubtitlesWord(w) for w in line.split())) for line in reference.lines
    )
    return Subtitles(f"{reference.name}.txt", SubtitlesFormat.TEXT, cues)


def sides_of(names: Sequence[str], model: str) -> tuple[str, list[Hear]]:
    """What is to be heard with, and the name of the Whisper in it."""
    found: list[Hear] = [sphinx(name) for name in names if name in ("sphinx", "script")]
    if not {"raw", "ours"} & {*names}:
        return "sphinx", found
    label, folder = weights.find_best() or (model, None) if model == "auto" else (model, weights.find(model))
    recognizer = Whisper(label, folder or weights.find(label), device=device_for(WhisperSettings()))
    loaded = recognizer.load()
    sides = {"raw": raw(loaded), "ours": ours(recognizer, loaded)}
    return label, [side for name, side in sides.items() if name in names] + found


def measure(chosen: Sequence[Reference], sides: list[Hear]) -> dict[tuple[str, str], Score]:
    """Print every recording; gives the scores by group and row."""
    pooled: dict[tuple[str, str], Score] = defaultdict(Score)
    for hear in sides:  # whoever is first of a process pays for what is loaded once
        hear(demo(), Audio(demo().audio().samples[: WARM_UP_S * SAMPLE_RATE_HZ]))
    for reference in chosen:
        audio = reference.audio()
        sides.reverse()
        for hear in sides:
            _forget_peak()
            for row, (words, cpu_s, clock_s) in hear(reference, audio).items():
                one = score(reference, words, audio.duration_ms / 1000, cpu_s, clock_s)
                print(f"{reference.name:22} {row:8} {one}", flush=True)
                pooled[reference.group, row] += one
    return pooled


def report(pooled: dict[tuple[str, str], Score]) -> dict[str, float]:
    """Print the groups and all; gives the figures, each called after its group and row."""
    everything: dict[str, Score] = defaultdict(Score)
    figures: dict[str, float] = {}
    order = ["raw", "adapter", "ours", "sphinx", "script"]
    for group, row in sorted(pooled, key=lambda key: ([*GROUPS].index(key[0]), order.index(key[1]))):
        print(f"{GROUPS[group]:44} {row:8} {pooled[group, row]}")
        everything[row] += pooled[group, row]
        figures |= {f"{group}_{row}_{key}": n for key, n in pooled[group, row].figures().items()}
    for row, one in everything.items():
        print(f"{'all':44} {row:8} {one}")
        found = {key: sum(getattr(one, key)) for key in ("fillers", "repeats")}
        figures |= {f"all_{row}_{key}": n for key, n in one.figures().items()}
        figures |= {f"all_{row}_{key}_found": n for key, n in found.items()}
        figures |= {"fillers": len(one.fillers), "repeats": len(one.repeats)}
        figures |= {f"{row}_x_real": one.heard_s / max(0.001, one.clock_s), f"{row}_peak_mb": one.peak_mb}
        figures |= {f"{row}_cpu_ratio": one.cpu_s / everything["raw"].cpu_s} if "raw" in everything else {}
    return figures


def main() -> None:
    """Hear and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these recordings (parts of names)")
    parser.add_argument("--model", default="auto", help="a Whisper model, or a folder of weights")
    parser.add_argument(
        "--sides", nargs="+", default=["raw", "ours"], choices=["raw", "ours", "sphinx", "script"]
    )
    results.offer(parser)
    asked = parser.parse_args()
    chosen = [r for r in references() if not asked.names or any(name in r.name for name in asked.names)]
    label, sides = sides_of(asked.sides, asked.model)
    print(f"model {label}; words counted by {word_errors.counted_by()}")
    figures = report(measure(chosen, sides))
    if asked.record:
        results.record(f"recognize_{results.slug(Path(label).name)}", figures)


if __name__ == "__main__":
    main()
