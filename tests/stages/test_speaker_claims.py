"""Evidence of who speaks, read from words, labels and the screen: what counts as a name, and for which pieces."""

from __future__ import annotations

import pytest

from pipeline.settings import Person
from pipeline.stages.speakers.claims import (
    WEIGHT,
    Claim,
    answers,
    by_labels,
    by_screen,
    by_words,
    introduced_names,
)
from pipeline.stages.speakers.pieces import Piece
from pipeline.stages.speakers.roster import Roster
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    EditorCue,
    Picture,
    ProofKind,
    ScreenText,
    Token,
    Verdict,
)

ROSTER = Roster.of([Person("Jax Beatty", "cotherapist"), Person("Tim Leighton, PhD", "therapist")])
JAX, TIM = (person.key for person in ROSTER.people)


def spoken(text: str, *cues: EditorCue) -> Aligned:
    tokens = (Token(word, Span(300 * n, 300 * n + 280)) for n, word in enumerate(text.split()))
    return Aligned(tuple(tokens), AlignmentReport(Verdict.IN_SYNC), cues)


def piece(first: int, last: int, mute: bool = False) -> Piece:
    return Piece(Span(300 * first, 300 * last), first, last, 1.5, mute=mute)


def claims_of(text: str) -> list[tuple[ProofKind, str]]:
    aligned = spoken(text)
    return [(c.kind, c.key) for c in by_words(aligned, [piece(0, len(aligned.tokens))], ROSTER)]


@pytest.mark.parametrize(
    "text",
    [
        "Hello, I'm Jax.",
        "hello, i am Jax Beatty and I work here",
        "My name is Jax Beatty.",
        "Everybody calls me that, so call me Jax",
        "I’m Jax",
    ],
)
def test_people_introduce_themselves(text: str) -> None:
    assert claims_of(text) == [(ProofKind.INTRODUCED, JAX)]


@pytest.mark.parametrize(
    "text",
    [
        "I'm Jax's sponsor.",
        "I'm jax",
        "I'm Robert.",
        'He said, "I\'m Jax" and left.',
        "I'm glad that Jax is here",
        "Tim Leighton told me so",
    ],
)
def test_not_every_name_is_an_introduction(text: str) -> None:
    assert claims_of(text) == []


def test_whoever_is_addressed_is_not_the_one_who_speaks() -> None:
    (claim,) = by_words(spoken("Well, Jax, what do you think?"), [piece(0, 6)], ROSTER)
    assert (claim.kind, claim.key, claim.pieces) == (ProofKind.ADDRESSED, JAX, (0,))
    assert claim.weight < 0
    assert claims_of("I asked Jax what to think.") == []
    assert claims_of("Jax. He told me what to think.") == []  # no comma: a name alone addresses nobody
    assert claims_of("I'm Tim, and this is, Tim, the end") == [(ProofKind.INTRODUCED, TIM)]


def test_mute_pieces_and_pieces_without_text_say_nothing() -> None:
    aligned = spoken("I'm Jax.")
    for silent in (piece(0, 2, mute=True), piece(0, 0)):
        assert list(by_words(aligned, [silent], ROSTER)) == []


def test_names_are_introduced_though_nobody_lists_them() -> None:
    assert introduced_names(spoken("Hi. My name is Rosa Diaz, and my name's Bob.")) == ["Rosa Diaz", "Bob"]


def asked(*pieces: Piece, voices: tuple[int, ...]) -> list[tuple[int, ...]]:
    question = Claim(ProofKind.ADDRESSED, JAX, (0,), pieces[0].span, "Jax, and you?", -0.6)
    return [c.pieces for c in answers([question], pieces, voices)]


def test_the_next_other_voice_answers() -> None:
    assert asked(piece(0, 3), piece(3, 6), piece(6, 9), voices=(0, 0, 1)) == [(2,)]
    assert asked(piece(0, 3), piece(3, 5), piece(6, 9), voices=(0, 1, 1)) == [(2,)]  # 0.6 s are too short
    assert asked(piece(0, 3), piece(3, 6, mute=True), piece(6, 9), voices=(0, 1, 2)) == [(2,)]
    assert asked(piece(0, 3), piece(17, 20), voices=(0, 1)) == []  # 4.2 s later
    assert asked(piece(0, 3), piece(16, 20), voices=(0, 1)) == [(1,)]


def test_a_label_holds_to_the_next_dash_and_no_further_than_its_cue() -> None:
    cue = EditorCue(0, 6, Span(0, 1800), label_at=((0, "JAX"),), dash_at=(4,))
    pieces = [piece(0, 2), piece(2, 4), piece(4, 6), piece(6, 8)]
    (claim,) = by_labels(spoken("a b c d e f g h", cue), pieces, ROSTER)
    assert (claim.key, claim.pieces, claim.weight) == (JAX, (0, 1), WEIGHT[ProofKind.LABEL])
    assert claim.span == Span(0, 1200)


@pytest.mark.parametrize(
    ("text", "top", "score", "key"),
    [
        ("Jax Beatty", 0.8, 0.9, JAX),
        ("JaxBeatty", 0.8, 0.9, JAX),
        ("Tim Leighton | Therapist", 0.8, 0.9, TIM),
        ("Lead\nTim Leighton", 0.8, 0.9, TIM),
        ("Jax Beatty", 0.3, 0.9, None),
        ("Jax Beatty", 0.8, 0.5, None),
        ("Robert Smith", 0.8, 0.9, None),
    ],
)
def test_lower_thirds_name_whoever_speaks_first_under_them(
    text: str, top: float, score: float, key: str | None
) -> None:
    picture = Picture(texts=(ScreenText(Span(0, 20_000), text, (0.1, top, 0.3, 0.1), score),))
    pieces = [piece(0, 10), piece(30, 40)]  # the second begins after nine seconds
    found = [(c.key, c.pieces) for c in by_screen(picture, pieces, ROSTER)]
    assert found == ([] if key is None else [(key, (0,))])
