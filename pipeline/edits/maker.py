"""Decision factory: make decisions from what a person sees; the one place where anchors and `seen` values are taken.

The review page, the acts of `vignette edits` and its `adopt` all come through here. What is returned has no time and no id yet;
`journal.append` gives both.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from pipeline.edits import anchors, live_text, parts, tags, token_diff
from pipeline.edits.cues import MIN_CUE_MS
from pipeline.edits.ledger import SEEN
from pipeline.edits.model import (
    Add,
    ConceptAt,
    CueOf,
    Decision,
    Delete,
    Merge,
    PersonIs,
    SpeakerOf,
    Split,
    StyleOf,
    Value,
    VignetteAt,
    Waive,
    Withdraw,
    Words,
    WordTime,
)
from pipeline.edits.quote import Quote
from pipeline.edits.replay import Replay
from pipeline.edits.reviewed import Reviewed
from pipeline.edits.watched import watched
from pipeline.formats.writers import render
from pipeline.timing import Span
from pipeline.transcript import Cue, Part, Transcript, Utterance


class Maker:
    """Makes the decisions of one person about one transcript as it stands. Ranges are of tokens, `[first, last)`.

    `replay` is the one that the transcript came out of: it knows what of that was decided before.
    """

    def __init__(self, transcript: Transcript, replay: Replay, who: str) -> None:
        self.transcript, self.who, self._shapes = transcript, who, replay.shapes
        self._held = replay.contents.decisions

    def words(self, first: int, last: int, text: str) -> list[Decision]:
        """The tokens read `text`: one decision for each run of words that differs, each with at least one word to hold on to."""
        tokens = self.transcript.tokens
        new = [w for w, _ in live_text.written(text)]
        old = [t.text for t in tokens[first:last]]
        found = []
        for a, b, replacement in differences(old, new):
            value = Words(" ".join(replacement))
            found.append(self._of(value, first + a, first + b))
        return found

    def delete(self, first: int, last: int) -> Decision:
        """The cue of these tokens goes, with its words."""
        return self._of(Delete(), first, last, self._cues(first, last))

    def add(self, before: int, text: str, span: Span, label: str = "") -> Decision:
        """A cue with these lines is added in front of token `before`."""
        return self._of(Add(text, span.start_ms, span.end_ms, label), before, before)

    def gives_way(self, cue: Cue, span: Span) -> bool:
        """Whether a caption lets another be shown during `span`: it ends or begins otherwise, for its words are said before or
        behind that and nobody has decided about it."""
        if not cue.span.overlap_ms(span):
            return True
        said = self.transcript.span(cue.first, cue.last)
        left = max(span.start_ms - cue.span.start_ms, cue.span.end_ms - span.end_ms)
        is_decided = bool(self._shapes.ids("cue", range(cue.first, cue.last)))
        return not is_decided and not said.overlap_ms(span) and left >= MIN_CUE_MS

    def word_time(self, first: int, last: int, span: Span) -> Decision:
        """These words are said then."""
        chosen = self.transcript.tokens[first:last]
        seen: dict[str, Any] = {"start_ms": chosen[0].span.start_ms, "end_ms": chosen[-1].span.end_ms}
        seen |= self._known("time", range(first, last))
        return self._of(WordTime(span.start_ms, span.end_ms), first, last, seen)

    def style(self, first: int, last: int, style: str) -> Decision:
        """These words look so."""
        now = dict.fromkeys(t.style for t in self.transcript.tokens[first:last])
        seen: dict[str, Any] = {"style": ", ".join(now), **self._known("style", range(first, last))}
        return self._of(StyleOf(style), first, last, seen)

    def cue(self, first: int, last: int, value: CueOf) -> Decision:
        """These words are one cue."""
        return self._of(value, first, last, self._cues(first, last))

    def split(self, at: int, start_ms: int | None = None) -> Decision:
        """The cue that holds token `at`, not as its first, is divided before it."""
        cue = next(c for c in self.transcript.captions.cues if c.first < at < c.last)
        before = sum(len(t.text.split()) for t in self.transcript.tokens[cue.first : at])
        return self._of(Split(before, start_ms), cue.first, cue.last, self._cues(cue.first, cue.last))

    def merge(self, first: int, last: int) -> Decision:
        """The cues of these tokens are one."""
        return self._of(Merge(), first, last, self._cues(first, last))

    def speaker(self, first: int, last: int, name: str) -> Decision:
        """These words are said by the speaker of this name or id; "" when nobody knows."""
        named = {s.id: s.name for s in self.transcript.voices.speakers}
        now = [u.speaker for u in self.transcript.voices.utterances if u.first < last and first < u.last]
        seen: dict[str, Any] = {
            "speaker": ", ".join(named.get(s) or s if s else "" for s in dict.fromkeys(now))
        }
        seen |= self._known("speaker", range(first, last))
        return self._of(SpeakerOf(name), first, last, seen)

    def person(
        self,
        speaker: str,
        name: str | None = None,
        role: str | None = None,
        among: Sequence[Utterance] | None = None,
    ) -> Decision:
        """Whoever has this id is called so, everywhere. Anchored to the longest of what they say (`among` these utterances)."""
        known = next((s for s in self.transcript.voices.speakers if s.id == speaker), None)
        said = self.transcript.voices.utterances if among is None else among
        said = [u for u in said if u.speaker == speaker]
        seen: dict[str, Any] = {"name": known.name, "role": known.role} if known else {}
        seen |= self._known("person", [speaker])
        longest = max(said, key=lambda u: u.last - u.first, default=None)
        value = PersonIs(speaker, name, role)
        if longest is None:
            return Decision("", self.who, value, None, seen)
        return self._of(value, longest.first, longest.last, seen)

    def names_kept(self, gone: Sequence[tuple[int, int]]) -> list[Decision]:
        """Who was named by nothing but labels on words `gone`, which are to be taken out, is called so for what else they say."""
        written = [pair for cue in self.transcript.aligned.editor_cues for pair in cue.label_at]
        lost = [pair for pair in written if any(first <= pair[0] < last for first, last in gone)]
        left = {label.casefold() for at, label in written if (at, label) not in lost}
        voices = self.transcript.voices
        stays = [u for u in voices.utterances if not any(f < u.last and u.first < e for f, e in gone)]
        said_by = {u.speaker for u in stays}
        speaking = {
            u.speaker for at, label in lost if label.casefold() not in left
            for u in voices.utterances if u.first <= at < u.last
        }  # fmt: skip
        named = [s for s in voices.speakers if s.name and s.id in speaking & said_by]
        return [self.person(s.id, s.name, None, stays) for s in named]

    def vignette(self, first: int, last: int, value: VignetteAt, part: Part | None = None) -> Decision:
        """A part of the video begins with these words: `part` as it stands there, or a new one."""
        seen: dict[str, Any] = {}
        if part is not None:
            seen[parts.SEEN_PART] = {
                "kind": part.kind,
                "title": part.title,
                "start_ms": part.span.start_ms,
            }
        known = {i for r in parts.RESPECTS for i in self._shapes.ids(f"part {r}", range(first, last))}
        seen |= {SEEN: sorted(known)} if known else {}
        return self._of(value, first, last, seen)

    def concept(self, first: int, last: int, concept: str, verdict: Any) -> Decision:
        """Whether these words show a concept: "confirmed", "rejected" or "added"."""
        is_tagged = bool(tags.tagged(self.transcript.concepts, concept, first, last))
        seen = {"tagged": is_tagged, **self._known(f"concept {concept}", range(first, last))}
        return self._of(ConceptAt(concept, verdict), first, last, seen)

    def waive(self, first: int, last: int, rule: str, reason: str = "") -> Decision:
        """A finding of the audit about these words is right as it is."""
        return self._of(Waive(rule, reason), first, last)

    def quote(self, first: int, last: int, memo: str, collection: str) -> Decision:
        """These words are kept as a quote."""
        return self._of(Quote(memo, collection), first, last)

    def reviewed(self) -> Decision:
        """All of the video was watched, and is right as it stands."""
        words = live_text.text_digest(self.transcript.tokens)
        return Decision("", self.who, Reviewed("video", words, watched(self.transcript, self._held)))

    def reviewed_cue(self, first: int, last: int) -> Decision:
        """The cue of these tokens was watched."""
        seen = watched(self.transcript, self._held, (first, last))
        return self._of(Reviewed("cue", seen=seen), first, last, self._cues(first, last))

    def withdraw(self, decision_id: str) -> Decision:
        """A decision no longer holds."""
        return Decision("", self.who, Withdraw(decision_id))

    def _of(self, value: Value, first: int, last: int, seen: dict[str, Any] | None = None) -> Decision:
        return Decision("", self.who, value, anchors.make(self.transcript.tokens, first, last), seen or {})

    def _cues(self, first: int, last: int) -> dict[str, Any]:
        """The cues that hold these tokens, as they are shown."""
        return {
            "cues": [
                {
                    "start_ms": cue.span.start_ms,
                    "end_ms": cue.span.end_ms,
                    "text": "\n".join(render.lines(cue, self.transcript)),
                }
                for cue in self.transcript.captions.cues
                if cue.first < last and first < cue.last
            ],
            **self._known("cue", range(first, last)),
        }

    def _known(self, topic: str, about: Iterable[int | str]) -> dict[str, Any]:
        """The decisions that shaped this before, which the person therefore has seen."""
        ids = self._shapes.ids(topic, about)
        return {SEEN: ids} if ids else {}


def differences(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, list[str]]]:
    """Word diff: `[first, last)` of the old list and what stands there in the new; no range is empty unless `old` is.

    Words that only come in take the word before them along (the one behind them at the very start).
    """
    found: list[tuple[int, int, list[str]]] = []
    for change in token_diff.changes(old, new):
        first, last, text = change.first, change.last, list(new[change.begin : change.end])
        if first == last and old:
            if first > 0:
                first, text = first - 1, [old[first - 1], *text]
            else:
                last, text = 1, [*text, old[0]]
        if found and first < found[-1][1]:
            before = found.pop()
            shared = before[1] - first
            text = before[2][: len(before[2]) - shared] + text if shared else before[2] + text
            first = before[0]
        found.append((first, last, text))
    return found
