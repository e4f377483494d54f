"""Synchronisation: the piecewise linear map from given times to the sound - offset, drift, cuts - and how to put it in words.

It is estimated from pairs (given time, time in the sound) of words that were surely found. Times in subtitles are jittery, since
editors let cues appear a little early, so every estimate is a median.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import pairwise

import numpy as np

from pipeline.timing import Span, clock
from pipeline.transcript import Shift, Verdict
from pipeline.transcript.results import on_sound

Pairs = Sequence[tuple[int, int]]
"""(given time, time in the sound), in ms."""

# Ratios of the common frame rates (film 24, PAL 25, and NTSC 24000/1001, 30 and 30000/1001 frames a second): subtitles made
# for one rate run at such a speed on another.
_FRAME_RATES = (Fraction(24), Fraction(25), Fraction(24000, 1001), Fraction(30), Fraction(30000, 1001))
RATE_PAIRS = tuple((a, b) for a in _FRAME_RATES for b in _FRAME_RATES if a != b)
_RATE_RATIOS = tuple(dict.fromkeys(a / b for a, b in RATE_PAIRS))
# A slope this near to such a ratio is taken for it; all that follows was set by hand, too.
_RATE_TOLERANCE = 0.0004
# A slope this near to 1 moves the end of an 83-minute film by half a second at most, which is no drift.
_MAX_UNITY_DEVIATION = 0.0001
# Up to this offset subtitles are in sync.
_MAX_IN_SYNC_MS = 150
# The greatest median deviation from the map that editors' lead-in times explain.
_MAX_SCATTER_MS = 250
# The least change of offset that is taken for a cut or an insertion.
_MIN_STEP_MS = 700
# Pairs on either side of a step that its two levels are estimated from.
_STEP_WINDOW_PAIRS = 9
# Fewer pairs than this prove no rate and no step, only an offset, with a confidence in proportion to their number.
MIN_PAIRS = 5
# Such few pairs agree when their offsets lie no further apart than this.
_MAX_SPREAD_OF_FEW_MS = 300


@dataclass(frozen=True, slots=True)
class Relation:
    """The verdict and its pieces, in order of the given times; `scatter_ms` is the median deviation from them."""

    verdict: Verdict
    pieces: tuple[Shift, ...] = ()
    scatter_ms: int = 0

    def at(self, given_ms: int) -> int:
        """The given time on the clock of the sound, in ms. Raises ValueError without pieces (an untimed text)."""
        return on_sound(self.pieces, given_ms)


def relate(pairs: Pairs) -> Relation:
    """The relation estimated from `pairs`, which are in order of the given times; UNRELATED without any."""
    if not pairs:
        return Relation(Verdict.UNRELATED)
    given, sound = (np.array(side, np.float64) for side in zip(*pairs, strict=True))
    if len(pairs) < MIN_PAIRS:
        return _relate_few(given, sound - given)
    found = _related_at(_rate(given, sound), given, sound)
    if found.scatter_ms <= _MAX_SCATTER_MS:
        return found
    # In a short recording half of all stretches can lie across one cut, and their slopes are that of nothing.
    others = [_related_at(rate, given, sound) for rate in (1.0, *map(float, _RATE_RATIOS))]
    fitting = [r for r in others if r.scatter_ms <= _MAX_SCATTER_MS]
    return min(fitting, key=lambda r: (len(r.pieces), r.scatter_ms), default=found)


def _related_at(rate: float, given: np.ndarray, sound: np.ndarray) -> Relation:
    pieces = _pieces(given, sound - rate * given, rate)
    scatter = int(np.median(np.abs(sound - rate * given - _offsets(given, pieces))))
    return Relation(_verdict(pieces, rate, scatter), pieces, scatter)


def _relate_few(given: np.ndarray, offset: np.ndarray) -> Relation:
    pieces = tuple(
        replace(p, confidence=round(p.confidence * len(offset) / MIN_PAIRS, 3))
        for p in _pieces(given, offset, 1.0)
    )
    scatter = int(np.median(np.abs(offset - _offsets(given, pieces))))
    agree = float(np.ptp(offset)) <= _MAX_SPREAD_OF_FEW_MS
    return Relation(_verdict(pieces, 1.0, scatter) if agree else Verdict.PIECES, pieces, scatter)


def _rate(given: np.ndarray, sound: np.ndarray) -> float:
    """The common slope: the median over many short stretches, snapped to 1 or to a ratio of frame rates that is near."""
    reach = max(2, min(len(given) // 3, 60))
    run = given[reach:] - given[:-reach]
    slopes = (sound[reach:] - sound[:-reach])[run > 0] / run[run > 0]
    slope = float(np.median(slopes)) if len(slopes) else 1.0
    spread = (
        float(np.median(np.abs(slopes - slope))) / np.sqrt(max(1, len(slopes) / reach))
        if len(slopes)
        else 0.0
    )
    if abs(slope - 1) <= max(_MAX_UNITY_DEVIATION, 2 * spread):
        return 1.0
    nearest = min(_RATE_RATIOS, key=lambda r: abs(float(r) - slope))
    return float(nearest) if abs(float(nearest) - slope) <= max(_RATE_TOLERANCE, 2 * spread) else slope


def _pieces(given: np.ndarray, offset: np.ndarray, rate: float) -> tuple[Shift, ...]:
    """The stretches of constant offset between steps; the confidence of each is the share of its pairs near the offset."""
    cuts = [0, *_steps(offset), len(offset)]
    found = []
    for first, last in pairwise(cuts):
        inside = offset[first:last]
        middle = float(np.median(inside))
        near = float(np.mean(np.abs(inside - middle) <= 2 * _MAX_SCATTER_MS))
        start = 0 if first == 0 else round(float(given[first]))
        end = round(float(given[-1])) + 3_600_000 if last == len(offset) else round(float(given[last]))
        found.append(Shift(Span(start, max(start, end)), round(middle), rate, round(near, 3)))
    return tuple(found)


def _steps(offset: np.ndarray) -> list[int]:
    """Change points: indices at which the median offset steps to another level, the strongest of each neighbourhood."""
    w = _STEP_WINDOW_PAIRS
    if len(offset) < 2 * w:
        return []
    windows = np.lib.stride_tricks.sliding_window_view(offset, w)
    middle = np.median(windows, axis=1)
    spread = np.median(np.abs(windows - middle[:, None]), axis=1)
    jump = np.abs(middle[w:] - middle[:-w])
    common = float(np.median(spread))
    sure = jump > np.maximum(_MIN_STEP_MS, 4 * np.maximum(common, np.maximum(spread[w:], spread[:-w])))
    strength = np.where(sure, jump - spread[w:] - spread[:-w], 0.0)
    found: list[int] = []
    while strength.max(initial=0.0) > 0:
        best = int(np.argmax(strength))
        found.append(best + w)
        strength[max(0, best - w) : best + w + 1] = 0
    return sorted({_refined_step(offset, step) for step in found})


def _refined_step(offset: np.ndarray, near: int) -> int:
    """The index around `near` that divides the two levels with the least absolute deviation from their medians."""
    w = _STEP_WINDOW_PAIRS
    low, high = max(1, near - w), min(len(offset) - 1, near + w)
    before, after = np.median(offset[max(0, low - w) : low + 1]), np.median(offset[high - 1 : high + w])
    costs = [
        np.abs(offset[low:at] - before).sum() + np.abs(offset[at:high] - after).sum()
        for at in range(low, high + 1)
    ]
    return low + int(np.argmin(costs))


def _offsets(given: np.ndarray, pieces: Sequence[Shift]) -> np.ndarray:
    ends = np.array([p.given.end_ms for p in pieces[:-1]])
    return np.array([p.offset_ms for p in pieces])[np.searchsorted(ends, given, side="right")]


def _verdict(pieces: Sequence[Shift], rate: float, scatter_ms: int) -> Verdict:
    if len(pieces) > 1 or scatter_ms > _MAX_SCATTER_MS:
        return Verdict.PIECES
    if rate != 1.0:
        return Verdict.DRIFT
    return Verdict.IN_SYNC if abs(pieces[0].offset_ms) <= _MAX_IN_SYNC_MS else Verdict.OFFSET


def sentences(relation: Relation) -> tuple[str, ...]:
    """The relation in English, one sentence for each fact, without capitals and full stops."""
    pieces = relation.pieces
    if relation.verdict is Verdict.UNTIMED:
        return ("the text came without times; every word was timed from the sound",)
    if not pieces:
        return ("the text could not be found in the sound",)
    if relation.verdict is Verdict.IN_SYNC:
        return ("the subtitles were in sync already",)
    lines = [_first_sentence(pieces[0])]
    lines += [_step_sentence(before, after) for before, after in pairwise(pieces)]
    if relation.scatter_ms > _MAX_SCATTER_MS:
        lines.append(
            f"single cues were off by {relation.scatter_ms / 1000:.1f} s besides (half of them by more)"
        )
    elif relation.verdict is Verdict.PIECES and len(pieces) == 1:
        lines.append("the few cues that were found do not agree on how far they were off")
    return tuple(t for t in lines if t)


def present(pieces: Sequence[Shift]) -> str:
    """How a whole file lies to the sound now, in one English sentence: "the whole file is 7.35 s late"."""
    first, lines = pieces[0], []
    if first.rate != 1.0:
        lines.append(f"runs at {1 / first.rate:.4f} times the speed of the sound{_frame_rates(first.rate)}")
    if abs(first.offset_ms) > _MAX_IN_SYNC_MS or (first.rate == 1.0 and len(pieces) == 1):
        at_start = " at the start" if first.rate != 1.0 or len(pieces) > 1 else ""
        lines.append(f"is {_late_or_early(first.offset_ms)}{at_start}")
    whole = f"the whole file {' and '.join(lines)}" if lines else ""
    steps = [_step_sentence(before, after) for before, after in pairwise(pieces)]
    return "; ".join(filter(None, [whole, *steps]))


def _frame_rates(rate: float) -> str:
    """The two frame rates of which a speed is the ratio, as it follows that speed; "" where it is none of theirs."""
    names = {Fraction(24000, 1001): "23.976", Fraction(30000, 1001): "29.97"}
    for made_for, shown_at in RATE_PAIRS:
        if abs(float(made_for / shown_at) - rate) < _MAX_UNITY_DEVIATION:
            there, here = (names.get(r, str(r)) for r in (made_for, shown_at))
            return f" (as one made for {there} frames a second where {here} are shown)"
    return ""


def _first_sentence(piece: Shift) -> str:
    early_late = _late_or_early(piece.offset_ms)
    if piece.rate != 1.0:
        speed = f"the subtitles ran at {1 / piece.rate:.4f} times the speed of the sound"
        return (
            f"{speed}, and were {early_late} at the start"
            if abs(piece.offset_ms) > _MAX_IN_SYNC_MS
            else speed
        )
    return f"the subtitles were {early_late}" if abs(piece.offset_ms) > _MAX_IN_SYNC_MS else ""


def _late_or_early(offset_ms: int) -> str:
    return f"{abs(offset_ms) / 1000:.2f} s {'late' if offset_ms < 0 else 'early'}"


def _step_sentence(before: Shift, after: Shift) -> str:
    change = after.offset_ms - before.offset_ms
    # On the video's own clock: what was cut out takes no time there, what was put in begins where its text would be.
    where = clock(max(0, round(after.given.start_ms * after.rate) + min(before.offset_ms, after.offset_ms)))
    what = "are missing from" if change < 0 else "were put into"
    return f"{abs(change) / 1000:.2f} s {what} the video at {where}"
