"""Speaker edits: reassign passages to a speaker, and rename a person or change their role everywhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.edits.ledger import is_unseen
from pipeline.edits.model import Decision, PersonIs, SpeakerOf
from pipeline.edits.placement import Settled
from pipeline.timing import Span, hull, union
from pipeline.transcript import Speaker, Token, Turn, Utterance, Voices
from pipeline.words import name_key

BY_A_PERSON = "named by a person"
"""The evidence of a name that a decision gave; stored with the speaker."""


def speaker_called(voices: Voices, name: str) -> str | None:
    """The id of the speaker with this id, or this name however it is written; None when there is none."""
    plain = name_key(name)
    for speaker in voices.speakers:
        if speaker.id == name:
            return speaker.id
    return next((s.id for s in voices.speakers if name_key(s.name) == plain), None)


def with_speaker(voices: Voices, name: str, role: str = "") -> tuple[Voices, str]:
    """The voices with a speaker of this name, and the speaker's id."""
    known = speaker_called(voices, name)
    if known is not None:
        return voices, known
    taken = {s.id for s in voices.speakers}
    stem = re.sub(r"\W+", "-", name.casefold()).strip("-_") or "person"
    ids = (stem if n == 1 else f"{stem}-{n}" for n in range(1, len(taken) + 2))
    new = Speaker(next(i for i in ids if i not in taken), name, role, (BY_A_PERSON,))
    return replace(voices, speakers=(*voices.speakers, new)), new.id


class FinalSpeakers:
    """The net effect of decisions, given in the order of replay: who says each word, and what everybody is called.

    `at` says where the words of each stand. What the machine's voices show already is not put over them once more.
    """

    def __init__(self, machine: Voices, decisions: Sequence[Decision], at: Mapping[str, Settled]) -> None:
        self._final_name: dict[str, tuple[str, str]] = {}
        self._final_speaker: dict[int, tuple[str | None, Decision]] = {}
        # Nothing is left of these, but that there is somebody of the name, who may be called otherwise later.
        self._creates_speaker: set[str] = set()
        later: list[Decision] = []
        for decision in reversed(decisions):
            value, place = decision.value, at.get(decision.id)
            if isinstance(value, PersonIs):
                names = (_text_or_empty(decision.seen.get("name")), _text_or_empty(decision.seen.get("role")))
                step = _renamed_to(names, value)
                self._final_name[decision.id], _ = _follow_renames(
                    step, reversed(later), names[0], value.id, decision
                )
                later.append(decision)
            elif isinstance(value, SpeakerOf) and place is not None:
                called, steps = _follow_renames((value.speaker, ""), reversed(later))
                holds = all(any(self.is_called(d, s) for s in machine.speakers) for d in steps)
                is_known = not value.speaker or speaker_called(machine, value.speaker) or (steps and holds)
                if not is_known and all(token in self._final_speaker for token in place.tokens):
                    self._creates_speaker.add(decision.id)
                for token in place.tokens:
                    # What changes it unseen is a conflict, and this stands.
                    if token not in self._final_speaker or is_unseen(self._final_speaker[token][1], decision):
                        self._final_speaker[token] = (called[0] if holds else None), decision

    def is_said(self, voices: Voices, decision: Decision, tokens: range) -> bool:
        """Whether a decision's words are said by those who shall say them in the end."""
        if decision.id in self._creates_speaker:
            return False
        called = {s.id: s for s in voices.speakers}
        said_by: dict[int, str | None] = {}
        for u in voices.utterances:
            if u.first < tokens.stop and tokens.start < u.last:
                said_by |= dict.fromkeys(range(u.first, u.last), u.speaker)
        return all(
            _is_same_speaker(called.get(said_by.get(t) or ""), self._final_speaker[t][0])
            and not self._is_overruled(decision, t)
            for t in tokens
        )

    def _is_overruled(self, decision: Decision, token: int) -> bool:
        """Whether somebody else had decided about a word before, unseen."""
        stands = self._final_speaker[token][1]
        return stands.order < decision.order and is_unseen(decision, stands)

    def is_called(self, decision: Decision, speaker: Speaker) -> bool:
        """Whether the person of a decision has the name and role that this and later decisions came to."""
        value = decision.value
        same = isinstance(value, PersonIs) and value.id == speaker.id
        return same and self._final_name[decision.id] == (speaker.name, speaker.role)


def _follow_renames(
    called: tuple[str, str],
    later: Iterable[Decision],
    before: str = "",
    person: str = "",
    last: Decision | None = None,
) -> tuple[tuple[str, str], list[Decision]]:
    """The name and role that somebody has after later decisions which saw them under a name of theirs, and which these are.

    They have been called `before`, too; without the id of a person it is the first who was seen under the name. What changes
    the `last` decision unseen is a conflict, and no step.
    """
    names, steps = {called[0], before} - {""}, []
    for decision in later:
        value = decision.value
        if not isinstance(value, PersonIs) or decision.seen.get("name") not in names:
            continue
        disagrees = last is not None and is_unseen(decision, last)
        if person in ("", value.id) and not disagrees:
            called, person, last = _renamed_to(called, value), value.id, decision
            names.add(called[0])
            steps.append(decision)
    return called, steps


def _renamed_to(called: tuple[str, str], value: PersonIs) -> tuple[str, str]:
    name, role = called
    return name if value.name is None else value.name, role if value.role is None else value.role


def _is_same_speaker(speaker: Speaker | None, name: str | None) -> bool:
    if speaker is None or not name:
        return speaker is None and name == ""
    return name == speaker.id or name_key(name) == name_key(speaker.name)


def _text_or_empty(value: object) -> str:
    return value if isinstance(value, str) else ""


def renamed(voices: Voices, speaker: str, name: str | None, role: str | None) -> Voices:
    """The voices with another name or role for this speaker; None leaves either as it is."""
    changed = (
        replace(
            s,
            name=s.name if name is None else name,
            role=s.role if role is None else role,
            evidence=s.evidence if BY_A_PERSON in s.evidence else (*s.evidence, BY_A_PERSON),
        )
        if s.id == speaker
        else s
        for s in voices.speakers
    )
    return replace(voices, speakers=tuple(changed))


def given_to(voices: Voices, tokens: Sequence[Token], first: int, last: int, speaker: str | None) -> Voices:
    """The voices with the tokens `[first, last)` said by `speaker`: utterances are cut at both ends, and turns follow."""
    utterances: list[Utterance] = []
    spans: list[tuple[str | None, Span]] = []
    for utterance in voices.utterances:
        if utterance.last <= first or utterance.first >= last or utterance.speaker == speaker:
            utterances.append(utterance)
            continue
        inside = max(utterance.first, first), min(utterance.last, last)
        spans.append((utterance.speaker, hull(t.span for t in tokens[slice(*inside)])))
        edges = sorted({utterance.first, *inside, utterance.last})
        for number, (a, b) in enumerate(pairwise(edges)):
            name = utterance.id if number == 0 else f"{utterance.id}.{number + 1}"
            utterances.append(Utterance(a, b, speaker if (a, b) == inside else utterance.speaker, name))
    turns = voices.turns
    for old, span in spans:
        turns = _turns_reassigned(turns, old, speaker, span)
    return replace(voices, utterances=_unique_ids(utterances), turns=_overlaps_marked(turns))


def _unique_ids(utterances: list[Utterance]) -> tuple[Utterance, ...]:
    """No id twice, where an utterance was cut more than once."""
    seen: set[str] = set()
    result = []
    for utterance in utterances:
        name, number = utterance.id, 2
        while name in seen:
            name, number = f"{utterance.id}.{number}", number + 1
        seen.add(name)
        result.append(utterance if name == utterance.id else replace(utterance, id=name))
    return tuple(result)


def _turns_reassigned(
    turns: tuple[Turn, ...], old: str | None, new: str | None, span: Span
) -> tuple[Turn, ...]:
    """Turns with `span` taken from one speaker and given to another; without any turns there is nothing to hand over."""
    if not turns:
        return ()
    kept: list[Turn] = []
    for turn in turns:
        if turn.speaker != old or not turn.span.overlap_ms(span):
            kept.append(turn)
            continue
        rests = (
            (turn.span.start_ms, span.start_ms),
            (span.end_ms, turn.span.end_ms),
        )
        kept += [replace(turn, span=Span(a, b)) for a, b in rests if b > a]
    if new is not None:
        mine = union([span, *(t.span for t in kept if t.speaker == new)])
        kept = [t for t in kept if t.speaker != new] + [Turn(new, s) for s in mine]
    return tuple(sorted(kept, key=lambda t: (t.span.start_ms, t.span.end_ms, t.speaker)))


def _overlaps_marked(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """Every turn says whether another speaks during it; looked up among neighbours in order of start."""
    marked = list(turns)
    overlapping: set[int] = set()
    open_turns: list[int] = []
    for k, turn in enumerate(turns):
        open_turns = [n for n in open_turns if turns[n].span.end_ms > turn.span.start_ms]
        for n in open_turns:
            if turns[n].speaker != turn.speaker and turns[n].span.overlap_ms(turn.span):
                overlapping |= {n, k}
        open_turns.append(k)
    for k, turn in enumerate(turns):
        if turn.overlap != (k in overlapping):
            marked[k] = replace(turn, overlap=k in overlapping)
    return tuple(marked)


def speakers_at(result: Voices, first: int, last: int) -> list[str | None]:
    """Who says the tokens `[first, last)`, each once, in order."""
    found = [u.speaker for u in result.utterances if u.first < last and first < u.last]
    return list(dict.fromkeys(found))


def called(result: Voices, speaker: str | None) -> str:
    """The display name of a speaker's id; the id itself without one, "" for None."""
    return next((s.name or s.id for s in result.speakers if s.id == speaker), speaker or "")


def all_names(result: Voices) -> str:
    """All speakers as one line: id and name."""
    return ", ".join(f"{s.id} ({s.name})" for s in result.speakers)


def person(
    result: Voices, machine: Voices, decision: Decision, value: PersonIs, at: Settled | None
) -> str | None:
    """Resolve the speaker that a decision means: who says its words, else who had the name or has the id; None for nobody.

    Ids are another person's after another run; the words are not, unless they were themselves given to somebody else since.
    """
    seen = str(decision.seen.get("name") or "")
    ids = {s.id for s in result.speakers}
    if at is not None:
        says = [s for v in (result, machine) for s in speakers_at(v, at.first, at.last) if s in ids]
        same_id = [s for s in says if s == value.id]
        same_name = [s for s in says if seen and called(result, s) == seen]
        chosen = next(iter(same_id or same_name or says), None)
        if chosen is not None:
            return chosen
    named = speaker_called(result, seen) if seen else None
    return named or (value.id if value.id in ids else None)
