"""Names found by patterns: where a word stands and how it is written says that it names somebody or some place.

"I'm Priya", "my wife Anna", "Dr. Whitfield", "Thank you, Bronagh.", "we moved to Leeds", "the Royal Oak Hospital", a capital
inside of a sentence at a word of no dictionary. What is found is proposed to a person, and nothing is replaced before they agree.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.commands.deidentify.key import PEOPLE, PLACES
from pipeline.commands.deidentify.letters import Run
from pipeline.commands.deidentify.ordinary import (
    KIN,
    NO_NAMES,
    PARTICLES,
    PLACE_WORDS,
    TITLES,
    given_names,
    is_ordinary,
    is_verb,
    word_set,
)
from pipeline.commands.deidentify.reading import Reading
from pipeline.commands.deidentify.reasons import (
    INTRODUCED,
    OF_MOVING,
    SURE_TITLES,
    is_first_name,
    is_home,
    is_slip,
    reason,
)
from pipeline.english.pronounce import dictionary

# Between the words of a name.
_WITHIN = re.compile(r"[ \n]|[-'’.]|\. ")
_BEFORE_PLACES = word_set("in near at via around outside across")
_SPELT = re.compile(r"(?<![\w-])(?:[A-Za-z](?:-|\. ?|, ?| )){2,}[A-Za-z](?![\w'’])\.?")
# Roads that are called so everywhere.
_ANY_PLACE = word_set("high main the a this that our your my his her")
# What is no proof where the same word stands in small letters elsewhere.
WEAK = frozenset(("a capital", "a word of no dictionary", "somebody is addressed so", "letter by letter"))


@dataclass(frozen=True, slots=True)
class Candidate:
    """A name that was met: its kind, how it is written, and what makes it one, in words."""

    kind: str
    name: str
    why: str


def candidates(text: str) -> Iterator[Candidate]:
    """The names that patterns find in a text; each as often as it is met."""
    reading = Reading(text)
    if reading.is_cased:
        at = 0
        while at < len(reading.runs):
            last = _last(reading, at)
            yield from _found(reading, at, last)
            at = last + 1
    else:
        yield from _without_case(reading)
    yield from _spelt(text)


def _last(reading: Reading, at: int) -> int:
    """The last of the capitalised words that stand together from here on."""
    last = at
    if not _is_capital(reading, at):
        return at
    while last + 1 < len(reading.runs) and _is_capital(reading, last + 1):
        gap, initial = reading.before(last + 1), len(reading.word(last)) == 1 or reading.word(last) in TITLES
        if (
            not _WITHIN.fullmatch(gap)
            or (gap.startswith(".") and not initial)
            or (_APOSTROPHES.fullmatch(gap) and reading.word(last + 1) in _ENDINGS)
        ):
            break
        last += 1
    return last


_APOSTROPHES = re.compile(r"['’]")
_ENDINGS = frozenset(["s", "m", "ll", "re", "ve", "d", "t"])


def _is_capital(reading: Reading, at: int) -> bool:
    run = reading.runs[at]
    if reading.is_shouted(at) or (run.folded in ("i", "a") and len(run.folded) == 1):
        return False
    return run.is_capitalised and not (
        run.is_all_capitals and len(run.folded) < 5 and not is_first_name(run.folded)
    )


def _found(reading: Reading, first: int, last: int) -> Iterator[Candidate]:
    """What capitalised words name, less those that stand there for another reason."""
    if not _is_capital(reading, first):
        return
    words = [reading.word(n) for n in range(first, last + 1)]
    titled = ""
    while words and first < last and words[0] in TITLES:
        titled, first, words = words[0], first + 1, words[1:]
    place = _place(reading, first, last, words)
    if place:
        yield place
        return
    while (
        words
        and first < last
        and reading.begins_sentence(first)
        and is_ordinary(words[0])
        and words[0] not in given_names()
    ):
        first, words = first + 1, words[1:]
    while len(words) > 1 and words[0] in NO_NAMES:
        first, words = first + 1, words[1:]
    while len(words) > 1 and words[-1] in PARTICLES | TITLES | NO_NAMES:
        last, words = last - 1, words[:-1]
    why = reason(reading, first, last, titled)
    if why:
        name = _written(reading, first, last)
        yield Candidate(_kind(reading, first, words) if why == "a capital" else PEOPLE, name, why)


def _written(reading: Reading, first: int, last: int) -> str:
    text = reading.text[reading.runs[first].start : reading.runs[last].end]
    name = " ".join(text.split())
    return name.title() if name.isupper() and len(name) > 1 else name


def _place(reading: Reading, first: int, last: int, words: list[str]) -> Candidate | None:
    """A place by its last word: "Royal Oak Hospital", "Elm Street"."""
    if len(words) < 2 or words[-1] not in PLACE_WORDS or is_verb(words[-1]) or "the" in words[1:]:
        return None
    while first < last and (words[0] in _ANY_PLACE or (reading.begins_sentence(first) and len(words) > 2)):
        first, words = first + 1, words[1:]
    if len(words) < 2 or (reading.begins_sentence(first) and is_ordinary(words[0], made=False)):
        return None
    if words[0] in ("high", "main", "higher", "big") or reading.word(first - 1) in SURE_TITLES:
        return None
    return Candidate(PLACES, _written(reading, first, last), "a place by its last word")


def _kind(reading: Reading, first: int, words: list[str]) -> str:
    """Whether somebody or a place is meant, by the word before."""
    if any(is_first_name(w) for w in words):
        return PEOPLE
    one, two = reading.word(first - 1), reading.word(first - 2)
    if len(words) > 1 and (words[0] in PLACE_WORDS or is_home(reading, first, first + len(words) - 1)):
        return PLACES
    is_place = one in _BEFORE_PLACES or (one in ("from", "to") and two in OF_MOVING)
    return PLACES if is_place else PEOPLE


def _without_case(reading: Reading) -> Iterator[Candidate]:
    """Names in a text without capitals, or all in capitals: common ones, and those that are introduced."""
    for at, run in enumerate(reading.runs):
        if is_ordinary(run.folded, made=False) or len(run.folded) < 3:
            continue
        told = _told_small(reading, at)
        if told or is_first_name(run.folded):
            yield Candidate(PEOPLE, run.folded.title(), told or "a common name")


def _told_small(reading: Reading, at: int) -> str:
    if reading.word(at - 1) in TITLES:
        return "a title before it"
    if f"{reading.word(at - 2)} {reading.word(at - 1)}" in INTRODUCED:
        return "somebody says that they are called so"
    if reading.is_addressed(at, at) and not is_slip(reading.word(at)):
        return "somebody is addressed so"
    is_known = reading.word(at) in dictionary()
    return "somebody's family or friend" if is_known and reading.word(at - 1) in KIN else ""


def _spelt(text: str) -> Iterator[Candidate]:
    """Names spelt letter by letter."""
    for match in _SPELT.finditer(text):
        word = "".join(c for c in match[0] if c.isalpha()).lower()
        if (
            len(word) > 3
            and len(set(word)) > 2
            and not is_ordinary(word)
            and (is_first_name(word) or "-" in match[0] or word in dictionary())
        ):
            yield Candidate(PEOPLE, word.title(), "letter by letter")


def is_name_in_label(run: Run) -> bool:
    """Whether a word of a label or a file's name may be somebody's."""
    return run.folded in given_names() or (len(run.folded) > 1 and not is_ordinary(run.folded, made=False))
