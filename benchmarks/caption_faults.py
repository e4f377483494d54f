"""Faults planted in clean captions, to see whether the audit lists every one and cries wolf at none.

A WebVTT file is written from timed words, taken apart into its blocks, broken in a known way, and read again.
"""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.caption_material import Material
from pipeline.audit import Facts, Finding, audit
from pipeline.audit.captions import load
from pipeline.formats.writers import vtt
from pipeline.profiles import PROFILES
from pipeline.timing import Span, format_timecode, parse_timecode
from pipeline.transcript import Captions, Grade, Heard, Media, Transcript

# Rules that accuse: what they say on a clean file is false. Style and reading speed are not in question here.
ACCUSING = frozenset((
    "overlap", "order", "sync-early", "sync-late", "drift", "uncaptioned-speech", "text-missing", "text-added",
    "caption-without-speech", "speaker-missing", "speaker-wrong", "max-duration", "past-end", "end-after-start", "vtt-escape",
    "vtt-timestamp", "vtt-start-order", "vtt-blank-line-in-cue", "vtt-arrow-in-text", "empty-cue", "repeat-loop",
))  # fmt: skip


@dataclass(frozen=True)
class Cue:
    """A block of the file: its time, its payload, and where a fault was planted the time that it had before."""

    span: Span
    payload: str
    was: Span | None = None


Plant = Callable[[list[Cue], int, random.Random, list[str]], Cue | None]


def delete(cues: list[Cue], at: int, rng: random.Random, names: list[str]) -> Cue | None:
    """The caption is not there."""
    return None


def shift(cues: list[Cue], at: int, rng: random.Random, names: list[str]) -> Cue:
    """The caption comes two to five seconds late."""
    return replace(cues[at], span=cues[at].span.shifted(rng.randint(2000, 5000)))


def shorten(cues: list[Cue], at: int, rng: random.Random, names: list[str]) -> Cue:
    """The caption flashes by."""
    start = cues[at].span.start_ms
    return replace(cues[at], span=Span(start, start + rng.randint(100, 400)))


def overlong(cues: list[Cue], at: int, rng: random.Random, names: list[str]) -> Cue:
    """The caption stays eight seconds too long."""
    return replace(cues[at], span=Span(cues[at].span.start_ms, cues[at].span.end_ms + 8000))


def overlap(cues: list[Cue], at: int, rng: random.Random, names: list[str]) -> Cue:
    """The caption stays while the next is shown."""
    following = cues[at + 1].span if at + 1 < len(cues) else cues[at].span
    return replace(
        cues[at], span=Span(cues[at].span.start_ms, max(cues[at].span.end_ms, following.start_ms) + 700)
    )


def swap_speaker(cues: list[Cue], at: int, rng: random.Random, names: list[str]) -> Cue:
    """The caption is said by somebody else, in its label too."""
    name = re.search(r"<v ([^>]+)>", cues[at].payload)
    other = rng.choice([n for n in names if name is None or n != name[1]])
    payload = re.sub(r"<v [^>]+>", f"<v {other}>", cues[at].payload)
    return replace(cues[at], payload=re.sub(r"(>|^|-)[A-Z][A-Z0-9 ]*: ", rf"\g<1>{other.upper()}: ", payload))


def break_escape(cues: list[Cue], at: int, rng: random.Random, names: list[str]) -> Cue:
    """A bare ampersand or bracket stands in the text."""
    head, _, tail = cues[at].payload.rpartition(" ")
    return replace(cues[at], payload=f"{head} {rng.choice(['&', '<'])} {tail}" if head else f"& {tail}")


FAULTS: dict[str, Plant] = {
    "deleted": delete,
    "shifted": shift,
    "shortened": shorten,
    "over-long": overlong,
    "overlapping": overlap,
    "other speaker": swap_speaker,
    "broken escape": break_escape,
}


def blocks(material: Material, captions: Captions) -> list[Cue]:
    """The cues of the WebVTT file that would be written, in its order."""
    transcript = Transcript(
        Media(material.name, "", material.duration_ms), Heard("", "", False, (), ()), material.aligned,
        material.voices, captions, Grade.SUBTITLES,
    )  # fmt: skip
    found = []
    for block in vtt.dumps(transcript).split("\n\n"):
        lines = block.strip().split("\n")
        if "-->" in lines[0] and not lines[0].startswith("NOTE"):
            start, end = (parse_timecode(part.split()[0]) for part in lines[0].split(" --> "))
            found.append(Cue(Span(start, end), "\n".join(lines[1:])))
    return found


def composed(cues: list[Cue]) -> tuple[str, dict[Span, int]]:
    """The file's text, cues in order of start, and the numbers (from 1) of the broken ones by the time they had."""
    ordered = sorted(cues, key=lambda c: c.span)
    times = [f"{format_timecode(c.span.start_ms)} --> {format_timecode(c.span.end_ms)}" for c in ordered]
    text = "WEBVTT\n\n" + "\n".join(f"{t}\n{c.payload}\n" for t, c in zip(times, ordered, strict=True))
    return text, {c.was: number for number, c in enumerate(ordered, 1) if c.was is not None}


def planted(
    cues: list[Cue], fault: Plant, count: int, seed: int, names: list[str]
) -> tuple[list[Cue], list[Span]]:
    """The cues with `count` faults, none beside another, and the spans that the broken cues had."""
    rng = random.Random(seed)
    free = [k for k in range(1, len(cues) - 1) if len(cues[k].payload) > 25]
    chosen: list[int] = []
    for k in rng.sample(free, len(free)):
        if len(chosen) < count and all(abs(k - other) > 2 for other in chosen):
            chosen.append(k)
    result = []
    for k, cue in enumerate(cues):
        broken = fault(cues, k, rng, names) if k in chosen else cue
        if broken is not None:
            result.append(replace(broken, was=cue.span) if k in chosen else broken)
    return result, [cues[k].span for k in sorted(chosen)]


def findings(text: str, facts: Facts) -> list[Finding]:
    """What the audit says about a file's text under the default profile."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "captions.vtt")
        path.write_text(text, encoding="utf-8")
        return list(audit(load(path)[0], [PROFILES["training"]], facts).findings)


def listed(spans: list[Span], numbers: dict[Span, int], found: list[Finding], clean: list[Finding]) -> int:
    """How many of the planted faults a finding points at that the clean file does not have.

    It points at the caption itself, or at the time where it was and is missing now.
    """
    before = {(f.id, f.start_ms, f.measured) for f in clean}
    new = [f for f in found if (f.id, f.start_ms, f.measured) not in before]
    hit = {f.cue_index for f in new if f.cue_index is not None}
    starts = [f.start_ms for f in new if f.start_ms is not None]
    return sum(
        numbers.get(span) in hit or any(span.start_ms - 500 <= start < span.end_ms for start in starts)
        for span in spans
    )
