"""What Whisper invents, repeats and misplaces does not reach the transcript; what people say does."""

from __future__ import annotations

import itertools
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.settings import WhisperSettings
from pipeline.speech.asr import guards
from pipeline.speech.asr.guards import Passage
from pipeline.timing import Span
from pipeline.transcript import Token

SPEECH = (Span(1000, 4000), Span(6000, 9000))


def said(text: str, start_ms: int, word_ms: int = 300) -> tuple[Token, ...]:
    """Words one after the other, each `word_ms` long."""
    return tuple(
        Token(word, Span(start_ms + i * word_ms, start_ms + (i + 1) * word_ms))
        for i, word in enumerate(text.split())
    )


def text(tokens: tuple[Token, ...]) -> str:
    return " ".join(t.text for t in tokens)


@pytest.mark.parametrize(
    ("no_speech", "logprob", "invented"),
    [(0.9, -1.5, True), (0.9, -0.3, False), (0.2, -1.5, False)],
)
def test_a_window_is_invented_where_the_network_doubts_both_speech_and_words(no_speech, logprob, invented):
    passage = Passage(said("Thank you for watching", 1000), no_speech, logprob)
    settings = WhisperSettings()
    assert (
        guards.is_hallucination(passage, settings.silence_probability, settings.silence_logprob) is invented
    )
    assert guards.apply_guards([passage], SPEECH, 10_000, settings) == (() if invented else passage.tokens)


@pytest.mark.parametrize(
    ("sentence", "logprob", "speech_ms", "guessed"),
    [
        ("You can connect your feet.", -0.84, 800, True),  # breath
        ("So first of all I am just going to be sitting back and be about to start", -0.53, 2800, True),
        ("Thank you. Bye.", -0.64, 1400, False),  # unsure, and there is time for it
        ("You can connect your feet.", -0.2, 800, False),  # quick, and sure
        ("You can connect your feet.", -0.84, 1500, False),
    ],
)
def test_more_words_than_there_is_time_for_are_guesses(sentence, logprob, speech_ms, guessed):
    count = len(sentence.split())
    passage = Passage(said(sentence, 1000, speech_ms // count), 0.3, logprob)
    regions = (Span(1000, 1000 + speech_ms),)
    limit = WhisperSettings().hurried_words_per_s
    assert guards.is_hurried(passage, regions, limit) is guessed
    assert guards.apply_guards([passage], regions, 10_000, WhisperSettings()) == (
        () if guessed else passage.tokens
    )
    assert not guards.is_hurried(passage, regions, 100)


@pytest.mark.parametrize(
    ("words", "regions", "longest_ms"),
    [
        ((), (Span(0, 9000),), 9000),
        (said("at the end", 8000, 300), (Span(0, 9000),), 8000),
        (said("at the start", 0, 300), (Span(0, 9000),), 8100),
        ((*said("before", 0), *said("behind", 8000)), (Span(0, 300), Span(8000, 9000)), 700),  # a pause
        (said("one word every second of it", 0, 1000), (Span(0, 6000),), 1000),
    ],
)
def test_speech_without_words_is_measured(words, regions, longest_ms):
    assert guards.unheard(words, regions, Span(0, 9000)) == longest_ms


def test_words_over_silence_are_dropped():
    tokens = (*said("we walked", 1000), *said("Thank you.", 4600), *said("along", 6100))
    assert text(guards.within_speech(tokens, SPEECH, 500)) == "we walked along"
    assert text(guards.within_speech(tokens, SPEECH, 700)) == "we walked Thank along"
    assert guards.within_speech(tokens, (), 500) == ()


HINTS = ("Jax Beatty", "Robert Fields", "MBRP", "Denise")


@pytest.mark.parametrize(
    ("heard", "sure", "kept"),
    [
        ("Jax Beatty, Robert Fields, MBRP.", 0.3, ""),  # noise, and the list read off
        ("Denise, Denise!", 0.4, ""),
        ("Denise?", 0.9, "Denise?"),  # somebody calls her
        ("and then Jax Beatty Robert Fields MBRP we went", 0.3, "and then we went"),
        (
            "and then Jax Beatty Robert Fields MBRP we went",
            0.8,
            "and then Jax Beatty Robert Fields MBRP we went",
        ),
        ("I asked Jax Beatty and Denise about it", 0.1, "I asked Jax Beatty and Denise about it"),
        ("ask Robert Fields, Denise", 0.1, "ask Robert Fields, Denise"),  # not as the list has them
        ("", 0.1, ""),
    ],
)
def test_hints_that_nobody_said_are_dropped(heard, sure, kept):
    tokens = tuple(replace(t, confidence=sure) for t in said(heard, 1000))
    assert text(guards.without_echo(tokens, HINTS, 0.6, 3)) == kept
    assert guards.without_echo(tokens, (), 0.6, 3) == tokens
    assert guards.without_echo(tokens, HINTS, 0.0, 3) == tokens


def test_the_run_tells_the_guards_what_it_told_the_network():
    echo = tuple(replace(t, confidence=0.2) for t in said("Jax Beatty", 1000))
    settings = WhisperSettings()
    assert guards.apply_guards([Passage(echo)], SPEECH, 10_000, settings, HINTS) == ()
    assert guards.apply_guards([Passage(echo)], SPEECH, 10_000, settings) == echo


@pytest.mark.parametrize(
    ("heard", "kept"),
    [
        ("so we go we go we go we go we go home", "so we go home"),
        ("we go we go we go we go home", "we go we go we go we go home"),
        ("No, no, no, no, no!", "No, no, no, no, no!"),
        ("you " * 9, "you"),
        ("so " + "and then I said that " * 6, "so and then I said that"),
        ("", ""),
    ],
)
def test_loops_faster_than_speech_stay_once(heard, kept):
    assert text(guards.without_loops(said(heard, 0, 60), 4, 120)) == kept


@pytest.mark.parametrize(
    ("heard", "word_ms"),
    [
        ("No, no, no, no! " * 5, 180),
        ("yeah " * 30, 150),
        ("one day at a time " * 12, 200),
        ("thank you " * 6, 400),
    ],
)
def test_what_people_repeat_at_a_pace_that_can_be_spoken_stays(heard, word_ms):
    tokens = said(heard, 1000, word_ms)
    settings = WhisperSettings()
    assert guards.without_loops(tokens, settings.loop_repeats, settings.loop_word_ms) == tokens
    assert not guards.is_loop(tokens, settings.loop_compression, settings.loop_word_ms)
    speech = (Span(1000, tokens[-1].span.end_ms),)
    assert guards.apply_guards([Passage(tokens)], speech, 60_000, settings) == tokens


def test_a_loop_whose_words_pile_up_is_one_however_long_a_few_of_them_are():
    """So they come out of the network: most last no time at all, and one here and there takes seconds."""
    lengths = [2500 if i % 12 == 0 else 0 for i in range(120)]
    ends = list(itertools.accumulate(lengths))
    tokens = tuple(
        Token(word, Span(end - length, end))
        for word, length, end in zip(["I", "know", "that"] * 40, lengths, ends, strict=True)
    )
    assert guards.is_loop(tokens, 2.4, 120)
    assert not guards.is_loop(tokens, 100.0, 120) and not guards.is_loop((), 2.4, 120)
    assert text(guards.without_loops(tokens, 4, 120)) == "I know that"


def test_a_text_that_repeats_itself_compresses_well():
    assert (
        guards.compression_ratio("I know. " * 40)
        > 2.4
        > guards.compression_ratio("I know what you mean by that.")
    )
    assert guards.compression_ratio("") == 0.0


def test_text_past_the_end_of_speech_is_dropped():
    tokens = (*said("to the river", 8100), *said("Bye bye.", 9250))
    assert text(guards.without_trailing(tokens, SPEECH, 200)) == "to the river"
    assert text(guards.without_trailing(tokens, SPEECH, 300)) == "to the river Bye"
    assert guards.without_trailing((), SPEECH, 200) == ()


def test_a_last_word_that_swallowed_the_pause_before_it_is_not_past_the_end():
    """An answer of one word, a second after the question: its time begins in the pause, and ends in speech."""
    answer = Token("Yes.", Span(5000, 6300))
    assert guards.without_trailing((*said("Did you?", 3000), answer), SPEECH, 150)[-1] == answer
    kept = guards.apply_guards(
        [Passage((*said("Did you?", 3000), answer))], SPEECH, 10_000, WhisperSettings()
    )
    assert [(t.text, t.span.start_ms) for t in kept] == [("Did", 3000), ("you?", 3300), ("Yes.", 6000)]
    at_once = Token("Yes.", Span(6000, 6000))
    assert guards.without_trailing((at_once,), SPEECH, 150) == (at_once,)


def test_the_first_word_gives_back_the_silence_it_swallowed():
    first = Token("Please", Span(300, 1400))
    assert guards.trimmed(first, SPEECH, 100).span == Span(1000, 1400)
    assert guards.trimmed(first, SPEECH, 1000) == first
    last = Token("river.", Span(3600, 5200))
    assert guards.trimmed(last, SPEECH, 100).span == Span(3600, 4000)
    assert guards.trimmed(Token("in", Span(1000, 1200)), SPEECH, 0).span == Span(1000, 1200)
    assert guards.trimmed(first, (), 100) == first


def test_a_word_across_a_pause_stays_where_most_of_it_is():
    assert guards.trimmed(Token("well", Span(3800, 6900)), SPEECH, 100).span == Span(6000, 6900)


def test_a_sentence_repeated_where_windows_meet_is_dropped():
    before = said("so tell me more about that", 1000)
    squeezed = said("Tell me more about that. And then?", 3000, 60)
    assert text(guards.without_border_repeat(before, squeezed, 4)) == "And then?"
    assert guards.without_border_repeat(before, squeezed, 6) == squeezed


def test_a_sentence_that_is_truly_said_twice_stays():
    before, again = said("tell me more about that", 1000), said("tell me more about that", 6000)
    assert guards.without_border_repeat(before, again, 4) == again


def test_a_sentence_that_is_said_again_later_and_faster_stays():
    """Slowly, and twenty seconds later in a hurry: no border of windows repeats over such a pause."""
    before, again = said("tell me more about that", 1000, 700), said("tell me more about that", 24_500, 200)
    assert guards.without_border_repeat(before, again, 4) == again
    assert guards.without_border_repeat((), again, 4) == again
    assert guards.without_border_repeat(before, (), 4) == ()


EARLIER = said("and we walked along", 2600)
CASES = {
    "silence_probability": [Passage(said("Thank you", 1000), 0.9, -2.0)],
    "echo_confidence": [Passage(tuple(replace(t, confidence=0.2) for t in said("Denise", 1000)))],
    "loop_repeats": [Passage(said("we go " * 8, 1000, 60))],
    "past_end_ms": [Passage((*said("to the river", 8100), *said("Bye.", 9250)))],
    "outside_speech_ms": [Passage((*said("Hm", 4300, 200), *said("well", 6000)))],
    "border_words": [Passage(EARLIER), Passage(said("and we walked along", 3820, 40))],
}


@pytest.mark.parametrize("setting", CASES)
def test_every_guard_says_what_it_took(setting):
    """Windows in which one guard alone has cause, and a note that names its setting."""
    noted = []

    def note(name, before, after):
        noted.append((name, len(before) > len(after)))

    guards.apply_guards(CASES[setting], SPEECH, 10_000, WhisperSettings(), HINTS, note)
    assert noted == [(setting, True)]


def test_words_that_overlap_or_run_backwards_are_put_in_order():
    tokens = (Token("a", Span(0, 900)), Token("b", Span(500, 700)), Token("c", Span(400, 450)))
    rising = guards.in_order(tokens, 10_000, 20)
    assert [t.span for t in rising] == [Span(0, 500), Span(500, 520), Span(520, 540)]


spans = st.lists(
    st.tuples(st.integers(0, 12_000), st.integers(0, 3000)).map(lambda p: Span(p[0], p[0] + p[1])),
    max_size=40,
)


@given(spans, st.integers(0, 9000), st.integers(0, 500))
def test_order_holds_whatever_comes(found, duration_ms, shortest_ms):
    tokens = tuple(Token(str(i), span) for i, span in enumerate(found))
    rising = guards.in_order(tokens, duration_ms, shortest_ms)
    assert [t.text for t in rising] == [t.text for t in tokens]
    assert all(0 <= t.span.start_ms <= t.span.end_ms <= duration_ms for t in rising)
    assert all(a.span.end_ms <= b.span.start_ms for a, b in itertools.pairwise(rising))


@given(spans)
def test_guards_never_invent(found):
    tokens = tuple(Token(f"w{i % 7}", span) for i, span in enumerate(sorted(found, key=lambda s: s.start_ms)))
    kept = guards.apply_guards(
        [Passage(tokens[:20]), Passage(tokens[20:])], SPEECH, 10_000, WhisperSettings()
    )
    remaining = iter(t.text for t in tokens)
    assert all(t.text in remaining for t in kept)


def test_speech_that_is_in_order_passes_untouched():
    passages = [Passage(said("we walked along the river", 1000)), Passage(said("and then we slept", 6000))]
    kept = guards.apply_guards(passages, SPEECH, 10_000, WhisperSettings())
    assert kept == passages[0].tokens + passages[1].tokens
