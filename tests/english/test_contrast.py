"""Contrast of two texts: what changes their meaning, and what only looks as if it did."""

from __future__ import annotations

import pytest

from pipeline.english.contrast import contrast

NAMES = {"helen", "marcus", "rosa"}


@pytest.mark.parametrize(
    ("written", "said", "what"),
    [
        ("that is the wine", "that is not the wine", "negation"),
        ("I can say so", "I can't say so", "negation"),
        ("I have never been", "I have been", "negation"),
        ("there is no hope", "there is some hope", "negation"),
        ("nobody came", "somebody came", "negation"),
        ("fourteen months", "forty months", "number"),
        ("she had 3 glasses", "she had five glasses", "number"),
        ("for years", "for nine years", "number"),
        ("on the 5th", "on the sixth", "number"),
        ("ask Helen first", "ask Marcus first", "name"),
        ("Rosa's bag", "Helen's bag", "name"),
    ],
)
def test_another_meaning(written: str, said: str, what: str) -> None:
    assert contrast(written.split(), said.split(), NAMES) == what
    assert contrast(said.split(), written.split(), NAMES) == what


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("it isn't so", "it is not so"),
        ("I know him", "I no him"),
        ("14 months", "fourteen months"),
        ("for you", "four you"),
        ("that one", "that won"),
        ("No, I stayed", "I stayed"),
        ("No, no, no, stop", "No, no, stop"),
        ("ask Helen first", "ask Ellen first"),
        ("a cup of tea", "a cup of coffee"),
        ("he went home", "he went home"),
        ("gonna leave", "going to leave"),
        ("ask Helen first", "ask her first"),
    ],
)
def test_the_same_meaning_or_none_that_is_sure(written: str, said: str) -> None:
    assert contrast(written.split(), said.split(), NAMES) == ""
    assert contrast(said.split(), written.split(), NAMES) == ""
