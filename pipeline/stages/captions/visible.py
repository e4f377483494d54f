"""What captions leave out: text that nobody says in this recording, and silences that the profile does not want told.

The builder works on what is left, as if there were nothing else; its cues are then put back among all tokens.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import accumulate, pairwise

from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, Cue, EditorCue, Kind, Token, Voices

# A pause is told when it has become one, and for as long as it takes to read that.
TOLD_AFTER_MS, TOLD_FOR_MS = 1500, 3000


@dataclass(frozen=True, slots=True)
class Chosen:
    """The tokens that are shown, with the voices and the editor's cues about them; `at[i]` is token `i` among all.

    `cuts` are tokens in front of which something was left out.
    """

    aligned: Aligned
    voices: Voices
    at: tuple[int, ...]
    cuts: frozenset[int]

    def back(self, cue: Cue) -> Cue:
        """A cue of these tokens as one of all tokens."""
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


def choose(aligned: Aligned, voices: Voices, long_pause_ms: int | None) -> Chosen:
    """What captions show; silences of at least `long_pause_ms` where that is not None."""
    shown = [_is_shown(token, long_pause_ms) for token in aligned.tokens]
    at = tuple(k for k, is_shown in enumerate(shown) if is_shown)
    tokens = tuple(_told(aligned.tokens[k]) for k in at)
    if len(at) == len(shown):
        return Chosen(replace(aligned, tokens=tokens), voices, at, frozenset())
    to = list(accumulate(shown, initial=0))  # token among all -> token, or the next one, among those shown
    # Every editor's cue keeps its number, also when nothing of it is left.
    cues = tuple(_moved(cue, to, shown) for cue in aligned.editor_cues)
    utterances = (replace(u, first=to[u.first], last=to[u.last]) for u in voices.utterances)
    cuts = frozenset(k for k, (a, b) in enumerate(pairwise(at), 1) if b - a > 1)
    return Chosen(
        Aligned(tokens, AlignmentReport(aligned.report.verdict), cues),
        replace(voices, utterances=tuple(u for u in utterances if u.last > u.first)),
        at,
        cuts,
    )


def _is_shown(token: Token, long_pause_ms: int | None) -> bool:
    if token.kind is Kind.PAUSE:
        return long_pause_ms is not None and token.span.duration_ms >= long_pause_ms
    return token.kind is not Kind.ABSENT


def _told(token: Token) -> Token:
    """A silence as it is told: for a moment, when it has lasted for one."""
    if token.kind is not Kind.PAUSE:
        return token
    start = min(token.span.start_ms + TOLD_AFTER_MS, token.span.end_ms)
    return replace(token, span=Span(start, min(start + TOLD_FOR_MS, token.span.end_ms)))


def _moved(cue: EditorCue, to: list[int], shown: list[bool]) -> EditorCue:
    first, last = to[cue.first], to[cue.last]
    return replace(
        cue,
        first=first,
        last=last,
        breaks=tuple(sorted({to[b] for b in cue.breaks if first < to[b] < last})),
        label_at=tuple((to[k], name) for k, name in cue.label_at if shown[k]),
        dash_at=tuple(to[k] for k in cue.dash_at if shown[k]),
    )
