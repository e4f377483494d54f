"""Reference speech: recordings with what is truly said in them, from the demo and from the folder that VIGNETTE_DATA names.

The demo's truth is exact. Under VIGNETTE_DATA, `speech/` holds real recordings, whose README says how far each truth can be
trusted, and `natural/` a film with synthetic voices in a room, of which the first ten minutes are taken. Recordings that are
joined from others are left out: their words would count twice. Words flagged loose, partial or cut are counted, but not timed.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from pipeline.english.verbalize import spoken_words
from pipeline.media.audio import Audio
from pipeline.media.facts import decode_audio
from pipeline.timing import SAMPLE_RATE_HZ

ROOT = Path(__file__).resolve().parent.parent
SUFFIXES = {".flac", ".wav", ".mp3"}
# Whose words were timed by hand, by their README.
HAND_TIMED = {"emuae_a", "ldc93s1", "mfa_acoustic_corpus", "praat_bobby"}
GROUPS = {
    "hand_timed": "timed by hand",
    "meetings": "AMI meetings",
    "film": "film, 10 minutes, first words of utterances",
    "other": "other recordings",
    "demo": "the demo",
}
FILM_S = 600


@dataclass
class Reference:
    """What is said in one recording: spoken words, and the true start of those words that are timed; `most_s` of it are heard."""

    name: str
    media: Path
    group: str = "other"
    most_s: int = 0
    words: list[str] = field(default_factory=list)
    starts_ms: dict[int, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def add(self, text: str, start_ms: int | None) -> None:
        """Add a word or phrase; the start is that of its first word."""
        spoken = spoken_words(text)
        if start_ms is not None and spoken:
            self.starts_ms[len(self.words)] = start_ms
        self.words += spoken
        self.lines.append(text)

    def audio(self) -> Audio:
        """The sound that is heard."""
        audio = decode_audio(self.media)
        return Audio(audio.samples[: self.most_s * SAMPLE_RATE_HZ]) if self.most_s else audio


def references() -> Iterator[Reference]:
    """The demo, and with VIGNETTE_DATA every recording with a text under `speech/` and the film."""
    yield demo()
    if folder := os.environ.get("VIGNETTE_DATA"):
        for place in sorted((Path(folder) / "speech").iterdir()):
            if (reference := recording(place)) is not None:
                yield reference
        yield film(Path(folder) / "natural")


def demo() -> Reference:
    """The demo with its exact truth."""
    truth = json.loads((ROOT / "tests" / "data" / "demo_truth.json").read_text("utf-8"))
    reference = Reference("demo", ROOT / "media" / "demo.mp4", "demo")
    for utterance in truth["utterances"]:
        reference.add(utterance["text"], utterance["start_ms"])
    return reference


def film(folder: Path) -> Reference:
    """The first ten minutes of a film; short sounds of assent that others talk over are no reference."""
    reference = Reference("film", folder / "standin.mp4", "film", FILM_S)
    for one in json.loads((folder / "truth.json").read_text("utf-8"))["utterances"]:
        if one["end"] <= FILM_S and not one["backchannel"]:
            reference.add(one["text"], round(one["start"] * 1000))
    return reference


def recording(folder: Path) -> Reference | None:
    """One folder of the data: its words with times, else its phrases, else its text alone; None without a text."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    media = next((p for p in files if p.stem == "audio" and p.suffix in SUFFIXES), None)
    if media is None or not (folder / "ref.txt").exists() or "_cat" in folder.name:
        return None
    group = (
        "hand_timed" if folder.name in HAND_TIMED else "meetings" if folder.name.startswith("ami_") else ""
    )
    reference = Reference(folder.name, media, group or "other")
    timed = folder / "ref.json"
    if not timed.exists():
        reference.add((folder / "ref.txt").read_text("utf-8"), None)
        return reference
    for item in json.loads(timed.read_text("utf-8")):
        trusted = not any(item.get(flag) for flag in ("loose", "partial", "cut", "soft"))
        reference.add(item.get("word") or item["text"], round(item["start"] * 1000) if trusted else None)
    return reference
