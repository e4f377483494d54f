"""The time stamps of a script: how far they are off, and where a speech that was missed is looked for."""

from __future__ import annotations

import pytest

from pipeline.speech.aligner.listen import WordSpan
from pipeline.speech.aligner.pronounced import parts
from pipeline.stages.align import script_times
from pipeline.timing import Span
from pipeline.transcript import Verdict
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord, Written

SPEECHES = ("you came late", "nobody said so", "well yes", "the group was here", "I know that", "and so on")
STAMPS = (0, 4000, 9000, 14000, 20000, 31000)


def script(stamps: tuple[int | None, ...]) -> Subtitles:
    cues = tuple(
        SubtitlesCue(None, tuple(SubtitlesWord(w) for w in text.split()), written=Written((n,), ms))
        for n, (text, ms) in enumerate(zip(SPEECHES, stamps, strict=True), 1)
    )
    return Subtitles("x.txt", SubtitlesFormat.TEXT, cues)


def heard(given: Subtitles, starts_ms: tuple[int | None, ...]) -> list[WordSpan | None]:
    """Every word of a speech half a second after the one before; None for a speech that was missed."""
    found: list[WordSpan | None] = []
    for cue, start in zip(given.cues, starts_ms, strict=True):
        for n in range(len(cue.words)):
            at = None if start is None else Span(start + 500 * n, start + 500 * n + 400)
            found.append(None if at is None else WordSpan(at, 0.0, False))
    return found


@pytest.mark.parametrize(
    ("late_ms", "told"),
    [
        (300, "the script's 6 times fit the sound, from which every word was timed"),
        (
            65_000,
            "the script's 6 times stand 1:05 earlier than the sound; every word was timed from the sound",
        ),
    ],
)
def test_a_missed_speech_is_looked_for_by_its_stamp(late_ms: int, told: str) -> None:
    given = script(STAMPS)
    wanted = parts(given)
    times = tuple(None if n == 3 else ms + late_ms + 100 * (n % 3) for n, ms in enumerate(STAMPS))
    found = heard(given, times)
    sure = [n for n, f in enumerate(found) if f]
    relation = script_times.relation_of(given, wanted, found, sure)
    assert relation.verdict is Verdict.UNTIMED
    missed = script_times.starts(given, relation)[3]
    assert missed is not None and abs(missed - (STAMPS[3] + late_ms)) <= 300
    assert script_times.sentences(given, relation) == (told,)


def test_stamps_of_another_recording_say_nothing() -> None:
    given = script(STAMPS)
    wanted = parts(given)
    found = heard(given, (0, 90_000, 95_000, 300_000, 310_000, 900_000))
    relation = script_times.relation_of(given, wanted, found, list(range(len(found))))
    assert script_times.starts(given, relation) == [None] * 6
    assert script_times.sentences(given, relation) == (
        "the script's 6 times could not be put to the sound; every word was timed from the sound",
    )


def test_a_script_without_stamps_has_none() -> None:
    given = script((None,) * 6)
    relation = script_times.relation_of(given, parts(given), heard(given, STAMPS), [0, 3, 6])
    assert script_times.starts(given, relation) == [None] * 6
    assert script_times.sentences(given, relation) == ()
