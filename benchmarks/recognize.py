"""How much of what is said a recognizer finds, how well it times it, how fast: on the demo and on real
recordings.

usage: python -m benchmarks.recognize [--recognizer sphinx] [--without-subtitles] [--processes N] [NAME ...]

Every recording is heard with its own reference text as the script (or without any), so that the ceiling of a
biased ear is measured, not an editor's typos. Printed per recording and pooled:

  found     share of the reference's words that are heard, aligned word by word (Levenshtein)
  WER       substitutions + deletions + insertions over the words of the reference, as NIST's sclite counts
  onset     median of |start heard - true start| of the words found (of utterances, where words are not timed)
  100 ms    share of those within 100 ms
  x real    processor-independent: time taken over the recording's length

The demo's truth is exact. With VIGNETTE_DATA the recordings under its folder `speech` are used as well; their
README says how far each truth can be trusted. Words flagged loose, partial or cut are counted, but not timed.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from pipeline.english.verbalize import spoken_words
from pipeline.media.facts import decode_audio
from pipeline.settings import TranscribeSettings
from pipeline.stages import transcribe
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord

ROOT = Path(__file__).resolve().parent.parent
SUFFIXES = {".flac", ".wav", ".mp3"}


@dataclass
class Reference:
    """What is said in one recording: spoken words, and the true start of those words that are timed."""

    name: str
    media: Path
    words: list[str] = field(default_factory=list)
    starts_ms: dict[int, int] = field(default_factory=dict)
    lines: list[str] = field(default_factory=list)

    def add(self, text: str, start_ms: int | None) -> None:
        if start_ms is not None:
            self.starts_ms[len(self.words)] = start_ms
        self.words += spoken_words(text)
        self.lines.append(text)


@dataclass
class Score:
    """Counts that can be pooled."""

    words: int = 0
    found: int = 0
    errors: int = 0
    onsets_ms: list[int] = field(default_factory=list)
    heard_s: float = 0.0
    took_s: float = 0.0

    def __iadd__(self, other: Score) -> Score:
        self.words += other.words
        self.found += other.found
        self.errors += other.errors
        self.onsets_ms += other.onsets_ms
        self.heard_s += other.heard_s
        self.took_s += other.took_s
        return self

    def __str__(self) -> str:
        timed = len(self.onsets_ms)
        within = sum(e <= 100 for e in self.onsets_ms) / timed if timed else 0.0
        onset = (
            f"onset {median(self.onsets_ms):4.0f} ms, {within:6.1%} within 100 ms of {timed}"
            if timed
            else "not timed"
        )
        shares = f"found {self.found / max(1, self.words):6.1%}  WER {self.errors / max(1, self.words):6.1%}"
        return f"{self.words:6} words  {shares}  {onset}  {self.took_s / max(0.1, self.heard_s):.3f} x real"


def references() -> Iterator[Reference]:
    """The demo, and every recording with a text under VIGNETTE_DATA/speech."""
    yield demo()
    if folder := os.environ.get("VIGNETTE_DATA"):
        for place in sorted((Path(folder) / "speech").iterdir()):
            if (reference := recording(place)) is not None:
                yield reference


def demo() -> Reference:
    truth = json.loads((ROOT / "tests" / "data" / "demo_truth.json").read_text("utf-8"))
    reference = Reference("demo", ROOT / "media" / "demo.mp4")
    for utterance in truth["utterances"]:
        reference.add(utterance["text"], utterance["start_ms"])
    return reference


def recording(folder: Path) -> Reference | None:
    """One folder of the data: its words with times, else its phrases, else its text alone."""
    files = sorted(folder.iterdir()) if folder.is_dir() else []
    media = next((p for p in files if p.stem == "audio" and p.suffix in SUFFIXES), None)
    if media is None or not (folder / "ref.txt").exists():
        return None
    reference = Reference(folder.name, media)
    timed = folder / "ref.json"
    if not timed.exists():
        reference.add((folder / "ref.txt").read_text("utf-8"), None)
        return reference
    for item in json.loads(timed.read_text("utf-8")):
        trusted = not any(item.get(flag) for flag in ("loose", "partial", "cut", "soft"))
        reference.add(item.get("word") or item["text"], round(item["start"] * 1000) if trusted else None)
    return reference


def aligned(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[int, list[tuple[int, int]]]:
    """The least number of edits, and the pairs of equal words on one such path."""
    rows = [list(range(len(hypothesis) + 1))]
    for i, word in enumerate(reference, 1):
        row = [i]
        for j, other in enumerate(hypothesis, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (word != other)))
        rows.append(row)
    pairs, i, j = [], len(reference), len(hypothesis)
    while i and j:
        if reference[i - 1] == hypothesis[j - 1] and rows[i][j] == rows[i - 1][j - 1]:
            pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
        elif rows[i][j] == rows[i - 1][j - 1] + 1:
            i, j = i - 1, j - 1
        elif rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return rows[-1][-1], pairs[::-1]


def measure(reference: Reference, settings: TranscribeSettings, with_subtitles: bool) -> Score:
    audio = decode_audio(reference.media)
    given = as_script(reference) if with_subtitles else None
    began = time.perf_counter()
    heard = transcribe.run(audio, given, settings)
    took_s = time.perf_counter() - began
    hypothesis = [word for token in heard.tokens for word in spoken_words(token.text)]
    starts = [token.span.start_ms for token in heard.tokens for _ in spoken_words(token.text)]
    errors, pairs = aligned(reference.words, hypothesis)
    onsets = [abs(starts[j] - reference.starts_ms[i]) for i, j in pairs if i in reference.starts_ms]
    return Score(len(reference.words), len(pairs), errors, onsets, audio.duration_ms / 1000, took_s)


def as_script(reference: Reference) -> Subtitles:
    cues = tuple(
        SubtitlesCue(None, tuple(SubtitlesWord(w) for w in line.split())) for line in reference.lines
    )
    return Subtitles(f"{reference.name}.txt", SubtitlesFormat.TEXT, cues)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these recordings (parts of names)")
    parser.add_argument(
        "--recognizer", default="sphinx", choices=["auto", "whisper", "sphinx"], help="default: sphinx"
    )
    parser.add_argument("--without-subtitles", action="store_true", help="tell the recognizer nothing")
    parser.add_argument("--processes", type=int, default=0, help="default: one per core, at most 4")
    asked: Any = parser.parse_args()
    settings = TranscribeSettings(recognizer=asked.recognizer, processes=asked.processes, words="always")
    pooled = Score()
    for reference in references():
        if asked.names and not any(name in reference.name for name in asked.names):
            continue
        score = measure(reference, settings, not asked.without_subtitles)
        print(f"{reference.name:22} {score}", flush=True)
        pooled += score
    print(f"{'all':22} {pooled}")


if __name__ == "__main__":
    main()
