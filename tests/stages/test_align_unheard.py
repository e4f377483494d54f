"""Speech that nobody understood is a stretch to listen to, and music is none."""

from __future__ import annotations

from pipeline.stages.align.unheard import marked
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Heard,
    Kind,
    Passage,
    SoundEvent,
    SoundKind,
    Token,
    Verdict,
)

WORDS = (Token("Hello", Span(1000, 1400)), Token("there.", Span(1400, 1900)), Token("Bye.", Span(9000, 9500)))
REGIONS = (Span(900, 2000), Span(4000, 5000), Span(8900, 9600))
FAINT = Span(6000, 7500)
HEARD = Heard("whisper", "m", False, WORDS, REGIONS, voiced=(*REGIONS[:2], FAINT, REGIONS[2]))


def passages(aligned: Aligned, heard: Heard = HEARD, given: bool = False) -> list[tuple[int, int, int]]:
    found = marked(aligned, heard, given).report.speech_without_text
    return [(p.span.start_ms, p.span.end_ms, p.first) for p in found]


def aligned(*known: Passage, tokens: tuple[Token, ...] = WORDS) -> Aligned:
    return Aligned(tokens, AlignmentReport(Verdict.IN_SYNC, speech_without_text=known))


def test_recognized_words_leave_all_other_speech() -> None:
    assert passages(aligned()) == [(4000, 5000, 2), (6000, 7500, 2)]
    assert passages(aligned(tokens=())) == [(900, 2000, 0), (4000, 5000, 0), (6000, 7500, 0), (8900, 9600, 0)]


def test_of_given_text_only_faint_speech_is_added() -> None:
    assert passages(aligned(Passage(Span(4000, 5000), 2, 2)), given=True) == [
        (4000, 5000, 2),
        (6000, 7500, 2),
    ]
    assert passages(aligned(), given=True) == [(6000, 7500, 2)]


def test_what_is_marked_as_unclear_and_what_is_music_has_its_text() -> None:
    unclear = Token("[inaudible]", Span(4100, 4900), kind=Kind.UNCLEAR)
    assert passages(aligned(tokens=(*WORDS[:2], unclear, WORDS[2])))[0][0] == 6000
    music = SoundEvent(SoundKind.MUSIC, Span(5900, 7600), 0.9)
    heard = Heard("whisper", "m", False, WORDS, REGIONS, voiced=HEARD.voiced, sounds=(music,))
    assert passages(aligned(), heard) == [(4000, 5000, 2)]


def test_a_murmur_is_none() -> None:
    heard = Heard("whisper", "m", False, WORDS, REGIONS[:1], voiced=(REGIONS[0], Span(6000, 6600)))
    assert passages(Aligned(WORDS[:2], aligned().report), heard) == []
