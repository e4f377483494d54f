"""Our Whisper stage beside faster-whisper itself: same weights, same sound, same process; is ours ever slower, is text lost?

    python -m benchmarks.whisper [SOUND ...] [--model NAME-OR-FOLDER] [--rounds 7] [--seconds 600] [--record]
    python -m benchmarks.whisper --model small-shaped        random weights of Whisper small's shape: what size costs

Words first: every word that one has and the other lacks is put to an account. faster-whisper hears the sound twice, in the
windows that it cuts itself, and in ours, one by one and with its own defaults; whatever differs between these two comes of the
windows alone. From there on only the guards may change anything, and each says what it took. What is then still missing or added
is unexplained: there must be none, or the command fails. Without SOUND that is done for the tests' sentences in a row and, where
the double listens, which knows them, one by one; its own text falls apart in long windows, so that guards have work to do there.

Then time, from decoded sound to words with times, the search for speech included: faster-whisper runs its own batched
pipeline as its documentation shows it, with word times. Rounds alternate which goes first, and the median of their ratios counts,
so that a busy machine strikes both alike; the processor's time, which it disturbs least, is shown beside the clock's. Without
weights on this machine the tests' tiny double is used, and that is said: its rate says nothing about a real model's, the ratio
says what our layer costs at worst, because the network itself costs nearly nothing.
"""

from __future__ import annotations

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from benchmarks import results, sized_whisper
from pipeline.media.audio import Audio
from pipeline.media.facts import decode_audio
from pipeline.progress import silent
from pipeline.settings import WhisperSettings
from pipeline.speech import vad, weights
from pipeline.speech.asr import Bias
from pipeline.speech.asr.choice import compute_type
from pipeline.speech.asr.device import device_for
from pipeline.speech.asr.packing import pack
from pipeline.speech.asr.whisper import BATCH, Whisper
from pipeline.timing import SAMPLE_RATE_HZ, SAMPLES_PER_MS, Span
from pipeline.transcript import Token

SMALL_SHAPED = "small-shaped"
TINY = Path(__file__).parent.parent / "tests" / "data" / "tiny_whisper"
AROUND_MS = 500
GUARDS = {
    "loop_compression": "heard again, because they looped",
    "unheard_ms": "heard again in halves, because speech was left without words",
    "hurried_words_per_s": "guesses, more than there is time for",
    "silence_probability": "in windows that the network takes for silence",
    "echo_confidence": "hints read off their list",
    "loop_repeats": "loops",
    "past_end_ms": "past the end of speech",
    "outside_speech_ms": "outside speech",
    "border_words": "said again where windows meet",
}


def chosen_model(name: str, scratch: Path) -> tuple[str, Path]:
    """The weights to run, and what to call them; what is made for the occasion lies in `scratch`."""
    if name == SMALL_SHAPED:
        return "random weights of small's shape", sized_whisper.build(scratch)
    if name != "auto":
        return name, weights.find(name)
    return weights.find_best() or ("the tests' tiny double (no weights are on this machine)", TINY)


def lasting(audio: Audio, seconds: int) -> Audio:
    """The sound, over and over until it lasts so long."""
    times = -(-seconds * SAMPLE_RATE_HZ // max(1, len(audio.samples)))
    return Audio(np.tile(audio.samples, times)[: seconds * SAMPLE_RATE_HZ])


def sentences() -> tuple[list[Audio], list[str]]:
    """The tests' sentences, each alone with half a second on both sides, and all their words."""
    spoken = decode_audio(TINY / "sentences.flac")
    alone, true = [], []
    for sentence in json.loads((TINY / "sentences.json").read_text("utf-8")):
        words = sentence["words"]
        first, last = words[0][1] - AROUND_MS, words[-1][2] + AROUND_MS
        alone.append(Audio(spoken.samples[first * SAMPLES_PER_MS : last * SAMPLES_PER_MS]))
        true += [word for word, _, _ in words]
    return alone, true


def ours(recognizer: Whisper, model: Any, audio: Audio) -> list[str]:
    """The words of our stage: where speech is, what is said there, what the guards leave."""
    speech = vad.speech_regions(audio)
    return [token.text for token in recognizer.recognize_with(model, audio, speech, Bias(), silent)]


def theirs(recognizer: Whisper, model: Any, audio: Audio) -> list[str]:
    """The words of faster-whisper's batched pipeline with its own search for speech and its own defaults."""
    sound = audio.window(Span(0, audio.duration_ms))
    batch = recognizer.settings.batch or BATCH[recognizer.device]
    segments, _ = model.transcribe(sound, language="en", word_timestamps=True, batch_size=batch)
    return [word.word for segment in segments for word in segment.words]


def theirs_in(model: Any, window: np.ndarray) -> list[str]:
    """The words of faster-whisper's batched pipeline in one window, with its own defaults."""
    clip = {"start": 0.0, "end": (len(window) + 0.5) / SAMPLE_RATE_HZ}  # it rounds down
    segments, _ = model.transcribe(window, language="en", word_timestamps=True, clip_timestamps=[clip])
    return [word.word for segment in segments for word in segment.words]


def whole_words(pieces: Sequence[str]) -> list[str]:
    """faster-whisper's words as we write them: marks and word ends belong to the word before them."""
    words: list[str] = []
    for piece in "".join(pieces).split():
        if any(c.isalnum() for c in piece):
            words.append(piece)
        elif words:
            words[-1] += piece
    return words


@dataclass
class Account:
    """How many words each has, and why. `taken` and `given` are by the guard's setting."""

    theirs: int = 0
    only_theirs: int = 0
    only_ours: int = 0
    their_marks: int = 0
    in_our_windows: int = 0
    ours: int = 0
    unexplained: int = 0
    windows: int = 0
    taken: Counter[str] = field(default_factory=Counter)
    given: Counter[str] = field(default_factory=Counter)
    said: dict[str, list[str]] = field(default_factory=lambda: {"theirs": [], "ours": []})

    def add(self, recognizer: Whisper, model: Any, audio: Audio) -> None:
        """Hear a sound three times and put every word to its account."""
        speech = vad.speech_regions(audio)
        chunks = tuple(pack(audio, speech))
        pieces = theirs(recognizer, model, audio)
        own = whole_words(pieces)
        same = [word for chunk in chunks for word in whole_words(theirs_in(model, chunk.sound(audio)))]
        expected = Counter(same)

        def note(setting: str, before: Sequence[Token], after: Sequence[Token]) -> None:
            left, right = Counter(t.text for t in before), Counter(t.text for t in after)
            self.taken[setting] += (left - right).total()
            self.given[setting] += (right - left).total()
            expected.subtract(left)
            expected.update(right)

        heard = [t.text for t in recognizer.recognize_with(model, audio, speech, Bias(), silent, note)]
        expected.subtract(heard)
        self.unexplained += sum(map(abs, expected.values()))
        self.theirs, self.their_marks = self.theirs + len(pieces), self.their_marks + len(pieces) - len(own)
        self.only_theirs += (Counter(own) - Counter(same)).total()
        self.only_ours += (Counter(same) - Counter(own)).total()
        self.in_our_windows, self.ours = self.in_our_windows + len(same), self.ours + len(heard)
        self.windows += len(chunks)
        self.said["theirs"] += own
        self.said["ours"] += heard

    def print(self, true: Sequence[str] = ()) -> None:
        """A table of it."""
        rows = [
            ("faster-whisper, windows of its own", self.theirs, 0),
            ("  marks that are no words by themselves", -self.their_marks, 0),
            ("  other windows, other words", -self.only_theirs, self.only_ours),
            (f"faster-whisper, our {self.windows} windows", self.in_our_windows, 0),
            *((f"  {name}: {what}", -self.taken[name], self.given[name]) for name, what in GUARDS.items()),
            ("ours", self.ours, 0),
            ("unexplained", self.unexplained, 0),
        ]
        for what, number, more in rows:
            print(f"  {what:62}{number:6}" + (f" {more:+}" if more else ""))
        if true:
            right = [
                f"{who} {'all' if words == list(true) else 'not all'}" for who, words in self.said.items()
            ]
            print(f"  of {len(true)} words that are said, right: {', '.join(right)}")


class Took(NamedTuple):
    """Seconds by the clock, and of the processor's cores together."""

    wall_s: float
    cpu_s: float


def timed(run: Callable[..., list[str]], *inputs: Any) -> Took:
    began = time.perf_counter(), time.process_time()
    run(*inputs)
    return Took(time.perf_counter() - began[0], time.process_time() - began[1])


def compare(recognizer: Whisper, model: Any, audio: Audio, rounds: int) -> dict[str, list[Took]]:
    """Seconds by round of both; who goes first alternates; one round before is not counted."""
    sides = {"ours": ours, "theirs": theirs}
    seconds: dict[str, list[Took]] = {side: [] for side in sides}
    for number in range(rounds + 1):
        for side in sorted(sides, reverse=number % 2 == 1):
            took = timed(sides[side], recognizer, model, audio)
            if number:
                seconds[side].append(took)
    return seconds


def print_times(seconds: dict[str, list[Took]]) -> dict[str, float]:
    """Print what both took; gives the ratios, ours to theirs, as figures."""
    for side, took in seconds.items():
        wall, cpu = [t.wall_s for t in took], [t.cpu_s for t in took]
        print(
            f"  {side:>6}: median {statistics.median(wall):6.2f} s ({min(wall):.2f} to {max(wall):.2f}), "
            f"processor {statistics.median(cpu):6.2f} s ({min(cpu):.2f} to {max(cpu):.2f})"
        )
    pairs = list(zip(seconds["ours"], seconds["theirs"], strict=True))
    wall_ratio = statistics.median(a.wall_s / b.wall_s for a, b in pairs)
    cpu_ratio = statistics.median(a.cpu_s / b.cpu_s for a, b in pairs)
    print(
        f"  ours / theirs: median of {len(pairs)} rounds {wall_ratio:.3f} by the clock, {cpu_ratio:.3f} by the processor"
    )
    return {"rounds": len(pairs), "clock_ratio": wall_ratio, "cpu_ratio": cpu_ratio}


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("sounds", type=Path, nargs="*", help="default: the tests' sentences")
    parser.add_argument("--model", default="auto", help="a name or a folder of weights, or small-shaped")
    parser.add_argument("--rounds", type=int, default=7, help="how often both are timed (default 7)")
    parser.add_argument("--seconds", type=int, default=600, help="how long every sound lasts (default 600)")
    results.offer(parser)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        label, directory = chosen_model(chosen.model, Path(scratch))
        device = device_for(WhisperSettings())
        print(f"model: {label} ({compute_type(device)} on {device})")
        recognizer = Whisper(label, directory, device=device)
        lost, figures = report(recognizer, chosen.sounds, chosen.seconds, chosen.rounds)
    if chosen.record:
        results.record(f"whisper_{key_of(chosen.model, label, directory)}", figures)
    sys.exit(f"{lost} words differ for no reason that is known" if lost else 0)


def key_of(model: str, label: str, directory: Path) -> str:
    """What a model's figures are called: no folder but the model's own is named."""
    if directory == TINY:
        return "tiny_double"
    return results.slug(label if model == "auto" else Path(model).name)


def report(
    recognizer: Whisper, paths: Sequence[Path], seconds: int, rounds: int
) -> tuple[int, dict[str, float]]:
    """Print where words go and how long both take; gives how many words went nobody knows where, and the figures: words of
    all sounds, times of the last."""
    model = recognizer.load()
    accounts = []
    times: dict[str, float] = {}
    if not paths and recognizer.directory == TINY:
        alone, true = sentences()
        accounts.append(accounted(recognizer, model, f"{len(alone)} sentences one by one", alone, true))
    for path in paths or (TINY / "sentences.flac",):
        audio = lasting(decode_audio(path), seconds)
        accounts.append(accounted(recognizer, model, f"{seconds} s of {path.name}", [audio]))
        if rounds:
            times = print_times(compare(recognizer, model, audio, rounds))
    lost = sum(account.unexplained for account in accounts)
    guards_took = sum(account.taken.total() for account in accounts)
    return lost, {"sound_s": seconds, "unexplained_words": lost, "words_guards_took": guards_took, **times}


def accounted(
    recognizer: Whisper, model: Any, label: str, sounds: Sequence[Audio], true: Sequence[str] = ()
) -> Account:
    account = Account()
    for audio in sounds:
        account.add(recognizer, model, audio)
    print(f"{label}: words")
    account.print(true)
    return account


if __name__ == "__main__":
    main()
