"""Lost ways: anchors between a text and what was heard, and passages that are aligned again between them."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given as cases
from hypothesis import strategies as st

from pipeline.speech.aligner.listen import Alignment, WordSpan
from pipeline.speech.aligner.pronounced import parts
from pipeline.speech.asr.packing import Chunk
from pipeline.stages.align import lost
from pipeline.stages.align.anchors import anchors, said_in_sound, said_in_text
from pipeline.timing import Span
from pipeline.transcript import Token
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord

WORD_MS = 400
OPENING = "good morning everybody and thank you for coming in on such a wet day"
PASSAGE = "before we talk about the week behind us let us go once around the room and hear from each of you"
CLOSING = "that was honest of you and it will help the others to begin"


def text(*lines: str) -> Subtitles:
    cues = tuple(SubtitlesCue(None, tuple(SubtitlesWord(w) for w in line.split())) for line in lines)
    return Subtitles("x", SubtitlesFormat.TEXT, cues)


def heard(line: str, at_ms: int = 0) -> tuple[Token, ...]:
    return tuple(
        Token(w, Span(at_ms + WORD_MS * n, at_ms + WORD_MS * (n + 1)), 0.9)
        for n, w in enumerate(line.split())
    )


def shared(written: str, said: str) -> list[str]:
    own, other = said_in_text(text(written).words), said_in_sound(heard(said))
    return [" ".join(w.spoken for w in own[a.first : a.last]) for a in anchors(own, other)]


class Ear:
    """Hears these words in one window of the whole sound."""

    budget = 8

    def __init__(self, *words: Token, duration_ms: int = 60_000) -> None:
        self.words, self.asked = words, 0
        self.windows = (Chunk((Span(0, duration_ms),)),)

    def hear(self, windows: Sequence[Chunk], /) -> dict[Chunk, Sequence[Token]]:
        self.asked += len(windows)
        return dict.fromkeys(windows, self.words)


def spread(words: Sequence[int], within: Span) -> Alignment:
    """An aligner that spreads the words evenly over the sound."""
    each = within.duration_ms // max(1, len(words))
    at = [Span(within.start_ms + each * n, within.start_ms + each * (n + 1)) for n in range(len(words))]
    return Alignment(tuple(WordSpan(span, 0.0) for span in at), ())


def found(line: str, at_ms: int) -> list[WordSpan | None]:
    return [
        WordSpan(Span(at_ms + WORD_MS * n, at_ms + WORD_MS * (n + 1)), 0.5) for n in range(len(line.split()))
    ]


# --- anchors


@pytest.mark.parametrize(
    ("written", "said", "expected"),
    [
        ("one can see the harbour from here", "one can see the harbour from here", None),
        ("we went on to the old harbour at noon", "and went on to the cold harbour at noon", None),
        ("He paid 20 dollars for it yesterday", "he paid twenty dollars for it yesterday", None),
        ("the cat and the dog", "a bird or the fish", []),
        # What stands twice tells no place from another,
        ("you know what I mean and you know what I want", "you know what happened", []),
        # and two words are shared by any talk.
        ("it was in the kitchen", "she left it in the garden", []),
    ],
)
def test_runs_of_words_that_both_have(written: str, said: str, expected: list[str] | None) -> None:
    runs = shared(written, said)
    if expected is not None:
        assert runs == expected
    else:
        assert runs
        assert all(len(run.split()) >= 3 for run in runs)


def test_runs_in_another_order_are_left_out() -> None:
    first, second = "the boats come home at dusk", "nobody fishes there in winter since the storm"
    assert shared(f"{first} {second}", f"{second} {first}") == [second]


@cases(st.lists(st.sampled_from(["ash", "birch", "cedar", "elm", "fir"]), max_size=30), st.data())
def test_anchors_rise_and_hold_equal_words(words: list[str], data: st.DataObject) -> None:
    said = data.draw(st.lists(st.sampled_from([*words, "oak"]), max_size=30))
    own, other = said_in_text(text(" ".join(words)).words), said_in_sound(heard(" ".join(said)))
    at = there = 0
    for run in anchors(own, other):
        assert run.first >= at and run.heard >= there and run.length >= 3
        same = zip(own[run.first : run.last], other[run.heard : run.heard + run.length], strict=True)
        assert all(a.spoken == b.spoken for a, b in same)
        at, there = run.last, run.heard + run.length


# --- lost passages


def again(
    listened: Alignment, given: Subtitles, ear: Ear, whole: Span | None = None, regions: tuple[Span, ...] = ()
) -> Alignment:
    return lost.found_again(listened, given, parts(given), ear, spread, whole, regions)


def between(passage_ms: int, unwritten: tuple[Span, ...]) -> Alignment:
    """The opening and the closing found, with so much time between them for the passage, which was not."""
    start = WORD_MS * len(OPENING.split())
    missing: list[WordSpan | None] = [None] * len(PASSAGE.split())
    return Alignment((*found(OPENING, 0), *missing, *found(CLOSING, start + passage_ms)), unwritten)


def test_a_lost_passage_is_found_between_its_neighbours() -> None:
    start = WORD_MS * len(OPENING.split())
    room = Span(start, start + WORD_MS * len(PASSAGE.split()))
    ear = Ear(*heard(PASSAGE.replace("week", "weak").replace("room", "broom"), start))
    now = again(between(room.duration_ms, (room,)), text(OPENING, PASSAGE, CLOSING), ear)
    assert all(now.found)
    own = now.found[len(OPENING.split()) :][: len(PASSAGE.split())]
    late = [abs(f.span.start_ms - start - WORD_MS * n) for n, f in enumerate(own) if f]
    assert max(late) <= 500
    assert sum(f.heard for f in own if f) >= 15
    assert not any(f.heard for f in now.found[: len(OPENING.split())] if f)


@pytest.mark.parametrize(
    "said", ["", "and then they sailed for nine days without a wind", CLOSING, OPENING], ids=lambda s: s[:9]
)
def test_where_nothing_of_the_passage_was_heard_all_stays(said: str) -> None:
    start = WORD_MS * len(OPENING.split())
    before = between(9000, (Span(start, start + 9000),))
    assert again(before, text(OPENING, PASSAGE, CLOSING), Ear(*heard(said, start))) is before


def test_a_passage_told_elsewhere_is_found_in_the_speech_without_text() -> None:
    elsewhere = Span(40_000, 40_000 + WORD_MS * len(PASSAGE.split()))
    now = again(between(0, (elsewhere,)), text(OPENING, PASSAGE, CLOSING), Ear(*heard(PASSAGE, 40_000)))
    own = now.found[len(OPENING.split()) :][: len(PASSAGE.split())]
    assert all(f is not None and f.span.start_ms >= 39_000 for f in own)


def test_where_all_is_found_nobody_is_asked() -> None:
    ear = Ear(*heard(OPENING))
    whole = Alignment(tuple(found(OPENING, 0)), (Span(20_000, 50_000),))
    assert again(whole, text(OPENING), ear) is whole
    # Seven words that were not found are no long passage, and a passage without speech to it was cut out of the recording.
    few = Alignment((*found(OPENING, 0)[:-7], *[None] * 7), (Span(20_000, 50_000),))
    assert again(few, text(OPENING), ear) is few
    cut = between(100, ())
    assert again(cut, text(OPENING, PASSAGE, CLOSING), ear) is cut
    assert not ear.asked


@pytest.mark.parametrize("regions", [(), (Span(0, 14_000),)])
def test_a_text_that_was_not_found_at_all_is_proven_by_what_was_heard(regions: tuple[Span, ...]) -> None:
    given = text(OPENING, PASSAGE)
    nothing = Alignment((None,) * len(given.words), ())
    whole = Span(0, 60_000)
    ear = Ear(*heard("well good morning everybody and thanks for calling " + PASSAGE[:50], 2000))
    assert sum(f.heard for f in again(nothing, given, ear, whole, regions).found if f) >= 10
    other = Ear(*heard("the sea was calm and thank you said nobody " * 4, 2000))
    assert again(nothing, given, other, whole, regions) is nothing


def test_no_more_windows_are_heard_than_the_budget_allows() -> None:
    given = text(OPENING, PASSAGE)
    ear = Ear()
    ear.windows = tuple(Chunk((Span(30_000 * n, 30_000 * (n + 1)),)) for n in range(90))
    again(Alignment((None,) * len(given.words), ()), given, ear, Span(0, 2_700_000))
    assert ear.asked == ear.budget


def test_where_most_of_a_long_text_is_lost_all_of_it_is_anchored_anew() -> None:
    absent = " ".join(f"ninety {n} boats" for n in range(100))
    given = text(OPENING, absent, PASSAGE, CLOSING)
    start = WORD_MS * len(OPENING.split())
    wanted = parts(given)
    missing: list[WordSpan | None] = [None] * (len(wanted) - len(OPENING.split()))
    # The opening was found late, and where it stands the passage is said: it cannot be looked for between its neighbours.
    astray = Alignment((*found(OPENING, 50_000), *missing), ())
    ear = Ear(*heard(OPENING), *heard(f"{PASSAGE} {CLOSING}", start))
    now = again(astray, given, ear, regions=(Span(0, 60_000),))
    first = next(n for n, p in enumerate(wanted) if given.words[p.token].text == "before")
    begins, opening = now.found[first], now.found[0]
    assert begins is not None and abs(begins.span.start_ms - start) <= 1000
    assert opening is not None and opening.span.start_ms <= 1000
