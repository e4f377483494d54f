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
    NOT_ADDRESSED,
    PARTICLES,
    PLACE_WORDS,
    TITLES,
    given_names,
    is_ordinary,
    is_verb,
    may_address,
    word_set,
)
from pipeline.commands.deidentify.reading import Reading
from pipeline.english.pronounce import dictionary
from pipeline.english.spelling import likely_word

# Between the words of a name.
_WITHIN = re.compile(r"[ \n]|[-'’.]|\. ")
# Titles before which an ordinary word is a name: "Mrs. Baker"; behind "mother" or "doctor" it may be anything.
_SURE_TITLES = word_set("dr mr mrs ms miss prof professor rev reverend")
_BEFORE_PLACES = word_set("in near at via around outside across")
_OF_MOVING = word_set(
    "go goes going went gone come comes came coming move moves moved moving back drive drove fly flew trip train bus up down "
    "over been travelled traveled returned get got m am is re are s was were here live lived away home all"
)
_OF_LIVING = word_set("born live lived lives living raised up house flat home place work worked")
_INTRODUCED = (
    "i m",
    "i am",
    "name is",
    "name s",
    "call me",
    "called me",
    "this is",
    "am called",
    "it s",
    "named after",
)
_SPELT = re.compile(r"(?<![\w-])(?:[A-Za-z](?:-|\. ?|, ?| )){2,}[A-Za-z](?![\w'’])\.?")
_STRONG_VERBS = word_set(
    "said told asked thinks thought rang came went looked says wants knows left didn doesn wasn isn hasn hadn"
)
_CALLED = (
    "call me",
    "call him",
    "call her",
    "call them",
    "called me",
    "called him",
    "called her",
    "known as",
    "name is",
    "name s",
)
_TELLING = (
    "somebody says that they are called so",
    "somebody's family or friend",
    "somebody is addressed so",
    "somebody is called so",
)
_GREETINGS = word_set("hi hello hey dear ask thanks bye goodbye")
_SCHOOLS = word_set(
    "high middle junior senior school church court anonymous step steps meeting meetings group therapy rehab day world"
)
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
        run.is_all_capitals and len(run.folded) < 5 and not _is_first_name(run.folded)
    )


def _is_first_name(word: str) -> bool:
    """Whether a word is a given name and nothing else."""
    return word in given_names() and not is_ordinary(word, made=False)


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
    why = _reason(reading, first, last, titled)
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
    if words[0] in ("high", "main", "higher", "big") or reading.word(first - 1) in _SURE_TITLES:
        return None
    return Candidate(PLACES, _written(reading, first, last), "a place by its last word")


def _reason(reading: Reading, first: int, last: int, titled: str) -> str:
    """Why these words are a name; "" where they are none."""
    words = [reading.word(n) for n in range(first, last + 1)]
    told = _told(reading, first, last, titled)
    unknown = [w for w in words if not is_ordinary(w, made=False)]
    given = [w for w in words if w in given_names()]
    begins = reading.begins_sentence(first)
    if len(words) > 1 and (unknown or given) and not begins:
        return told or "a capital"
    if not unknown:
        return _reason_of_word(reading, first, last, titled, told)
    slips = [_meant(w) for w in unknown]
    if all(slips) and (begins or NO_NAMES.issuperset(slips)):
        return ""
    if told or not begins:
        return told or "a capital"
    return "a word of no dictionary" if _begins_as_name(reading, first, last, unknown) else ""


def _told(reading: Reading, first: int, last: int, titled: str) -> str:
    """What stands around the words and says that they name somebody; "" for nothing."""
    one, two = reading.word(first - 1), f"{reading.word(first - 2)} {reading.word(first - 1)}"
    beside = not reading.begins_sentence(first)
    if titled or (beside and one in TITLES):
        return "a title before it"
    if beside and (two in _INTRODUCED or one == "named"):
        return "somebody says that they are called so"
    if beside and two in _CALLED:
        return "somebody is called so"
    if beside and one in KIN and re.fullmatch(r"[, ]{1,2}", reading.before(first)):
        return "somebody's family or friend"
    return "somebody is addressed so" if reading.is_addressed(first, last) else ""


def _reason_of_word(reading: Reading, first: int, last: int, titled: str, told: str) -> str:
    """Why ordinary words are a name here."""
    word = reading.word(first)
    if first < last and _is_home(reading, first, last):
        return "a capital"
    if first < last:
        return told if word in given_names() or (titled and told) else ""
    if titled in _SURE_TITLES or (
        reading.word(first - 1) in _SURE_TITLES and not reading.begins_sentence(first)
    ):
        return "" if len(word) < 2 else "a title before it"
    if told in _TELLING and not reading.begins_sentence(first) and not _is_said_of_anybody(word):
        return told
    if word not in given_names() and _stands_out(reading, first):
        return "a capital"
    if word not in given_names() or reading.is_month(first):
        return ""
    if not reading.begins_sentence(first):
        return (told or "a capital") if reading.may_be_name(first) else ""
    if (
        reading.is_addressed(first, first)
        or reading.word(first + 1) in _STRONG_VERBS
        or _owns_or_joins(reading, first)
    ):
        return told or "what stands behind it"
    return ""


def _stands_out(reading: Reading, at: int) -> bool:
    """Whether an ordinary word has a capital inside of a sentence of small letters: "I told Marigold"."""
    inside = sum(run.is_capitalised and not reading.begins_sentence(n) for n, run in enumerate(reading.runs))
    plain = 2 * inside < len(reading.runs) or reading.word(at - 1) in _GREETINGS
    after_article = reading.word(at - 1) in ("the", "a", "an", "this", "that", "any", "some", "no")
    return (
        plain
        and not after_article
        and not reading.begins_sentence(at)
        and not _is_said_of_anybody(reading.word(at))
    )


def _owns_or_joins(reading: Reading, at: int) -> bool:
    """Whether somebody has something, or stands beside another name: "Billy's", "Grace and Maggie"."""
    joins = reading.word(at + 1) == "and" and at + 2 < len(reading.runs) and len(reading.word(at + 2)) > 1
    return reading.is_possessive(at) or (joins and reading.runs[at + 2].is_capitalised)


def _is_said_of_anybody(word: str) -> bool:
    """Whether people are addressed or called by a word whoever they are: "Doctor", "Group"."""
    return word in NOT_ADDRESSED or word.removesuffix("s") in NOT_ADDRESSED or not may_address(word)


def _is_home(reading: Reading, first: int, last: int) -> bool:
    """Whether ordinary words are a place: "I am from Kings Cross"; not "we went to High School"."""
    before, two = reading.word(first - 1), reading.word(first - 2)
    moving = (before in ("from", "to") and two in _OF_MOVING) or (before == "in" and two in _OF_LIVING)
    words = {reading.word(n) for n in range(first, last + 1)}
    return moving and not words & (NOT_ADDRESSED | _SCHOOLS) and not reading.begins_sentence(first)


def _begins_as_name(reading: Reading, first: int, last: int, unknown: list[str]) -> bool:
    """Whether words of no dictionary at the beginning of a sentence are a name, and no slip of the keyboard."""
    if any(_is_first_name(w) or (w in dictionary() and len(w) > 2) for w in unknown):
        return True
    after = reading.word(last + 1)
    return len(unknown[0]) > 2 and (
        reading.is_possessive(last) or reading.ends_clause(last) or is_verb(after) or after in ("and", "or")
    )


def _meant(word: str) -> str:
    """The word that another one is with a letter doubled or two neighbours swapped ("Thusrday"), "" for none."""
    if word in dictionary() or _is_first_name(word):
        return ""
    meant = likely_word(word, {}) or ""
    swapped = {word[:k] + word[k + 1] + word[k] + word[k + 2 :] for k in range(len(word) - 1)}
    return meant if meant in swapped or _single(word) == _single(meant) else ""


def _single(word: str) -> str:
    """The word with no letter doubled."""
    return re.sub(r"(.)\1", r"\1", word)


def _kind(reading: Reading, first: int, words: list[str]) -> str:
    """Whether somebody or a place is meant, by the word before."""
    if any(_is_first_name(w) for w in words):
        return PEOPLE
    one, two = reading.word(first - 1), reading.word(first - 2)
    if len(words) > 1 and (words[0] in PLACE_WORDS or _is_home(reading, first, first + len(words) - 1)):
        return PLACES
    is_place = one in _BEFORE_PLACES or (one in ("from", "to") and two in _OF_MOVING)
    return PLACES if is_place else PEOPLE


def _without_case(reading: Reading) -> Iterator[Candidate]:
    """Names in a text without capitals, or all in capitals: common ones, and those that are introduced."""
    for at, run in enumerate(reading.runs):
        if is_ordinary(run.folded, made=False) or len(run.folded) < 3:
            continue
        told = _told_small(reading, at)
        if told or _is_first_name(run.folded):
            yield Candidate(PEOPLE, run.folded.title(), told or "a common name")


def _told_small(reading: Reading, at: int) -> str:
    if reading.word(at - 1) in TITLES:
        return "a title before it"
    if f"{reading.word(at - 2)} {reading.word(at - 1)}" in _INTRODUCED:
        return "somebody says that they are called so"
    is_known = reading.word(at) in dictionary()
    return "somebody's family or friend" if is_known and reading.word(at - 1) in KIN else ""


def _spelt(text: str) -> Iterator[Candidate]:
    """Names spelt letter by letter."""
    for match in _SPELT.finditer(text):
        word = "".join(c for c in match[0] if c.isalpha()).lower()
        if (
            len(word) > 3
            and not is_ordinary(word)
            and (_is_first_name(word) or "-" in match[0] or word in dictionary())
        ):
            yield Candidate(PEOPLE, word.title(), "letter by letter")


def is_name_in_label(run: Run) -> bool:
    """Whether a word of a label or a file's name may be somebody's."""
    return run.folded in given_names() or (len(run.folded) > 1 and not is_ordinary(run.folded, made=False))
