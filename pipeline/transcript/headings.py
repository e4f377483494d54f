"""Headings: the titles of parts that stand in a script or between subtitles, and when what stands below each is said."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.part_kinds import title_in
from pipeline.transcript.results import Aligned, EditorCue
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue
from pipeline.transcript.tokens import SPOKEN

# A longer heading is no title.
_MAX_WORDS = 12


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading as written, without its signs, and when the first word below it is said, in ms; `names_part` says that it is
    numbered, or names a kind of part, and not just any line that is set off."""

    title: str
    at_ms: int
    names_part: bool


def headings(given: Subtitles, aligned: Aligned) -> tuple[Heading, ...]:
    """The headings of a text as read, in order; of several above the same words the last, which is the nearest.

    `aligned` is the alignment of the text without them. One below which nothing is said in this recording is left out.
    """
    found: dict[int, Heading] = {}
    for title, cues in _with_what_follows(given, aligned):
        at_ms = next((ms for cue in cues if (ms := _begun_ms(cue, aligned)) is not None), None)
        if at_ms is not None and len(title.split()) <= _MAX_WORDS:
            found[at_ms] = Heading(title_in(title) or title.strip("#*_ "), at_ms, bool(title_in(title)))
    return tuple(found[at_ms] for at_ms in sorted(found))


def _with_what_follows(given: Subtitles, aligned: Aligned) -> Iterator[tuple[str, list[EditorCue]]]:
    """Each heading with the cues below it, up to the next."""
    cue_of = _cues_by_place(given, aligned)
    title, below = "", list[EditorCue]()
    for n, cue in enumerate(given.cues):
        if cue.heading:
            if title:
                yield title, below
            title, below = " ".join(w.text for w in cue.words), []
        elif n in cue_of:
            below.append(cue_of[n])
    if title:
        yield title, below


def _cues_by_place(given: Subtitles, aligned: Aligned) -> dict[int, EditorCue]:
    """The aligned cues by the places that they have in the text; none where they are not those of this text.

    Cues with times may have changed places when they were aligned; paragraphs never do.
    """
    kept = given.without_headings().without_directions().in_order_of_time().cues
    spoken = [n for n, cue in enumerate(given.cues) if _is_spoken(given, cue)]
    if len([c for c in kept if c.words]) != len(spoken) or len(aligned.editor_cues) != len(spoken):
        return {}
    if not given.timed:
        return dict(zip(spoken, aligned.editor_cues, strict=True))
    by_time = {(cue.span, cue.id): cue for cue in aligned.editor_cues}
    return {n: by_time[key] for n in spoken if (key := (given.cues[n].span, given.cues[n].id)) in by_time}


def _is_spoken(given: Subtitles, cue: SubtitlesCue) -> bool:
    """Whether a cue is aligned at all."""
    if given.timed:
        return bool(cue.words) and not cue.heading
    return any(w.kind != "unspoken" for w in cue.words)


def _begun_ms(cue: EditorCue, aligned: Aligned) -> int | None:
    """When the first word of a cue is said; None where none is."""
    return next((t.span.start_ms for t in aligned.tokens[cue.first : cue.last] if t.kind in SPOKEN), None)
