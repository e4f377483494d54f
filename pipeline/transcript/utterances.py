"""Utterance segmentation: tokens divided into runs of one speaker without a long pause.

They are cut at pauses, and where the subtitles say that somebody else begins (a label, a dialogue dash). Who speaks is the
business of a later stage; an utterance without a known speaker carries None. Silence, and text that nobody says, are
utterances of their own.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable

from pipeline.transcript.results import Aligned, EditorCue, Utterance, Voices
from pipeline.transcript.tokens import NOT_CAPTIONED, Token

# From this pause on talk counts as a new utterance. Conversation analysis puts the "standard maximum silence" within a
# turn near one second (Jefferson 1989); a little less keeps captions and search hits short.
LONG_PAUSE_MS = 800


def build(aligned: Aligned) -> Voices:
    """Segment all tokens into utterances, in reading order, each token in exactly one."""
    tokens = aligned.tokens
    starts = sorted({*_new_speaker_at(aligned.editor_cues), *_after_pauses(tokens), *_at_uncaptioned(tokens)})
    inner = [s for s in starts if 0 < s < len(aligned.tokens)]
    edges = [0, *inner, len(aligned.tokens)] if aligned.tokens else []
    utterances = (
        Utterance(first, last, None, f"u{n}") for n, (first, last) in enumerate(itertools.pairwise(edges), 1)
    )
    return Voices(utterances=tuple(utterances))


def _new_speaker_at(cues: Iterable[EditorCue]) -> Iterable[int]:
    """Indices of tokens before which the subtitles have a dialogue dash, or the label of another than the label before."""
    in_force = ""
    for cue in cues:
        for index, label in sorted([*cue.label_at, *((at, "") for at in cue.dash_at)]):
            if not label or label != in_force:
                yield index
            in_force = label


def _after_pauses(tokens: tuple[Token, ...]) -> Iterable[int]:
    """Indices whose token comes a long pause after the one before it, or before it (text in another order than the sound)."""
    for index in range(1, len(tokens)):
        before, here = tokens[index - 1].span, tokens[index].span
        if here.start_ms - before.end_ms >= LONG_PAUSE_MS or here.start_ms < before.start_ms:
            yield index


def _at_uncaptioned(tokens: tuple[Token, ...]) -> Iterable[int]:
    """Indices at which talk gives way to silence or to text that nobody says, or comes back."""
    for index in range(1, len(tokens)):
        kinds = tokens[index - 1].kind, tokens[index].kind
        if kinds[0] is not kinds[1] and not NOT_CAPTIONED.isdisjoint(kinds):
            yield index
