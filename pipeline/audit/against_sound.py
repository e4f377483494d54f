"""Rules about completeness and accuracy: what is said is captioned, and
what is captioned is said. One function per rule.

With a transcript the reference is its words; with regions of speech alone, the time in which somebody speaks.
"""

from __future__ import annotations

from collections.abc import Iterator

from pipeline.audit.matching import Match, match
from pipeline.audit.model import Hit, Severity, SpokenWord, View
from pipeline.timing import Span, covered_ms, gaps, hull, union

# Words closer together than this are one region of speech; chosen, longer than the pauses within a sentence.
SPEECH_JOIN_MS = 700
# The shortest thing that anybody says; a tenth of a caption's time is asked for where that is less.
MIN_WORD_MS = 100
# Speech without caption: below the first nobody is told, from the second it is an error. Chosen.
UNCAPTIONED_MIN_MS = 1000
UNCAPTIONED_ERROR_MS = 3000
# A word's confidence, in [0, 1], below which a person should listen; chosen.
LOW_CONFIDENCE = 0.4
# A silence that deserves a caption: the BBC's long pause, as `long_pause_ms` of its profile.
MIN_LONG_SILENCE_MS = 20_000
# A sound is captioned where a caption this near to it holds its words; chosen.
SOUND_WINDOW_MS = 2000


def matched(view: View) -> Match:
    """The alignment of the captions' words with the transcript's, made once for all rules and profiles."""
    if "match" not in view.shared:
        view.shared["match"] = match(view.cues, view.facts.words or ())
    found = view.shared["match"]
    assert isinstance(found, Match)
    return found


def speech(view: View) -> tuple[Span, ...]:
    """Regions of speech: those that were detected, else the transcript's words joined over short pauses."""
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
    """Speech during which no caption is on screen: from one second a finding, from three an error."""
    on_screen = union((c.span for c in view.cues), 0)
    for region in speech(view):
        for bare in gaps(on_screen, region):
            if bare.duration_ms >= UNCAPTIONED_MIN_MS:
                severe = bare.duration_ms >= UNCAPTIONED_ERROR_MS or view.profile.name in ("wcag-fcc", "bbc")
                yield Hit(
                    f"{bare.duration_ms / 1000:.1f} s of speech have no caption.",
                    None,
                    bare.duration_ms,
                    UNCAPTIONED_MIN_MS,
                    Severity.ERROR if severe else None,
                    bare,
                )


def coverage(view: View) -> float | None:
    """The share of speech with a caption on screen, in [0, 1]; None where nothing is known about speech."""
    if view.facts.speech is None and view.facts.words is None:
        return None
    regions = speech(view)
    total = sum(r.duration_ms for r in regions)
    shown = [c.span for c in view.cues]
    bare = covered_ms((*shown, *regions)) - covered_ms(shown)  # speech beyond what is on screen
    return 1 - bare / total if total else 1.0


def missing_words(view: View) -> Iterator[Hit]:
    """Deletions: words of the transcript that no caption holds, one finding for each run of them."""
    words, found = view.facts.words or (), matched(view).found
    run: list[SpokenWord] = []
    for word, is_found in [*zip(words, found, strict=True), (None, True)]:
        if word is not None and not is_found:
            run.append(word)
        elif run:
            text = " ".join(w.text for w in run)
            span = hull(w.span for w in run)
            yield Hit(f"'{text[:60]}' is said and not captioned.", None, len(run), 0, span=span)
            run = []


def added_words(view: View) -> Iterator[Hit]:
    """Insertions: captions of which at least three words, and most, are not in the transcript."""
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
    """A long time without caption in which nobody speaks: it is silence, or sounds that deserve a caption."""
    if not view.cues:
        return
    end = view.facts.duration_ms or max(c.span.end_ms for c in view.cues)
    for bare in gaps((c.span for c in view.cues), Span(0, max(0, end))):
        if bare.duration_ms <= MIN_LONG_SILENCE_MS:
            continue
        silent = bare.duration_ms - covered_ms(s.clipped(bare) for s in speech(view))
        if silent > 0.9 * bare.duration_ms:
            yield Hit(
                f"{bare.duration_ms / 1000:.0f} s without caption or speech.",
                None,
                bare.duration_ms,
                MIN_LONG_SILENCE_MS,
                span=bare,
            )


def low_confidence(view: View) -> Iterator[Hit]:
    """Captions with words of which the recognizer itself was not sure."""
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


def missing_sounds(view: View) -> Iterator[Hit]:
    """Sounds that the transcript has and no caption within two seconds of them shows."""
    for word in view.facts.words or ():
        if word.is_sound and not any(
            word.text.strip("[]()").casefold() in c.text.casefold()
            for c in view.cues
            if c.span.gap_ms(word.span) < SOUND_WINDOW_MS
        ):
            yield Hit(f"'{word.text}' is heard and not captioned.", None, word.text, span=word.span)
