"""Captions that cannot be mended word by word, because a person moved words past others: ours go, theirs are added.

The last resort of `adopt`: the words lose their own times for a share of their caption's.
"""

from __future__ import annotations

from collections.abc import Sequence
from difflib import SequenceMatcher

from pipeline.commands.adopt.shown_file import ShownCue
from pipeline.commands.adopt.word_changes import added
from pipeline.edits import anchors
from pipeline.edits.live_text import LiveText, Node
from pipeline.edits.model import Decision, Delete
from pipeline.transcript import Transcript


def rewritten(
    transcript: Transcript, ours: Sequence[ShownCue], theirs: Sequence[ShownCue], who: str
) -> list[Decision]:
    """Deletions of our captions that theirs do not show, and theirs that ours do not, in order of time.

    `ours` shows the transcript's cues, one each. Every decision is anchored to the words as those before it leave them.
    """
    live, cues = LiveText(transcript.tokens), transcript.captions.cues
    nodes = tuple(live.nodes)
    matcher = SequenceMatcher(None, [_key(c) for c in ours], [_key(c) for c in theirs], autojunk=False)
    decisions: list[Decision] = []
    for tag, a, b, c, d in matcher.get_opcodes():
        if tag == "equal":
            continue
        before = nodes[cues[a - 1].last - 1] if a else None
        for cue in cues[a:b]:
            decisions.append(_gone(live, nodes[cue.first], cue.last - cue.first, who))
        for their in theirs[c:d]:
            decision, before = _new(live, before, their, who)
            decisions.append(decision)
    return decisions


def _key(cue: ShownCue) -> tuple[object, ...]:
    return cue.span, cue.place, cue.look


def _gone(live: LiveText, begin: Node, count: int, who: str) -> Decision:
    first = live.order()[id(begin)]
    decision = Decision("", who, Delete(), anchors.make(live.tokens(), first, first + count))
    live.remove(first, first + count)
    return decision


def _new(live: LiveText, before: Node | None, cue: ShownCue, who: str) -> tuple[Decision, Node]:
    """The caption added behind a word (at the start without one), and its own last word."""
    at, count = 0 if before is None else live.order()[id(before)] + 1, len(live.nodes)
    decision = added(who, live, at, cue)
    return decision, live.nodes[at + len(live.nodes) - count - 1]
