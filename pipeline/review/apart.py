"""Decisions that keep apart: what somebody decides about a caption holds beside what they decided a moment before about others,
though they saw that not yet.

It is as if they had been made together, as all that one act mends is made of one look; so nobody waits for the next look. What
is not clearly apart is refused, and decided at a new look.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace

from pipeline.edits.journal import Contents
from pipeline.edits.live_text import written
from pipeline.edits.model import Anchor, CueOf, Decision, Words, sealed
from pipeline.edits.replay import Replay
from pipeline.edits.reviewed import Reviewed
from pipeline.run.preview import Preview
from pipeline.timing import hull
from pipeline.transcript import Aligned, Token, Transcript


def are_apart(
    made: Sequence[Decision], since: Sequence[Decision], seen: Preview, journal: Contents | None = None
) -> bool:
    """Whether decisions `made` about what was `seen` have nothing to do with those written down `since`, of which the `journal`
    holds more (what was seen and these by default).

    Each must be about words of its own: other words, where lines end, or that it was watched. They must be about different
    captions; and replayed behind all that the journal holds by now, each must come to the words that it was made about.
    """
    if seen.machine is None or not all(map(_is_of_its_own, (*made, *since))):
        return False
    shown = _Captions(seen.transcript)
    held = {n for d in since for n in shown.of(d)}
    if not held.isdisjoint(n for d in made for n in shown.of(d)):
        return False
    then = seen.replay.contents
    journal = journal or Contents((*then.decisions, *since), then.strange)
    return _come_where_meant(made, journal, seen.machine, seen.replay.duration_ms)


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


class _Captions:
    """The captions that were seen, by when they are shown and when their words are said."""

    def __init__(self, seen: Transcript) -> None:
        said = [seen.span(cue.first, cue.last).hull(cue.span) for cue in seen.captions.cues]
        self._spans = sorted((s.start_ms, s.end_ms, n) for n, s in enumerate(said))
        self._longest_ms = max((s.duration_ms for s in said), default=0)

    def of(self, decision: Decision) -> Iterable[int]:
        """The numbers of those that are there while its words are said."""
        anchor = _anchor(decision)
        first = bisect_left(self._spans, (anchor.start_ms - self._longest_ms, 0, 0))
        last = bisect_left(self._spans, (max(anchor.end_ms, anchor.start_ms + 1), 0, 0))
        return [n for _, end_ms, n in self._spans[first:last] if end_ms > anchor.start_ms]


def _come_where_meant(
    made: Sequence[Decision], journal: Contents, machine: Aligned, length_ms: int | None
) -> bool:
    """Whether these, replayed last, change the words that they are about and no others: words that came in since may look more
    like those that are meant, where there are few different ones."""
    tried = tuple(sealed(replace(d, at=_last_of_all(n))) for n, d in enumerate(made))
    before = Replay(journal, length_ms).correct_words(machine).tokens
    replay = Replay(Contents((*journal.decisions, *tried), journal.strange), length_ms)
    after = [t.text for t in replay.correct_words(machine).tokens]
    wanted = [t.text for t in before]
    for decision in sorted(
        tried, key=lambda d: _anchor(d).start_ms, reverse=True
    ):  # from behind, so that places hold
        place = _place(before, _anchor(decision))
        if place is None:
            return False
        if isinstance(decision.value, Words):
            wanted[slice(*place)] = [word for word, _ in written(decision.value.text)]
        elif replay.place_of(decision) != place:
            return False
    return after == wanted


def _last_of_all(number: int) -> str:
    """A time later than any decision of today, in order: what decisions are tried with that were not made yet."""
    return f"2299-01-01T00:00:{number // 1_000_000:02}.{number % 1_000_000:06}Z"


def _anchor(decision: Decision) -> Anchor:
    assert decision.anchor is not None, "it is about words of its own"
    return decision.anchor


def _place(tokens: Sequence[Token], anchor: Anchor) -> tuple[int, int] | None:
    """The tokens `[first, last)` that are these very words at their very time; None where that are none, or several."""
    words = anchor.text.split()
    found = []
    for first in (k for k, t in enumerate(tokens) if anchor.start_ms <= t.span.start_ms <= anchor.end_ms):
        last, read = first, list[str]()
        while last < len(tokens) and len(read) < len(words):
            read += tokens[last].text.split()
            last += 1
        span = hull(t.span for t in tokens[first:last])
        if read == words and (span.start_ms, span.end_ms) == (anchor.start_ms, anchor.end_ms):
            found.append((first, last))
    return found[0] if len(found) == 1 else None
