"""Filtering: the tokens that captions show, without absent text and without pauses that the profile does not want.

The builder works on these tokens as if there were no others; the indices of its cues are then mapped back to all tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, Cue, EditorCue, Kind, Token, Voices

# A pause is shown once it has lasted for a moment, and for as long as its text takes to read. Set by hand.
PAUSE_SHOWN_AFTER_MS = 1500
PAUSE_SHOWN_FOR_MS = 3000


@dataclass(frozen=True, slots=True)
class VisibleTokens:
    """The tokens that are shown, with the voices and the editor's cues indexed anew; `at[i]` is the index of token `i` among all.

    `cuts` are tokens in front of which something was left out.
    """

    aligned: Aligned
    voices: Voices
    at: tuple[int, ...]
    cuts: frozenset[int]

    def among_all(self, cue: Cue) -> Cue:
        """A cue of these tokens with the indices of all tokens."""
        if len(self.at) == self.at[-1] + 1:
            return cue  # nothing was left out in front of anything
        return replace(
            cue,
            first=self.at[cue.first],
            last=self.at[cue.last - 1] + 1,
            breaks=tuple(self.at[b] for b in cue.breaks),
            labels=tuple((self.at[k], name) for k, name in cue.labels),
            dashes=tuple(self.at[d] for d in cue.dashes),
        )


def visible_tokens(aligned: Aligned, voices: Voices, long_pause_ms: int | None) -> VisibleTokens:
    """The tokens that captions show; of pauses those of at least `long_pause_ms`, none where that is None."""
    shown = [_is_shown(token, long_pause_ms) for token in aligned.tokens]
    at = tuple(k for k, is_shown in enumerate(shown) if is_shown)
    tokens = tuple(_with_display_span(aligned.tokens[k]) for k in at)
    if len(at) == len(shown):
        return VisibleTokens(replace(aligned, tokens=tokens), voices, at, frozenset())
    new_index = list(
        accumulate(shown, initial=0)
    )  # token among all -> token, or the next one, among those shown
    # Every editor's cue keeps its number, also when nothing of it is left.
    cues = tuple(_reindexed(cue, new_index, shown) for cue in aligned.editor_cues)
    utterances = (replace(u, first=new_index[u.first], last=new_index[u.last]) for u in voices.utterances)
    cuts = frozenset(k for k, (a, b) in enumerate(pairwise(at), 1) if b - a > 1)
    return VisibleTokens(
        Aligned(tokens, AlignmentReport(aligned.report.verdict), cues),
        replace(voices, utterances=tuple(u for u in utterances if u.last > u.first)),
        at,
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


def _reindexed(cue: EditorCue, new_index: list[int], shown: list[bool]) -> EditorCue:
    first, last = new_index[cue.first], new_index[cue.last]
    return replace(
        cue,
        first=first,
        last=last,
        breaks=tuple(sorted({new_index[b] for b in cue.breaks if first < new_index[b] < last})),
        label_at=tuple((new_index[k], name) for k, name in cue.label_at if shown[k]),
        dash_at=tuple(new_index[k] for k in cue.dash_at if shown[k]),
    )
