"""Diarization of made-up voices: points in a room, so that who speaks in each piece is known by construction."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.speech.voices.scaling import Space
from pipeline.stages.speakers.claims import MIN_CLEAR_PIECE_MS, Claim
from pipeline.stages.speakers.diarize import (
    MIN_VOICE_ABSOLUTE_MS,
    MIN_VOICE_MS,
    Diarized,
    EmbeddedPieces,
    resegmented,
    voices,
)
from pipeline.stages.speakers.pieces import Piece
from pipeline.timing import Span
from pipeline.transcript import ProofKind
from tests.support.examples import examples

SIZE = 16
BETWEEN = 4.0
ROOM = Space(np.eye(SIZE, dtype=np.float32), np.full(SIZE, BETWEEN, np.float32))
# Three voices far from one another, one near the first, and the middle between the first two.
_FAR = 14
POINTS = {
    "a": _FAR * np.eye(SIZE)[0],
    "b": _FAR * np.eye(SIZE)[1],
    "c": _FAR * np.eye(SIZE)[2],
    "near a": _FAR * np.eye(SIZE)[0] + 2.5 * np.eye(SIZE)[3],
    "between": _FAR * (np.eye(SIZE)[0] + np.eye(SIZE)[1]) / 2,
}


def said(*who: str, ms: int = 3000, noise: float = 0.1, seed: int = 0, **cost: float) -> EmbeddedPieces:
    """A piece for each name; `*` before it makes it mute, `-` short; `cost` are its costs in nats."""
    rng = np.random.default_rng(seed)
    pieces, places, amounts, at = [], [], [], 0
    for n, name in enumerate(who):
        length = MIN_CLEAR_PIECE_MS - 1 if name.startswith("-") else ms
        pieces.append(
            Piece(Span(at, at + length), n, n + 1, **{"change": 1.0, **cost}, mute=name.startswith("*"))
        )
        places.append(POINTS[name.lstrip("*-")] + rng.normal(0, noise, SIZE))
        amounts.append(0.0 if name.startswith("*") else length / 1600)
        at += length
    shape = np.array(places, np.float32).reshape(-1, SIZE)
    return EmbeddedPieces(pieces, shape, np.array(amounts, np.float32), ROOM)


def label(key: str, *pieces: int, kind: ProofKind = ProofKind.LABEL) -> Claim:
    return Claim(kind, key, pieces, Span(0, 1), key.upper(), 1.0)


def labelled(key: str, *pieces: int) -> list[Claim]:
    """A label on each of the pieces."""
    return [label(key, k) for k in pieces]


def found(embedded: EmbeddedPieces, *claims: Claim, most: int | None = None, listed: int = 0) -> Diarized:
    return voices(embedded, claims, most, listed, {})


def who(diarized: Diarized) -> list[int]:
    return diarized.track.voices.tolist()


def same_grouping(numbers: list[int], names: list[str]) -> bool:
    return len(set(zip(numbers, names, strict=True))) == len(set(numbers)) == len(set(names))


@given(st.lists(st.sampled_from("abc"), min_size=1, max_size=8), st.integers(0, 1000))
@settings(max_examples=examples(15))
def test_clear_voices_are_told_apart(names: list[str], seed: int) -> None:
    names = [*names, *names]  # everybody comes back
    result = found(said(*names, noise=0.3, seed=seed))
    assert same_grouping(who(result), names)
    assert len(result.voices) == len(set(names))
    assert (result.track.certainty > 0.9).all() and not result.track.strange.any()
    assert result.inseparable == frozenset()


@pytest.mark.parametrize("names", [[], ["*a", "*b"]])
def test_where_nobody_speaks_there_is_no_voice(names: list[str]) -> None:
    result = found(said(*names))
    assert result.voices == [] and who(result) == [0] * len(names)
    assert result.track.certainty.tolist() == [0] * len(names) and result.track.strange.all()
    assert resegmented(result, said(*names), {0: "ann"}, labelled("ann", 0)) is result


def test_a_mute_piece_shows_no_voice_and_follows_its_neighbours() -> None:
    heard = found(said("a", "a", "*a", "b", "b", change=3.0))
    other = found(said("a", "a", "*c", "b", "b", change=3.0))
    assert len(other.voices) == 2
    assert who(other)[:2] + who(other)[3:] == who(heard)[:2] + who(heard)[3:]
    assert np.allclose(other.track.certainty, heard.track.certainty)
    first, second = who(found(said("a", "*c", "a", "b", "b")))[:2]
    assert first == second


def test_a_short_piece_makes_no_voice_but_where_there_are_no_longer_ones() -> None:
    assert len(found(said("a", "b", "-c", "-c", "-c", "a", "b")).voices) == 2
    short = found(said(*["-a", "-b"] * 4))
    assert same_grouping(who(short), ["a", "b"] * 4)


def test_a_voice_that_says_little_is_none() -> None:
    half = MIN_VOICE_MS // 2
    rest = said("a", "a", "b", "b", "c", ms=half - 1)  # c speaks for less than two seconds, a and b too
    assert len(found(rest).voices) == 1
    assert len(found(said("a", "a", "b", "b", "c", ms=half)).voices) == 2
    assert len(found(said("a", "a", "b", "b", "c", "c", ms=half)).voices) == 3


def test_a_second_of_a_voice_is_enough_where_voices_are_not_measured_by_one_another() -> None:
    def count(ms: int, absolute: bool) -> int:
        talk = said("a", "b", "c", ms=ms, noise=0)
        return len(found(replace(talk, space=replace(ROOM, absolute=absolute))).voices)

    assert count(MIN_VOICE_ABSOLUTE_MS, True) == 3
    assert count(MIN_VOICE_ABSOLUTE_MS - 1, True) == 1
    assert count(MIN_VOICE_ABSOLUTE_MS, False) == 1


def test_no_more_voices_than_a_person_gave() -> None:
    talk = said(*"abcabc")
    assert [len(found(talk, most=n).voices) for n in (1, 2, 3, 5)] == [1, 2, 3, 3]


def test_a_roster_bounds_the_voices_unless_they_differ_clearly() -> None:
    names = ["a", "b", "c"] * 2
    assert len(found(said(*names), listed=2).voices) == 3


def test_labels_divide_a_voice_that_is_two_peoples() -> None:
    talk = said(*"abab")
    claims = [*labelled("ann", 0, 2), *labelled("ben", 1, 3)]
    assert len(found(talk, most=1).voices) == 1
    result = found(talk, *claims, most=1)
    assert same_grouping(who(result), list("abab")) and result.inseparable == frozenset()
    clips = [label("ann", k, kind=ProofKind.ENROLLED) for k in (0, 2)]
    assert len(found(talk, *clips, *labelled("ben", 1, 3), most=1).voices) == 2


def test_words_of_introduction_and_single_labels_divide_nothing() -> None:
    talk = said(*"abab")
    named = [label("ann", k, kind=ProofKind.INTRODUCED) for k in (0, 2)]
    assert len(found(talk, *named, *labelled("ben", 1, 3), most=1).voices) == 1
    single = found(talk, *labelled("ann", 0, 2), label("ben", 1, 3), most=1)
    assert len(single.voices) == 1 and single.inseparable == frozenset()


def test_few_labels_among_many_are_taken_for_errors() -> None:
    names = ["a"] * 12 + ["b"] * 2
    claims = [*labelled("ann", *range(12)), *labelled("ben", 12, 13)]
    assert len(found(said(*names), *claims, most=1).voices) == 1  # 2 in 14
    assert len(found(said(*names), *claims[1:], most=1).voices) == 2  # 2 in 13


def test_people_with_one_voice_are_inseparable() -> None:
    names = ["a"] * 12
    result = found(
        said(*names, noise=0.3), *labelled("ann", *range(0, 12, 2)), *labelled("ben", *range(1, 12, 2))
    )
    assert len(result.voices) == 1
    assert result.inseparable == {frozenset(("ann", "ben"))}
    few = found(said(*names[:4]), *labelled("ann", 0, 2), *labelled("ben", 1, 3))
    assert len(few.voices) == 1 and few.inseparable == {frozenset(("ann", "ben"))}


@pytest.mark.parametrize(("wrong", "divided"), [(1, True), (3, False)])
def test_some_labels_may_be_wrong(wrong: int, divided: bool) -> None:
    names = ["a"] * 8 + ["b"] * 8
    ann = [*range(8 - wrong), *range(8, 8 + wrong)]
    ben = [k for k in range(16) if k not in ann]
    result = found(said(*names), *labelled("ann", *ann), *labelled("ben", *ben), most=1)
    assert (len(result.voices) == 2) is divided
    assert not divided or same_grouping(who(result), names)


def test_one_sentence_goes_on_and_a_dash_changes() -> None:
    going_on = said("a", "a", "-between", "a", "b", "b", change=4.5)
    assert who(found(going_on))[2] == who(found(going_on))[1]
    talk = said("a", "a", "-between", "b", "b")
    middle = talk.pieces[2]
    dashed = [*talk.pieces[:2], Piece(middle.span, 2, 3, change=0.3, stay=3.0), *talk.pieces[3:]]
    heard = found(EmbeddedPieces(dashed, talk.places, talk.amounts, ROOM))
    assert who(heard)[2] == who(heard)[3] != who(heard)[1]


def test_a_dash_is_somebody_else_though_the_same_goes_on_behind_it() -> None:
    talk = said("a", "a", "-between", "a", "a", "b", "b")
    assert who(found(talk))[2] == who(found(talk))[0]
    dashed = [*talk.pieces[:2], Piece(talk.pieces[2].span, 2, 3, change=0.3, stay=8.0), *talk.pieces[3:]]
    heard = who(found(EmbeddedPieces(dashed, talk.places, talk.amounts, ROOM)))
    assert heard[2] == heard[5] and heard[3] == heard[0]


def test_a_label_decides_where_the_voice_does_not() -> None:
    talk = said("a", "a", "-between", "b", "b")
    plain = found(talk)
    a, b = who(plain)[0], who(plain)[-1]
    owners = {a: "ann", b: "ben"}
    assert [who(resegmented(plain, talk, owners, [label(key, 2)]))[2] for key in ("ann", "ben")] == [a, b]


def test_a_clear_voice_outweighs_a_label_and_only_labels_of_owners_count() -> None:
    talk = said("a", "a", "b", "b", "-between", "b")
    plain = found(talk)
    a, b = who(plain)[0], who(plain)[2]
    owners = {a: "ann", b: "ben"}
    assert who(resegmented(plain, talk, owners, [label("ben", 0)]))[0] == a
    none = resegmented(plain, talk, owners, [])
    for claim in (label("zoe", 4), label("ann", 4, kind=ProofKind.ADDRESSED)):
        again = resegmented(plain, talk, owners, [claim])
        assert who(again) == who(none) and np.array_equal(again.track.certainty, none.track.certainty)


def test_a_label_counts_for_all_voices_of_its_person_and_the_rest_is_handed_on() -> None:
    talk = said("a", "a", "b", "b", "c", "c")
    plain = found(talk)
    a, b, c = (who(plain)[k] for k in (0, 2, 4))
    both = resegmented(plain, talk, {a: "ann", b: "ann", c: "ben"}, labelled("ann", 0, 2))
    assert who(both) == who(plain)
    middle = said("a", "a", "-between", "b", "b")
    plain_middle = found(middle)
    orders = ({0: "ann", 1: "ann"}, {1: "ann", 0: "ann"})
    first, second = (who(resegmented(plain_middle, middle, o, [label("ann", 2)])) for o in orders)
    assert first == second
    assert (both.inseparable, both.known) == (plain.inseparable, plain.known)


def test_what_is_known_of_a_clustering_is_used_again() -> None:
    talk = said(*"abab")
    first = found(talk)
    (key,) = first.known
    again = voices(talk, (), None, 0, first.known)
    assert who(again) == who(first) and again.known == first.known
    believed = voices(talk, (), None, 0, {key: [[0, 1, 2, 3]]})
    assert len(believed.voices) == 1


def heard(embedded: EmbeddedPieces, *sounds: tuple[float, float]) -> EmbeddedPieces:
    """Pieces whose mean embeddings are these."""
    return replace(embedded, sounds=np.array(sounds, np.float32))


ALIKE = ((1.0, 0.0), (1.0, 0.1), (1.0, 0.5), (1.0, 0.4))
UNLIKE = ((1.0, 0.0), (1.0, 0.1), (0.1, 1.0), (0.0, 1.0))


@pytest.mark.parametrize("ms", [1500, 2000, 2200])
def test_what_sounds_alike_in_a_short_recording_is_one_voice(ms: int) -> None:
    pieces = said("a", "a", "b", "b", ms=ms)
    assert len(found(pieces).voices) == 2
    assert len(found(heard(pieces, *ALIKE)).voices) == 1
    assert len(found(heard(pieces, *UNLIKE)).voices) == 2


def test_in_a_longer_recording_or_where_two_are_named_the_voices_stay_apart() -> None:
    short, long = said("a", "a", "b", "b", ms=2000), said("a", "a", "b", "b", ms=6000)
    assert len(found(heard(long, *ALIKE)).voices) == 2
    assert len(found(heard(short, *ALIKE), label("ana", 0), label("ben", 2)).voices) == 2
    assert len(found(heard(short, *ALIKE), label("ana", 0), label("ana", 2)).voices) == 1
    assert len(found(heard(said("a", "a", "b", "b", ms=2000, stay=3.0), *ALIKE)).voices) == 2


def test_three_groups_are_one_voice_only_where_all_sound_alike() -> None:
    pieces = said("a", "a", "b", "b", "c", "c", ms=2000)
    assert len(found(heard(pieces, *ALIKE, (1.0, 0.2), (1.0, 0.3))).voices) == 1
    assert len(found(heard(pieces, *ALIKE, (0.0, 1.0), (0.1, 1.0))).voices) == 3
