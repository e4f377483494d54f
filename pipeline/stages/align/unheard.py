"""Speech that nobody understood: stretches of voice without a word become passages to listen to, as speech without text does.

Where text was given the aligner lists what it cannot explain of the regions of speech; faint speech, which it never hears, is
added here, and where words were recognized all the speech that no word was read in.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.timing import Span, gaps, union
from pipeline.transcript import Aligned, Heard, Kind, Passage

# Shorter stretches are a murmur, or the edge of a word. Set by hand.
LEAST_MS = 700
# Speech this near to a word belongs to it.
WORD_MARGIN_MS = 300


def marked(aligned: Aligned, heard: Heard, given: bool) -> Aligned:
    """The alignment with a passage for each stretch of speech without words; `given` says that its text came with the recording,
    whose own passages hold then for all that is no faint speech."""
    speech = heard.faint if given else union([*heard.regions, *heard.faint])
    report = aligned.report
    taken = union(
        [
            *(Span(max(0, t.span.start_ms - WORD_MARGIN_MS), t.span.end_ms + WORD_MARGIN_MS)
              for t in aligned.tokens if t.kind in (Kind.WORD, Kind.UNCLEAR)),
            *(p.span for p in report.speech_without_text),
            *(e.span for e in heard.sounds),
            *heard.music,
        ]
    )  # fmt: skip
    found = [_passage(aligned, span) for span in _without(speech, taken)]
    if not found:
        return aligned
    passages = sorted([*report.speech_without_text, *found], key=lambda p: p.span)
    return replace(aligned, report=replace(report, speech_without_text=tuple(passages)))


def _without(speech: Sequence[Span], taken: Sequence[Span]) -> Iterator[Span]:
    if speech:
        free = gaps(taken, Span(speech[0].start_ms, speech[-1].end_ms))
        for span in speech:
            for rest in free:
                inside = span.intersection(rest)
                if inside is not None and inside.duration_ms >= LEAST_MS:
                    yield inside


def _passage(aligned: Aligned, span: Span) -> Passage:
    """A passage in front of the first token that begins after it."""
    at = next(
        (k for k, t in enumerate(aligned.tokens) if t.span.start_ms >= span.start_ms), len(aligned.tokens)
    )
    return Passage(span, at, at)
