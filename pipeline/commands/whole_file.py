"""Synchronisation of a whole caption file: whether its times fit the sound, or are late, early, too fast or cut as a whole.

Three witnesses, the cheapest first. Words with times, where a transcript is known; where somebody speaks: a file whose captions
begin as speech begins, all along, is in sync, and one that does so after one shift and one change of speed is off by these;
and where that decides nothing, the words of the file are looked for in the sound, as `vignette align` does.
"""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from statistics import median

import numpy as np
from numpy.typing import NDArray

from pipeline.audit.model import Document, Facts, ShownCue, View
from pipeline.audit.synchrony import as_mapped, onsets
from pipeline.audit.time_map import TimeMap
from pipeline.formats.readers import read
from pipeline.languages import primary
from pipeline.media.facts import Audio
from pipeline.profiles import PROFILES
from pipeline.run.store import Store
from pipeline.settings import AlignSettings
from pipeline.stages import align
from pipeline.stages.align.sync import RATE_PAIRS, Relation, present, relate
from pipeline.timing import Span, covered_ms, gaps, hull
from pipeline.transcript import Heard, Shift, Verdict

# The language of the acoustic model that words are looked for with.
_LANGUAGE = "en"
# All of these were set by hand. A file is off as a whole where so many captions, and this share of them, are displaced by
# more than an editor's lead-in and the doubt of an onset explain.
_MIN_DISPLACED_MS = 400
_MIN_DISPLACED_CAPTIONS = 3
_MIN_DISPLACED_SHARE = 0.1
# A time map holds where captions agree with it: the least confidence of its pieces, in [0, 1].
_MIN_AGREEMENT = 0.6
# Regions of speech decide only where so many captions begin after a silence, and in every stretch of so many captions all is
# as it should be: this share of those that can be measured begins this near to the speech that is theirs (fewer measured ones
# than the third number tell nothing), at most this share of them stands where nobody speaks, and of the speech has no caption.
_MIN_ONSETS = 8
_STRETCH_CAPTIONS = 10
_MIN_STRETCH_ONSETS = 3
_MAX_RESIDUAL_MS = 400
_MIN_FITTING_SHARE = 0.6
_MAX_SILENT_SHARE = 0.1
_MAX_BARE_SHARE = 0.2
# The shift of a file is looked for in steps of this.
_STEP_MS = 20
# A time map that is read off regions of speech alone is refined so often by the median of what is left.
_REFINEMENTS = 3


def time_map(
    document: Document, facts: Facts, path: Path, media: Path | None, audio: Audio | None
) -> TimeMap | None:
    """The time map of a file that is out of sync as a whole; None for one that is not, or of which nobody can tell."""
    shifts = _shifts(document, facts, path, audio)
    if not _is_displaced(document, shifts):
        return None
    return TimeMap(shifts, present(shifts), align_command(path, media))


def align_command(path: Path, media: Path | None = None) -> str:
    """The command that times a caption file anew."""
    stem = path.name.split(".")[0]
    recording = media or Store.of(path.parent, stem).origin()
    timed = path.with_name(f"{path.stem}.timed{path.suffix}")
    named = (
        shlex.quote(str(recording)) if recording else "MEDIA",
        *(shlex.quote(str(p)) for p in (path, timed)),
    )
    return "vignette align {} {} -o {}".format(*named)


def _is_displaced(document: Document, shifts: Sequence[Shift]) -> bool:
    """Whether a time map moves enough captions far enough for the file as a whole to be wrong."""
    if not shifts or min(s.confidence for s in shifts) < _MIN_AGREEMENT:
        return False
    by = TimeMap(tuple(shifts), "", "").displacement_ms
    displaced = sum(abs(by(cue.span.start_ms)) > _MIN_DISPLACED_MS for cue in document.cues)
    return displaced >= max(_MIN_DISPLACED_CAPTIONS, _MIN_DISPLACED_SHARE * len(document.cues))


def _shifts(document: Document, facts: Facts, path: Path, audio: Audio | None) -> tuple[Shift, ...]:
    """The time map of a file by the first witness that can tell; () where it is in sync, or nobody can."""
    if document.format == "json" or len(document.cues) < _MIN_DISPLACED_CAPTIONS:
        return ()
    if facts.words:
        return _by_words(document, facts)
    if not facts.speech:
        return ()
    decided = _by_speech(document, facts)
    if decided is not None or audio is None or primary(document.lang) != _LANGUAGE:
        return decided or ()
    return _by_listening(path, facts.speech, audio, document.lang)


def _by_words(document: Document, facts: Facts) -> tuple[Shift, ...]:
    """The time map by a transcript's words."""
    view = View(document, facts, PROFILES["training"])
    pairs = sorted((cue.span.start_ms, cue.span.start_ms - late) for cue, late in onsets(view))
    return _usable(relate(pairs)) if len(pairs) >= _MIN_DISPLACED_CAPTIONS else ()


def _by_listening(path: Path, speech: Sequence[Span], audio: Audio, lang: str) -> tuple[Shift, ...]:
    """The time map by forced alignment of the file's words to the sound."""
    given = read(path, lang)
    heard = Heard("", "", False, (), tuple(speech))
    report = align.run(audio, heard, given, AlignSettings()).report
    return _usable(Relation(report.verdict, report.shifts))


def _usable(relation: Relation) -> tuple[Shift, ...]:
    """The pieces of a relation that says more than that the file is in sync."""
    off = relation.verdict in (Verdict.OFFSET, Verdict.DRIFT, Verdict.PIECES)
    return relation.pieces if off else ()


def _by_speech(document: Document, facts: Facts) -> tuple[Shift, ...] | None:
    """The time map by regions of speech alone; () where captions begin as speech does, None where that decides nothing."""
    if _fits(document, facts):
        return ()
    end_ms = max(cue.span.end_ms for cue in document.cues) + 3_600_000
    rate, offset_ms = _best_shift(document, facts)
    for _ in range(_REFINEMENTS):
        shift = Shift(Span(0, end_ms), offset_ms, rate)
        mapped = as_mapped(document, TimeMap((shift,), "", ""))
        left = list(_residuals(mapped, facts).values())
        if _fits(mapped, facts):
            return (replace(shift, offset_ms=offset_ms - round(median(left))),)
        offset_ms -= round(median(left)) if left else 0
    return None


def _residuals(document: Document, facts: Facts) -> dict[int, int]:
    """For the numbers of captions that are the nearest to a start of speech, and it to them: how much later they come."""
    spoken = replace(facts, words=None, time_map=None)
    return {cue.number: late for cue, late in onsets(View(document, spoken, PROFILES["training"]))}


def _fits(document: Document, facts: Facts) -> bool:
    """Whether captions begin as speech begins in every stretch of the file, and enough of them can be measured."""
    late = _residuals(document, facts)
    cues = [cue for cue in document.by_start if cue.words and not cue.is_sound]
    count = max(1, len(cues) // _STRETCH_CAPTIONS)
    edges = [len(cues) * k // count for k in range(count + 1)]
    return len(late) >= _MIN_ONSETS and all(
        _stretch_fits(cues[a:b], late, facts.speech or ()) for a, b in pairwise(edges)
    )


def _stretch_fits(cues: Sequence[ShownCue], late: Mapping[int, int], speech: Sequence[Span]) -> bool:
    """Whether neighbouring captions begin with speech, stand where somebody speaks, and leave little speech bare."""
    known = [late[cue.number] for cue in cues if cue.number in late]
    near = sum(abs(ms) <= _MAX_RESIDUAL_MS for ms in known)
    if len(known) >= _MIN_STRETCH_ONSETS and near < _MIN_FITTING_SHARE * len(known):
        return False
    whole = hull(cue.span for cue in cues)
    spoken = [inside for region in speech if (inside := region.intersection(whole))]
    silent = sum(not any(cue.span.overlap_ms(region) for region in spoken) for cue in cues)
    bare = sum(gap.duration_ms for region in spoken for gap in gaps((cue.span for cue in cues), region))
    return silent <= _MAX_SILENT_SHARE * len(cues) and bare <= _MAX_BARE_SHARE * covered_ms(spoken)


def _best_shift(document: Document, facts: Facts) -> tuple[float, int]:
    """The speed and shift at which captions on screen and speech correlate most, as ffsubsync looks for them."""
    spans = [cue.span for cue in document.cues if not cue.is_sound and cue.words]
    regions = facts.speech or ()
    rates = sorted({Fraction(1), *(a / b for a, b in RATE_PAIRS)})
    longest = max([s.end_ms for s in spans] or [0]) * float(max(rates)) + regions[-1].end_ms
    size = 1 << int(np.ceil(np.log2(longest / _STEP_MS + 2)))
    speech = _on_off(regions, 1.0, size)
    known = speech[: regions[-1].end_ms // _STEP_MS + 1]
    spoken = np.conj(np.fft.rfft(_on_off(regions, 1.0, size) - known.mean() * (np.arange(size) < len(known))))
    best = (-np.inf, 1.0, 0)
    for rate in map(float, rates):
        scores = np.fft.irfft(np.fft.rfft(_on_off(spans, rate, size)) * spoken, size)
        at = int(np.argmax(scores))
        shift = -(at if at < size // 2 else at - size)
        best = max(best, (float(scores[at]), rate, shift * _STEP_MS))
    return best[1], best[2]


def _on_off(spans: Sequence[Span], rate: float, size: int) -> NDArray[np.float32]:
    """The spans as a signal, 1 inside of them and 0 outside, their times multiplied by `rate`; shape (size,)."""
    signal = np.zeros(size, np.float32)
    for span in spans:
        signal[int(span.start_ms * rate) // _STEP_MS : int(span.end_ms * rate) // _STEP_MS + 1] = 1.0
    return signal
