"""Rules about meaning: what contradicts the sound is an error, and every place of it stands before all typography."""

from __future__ import annotations

import pytest

from pipeline.audit import Document, Facts, Report, Severity, audit
from pipeline.audit.captions import shown_cue
from pipeline.audit.model import Differing, SpokenWord
from pipeline.audit.report import as_text
from pipeline.profiles import PROFILES
from pipeline.timing import Span

SAID = (
    "So that is not the wine. It was the voice on Sunday. Helen left us nine months ago. "
    "I can go there again. We never talked about it. Call me when she rings."
)


def spoken(text: str) -> tuple[SpokenWord, ...]:
    return tuple(SpokenWord(w, Span(k * 400, k * 400 + 350)) for k, w in enumerate(text.split()))


def document(text: str, lang: str = "en") -> Document:
    """Captions of a sentence each, at the times at which their words would be said."""
    cues, at = [], 0
    for number, sentence in enumerate(text.replace("? ", ". ").split(". "), 1):
        count = len(sentence.split())
        span = Span(at * 400, (at + count) * 400)
        cues.append(shown_cue(number, span, [sentence.rstrip(".") + "."], set(), "json"))
        at += count
    return Document("talk.srt", "json", tuple(cues), (), lang)


def report(text: str, facts: Facts | None = None, lang: str = "en") -> Report:
    return audit(document(text, lang), [PROFILES["training"]], facts)


def told(found: Report, rule: str) -> list[tuple[int | None, str]]:
    return [(f.cue_index, f.message) for f in found.findings if f.id == rule]


@pytest.mark.parametrize(
    ("right", "wrong", "cue", "what"),
    [
        ("is not the", "is the", 1, "negation"),
        ("was the voice", "was not the voice", 2, "negation"),
        ("nine months", "five months", 3, "number"),
        ("nine months", "months", 3, "number"),
        ("Helen left", "Denise left", 3, "name"),
        ("can go", "can't go", 4, "negation"),
        ("never talked", "talked", 5, "negation"),
    ],
)
def test_what_the_transcript_contradicts_is_an_error(right: str, wrong: str, cue: int, what: str) -> None:
    facts = Facts(words=spoken(SAID), names=("Helen Ward", "Denise"))
    found = report(SAID.replace(right, wrong), facts)
    ((index, message),) = told(found, "meaning-changed")
    assert index == cue
    assert message.endswith(f"another {what}.")
    assert {f.severity for f in found.findings if f.id == "meaning-changed"} == {Severity.ERROR}


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("nine", "9"),
        ("is not", "isn't"),
        ("the voice", "that voice"),
        ("So that", "That"),
        ("there again", "again"),
    ],
)
def test_other_spelling_and_lighter_wording_are_none(right: str, wrong: str) -> None:
    assert not told(report(SAID.replace(right, wrong), Facts(words=spoken(SAID))), "meaning-changed")
    assert not told(report(SAID, Facts(words=spoken(SAID))), "meaning-changed")


@pytest.mark.parametrize(
    ("text", "heard", "severity"),
    [
        ("is the wine", "is not the wine", Severity.ERROR),
        ("nine months", "five months", Severity.ERROR),
        ("Helen left", "Denise left", Severity.ERROR),
        ("the voice", "the boys", Severity.INFO),
        ("for us", "four us", Severity.INFO),
        ("the voice", "", Severity.INFO),
    ],
)
def test_what_was_heard_is_graded_by_what_it_changes(text: str, heard: str, severity: Severity) -> None:
    facts = Facts(differing=(Differing(Span(500, 900), text, heard),), names=("Helen Ward", "Denise"))
    assert [f.severity for f in report(SAID, facts).findings if f.id == "heard-differently"] == [severity]


GARBLED = (
    ("wine", "wnie"),
    ("voice", "oicev"),
    ("Sunday", "Snuday"),
    ("again", "agian"),
    ("talked", "talkd"),
    ("there", "theer"),
)


@pytest.mark.parametrize(("right", "garbled"), GARBLED)
def test_a_word_that_is_none_is_told_with_the_likely_one(right: str, garbled: str) -> None:
    ((_, message),) = told(report(SAID.replace(right, garbled)), "word-unknown")
    assert message == f"'{garbled}' is no word that is known; likely '{right}'."


@pytest.mark.parametrize(
    ("right", "own"),
    [
        ("Helen", "Thandeka"),
        ("wine", "sheesha"),
        ("wine", "recov-"),
        ("wine", "NHSR"),
        ("go there", "go there, sooooo"),
        ("voice", "voice's"),
    ],
)
def test_names_slang_and_broken_off_words_are_left_alone(right: str, own: str) -> None:
    assert not told(report(SAID.replace(right, own)), "word-unknown")


@pytest.mark.parametrize(
    ("text", "lang"),
    [
        ("Ich habe gestern nicht getrunken. Wir haben darüber gesprochen. Ruf mich morgen wieder an.", "en"),
        ("Je suis venu parce que ma femme le voulait. Nous en avons beaucoup parlé hier.", "en"),
        ("Becuase of thsi.", "nl"),
    ],
)
def test_what_is_not_english_has_no_unknown_words(text: str, lang: str) -> None:
    assert not told(report(text, lang=lang), "word-unknown")


def test_terms_and_names_that_are_expected_are_words() -> None:
    text = SAID.replace("wine", "vallium")
    assert told(report(text), "word-unknown")
    assert not told(report(text, Facts(names=("vallium",))), "word-unknown")


def test_meaning_stands_first_with_all_its_places() -> None:
    text = " ".join(f"This is the {n} place of them all where something is said." for n in ["next"] * 60)
    passages = tuple(Differing(Span(k * 4000, k * 4000 + 500), "This is", f"That was {k}") for k in range(52))
    found = report(
        text + " WE ARE ALL HERE TODAY AND THAT IS VERY MUCH TOO LONG FOR ONE SINGLE LINE.",
        Facts(differing=passages),
    )
    lines = as_text([found]).splitlines()
    rules = [
        line.split()[1].rstrip(":")
        for line in lines
        if line.startswith(("  error ", "  warning ", "  info "))
    ]
    assert rules[0] == "heard-differently"
    assert "max-chars-line" in rules
    assert sum("was heard as" in line for line in lines) == 52
