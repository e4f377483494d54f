"""Speaker edits: reassign passages to a speaker, and rename a person or change their role everywhere."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from pipeline.edits.model import Decision, PersonIs
from pipeline.edits.placement import Settled
from pipeline.formats.document.reader import NAMED_BY_A_PERSON
from pipeline.timing import Span, hull, union
from pipeline.transcript import Speaker, Token, Turn, Utterance, Voices
from pipeline.words import name_key, numbered, slug

BY_A_PERSON = NAMED_BY_A_PERSON
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
    id_ = numbered(slug(name, "person"), {s.id for s in voices.speakers})
    new = Speaker(id_, name, role, (BY_A_PERSON,))
    return replace(voices, speakers=(*voices.speakers, new)), new.id


def with_person(voices: Voices, speaker: Speaker) -> Voices:
    """The voices with this speaker in place of the one who has their id."""
    return replace(voices, speakers=tuple(speaker if s.id == speaker.id else s for s in voices.speakers))


def renamed(speaker: Speaker, name: str | None, role: str | None) -> Speaker:
    """The speaker with another name or role; None leaves either as it is."""
    return replace(
        speaker,
        name=speaker.name if name is None else name,
        role=speaker.role if role is None else role,
        evidence=speaker.evidence if BY_A_PERSON in speaker.evidence else (*speaker.evidence, BY_A_PERSON),
    )


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


def said_by(voices: Voices, tokens: range) -> list[str | None]:
    """Who says each of these tokens, None where nobody knows."""
    found: dict[int, str | None] = {}
    for u in voices.utterances:
        if u.first < tokens.stop and tokens.start < u.last:
            found |= dict.fromkeys(range(u.first, u.last), u.speaker)
    return [found.get(token) for token in tokens]


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
