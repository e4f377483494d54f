"""Filtering: the tokens that captions show, without absent text and without pauses that the profile does not want.

The builder works on these tokens as if there were no others; the indices of its cues are then mapped back to all tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import pairwise

from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, Cue, Kind, Token, Voices
from pipeline.transcript.reindex import TokenMap, kept, placed

# A pause is shown once it has lasted for a moment, and for as long as its text takes to read. Set by hand.
PAUSE_SHOWN_AFTER_MS = 1500
PAUSE_SHOWN_FOR_MS = 3000


@dataclass(frozen=True, slots=True)
class VisibleTokens:
    """The tokens that are shown, with the voices and the editor's cues indexed anew; `back` leads to where they stand among all.

    `cuts` are tokens in front of which something was left out.
    """

    aligned: Aligned
    voices: Voices
    back: TokenMap
    cuts: frozenset[int]

    def among_all(self, cue: Cue) -> Cue:
        """A cue of these tokens with the indices of all tokens."""
        return self.back.cue(cue)


def visible_tokens(aligned: Aligned, voices: Voices, long_pause_ms: int | None) -> VisibleTokens:
    """The tokens that captions show; of pauses those of at least `long_pause_ms`, none where that is None."""
    shown = [_is_shown(token, long_pause_ms) for token in aligned.tokens]
    at = tuple(k for k, is_shown in enumerate(shown) if is_shown)
    tokens = tuple(_with_display_span(aligned.tokens[k]) for k in at)
    back = placed(at, len(shown))
    if len(at) == len(shown):
        return VisibleTokens(replace(aligned, tokens=tokens), voices, back, frozenset())
    moved = kept(shown)
    # Every editor's cue keeps its number, also when nothing of it is left.
    cues = tuple(map(moved.editor_cue, aligned.editor_cues))
    utterances = map(moved.utterance, voices.utterances)
    cuts = frozenset(k for k, (a, b) in enumerate(pairwise(at), 1) if b - a > 1)
    return VisibleTokens(
        Aligned(tokens, AlignmentReport(aligned.report.verdict), cues),
        replace(voices, utterances=tuple(u for u in utterances if u.last > u.first)),
        back,
        cuts,
    )


def _is_shown(token: Token, long_pause_ms: int | None) -> bool:
    if token.kind is Kind.PAUSE:
        return long_pause_ms is not None and token.span.duration_ms >= long_pause_ms
    return token.kind is not Kind.ABSENT


def _with_display_span(token: Token) -> Token:
    """A token with the time for which it is shown; that differs from its span for pauses only."""
    if token.kind is not Kind.PAUSE:
        return token
    start = min(token.span.start_ms + PAUSE_SHOWN_AFTER_MS, token.span.end_ms)
    return replace(token, span=Span(start, min(start + PAUSE_SHOWN_FOR_MS, token.span.end_ms)))
