"""Another diarization: evidence like labels are, weighed against voices and words, and told."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from pipeline.settings import Person
from pipeline.stages.speakers.given import doubled, is_number, unheard
from pipeline.timing import Span
from pipeline.transcript import ProofKind, Turn
from tests.support.speaker_makers import Stage, who_says


def turns_of(stage: Stage, names: dict[str, str]) -> list[Turn]:
    return [Turn(names[who], span) for span, who in stage.truth if who in names]


def test_names_of_the_file_name_voices() -> None:
    stage = Stage().talk("ann", "ben")
    voices = stage.voices(
        turns=turns_of(stage, {"ann": "Ann_Lee", "ben": "Ben"}), people=(Person("Ann Lee"),)
    )
    assert {s.name for s in voices.speakers} == {"Ann Lee", "Ben"}
    ann = next(s for s in voices.speakers if s.name == "Ann Lee")
    assert [p.kind for p in ann.proofs] == [ProofKind.TURNS] and "given turns" in ann.evidence[0]
    assert any("given turns were taken as evidence" in note for note in voices.notes)


@pytest.mark.parametrize(
    "numbers", [("SPEAKER_00", "SPEAKER_01"), ("1", "2"), ("A", "B"), ("spk-3", "spk-9")]
)
def test_numbers_name_nobody(numbers: tuple[str, str]) -> None:
    stage = Stage().talk("ann", "ben")
    voices = stage.voices(turns=turns_of(stage, dict(zip(("ann", "ben"), numbers, strict=True))))
    assert [s.name for s in voices.speakers] == ["Speaker 1", "Speaker 2"]
    assert not any(s.evidence for s in voices.speakers)


def test_numbers_divide_what_sounds_alike_and_join_what_does_not() -> None:
    stage = Stage(3)
    stage.alike("twin", "ann", 6.0)
    stage.talk("ann", "twin", rounds=6)
    assert len(stage.voices(most=1).speakers) == 1
    parted = stage.voices(most=1, turns=turns_of(stage, {"ann": "SPEAKER_00", "twin": "SPEAKER_01"}))
    assert len(parted.speakers) == 2
    two = Stage(5)
    two.alike("hoarse", "ann", 12.0)
    two.talk("ann", "hoarse", "ben", rounds=6)
    apart, joined = two.voices(), two.voices(turns=turns_of(two, {"ann": "s1", "hoarse": "s1", "ben": "s2"}))
    assert len(joined.speakers) == 2 <= len(apart.speakers)


def test_a_wrong_turn_gives_way_to_the_voice_and_is_told() -> None:
    stage = Stage().talk("ann", "ben", rounds=6)
    turns = turns_of(stage, {"ann": "Ann", "ben": "Ben"})
    turns[0] = replace(turns[0], speaker="Ben")
    voices = stage.voices(turns=turns)
    assert who_says(voices)[0] == "Ann"
    assert any("1 turn that were given did not fit" in note or "1 turn" in note for note in voices.notes)


def test_labels_outweigh_turns_that_are_all_swapped() -> None:
    stage = Stage().talk("ann", "ben", rounds=6, labelled=True)
    voices = stage.voices(turns=turns_of(stage, {"ann": "Ben", "ben": "Ann"}))
    labels = {who for _, who in stage.truth}
    right = [a == (b or "").casefold() for a, b in zip(
        [w for (_, w), c in zip(stage.truth, stage.cues, strict=True) for _ in range(c.first, c.last)],
        who_says(voices), strict=True)]  # fmt: skip
    assert labels == {"ann", "ben"} and all(right)


def test_speech_that_only_the_file_knows_of_is_listened_to() -> None:
    voiced = [Span(1000, 2000), Span(5000, 6000)]
    assert unheard([Turn("a", Span(1500, 3000)), Turn("b", Span(5000, 6100))], voiced) == (Span(2000, 3000),)
    assert unheard([], voiced) == ()


def test_two_at_once_are_doubled_where_both_are_known() -> None:
    heard = (Turn("x", Span(0, 5000)), Turn("y", Span(5000, 9000)))
    given = (Turn("A", Span(0, 5000)), Turn("B", Span(4000, 9000)))
    assert doubled(heard, given) == (Turn("x", Span(0, 5000), True), Turn("y", Span(4000, 9000), True))
    assert doubled(heard, (Turn("A", Span(0, 5000)), Turn("C", Span(4900, 5000)))) == heard
    assert doubled(heard, (*given[:1], Turn("Z", Span(2000, 3000)))) == heard


def test_what_is_a_number() -> None:
    assert all(map(is_number, ("SPEAKER_00", "speaker 1", "S12", "b", "0", "Spk-7", "Speakers_3")))
    assert not any(map(is_number, ("Ann", "MEE068", "Jo", "7 of 9", "Dr_Who", "R2-D2x")))


def test_many_turns_at_once_cost_time_in_proportion() -> None:
    """Nine voices of which two always speak: what was compared pair by pair took half a minute for ten hours."""
    count = 18_000
    found = [Turn(f"speaker-{n % 9}", Span(n * 2000, n * 2000 + 2000)) for n in range(count)]
    told = [Turn(f"s{n % 9}", Span(n * 2000, n * 2000 + 2400)) for n in range(count)]
    since = time.process_time()
    both = doubled(found, told)
    assert time.process_time() - since < 10
    assert len(both) == count and sum(t.overlap for t in both) == count


def test_turns_of_one_speaker_that_overlap_are_one() -> None:
    found = [Turn("speaker-1", Span(0, 4000)), Turn("speaker-2", Span(4000, 9000))]
    told = [Turn("a", Span(0, 3000)), Turn("a", Span(1000, 5000)), Turn("b", Span(4000, 9000))]
    assert doubled(found, told) == (
        Turn("speaker-1", Span(0, 5000), True),
        Turn("speaker-2", Span(4000, 9000), True),
    )
