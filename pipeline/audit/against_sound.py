"""Rules about the captions against the sound: complete, on time, by the right speaker. One function per rule.

With a transcript the truth are its words; with regions of speech alone, where there is any speech at all.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from pipeline.audit.matching import Match, match
from pipeline.audit.model import Hit, Severity, ShownCue, SpokenWord, View
from pipeline.timing import Span, covered_ms, gaps, union

# Words closer together than this are one stretch of speech.
SPEECH_JOIN_MS = 700
# Speech regions alone show an onset only where silence came before it.
MIN_SILENCE_BEFORE_ONSET_MS = 500
MAX_ONSET_DISTANCE_MS = 3000
# A trend of half a second an hour, seen over at least ten minutes and worth at least a fifth of a second.
DRIFT_MIN_MS_PER_HOUR = 500
DRIFT_MIN_SPAN_MS = 600_000
DRIFT_MIN_TOTAL_MS = 200
# The shortest thing that anybody says.
MIN_WORD_MS = 100
LOW_CONFIDENCE = 0.4
MIN_LONG_SILENCE_MS = 20_000


def matched(view: View) -> Match:
    """The pairing of captions and transcript, made once for all rules and profiles."""
    if "match" not in view.shared:
        view.shared["match"] = match(view.cues, view.facts.words or ())
    found = view.shared["match"]
    assert isinstance(found, Match)
    return found


def speech(view: View) -> tuple[Span, ...]:
    """Where somebody speaks: the regions that were heard, else the transcript's words joined over short
    pauses."""
    if "speech" not in view.shared:
        if view.facts.speech is not None:
            view.shared["speech"] = union(view.facts.speech)
        else:
            said = [w.span for w in view.facts.words or () if not w.is_sound]
            view.shared["speech"] = union(said, SPEECH_JOIN_MS)
    found = view.shared["speech"]
    assert isinstance(found, tuple)
    return found


def uncaptioned(view: View) -> Iterator[Hit]:
    """Speech during which no caption is on screen: a second is worth a look, three are an error."""
    on_screen = union((c.span for c in view.cues), 0)
    for region in speech(view):
        for bare in gaps(on_screen, region):
            if bare.duration_ms >= 1000:
                severe = bare.duration_ms >= 3000 or view.profile.name in ("wcag-fcc", "bbc")
                yield Hit(
                    f"{bare.duration_ms / 1000:.1f} s of speech have no caption.",
                    None,
                    bare.duration_ms,
                    1000,
                    Severity.ERROR if severe else None,
                    bare,
                )


def coverage(view: View) -> float | None:
    """The share of speech with a caption on screen, in [0, 1]; None where nothing is known about speech."""
    if view.facts.speech is None and view.facts.words is None:
        return None
    regions = speech(view)
    total = sum(r.duration_ms for r in regions)
    bare = sum(g.duration_ms for r in regions for g in gaps((c.span for c in view.cues), r))
    return 1 - bare / total if total else 1.0


def missing_words(view: View) -> Iterator[Hit]:
    """Words of the transcript that no caption holds, a finding for each run of them."""
    words, found = view.facts.words or (), matched(view).found
    run: list[SpokenWord] = []
    for word, is_found in [*zip(words, found, strict=True), (None, True)]:
        if word is not None and not is_found:
            run.append(word)
        elif run:
            text = " ".join(w.text for w in run)
            span = Span(run[0].span.start_ms, max(w.span.end_ms for w in run))
            yield Hit(f"'{text[:60]}' is said and not captioned.", None, len(run), 0, span=span)
            run = []


def added_words(view: View) -> Iterator[Hit]:
    """Captions of which most words are not in the transcript."""
    for cue in view.cues:
        pairs = matched(view).of_cue[cue.number]
        strange = sum(p is None for p in pairs)
        if strange >= 3 and strange > len(pairs) / 2:
            yield Hit(f"{strange} of {len(pairs)} words are not in the transcript.", cue, strange, 0)


def without_speech(view: View) -> Iterator[Hit]:
    """A caption of words while nobody speaks."""
    regions = speech(view)
    at = 0
    for cue in view.document.by_start:
        while at < len(regions) and regions[at].end_ms <= cue.span.start_ms:
            at += 1
        near = regions[max(0, at - 1) : at + 8]
        heard = sum(cue.span.overlap_ms(r) for r in near)
        wanted = min(cue.span.duration_ms // 10, MIN_WORD_MS)
        if cue.span and heard < wanted and not cue.is_sound and cue.words:
            yield Hit("Nobody speaks while it is on screen.", cue, heard, wanted)


def empty_stretch(view: View) -> Iterator[Hit]:
    """A long time without caption in which nobody speaks: silence, or sounds that deserve a word?"""
    if not view.cues:
        return
    end = view.facts.duration_ms or max(c.span.end_ms for c in view.cues)
    for bare in gaps((c.span for c in view.cues), Span(0, max(0, end))):
        silent = bare.duration_ms - covered_ms(s.clipped(bare) for s in speech(view))
        if bare.duration_ms > MIN_LONG_SILENCE_MS and silent > 0.9 * bare.duration_ms:
            yield Hit(
                f"{bare.duration_ms / 1000:.0f} s without caption or speech.",
                None,
                bare.duration_ms,
                MIN_LONG_SILENCE_MS,
                span=bare,
            )


def onsets(view: View) -> list[tuple[ShownCue, int]]:
    """For every caption whose first word's onset is known: how much later than it the caption comes, in
    ms."""
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
        if first is not None and not _begins_with_sound(cue):
            found.append((cue, cue.span.start_ms - _onset(words, first, cue)))
    return found


def _onset(words: Sequence[SpokenWord], first: int, cue: ShownCue) -> int:
    """When what a caption shows begins to be said: at its first word, or at a mark in front of it that stands for
    speech nobody understood ("... and so") and has a time of its own in the transcript."""
    mark, word = words[first - 1] if first else None, words[first]
    if mark and mark.text in cue.text and mark.speaker == word.speaker and not re.search(r"\w", mark.text):
        return mark.span.start_ms
    return word.span.start_ms


def _begins_with_sound(cue: ShownCue) -> bool:
    begins = cue.text.lstrip("-–— ")
    return begins.startswith(("[", "(", "♪", "♫", "#")) and not (cue.labels and cue.labels[0][0] == 0)


def _region_onsets(view: View) -> list[tuple[ShownCue, int]]:
    """Captions against starts of speech after silence, where each is the other's nearest.

    Where an earlier caption is on screen already, the start of speech is that one's; where somebody speaks as the
    caption comes, the next start of speech is not what it waits for.
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
    """The index of the time nearest to another in a sorted list."""
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
    """An onset error that grows or shrinks steadily over the file: the wrong frame rate, a slow clock.

    The slope is taken between the medians of ten equal parts, so that single captions carry no weight.
    """
    points = sorted((cue.span.start_ms, late_ms) for cue, late_ms in onsets(view))
    if len(points) < 30 or points[-1][0] - points[0][0] < DRIFT_MIN_SPAN_MS:
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
    if abs(slope) > DRIFT_MIN_MS_PER_HOUR and total > max(DRIFT_MIN_TOTAL_MS, 3 * residual):
        yield Hit(
            f"The captions drift by {slope / 1000:+.2f} s an hour.", None, round(slope), DRIFT_MIN_MS_PER_HOUR
        )


def lingers(view: View) -> Iterator[Hit]:
    """A caption that stays long after its last word."""
    words = view.facts.words or ()
    for cue in view.cues:
        last = [p for p in matched(view).of_cue[cue.number] if p is not None][-1:]
        if last:
            over = cue.span.end_ms - words[last[0]].span.end_ms
            if over > view.profile.linger_ms + 1:
                yield Hit(f"It stays {over} ms after its last word.", cue, over)


def speakers_of(view: View, cue: ShownCue) -> list[str]:
    """Who says the words of a caption, in order, each change once; "" where nobody knows."""
    words = view.facts.words or ()
    said = [words[p].speaker for p in matched(view).of_cue[cue.number] if p is not None]
    return [name for k, name in enumerate(said) if k == 0 or name != said[k - 1]]


def speech_overlaps(view: View, one: ShownCue, other: ShownCue) -> bool:
    """Whether the words of two captions are said at the same time, as the transcript has it."""
    words, of_cue = view.facts.words or (), matched(view).of_cue
    said = [[words[p].span for p in of_cue[cue.number] if p is not None] for cue in (one, other)]
    if not said[0] or not said[1]:
        return False
    first, second = (Span(min(s.start_ms for s in spans), max(s.end_ms for s in spans)) for spans in said)
    return first.overlap_ms(second) > 0


def unmarked_change(view: View) -> Iterator[Hit]:
    """A change of speaker that neither label, voice, colour nor dash shows."""
    before = ""
    for cue in view.document.by_start:
        speakers = [s for s in speakers_of(view, cue) if s]
        marks = len(cue.labels) + len(cue.dashes) + len(set(cue.names)) + cue.raw.count("<font color")
        changes = len(speakers) - (bool(speakers) and (speakers[0] == before or not before))
        if changes > 0 and not marks:
            yield Hit(f"{speakers[-1]} begins to speak, and nothing shows it.", cue, changes, 0)
        before = speakers[-1] if speakers else before


def wrong_speaker(view: View) -> Iterator[Hit]:
    """A caption that names somebody else than the transcript does."""
    for cue in view.cues:
        speakers = [s for s in speakers_of(view, cue) if s]
        named = cue.names
        if len(set(speakers)) == 1 and named and not any(_label_fits_name(n, speakers[0]) for n in named):
            yield Hit(f"It names {named[0]}; the transcript has {speakers[0]}.", cue, named[0], speakers[0])
        elif len(speakers) > 1 and len(named) == len(speakers):
            wrong = next(
                ((n, s) for n, s in zip(named, speakers, strict=True) if not _label_fits_name(n, s)), None
            )
            if wrong:
                yield Hit(f"It names {wrong[0]}; the transcript has {wrong[1]}.", cue, wrong[0], wrong[1])


def _label_fits_name(label: str, name: str) -> bool:
    """Whether a label may stand for a name: all its words are the name's, or the reverse ("JAX" for "Jax
    Beatty")."""
    short, whole = (set(re.findall(r"\w+", text.casefold())) for text in (label, name))
    return short <= whole or whole <= short


def low_confidence(view: View) -> Iterator[Hit]:
    """Captions whose words the recognizer itself was not sure of."""
    words = view.facts.words or ()
    for cue in view.cues:
        doubtful = [
            words[p]
            for p in matched(view).of_cue[cue.number]
            if p is not None and words[p].confidence < LOW_CONFIDENCE
        ]
        if doubtful:
            lowest = min(doubtful, key=lambda w: w.confidence)
            yield Hit(f"'{lowest.text}' is not certain.", cue, round(lowest.confidence, 2), LOW_CONFIDENCE)


def heard_differently(view: View) -> Iterator[Hit]:
    """Passages where the recognizer heard something else than the captions say."""
    for passage in view.facts.differing:
        cue = next((c for c in view.cues if c.span.overlap_ms(passage.span)), None)
        yield Hit(
            f"'{passage.text[:40]}' was heard as '{passage.heard[:40]}'.",
            cue,
            passage.heard[:40],
            passage.text[:40],
            span=passage.span,
        )


def missing_sounds(view: View) -> Iterator[Hit]:
    """Sounds that the transcript has and no caption near them shows."""
    for word in view.facts.words or ():
        if word.is_sound and not any(
            word.text.strip("[]()").casefold() in c.text.casefold()
            for c in view.cues
            if c.span.gap_ms(word.span) < 2000
        ):
            yield Hit(f"'{word.text}' is heard and not captioned.", None, word.text, span=word.span)
