"""Whether a result shows what a decision wants, each kind by one function that looks at words, captions, names and times."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

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
    VignetteAt,
    Waive,
    Words,
    WordTime,
)
from pipeline.edits.quote import Quote
from pipeline.edits.reviewed import Reviewed
from pipeline.transcript import Cue, Speaker, Transcript
from tests.support.edit_truth import Strip, Word, bounds, passage, reading, said, seen_by, share

# A part that begins so near to another place is the part that was meant there.
SAME_PART_MS = 10_000
# A part begins where it is wanted, or with the utterance that is said then; times of another alignment differ by so much.
BOUNDARY_MS = 1500
# Of a passage whose words have changed a little, this much is in a caption that shows it.
MOST = 0.6


@dataclass(frozen=True)
class Shown:
    """A result as a person gets it: the transcript, the findings that count as accepted as (rule, words, who), and the quotes
    that are found again as (memo, collection, words, who)."""

    transcript: Transcript
    waivers: frozenset[tuple[str, str, str]] = frozenset()
    quotes: frozenset[tuple[str, str, str, str]] = frozenset()

    @cached_property
    def words(self) -> list[Word]:
        return said(self.transcript)

    @cached_property
    def cues(self) -> list[tuple[Cue, range]]:
        """The captions, each with the words that it shows."""
        first: dict[int, int] = {}
        for k, word in enumerate(self.words):
            first.setdefault(word.token, k)
        first[len(self.transcript.tokens)] = len(self.words)
        return [(c, range(first[c.first], first[c.last])) for c in self.transcript.captions.cues]

    @cached_property
    def speakers(self) -> list[Speaker | None]:
        """Who says each word."""
        table = {s.id: s for s in self.transcript.voices.speakers}
        by_token = {
            t: table.get(u.speaker or "")
            for u in self.transcript.voices.utterances
            for t in range(u.first, u.last)
        }
        return [by_token.get(w.token) for w in self.words]


@dataclass
class Case:
    """A decision with what decisions after it made of its place: the strip as it should read now, who changed the words that
    are meant (`rewritten`), which others are about some of them (`met`), and which of the words each of these is about."""

    decision: Decision
    strip: Strip | None
    rewritten: list[Decision] = field(default_factory=list)
    met: list[tuple[Decision, frozenset[int]]] = field(default_factory=list)
    later: Sequence[Decision] = ()

    def met_by(self, *kinds: type[Any]) -> list[Decision]:
        return [d for d, _ in self.met if isinstance(d.value, kinds)]


def is_shown(case: Case, shown: Shown) -> bool:
    """Whether the result shows what a decision wants."""
    return _LOOKS[type(case.decision.value)](case, case.decision.value, shown)


def place_of(case: Case, shown: Shown) -> tuple[tuple[int, int] | None, bool]:
    """The words of the result that a decision is about, and whether they are just those that should be there."""
    strip = case.strip
    if strip is None or strip.first == strip.last:
        return None, False
    exact = reading(shown.words, strip)
    if exact is not None and exact[2] >= 4:
        return exact[:2], True
    place = bounds(strip, passage(shown.words, strip))
    return (place, False) if place is not None or exact is None else (exact[:2], True)


# --- text ------------------------------------------------------------------------------------------------------------


def _reads(case: Case, value: Words | Delete, shown: Shown) -> bool:
    """The words stand there, in just this writing, and fit there better than those that stood there before."""
    strip, old = case.strip, seen_by(case.decision)
    assert strip is not None and old is not None
    there = reading(shown.words, strip, exactly=True)
    if case.rewritten and strip.text:
        return there is not None
    # Where something else was put into the place of words that are gone, they would stand before it, or behind it.
    beside = range(-3, 4) if case.rewritten else (0,)
    found = [reading(shown.words, _with(strip, old.text, by), exactly=True) for by in beside]
    still = max((f[2] for f in found if f is not None), default=None)
    if still is None:
        return there is not None or not strip.text
    return there is not None and there[2] >= still


def _with(strip: Strip, text: list[str], by: int) -> Strip:
    """A strip with other words in the place of those that are meant, or so many words further on."""
    rest = [*strip.words[: strip.first], *strip.words[strip.last :]]
    at = min(max(0, strip.first + by), len(rest))
    words = [*rest[:at], *text, *rest[at:]]
    return Strip(words, at, at + len(text), strip.start_ms, strip.end_ms)


def _is_said_then(case: Case, value: WordTime, shown: Shown) -> bool:
    place, _ = place_of(case, shown)
    if place is None:
        return False
    here = shown.words[place[0] : place[1]]
    return (
        abs(here[0].start_ms - value.start_ms) <= 1 and abs(max(w.end_ms for w in here) - value.end_ms) <= 1
    )


def _is_added(case: Case, value: Add, shown: Shown) -> bool:
    strip = case.strip
    assert strip is not None
    then = Strip(list(strip.words), strip.first, strip.last, value.start_ms, value.end_ms)
    there = reading(shown.words, then)
    if there is None or not strip.text:
        return False
    return any(
        list(words) == list(range(*there[:2])) and (cue.span.start_ms, cue.span.end_ms) == (value.start_ms, value.end_ms)
        for cue, words in shown.cues
    )  # fmt: skip


# --- captions --------------------------------------------------------------------------------------------------------


def _is_a_cue(case: Case, value: CueOf, shown: Shown) -> bool:
    place, exactly = place_of(case, shown)
    if place is None:
        return False
    for cue, words in shown.cues:
        same = list(words) == list(range(*place))
        if not same and ((exactly and not case.rewritten) or share(words, range(*place)) < MOST):
            continue
        timed = value.start_ms in (None, cue.span.start_ms) and value.end_ms in (None, cue.span.end_ms)
        if timed and (not (same and exactly) or case.rewritten or _is_laid_out(value, cue, words, shown)):
            return True
    return False


def _is_laid_out(value: CueOf, cue: Cue, words: range, shown: Shown) -> bool:
    """Whether lines, names, dashes and settings of a caption are as decided; they count the words in front of them."""
    counted = {shown.words[k].token: n for n, k in reversed(list(enumerate(words)))}
    found = (
        (value.breaks, [counted[b] for b in cue.breaks]),
        (value.labels, [(counted[at], name) for at, name in cue.labels]),
        (value.dashes, [counted[d] for d in cue.dashes]),
    )
    return all(want is None or list(want) == have for want, have in found) and value.settings in (
        None,
        cue.settings,
    )


def _is_split(case: Case, value: Split, shown: Shown) -> bool:
    strip = case.strip
    assert strip is not None
    if value.after not in strip.own:
        return False
    found, at = passage(shown.words, strip), strip.own.index(value.after)
    before = max((found[k] for k in found if k < at), default=-1)
    behind = min((found[k] for k in found if k >= at), default=before + 1)
    near = {behind} if at in found else range(before + 1, behind + 1)
    return any(words[0] in near and value.start_ms in (None, cue.span.start_ms) for cue, words in shown.cues)


def _is_one_cue(case: Case, value: Merge, shown: Shown) -> bool:
    place, exactly = place_of(case, shown)
    if place is None:
        return False
    most = 1.0 if exactly and not case.rewritten else 0.8
    return any(len({*words} & {*range(*place)}) >= most * (place[1] - place[0]) for _, words in shown.cues)


# --- people, parts, concepts -----------------------------------------------------------------------------------------


def _says(case: Case, value: SpeakerOf, shown: Shown) -> bool:
    """Of the words that no later decision gives to somebody, all that are still there are said by this person."""
    strip = case.strip
    assert strip is not None
    given = frozenset().union(*(about for d, about in case.met if isinstance(d.value, SpeakerOf)))
    found = passage(shown.words, strip)
    mine = [
        k
        for k in range(strip.first, strip.last)
        if k in found and strip.own[k] >= 0 and strip.own[k] not in given
    ]
    names = {value.speaker.casefold()}
    for other in case.later:
        if isinstance(other.value, PersonIs) and str(other.seen.get("name") or "").casefold() in names - {""}:
            names.add((other.value.name or "").casefold())
    says = [shown.speakers[found[k]] for k in mine]
    called = [("", "") if s is None else (s.name.casefold(), s.id) for s in says]
    return bool(called) and all(
        name in names or (value.speaker and who == value.speaker) for name, who in called
    )


def _looks(case: Case, value: StyleOf, shown: Shown) -> bool:
    """Of the words whose look no later decision is about, all that are still there look so."""
    strip = case.strip
    assert strip is not None
    given = frozenset().union(*(about for d, about in case.met if isinstance(d.value, StyleOf)))
    found = passage(shown.words, strip)
    own = [k for k in range(strip.first, strip.last) if k in found and strip.own[k] >= 0]
    mine = [shown.words[found[k]].token for k in own if strip.own[k] not in given]
    return bool(mine) and all(shown.transcript.tokens[at].style == value.style for at in mine)


def _is_called(case: Case, value: PersonIs, shown: Shown) -> bool:
    """Who says the words that the person was known by, or has the id, is called so."""
    place, _ = place_of(case, shown)
    says = [] if place is None else [s for s in shown.speakers[slice(*place)] if s is not None]
    people = [*says, *(s for s in shown.transcript.voices.speakers if s.id == value.id)]
    return any(value.name in (None, p.name) and value.role in (None, p.role) for p in people)


def part_begins(decision: Decision) -> int:
    """Where the part begins, as its author saw it: None of the journal's fields says it better than the part they saw."""
    value, seen = decision.value, decision.seen.get("part")
    assert isinstance(value, VignetteAt)
    if isinstance(seen, dict):
        return int(seen["start_ms"])
    anchor_ms = decision.anchor.start_ms if decision.anchor else 0
    return anchor_ms if value.start_ms is None else value.start_ms


def _is_part(case: Case, value: VignetteAt, shown: Shown) -> bool:
    begins_ms = part_begins(case.decision)
    parts = shown.transcript.parts.parts
    if not value.exists:
        return not any(abs(p.span.start_ms - begins_ms) <= BOUNDARY_MS for p in parts)
    if value.start_ms is None:
        near = [p for p in parts if abs(p.span.start_ms - begins_ms) <= SAME_PART_MS]
    else:
        starts = [value.start_ms, *_utterances_at(value.start_ms, shown)]
        near = [p for p in parts if any(abs(p.span.start_ms - s) <= BOUNDARY_MS for s in starts)]
    return any(
        value.title in (None, p.title, "") and value.kind in (None, p.kind) for p in near
    )  # a title "" is that of the kind and its number


def _utterances_at(at_ms: int, shown: Shown) -> list[int]:
    """When the utterances begin during which, or nearly so, a time lies."""
    spans = [shown.transcript.span(u.first, u.last) for u in shown.transcript.voices.utterances]
    return [s.start_ms for s in spans if s.start_ms - BOUNDARY_MS < at_ms < s.end_ms + BOUNDARY_MS]


def _is_tagged(case: Case, value: ConceptAt, shown: Shown) -> bool:
    place, _ = place_of(case, shown)
    if place is None:
        return False
    tokens = {shown.words[k].token for k in range(*place)}
    tags = [t for t in shown.transcript.concepts.tags if t.concept == value.concept]
    return any(tokens & {*range(t.first, t.last)} for t in tags) == (value.verdict != "rejected")


# --- waivers and reviews ---------------------------------------------------------------------------------------------


def _is_waived(case: Case, value: Waive, shown: Shown) -> bool:
    anchor = case.decision.anchor
    return (value.rule, anchor.text if anchor else "", case.decision.who) in shown.waivers


def _is_kept(case: Case, value: Quote, shown: Shown) -> bool:
    anchor = case.decision.anchor
    assert anchor is not None
    return (value.memo, value.collection, anchor.text, case.decision.who) in shown.quotes


def _is_reviewed(case: Case, value: Reviewed, shown: Shown) -> bool:
    """All of the video by its author; of one caption nothing is shown but its words, which therefore must be there."""
    if value.of == "video":
        return shown.transcript.reviewer == case.decision.who
    return case.strip is not None and reading(shown.words, case.strip) is not None


_LOOKS: dict[type[Any], Callable[[Case, Any, Shown], bool]] = {
    Words: _reads,
    Delete: _reads,
    WordTime: _is_said_then,
    Add: _is_added,
    CueOf: _is_a_cue,
    Split: _is_split,
    Merge: _is_one_cue,
    SpeakerOf: _says,
    StyleOf: _looks,
    PersonIs: _is_called,
    VignetteAt: _is_part,
    ConceptAt: _is_tagged,
    Waive: _is_waived,
    Quote: _is_kept,
    Reviewed: _is_reviewed,
}
