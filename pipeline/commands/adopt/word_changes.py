"""Word changes: the differences in words between our captions and a mended file, as decisions about words and captions."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.commands.adopt.diff import runs
from pipeline.commands.adopt.shown_file import ShownCue
from pipeline.edits import anchors, live_text
from pipeline.edits.model import Add, Decision, Delete, Words
from pipeline.edits.token_diff import Change, starts
from pipeline.transcript import Transcript, lines_of


class WordChanges:
    """Collects changes token by token with `note`; `decide` then makes the decisions from the first token to the last.

    Indices: `owner` gives the token of each of our shown words, `their_cue` the cue of each of theirs.
    """

    def __init__(self, transcript: Transcript, cues: Sequence[ShownCue]) -> None:
        self.transcript, self.theirs = transcript, cues
        self.owner = [
            index
            for cue in transcript.captions.cues
            for line in lines_of(cue, transcript.tokens)
            for index in line
            for _ in transcript.tokens[index].text.split()
        ]
        self.their_starts = starts([c.texts for c in cues])
        self.their_words = [w for cue in cues for w in cue.texts]
        self.their_cue = [k for k, cue in enumerate(cues) for _ in cue.texts]
        self.rewritten: dict[int, tuple[int, list[str]]] = {}
        self.before: dict[int, list[str]] = {}
        self.behind: dict[int, list[str]] = {}
        self.added: dict[int, list[ShownCue]] = {}

    def note(self, change: Change) -> None:
        """Collect one difference: cues that are new as a whole are added, other words go to their neighbours in the cue."""
        heads, whole, tails = self._parts(change)
        ours = self.owner[change.first : change.last]
        if ours and whole and not heads and not tails:
            heads, whole = self._best_overlap(ours, whole)
        self._add(change, whole)
        if ours:
            self._rewrite(change, heads or tails)
            if heads and tails:
                self.before.setdefault(self.owner[change.last], []).extend(tails)
            return
        if heads:
            self.behind.setdefault(self.owner[change.first - 1], []).extend(heads)
        if tails:
            self.before.setdefault(self.owner[change.first], []).extend(tails)

    def _parts(self, change: Change) -> tuple[list[str], list[int], list[str]]:
        """A change divided by their cues: words that continue a cue begun before it, indices of cues within it, words that
        begin a cue continued behind it.
        """
        heads: list[str] = []
        tails: list[str] = []
        whole: list[int] = []
        for k in dict.fromkeys(self.their_cue[change.begin : change.end]):
            begin, end = self.their_starts[k], self.their_starts[k + 1]
            part = self.their_words[max(begin, change.begin) : min(end, change.end)]
            if change.begin <= begin and end <= change.end:
                whole.append(k)
            elif begin < change.begin:
                heads += part
            else:
                tails += part
        return heads, whole, tails

    def _best_overlap(self, ours: Sequence[int], whole: list[int]) -> tuple[list[str], list[int]]:
        """Of cues that are new as a whole, the words of the one that overlaps our words the longest, which it replaces, and the
        rest.
        """
        said = self.transcript.span(min(ours), max(ours) + 1)
        best = max(whole, key=lambda k: (self.theirs[k].span.overlap_ms(said), -k))
        if not self.theirs[best].span.overlap_ms(said):
            return [], whole
        return list(self.theirs[best].texts), [k for k in whole if k != best]

    def _rewrite(self, change: Change, text: list[str]) -> None:
        """Replace our words by theirs."""
        new = text
        for first, last in runs(self.owner[change.first : change.last]):
            self.rewritten[first] = (last, new)
            new = []  # words of people who talk at once need not stand together; the rest of them goes

    def _add(self, change: Change, whole: Sequence[int]) -> None:
        """Add cues that are new as a whole, before the token that follows the change."""
        for k in whole:
            before = self.owner[change.last - 1] + 1 if change.last > 0 else None
            at = next(iter(self.owner), 0) if before is None else before
            self.added.setdefault(at, []).append(self.theirs[k])

    def decide(self, who: str) -> list[Decision]:
        """The collected changes as decisions of `who`, each anchored to the words as those before it leave them."""
        live = live_text.LiveText(self.transcript.tokens)
        cues = {c.first: c.last for c in self.transcript.captions.cues}
        decisions: list[Decision] = []
        at, count = 0, len(self.transcript.tokens)
        while at <= count:
            for cue in self.added.get(at, ()):
                decisions.append(added(who, live, at + len(live.nodes) - count, cue))
            if at == count:
                break
            last, text = self.rewritten.get(at, (at + 1, None))
            if text is not None or at in self.before or last - 1 in self.behind:
                shift = len(live.nodes) - count
                middle = [live.nodes[at + shift].token.text] if text is None else text
                new = " ".join([*self.before.get(at, ()), *middle, *self.behind.get(last - 1, ())])
                gone = not new.split() and cues.get(at) == last
                decisions.append(_rewritten(who, live, at + shift, last + shift, new, gone))
            at = last
        return decisions


def added(who: str, live: live_text.LiveText, at: int, cue: ShownCue) -> Decision:
    """The decision that adds their cue in front of token `at`; the live text is changed with it."""
    text = "\n".join(" ".join(w.text for w in line) for line in cue.lines)
    label = next((w.label for w in cue.words if w.label), "")
    value = Add(text, cue.span.start_ms, cue.span.end_ms, label)
    decision = Decision("", who, value, anchors.make(live.tokens(), at, at))
    live.insert(at, live_text.written(text), cue.span)
    return decision


def _rewritten(who: str, live: live_text.LiveText, first: int, last: int, new: str, gone: bool) -> Decision:
    """The decision that tokens `[first, last)` read `new`, or that their whole caption is deleted; the live text follows."""
    decision = Decision("", who, Delete() if gone else Words(new), anchors.make(live.tokens(), first, last))
    live.rewrite(first, last, live_text.written(new))
    return decision
