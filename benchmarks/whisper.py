"""Our Whisper stage beside faster-whisper itself: same weights, same sound, same process; is ours ever slower, is text lost?

    python -m benchmarks.whisper [SOUND] [--model NAME-OR-FOLDER] [--rounds 5]
    python -m benchmarks.whisper --model small-shaped        random weights of Whisper small's shape: what size costs

Both are timed from decoded sound to words with times, the search for speech included: faster-whisper runs its own batched
pipeline as its documentation shows it, with word times. Rounds alternate which goes first, and the medians are compared, so that
a busy machine strikes both alike; the processor's time, which it disturbs least, is shown beside the clock's. Without weights
on this machine the tests' tiny double is used, and that is said: its rate
says nothing about a real model's, the ratio says what our layer costs at worst, because the network itself costs nearly nothing.
"""

from __future__ import annotations

import argparse
import difflib
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import sized_whisper
from pipeline import regions, weights
from pipeline.media import decode_audio
from pipeline.progress import silent
from pipeline.recognizers import Bias
from pipeline.recognizers.whisper import BATCH, Whisper, compute_type, device_for
from pipeline.settings import WhisperSettings
from pipeline.sound import Audio
from pipeline.timing import SAMPLE_RATE_HZ, Span

SMALL_SHAPED = "small-shaped"
TINY = Path(__file__).parent.parent / "tests" / "data" / "tiny_whisper"
SHORTEST_S = 180


def chosen_model(name: str, scratch: Path) -> tuple[str, Path]:
    """The weights to run, and what to call them; what is made for the occasion lies in `scratch`."""
    if name == SMALL_SHAPED:
        return "random weights of small's shape", sized_whisper.build(scratch)
    if name != "auto":
        return name, weights.find(name)
    return weights.find_best() or ("the tests' tiny double (no weights are on this machine)", TINY)


def sound_of(path: Path) -> Audio:
    """The sound of a file, repeated until it lasts three minutes."""
    audio = decode_audio(path)
    times = -(-SHORTEST_S * SAMPLE_RATE_HZ // max(1, len(audio.samples)))
    return Audio(np.tile(audio.samples, times))


def ours(recognizer: Whisper, model: Any, audio: Audio) -> list[str]:
    """The words of our stage: where speech is, what is said there, what the guards leave."""
    speech = regions.speech_regions(audio)
    return [token.text for token in recognizer.hear(model, audio, speech, Bias(), silent)]


def theirs(recognizer: Whisper, model: Any, audio: Audio) -> list[str]:
    """The words of faster-whisper's batched pipeline with its own search for speech and its own defaults."""
    sound = audio.window(Span(0, audio.duration_ms))
    batch = recognizer.settings.batch or BATCH[recognizer.device]
    segments, _ = model.transcribe(sound, language="en", word_timestamps=True, batch_size=batch)
    return [word.word.strip() for segment in segments for word in segment.words]


class Took(NamedTuple):
    """Seconds by the clock, and of the processor's cores together."""

    wall_s: float
    cpu_s: float


def timed(run: Callable[..., list[str]], *inputs: Any) -> tuple[Took, list[str]]:
    began = time.perf_counter(), time.process_time()
    words = run(*inputs)
    return Took(time.perf_counter() - began[0], time.process_time() - began[1]), words


def compare(
    recognizer: Whisper, audio: Audio, rounds: int
) -> tuple[dict[str, list[Took]], dict[str, list[str]]]:
    """Seconds by round, and words, of both; who goes first alternates; one round before is not counted."""
    model = recognizer.load()
    sides = {"ours": ours, "theirs": theirs}
    seconds: dict[str, list[Took]] = {side: [] for side in sides}
    words: dict[str, list[str]] = {}
    for number in range(rounds + 1):
        for side in sorted(sides, reverse=number % 2 == 1):
            took_s, words[side] = timed(sides[side], recognizer, model, audio)
            if number:
                seconds[side].append(took_s)
    return seconds, words


def main() -> None:
    parser = argparse.ArgumentParser(description="Our Whisper stage beside faster-whisper itself.")
    parser.add_argument("sound", type=Path, nargs="?", default=TINY / "sentences.flac")
    parser.add_argument("--model", default="auto")
    parser.add_argument("--rounds", type=int, default=5)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        report(chosen.sound, *chosen_model(chosen.model, Path(scratch)), chosen.rounds)


def report(sound: Path, label: str, directory: Path, rounds: int) -> None:
    """Print how long both take for a sound, and how alike their words are."""
    device = device_for(WhisperSettings())
    audio = sound_of(sound)
    print(
        f"model: {label} ({compute_type(device)} on {device}); sound: {audio.duration_ms / 1000:.0f} s of {sound.name}"
    )
    seconds, words = compare(Whisper(label, directory, device=device), audio, rounds)
    for side, took in seconds.items():
        wall, cpu = [t.wall_s for t in took], [t.cpu_s for t in took]
        print(
            f"{side:>7}: median {statistics.median(wall):6.2f} s ({min(wall):.2f} to {max(wall):.2f}), "
            f"processor {statistics.median(cpu):6.2f} s, {len(words[side])} words"
        )
    pairs = list(zip(seconds["ours"], seconds["theirs"], strict=True))
    wall_ratio = statistics.median(a.wall_s / b.wall_s for a, b in pairs)
    cpu_ratio = statistics.median(a.cpu_s / b.cpu_s for a, b in pairs)
    print(f"ours / theirs: median of rounds {wall_ratio:.3f} by the clock, {cpu_ratio:.3f} by the processor")
    same = difflib.SequenceMatcher(None, words["ours"], words["theirs"], autojunk=False).ratio()
    print(f"words alike: {100 * same:.1f} % (the windows are packed differently, and guards take words away)")


if __name__ == "__main__":
    main()
