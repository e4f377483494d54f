"""What a person does on the page, as decisions: one row for each thing that can be asked for, named in `ACTS`.

The acts are those of `vignette edits` (`commands/decide`), called by the same names; here stands only what a request must hold.
Captions are named by their tokens `[first, last)` at the revision that the person saw. Each raises UsageError for what is
not there or cannot be so; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, cast

from pipeline.commands.decide import acts, caption_text, suggested, targets
from pipeline.commands.decide.acts import Tokens, Within
from pipeline.commands.decide.desk import Desk
from pipeline.commands.decide.needs import needs_of, waived
from pipeline.edits.model import Decision
from pipeline.errors import UsageError
from pipeline.review import undo
from pipeline.review.sheet import findings
from pipeline.review.sitting import Sitting
from pipeline.timing import Span
from pipeline.transcript import Cue, lines_of

# A caption's text as a person may send it, in characters, a name or a reason, and the key of a thing that needs a person.
MAX_TEXT_CHARS = 2_000
MAX_NAME_CHARS = 200
MAX_KEY_CHARS = 1_000
# The most things that are settled at once.
MAX_KEYS = 5_000


class Request:
    """What the page asks for: values by name, each checked when it is taken. Raises UsageError."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def has(self, name: str) -> bool:
        return self.values.get(name) is not None

    def text(self, name: str, most: int = MAX_NAME_CHARS) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or len(value) > most:
            raise UsageError(f"'{name}' must be a text of at most {most:,} characters", "load the page again")
        return value

    def optional(self, name: str) -> str | None:
        """A text on one line, None where nothing is said."""
        return " ".join(self.text(name).split()) if self.has(name) else None

    def given(self, name: str, lacking: str, remedy: str) -> str:
        """A text that says something, on one line."""
        value = " ".join(self.text(name).split())
        if not value:
            raise UsageError(lacking, remedy)
        return value

    def reason(self) -> str:
        return self.given("reason", "a waiver needs a reason", "say why it is right as it is")

    def number(self, name: str) -> int:
        value = self.values.get(name)
        if type(value) is not int or not 0 <= value < 2**53:
            raise UsageError(f"'{name}' must be a whole number", "load the page again")
        return value

    def span(self) -> Span:
        start, end = self.number("start_ms"), self.number("end_ms")
        if end <= start:
            raise UsageError("it would end before it starts", "give a later end")
        return Span(start, end)

    def keys(self) -> frozenset[str]:
        """The names of the things that are to be settled: `keys`, or one `key`."""
        value = self.values.get("keys", [self.values.get("key")])
        if not isinstance(value, list) or not 0 < len(value) <= MAX_KEYS:
            raise UsageError("it is not said which things are meant", "choose some of the list")
        if not all(isinstance(k, str) and len(k) <= MAX_KEY_CHARS for k in value):
            raise UsageError("it is not said which things are meant", "load the page again")
        return frozenset(value)

    def tokens(self) -> Tokens | Within:
        """The tokens that are meant, or with `words` those of them that hold these."""
        first, last = self.number("first"), self.number("last")
        return (
            Within(first, last, self.text("words", MAX_TEXT_CHARS))
            if self.has("words")
            else Tokens(first, last)
        )

    def cue(self, desk: Desk) -> Cue:
        """The caption of these tokens."""
        wanted = self.number("first"), self.number("last")
        found = next((c for c in desk.transcript.captions.cues if (c.first, c.last) == wanted), None)
        if found is None:
            raise UsageError("this caption is not there any more", "look at the list again")
        return found

    def of_cue(self, desk: Desk) -> Tokens:
        """The tokens of a caption that is there."""
        cue = self.cue(desk)
        return Tokens(cue.first, cue.last)


Act = Callable[[Sitting, Desk, Request], Sequence[Decision] | Iterator[Sequence[Decision]]]


def _text(_: Sitting, desk: Desk, asked: Request) -> Iterator[Sequence[Decision]]:
    """A caption reads otherwise, or has its lines divided otherwise."""
    return caption_text.rewritten(desk, asked.cue(desk), asked.text("text", MAX_TEXT_CHARS))


def _time(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """Words are said then."""
    return acts.time(desk, asked.tokens(), asked.span())


def _cue(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """A caption is shown from then to then."""
    span = asked.span()
    return acts.cue(desk, asked.of_cue(desk), span.start_ms, span.end_ms)


def _split(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """A new caption begins behind so many words of this one."""
    cue, left = asked.cue(desk), asked.number("words")
    for at in (k for line in lines_of(cue, desk.transcript.tokens) for k in line):
        if left <= 0:
            return acts.split(desk, Tokens(at, at + 1))
        left -= len(desk.transcript.tokens[at].text.split())
    raise UsageError("no word stands behind that place", "put the cursor between two words")


def _join(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """This caption and the next are one."""
    return acts.join(desk, asked.of_cue(desk))


def _delete(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """The caption goes, with its words."""
    return acts.delete(desk, asked.of_cue(desk))


def _add(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """A caption that is missing."""
    lines = asked.text("text", MAX_TEXT_CHARS)
    if not lines.split():
        raise UsageError("a caption needs words", "write what it shows")
    caption_text.check_words(lines)
    return acts.add(desk, lines, asked.span(), asked.optional("label") or "")


def _style(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """Words look so in captions."""
    return acts.style(desk, asked.tokens(), asked.text("style"))


def _speaker(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """The turn that this caption begins in is said by somebody else; with `only` these words alone."""
    said, name = asked.tokens(), asked.given("name", "it is not said who speaks", "give a name")
    first, last = said.on(desk)
    turn = next((u for u in desk.transcript.voices.utterances if u.first <= first < u.last), None)
    if turn is not None and not asked.has("only"):
        first, last = turn.first, turn.last
    return acts.speaker(desk, Tokens(first, last), name, new=True)


def _concept(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """Words show a concept, do not, or show it though no machine found it."""
    verdict = asked.text("verdict")
    if verdict not in ("confirmed", "rejected", "added"):
        raise UsageError("a concept is confirmed, rejected or added", "load the page again")
    return acts.concept(desk, asked.tokens(), asked.text("concept"), cast("acts.Verdict", verdict))


def _quote(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """Words are kept as a quote, with a memo, in a collection."""
    memo = asked.text("memo", MAX_TEXT_CHARS) if asked.has("memo") else ""
    return acts.quote(desk, asked.tokens(), memo, asked.optional("collection") or "")


def _person(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """A person is called otherwise, or has another role, everywhere."""
    who = asked.given("person", "it is not said which person is meant", "choose one")
    name = asked.optional("name")
    if name == "":
        raise UsageError("a person needs a name", "write it down")
    return acts.person(desk, who, name, asked.optional("role"))


def _unite(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """Two voices are one person."""
    who = asked.given("person", "it is not said which voice is meant", "choose one")
    return acts.same_person(desk, who, asked.given("into", "it is not said whose voice it is", "choose one"))


def _part(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """A part of the video begins elsewhere, is called otherwise, is none, or is a further one."""
    begins = asked.number("begins_ms") if asked.has("begins_ms") else None
    targets.check_within(desk.transcript, (begins, None), "the beginning")
    which, join = asked.text("part", MAX_KEY_CHARS), asked.values.get("join") is True
    return acts.part(
        desk, which, begins, None, asked.optional("title"), asked.optional("part_kind") or None, join
    )


def _review(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """A caption, a part or all of the video was watched."""
    if asked.has("part"):
        return acts.review_part(desk, asked.text("part", MAX_KEY_CHARS))
    return acts.review(desk, None if asked.values.get("whole") is True else asked.of_cue(desk))


def _take(sitting: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """Words read as the second witness suggests."""
    keys, known = asked.keys(), sitting.suggestions()
    wanted = {n.ref for n in needs_of(desk, known) if n.key in keys and "take" in n.can}
    made = suggested.take(desk, [s for s in known if s.id in wanted])
    if not made.decisions:
        raise UsageError("this is suggested no more", "look at the list again")
    return made.decisions


def _waive(sitting: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """Doubts, or findings of the audit, are right as they are, for one reason."""
    keys, reason = asked.keys(), asked.reason()
    needs = [n for n in needs_of(desk, sitting.suggestions()) if n.key in keys and "waive" in n.can]
    made = [waived(desk, n, reason) for n in needs]
    if len(made) < len(keys):
        found = findings(sitting, desk)
        made += found.waived(keys, reason) if not made or found.has_any(keys) else []
    return made


def _mend(sitting: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """What a program can mend of these findings is mended."""
    return findings(sitting, desk).mended(asked.keys())


def _drop(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """A decision no longer holds."""
    return acts.drop(desk, asked.text("ref"))


def _insist(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """A decision that no longer fitted holds after all."""
    return acts.insist(desk, asked.text("ref"))


def _undo(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """The person's last act is taken back."""
    return _withdrawn(desk, undo.to_undo(desk.shown.replay.report, desk.who), "undo")


def _redo(_: Sitting, desk: Desk, asked: Request) -> Sequence[Decision]:
    """What they took back last holds again."""
    return _withdrawn(desk, undo.to_redo(desk.shown.replay.report, desk.who), "redo")


def _withdrawn(desk: Desk, decisions: Sequence[Decision], what: str) -> list[Decision]:
    if not decisions:
        raise UsageError(f"there is nothing to {what}", "only what you decided yourself is taken back here")
    return [desk.maker.withdraw(d.id) for d in decisions]


ACTS: dict[str, Act] = {
    "text": _text, "time": _time, "cue": _cue, "split": _split, "join": _join, "delete": _delete, "add": _add,
    "style": _style, "speaker": _speaker, "concept": _concept, "quote": _quote, "person": _person, "unite": _unite, "part": _part,
    "review": _review, "take": _take, "waive": _waive, "mend": _mend, "drop": _drop, "insist": _insist, "undo": _undo,
    "redo": _redo,
}  # fmt: skip
# Acts about concepts, which are looked for only where somebody asks for them.
ABOUT_CONCEPTS = frozenset(("concept",))
# Acts about the words of one caption, which hold beside what the same person decided about others since the look.
APART = frozenset(("text", "review"))


def decide(
    sitting: Sitting, who: str, revision: str, kind: str, values: Mapping[str, Any]
) -> tuple[Decision, ...]:
    """Do one thing that the page asks for. Raises UsageError, JournalChanged, JournalError."""
    if kind not in ACTS:
        raise UsageError(f"there is nothing called '{kind[:80]}' to do", "load the page again")
    return sitting.decide(
        who,
        revision,
        lambda desk: ACTS[kind](sitting, desk, Request(values)),
        kind in ABOUT_CONCEPTS,
        kind in APART,
    )
