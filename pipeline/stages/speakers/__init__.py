"""Speaker diarization and identification: who speaks when, under which name, with the proof of each name.

Pieces of speech are embedded, clustered into voices, assigned to them by a hidden Markov model, and the voices named by claims:
labels, lower thirds, words of introduction and address, clips. What could not be decided is said in `Voices.notes` or marked.

    pieces     the speech divided where the speaker may change
    roster     the people who may speak, and which of them a written name means
    claims     evidence of who somebody is
    diarize    voices, and which piece is whose
    naming     voices given names by votes of claims
    attribute  every piece given to a speaker
    assembly   speakers, turns and utterances from pieces
    notes      sentences about what could not be decided

`run` is the stage; `pipeline.speech.voices` holds the embeddings, the clustering and the tracking.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from pipeline.progress import Progress, silent
from pipeline.settings import Person, SpeakerSettings
from pipeline.speech.voices import embeddings, scaling
from pipeline.speech.voices.clustering import Known
from pipeline.speech.voices.embeddings import Encoder
from pipeline.stages.speakers import attribute, diarize, naming
from pipeline.stages.speakers.claims import (
    WEIGHT,
    Claim,
    answers,
    by_labels,
    by_screen,
    by_words,
    introduced_names,
    labels_of,
)
from pipeline.stages.speakers.diarize import EmbeddedPieces
from pipeline.stages.speakers.pieces import Piece, cut
from pipeline.stages.speakers.roster import Roster
from pipeline.timing import Span
from pipeline.transcript import Aligned, Picture, ProofKind, Voices

VERSION = 5
Floats = NDArray[np.float32]
Embed = Callable[[Sequence[Span], Progress], list[Floats | None]]
"""Gives the embeddings of passages, shape (windows, size) each; None for one that cannot be heard now."""
Clips = Mapping[str, Sequence[tuple[Span, Floats]]]
"""Enrolment: by a person's name in the settings, passages of theirs with the embeddings of each, shape (windows, size)."""


def run(
    embed: Embed,
    aligned: Aligned,
    regions: Sequence[Span],
    picture: Picture,
    people: Sequence[Person],
    clips: Clips,
    settings: SpeakerSettings,
    encoder: Encoder,
    progress: Progress = silent,
) -> Voices:
    """Who says each word, and when each voice is heard. `regions` are those of speech, `people` the roster."""
    return run_again(embed, aligned, regions, picture, people, clips, settings, encoder, {}, progress)[0]


def run_again(
    embed: Embed,
    aligned: Aligned,
    regions: Sequence[Span],
    picture: Picture,
    people: Sequence[Person],
    clips: Clips,
    settings: SpeakerSettings,
    encoder: Encoder,
    known: Known,
    progress: Progress = silent,
) -> tuple[Voices, Known]:
    """As `run`, with the clusters of an earlier run, which are taken where the very same pieces are to be clustered; and the
    clusters for the next one."""
    pieces = cut(aligned, regions)
    roster = Roster.of(people, [*labels_of(aligned.editor_cues), *introduced_names(aligned)])
    claims = [
        *by_labels(aligned, pieces, roster),
        *by_screen(picture, pieces, roster),
        *by_words(aligned, pieces, roster),
    ]
    embedded, enrolled = _embedded(embed, pieces, clips, roster, encoder, progress)
    claims += enrolled
    found = diarize.voices(embedded, claims, settings.most or None, roster.listed, known)
    claims += list(answers(claims, embedded.pieces, [int(v) for v in found.track.voices]))
    named = naming.names(found, embedded, claims, encoder.sure)
    found = diarize.resegmented(found, embedded, {v: n.key for v, n in named.items()}, claims)
    voices = attribute.attributed(aligned, pieces, embedded, found, named, claims, roster, encoder)
    return voices, found.known


def _embedded(
    embed: Embed,
    pieces: Sequence[Piece],
    clips: Clips,
    roster: Roster,
    encoder: Encoder,
    progress: Progress,
) -> tuple[EmbeddedPieces, list[Claim]]:
    """Every piece, and every clip that a person gave, in one speaker space; clips come last, each with a claim to its voice."""
    spoken = [k for k, p in enumerate(pieces) if not p.mute]
    heard = dict(zip(spoken, embed([pieces[k].span for k in spoken], progress), strict=True))
    vectors = {k: v for k, v in heard.items() if v is not None}
    everyone = [p if k in vectors else replace(p, mute=True) for k, p in enumerate(pieces)]
    claims = []
    for name, passages in sorted(clips.items()):
        person = roster.match(name)
        if person is None or not passages:
            continue
        held = range(len(everyone), len(everyone) + len(passages))
        vectors |= dict(zip(held, (v for _, v in passages), strict=True))
        everyone += [Piece(span, 0, 0, 0.0) for span, _ in passages]
        weight, text = WEIGHT[ProofKind.ENROLLED], f"clip of {person.name}"
        whole = passages[0][0].hull(passages[-1][0])
        claims.append(Claim(ProofKind.ENROLLED, person.key, tuple(held), whole, text, weight))
    return _projected(everyone, vectors, len(pieces), encoder), claims


def _projected(
    pieces: Sequence[Piece], vectors: Mapping[int, Floats], own_count: int, encoder: Encoder
) -> EmbeddedPieces:
    """Pieces in the speaker space; its origin is the mean of the first `own_count`, which are the recording's own."""
    at = sorted(vectors)
    space = encoder.trained or scaling.estimated([vectors[k] for k in at])
    amounts = np.zeros(len(pieces), np.float32)
    places = np.zeros((len(pieces), len(space.between)), np.float32)
    sounds = None
    if at:
        amounts[at] = embeddings.amounts([pieces[k].span for k in at])
        inside = amounts[at] * np.array([k < own_count for k in at])
        means = np.array([vectors[k].mean(axis=0) for k in at], np.float32)
        places[at] = space.place(means, inside if inside.any() else amounts[at])
        if encoder.trained:
            sounds = np.zeros((len(pieces), means.shape[1]), np.float32)
            sounds[at] = means
    return EmbeddedPieces(pieces, places, amounts, space, sounds)
