"""PocketSphinx on the demo: with the words known, with none, with nothing to hear, with a process that
dies."""

from __future__ import annotations

import os
from difflib import SequenceMatcher
from itertools import pairwise
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
import pytest

from pipeline.english.verbalize import spoken_words
from pipeline.errors import RecognizerError
from pipeline.media.facts import Audio, decode_audio
from pipeline.progress import silent
from pipeline.speech.asr import Bias, Recognizer, sphinx
from pipeline.speech.asr.sphinx import Sphinx
from pipeline.speech.vad import speech_regions
from pipeline.timing import Span
from pipeline.transcript import TextSource, TimeSource, Token


@pytest.fixture(scope="module")
def talk(clip: Path) -> Audio:
    return decode_audio(clip / "clip.mp4")


@pytest.fixture(scope="module")
def speech(talk: Audio) -> tuple[Span, ...]:
    return speech_regions(talk)


@pytest.fixture(scope="module")
def bias(clip: Path) -> Bias:
    script = (clip / "clip.txt").read_text("utf-8")
    return Bias(tuple(spoken_words(line) for line in script.split("\n\n")), ("Zweibrücken",))


@pytest.fixture(scope="module")
def heard(talk: Audio, speech: tuple[Span, ...], bias: Bias) -> tuple[Token, ...]:
    recognizer: Recognizer = Sphinx(processes=1)
    return recognizer.recognize(talk, speech, bias, silent)


def matched(reference: list[str], tokens: tuple[Token, ...]) -> list[tuple[int, int]]:
    blocks = SequenceMatcher(
        None, reference, [t.text.lower() for t in tokens], autojunk=False
    ).get_matching_blocks()
    return [(b.a + k, b.b + k) for b in blocks for k in range(b.size)]


def test_known_words_are_found(heard: tuple[Token, ...], bias: Bias) -> None:
    reference = [word for sentence in bias.sentences for word in sentence]
    pairs = matched(reference, heard)
    assert len(pairs) >= 0.85 * len(reference)
    assert len(heard) - len(pairs) <= 0.15 * len(reference)


def test_utterances_begin_where_they_are_spoken(heard: tuple[Token, ...], truth: Any) -> None:
    reference: list[str] = []
    starts: dict[int, int] = {}
    for utterance in truth["utterances"]:
        if not utterance["backchannel"]:
            starts[len(reference)] = utterance["start_ms"]
            reference += spoken_words(utterance["text"])
    errors = [abs(heard[j].span.start_ms - starts[i]) for i, j in matched(reference, heard) if i in starts]
    assert len(errors) >= 2
    assert median(errors) <= 60


def test_tokens_say_where_they_come_from_and_stay_in_order(heard: tuple[Token, ...], talk: Audio) -> None:
    assert all(t.text_source is TextSource.SPHINX and t.time_source is TimeSource.RECOGNIZED for t in heard)
    assert all(0 <= t.confidence <= 1 for t in heard)
    assert all(t.text.replace("'", "").isalpha() for t in heard), "no fillers, no numbered variants"
    starts = [t.span.start_ms for t in heard]
    assert starts == sorted(starts)
    assert all(t.span and t.span.end_ms <= talk.duration_ms for t in heard)


def test_any_number_of_processes_hears_the_same(
    talk: Audio,
    speech: tuple[Span, ...],
    bias: Bias,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sphinx, "_ONE_PROCESS_UP_TO_MS", 0)
    monkeypatch.setattr(sphinx, "_LONGEST_STRETCH_MS", 5000)
    shares: list[float] = []
    together = Sphinx(processes=2).recognize(talk, speech, bias, shares.append)
    assert together and together == Sphinx(processes=1).recognize(talk, speech, bias, silent)
    assert shares == sorted(shares) and shares[-1] == 1.0


def test_without_known_words_something_is_heard(talk: Audio) -> None:
    tokens = Sphinx(processes=1).recognize(talk, (Span(5000, 9000),), Bias(names=("Zweibrücken",)), silent)
    assert tokens
    assert all(t.span.start_ms >= 4800 and t.span.end_ms <= 9200 for t in tokens)


@pytest.mark.parametrize("seconds", [0.0, 0.05, 0.1, 0.5])
def test_next_to_nothing_is_no_trouble(seconds: float, bias: Bias) -> None:
    audio = Audio(np.zeros(int(seconds * 16000), np.int16))
    assert Sphinx().recognize(audio, (Span(0, audio.duration_ms),), bias, silent) == ()


def test_nothing_to_listen_to(talk: Audio, bias: Bias) -> None:
    assert Sphinx().recognize(talk, (), bias, silent) == ()


def die(pcm: bytes) -> None:
    os._exit(1)


def test_a_dead_process_is_one_sentence(
    talk: Audio, speech: tuple[Span, ...], bias: Bias, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sphinx, "_ONE_PROCESS_UP_TO_MS", 0)
    monkeypatch.setattr(sphinx, "_LONGEST_STRETCH_MS", 5000)
    monkeypatch.setattr(sphinx, "_decode_in_worker", die)
    with pytest.raises(RecognizerError, match="one of its processes was ended"):
        Sphinx(processes=2).recognize(talk, speech, bias, silent)


def test_long_regions_are_divided_where_it_is_quiet() -> None:
    noise = np.random.default_rng(1).normal(0, 3000, 50 * 16000).astype(np.int16)
    noise[15 * 16000 : 15 * 16000 + 3200] = 0
    pieces = list(sphinx._stretches(Audio(noise), [Span(0, 50_000)]))
    assert pieces[0].start_ms == 0 and pieces[-1].end_ms == 50_000
    assert all(a.end_ms == b.start_ms for a, b in pairwise(pieces))
    assert all(p.duration_ms <= 20_000 for p in pieces)
    assert 15_000 <= pieces[0].end_ms <= 15_200


def test_margins_never_overlap() -> None:
    audio = Audio(np.zeros(16 * 3000, np.int16))
    first, second = sphinx._stretches(audio, [Span(500, 1000), Span(1101, 2900)])
    assert (first, second) == (Span(300, 1050), Span(1050, 3000))


def test_names_are_written_as_given() -> None:
    written = sphinx._truecased(("Tim Leighton, PhD", "12-step"))
    assert (written["tim"], written["leighton"], written["i'll"]) == ("Tim", "Leighton", "I'll")
    assert "step" not in written and "phd" not in written
