"""What suggestions are called: the same from run to run, whatever is corrected beside them, and never two alike."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import VerifySettings
from pipeline.speech.asr.packing import Chunk
from pipeline.stages import verify
from pipeline.stages.verify.names import drawn, named
from pipeline.timing import Span
from pipeline.transcript import (
    Aligned,
    AlignmentReport,
    Passage,
    Suggestion,
    TextSource,
    Token,
    Verdict,
)

WINDOW_MS, WORD_MS = 30_000, 400
WRITTEN = "she came on Thusrday and he did go with taht man on Thusrday to the rivr"
READINGS = {3: "Thursday", 9: "that", 12: "Thursday", 15: "river"}


def text(line: str, start_ms: int = 0) -> tuple[Token, ...]:
    return tuple(
        Token(w, Span(start_ms + n * WORD_MS, start_ms + (n + 1) * WORD_MS), 0.9)
        for n, w in enumerate(line.split())
    )


def windows(count: int = 1) -> tuple[Chunk, ...]:
    return tuple(Chunk((Span(n * WINDOW_MS, (n + 1) * WINDOW_MS - 1000),)) for n in range(count))


def suggested(tokens: tuple[Token, ...], readings: dict[int, str]) -> tuple[Suggestion, ...]:
    return tuple(Suggestion("", tokens[n].span, n, n + 1, r, 0.9) for n, r in sorted(readings.items()))


def ids(tokens: tuple[Token, ...], readings: dict[int, str]) -> dict[int, str]:
    found = named(suggested(tokens, readings), tokens, windows())
    return {s.first: s.id for s in found}


def corrected(tokens: tuple[Token, ...], n: int, word: str) -> tuple[Token, ...]:
    return (*tokens[:n], replace(tokens[n], text=word, text_source=TextSource.HUMAN), *tokens[n + 1 :])


def without(readings: dict[int, str], n: int) -> dict[int, str]:
    return {at: r for at, r in readings.items() if at != n}


def test_ids_are_short_and_each_is_given_once():
    found = ids(text(WRITTEN), READINGS)
    assert len(set(found.values())) == len(READINGS)
    assert all(re.fullmatch(r"s[0-9a-f]{6}", one) for one in found.values())


@pytest.mark.parametrize("n", READINGS)
def test_one_that_is_taken_leaves_the_others_their_ids(n):
    """Also its twin: of two "Thusrday" the second stays what it was when the first is right."""
    tokens = text(WRITTEN)
    before = ids(tokens, READINGS)
    after = ids(corrected(tokens, n, READINGS[n]), without(READINGS, n))
    assert after == {at: name for at, name in before.items() if at != n}


@given(st.permutations(sorted(READINGS)))
def test_in_whatever_order_they_are_taken(order):
    tokens, left = text(WRITTEN), dict(READINGS)
    before = ids(tokens, left)
    for n in order:
        tokens, left = corrected(tokens, n, left.pop(n)), left
        assert ids(tokens, left) == {at: before[at] for at in left}


@given(st.sampled_from([0, 1, 6, 10, 14]), st.text(min_size=1, max_size=8))
def test_a_correction_beside_them_renames_none(n, word):
    tokens = text(WRITTEN)
    assert ids(corrected(tokens, n, word), READINGS) == ids(tokens, READINGS)


@given(st.integers(-150, 150))
def test_words_that_are_timed_anew_keep_them(shift_ms):
    tokens = text(WRITTEN, 1000)
    moved = tuple(replace(t, span=Span(t.span.start_ms + shift_ms, t.span.end_ms + shift_ms)) for t in tokens)
    assert ids(moved, READINGS) == ids(tokens, READINGS)


def test_words_put_in_before_keep_them():
    tokens = text(WRITTEN)
    longer = (*text("well then", 0), *tokens)
    after = ids(longer, {n + 2: r for n, r in READINGS.items()})
    assert [*after.values()] == [*ids(tokens, READINGS).values()]


def test_capitals_and_marks_around_a_reading_do_not_count():
    tokens = text("he said Rivr, and left")
    assert ids(tokens, {2: "River,"}) == ids(corrected(tokens, 2, "rivr"), {2: "river"})


def test_another_reading_or_another_place_has_another():
    tokens = text(WRITTEN)
    assert ids(tokens, {9: "that"}) != ids(tokens, {9: "than"})
    far = text(WRITTEN, WINDOW_MS)
    one, other = (named(suggested(t, {9: "that"}), t, windows(2))[0].id for t in (tokens, far))
    assert one != other


def test_an_id_that_is_given_is_not_given_again():
    given_: dict[str, None] = {}
    for _ in range(5):
        given_[drawn(("0", "taht", "that"), given_)] = None
    assert len(given_) == 5


# --- through the stage -----------------------------------------------------------------------------------------------


class Ear:
    """A witness of windows of 30 s that hears what `said` says, as time tells, and finds these readings likelier."""

    name = "whisper/tiny/0/int8"

    def __init__(self, said: tuple[Token, ...], likelier: tuple[str, ...], count: int) -> None:
        self.said, self.likelier, self.windows = said, likelier, windows(count)
        self.heard: list[Chunk] = []

    def hear(self, some, progress=None):
        self.heard += some
        return {w: tuple(t for t in self.said if t.span.middle_ms in w.pieces[0]) for w in some}

    def gain(self, span, written, other):
        return 110.0 if any(word in other.split() for word in self.likelier) else -50.0


COUNT = 40
DOUBTFUL = 29
LINES = [
    "then we walked to the mountain you see and came home again" if n == DOUBTFUL else "we were there"
    for n in range(COUNT)
]
FILM = tuple(t for n, line in enumerate(LINES) for t in text(line, n * WINDOW_MS))
SAID = tuple(replace(t, text={"mountain": "river", "home": "late"}.get(t.text, t.text)) for t in FILM)


def at(word: str) -> int:
    return next(n for n, t in enumerate(FILM) if t.text == word)


def alignment(tokens: tuple[Token, ...], *doubted: int) -> Aligned:
    passages = tuple(Passage(tokens[n].span, n, n + 1, tokens[n].text) for n in doubted)
    return Aligned(tokens, AlignmentReport(Verdict.IN_SYNC, not_confirmed=passages))


def suggestions(aligned: Aligned, found: Aligned | None) -> dict[str, str]:
    ear = Ear(SAID, ("river", "late"), COUNT)
    result = verify.run(aligned, VerifySettings(), ear, "seed", found=found)
    assert len(ear.heard) < COUNT
    return {s.text: s.id for s in result.suggestions}


def test_a_correction_takes_no_suggestion_beside_it_along_in_a_long_film():
    """The doubt about "mountain" had its window heard, in which "late" was heard for "home"."""
    found = alignment(FILM, at("mountain"))
    before = suggestions(found, None)
    assert before.keys() == {"river", "late"}
    mended = alignment(corrected(FILM, at("mountain"), "river"))
    assert suggestions(mended, found) == {"late": before["late"]}


@pytest.mark.parametrize("n", [0, 3 * DOUBTFUL, at("walked"), len(FILM) - 1])
def test_a_word_deleted_anywhere_takes_none_along(n):
    found = alignment(FILM, at("mountain"))
    shorter = tuple(t for k, t in enumerate(FILM) if k != n)
    doubted = at("mountain") - (n < at("mountain"))
    assert suggestions(alignment(shorter, doubted), found) == suggestions(found, None)


def test_a_window_that_nobody_doubts_is_still_not_heard():
    calm = alignment(FILM)
    ear = Ear(SAID, (), COUNT)
    verify.run(calm, VerifySettings(), ear, "seed", found=calm)
    assert 0 < len(ear.heard) < COUNT
