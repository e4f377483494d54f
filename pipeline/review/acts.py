"""What a person does on the page, as decisions: one function for each thing that can be asked for, named in `ACTS`.

Captions are named by their tokens `[first, last)` at the revision that the person saw. Each raises UsageError for what is
not there or cannot be so; nothing is written here.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from pipeline.commands.decide import targets
from pipeline.commands.waive import waiver
from pipeline.edits.journal import Contents
from pipeline.edits.ledger import SEEN
from pipeline.edits.maker import Maker, differences
from pipeline.edits.model import CueOf, Decision, sealed
from pipeline.errors import UsageError
from pipeline.review import undo
from pipeline.review.doubts import doubts_of
from pipeline.review.sheet import audited, text_of
from pipeline.review.sitting import Look, Sitting
from pipeline.run.preview import preview
from pipeline.transcript import Cue, Suggestion, lines_of

# A caption's text as a person may send it, in characters, one word of it, and a name or a reason. A word of thousands of
# letters would keep the stages behind it busy for minutes.
MAX_TEXT_CHARS = 2_000
MAX_WORD_CHARS = 100
MAX_NAME_CHARS = 200
# Later than any decision of today: what a decision is tried with that was not made yet.
_AT_LAST = "2299-12-31T23:59:59.000000Z"


class Request:
    """What the page asks for: values by name, each checked when it is taken. Raises UsageError."""

    def __init__(self, values: Mapping[str, Any]) -> None:
        self.values = values

    def text(self, name: str, most: int = MAX_NAME_CHARS) -> str:
        value = self.values.get(name)
        if not isinstance(value, str) or len(value) > most:
            raise UsageError(f"'{name}' must be a text of at most {most:,} characters", "load the page again")
        return value

    def given(self, name: str, lacking: str, remedy: str) -> str:
        """A text that says something, on one line."""
        value = " ".join(self.text(name).split())
        if not value:
            raise UsageError(lacking, remedy)
        return value

    def number(self, name: str) -> int:
        value = self.values.get(name)
        if type(value) is not int or not 0 <= value < 2**53:
            raise UsageError(f"'{name}' must be a whole number", "load the page again")
        return value

    def cue(self, look: Look) -> Cue:
        """The caption of these tokens."""
        wanted = self.number("first"), self.number("last")
        found = next((c for c in look.transcript.captions.cues if (c.first, c.last) == wanted), None)
        if found is None:
            raise UsageError("this caption is not there any more", "look at the list again")
        return found


Act = Callable[[Sitting, Look, Maker, Request], Sequence[Decision]]


def _text(sitting: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """A caption reads otherwise, or has its lines divided otherwise."""
    cue, text = asked.cue(look), asked.text("text", MAX_TEXT_CHARS)
    lines = [" ".join(line.split()) for line in text.splitlines() if line.split()]
    if not lines:
        raise UsageError("a caption needs words", "delete it if nobody says them")
    if any(len(word) > MAX_WORD_CHARS for line in lines for word in line.split()):
        raise UsageError(f"a word has more than {MAX_WORD_CHARS} letters", "divide it by spaces")
    made = _reworded(look, maker, cue, " ".join(lines))
    if lines == text_of(cue, look.transcript).splitlines():
        return made
    if len(lines) > 1 or not made:
        made = [*made, *_divided(sitting, look, maker.who, made, cue, lines)]
    return made


def _reworded(look: Look, maker: Maker, cue: Cue, text: str) -> list[Decision]:
    tokens = look.transcript.tokens
    there = [k for line in lines_of(cue, tokens) for k in line]
    if len(there) == cue.last - cue.first:
        return maker.words(cue.first, cue.last, text)
    made: list[Decision] = []  # a passage that nobody says lies between the words; it stays as it is
    for a, b, words in differences([tokens[k].text for k in there], text.split()):
        first, last = there[a], there[b - 1] + 1
        if last - first != b - a:
            raise UsageError(
                "these words stand on both sides of a passage that nobody says", "change one side at a time"
            )
        made += maker.words(first, last, " ".join(words))
    return made


def _divided(
    sitting: Sitting, look: Look, who: str, made: Sequence[Decision], cue: Cue, lines: Sequence[str]
) -> list[Decision]:
    """The decision that gives a caption these lines, once the decisions before it hold; none where it has them then."""
    held = look.shown.replay.contents
    tried = [sealed(replace(d, at=_AT_LAST)) for d in made]
    then = preview(sitting.job, Contents((*held.decisions, *tried), held.strange)) if tried else look.shown
    words = " ".join(lines).split()
    found = next(
        (c for c in then.transcript.captions.cues if text_of(c, then.transcript).split() == words and
         c.span.overlap_ms(cue.span)), None,
    )  # fmt: skip
    if found is None or text_of(found, then.transcript).splitlines() == list(lines):
        return []
    counts = [len(line.split()) for line in lines]
    breaks = tuple(sum(counts[:n]) for n in range(1, len(counts)))
    decided = Maker(then.transcript, then.replay, who).cue(found.first, found.last, CueOf(breaks=breaks))
    unmade = {d.id for d in tried}
    seen = {k: [i for i in v if i not in unmade] if k == SEEN else v for k, v in decided.seen.items()}
    return [replace(decided, seen={k: v for k, v in seen.items() if v or k != SEEN})]


def _times(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """A caption is shown from then to then."""
    cue, start, end = asked.cue(look), asked.number("start_ms"), asked.number("end_ms")
    if end <= start:
        raise UsageError("the caption would end before it starts", "give a later end")
    targets.check_within(look.transcript, (start, end), "the caption")
    return [targets.shown_from_to(maker, cue.first, cue.last, start, end)]


def _split(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """A new caption begins behind so many words of this one."""
    cue, left = asked.cue(look), asked.number("words")
    for at in (k for line in lines_of(cue, look.transcript.tokens) for k in line):
        if left <= 0:
            return [targets.split_before(maker, at)]
        left -= len(look.transcript.tokens[at].text.split())
    raise UsageError("no word stands behind that place", "put the cursor between two words")


def _merge(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """This caption and the next are one."""
    cue = asked.cue(look)
    return [targets.merged(maker, cue.first, cue.last)]


def _delete(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """The caption goes, with its words."""
    cue = asked.cue(look)
    return [maker.delete(cue.first, cue.last), *maker.names_kept([(cue.first, cue.last)])]


def _speaker(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """The turn that this caption begins in is said by somebody else."""
    cue, name = asked.cue(look), asked.given("name", "it is not said who speaks", "give a name")
    turn = next((u for u in look.transcript.voices.utterances if u.first <= cue.first < u.last), None)
    first, last = (turn.first, turn.last) if turn else (cue.first, cue.last)
    return [maker.speaker(first, last, name)]


def _person(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """A person is called otherwise, everywhere."""
    who = targets.person(
        look.transcript, asked.given("person", "it is not said which person is meant", "choose one")
    )
    return [maker.person(who, asked.given("name", "a person needs a name", "write it down"))]


def _review(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """The caption was watched."""
    cue = asked.cue(look)
    return [maker.reviewed_cue(cue.first, cue.last)]


def _review_video(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """All of the video was watched."""
    return [maker.reviewed()]


def _accept(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """The words read as the second witness suggests."""
    wanted = asked.text("ref")
    found = next((s for s in look.transcript.verification.suggestions if s.id == wanted), None)
    if found is None:
        raise UsageError("this is suggested no more", "look at the list again")
    return _suggested(look, maker, found)


def _suggested(look: Look, maker: Maker, one: Suggestion) -> list[Decision]:
    tokens = look.transcript.tokens
    if one.first < one.last:
        there = " ".join(t.text for t in tokens[one.first : one.last])
        return maker.words(one.first, one.last, targets.with_outer_punctuation(there, "", one.text))
    if one.gain is None:  # speech without any text
        end_ms = min(one.span.end_ms, look.transcript.media.duration_ms)
        return [targets.add_by_time(maker, look.transcript, one.text, one.span.start_ms, end_ms)]
    if one.first:
        return maker.words(one.first - 1, one.first, f"{tokens[one.first - 1].text} {one.text}")
    return maker.words(0, 1, f"{one.text} {tokens[0].text}")


def _waive(sitting: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """A doubt, or a finding of the audit, is right as it is, for a reason."""
    key, reason = (
        asked.text("key", 1000),
        asked.given("reason", "a waiver needs a reason", "say why it is right as it is"),
    )
    found = next((d for d in doubts_of(look) if d.key == key and d.rule), None)
    if found is not None:
        return [maker.waive(found.first, found.last, found.rule, reason)]
    document, report = audited(sitting, look)
    return [waiver(document, report, asked.text("rule"), asked.number("start_ms"), reason, maker.who)]


def _drop(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """A decision no longer holds."""
    return [maker.withdraw(targets.standing_of(look.shown, asked.text("ref")).decision.id)]


def _insist(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """A decision that no longer fitted holds after all."""
    return targets.insist(look.shown, targets.standing_of(look.shown, asked.text("ref")), maker.who)


def _undo(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """The person's last act is taken back."""
    return _withdrawn(maker, undo.to_undo(look.shown.replay.report, maker.who), "undo")


def _redo(_: Sitting, look: Look, maker: Maker, asked: Request) -> list[Decision]:
    """What they took back last holds again."""
    return _withdrawn(maker, undo.to_redo(look.shown.replay.report, maker.who), "redo")


def _withdrawn(maker: Maker, decisions: Sequence[Decision], what: str) -> list[Decision]:
    if not decisions:
        raise UsageError(f"there is nothing to {what}", "only what you decided yourself is taken back here")
    return [maker.withdraw(d.id) for d in decisions]


ACTS: dict[str, Act] = {
    "text": _text, "times": _times, "split": _split, "merge": _merge, "delete": _delete, "speaker": _speaker,
    "person": _person, "review": _review, "review-video": _review_video, "accept": _accept, "waive": _waive,
    "drop": _drop, "insist": _insist, "undo": _undo, "redo": _redo,
}  # fmt: skip


def decide(
    sitting: Sitting, who: str, revision: str, kind: str, values: Mapping[str, Any]
) -> tuple[Decision, ...]:
    """Do one thing that the page asks for. Raises UsageError, JournalChanged, JournalError."""
    if kind not in ACTS:
        raise UsageError(f"there is nothing called '{kind[:80]}' to do", "load the page again")
    return sitting.decide(
        who, revision, lambda look, maker: ACTS[kind](sitting, look, maker, Request(values))
    )
