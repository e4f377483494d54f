"""Caption profiles: the caption standards as data, one row each, at which the cue builder aims and which the audit reports.

`training` is ours, for recorded talk where the wording is the data: readable, on time, nothing cut. `netflix` is the Netflix
Timed Text Style Guide (General Requirements, Timing Guidelines, English USA), `bbc` the BBC Subtitle Guidelines with the
broadcast line length, `dcmp` the Captioning Key of the Described and Captioned Media Program at its upper level. `wcag-fcc`
is WCAG 2.2 §1.2.2 with 47 CFR 79.1(j)(2); neither states a number, so it asks for presence and synchrony, not for style.

None means that the standard states no limit. The standards contradict one another on gaps, so each has its own gap rule and
they are never mixed: Netflix wants two frames or at least half a second, the BBC none or at least a second.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TypeVar

from pipeline.settings import CaptionSettings
from pipeline.timing import frames_to_ms

# How far from its first word a caption may begin for time on screen or for a cut: one to two frames (Netflix Timing
# Guidelines). The aligner errs as well, so that a sum of both stays within what nobody sees; `benchmarks.captions --onsets`
# shows the trade.
ON_TIME_MS = 50
DEFAULT_FRAME_RATE = Fraction(
    24
)  # frames a second, taken where the video's rate is not known; reports say so


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One standard's limits on layout, reading speed, duration, gaps and synchrony; None where it states none.

    Frames count at the video's rate.
    """

    name: str
    title: str
    max_line_chars: int | None = None
    max_lines: int = 2
    max_chars_per_s: float | None = None
    max_words_per_minute: int | None = None
    min_duration_ms: int | None = None
    min_ms_per_word: int | None = None
    least_duration_ms: int = 500  # nobody reads anything in less: shorter is an error, not a warning
    max_duration_ms: int | None = None
    linger_ms: int = 1500  # how long a caption may stay after its last word
    stretch_ms: int | None = (
        None  # ... and may when reading takes that long; None: as long as it may otherwise, at least 1.5 s
    )
    min_gap_frames: int = 0
    open_gap_ms: int | None = None  # a gap is closed to the smallest allowed, or at least this long
    early_ms: int = 250  # a caption may come this much before its first word, or this late after it
    late_ms: int = 250
    early_error_ms: int = 1500
    late_error_ms: int = 2000
    label_format: str = "{name}: "  # how a speaker's name stands before the words
    label_upper: bool = True
    dash: str = "-"
    snap_to_shots: bool = True
    long_pause_ms: int | None = None  # a silence at least this long deserves a caption of its own

    def label(self, name: str) -> str:
        """The speaker's name as it stands before the words, with the space that follows."""
        return self.label_format.format(name=name.upper() if self.label_upper else name)

    def min_gap_ms(self, rate: Fraction = DEFAULT_FRAME_RATE) -> int:
        """The smallest gap between two captions in milliseconds at `rate` frames a second."""
        return frames_to_ms(self.min_gap_frames, rate)


_ROWS = (
    Profile(
        name="training", title="Vignette training video", max_line_chars=42, max_chars_per_s=20.0,
        max_words_per_minute=200, min_duration_ms=833, max_duration_ms=7000, linger_ms=500, long_pause_ms=10_000,
    ),
    Profile(
        name="netflix", title="Netflix Timed Text Style Guide (English)", max_line_chars=42,
        max_chars_per_s=20.0, min_duration_ms=833, least_duration_ms=833, max_duration_ms=7000, linger_ms=500,
        min_gap_frames=2, open_gap_ms=500, early_ms=125, late_ms=125, label_format="[{name}] ",
        label_upper=False,
    ),
    Profile(
        name="bbc", title="BBC Subtitle Guidelines", max_line_chars=37, max_words_per_minute=180,
        min_ms_per_word=300, open_gap_ms=1000, early_ms=1500, dash="- ", long_pause_ms=20_000,
    ),
    Profile(
        name="dcmp", title="DCMP Captioning Key (upper level)", max_line_chars=32, max_words_per_minute=160,
        min_duration_ms=2000, stretch_ms=3000, label_format="({name}) ", label_upper=False,
    ),
    Profile(
        name="wcag-fcc", title="WCAG 2.2 and FCC caption quality", max_lines=3, early_ms=1500, late_ms=2000,
        snap_to_shots=False,
    ),
)  # fmt: skip
PROFILES: dict[str, Profile] = {row.name: row for row in _ROWS}


@dataclass(frozen=True, slots=True)
class Limits:
    """The limits that the cue builder aims at: a profile with every "no limit" filled in, the user's own limits put over it.

    Where a profile is silent the training profile's limit stands in, because a builder has to aim at something.
    """

    profile: Profile
    line_chars: int
    lines: int
    chars_per_s: float
    words_per_minute: int | None
    min_duration_ms: int
    min_ms_per_word: int
    least_duration_ms: int
    max_duration_ms: int
    linger_ms: int
    stretch_ms: int  # how far past its last word a caption may stay when reading it takes that long
    min_gap_ms: int
    open_gap_ms: int
    early_ms: int  # off its word by more a caption is out of sync; by less only where two would overlap or one would flash
    on_time_ms: int  # how far an in-time may be moved from its first word for time on screen or a cut
    labels: bool


_N = TypeVar("_N", int, float)


def _first(*candidates: _N | None) -> _N:
    return next(c for c in candidates if c is not None)


def limits_of(settings: CaptionSettings, rate: Fraction | None = None) -> Limits:
    """The builder's limits for these settings; `rate` in frames a second turns frame counts into milliseconds."""
    profile, fallback = PROFILES[settings.profile], PROFILES["training"]
    linger_ms = _first(settings.linger_ms, profile.linger_ms)
    min_gap_ms = _first(settings.min_gap_ms, profile.min_gap_ms(rate or DEFAULT_FRAME_RATE))
    return Limits(
        profile=profile,
        line_chars=_first(settings.max_line_chars, profile.max_line_chars, fallback.max_line_chars, 42),
        lines=_first(
            settings.max_lines, profile.max_lines if profile.max_line_chars else None, fallback.max_lines
        ),
        chars_per_s=_first(settings.max_chars_per_s, profile.max_chars_per_s, fallback.max_chars_per_s, 20.0),
        words_per_minute=settings.max_words_per_minute
        or (None if profile.max_chars_per_s else profile.max_words_per_minute),
        min_duration_ms=_first(
            settings.min_duration_ms, profile.min_duration_ms, fallback.min_duration_ms, 833
        ),
        min_ms_per_word=profile.min_ms_per_word or 0,
        least_duration_ms=profile.least_duration_ms,
        max_duration_ms=_first(
            settings.max_duration_ms, profile.max_duration_ms, fallback.max_duration_ms, 7000
        ),
        linger_ms=linger_ms,
        stretch_ms=max(linger_ms, profile.stretch_ms or 1500),
        min_gap_ms=min_gap_ms,
        open_gap_ms=_first(profile.open_gap_ms, 500),
        early_ms=min(profile.early_ms, 250),
        on_time_ms=min(profile.early_ms, ON_TIME_MS),
        labels=settings.labels,
    )


def adjusted(profile: Profile, settings: CaptionSettings) -> Profile:
    """The profile with the user's own limits put over it, for the audit of a file that was built with them."""
    own = {
        name: value
        for name in (
            "max_line_chars",
            "max_lines",
            "max_chars_per_s",
            "max_words_per_minute",
            "min_duration_ms",
            "max_duration_ms",
            "linger_ms",
        )
        if (value := getattr(settings, name)) is not None
    }
    return replace(profile, **own)
