"""Real speech whose truth is known: `python -m benchmarks.align --speech`, with the folder VIGNETTE_DATA.

Words of the AMI meetings (truth by forced alignment, so only 300 ms is asked; overlapped words apart), hand-timed words, and
lines of reading. Words marked `loose` or `cut` in the data are left out, as its README says. The meetings are put once more at a
quarter of their level, under white noise 5 dB below their words, and with their phrases shuffled, which says only whether they
are refused.
"""

from __future__ import annotations

import json
import random
import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks import results
from benchmarks.align import Sound, calibration, share
from pipeline.media.audio import Audio
from pipeline.speech import vad
from pipeline.stages import align
from pipeline.stages.verify.shares import interval
from pipeline.timing import SAMPLE_RATE_HZ
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord

HAND_TIMED = ("emuae_a", "ldc93s1", "mfa_acoustic_corpus")
LINES = ("sonnet1", "sonnet3", "lj001")
WITHIN_MS = 300
QUIETER_DB, NOISE_DB = 12, 5
Errors = list[tuple[int | None, float]]


def speech(data: Path, wrong: float) -> dict[str, float]:
    """The figures of real speech, with this share of its words wrong or missing."""
    meetings = sorted(p.name for p in (data / "speech").glob("ami_*") if (p / "ref.json").is_file())
    figures: dict[str, float] = {"meetings": len(meetings)}
    pooled: Errors = []
    for title, key, names in (
        ("meetings (AMI)", "meeting", meetings),
        ("hand-timed words", "hand", HAND_TIMED),
    ):
        found = [word_errors(data / "speech" / name, wrong) for name in names]
        for label, own, under in (
            (title, f"{key}_clear", False),
            (f"{title}, overlapped", f"{key}_overlapped", True),
        ):
            some = [[(e, c) for e, c, is_under in words if is_under is under] for words in found]
            figures |= told(label, own, some)
            pooled += [error for errors in some if not under for error in errors]
    for title, key, change in (("a quarter as loud", "quiet", quiet), ("in noise", "noisy", noisy)):
        found = [word_errors(data / "speech" / name, wrong, change) for name in meetings]
        figures |= told(f"meetings, {title}", key, [[(e, c) for e, c, _ in words] for words in found])
        figures |= refusals(title, key, [not words for words in found])
    figures |= refusals(
        "shuffled", "shuffled", [is_refused_shuffled(data / "speech" / name) for name in meetings]
    )
    for name in LINES:
        errors = line_errors(data / "speech" / name)
        print(f"{name:28} {len(errors):4} lines  200 ms {share(errors, 200):6.1%}")
    calibration(pooled)
    return figures


def told(label: str, key: str, recordings: Sequence[Errors]) -> dict[str, float]:
    """Print how many of some words start within `WITHIN_MS`, with the interval between recordings; the same as figures."""
    errors = [error for own in recordings for error in own]
    if not errors:
        return {}
    middle = statistics.median(abs(e) if e is not None else 9999 for e, _ in errors)
    low, high = interval(
        [(len(own), sum(abs(e) <= WITHIN_MS for e, _ in own if e is not None)) for own in recordings]
    )
    near = share(errors, WITHIN_MS)
    print(
        f"{label:28} {len(errors):4} words  median {middle:5.1f} ms  100 ms {share(errors, 100):6.1%}  "
        f"{WITHIN_MS} ms {near:6.1%} [{low:.1%}, {high:.1%}]"
    )
    shares = {"": near, "_low": low, "_high": high}
    return {f"{key}_words": len(errors), **{f"{key}_within{n}_percent": 100 * s for n, s in shares.items()}}


def refusals(title: str, key: str, refused: Sequence[bool]) -> dict[str, float]:
    print(f"meetings, {title}: {sum(refused)} of {len(refused)} refused")
    return {f"{results.slug(key)}_refused": sum(refused)}


def quiet(audio: Audio, reference: Sequence[dict[str, Any]]) -> Audio:
    return Audio((audio.samples * 10 ** (-QUIETER_DB / 20)).round().astype(np.int16))


def noisy(audio: Audio, reference: Sequence[dict[str, Any]]) -> Audio:
    """White noise so far below the mean power of the words."""
    samples = audio.samples.astype(np.float64)
    spoken = np.concatenate(
        [samples[int(r["start"] * SAMPLE_RATE_HZ) : int(r["end"] * SAMPLE_RATE_HZ)] for r in reference]
    )
    level = np.sqrt(np.mean(spoken**2) / 10 ** (NOISE_DB / 10))
    noise = np.random.default_rng(3).normal(0, level, len(samples))
    return Audio(np.clip(samples + noise, -32768, 32767).astype(np.int16))


def is_refused_shuffled(folder: Path) -> bool:
    """Whether a meeting is refused whose phrases stand in another order than they are said."""
    name = "ref.phrases.json" if (folder / "ref.phrases.json").is_file() else "ref.json"
    lines = [r["text"] for r in json.loads((folder / name).read_text("utf-8")) if "text" in r]
    random.Random(4).shuffle(lines)
    given = script_of(lines)
    return align.is_refuted(Sound.of(next(folder.glob("audio.*"))).align(given), given)


def script_of(lines: Iterable[str]) -> Subtitles:
    cues = tuple(SubtitlesCue(None, tuple(SubtitlesWord(w) for w in line.split())) for line in lines)
    return Subtitles("reference", SubtitlesFormat.TEXT, cues)


def word_errors(
    folder: Path, wrong: float = 0.0, change: Callable[[Audio, Sequence[dict[str, Any]]], Audio] | None = None
) -> list[tuple[int | None, float, bool]]:
    """Error, confidence and whether somebody else talks at the same time, of every word that can be scored; those that were
    made wrong or taken out of the text cannot. None where the text is refused."""
    reference = sorted(
        (r for r in json.loads((folder / "ref.json").read_text("utf-8")) if "word" in r),
        key=lambda r: r["start"],
    )
    rng = random.Random(5)
    fates = [rng.choice(("gone", "other")) if rng.random() < wrong else "" for _ in reference]
    others = [r["word"].replace(" ", "_") for r in reference]
    said = [
        (truth, rng.choice(others) if fate else word, fate)
        for truth, word, fate in zip(reference, others, fates, strict=True)
        if fate != "gone"
    ]
    sound = Sound.of(next(folder.glob("audio.*")))
    if change is not None:
        audio = change(sound.audio, reference)
        sound = Sound(audio, replace(sound.heard, regions=vad.speech_regions(audio)))
    given = script_of([" ".join(text for _, text, _ in said)])
    aligned = sound.align(given)
    if align.is_refuted(aligned, given):
        return []
    found = []
    for (truth, _, fate), token in zip(said, aligned.tokens, strict=True):
        if truth.get("loose") or truth.get("cut") or fate:
            continue
        under = any(
            o.get("speaker") != truth.get("speaker")
            and o["start"] < truth["end"]
            and o["end"] > truth["start"]
            for o in reference
        )
        found.append((token.span.start_ms - round(truth["start"] * 1000), token.confidence, under))
    return found


def line_errors(folder: Path) -> list[tuple[int | None, float]]:
    name = "ref.phrases.json" if (folder / "ref.phrases.json").is_file() else "ref.json"
    lines = [r for r in json.loads((folder / name).read_text("utf-8")) if "text" in r]
    aligned = Sound.of(next(folder.glob("audio.*"))).align(script_of(r["text"] for r in lines))
    at, errors = 0, []
    for line in lines:
        token = aligned.tokens[at]
        if not line.get("soft"):
            errors.append((token.span.start_ms - round(line["start"] * 1000), token.confidence))
        at += len(line["text"].split())
    return errors
