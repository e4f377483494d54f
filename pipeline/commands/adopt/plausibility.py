"""Plausibility checks on a mended file: whether it can be a mend of our captions, and lies within the recording."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from statistics import median

from pipeline.commands.adopt.diff import is_foreign, kept
from pipeline.commands.adopt.shown_file import ShownCue
from pipeline.edits.token_diff import changes_within, starts
from pipeline.timing import Span, clock

# A file that lacks more of our words than both this share and this number is taken for unfinished. Set by hand.
MAX_MISSING_SHARE = 0.2
MAX_MISSING_WORDS = 30
# A file whose captions begin at a median distance of more than this from ours has another version's times. Set by hand.
MAX_MEDIAN_SHIFT_MS = 1500
# From fewer captions that begin with the same word no median is taken. Set by hand.
MIN_COMPARED_CUES = 3


def problem(cues: Sequence[ShownCue], ours: Sequence[ShownCue]) -> tuple[str, str] | None:
    """The reason why a file is implausible as a mend of ours, and the remedy; None for a plausible one."""
    texts, held = [c.texts for c in cues], [c.texts for c in ours]
    if is_foreign([w for cue in texts for w in cue], [w for cue in held for w in cue]):
        return "has hardly a word in common with our captions", (
            "name the file that was mended; --yes puts it in their place"
        )
    return _unfinished(cues, ours) or _shifted(cues, ours)


def _unfinished(cues: Sequence[ShownCue], ours: Sequence[ShownCue]) -> tuple[str, str] | None:
    """A file that lacks a large part of our words."""
    held = [c.texts for c in ours]
    gone = [
        (max(0, (c.last - c.first) - (c.end - c.begin)), c.first)
        for c in changes_within(held, [c.texts for c in cues])
    ]
    missing, total = sum(count for count, _ in gone), sum(map(len, held))
    if missing <= max(MAX_MISSING_WORDS, MAX_MISSING_SHARE * total):
        return None
    at = max(gone)[1]
    cue = next(c for c, end in zip(ours, starts(held)[1:], strict=True) if at < end)
    return f"lacks {missing} of our {total} words, most of them from {clock(cue.span.start_ms)} on", (
        "finish it first; --yes takes them all for words that are not said"
    )


def _shifted(cues: Sequence[ShownCue], ours: Sequence[ShownCue]) -> tuple[str, str] | None:
    """Another version's times, by the captions that begin with the same word: another version may be cut otherwise."""
    held, texts = [c.texts for c in ours], [c.texts for c in cues]
    begins = {at: c.span.start_ms for at, c in zip(starts(held), ours, strict=False)}
    ours_of = kept(held, texts)
    apart = [
        abs(c.span.start_ms - begins[ours_of[at]])
        for at, c in zip(starts(texts), cues, strict=False)
        if ours_of.get(at) in begins
    ]
    if len(apart) < MIN_COMPARED_CUES or median(apart) <= MAX_MEDIAN_SHIFT_MS:
        return None
    return f"its captions begin {median(apart) / 1000:.1f} s from where ours do", (
        "put them right first with vignette align; --yes takes their times"
    )


def within(
    cues: Sequence[ShownCue], ours: Sequence[ShownCue], duration_ms: int
) -> tuple[list[ShownCue], list[str]]:
    """Clip their captions to the recording, `duration_ms` or where our last caption ends; with notes on what was clipped.

    What begins behind its end stays where our caption of the same words is, or is left out when its words are new.
    """
    end_ms = max([duration_ms, *(c.span.end_ms for c in ours)])
    if all(c.span.end_ms <= end_ms for c in cues):
        return list(cues), []
    held, texts = [c.texts for c in ours], [c.texts for c in cues]
    owner = [c.span for c in ours for _ in c.texts]
    ours_of = kept(held, texts)
    found, notes = [], []
    for cue, at in zip(cues, starts(texts), strict=False):
        span, when = cue.span, clock(cue.span.start_ms)
        if span.start_ms >= end_ms:
            places = [owner[ours_of[k]] for k in range(at, at + len(cue.texts)) if k in ours_of]
            what = "stays where it was" if places else "is left out"
            notes.append(
                f"a caption at {when} begins behind the end of the recording ({clock(end_ms)}): it {what}"
            )
            if places:
                found.append(replace(cue, span=places[0]))
            continue
        if span.end_ms > end_ms:
            notes.append(
                f"the caption at {when} runs past the end of the recording: it ends there, at {clock(end_ms)}"
            )
            cue = replace(cue, span=Span(span.start_ms, end_ms))
        found.append(cue)
    return sorted(found, key=lambda c: c.span.start_ms), notes
