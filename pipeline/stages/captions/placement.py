"""Placement: a caption that would cover text on the screen, such as a name strap, stands at the top instead.

All profiles ask for it: Netflix General Requirements §5, BBC subtitle guidelines §10, the DCMP Captioning Key, 47 CFR
79.1(j)(2)(iv). A caption stands in one place for as long as it is shown, and the one behind it is back at the bottom as soon as
the text is gone. What an editor placed stays where it is.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from pipeline.timing import Span, SpanIndex
from pipeline.transcript import Cue, ScreenText

# The place at the top, as WebVTT cue settings; SubRip has it as {\an8}.
TOP = "line:0"
# A text that is on the screen with a caption for less than this moves nothing: a caption that goes as the strap fades in.
MIN_TOGETHER_MS = 250
# Captions during a text that one of them would cover go up together, lest they jump to and fro, but for texts that stay longer
# than straps do: a station's logo moves only those that would cover it. Set by hand.
MAX_STRAP_MS = 15_000
# Shares of the picture that captions take, as players draw them: the height of a line and the free edge below and above
# (7 to 8 % and 5 %, BBC subtitle guidelines §9.2 and EBU R 95), and the width of a character on a picture of 16:9 (37 of them
# take 68 %, BBC §3.1, with their background).
LINE_HEIGHT = 0.08
EDGE = 0.05
CHAR_WIDTH = 0.68 / 37

Box = tuple[float, float, float, float]
"""Left, top, width and height as shares of the picture."""


@dataclass(frozen=True, slots=True)
class Shape:
    """How much of the picture a caption takes: its lines, and the characters of the longest."""

    lines: int
    chars: int

    def box(self, at_top: bool) -> Box:
        """Where it is drawn, centred, at the bottom or at the top."""
        width, height = min(1.0, self.chars * CHAR_WIDTH), EDGE + self.lines * LINE_HEIGHT
        return (1 - width) / 2, 0.0 if at_top else 1 - height, width, height


def clear_of_text(cues: Sequence[Cue], shapes: Sequence[Shape], texts: Sequence[ScreenText]) -> list[Cue]:
    """The cues, those at the top that would cover text at the bottom, unless text stands at the top too.

    `shapes` has one entry for each cue; `texts` are what was read on the screen.
    """
    raised = set(_raised(cues, shapes, texts)) if texts else set()
    return [replace(cue, settings=TOP) if k in raised else cue for k, cue in enumerate(cues)]


def _raised(cues: Sequence[Cue], shapes: Sequence[Shape], texts: Sequence[ScreenText]) -> Iterator[int]:
    """The indices of cues that go to the top; some more than once."""
    shown, read = SpanIndex([cue.span for cue in cues]), SpanIndex([text.span for text in texts])
    for text in texts:
        during = [k for k in shown.meeting(text.span) if _together(cues[k].span, text.span)]
        covering = [k for k in during if _meet(shapes[k].box(at_top=False), text.box)]
        for k in during if covering and text.span.duration_ms <= MAX_STRAP_MS else covering:
            top = shapes[k].box(at_top=True)
            others = (texts[n] for n in read.meeting(cues[k].span))
            if not cues[k].settings and not any(
                _meet(top, other.box) and _together(cues[k].span, other.span) for other in others
            ):
                yield k


def _together(shown: Span, text: Span) -> bool:
    """Whether a caption and a text are on the screen together for long enough to matter."""
    return shown.overlap_ms(text) >= MIN_TOGETHER_MS


def _meet(one: Box, other: Box) -> bool:
    (left, top, width, height), (x, y, wide, high) = one, other
    return left < x + wide and x < left + width and top < y + high and y < top + height
