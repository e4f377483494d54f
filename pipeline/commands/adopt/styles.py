"""Style changes: the words that a person made italic, coloured or plain again in a mended file, as decisions."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.commands.adopt.shown_file import ShownCue
from pipeline.edits.maker import Maker
from pipeline.edits.model import Decision
from pipeline.run.preview import Preview
from pipeline.transcript import NOT_CAPTIONED, styling


def style_decisions(
    result: Preview, who: str, cues: Sequence[ShownCue], places: Sequence[tuple[int, int] | None]
) -> list[Decision]:
    """Decisions about words that look otherwise in their cues than in our captions: one for each run of one new style.

    `places` says which of our tokens each cue shows, None where these do not stand together.
    """
    maker = Maker(result.transcript, result.replay, who)
    found: list[Decision] = []
    for cue, place in zip(cues, places, strict=True):
        if place is not None:
            found += [maker.style(*run) for run in _runs(result, cue, place)]
    return found


def _runs(result: Preview, cue: ShownCue, place: tuple[int, int]) -> list[tuple[int, int, str]]:
    """The tokens `[first, last)` of each run whose style is to be another, with that style."""
    tokens = result.transcript.tokens
    shown = [k for k in range(*place) if tokens[k].kind not in NOT_CAPTIONED or place[1] - place[0] == 1]
    runs: list[tuple[int, int, str]] = []
    styles = iter(cue.styles)
    for k in shown:
        theirs = [next(styles, "") for _ in tokens[k].text.split()]
        style = _kept_beside(theirs[0] if theirs else "", tokens[k].style, cue.has_classes)
        if style == tokens[k].style:
            continue
        if runs and runs[-1][1:] == (k, style):
            runs[-1] = (runs[-1][0], k + 1, style)
        else:
            runs.append((k, k + 1, style))
    return runs


def _kept_beside(theirs: str, ours: str, has_classes: bool) -> str:
    """Their style, with the classes of ours where their format holds none."""
    if has_classes:
        return theirs
    look = styling.parsed(theirs)
    return styling.composed(look.letters, look.colour, styling.parsed(ours).classes)
