"""Index adjustment: the ranges of tokens in an alignment after tokens were inserted among them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from pipeline.transcript import Aligned, EditorCue, Passage, Token


def inserted(aligned: Aligned, new: Sequence[tuple[int, Token]]) -> Aligned:
    """The alignment with new tokens inserted, and every index into the tokens adjusted.

    `new` pairs the index of the token in front of which to insert with the token, in rising order of that index. A token
    inserted at the edge of a range stays outside of it.
    """
    places = [place for place, _ in new]
    tokens = list(aligned.tokens)
    for place, token in reversed(new):
        tokens.insert(place, token)

    def moved_first(index: int) -> int:
        return index + bisect_right(places, index)

    def moved_last(index: int) -> int:
        return index + bisect_left(places, index)

    def moved_passages(found: tuple[Passage, ...]) -> tuple[Passage, ...]:
        return tuple(
            replace(p, first=moved_first(p.first), last=max(moved_first(p.first), moved_last(p.last)))
            for p in found
        )

    def moved_cue(cue: EditorCue) -> EditorCue:
        return replace(
            cue,
            first=moved_first(cue.first),
            last=moved_last(cue.last),
            breaks=tuple(map(moved_first, cue.breaks)),
            label_at=tuple((moved_first(at), name) for at, name in cue.label_at),
            dash_at=tuple(map(moved_first, cue.dash_at)),
        )

    report = aligned.report
    report = replace(
        report,
        speech_without_text=moved_passages(report.speech_without_text),
        text_without_speech=moved_passages(report.text_without_speech),
        not_confirmed=moved_passages(report.not_confirmed),
        heard_differently=moved_passages(report.heard_differently),
    )
    return Aligned(tuple(tokens), report, tuple(map(moved_cue, aligned.editor_cues)))
