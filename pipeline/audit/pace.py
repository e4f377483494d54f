"""Rules about timing: reading speed, durations, gaps, order, shots. One function per rule."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from fractions import Fraction

from pipeline.audit.attribution import speakers_of, speech_overlaps
from pipeline.audit.model import Hit, Severity, ShownCue, View
from pipeline.errors import counted
from pipeline.timing import frames_to_ms, ms_to_frames

# Tolerance for rounding, as files store whole milliseconds: 20 frames at 24 a second are 833.33 ms.
ROUNDING_MS = 1
# Reading speeds of neighbours may differ by this factor; BBC §4.4 asks for a consistent speed and gives no number.
MAX_SPEED_RATIO = 2.5
# Captions of fewer words are too short for their speed to be measured; chosen.
MIN_WORDS_FOR_SPEED = 4
# Below this nobody has trouble reading, whatever the jump; characters a second, chosen.
MIN_FAST_CHARS_PER_S = 15
# With at most so many captions on screen a new one's overlaps are reported one by one; chosen.
MAX_OVERLAPS_A_CAPTION = 4


def reading_speed_chars(view: View) -> Iterator[Hit]:
    """Reading speed in characters a second, spaces and punctuation counted."""
    limit = view.profile.max_chars_per_s or 25.0  # only the presence profile has no limit of its own
    for cue in view.cues:
        if cue.span and cue.chars_per_s > limit * (1 + ROUNDING_MS / cue.span.duration_ms):
            speed = round(cue.chars_per_s, 1)
            yield Hit(f"It runs at {speed:g} characters a second.", cue, speed, limit)


def reading_speed_words(view: View) -> Iterator[Hit]:
    """Reading speed in words a minute, labels and sound captions counted."""
    limit = view.profile.max_words_per_minute
    for cue in view.cues if limit else ():
        if limit and cue.span and cue.words_per_minute > limit * (1 + ROUNDING_MS / cue.span.duration_ms):
            speed = round(cue.words_per_minute)
            yield Hit(f"It runs at {speed} words a minute.", cue, speed)


def min_duration(view: View) -> Iterator[Hit]:
    """Time on screen against the profile's minimum, by the caption or by the word."""
    for cue in view.cues:
        limit = view.profile.min_duration_ms or cue.words * (view.profile.min_ms_per_word or 0)
        duration = cue.span.duration_ms
        least = view.profile.least_duration_ms
        if duration + ROUNDING_MS < max(limit, least):
            severity = Severity.ERROR if duration + ROUNDING_MS < least else Severity.WARNING
            yield Hit(f"It is on screen for {duration} ms.", cue, duration, max(limit, least), severity)


def max_duration(view: View) -> Iterator[Hit]:
    """Time on screen against the profile's maximum."""
    limit = view.profile.max_duration_ms
    for cue in view.cues if limit else ():
        if limit and cue.span.duration_ms > limit + ROUNDING_MS:
            yield Hit(f"It is on screen for {cue.span.duration_ms / 1000:.1f} s.", cue, cue.span.duration_ms)


def consistent_speed(view: View) -> Iterator[Hit]:
    """Reading speed that jumps between neighbours."""
    for before, cue in view.document.pairs:
        if min(before.words, cue.words) < MIN_WORDS_FOR_SPEED or not before.span or not cue.span:
            continue
        slow, fast = sorted((before.chars_per_s, cue.chars_per_s))
        if fast > MIN_FAST_CHARS_PER_S and fast > MAX_SPEED_RATIO * slow:
            yield Hit(
                f"The reading speed jumps between {slow:.0f} and {fast:.0f} characters a second.",
                cue,
                round(fast / slow, 1),
                MAX_SPEED_RATIO,
            )


def _gaps(view: View) -> Iterator[tuple[ShownCue, ShownCue, int]]:
    for before, cue in view.document.pairs:
        gap = cue.span.start_ms - before.span.end_ms
        if gap >= 0:
            yield before, cue, gap


def min_gap(view: View) -> Iterator[Hit]:
    """A gap between captions of fewer frames than the profile's minimum."""
    frames = view.profile.min_gap_frames
    for before, _, gap in _gaps(view) if frames else ():
        if ms_to_frames(gap + ROUNDING_MS, view.frame_rate) < frames:
            yield Hit(
                f"The next caption follows after {gap} ms.",
                before,
                gap,
                view.profile.min_gap_ms(view.frame_rate),
            )


def chain_gap(view: View) -> Iterator[Hit]:
    """Chaining: a gap wider than the minimum and narrower than half a second,
    which flickers (Netflix Timing Guidelines)."""
    frames, half = view.profile.min_gap_frames, round(view.frame_rate / 2)
    for before, _, gap in _gaps(view) if frames else ():
        if frames < ms_to_frames(gap, view.frame_rate) < half:
            yield Hit(f"The gap of {gap} ms flickers.", before, gap, 500)


def jerky_gap(view: View) -> Iterator[Hit]:
    """A gap that is neither closed nor as long as the profile's open gap, a second for the BBC."""
    limit = view.profile.open_gap_ms
    for before, _, gap in _gaps(view) if limit and not view.profile.min_gap_frames else ():
        if limit and ROUNDING_MS < gap < limit - ROUNDING_MS:
            yield Hit(f"The gap of {gap} ms jerks.", before, gap, limit)


def overlap(view: View) -> Iterator[Hit]:
    """Two captions on screen at once: an error for one speaker, a warning for two, a remark where both speak at once."""
    shown: list[ShownCue] = []
    for cue in view.document.by_start:
        shown = sorted((c for c in shown if c.span.end_ms > cue.span.start_ms), key=lambda c: -c.span.end_ms)
        for other in shown[:MAX_OVERLAPS_A_CAPTION]:
            by = max(1, min(other.span.end_ms, cue.span.end_ms) - cue.span.start_ms)
            severity = Severity.WARNING if _different_speakers(view, other, cue) else Severity.ERROR
            if severity is Severity.WARNING and speech_overlaps(view, other, cue):
                severity = Severity.INFO
            what = f"It stays on screen together with caption {cue.number} for {by} ms."
            yield Hit(what, other, by, 0, severity)
        shown = [*shown[:MAX_OVERLAPS_A_CAPTION], cue]


def _different_speakers(view: View, one: ShownCue, other: ShownCue) -> bool:
    """Whether both have known speakers who are not the same; a sound is nobody's."""
    if one.is_sound != other.is_sound:
        return True
    first, second = (
        {name.casefold() for name in ((view.facts.words and speakers_of(view, cue)) or cue.names) if name}
        for cue in (one, other)
    )
    return bool(first and second) and first.isdisjoint(second)


def shot_in(view: View) -> Iterator[Hit]:
    """A caption that comes shortly before or after a cut instead of on it (Netflix Timing Guidelines)."""
    shots, rate = sorted(view.facts.shots or ()), view.frame_rate
    half = round(rate / 2)
    near = round(Fraction(3, 4) * half)
    for cue in view.cues:
        frames = _frames_from_shot(cue.span.start_ms, shots, rate, half)
        if frames is not None and frames != 0 and -near < frames < half:
            yield Hit(
                f"It comes {counted(abs(frames), 'frame')} {'after' if frames > 0 else 'before'} a cut.",
                cue,
                frames,
                0,
            )


def shot_out(view: View) -> Iterator[Hit]:
    """A caption that goes shortly before or after a cut instead of two frames before it."""
    shots, rate = sorted(view.facts.shots or ()), view.frame_rate
    half, wanted = round(rate / 2), -view.profile.min_gap_frames
    for cue in view.cues:
        frames = _frames_from_shot(cue.span.end_ms, shots, rate, half)
        if frames is not None and frames != wanted and -half < frames < half:
            yield Hit(
                f"It goes {counted(abs(frames), 'frame')} {'after' if frames > 0 else 'before'} a cut.",
                cue,
                frames,
                wanted,
            )


def _frames_from_shot(time_ms: int, shots: list[int], rate: Fraction, within: int) -> int | None:
    """Frames from the nearest cut to a time (positive: after it); None when there is none within `within` frames."""
    at = bisect_left(shots, time_ms)
    near = [ms_to_frames(time_ms - shot, rate) for shot in shots[max(0, at - 1) : at + 1]]
    best = min(near, key=abs, default=None)
    return best if best is not None and abs(best) <= within else None


def shot_cross(view: View) -> Iterator[Hit]:
    """A caption that stays over a cut, by more than half a second on both sides."""
    shots, margin = sorted(view.facts.shots or ()), frames_to_ms(round(view.frame_rate / 2), view.frame_rate)
    for cue in view.cues:
        inside = [s for s in shots if cue.span.start_ms + margin < s < cue.span.end_ms - margin]
        if inside:
            yield Hit(f"It stays over {counted(len(inside), 'cut')}.", cue, len(inside), 0)


def past_end(view: View) -> Iterator[Hit]:
    """A caption that ends after the recording does."""
    end = view.facts.duration_ms
    for cue in view.cues if end else ():
        if end and cue.span.end_ms > end + ROUNDING_MS:
            yield Hit(f"It ends {cue.span.end_ms - end} ms after the recording.", cue, cue.span.end_ms, end)


def file_order(view: View) -> Iterator[Hit]:
    """Captions that stand behind later ones, in formats whose lines cannot be scanned."""
    latest = 0
    for cue in view.cues if view.document.format not in ("srt", "vtt") else ():
        if cue.span.start_ms < latest:
            yield Hit("It starts before one that stands above it.", cue, latest - cue.span.start_ms, 0)
        latest = max(latest, cue.span.start_ms)
