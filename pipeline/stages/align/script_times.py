"""Time stamps of a script: how they relate to the sound, and where they say that a speech is to be looked for.

Tools stamp a turn to the second, often with the time of its recording; so a script's times move no word. They say near what time
a speech begins that the search missed, once those that were found show how far the stamps are off.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.speech.aligner.listen import WordSpan
from pipeline.speech.aligner.pronounced import Part
from pipeline.stages.align.sync import Relation, relate
from pipeline.timing import clock
from pipeline.transcript import Kind, Verdict
from pipeline.transcript.subtitles import Subtitles

# All of these were set by hand.
# Stamps are rounded to a second, and turns begin in the midst of one.
_MAX_ROUNDING_MS = 1000
# Stamps whose median deviation is larger tell nothing about where a speech is.
_MAX_SCATTER_MS = 1500
# Fewer stamps than this, at speeches that were surely found, prove nothing.
_MIN_PAIRS = 2


def relation_of(
    given: Subtitles, wanted: Sequence[Part], found: Sequence[WordSpan | None], sure: Sequence[int]
) -> Relation:
    """The relation of the script's stamps to the sound, by the speeches whose first word is among those `sure` to be found;
    without pieces where there are too few, or they do not agree."""
    stamp_of, at = {}, 0
    for cue in given.cues:
        if cue.written and cue.written.starts_ms is not None and cue.words and cue.words[0].kind is Kind.WORD:
            stamp_of[at] = cue.written.starts_ms
        at += len(cue.words)
    pairs = [
        (stamp_of[wanted[n].token], here.span.start_ms)
        for n in sure
        if wanted[n].token in stamp_of
        and (here := found[n]) is not None
        and (n == 0 or wanted[n - 1].token != wanted[n].token)
    ]
    if len(pairs) < _MIN_PAIRS:
        return Relation(Verdict.UNTIMED)
    relation = relate(sorted(pairs))
    usable = len(relation.pieces) == 1 and relation.scatter_ms <= _MAX_SCATTER_MS
    return Relation(Verdict.UNTIMED, relation.pieces if usable else (), relation.scatter_ms)


def starts(given: Subtitles, relation: Relation) -> list[int | None]:
    """When each speech begins on the clock of the sound by its stamp, in ms; None where that is unknown."""
    stamped = (cue.written.starts_ms if cue.written else None for cue in given.cues)
    return [None if ms is None or not relation.pieces else max(0, relation.at(ms)) for ms in stamped]


def sentences(given: Subtitles, relation: Relation) -> tuple[str, ...]:
    """What became of the script's times, in a sentence; nothing where it has none."""
    count = sum(cue.written is not None and cue.written.starts_ms is not None for cue in given.cues)
    if not count:
        return ()
    told = f"the script's {count} time{'' if count == 1 else 's'}"
    if not relation.pieces:
        return (f"{told} could not be put to the sound; every word was timed from the sound",)
    offset_ms = relation.pieces[0].offset_ms
    if abs(offset_ms) <= _MAX_ROUNDING_MS:
        return (f"{told} fit{'s' if count == 1 else ''} the sound, from which every word was timed",)
    late = f"{clock(abs(offset_ms))} {'later' if offset_ms < 0 else 'earlier'} than the sound"
    return (f"{told} stand{'s' if count == 1 else ''} {late}; every word was timed from the sound",)
