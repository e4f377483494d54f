"""Speaker diarization and identification: who speaks when, under which name, with the proof of each name.

Pieces of speech are embedded, clustered into voices, assigned to them by a hidden Markov model, and the voices named by claims:
labels, lower thirds, words of introduction and address, clips. What could not be decided is said in `Voices.notes` or marked.

    pieces     the speech divided where the speaker may change
    roster     the people who may speak, and which of them a written name means
    claims     evidence of who somebody is
    given      the turns of another diarization, as such evidence
    places     pieces and clips in the space where voices are compared
    diarize    voices, and which piece is whose
    naming     voices given names by votes of claims
    attribute  every piece given to a speaker
    assembly   speakers, turns and utterances from pieces
    lasting    turns as long as people speak
    crossed    a second turn where two people speak at once
    second_voice  whose it is
    order      turns looked up by time
    notes      sentences about what could not be decided

`run` is the stage; `pipeline.speech.voices` holds the embeddings, the clustering and the tracking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from pipeline.progress import Progress, silent
from pipeline.settings import Person, SpeakerSettings
from pipeline.speech.voices.clustering import Known
from pipeline.speech.voices.embeddings import Encoder
from pipeline.stages.speakers import attribute, crossed, diarize, given, lasting, naming, places, second_voice
from pipeline.stages.speakers.claims import (
    answers,
    by_labels,
    by_screen,
    by_words,
    introduced_names,
    labels_of,
)
from pipeline.stages.speakers.pieces import cut
from pipeline.stages.speakers.places import Clips, Embed
from pipeline.stages.speakers.roster import Roster
from pipeline.timing import Span, disjoint_from, union
from pipeline.transcript import Aligned, LocalSpeakers, Picture, Turn, Voices


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
    voiced: Sequence[Span] = (),
    turns: Sequence[Turn] = (),
    local: LocalSpeakers | None = None,
) -> Voices:
    """Who says each word, and when each voice is heard. `regions` are those of speech, `people` the roster; `voiced` is when
    anybody speaks, pauses for breath and faint speech included; `turns` are those of another diarization; `local` is what a
    speaker segmentation heard, which then made `voiced`."""
    return run_again(
        embed, aligned, regions, picture, people, clips, settings, encoder, {}, progress, voiced, turns, local
    )[0]


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
    voiced: Sequence[Span] = (),
    turns: Sequence[Turn] = (),
    local: LocalSpeakers | None = None,
) -> tuple[Voices, Known]:
    """As `run`, with the clusters of an earlier run, which are taken where the very same pieces are to be clustered; and the
    clusters for the next one."""
    faint = disjoint_from(voiced, regions)
    unheard = given.unheard(turns, union([*voiced, *regions]))
    wordless = crossed.heard_twice(regions, voiced) if local else regions
    pieces = cut(aligned, regions, [*faint, *unheard], wordless)
    names = [t.speaker for t in turns]
    labels = [*labels_of(aligned.editor_cues), *(n for n in names if not given.is_number(n))]
    numbers = [n for n in names if given.is_number(n)]
    roster = Roster.of(people, [*labels, *introduced_names(aligned)], numbers)
    claims = [
        *by_labels(aligned, pieces, roster),
        *given.by_turns(turns, pieces, roster),
        *by_screen(picture, pieces, roster),
        *by_words(aligned, pieces, roster),
    ]
    embedded, enrolled, halves = places.placed(embed, pieces, clips, roster, encoder, progress)
    claims += enrolled
    found = diarize.voices(embedded, claims, settings.most or None, roster.listed, known)
    claims += list(answers(claims, embedded.pieces, [int(v) for v in found.track.voices]))
    named = naming.names(found, embedded, claims, encoder.sure)
    pieces, embedded, claims = halves.pieces, halves.embedded, halves.moved(claims)
    found = diarize.resegmented(found, embedded, {v: n.key for v, n in named.items()}, claims)
    voices = attribute.attributed(aligned, pieces, embedded, found, named, claims, roster, encoder)
    lasts = lasting.filled(voices.turns, voiced, pieces)
    if local:
        spans = [c.span for c in local.crossings]
        apart = embedded.space.absolute
        known_seconds = second_voice.seconds(embed, spans, lasts, embedded) if apart else None
        lasts = crossed.doubled(lasts, local.crossings, known_seconds)
    return replace(voices, turns=given.doubled(lasts, turns) if turns else lasts), found.known
