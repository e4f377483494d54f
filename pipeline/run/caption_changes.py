"""Caption changes: how the captions of two transcripts of a recording differ, in text, time and speaker.

Captions are paired by their words, in order. What was divided otherwise reads otherwise; a caption without a partner was added
or removed.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from typing import Any

from pipeline.timing import clock


@dataclass(frozen=True, slots=True)
class Shown:
    """A caption as it is shown: when, its lines, and the name of who speaks ("" where nobody knows)."""

    start_ms: int
    end_ms: int
    text: str
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class CaptionChange:
    """A caption before and after (None where there was, or is, none), and in what they differ: text, time, speaker."""

    before: Shown | None
    after: Shown | None
    of: tuple[str, ...] = ()

    @property
    def what(self) -> tuple[str, ...]:
        """In what they differ; "added" or "removed" for a caption without a partner."""
        return ("added",) if self.before is None else ("removed",) if self.after is None else self.of

    @property
    def start_ms(self) -> int:
        shown = self.before or self.after
        return shown.start_ms if shown else 0

    def as_json(self) -> dict[str, Any]:
        """The same as plain values for `--json`."""
        return {
            "what": list(self.what),
            "before": asdict(self.before) if self.before else None,
            "after": asdict(self.after) if self.after else None,
        }

    def __str__(self) -> str:
        details = []
        if self.before is None or self.after is None:
            shown = self.before or self.after
            details.append(_in_a_line(shown.text) if shown else "")
        else:
            if "text" in self.of:
                details.append(f"{_in_a_line(self.before.text)} -> {_in_a_line(self.after.text)}")
            if "time" in self.of:
                details.append(f"{_times(self.before)} -> {_times(self.after)}")
            if "speaker" in self.of:
                details.append(f"{self.before.speaker or 'nobody'} -> {self.after.speaker or 'nobody'}")
        return f"{clock(self.start_ms):>8}  {', '.join(self.what)}: {'; '.join(details)}"


def _in_a_line(text: str) -> str:
    return '"' + text.replace("\n", " / ") + '"'


def _times(shown: Shown) -> str:
    return f"{_precise(shown.start_ms)}-{_precise(shown.end_ms)}"


def _precise(time_ms: int) -> str:
    return f"{clock(time_ms)}.{time_ms % 1000:03}"


def shown_in(document: bytes) -> tuple[Shown, ...] | None:
    """The captions of a public JSON document; None for bytes that are none."""
    try:
        root = json.loads(document)
        names = {s["id"]: s["name"] for s in root["speakers"]}
        return tuple(_shown(cue, names) for cue in root["cues"])
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def _shown(cue: Mapping[str, Any], names: Mapping[str, str]) -> Shown:
    speaker = names.get(cue["speaker"], "") if cue["speaker"] else ""
    return Shown(int(cue["start_ms"]), int(cue["end_ms"]), "\n".join(cue["lines"]), speaker)


def caption_changes(before: Sequence[Shown], after: Sequence[Shown]) -> tuple[CaptionChange, ...]:
    """Every caption that differs, in order of time."""
    found: list[CaptionChange] = []
    old, new = [s.text for s in before], [s.text for s in after]
    for tag, a, b, c, d in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        pairs = list(zip(before[a:b], after[c:d], strict=False))
        if tag != "equal":
            pairs = _partners(before[a:b], after[c:d])
            found += [CaptionChange(s, None) for s in before[a:b] if all(s is not p for p, _ in pairs)]
            found += [CaptionChange(None, s) for s in after[c:d] if all(s is not p for _, p in pairs)]
        found += [change for pair in pairs if (change := _compared(*pair)).of]
    return tuple(sorted(found, key=lambda change: change.start_ms))


def _partners(before: Sequence[Shown], after: Sequence[Shown]) -> list[tuple[Shown, Shown]]:
    """Which captions of two stretches are one, though they read otherwise: those with most words in common, in order."""
    pairs: list[tuple[Shown, Shown]] = []
    begin = 0
    for shown in before:
        likest = max(range(begin, len(after)), key=lambda k: _likeness(shown, after[k]), default=None)
        if likest is not None and _likeness(shown, after[likest]) > (0, 0):
            pairs.append((shown, after[likest]))
            begin = likest + 1
    return pairs


def _likeness(one: Shown, other: Shown) -> tuple[int, int]:
    """The number of words in common, and for how long both are shown."""
    common = Counter(one.text.split()) & Counter(other.text.split())
    overlap = max(0, min(one.end_ms, other.end_ms) - max(one.start_ms, other.start_ms))
    return (common.total(), overlap) if overlap else (0, 0)


def _compared(before: Shown, after: Shown) -> CaptionChange:
    differs = {
        "text": before.text != after.text,
        "time": (before.start_ms, before.end_ms) != (after.start_ms, after.end_ms),
        "speaker": before.speaker != after.speaker,
    }
    return CaptionChange(before, after, tuple(name for name, so in differs.items() if so))


def counts(changes: Sequence[CaptionChange]) -> dict[str, int]:
    """How many captions differ in each respect."""
    names = ("text", "time", "speaker", "added", "removed")
    return {name: sum(name in c.what for c in changes) for name in names}


def summary(changes: Sequence[CaptionChange]) -> str:
    """The number of captions that differ, in words; "" for none."""
    told = {
        "text": "in text",
        "time": "in time",
        "speaker": "in speaker",
        "added": "added",
        "removed": "removed",
    }
    return ", ".join(f"{count} {told[name]}" for name, count in counts(changes).items() if count)
