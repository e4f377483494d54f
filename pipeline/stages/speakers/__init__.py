"""Who spoke when, by name where the evidence agrees: voices from the sound, words from the text, names from both.

Pieces of speech are put into the room of voices, grouped, tracked through the recording and named by claims: labels, lower
thirds, words of introduction and address, clips. What cannot be told is said in `Voices.notes` or marked.
"""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from pipeline.progress import Progress, silent
from pipeline.settings import Person, SpeakerSettings
from pipeline.sound import Audio
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
Clips = Mapping[str, tuple[Audio, Span]]
"""By a person's name in the settings: sound of theirs, and where in it they speak."""

# Enrolled speech is cut into pieces of this length.
_CLIP_PIECE_MS = 2400
# So sure, and over a window's length, a voice stands against a single label.
_CLEAR = 0.95


def run(
    audio: Audio,
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
    heard, enrolled = _listen(audio, pieces, clips, roster, encoder, progress)
    claims += enrolled
    found = finding.voices(heard, claims, settings.most or None, roster.listed)
    claims += evidence.answers(claims, heard.pieces, [int(v) for v in found.track.voices])
    named = naming.names(found, heard, claims, encoder.sure)
    found = finding.again(found, heard, {v: n.key for v, n in named.items()}, claims)
    return _told(aligned, pieces, heard, found, named, claims, roster, encoder)


def _listen(
    audio: Audio, pieces: Sequence[Piece], clips: Clips, roster: Roster, encoder: Encoder, progress: Progress
) -> tuple[Heard, list[Claim]]:
    """Every piece, and every clip that a person gave, in one room of voices; clips come last and claim their voice."""
    spoken = [k for k, p in enumerate(pieces) if not p.mute]
    vectors = encoders.listen(audio, [pieces[k].span for k in spoken], encoder, progress)
    guests: list[Piece] = []
    claims: list[Claim] = []
    for name, (sound, span) in sorted(clips.items()):
        person = roster.match(name)
        if person is None:
            continue
        parts = [s for s in _parts(span) if s.duration_ms >= evidence.SHORT_MS]
        vectors += encoders.listen(sound, parts, encoder)
        first = len(pieces) + len(guests)
        guests += [Piece(part, 0, 0, 0.0) for part in parts]
        held = tuple(range(first, first + len(parts)))
        weight = evidence.WEIGHT[ProofKind.ENROLLED]
        claims.append(Claim(ProofKind.ENROLLED, person.key, held, span, f"clip of {person.name}", weight))
    everyone = [*pieces, *guests]
    at = [*spoken, *range(len(pieces), len(everyone))]
    room = encoder.trained or space.estimated(vectors)
    amounts = np.zeros(len(everyone), np.float32)
    amounts[at] = encoders.amounts([everyone[k].span for k in at])
    places = np.zeros((len(everyone), len(room.between)), np.float32)
    if at:
        own = amounts[at] * np.array([k < len(pieces) for k in at])
        means = np.array([v.mean(axis=0) for v in vectors], np.float32)
        places[at] = room.place(means, own if own.any() else amounts[at])
    return Heard(everyone, places, amounts, room), claims


def _parts(span: Span) -> list[Span]:
    count = max(1, round(span.duration_ms / _CLIP_PIECE_MS))
    edges = [span.start_ms + span.duration_ms * k // count for k in range(count + 1)]
    return [Span(a, b) for a, b in itertools.pairwise(edges)]


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
