"""Replacement of whole captions where a person moved words past others: ours are deleted, theirs added.

The last resort of `adopt`: the words lose their own times for a share of their caption's.
"""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.commands.adopt.shown_file import ShownCue
from pipeline.commands.adopt.word_changes import added
from pipeline.edits import anchors, token_diff
from pipeline.edits.live_text import LiveText, Node
from pipeline.edits.model import Decision, Delete
from pipeline.transcript import Transcript


def rewritten(
    transcript: Transcript, ours: Sequence[ShownCue], theirs: Sequence[ShownCue], who: str
) -> tuple[list[Decision], list[tuple[int, int]]]:
    """Decisions that delete our captions which theirs do not show, and add theirs which ours do not, in order of time; and which
    tokens `[first, last)` go with each of ours.

    `ours` shows the transcript's cues, one each. Every decision is anchored to the words as those before it leave them.
    """
    live, cues = LiveText(transcript.tokens), transcript.captions.cues
    nodes = tuple(live.nodes)
    decisions: list[Decision] = []
    gone: list[tuple[int, int]] = []
    for change in token_diff.changes([_key(c) for c in ours], [_key(c) for c in theirs]):
        before = nodes[cues[change.first - 1].last - 1] if change.first else None
        for cue in cues[change.first : change.last]:
            decisions.append(_deletion(live, nodes[cue.first], cue.last - cue.first, who))
            gone.append((cue.first, cue.last))
        for their in theirs[change.begin : change.end]:
            decision, before = _addition(live, before, their, who)
            decisions.append(decision)
    return decisions, gone


def _key(cue: ShownCue) -> tuple[object, ...]:
    """What two cues must have in common to be shown alike."""
    return cue.span, cue.place, cue.layout


def _deletion(live: LiveText, begin: Node, count: int, who: str) -> Decision:
    """The decision that deletes `count` words from `begin` on; the live text is changed with it."""
    first = live.order()[id(begin)]
    decision = Decision("", who, Delete(), anchors.make(live.tokens(), first, first + count))
    live.remove(first, first + count)
    return decision


def _addition(live: LiveText, before: Node | None, cue: ShownCue, who: str) -> tuple[Decision, Node]:
    """The decision that adds a caption behind the word `before` (at the start where None), and the added caption's last word."""
    at, count = 0 if before is None else live.order()[id(before)] + 1, len(live.nodes)
    decision = added(who, live, at, cue)
    return decision, live.nodes[at + len(live.nodes) - count - 1]
