"""What Whisper writes where nobody says a word, and what it loses and adds in bad sound: raw batched faster-whisper beside ours.

usage: python -m benchmarks.invented [--model NAME] [--seconds 150] [--without WHAT ...] [--record]

Nobody speaks: every sound of `benchmarks.sounds` for so many seconds (silence, noises, hum, music, applause, knocks), alone and
very quiet, and what lies between the words of the recordings of VIGNETTE_DATA (breath, laughter, rooms). Every word is invented.
Voices without words: speech backwards, ten voices at once backwards; a person would write nothing, or "[inaudible]".
Bad sound: recordings with a text, over a telephone, at 8 kHz, very quiet, and over noises and music at -5 to 20 dB. A word is
lost when it is not among those found, invented when it is one more than was said (`benchmarks.word_errors`).

Both sides hear the same samples with the same weights in one process; the raw side is what faster-whisper's documentation
shows, with its own search for speech. Speech comes from the demo, and from VIGNETTE_DATA where it is set.
"""

from __future__ import annotations

import argparse
import json
import os
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import results, sounds, word_errors
from benchmarks.reference_speech import SUFFIXES, demo, recording
from pipeline.media.audio import Audio
from pipeline.media.facts import decode_audio
from pipeline.progress import silent
from pipeline.settings import WhisperSettings
from pipeline.speech import vad, weights
from pipeline.speech.asr import Bias
from pipeline.speech.asr.device import device_for
from pipeline.speech.asr.whisper import Whisper
from pipeline.timing import SAMPLE_RATE_HZ, Span
from pipeline.transcript import Token

# Recordings whose words are heard in bad sound: readings, calls, spontaneous talk; some four minutes.
SPOKEN = (
    "az_custom_2",
    "chromecast_call",
    "emuae_a",
    "erewhon",
    "katiesteve_mono",
    "lj001",
    "mfa_acoustic_corpus",
)
NOISES = {
    "pink noise": lambda s: sounds.coloured(s, 1),
    "chords and drums": sounds.NOBODY["chords and drums"],
}
SNRS_DB = (-5, 0, 10, 20)
QUIET_DBFS = -55
SHORTEST_GAP_S = 1.0
# What is said in these is not all written down, or not timed well enough to cut between words.
NOT_CUT = ("_cat", "libri", "chromecast_call", "ky25a")


@dataclass
class Tally:
    """Words lost and invented by each side in so many seconds, and which; of ours, what each guard took."""

    seconds: float = 0.0
    words: int = 0
    lost: Counter[str] = field(default_factory=Counter)
    invented: Counter[str] = field(default_factory=Counter)
    texts: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    taken: Counter[str] = field(default_factory=Counter)

    def __iadd__(self, other: Tally) -> Tally:
        self.seconds, self.words = self.seconds + other.seconds, self.words + other.words
        self.lost, self.invented = self.lost + other.lost, self.invented + other.invented
        self.taken += other.taken
        return self

    def figures(self) -> dict[str, float]:
        """Words an hour, by side."""
        hours = self.seconds / 3600
        found: dict[str, float] = {"minutes": self.seconds / 60, "words": self.words}
        for side in ("raw", "ours"):
            found[f"{side}_invented"] = self.invented[side]
            found[f"{side}_invented_per_hour"] = self.invented[side] / hours
            if self.words:
                found[f"{side}_lost"] = self.lost[side]
                found[f"{side}_lost_per_hour"] = self.lost[side] / hours
        return found


@dataclass(frozen=True)
class Ears:
    """Both sides, with the same weights."""

    recognizer: Whisper
    model: Any

    def add(self, tally: Tally, sound: sounds.Sound, reference: str) -> None:
        """Hear a sound with both, and count."""
        samples = (np.clip(sound, -1, 32767 / 32768) * 32768).astype(np.int16)
        audio = Audio(samples)
        for side, text in {"raw": self.raw(audio), "ours": self.ours(audio, tally.taken)}.items():
            found = word_errors.counts(reference, text)
            tally.lost[side] += found.lost
            tally.invented[side] += found.invented
            if text:
                tally.texts[side][text[:80]] += 1
        tally.words += found.words
        tally.seconds += len(samples) / SAMPLE_RATE_HZ

    def raw(self, audio: Audio) -> str:
        """The text of faster-whisper's batched pipeline with its defaults."""
        sound = audio.window(Span(0, audio.duration_ms))
        segments, _ = self.model.transcribe(sound, language="en", word_timestamps=True)
        return " ".join(segment.text.strip() for segment in segments)

    def ours(self, audio: Audio, taken: Counter[str]) -> str:
        """The text of our stage."""

        def note(guard: str, before: Sequence[Token], after: Sequence[Token]) -> None:
            taken[guard] += len(before) - len(after)

        speech = vad.speech_regions(audio)
        heard = self.recognizer.recognize_with(self.model, audio, speech, Bias(), silent, note)
        return " ".join(token.text for token in heard)


Material = Iterator[tuple[str, str, list[tuple[sounds.Sound, str]]]]
"""Group, name, and sounds with what is said in them."""


def nobody(seconds: int) -> Material:
    """Sounds without a voice, computed and cut from recordings."""
    for name, make in sounds.NOBODY.items():
        yield "nobody", name, [(make(seconds), "")]
    for name in ("pink noise", "mains hum"):
        yield "nobody", f"{name}, very quiet", [(sounds.at_level(sounds.NOBODY[name](seconds), -70), "")]
    if between := [(sound, "") for sound in gaps()]:
        yield "nobody", "between the words of recordings", between


def gaps() -> Iterator[sounds.Sound]:
    """What lies between words and turns in the recordings of VIGNETTE_DATA, joined by recording."""
    folder = os.environ.get("VIGNETTE_DATA")
    for place in sorted((Path(folder) / "speech").iterdir()) if folder else ():
        turns, timed = place / "ref.rttm", place / "ref.json"
        media = [p for p in place.glob("audio.*") if p.suffix in SUFFIXES] if place.is_dir() else []
        if not media or not turns.exists() or any(part in place.name for part in NOT_CUT):
            continue
        rows = (line.split() for line in turns.read_text("utf-8").splitlines() if line.strip())
        said = [(float(row[3]), float(row[3]) + float(row[4])) for row in rows]
        said += (
            [(i["start"], i["end"]) for i in json.loads(timed.read_text("utf-8"))] if timed.exists() else []
        )
        sound = sounds.without(whole(media[0]), said)
        if len(sound) >= SHORTEST_GAP_S * SAMPLE_RATE_HZ:
            yield sound


def whole(path: Path) -> sounds.Sound:
    """All samples of a recording."""
    audio = decode_audio(path)
    return audio.window(Span(0, audio.duration_ms))


def voices(seconds: int) -> Material:
    """Voices that say no word."""
    speech = np.concatenate([sound for sound, _ in spoken()])
    yield "voices", "speech backwards", [(sounds.backwards(speech[: seconds * SAMPLE_RATE_HZ]), "")]
    yield "voices", "ten voices at once, backwards", [(sounds.babble(speech, seconds), "")]


def spoken() -> list[tuple[sounds.Sound, str]]:
    """Speech with its text: the recordings of `SPOKEN`, or the demo."""
    folder = os.environ.get("VIGNETTE_DATA")
    found = [recording(Path(folder) / "speech" / name) for name in SPOKEN] if folder else [demo()]
    return [(whole(one.media), " ".join(one.lines)) for one in found if one]


def bad_sound() -> Material:
    """The same speech, clean and worse."""
    clean = spoken()
    yield "bad sound", "as recorded", clean
    yield "bad sound", "telephone, 300 to 3400 Hz", [(sounds.banded(s, 300, 3400), t) for s, t in clean]
    yield "bad sound", "8 kHz", [(sounds.banded(s, 0, 4000), t) for s, t in clean]
    quiet = [(sounds.at_level(s, QUIET_DBFS), t) for s, t in clean]
    yield "bad sound", f"very quiet, {QUIET_DBFS} dBFS", quiet
    for name, make in NOISES.items():
        for snr_db in SNRS_DB:
            noise = make(60)
            yield "bad sound", f"{name}, {snr_db} dB", [(sounds.mixed(s, noise, snr_db), t) for s, t in clean]
    hall = sounds.babble(np.concatenate([s for s, _ in clean]), 60)
    yield "bad sound", "ten voices, 5 dB", [(sounds.mixed(s, hall, 5), t) for s, t in clean]


def report(ears: Ears, seconds: int, without: Sequence[str]) -> dict[str, float]:
    """Print a row for each sound and the sums of each group; gives the sums as figures."""
    materials = {"nobody": nobody(seconds), "voices": voices(seconds), "bad sound": bad_sound()}
    figures: dict[str, float] = {}
    for group, material in materials.items():
        total = Tally()
        for _, name, heard in material if group not in without else ():
            tally = Tally()
            for sound, reference in heard:
                ears.add(tally, sound, reference)
            print_row(name, tally)
            total += tally
        if total.seconds:
            print_row(f"ALL: {group}", total)
            figures |= {f"{results.slug(group)}_{key}": n for key, n in total.figures().items()}
    return figures


def print_row(name: str, tally: Tally) -> None:
    """One sound: minutes, words, and each side's lost and invented ones."""
    sides = "   ".join(
        f"{side} lost {tally.lost[side]:4} invented {tally.invented[side]:4}" for side in ("raw", "ours")
    )
    took = ", ".join(f"{guard} {n}" for guard, n in tally.taken.items() if n)
    print(f"{name:34} {tally.seconds / 60:5.1f} min {tally.words:5} words   {sides}   {took}", flush=True)
    for side, texts in tally.texts.items():
        if not tally.words:
            for text, _ in texts.most_common(4):
                print(f"{'':20}{side}: {text}")


def main() -> None:
    """Hear and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", default="auto", help="a Whisper model, or a folder of weights")
    parser.add_argument("--seconds", type=int, default=150, help="of each sound without words (default 150)")
    parser.add_argument("--without", nargs="*", default=[], choices=["nobody", "voices", "bad sound"])
    results.offer(parser)
    asked = parser.parse_args()
    name = asked.model
    if name == "auto":
        name, _ = weights.find_best() or (name, None)
    recognizer = Whisper(Path(name).name, weights.find(name), device=device_for(WhisperSettings()))
    print(f"model {recognizer.model}; words counted by {word_errors.counted_by()}")
    figures = report(Ears(recognizer, recognizer.load()), asked.seconds, asked.without)
    if asked.record:
        results.record(f"invented_{results.slug(recognizer.model)}", figures)


if __name__ == "__main__":
    main()
