"""Ranges of tokens after tokens came or went."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import replace

from pipeline.transcript import Aligned, EditorCue, Passage, Token


def inserted(aligned: Aligned, new: Sequence[tuple[int, Token]]) -> Aligned:
    """The alignment with tokens put in front of others, and all that refers to tokens moved along."""
    places = [place for place, _ in new]
    tokens = list(aligned.tokens)
    for place, token in reversed(new):
        tokens.insert(place, token)

    def first(index: int) -> int:
        return index + bisect_right(places, index)

    def last(index: int) -> int:
        return index + bisect_left(places, index)

    def passages(found: tuple[Passage, ...]) -> tuple[Passage, ...]:
        return tuple(replace(p, first=first(p.first), last=max(first(p.first), last(p.last))) for p in found)

    def moved(cue: EditorCue) -> EditorCue:
        return replace(
            cue,
            first=first(cue.first),
            last=last(cue.last),
            breaks=tuple(map(first, cue.breaks)),
            label_at=tuple((first(at), name) for at, name in cue.label_at),
            dash_at=tuple(map(first, cue.dash_at)),
        )

    report = aligned.report
    report = replace(
        report,
        speech_without_text=passages(report.speech_without_text),
        text_without_speech=passages(report.text_without_speech),
        not_confirmed=passages(report.not_confirmed),
        heard_differently=passages(report.heard_differently),
    )
    return Aligned(tuple(tokens), report, tuple(map(moved, aligned.editor_cues)))
