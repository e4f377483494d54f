"""Rules about attribution: each caption shows who speaks, and shows the right person. One function per rule."""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.audit.against_sound import matched
from pipeline.audit.model import Hit, ShownCue, View
from pipeline.timing import hull
from pipeline.words import plain_words


def speakers_of(view: View, cue: ShownCue) -> list[str]:
    """Who says the words of a caption, in order, each change once; "" where nobody knows."""
    words = view.facts.words or ()
    said = [words[p].speaker for p in matched(view).of_cue[cue.number] if p is not None]
    return [name for k, name in enumerate(said) if k == 0 or name != said[k - 1]]


def speech_overlaps(view: View, one: ShownCue, other: ShownCue) -> bool:
    """Overlapping speech: whether the words of two captions are said at the same time, as the transcript has it."""
    words, of_cue = view.facts.words or (), matched(view).of_cue
    said = [[words[p].span for p in of_cue[cue.number] if p is not None] for cue in (one, other)]
    if not said[0] or not said[1]:
        return False
    first, second = map(hull, said)
    return first.overlap_ms(second) > 0


def unmarked_change(view: View) -> Iterator[Hit]:
    """A change of speaker that neither a label, a voice tag, a colour nor a dash shows."""
    before = ""
    for cue in view.document.by_start:
        speakers = [s for s in speakers_of(view, cue) if s]
        marks = cue.turn_marks + len(set(cue.names)) + cue.raw.count("<font color")
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
    """Whether a label may stand for a name: all its words are the name's, or the reverse ("JAX" for "Jax Beatty")."""
    short, whole = (set(plain_words(text)) for text in (label, name))
    return short <= whole or whole <= short
