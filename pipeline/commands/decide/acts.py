"""The acts: one function for each thing that a person can decide about a recording, with keyword arguments, values in and
decisions out. The command line and the review page both call these; `desk.record` writes what they return.

Each raises UsageError, with what can be done, where what it is about is not there or cannot be so.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol

from pipeline.commands.decide import targets
from pipeline.commands.decide.desk import Desk
from pipeline.commands.decide.signed import signed
from pipeline.commands.watched_captions import watched
from pipeline.edits.model import Decision, VignetteAt
from pipeline.errors import UsageError, nearest
from pipeline.part_kinds import KNOWN_KINDS
from pipeline.timing import Span
from pipeline.transcript import styling

Verdict = Literal["confirmed", "rejected", "added"]

# The longest kind of one's own, in characters. Set by hand.
MAX_KIND_CHARS = 60


class Place(Protocol):
    """Which words are meant, however that is said."""

    def on(self, desk: Desk) -> tuple[int, int]:
        """The tokens `[first, last)` in the recording as it stands. Raises UsageError."""
        ...


@dataclass(frozen=True, slots=True)
class Tokens:
    """The tokens `[first, last)` that a person sees before them."""

    first: int
    last: int

    def on(self, desk: Desk) -> tuple[int, int]:
        """The tokens, if there are such."""
        if not 0 <= self.first < self.last <= len(desk.transcript.tokens):
            raise UsageError("these words are not there any more", "look at the list again")
        return self.first, self.last


@dataclass(frozen=True, slots=True)
class Within:
    """Some words among the tokens `[first, last)` that a person sees before them."""

    first: int
    last: int
    words: str

    def on(self, desk: Desk) -> tuple[int, int]:
        """The tokens that hold the words; the first of them where they come twice."""
        among = Tokens(self.first, self.last).on(desk)
        if not self.words.split():
            raise UsageError("it is not said which words are meant", "name some of the caption")
        at_ms = desk.transcript.tokens[self.first].span.start_ms
        return targets.locate(desk.transcript, self.words, at_ms, among)


@dataclass(frozen=True, slots=True)
class Said:
    """Which words are meant: as the transcript has them, and a time where they come more than once."""

    words: str
    at_ms: int | None = None

    def on(self, desk: Desk) -> tuple[int, int]:
        """The tokens `[first, last)`."""
        if not self.words.split():
            raise UsageError("it is not said which words are meant", 'name them: "..."')
        return targets.locate(desk.transcript, self.words, self.at_ms)


# --- words ----------------------------------------------------------------------------------------------------------


def text(desk: Desk, said: Place, new: str) -> list[Decision]:
    """The words read `new`; "" when nobody says them. Punctuation around words that were named without any stays."""
    first, last = said.on(desk)
    there = " ".join(t.text for t in desk.transcript.tokens[first:last])
    named = said.words if isinstance(said, Said) else there
    return desk.maker.words(first, last, targets.with_outer_punctuation(there, named, new))


def time(desk: Desk, said: Place, span: Span) -> list[Decision]:
    """The words are said then."""
    first, last = said.on(desk)
    targets.check_within(desk.transcript, (span.start_ms, span.end_ms), "FROM-TO")
    return [desk.maker.word_time(first, last, span)]


def speaker(desk: Desk, said: Place, name: str, new: bool = False) -> list[Decision]:
    """The words are said by whoever has this name or id; a name like another's is taken for a slip, unless it is `new`."""
    if not name.split():
        raise UsageError("a speaker needs a name or an id", "say who says these words")
    first, last = said.on(desk)
    if not new:
        targets.check_person_meant(desk.transcript, name)
    return [desk.maker.speaker(first, last, name)]


def concept(desk: Desk, said: Place, wanted: str, verdict: Verdict) -> list[Decision]:
    """The words show a concept, do not, or show it though no machine found it."""
    first, last = said.on(desk)
    return [desk.maker.concept(first, last, targets.concept(desk.transcript, wanted), verdict)]


def quote(desk: Desk, said: Place, memo: str, collection: str) -> list[Decision]:
    """The words are kept as a quote, with a memo, in a collection; either may be ""."""
    first, last = said.on(desk)
    return [desk.maker.quote(first, last, memo.strip(), " ".join(collection.split()))]


def style(desk: Desk, said: Place, wanted: str) -> list[Decision]:
    """The words look so: "bold", "italic #ffff00", "plain", or the short form "bi#ffff00"."""
    first, last = said.on(desk)
    return [desk.maker.style(first, last, style_of(wanted))]


_LETTERS = {"bold": "b", "italic": "i", "underlined": "u"}
_PLAIN = "plain"


def style_of(wanted: str) -> str:
    """A style as people write it, in its short form. Raises UsageError."""
    letters, colour = "", ""
    classes: list[str] = []
    parts = wanted.replace(",", " ").split()
    for part in parts:
        if part.casefold() in _LETTERS:
            letters += _LETTERS[part.casefold()]
        elif styling.is_style(part):
            look = styling.parsed(part)
            letters, colour = letters + look.letters, look.colour or colour
            classes += look.classes
        elif part.casefold() != _PLAIN or len(parts) > 1:
            near = nearest(part, [*_LETTERS, _PLAIN])
            remedy = (
                f"did you mean {near[0]}?"
                if near
                else "say bold, italic, underlined, #rrggbb, .class or plain"
            )
            raise UsageError(f"there is no style '{part}'", remedy)
    if not parts:
        raise UsageError(
            "it is not said how the words look", "say bold, italic, underlined, #rrggbb, .class or plain"
        )
    return styling.composed(letters, colour, classes)


# --- captions -------------------------------------------------------------------------------------------------------


def cue(desk: Desk, said: Place, start_ms: int | None, end_ms: int | None) -> list[Decision]:
    """The caption of the words is shown then; a time that is None stays as it is."""
    first, last = said.on(desk)
    targets.check_within(desk.transcript, (start_ms, end_ms), "FROM-TO")
    return [targets.shown_from_to(desk.maker, first, last, start_ms, end_ms)]


def split(desk: Desk, said: Place) -> list[Decision]:
    """A new caption begins with the words."""
    return [targets.split_before(desk.maker, said.on(desk)[0])]


def join(desk: Desk, said: Place) -> list[Decision]:
    """The captions of the words are one; where that is one, it and the next."""
    return [targets.merged(desk.maker, *said.on(desk))]


def delete(desk: Desk, said: Place) -> list[Decision]:
    """The captions of the words go, with all of their words; who was named by nothing else keeps their name."""
    cues = [(c.first, c.last) for c in targets.cues_of(desk.transcript, *said.on(desk))]
    return [*(desk.maker.delete(*each) for each in cues), *desk.maker.names_kept(cues)]


def add(desk: Desk, lines: str, span: Span, label: str = "") -> list[Decision]:
    """A caption that is missing."""
    targets.check_within(desk.transcript, (span.start_ms, span.end_ms), "FROM-TO")
    return [targets.add_by_time(desk.maker, desk.transcript, lines, span.start_ms, span.end_ms, label)]


# --- people and parts -----------------------------------------------------------------------------------------------


def person(desk: Desk, who: str, name: str | None = None, role: str | None = None) -> list[Decision]:
    """Whoever has this id or name is called `name` and has this `role`, everywhere."""
    if name is None and role is None:
        raise UsageError("it is not said what they are called", "add --name or --role")
    return [desk.maker.person(targets.person(desk.transcript, who), name, role)]


def part(
    desk: Desk,
    which: str,
    begins_ms: int | None = None,
    words: Place | None = None,
    title: str | None = None,
    kind: str | None = None,
    join: bool = False,
) -> list[Decision]:
    """What is said of a part of the video (by id, title or a time in it; "new" for a further one), or that it is none."""
    _check_part(which, begins_ms, words, title, kind, join)
    if words is not None:
        begins_ms = desk.transcript.tokens[words.on(desk)[0]].span.start_ms
    plain = None if kind is None else " ".join(kind.split())
    if plain is not None and plain.casefold() in KNOWN_KINDS:
        plain = plain.casefold()
    return [targets.part_decided(desk.maker, which, VignetteAt(begins_ms, title, plain, not join))]


def _check_part(
    which: str, begins_ms: int | None, words: Place | None, title: str | None, kind: str | None, join: bool
) -> None:
    """Raise UsageError for what contradicts itself or says nothing."""
    begins = [begins_ms is not None, words is not None]
    if which == targets.NEW_PART and (sum(begins) != 1 or join):
        raise UsageError("a new part needs to begin somewhere", 'add --begins TIME, or --words "..."')
    if all(begins):
        raise UsageError("--begins and --words both say where the part begins", "give one of them")
    if not any(begins) and title is None and kind is None and not join:
        raise UsageError("a part needs something to be said of it", "add --begins, --title, --kind or --join")
    if join and (any(begins) or title is not None or kind is not None):
        raise UsageError("a part that is joined to the one before is nothing else", "give --join alone")
    if kind is not None and not 0 < len(" ".join(kind.split())) <= MAX_KIND_CHARS:
        raise UsageError(
            f"--kind needs a word or two, not '{kind[:80]}'", f"{', '.join(KNOWN_KINDS)} or one of your own"
        )


# --- reviews --------------------------------------------------------------------------------------------------------


def review(desk: Desk, said: Place | None = None) -> list[Decision]:
    """All of the video was watched, or the captions of these words."""
    if said is None:
        return [signed(desk)]
    cues = targets.cues_of(desk.transcript, *said.on(desk))
    return [desk.maker.reviewed_cue(c.first, c.last) for c in cues]


def waive(desk: Desk, said: Place, rule: str, reason: str) -> list[Decision]:
    """A finding of the audit about the words is right as it is."""
    if not reason.split():
        raise UsageError("a waiver needs a reason", 'say why it is right as it is: --reason "..."')
    return [desk.maker.waive(*said.on(desk), rule, reason)]


def drop(desk: Desk, wanted: str) -> list[Decision]:
    """The decision whose id begins so no longer holds."""
    return [desk.maker.withdraw(targets.standing_of(desk.shown, wanted).decision.id)]


def insist(desk: Desk, wanted: str) -> list[Decision]:
    """The decision whose id begins so holds after all, though it no longer fitted."""
    return targets.insist(desk.shown, targets.standing_of(desk.shown, wanted), desk.who)


# --- many at once ---------------------------------------------------------------------------------------------------


def same_person(desk: Desk, who: str, other: str) -> list[Decision]:
    """All that `who` says is said by `other`: two voices of one person become one."""
    gone, stays = targets.person(desk.transcript, who), targets.person(desk.transcript, other)
    if gone == stays:
        raise UsageError("that is one person already", "name two")
    runs: list[tuple[int, int]] = []
    for u in desk.transcript.voices.utterances:
        if u.speaker == gone:
            runs = (
                [*runs[:-1], (runs[-1][0], u.last)]
                if runs and runs[-1][1] == u.first
                else [*runs, (u.first, u.last)]
            )
    if not runs:
        raise UsageError("they say nothing", "there is nothing to hand over")
    return [desk.maker.speaker(first, last, stays) for first, last in runs]


def review_part(desk: Desk, wanted: str) -> list[Decision]:
    """The captions of a part of the video, by its id, were watched; those that were before are not asked again."""
    part = next((p for p in desk.transcript.parts.parts if p.id == wanted), None)
    if part is None:
        raise UsageError("this part is not there any more", "look at the list again")
    done = watched(desk.transcript, desk.shown.replay)
    cues = [
        c
        for c, was_watched in zip(desk.transcript.captions.cues, done, strict=True)
        if c.span.start_ms in part.span and not was_watched
    ]
    return [desk.maker.reviewed_cue(c.first, c.last) for c in cues]
