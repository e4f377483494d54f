"""Edits to the parts of the video: move, rename, retype, insert or remove a part, as people decided.

A decision holds on to the words that a part begins with, because ids and numbers are other parts' after another run.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from pipeline.edits.model import VignetteAt
from pipeline.part_kinds import VIGNETTE
from pipeline.timing import Span, clock
from pipeline.transcript import Kind, Part, Parts, Token, Voices
from pipeline.transcript.parts import (
    BOUNDARY_TOLERANCE_MS,
    SAYS_SO,
    WHOLE_TITLE,
    between_utterances,
    closed,
    named,
    utterances,
)

# Words that the anchor of a part holds at most.
ANCHOR_WORDS = 6
SEEN_PART = "part"
"""Under this name `Decision.seen` describes the part that the person saw; without it they said that a new one begins."""
RESPECTS = ("start", "title", "kind")
"""The attributes of a part that a decision can change; a part that goes is changed in all of them."""


@dataclass(frozen=True, slots=True)
class PartChange:
    """A resolved change: of which part (None when it makes one, or finds none), and where that then begins.

    `respects` are the attributes that change, `problem` says why it cannot be done ("" when it can).
    """

    at: int | None
    start_ms: int
    respects: tuple[str, ...] = ()
    problem: str = ""


class PartSheet:
    """The editable list of parts; titles that merely count ("Vignette 2") are made anew at the end."""

    def __init__(self, parts: Parts, tokens: Sequence[Token], voices: Voices) -> None:
        self._tokens, self._said = tokens, utterances(tokens, voices)
        self._end_ms = parts.parts[-1].span.end_ms if parts.parts else 0
        self.rows = _own_titles(parts.parts)

    def parts(self) -> Parts:
        return Parts(named(self._untitled_whole()))

    def exchange(self, gone: Part | None, new: Part | None) -> None:
        """Let one part stand instead of the one that begins as `gone` does; of None there is none."""
        rows = [r for r in self.rows if gone is None or r.span.start_ms != gone.span.start_ms]
        if new is not None:
            rows = sorted((*rows, new), key=lambda r: r.span.start_ms)
        self.rows = closed(rows, self._said, self._end_ms)

    def is_called(self, at: int, value: VignetteAt) -> bool:
        """Whether a part has the title and the kind that a decision gives it, if it gives it any."""
        row, shown = self.rows[at], self.parts().parts[at]
        is_titled = value.title is None or _single_spaced(value.title) in (row.title, shown.title)
        return is_titled and (value.kind is None or _single_spaced(value.kind) == row.kind)

    @property
    def span(self) -> Span:
        """When a part can begin."""
        return Span(0, self._end_ms)

    def shown(self, at_ms: int) -> str:
        """The part at a time, as a person is told of it."""
        part = next((p for p in self.parts().parts if at_ms in p.span), None)
        return "" if part is None else described(part)

    def snapped(self, at_ms: int) -> int:
        """The time, or where the utterance begins that it lies in: a boundary cuts none."""
        return between_utterances(at_ms, self._said)

    def begins_with(self, at: int) -> int:
        """The token that a part begins with."""
        return words_at(self._tokens, self.rows[at].span.start_ms)[0]

    def words_ms(self, at: int) -> int:
        """When the words begin that a part begins with."""
        return self._tokens[self.begins_with(at)].span.start_ms

    def change(self, value: VignetteAt, begin_ms: int, seen: dict[str, Any]) -> PartChange:
        """What a decision whose words begin at `begin_ms` comes to. A time inside an utterance means where that begins."""
        start_ms = None if value.start_ms is None else self.snapped(value.start_ms)
        part = seen.get(SEEN_PART)
        had = part.get("start_ms") if isinstance(part, dict) else None
        at = self._find_part(value, start_ms, begin_ms, had)
        if not value.exists:
            gone = () if at is None else RESPECTS
            return PartChange(at, begin_ms, gone, "the recording begins with it" if at == 0 else "")
        if at is None:
            if start_ms is None:
                start_ms = self.snapped(begin_ms)
            return PartChange(None, start_ms, ("start",), self._why_not_made(start_ms, had is not None))
        now = self.parts().parts[at]
        start_ms = now.span.start_ms if start_ms is None else start_ms
        wants = {
            "start": start_ms != now.span.start_ms,
            "title": value.title is not None and _single_spaced(value.title) != now.title,
            "kind": value.kind is not None and _single_spaced(value.kind) != now.kind,
        }
        problem = self._why_not_moved(at, start_ms) if wants["start"] else ""
        return PartChange(at, start_ms, tuple(r for r in RESPECTS if wants[r]), problem)

    def make(self, value: VignetteAt, change: PartChange) -> int | None:
        """Let the parts be so; the index of the part that was meant, None when it goes or there was none."""
        at = change.at
        if not value.exists:
            if at is not None:
                del self.rows[at]
                self.rows = closed(self.rows, self._said, self._end_ms)
            return None
        if at is None:
            at = sum(p.span.start_ms < change.start_ms for p in self.rows)
            self.rows.insert(at, Part("", VIGNETTE, "", Span(change.start_ms, self._end_ms)))
        row = self.rows[at]
        if "start" in change.respects:
            span = Span(change.start_ms, max(change.start_ms, row.span.end_ms))
            row = replace(row, span=span, confidence=1.0, evidence=(SAYS_SO,))
        title = row.title if value.title is None else _single_spaced(value.title)
        self.rows[at] = replace(row, title=title, kind=_single_spaced(value.kind or "") or row.kind)
        self.rows = closed(self.rows, self._said, self._end_ms)
        return at

    def _untitled_whole(self) -> list[Part]:
        """The parts, none of several called the whole."""
        several = len(self.rows) > 1
        return [replace(p, title="") if several and p.title == WHOLE_TITLE else p for p in self.rows]

    def _find_part(
        self, value: VignetteAt, start_ms: int | None, begin_ms: int, had: int | None
    ) -> int | None:
        """The part that a decision is about: the first, if that was seen; else one that begins near its words, or where
        it is wanted, as near as with what the sidecar says. A boundary is never the recording's beginning."""
        if self.rows and (had == 0 or (had is None and start_ms == 0)):
            return 0
        is_boundary = had is not None or start_ms is not None or not value.exists
        rows = [
            k
            for k in range(1 if is_boundary else 0, len(self.rows))
            if had is not None or not value.exists or not self._is_given_elsewhere(k, start_ms)
        ]
        near = {k: abs(self.words_ms(k) - begin_ms) for k in rows}
        if start_ms is not None and not any(d <= BOUNDARY_TOLERANCE_MS for d in near.values()):
            near = {k: abs(self.rows[k].span.start_ms - start_ms) for k in rows}
        nearest = min(near, key=lambda k: near[k], default=None)
        return None if nearest is None or near[nearest] > BOUNDARY_TOLERANCE_MS else nearest

    def _is_given_elsewhere(self, at: int, start_ms: int | None) -> bool:
        """Whether a person said that a part begins there, so that a new one from `start_ms` on is another, however near."""
        row = self.rows[at]
        return start_ms is not None and row.span.start_ms != start_ms and SAYS_SO in row.evidence

    def _why_not_made(self, start_ms: int, was_seen: bool) -> str:
        """Why no part can be made to begin there, "" when one can."""
        if was_seen:
            return "the part is gone"
        if not self.rows:
            return "the recording has no parts"
        if start_ms >= self._end_ms:
            return "lies behind the end of the recording"
        taken = next((p for p in self.parts().parts if p.span.start_ms == start_ms), None)
        return f"{described(taken)} begins there already" if taken else ""

    def _why_not_moved(self, at: int, start_ms: int) -> str:
        """Why a part cannot begin there, "" when it can."""
        if at == 0:
            return "the recording begins with it"
        if start_ms >= self._end_ms:
            return "lies behind the end of the recording"
        if not self.rows[at - 1].span.start_ms < start_ms < self.rows[at].span.end_ms:
            return "another part begins in between"
        return ""


def words_at(tokens: Sequence[Token], start_ms: int) -> tuple[int, int]:
    """The first words `[first, last)` said from a time on, at most six; the last word when none is. Needs a token."""
    said = [k for k, t in enumerate(tokens) if t.kind is Kind.WORD] or [0]
    first = next((k for k in said if tokens[k].span.start_ms >= start_ms), said[-1])
    last = first + 1
    while last < min(len(tokens), first + ANCHOR_WORDS) and tokens[last].kind is Kind.WORD:
        last += 1
    return first, last


def described(part: Part) -> str:
    """A part as messages name it: title, id and start."""
    return f"{part.title} ({part.id}, from {clock(part.span.start_ms)})"


def _single_spaced(text: str) -> str:
    return " ".join(text.split())


def _own_titles(parts: Sequence[Part]) -> list[Part]:
    """The parts without the titles that only say kind and number, unless a card says just that."""
    counted = named([replace(p, title="") for p in parts])
    return [
        replace(p, title="") if p.title == c.title and not any(f'"{p.title}"' in e for e in p.evidence) else p
        for p, c in zip(parts, counted, strict=True)
    ]
