"""Subtitles as an editor might bring them: cut from the truth, then spoiled in known ways.

Times are formatted here and not by the product, so that a mistake in the product's own formatter cannot hide.
"""

from __future__ import annotations

import random
import re
import textwrap
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from benchmarks.demo.timeline import SoundEvent, Utterance

LINE_CHARS = 42
PAL_DRIFT = Fraction(25 * 1001, 24000)  # 25 against 23.976 pictures a second: 1.0427
READING_MS_PER_CHAR = 62


@dataclass(frozen=True)
class Cue:
    """One subtitle; `speaker` is nobody's for a sound. `start_ms` below 0 is possible until it is written."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""


def lines_of(text: str) -> list[str]:
    """The text broken into lines of at most 42 characters."""
    return textwrap.wrap(text, LINE_CHARS, break_long_words=False, break_on_hyphens=False)


def blocks_of(text: str, label: str = "") -> list[str]:
    """The text as cues of one or two lines, broken after a sentence where one ends; `label` stands before
    the first.
    """
    blocks: list[str] = []
    for sentence in re.split(r"(?<=[.?!])\s+", text):
        lead = f"{label} " if label and not blocks else ""
        joined = f"{blocks[-1]} {sentence}" if blocks else lead + sentence
        if blocks and len(lines_of(joined)) <= 2:
            blocks[-1] = joined
        else:
            lines = lines_of(lead + sentence)
            blocks += [" ".join(lines[i : i + 2]) for i in range(0, len(lines), 2)]
    return blocks


def cues_of(utterances: Iterable[Utterance], labels: Callable[[str], str] = lambda who: "") -> list[Cue]:
    """Cues for everything said aloud, murmurs left out, times shared out by characters."""
    cues = []
    for u in utterances:
        if u.backchannel:
            continue
        blocks = blocks_of(u.text, labels(u.speaker))
        done, whole, length_ms = 0, sum(map(len, blocks)), u.end_ms - u.start_ms
        for block in blocks:
            start_ms = u.start_ms + length_ms * done // whole
            done += len(block)
            cues.append(Cue(start_ms, u.start_ms + length_ms * done // whole, block, u.speaker))
    return cues


def sound_cues(sounds: Iterable[SoundEvent]) -> list[Cue]:
    """Cues such as [laughter]."""
    return [Cue(s.start_ms, s.end_ms, f"[{s.name}]") for s in sounds]


def shifted(cues: Iterable[Cue], by_ms: int) -> list[Cue]:
    """Every cue later by that much."""
    return [replace(c, start_ms=c.start_ms + by_ms, end_ms=c.end_ms + by_ms) for c in cues]


def stretched(cues: Iterable[Cue], factor: Fraction) -> list[Cue]:
    """Every time multiplied by the factor."""
    return [replace(c, start_ms=round(c.start_ms * factor), end_ms=round(c.end_ms * factor)) for c in cues]


def with_passage_cut(
    cues: Sequence[Cue], passage: Sequence[tuple[str, str]], at_ms: int, length_ms: int
) -> list[Cue]:
    """Cues made before `length_ms` were cut out of the video at `at_ms`.

    Later cues are late by so much; in the gap stands what was said there, (speaker, text), and is not heard
    any more, as much of it as there is time to read.
    """
    orphans, now_ms = [], at_ms + 200
    for speaker, text in passage:
        for block in blocks_of(text):
            reading_ms = max(1000, len(block) * READING_MS_PER_CHAR)
            if now_ms + reading_ms <= at_ms + length_ms:
                orphans.append(Cue(now_ms, now_ms + reading_ms, block, speaker))
            now_ms += reading_ms + 120
    before = [c for c in cues if c.start_ms < at_ms]
    after = [c for c in cues if c.start_ms >= at_ms]
    return [*before, *orphans, *shifted(after, length_ms)]


def quiet_moment_ms(utterances: Sequence[Utterance], near_ms: int) -> int:
    """The middle of the pause between two utterances that is nearest to `near_ms`."""
    middles, busy_ms = [], 0
    for u in sorted(utterances, key=lambda u: u.start_ms):
        if busy_ms and u.start_ms > busy_ms + 200:
            middles.append((u.start_ms + busy_ms) // 2)
        busy_ms = max(busy_ms, u.end_ms)
    return min(middles, key=lambda ms: abs(ms - near_ms))


def misspelt(word: str, rng: random.Random) -> str:
    """The word as a hurried typist leaves it: two letters changed over, one left out or one doubled."""
    letters = [i for i in range(1, len(word) - 1) if word[i].isalpha() and word[i + 1].isalpha()]
    if len(word) < 4 or not letters:
        return word
    i, how = rng.choice(letters), rng.choice(("swap", "drop", "double"))
    if how == "swap" and word[i] != word[i + 1]:
        return word[:i] + word[i + 1] + word[i] + word[i + 2 :]
    if how == "drop":
        return word[:i] + word[i + 1 :]
    return word[: i + 1] + word[i:]


def with_typos(cues: Iterable[Cue], rng: random.Random, missing: float, wrong: float) -> list[Cue]:
    """Cues with that share of the words left out and misspelt; none is left without a word, sounds stay."""
    spoiled = []
    for cue in cues:
        words = cue.text.split()
        if cue.speaker:
            kept = [w for w in words if rng.random() >= missing] or words
            words = [misspelt(w, rng) if rng.random() < wrong else w for w in kept]
        spoiled.append(replace(cue, text=" ".join(words)))
    return spoiled


def jittered(cues: Iterable[Cue], rng: random.Random, most_ms: int) -> list[Cue]:
    """Every cue moved by up to `most_ms` either way, and left at least half a second long."""
    moved = []
    for cue in cues:
        start_ms = cue.start_ms + rng.randint(-most_ms, most_ms)
        end_ms = max(start_ms + 500, cue.end_ms + rng.randint(-most_ms // 3, most_ms))
        moved.append(replace(cue, start_ms=start_ms, end_ms=end_ms))
    return sorted(moved, key=lambda c: c.start_ms)


class Labels:
    """Speaker labels as an editor sets them: where the speaker changes, now and then forgotten or wrong."""

    def __init__(
        self, names: dict[str, str], rng: random.Random, missing: float = 0.0, wrong: float = 0.0
    ) -> None:
        self._names, self._rng, self._missing, self._wrong = names, rng, missing, wrong
        self._before = ""

    def __call__(self, speaker: str) -> str:
        """`NAME:` for the next utterance, or nothing."""
        changed, self._before = speaker != self._before, speaker
        if not changed or self._rng.random() < self._missing:
            return ""
        if self._rng.random() < self._wrong:
            speaker = self._rng.choice(sorted(set(self._names) - {speaker}))
        return f"{self._names[speaker].upper()}:"


def seen(cues: Iterable[Cue]) -> list[Cue]:
    """In order of time, without those that end before the video begins; starts are cut at 0."""
    return sorted(
        (replace(c, start_ms=max(0, c.start_ms)) for c in cues if c.end_ms > 0),
        key=lambda c: (c.start_ms, c.end_ms),
    )


def timecode(at_ms: int) -> str:
    """SubRip's hh:mm:ss,mmm for a time of 0 ms or later."""
    seconds, ms = divmod(at_ms, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02},{ms:03}"


def as_srt(cues: Iterable[Cue]) -> str:
    """The cues as a SubRip file, numbered from 1."""
    return "\n".join(
        f"{n}\n{timecode(c.start_ms)} --> {timecode(c.end_ms)}\n" + "\n".join(lines_of(c.text)) + "\n"
        for n, c in enumerate(seen(cues), 1)
    )
