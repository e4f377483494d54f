"""Who spoke when, by name where the evidence agrees: voices from the sound, words from the text, names from both.

Pieces of speech are put into the room of voices, grouped, tracked through the recording and named by claims: labels, lower
thirds, words of introduction and address, clips. What cannot be told is said in `Voices.notes` or marked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.progress import Progress, silent
from pipeline.settings import Person, SpeakerSettings
from pipeline.stages.speakers import assembly, evidence, finding, limits, naming
from pipeline.stages.speakers.assembly import Said
from pipeline.stages.speakers.evidence import Claim
from pipeline.stages.speakers.finding import Found, Heard
from pipeline.stages.speakers.naming import Named
from pipeline.stages.speakers.pieces import Piece, cut
from pipeline.stages.speakers.roster import Roster
from pipeline.timing import Span
from pipeline.transcript import Aligned, Kind, Picture, ProofKind, Voices
from pipeline.voices import encoders, space
from pipeline.voices.encoders import Encoder

VERSION = 1
Floats = NDArray[np.float32]
Listen = Callable[[Sequence[Span], Progress], list[Floats | None]]
"""Gives the vectors of passages, shape (windows, size) each; None for one that cannot be heard now."""
Clips = Mapping[str, Sequence[tuple[Span, Floats]]]
"""By a person's name in the settings: passages of theirs and the vectors of each."""

# So sure, and over a window's length, a voice stands against a single label.
_CLEAR = 0.95


def run(
    listen: Listen,
    aligned: Aligned,
    regions: Sequence[Span],
    picture: Picture,
    people: Sequence[Person],
    clips: Clips,
    settings: SpeakerSettings,
    encoder: Encoder,
    progress: Progress = silent,
) -> Voices:
    """Who says each word, and when each voice is heard. `regions` is where there is speech, `people` the roster."""
    pieces = cut(aligned, regions)
    known = [*evidence.labels_of(aligned.editor_cues), *evidence.introduced_names(aligned)]
    roster = Roster.of(people, known)
    claims = [
        *evidence.by_labels(aligned, pieces, roster),
        *evidence.by_screen(picture, pieces, roster),
        *evidence.by_words(aligned, pieces, roster),
    ]
    heard, enrolled = _arranged(listen, pieces, clips, roster, encoder, progress)
    claims += enrolled
    found = finding.voices(heard, claims, settings.most or None, roster.listed)
    claims += list(evidence.answers(claims, heard.pieces, [int(v) for v in found.track.voices]))
    named = naming.names(found, heard, claims, encoder.sure)
    found = finding.again(found, heard, {v: n.key for v, n in named.items()}, claims)
    return _told(aligned, pieces, heard, found, named, claims, roster, encoder)


def _arranged(
    listen: Listen,
    pieces: Sequence[Piece],
    clips: Clips,
    roster: Roster,
    encoder: Encoder,
    progress: Progress,
) -> tuple[Heard, list[Claim]]:
    """Every piece, and every clip that a person gave, in one room of voices; clips come last and claim their voice."""
    spoken = [k for k, p in enumerate(pieces) if not p.mute]
    answers = dict(zip(spoken, listen([pieces[k].span for k in spoken], progress), strict=True))
    vectors = {k: v for k, v in answers.items() if v is not None}
    everyone = [p if k in vectors else replace(p, mute=True) for k, p in enumerate(pieces)]
    claims = []
    for name, passages in sorted(clips.items()):
        person = roster.match(name)
        if person is None or not passages:
            continue
        held = range(len(everyone), len(everyone) + len(passages))
        vectors |= dict(zip(held, (v for _, v in passages), strict=True))
        everyone += [Piece(span, 0, 0, 0.0) for span, _ in passages]
        weight, text = evidence.WEIGHT[ProofKind.ENROLLED], f"clip of {person.name}"
        whole = passages[0][0].hull(passages[-1][0])
        claims.append(Claim(ProofKind.ENROLLED, person.key, tuple(held), whole, text, weight))
    return _placed(everyone, vectors, len(pieces), encoder), claims


def _placed(pieces: Sequence[Piece], vectors: Mapping[int, Floats], own: int, encoder: Encoder) -> Heard:
    """Pieces in the room of voices; the first `own` of them are the recording's, whose mean is the room's centre."""
    at = sorted(vectors)
    room = encoder.trained or space.estimated([vectors[k] for k in at])
    amounts = np.zeros(len(pieces), np.float32)
    places = np.zeros((len(pieces), len(room.between)), np.float32)
    if at:
        amounts[at] = encoders.amounts([pieces[k].span for k in at])
        inside = amounts[at] * np.array([k < own for k in at])
        means = np.array([vectors[k].mean(axis=0) for k in at], np.float32)
        places[at] = room.place(means, inside if inside.any() else amounts[at])
    return Heard(pieces, places, amounts, room)


def _told(
    aligned: Aligned,
    pieces: Sequence[Piece],
    heard: Heard,
    found: Found,
    named: Mapping[int, Named],
    claims: Sequence[Claim],
    roster: Roster,
    encoder: Encoder,
) -> Voices:
    """The result: speakers, turns, utterances, and what could not be told."""
    order = _order(found, pieces)
    if len(order) < 2 and limits.several_expected(roster, claims):
        named = {}
    owned = {n.key for n in named.values()}
    labelled = _voiceless(claims, owned, heard, found, named)
    speakers, ids = assembly.speakers_of(order, named, roster, sorted(set(labelled.values())))
    alone = len(order) < 2 and limits.several_expected(roster, claims)
    said = [
        Said(labelled[k], 0.0) if k in labelled else _said(k, piece, aligned, found, {} if alone else ids)
        for k, piece in enumerate(pieces)
    ]
    voices = assembly.assemble(aligned, pieces, said, speakers)
    notes = tuple(limits.notes(found, named, heard, claims, roster, len(order), encoder.sure))
    return replace(voices, encoder=encoder.name, notes=notes)


def _voiceless(
    claims: Sequence[Claim], owned: set[str], heard: Heard, found: Found, named: Mapping[int, Named]
) -> dict[int, str]:
    """The pieces that labels give to people who have no voice of their own: believed where the pieces are too short to bear
    the voice of somebody else who has a name."""
    held: dict[int, str] = {}
    for claim in claims:
        if claim.kind is not ProofKind.LABEL or claim.key in owned:
            continue
        voice = naming.voice_of(claim, found, heard) if found.voices else None
        certain = min((float(found.track.certainty[k]) for k in claim.pieces), default=0.0)
        clear = certain >= _CLEAR and sum(float(heard.amounts[k]) for k in claim.pieces) >= 1
        if voice is None or voice not in named or not clear:
            held |= dict.fromkeys(claim.pieces, claim.key)
    return held


def _order(found: Found, pieces: Sequence[Piece]) -> list[int]:
    """The voices in order of their first piece."""
    said = zip(pieces, found.track.voices, found.track.strange, strict=False)
    return list(
        dict.fromkeys(int(v) for p, v, strange in said if found.voices and not p.mute and not strange)
    )


def _said(k: int, piece: Piece, aligned: Aligned, found: Found, ids: Mapping[int, str]) -> Said:
    """Who says a piece that no label of a voiceless person holds; sounds, strange voices and
    words that nobody speaks are nobody's."""
    tokens = aligned.tokens[piece.first : piece.last]
    wordless = piece.has_text and not any(t.kind is Kind.WORD for t in tokens)
    voice = int(found.track.voices[k])
    if voice not in ids or wordless or piece.absent or (found.track.strange[k] and not piece.mute):
        return Said(None, 0.0)
    return Said(ids[voice], 0.0 if piece.mute else float(found.track.certainty[k]))
