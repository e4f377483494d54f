"""Turns, utterances and the table of speakers, from pieces whose speakers are given."""

from __future__ import annotations

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import Person
from pipeline.stages.speakers.assembly import (
    MIN_OVERLAP_MS,
    Attributed,
    _overlapping,
    assemble,
    sentence,
    speakers_of,
)
from pipeline.stages.speakers.naming import Named
from pipeline.stages.speakers.pieces import Piece
from pipeline.stages.speakers.roster import Roster
from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, Proof, ProofKind, Speaker, Token, Verdict

PEOPLE = (Speaker("ann", "Ann"), Speaker("ben", "Ben"), Speaker("cat", "Cat"))
PROOF = Proof(ProofKind.LABEL, Span(61_000, 62_000), "JAX", 2, 0.9)


@given(
    st.lists(
        st.tuples(st.integers(0, 5000), st.integers(0, 2000), st.sampled_from(("ann", "ben", ""))),
        max_size=12,
    )
)
def test_overlaps_are_those_that_every_pair_shows(drawn: list[tuple[int, int, str]]) -> None:
    spans = sorted((Span(start, start + length), who) for start, length, who in drawn)
    expected: set[int] = set()
    for (a, (one, who)), (b, (other, whose)) in combinations(enumerate(spans), 2):
        if who != whose and one.overlap_ms(other) >= MIN_OVERLAP_MS:
            expected |= {a, b}
    assert _overlapping(spans) == expected


@st.composite
def talks(draw: st.DrawFn) -> tuple[Aligned, list[Piece], list[Attributed]]:
    """Pieces of one to four words, one after the other, each with a speaker or none."""
    tokens: list[Token] = []
    pieces: list[Piece] = []
    at = 0
    for count in draw(st.lists(st.integers(1, 4), min_size=1, max_size=8)):
        first, start = len(tokens), at
        for _ in range(count):
            tokens.append(Token("word", Span(at, at + 300)))
            at += 300
        pieces.append(Piece(Span(start, at), first, len(tokens), 1.5, mute=draw(st.booleans())))
        at += draw(st.sampled_from((0, 200, 900)))
    said = [
        Attributed(draw(st.sampled_from((None, "ann", "ben"))), draw(st.floats(0, 1, allow_nan=False)))
        for _ in pieces
    ]
    return Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC)), pieces, said


@given(talks())
def test_every_token_is_in_one_utterance_of_one_speaker(
    talk: tuple[Aligned, list[Piece], list[Attributed]],
) -> None:
    aligned, pieces, said = talk
    voices = assemble(aligned, pieces, said, said, PEOPLE)
    covered = [i for u in voices.utterances for i in range(u.first, u.last)]
    assert covered == list(range(len(aligned.tokens)))
    speaker_of = [a.speaker for p, a in zip(pieces, said, strict=True) for _ in range(p.first, p.last)]
    assert all({speaker_of[i] for i in range(u.first, u.last)} == {u.speaker} for u in voices.utterances)
    heard = {a.speaker for p, a in zip(pieces, said, strict=True) if a.speaker and not p.mute}
    assert {t.speaker for t in voices.turns} == heard
    present = heard | {u.speaker for u in voices.utterances}
    assert [s.id for s in voices.speakers] == [s.id for s in PEOPLE if s.id in present]


def test_short_pauses_are_inside_a_turn_and_long_ones_or_others_end_it() -> None:
    spans = [(0, 1000, "ann"), (1500, 2500, "ann"), (3001, 4000, "ann"), (4000, 5000, "ben")]
    tokens = tuple(Token("word", Span(a, b)) for a, b, _ in spans)
    pieces = [Piece(Span(a, b), n, n + 1, 1.5) for n, (a, b, _) in enumerate(spans)]
    said = [Attributed(who, 1.0) for *_, who in spans]
    voices = assemble(Aligned(tokens, AlignmentReport(Verdict.IN_SYNC)), pieces, said, said, PEOPLE)
    assert [(t.speaker, t.span) for t in voices.turns] == [
        ("ann", Span(0, 2500)), ("ann", Span(3001, 4000)), ("ben", Span(4000, 5000)),
    ]  # fmt: skip


def test_an_utterance_is_uncertain_when_most_of_it_is() -> None:
    tokens = tuple(Token("word", Span(1000 * n, 1000 * n + 1000)) for n in range(4))
    pieces = [Piece(t.span, n, n + 1, 1.5) for n, t in enumerate(tokens)]
    for sure, is_uncertain in ((4, False), (2, False), (1, True)):
        said = [Attributed("ann", 0.9 if n < sure else 0.5) for n in range(4)]
        (utterance,) = assemble(
            Aligned(tokens, AlignmentReport(Verdict.IN_SYNC)), pieces, said, said, PEOPLE
        ).utterances
        assert utterance.uncertain is is_uncertain


def test_naming_one_voice_does_not_renumber_the_others() -> None:
    roster = Roster.of([Person("Jax Beatty", "cotherapist")])
    key = roster.people[0].key
    named = {7: Named(key, (PROOF,))}
    speakers, ids = speakers_of([3, 7, 5], named, roster, [])
    assert [s.name for s in speakers] == ["Speaker 1", "Jax Beatty", "Speaker 3"]
    assert ids == {3: "speaker-1", 7: key, 5: "speaker-3"}
    twice, _ = speakers_of([7, 8], named | {8: Named(key, (PROOF,))}, roster, [])
    assert [(s.id, len(s.proofs)) for s in twice] == [(key, 2)]
    labelled, _ = speakers_of([], {}, roster, [key])
    assert [s.evidence for s in labelled] == [("labelled so in the subtitles",)]


def test_a_proof_says_what_it_is_where_and_how_often() -> None:
    assert sentence(PROOF) == "the subtitles' label 'JAX' at 1:01, 2 times (90% of the evidence)"
