"""Limits of the diarization, in sentences for the user: untrained weights, inseparable people, labels and
given turns overruled by a voice."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from pipeline.stages.speakers.claims import LABELLING, Claim
from pipeline.stages.speakers.diarize import Diarized, EmbeddedPieces
from pipeline.stages.speakers.naming import Named, voice_of
from pipeline.stages.speakers.roster import Roster
from pipeline.timing import clock
from pipeline.transcript import ProofKind

# Times that a note lists before it only counts the rest.
_MAX_TIMES_SHOWN = 3


def several_expected(roster: Roster, claims: Sequence[Claim]) -> bool:
    """Whether the roster, or the labels, say that more than one person speaks."""
    return roster.listed > 1 or len({c.key for c in claims if c.kind in LABELLING}) > 1


def notes(
    found: Diarized,
    named: Mapping[int, Named],
    embedded: EmbeddedPieces,
    claims: Sequence[Claim],
    roster: Roster,
    voices: int,
    sure: bool,
) -> Iterator[str]:
    """Sentences for the user; `voices` is how many voices were found, `sure` whether the encoder has trained weights."""
    if not sure and voices:
        yield (
            "voices were told apart without trained weights, which is little better than guessing: words are given to people "
            "only where the subtitles label them. 'vignette models fetch speakers' brings the weights (81 MB)"
        )
    if voices == 1 and several_expected(roster, claims):
        expected = roster.listed if roster.listed > 1 else len({c.key for c in claims if c.kind in LABELLING})
        yield (
            f"could not separate the speakers: one voice was found where {expected} people are expected, "
            "so that names stand only where the subtitles have them"
        )
    for pair in sorted(sorted(roster[key].name for key in keys) for keys in found.inseparable):
        yield f"could not tell {' and '.join(pair)} apart by their voices"
    given = [c for c in claims if c.kind is ProofKind.TURNS]
    if given:
        people = len({c.key for c in given})
        yield (
            f"the given turns were taken as evidence: {len(given)} of {people} {'person' if people == 1 else 'people'} "
            "lie in speech"
        )
    for kind, what in ((ProofKind.LABEL, "label"), (ProofKind.TURNS, "turn")):
        against = list(_contradicted(found, named, embedded, claims, kind))
        if against:
            times = ", ".join(clock(c.span.start_ms) for c in against[:_MAX_TIMES_SHOWN])
            more = f" and {len(against) - _MAX_TIMES_SHOWN} more" if len(against) > _MAX_TIMES_SHOWN else ""
            where = "in the subtitles" if kind is ProofKind.LABEL else "that were given"
            yield (
                f"{len(against)} {what}{'s' if len(against) > 1 else ''} {where} did not fit the voice and gave way to it: "
                f"at {times}{more}"
            )


def _contradicted(
    found: Diarized,
    named: Mapping[int, Named],
    embedded: EmbeddedPieces,
    claims: Sequence[Claim],
    kind: ProofKind,
) -> Iterator[Claim]:
    """Labels, or given turns, of people who have a voice, on pieces that are mostly in the voice of another."""
    voiced = {n.key for n in named.values()}
    for claim in claims:
        if claim.kind is not kind or claim.key not in voiced:
            continue
        voice = voice_of(claim, found, embedded)
        if voice is not None and voice in named and named[voice].key != claim.key:
            yield claim
