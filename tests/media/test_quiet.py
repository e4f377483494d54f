"""Silence is told only where nothing else is heard: room tone is silence, music and rain are not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from pipeline.media.audio import Audio
from pipeline.media.quiet import LEAST_MUSIC_MS, SilenceDetector, music
from pipeline.stages.align import pauses
from pipeline.timing import SAMPLES_PER_MS, Span
from pipeline.transcript import Aligned, AlignmentReport, Kind, Token, Verdict

SECOND = 1000 * SAMPLES_PER_MS
LENGTH_MS = 12_000
Sound = NDArray[np.float64]


def noise(level_db: float, seconds: float = 12, seed: int = 0) -> Sound:
    return np.random.default_rng(seed).normal(0, 10 ** (level_db / 20), int(seconds * SECOND))


def melody(level_db: float) -> Sound:
    """Half a second a note, each with two overtones."""
    notes = np.random.default_rng(1).choice((262, 294, 330, 349, 392, 440, 494, 523), 24)
    phase = 2 * np.pi * np.cumsum(np.repeat(notes, SECOND // 2)) / SECOND
    tones = np.sin(phase) + 0.5 * np.sin(2 * phase) + 0.3 * np.sin(3 * phase)
    return np.asarray(tones * 10 ** (level_db / 20))


def cough() -> Sound:
    sound = np.zeros(12 * SECOND)
    sound[3 * SECOND : int(3.5 * SECOND)] = noise(-20, 0.5)
    return sound


def recording(middle: Sound, room_db: float) -> tuple[Audio, list[Span], Span]:
    """Ten seconds of talk at -20 dB, a pause that holds `middle`, talk again; the room is heard throughout."""
    talk = noise(-20, 10, 2) * np.sin(np.arange(10 * SECOND) / 3000) ** 2
    samples = np.concatenate([talk, middle, talk])
    samples = samples + noise(room_db, len(samples) / SECOND, 3)
    audio = Audio((np.clip(samples, -1, 1) * 32767).astype(np.int16))
    speech = [Span(0, 10_000), Span(10_000 + LENGTH_MS, audio.duration_ms)]
    return audio, speech, Span(10_000, 10_000 + LENGTH_MS)


NOTHING = np.zeros(12 * SECOND)


@pytest.mark.parametrize(
    ("middle", "room_db", "still"),
    [
        (NOTHING, -60, True),
        (NOTHING, -40, True),  # a noisy room is as noisy while nobody speaks
        (NOTHING, -120, True),
        (cough(), -60, True),
        (melody(-20), -60, False),
        (melody(-45), -60, False),
        (melody(-55), -120, False),
        (noise(-34), -60, False),  # rain
    ],
    ids=["room", "noisy room", "nothing at all", "a cough", "music", "soft music", "very soft music", "rain"],
)
def test_only_a_still_stretch_is_told_as_silence(middle: Sound, room_db: float, still: bool) -> None:
    audio, speech, stretch = recording(middle, room_db)
    assert SilenceDetector(audio, speech)(stretch) is still
    before, after = Token("Yes.", Span(9000, 9900)), Token("No.", Span(22_100, 23_000))
    aligned = Aligned((before, after), AlignmentReport(Verdict.IN_SYNC))
    told = pauses.marked(aligned, speech, "en", SilenceDetector(audio, speech)).tokens
    assert [t.kind for t in told if t.kind is Kind.PAUSE] == [Kind.PAUSE] * still


def test_nothing_is_claimed_where_nothing_can_be_told() -> None:
    audio, speech, _ = recording(NOTHING, -60)
    assert not SilenceDetector(audio, [])(Span(10_000, 22_000))
    assert not SilenceDetector(audio, speech)(Span(10_000, 10_500))


@pytest.mark.parametrize("level_db", [-20, -40, -50])
@pytest.mark.parametrize(("begin_ms", "length_ms"), [(1000, 900), (3000, 2400), (500, 11_000)])
def test_music_between_words_is_found_to_the_second(level_db: float, begin_ms: int, length_ms: int) -> None:
    middle = np.zeros(12 * SECOND)
    place = slice(begin_ms * SAMPLES_PER_MS, (begin_ms + length_ms) * SAMPLES_PER_MS)
    middle[place] = melody(level_db)[: length_ms * SAMPLES_PER_MS]
    audio, speech, _ = recording(middle, -70)
    (found,) = music(audio, speech)
    assert abs(found.start_ms - (10_000 + begin_ms)) <= 250
    assert abs(found.end_ms - (10_000 + begin_ms + length_ms)) <= 250


@pytest.mark.parametrize(
    "middle",
    [
        NOTHING,
        cough(),
        noise(-34),
        np.sin(np.arange(12 * SECOND) * 2 * np.pi * 50 / SECOND) * 0.05,
        melody(-90),
    ],
    ids=["room", "a cough", "rain", "hum of the mains", "music that nobody hears"],
)
def test_what_is_no_music_is_not_taken_for_it(middle: Sound) -> None:
    audio, speech, _ = recording(middle, -60)
    assert music(audio, speech) == ()


def test_a_short_tone_and_music_under_words_are_left_out() -> None:
    short = np.zeros(12 * SECOND)
    short[4 * SECOND : 4 * SECOND + (LEAST_MUSIC_MS - 200) * SAMPLES_PER_MS] = melody(-20)[
        : (LEAST_MUSIC_MS - 200) * SAMPLES_PER_MS
    ]
    audio, speech, _ = recording(short, -60)
    assert music(audio, speech) == ()
    audio, speech, stretch = recording(melody(-20), -60)
    assert music(audio, [*speech, stretch]) == ()
