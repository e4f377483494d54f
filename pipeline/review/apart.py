"""Decisions that keep apart: what somebody decides about a caption holds beside what they decided a moment before about others,
though they saw that not yet.

It is as if they had been made together, as all that one act mends is made of one look; so nobody waits for the next look. What
is not clearly apart is refused, and decided at a new look.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence

from pipeline.edits.anchors import SEARCH_RADIUS_MS, keys_of
from pipeline.edits.model import Anchor, CueOf, Decision, Words
from pipeline.edits.reviewed import Reviewed
from pipeline.transcript import Transcript


def are_apart(made: Sequence[Decision], since: Sequence[Decision], seen: Transcript) -> bool:
    """Whether decisions `made` about what was `seen` have nothing to do with those written down `since`.

    Each must be about words of its own: other words, where lines end, or that it was watched. They must be about different
    captions, and none of the words that came in may be taken for those that are now meant.
    """
    if not all(map(_is_of_its_own, (*made, *since))):
        return False
    shown = _Captions(seen)
    held = {n for d in since for n in shown.of(d.anchor)}
    return all(
        held.isdisjoint(shown.of(d.anchor)) and not any(_may_be_taken_for(new, d) for new in since)
        for d in made
    )


def _is_of_its_own(decision: Decision) -> bool:
    """Whether a decision is about the words of a caption and moves nothing else."""
    value, anchor = decision.value, decision.anchor
    if anchor is None or not anchor.text:
        return False
    if isinstance(value, CueOf):
        return value == CueOf(breaks=value.breaks)
    return (isinstance(value, Words) and bool(value.text)) or (
        isinstance(value, Reviewed) and value.of == "cue"
    )


def _may_be_taken_for(new: Decision, decision: Decision) -> bool:
    """Whether words that came in could be taken for some of those that a decision is about, which are looked for near them."""
    came, meant = new.anchor, decision.anchor
    if not isinstance(new.value, Words) or came is None or meant is None:
        return False
    if came.start_ms - SEARCH_RADIUS_MS > meant.end_ms or meant.start_ms - SEARCH_RADIUS_MS > came.end_ms:
        return False
    brought = set(keys_of(new.value.text)) - set(keys_of(came.text))
    return not brought.isdisjoint(keys_of(meant.text))


class _Captions:
    """The captions that were seen, by when they are shown and when their words are said."""

    def __init__(self, seen: Transcript) -> None:
        said = [seen.span(cue.first, cue.last).hull(cue.span) for cue in seen.captions.cues]
        self._spans = sorted((s.start_ms, s.end_ms, n) for n, s in enumerate(said))
        self._longest_ms = max((s.duration_ms for s in said), default=0)

    def of(self, anchor: Anchor | None) -> Iterable[int]:
        """The numbers of those that are there while these words are said."""
        assert anchor is not None  # else it would not be of its own
        first = bisect_left(self._spans, (anchor.start_ms - self._longest_ms, 0, 0))
        last = bisect_left(self._spans, (max(anchor.end_ms, anchor.start_ms + 1), 0, 0))
        return [n for _, end_ms, n in self._spans[first:last] if end_ms > anchor.start_ms]
