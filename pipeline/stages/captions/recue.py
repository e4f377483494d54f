"""The choice between the editor's cues and new ones, by measure: how often each end inside a phrase, overlap, or fail the limits.

A recognizer cuts where its time or its count of words is over, and so do programs that fill lines. A careful editor cuts where a
phrase ends. The given cues are measured at their given times, so that neither the sound nor a later correction moves the choice;
only where they look bad are new ones made of the same words, to see whether these would be much better.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import pairwise
from math import sqrt

from pipeline.english.breaks import Junction
from pipeline.profiles import Limits, limits_of
from pipeline.settings import CaptionSettings
from pipeline.stages.captions.build import run
from pipeline.stages.captions.features import MIN_UNBRIDGED_SILENCE_MS, Script, lay_out
from pipeline.stages.captions.visible import visible_tokens
from pipeline.timing import Span
from pipeline.transcript import Voices
from pipeline.transcript.editor_cues import at_given_times
from pipeline.transcript.subtitles import Subtitles

# Overlaps up to this length are rounding; cues that begin together are meant to be seen together.
MIN_OVERLAP_MS = 100
MIN_LATER_MS = 200
# From so many more faults than new cues would have on, and by so much larger a share of them, the given cues are left; few cues
# prove little, so that one standard error of the share is taken off first. `benchmarks.captions --recue` shows the shares of
# careful editors and of blind cuts, between which these were set. People who interrupt one another make cues overlap too.
MIN_MORE = 2
MIN_MORE_TORN = 0.12
MIN_MORE_OVERLAPPING = 0.60
MIN_MORE_FAILING = 0.50


@dataclass(frozen=True, slots=True)
class Faults:
    """Faults of one division into cues, as counts of `of`: `torn` and `overlapping` of the borders between cues (within what one
    person says), `failing` of the cues, which are too long, too wide, too short or too fast for the profile."""

    borders: int
    torn: int
    overlapping: int
    cues: int
    failing: int

    @property
    def shares(self) -> tuple[float, float, float]:
        """The shares that are torn, overlapping, failing."""
        borders, cues = max(1, self.borders), max(1, self.cues)
        return self.torn / borders, self.overlapping / borders, self.failing / cues

    @property
    def counts(self) -> tuple[int, int, int]:
        return self.torn, self.overlapping, self.failing

    @property
    def errors(self) -> tuple[float, float, float]:
        """The standard errors of the shares, as of a sample of such cues."""
        sizes = (self.borders, self.borders, self.cues)
        torn, overlapping, failing = (
            sqrt(p * (1 - p) / max(1, n)) for p, n in zip(self.shares, sizes, strict=True)
        )
        return torn, overlapping, failing


@dataclass(frozen=True, slots=True)
class Choice:
    """Whether captions are made anew, and the faults it was chosen by; `new` is None where nothing was wrong with the given."""

    anew: bool
    given: Faults | None = None
    new: Faults | None = None

    @property
    def note(self) -> str:
        """What a run says of it: "" where the given cues stay."""
        if not self.anew or self.given is None or self.new is None:
            return ""
        reasons = [
            f"{old:.0%} {what} (of new ones {fresh:.0%})"
            for old, fresh, what, worse in zip(
                self.given.shares, self.new.shares, _WHAT, _worse(self.given, self.new), strict=True
            )
            if worse
        ]
        return (
            f"the captions were divided anew, because of the given ones {' and '.join(reasons)}; "
            "--set captions.recue=false keeps them"
        )


_LIMITS = (MIN_MORE_TORN, MIN_MORE_OVERLAPPING, MIN_MORE_FAILING)
_WHAT = ("end inside a phrase", "overlap the next", "break the profile's limits")
_STAYS = Choice(False)


@lru_cache(maxsize=4)
def choose(given: Subtitles | None, settings: CaptionSettings) -> Choice:
    """Whether captions are divided anew: as the settings say, or if they leave it open, by measure of the given cues."""
    if settings.recue != "auto":
        return Choice(settings.recue)
    if given is None or not given.timed or not given.words:
        return _STAYS
    return measured(given, settings)


def measured(given: Subtitles, settings: CaptionSettings) -> Choice:
    """The faults of the given cues, and of new ones where the given look bad; both at the given times."""
    aligned, limits = at_given_times(_one_at_a_time(given)), limits_of(settings)
    visible = visible_tokens(aligned, Voices(), limits.profile.long_pause_ms)
    script = lay_out(visible.aligned, Voices(), limits, (), (), cuts=visible.cuts)
    spans = [cue.span for cue in given.cues if cue.words]
    own = [
        _Cue(cue.first, cue.last, cue.breaks, span, cue.settings)
        for cue, span in zip(visible.aligned.editor_cues, spans, strict=True)
        if span is not None and cue.last > cue.first
    ]
    theirs = _faults(script, limits, own)
    if not _is_worse(theirs, Faults(1, 0, 0, 1, 0)):
        return Choice(False, theirs)
    kept, made = (
        _faults(script, limits, [_Cue(c.first, c.last, c.breaks, c.span, c.settings) for c in found.cues])
        for found in (run(visible.aligned, Voices(), replace(settings, recue=anew)) for anew in (False, True))
    )
    # Where they are kept, their times are mended all the same: what is left counts against them.
    theirs = replace(theirs, cues=kept.cues, failing=kept.failing)
    return Choice(_is_worse(theirs, made), theirs, made)


def _one_at_a_time(given: Subtitles) -> Subtitles:
    """The cues without the time in which the next is there already: a line that stays while the next comes was said before."""
    cues = list(given.cues)
    for k, (cue, following) in enumerate(pairwise(given.cues)):
        if cue.span and following.span and _overlaps(cue.span, following.span):
            cues[k] = replace(cue, span=Span(cue.span.start_ms, following.span.start_ms))
    return replace(given, cues=tuple(cues))


def _worse(given: Faults, new: Faults) -> list[bool]:
    """Of each kind of fault, whether the given cues have much more of it."""
    more = zip(given.counts, new.counts, given.shares, new.shares, given.errors, _LIMITS, strict=True)
    return [a - b >= MIN_MORE and x - y - error >= limit for a, b, x, y, error, limit in more]


def _is_worse(given: Faults, new: Faults) -> bool:
    return any(_worse(given, new))


@dataclass(frozen=True, slots=True)
class _Cue:
    first: int
    last: int
    breaks: tuple[int, ...]
    span: Span
    settings: str


def _faults(script: Script, limits: Limits, cues: Sequence[_Cue]) -> Faults:
    borders = [(a, b) for a, b in pairwise(cues) if _is_border(script, a, b)]
    return Faults(
        len(borders),
        _count(borders, lambda pair: script.joints[pair[1].first] is Junction.TORN),
        _count(borders, lambda pair: _overlap(*pair)),
        len(cues),
        sum(_fails(script, limits, cue) for cue in cues),
    )


def _count(borders: Sequence[tuple[_Cue, _Cue]], holds: Callable[[tuple[_Cue, _Cue]], bool]) -> int:
    return sum(map(holds, borders))


def _is_border(script: Script, one: _Cue, other: _Cue) -> bool:
    """Whether one person goes on from one cue to the next, as far as the text tells, without a silence that no cue bridges."""
    return (
        one.last == other.first
        and script.runs[other.first] == script.runs[one.last - 1]
        and other.span.start_ms - one.span.end_ms < MIN_UNBRIDGED_SILENCE_MS
    )


def _overlap(one: _Cue, other: _Cue) -> bool:
    """Whether the second appears while the first stands there, at the same place."""
    return one.settings == other.settings and _overlaps(one.span, other.span)


def _overlaps(one: Span, other: Span) -> bool:
    """Whether the second begins during the first, not together with it."""
    later = other.start_ms - one.start_ms >= MIN_LATER_MS
    return later and one.end_ms - other.start_ms > MIN_OVERLAP_MS


def _fails(script: Script, limits: Limits, cue: _Cue) -> bool:
    """Whether a cue breaks a limit of the profile that its maker could have kept."""
    edges = [cue.first, *cue.breaks, cue.last]
    duration = cue.span.duration_ms
    return (
        len(edges) - 1 > limits.lines
        or any(script.width(a, b) > limits.line_chars and b - a > 1 for a, b in pairwise(edges))
        or duration > limits.max_duration_ms
        or duration < limits.least_duration_ms
        or script.needed_ms(cue.first, cue.last) > duration
    )
