"""Rules about synchrony: captions come with their first word, go with their
last, and do not drift. One function per rule."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from statistics import median

from pipeline.audit.against_sound import matched, speech
from pipeline.audit.model import Document, Hit, Severity, ShownCue, SpokenWord, View
from pipeline.audit.time_map import TimeMap

# Regions of speech alone show an onset only where a silence this long came before it; chosen.
MIN_SILENCE_BEFORE_ONSET_MS = 500
# A caption farther from every onset than this is not late: it belongs to other speech. Chosen.
MAX_ONSET_DISTANCE_MS = 3000
# So many words may stand between two that belong to one utterance, and so long a pause; chosen.
MAX_UNHEARD_WORDS = 4
MAX_PAUSE_WITHIN_MS = 2000
# A trend of half a second an hour, seen in at least 30 captions over at least ten minutes, and worth at least a fifth
# of a second in all. Chosen: film at 24 frames a second shown at 25 drifts by 144 s an hour, a slow clock by less.
DRIFT_MIN_MS_PER_HOUR = 500
DRIFT_MIN_CAPTIONS = 30
DRIFT_MIN_SPAN_MS = 600_000
DRIFT_MIN_TOTAL_MS = 200
# The whole trend must be this many times the median distance of the parts from the line.
DRIFT_MIN_SIGNAL_TO_NOISE = 3


def as_mapped(document: Document, time_map: TimeMap | None) -> Document:
    """The document with every caption where the sound has it, so that what is wrong with all of them alike is told once."""
    if time_map is None:
        return document
    return replace(document, cues=tuple(replace(c, span=time_map.moved(c.span)) for c in document.cues))


def out_of_sync(view: View) -> Iterator[Hit]:
    """A file whose times as a whole do not fit the sound."""
    if found := view.facts.time_map:
        most = max((found.displacement_ms(c.span.start_ms) for c in view.cues), key=abs, default=0)
        problem = found.problem[:1].upper() + found.problem[1:]
        yield Hit(f"{problem}. To put it right: {found.mend}", None, most)


def onsets(view: View) -> list[tuple[ShownCue, int]]:
    """Onset errors: for every caption whose first word's onset is known, by
    how many milliseconds the caption comes later."""
    if "onsets" not in view.shared:
        by_word = view.facts.words is not None
        view.shared["onsets"] = _word_onsets(view) if by_word else _region_onsets(view)
    found = view.shared["onsets"]
    assert isinstance(found, list)
    return found


def _word_onsets(view: View) -> list[tuple[ShownCue, int]]:
    words, pairs = view.facts.words or (), matched(view).of_cue
    found = []
    for cue in view.cues:
        first = pairs[cue.number][0] if pairs[cue.number] else None
        if first is None or _begins_with_sound(cue) or not _is_its_own(pairs[cue.number], words, cue):
            continue
        found.append((cue, cue.span.start_ms - _onset(words, first, cue)))
    return found


def _is_its_own(pairs: Sequence[int | None], words: Sequence[SpokenWord], cue: ShownCue) -> bool:
    """Whether the transcript's word that a caption's first is paired with is said with the rest of the caption, and is not
    an equal word of another utterance; of one word alone, whether it is said near to the caption."""
    first, *rest = [p for p in pairs if p is not None]
    if not rest:
        return words[first].span.gap_ms(cue.span) <= MAX_ONSET_DISTANCE_MS and len(pairs) <= MAX_UNHEARD_WORDS
    follows = rest[0] - first <= MAX_UNHEARD_WORDS + 1 and words[rest[0]].speaker == words[first].speaker
    return rest[0] > first and (
        follows or words[rest[0]].span.gap_ms(words[first].span) <= MAX_PAUSE_WITHIN_MS
    )


def _onset(words: Sequence[SpokenWord], first: int, cue: ShownCue) -> int:
    """When what a caption shows begins to be said: at its first word, or at a mark in front of it that
    stands for speech nobody understood ("... and so") and has a time of its own in the transcript."""
    mark, word = words[first - 1] if first else None, words[first]
    if mark and mark.text in cue.text and mark.speaker == word.speaker and not re.search(r"\w", mark.text):
        return mark.span.start_ms
    return word.span.start_ms


def _begins_with_sound(cue: ShownCue) -> bool:
    begins = " ".join(cue.bare_lines).lstrip("-–— ")
    return begins.startswith(("[", "(", "♪", "♫", "#"))


def _region_onsets(view: View) -> list[tuple[ShownCue, int]]:
    """Onset errors against starts of speech after silence, where caption and start are each the other's nearest.

    Where an earlier caption is on screen already, the start of speech is that one's; where somebody speaks
    as the caption comes, the next start of speech is not what it waits for.
    """
    cues = [c for c in view.document.by_start if not c.is_sound]
    begins = [c.span.start_ms for c in cues]
    regions = speech(view)
    starts = [
        b.start_ms for a, b in pairwise(regions) if b.start_ms - a.end_ms >= MIN_SILENCE_BEFORE_ONSET_MS
    ]
    found = []
    for start in [*(r.start_ms for r in regions[:1]), *starts]:
        nearest = _nearest(begins, start)
        if nearest is None or abs(begins[nearest] - start) > MAX_ONSET_DISTANCE_MS:
            continue
        back = _nearest(starts, begins[nearest])
        mutual = back is None or abs(starts[back] - begins[nearest]) >= abs(start - begins[nearest])
        taken = any(c.span.start_ms < start < c.span.end_ms for c in cues[max(0, nearest - 3) : nearest])
        spoken = any(begins[nearest] in region for region in regions if region.start_ms < start)
        if mutual and not taken and not spoken:
            found.append((cues[nearest], begins[nearest] - start))
    return found


def _nearest(times: Sequence[int], time_ms: int) -> int | None:
    """The index of the time nearest to another in a sorted list; None where the list is empty."""
    at = bisect_left(times, time_ms)
    near = [k for k in (at - 1, at) if 0 <= k < len(times)]
    return min(near, key=lambda k: abs(times[k] - time_ms), default=None)


def early(view: View) -> Iterator[Hit]:
    """A caption that comes before its first word."""
    for cue, late_ms in onsets(view):
        if -late_ms > view.profile.early_ms:
            severe = Severity.ERROR if -late_ms > view.profile.early_error_ms else None
            yield Hit(f"It comes {-late_ms} ms before its first word.", cue, -late_ms, severity=severe)


def late(view: View) -> Iterator[Hit]:
    """A caption that comes after its first word."""
    for cue, late_ms in onsets(view):
        if late_ms > view.profile.late_ms:
            severe = Severity.ERROR if late_ms > view.profile.late_error_ms else None
            yield Hit(f"It comes {late_ms} ms after its first word.", cue, late_ms, severity=severe)


def drift(view: View) -> Iterator[Hit]:
    """Drift: an onset error that grows or shrinks steadily over the file, from a wrong frame rate or a slow clock.

    The slope is that of a least-squares line through the medians of ten equal
    parts, so that single captions carry no weight.
    """
    points = sorted((cue.span.start_ms, late_ms) for cue, late_ms in onsets(view))
    if len(points) < DRIFT_MIN_CAPTIONS or points[-1][0] - points[0][0] < DRIFT_MIN_SPAN_MS:
        return
    size = len(points) / 10
    parts = [points[int(k * size) : int((k + 1) * size)] for k in range(10)]
    xs = [median(p[0] for p in part) / 3_600_000 for part in parts]
    ys = [median(p[1] for p in part) for part in parts]
    mean_x, mean_y = sum(xs) / 10, sum(ys) / 10
    slope = sum((x - mean_x) * (y - mean_y) for x, y in zip(xs, ys, strict=True)) / sum(
        (x - mean_x) ** 2 for x in xs
    )
    residual = median(abs(y - mean_y - slope * (x - mean_x)) for x, y in zip(xs, ys, strict=True))
    total = abs(slope) * (xs[-1] - xs[0])
    if abs(slope) > DRIFT_MIN_MS_PER_HOUR and total > max(
        DRIFT_MIN_TOTAL_MS, DRIFT_MIN_SIGNAL_TO_NOISE * residual
    ):
        yield Hit(
            f"The captions drift by {slope / 1000:+.2f} s an hour.", None, round(slope), DRIFT_MIN_MS_PER_HOUR
        )


def lingers(view: View) -> Iterator[Hit]:
    """A caption that stays longer after its last word than the profile allows."""
    words, limit = view.facts.words or (), max(view.profile.linger_ms, view.profile.stretch_ms or 0)
    for cue in view.cues:
        last = [p for p in matched(view).of_cue[cue.number] if p is not None][-1:]
        if last:
            over = cue.span.end_ms - words[last[0]].span.end_ms
            if over > limit + 1:
                yield Hit(f"It stays {over} ms after its last word.", cue, over, limit)
