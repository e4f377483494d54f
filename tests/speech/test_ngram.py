"""The language model of a known text: probabilities that add up, and an ARPA file that a recognizer reads."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.speech.asr.ngram import END, START, SURPRISE, arpa, estimate

WORDS = st.sampled_from(["a", "b", "c", "d", "e"])
SENTENCES = st.lists(st.lists(WORDS, max_size=7).map(tuple), max_size=6)


@given(SENTENCES, st.lists(WORDS, max_size=2), st.lists(st.sampled_from([START, "f"]), max_size=2))
def test_after_any_words_the_probabilities_sum_to_one(
    sentences: list[tuple[str, ...]], context: list[str], extra: list[str]
) -> None:
    model = estimate(sentences, [w for w in extra if w != START])
    for asked in (tuple(context), (START, *context[:1])):
        total = sum(model.probability(asked, word) for word in model.words)
        assert total == pytest.approx(1.0, abs=1e-6)


def test_the_next_word_of_the_text_is_as_good_as_certain() -> None:
    model = estimate([("the", "group", "waits"), ("nobody", "speaks", "yet")])
    assert model.probability(("the", "group"), "waits") > 1 - SURPRISE
    assert model.probability(("group", "waits"), "nobody") > (1 - SURPRISE) / 2, "sentences run on"
    assert model.probability(("group", "waits"), END) > (1 - SURPRISE) / 2, "and may end"
    assert model.probability(("the", "group"), "nobody") > 0, "but anything may come"


def test_extra_words_are_possible_anywhere() -> None:
    model = estimate([("good", "morning")], extra=["leighton"])
    assert model.probability(("good",), "leighton") > 0.001
    assert model.probability((), "unheard") == 0


def test_an_empty_text_can_only_end() -> None:
    assert estimate([]).words == (END,)


def test_equal_texts_give_equal_files() -> None:
    sentences = [("b", "a"), ("a", "b", "a")]
    assert arpa(estimate(sentences)) == arpa(estimate(list(sentences)))


def test_pocketsphinx_reads_the_same_probabilities(tmp_path: Path) -> None:
    from pocketsphinx import Config, LogMath, NGramModel

    model = estimate([("the", "group", "waits"), ("the", "group", "speaks")])
    path = tmp_path / "text.lm"
    path.write_text(arpa(model), "ascii")
    logmath = LogMath()
    read = NGramModel(Config(loglevel="FATAL"), logmath, str(path))
    for context, word in ((("the", "group"), "waits"), (("waits",), "speaks"), (("speaks", "the"), "the")):
        newest_first = [word, *reversed(context)]
        assert logmath.exp(read.prob(newest_first)) == pytest.approx(
            model.probability(context, word), rel=0.02
        )
