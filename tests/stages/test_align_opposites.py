"""A word whose contrary was said: noticed, though it sounds nearly the same."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from pipeline.english.opposites import OPPOSITES
from pipeline.media import facts
from pipeline.speech.aligner.lattice import Spoken
from pipeline.speech.aligner.listen import Aligner, WordSpan
from pipeline.speech.aligner.pronounced import parts, spoken_words
from pipeline.stages.align.opposites import contradicted
from pipeline.timing import Span
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord
from tests.support.project import ROOT

DEMO = ROOT / "media" / "demo.mp4"
# What two people say from the 44th second of the demo on.
SAID_MS = Span(44_770, 51_080)
ABOUT_MS = Span(88_400, 91_300)
SAID = "So coming here wasn't your choice. No. And I don't think I'm as bad as some people. No offence."


def script(text: str) -> Subtitles:
    return Subtitles(
        "made up", SubtitlesFormat.TEXT, (SubtitlesCue(None, tuple(SubtitlesWord(w) for w in text.split())),)
    )


@pytest.fixture(scope="module")
def listener() -> Aligner:
    samples = facts.decode_audio(DEMO).samples
    return Aligner(samples[SAID_MS.start_ms * 16 : SAID_MS.end_ms * 16], ())


def test_a_not_that_nobody_says_behind_an_auxiliary_is_noticed() -> None:
    """Fluent "was not" sounds like "wasn't"; neither is said here."""
    samples = facts.decode_audio(DEMO).samples[ABOUT_MS.start_ms * 16 : ABOUT_MS.end_ms * 16]
    listener, given = (
        Aligner(samples, ()),
        script("It was not about the here and now, and it left Colin free"),
    )
    wanted = parts(given)
    found = listener.align([p.spoken for p in wanted]).found
    doubted = contradicted(given, wanted, found, listener.likelihoods)
    assert [given.words[n].text for n in doubted] == ["not"] or found[2] is None


@pytest.mark.parametrize(
    ("text", "against"),
    [
        (SAID, []),
        (SAID.replace("wasn't", "was").replace("don't", "do"), ["was", "do"]),
        (SAID.replace("wasn't", "was not"), []),  # as good as what is said
        (SAID.replace("I'm as bad", "I'm not as bad"), ["not"]),
    ],
)
def test_the_contrary_of_what_is_said_is_noticed(listener: Aligner, text: str, against: list[str]) -> None:
    given = script(text)
    wanted = parts(given)
    found = listener.align([p.spoken for p in wanted]).found
    # What is not found at all, or fits badly, is doubted without this.
    named = [given.words[n].text for n in sorted(contradicted(given, wanted, found, listener.likelihoods))]
    missed = [given.words[p.token].text for p, f in zip(wanted, found, strict=True) if f is None]
    assert [w for w in given.words if w.text in against and w.text not in missed] == [
        w for w in given.words if w.text in named
    ]
    assert set(named) | set(missed) == set(against)


def test_every_opposite_has_the_word_for_its_own_opposite_or_leaves_it_out() -> None:
    for word, others in OPPOSITES.items():
        assert others
        for other in others:
            assert other == () or word in other or (word,) in OPPOSITES[other[0]]


@pytest.mark.parametrize(("ahead", "against"), [(20.0, [1]), (3.0, []), (-20.0, [])])
def test_the_opposite_must_be_clearly_likelier(ahead: float, against: list[int]) -> None:
    given = script("You can't leave.")
    wanted = parts(given)
    found = [WordSpan(Span(n * 300, n * 300 + 300), fit) for n, fit in enumerate((1.0, -0.5, 1.0))]
    (can,) = spoken_words("can")

    def likelihoods(orders: Sequence[Sequence[Spoken]], within: Span) -> list[float]:
        return [ahead if can in order else 0.0 for order in orders]

    assert sorted(contradicted(given, wanted, found, likelihoods)) == against


def test_words_that_fit_as_well_as_those_around_them_are_let_be() -> None:
    given = script("You can't leave.")
    found = [WordSpan(Span(n * 300, n * 300 + 300), 1.0) for n in range(3)]

    def likelihoods(orders: Sequence[Sequence[Spoken]], within: Span) -> list[float]:
        raise AssertionError("nothing to compare")

    assert not contradicted(given, parts(given), found, likelihoods)


def test_without_neighbours_nothing_is_compared() -> None:
    given = script("You can't leave.")

    def likelihoods(orders: Sequence[Sequence[Spoken]], within: Span) -> list[float]:
        raise AssertionError("nothing to compare with")

    assert not contradicted(given, parts(given), [None, WordSpan(Span(0, 300), 1.0), None], likelihoods)
