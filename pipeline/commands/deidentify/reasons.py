"""Why a capitalised word is a name: what stands around it, what it is otherwise, and what it may be a slip of."""

from __future__ import annotations

import re

from pipeline.commands.deidentify.ordinary import (
    KIN,
    NO_NAMES,
    NOT_ADDRESSED,
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

# Titles before which an ordinary word is a name: "Mrs. Baker"; behind "mother" or "doctor" it may be anything.
SURE_TITLES = word_set("dr mr mrs ms miss prof professor rev reverend")
OF_MOVING = word_set(
    "go goes going went gone come comes came coming move moves moved moving back drive drove fly flew trip train bus up down "
    "over been travelled traveled returned get got m am is re are s was were here live lived away home all"
)
_OF_LIVING = word_set("born live lived lives living raised up house flat home place work worked")
INTRODUCED = (
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


def is_first_name(word: str) -> bool:
    """Whether a word is a given name and nothing else."""
    return word in given_names() and not is_ordinary(word, made=False)


def reason(reading: Reading, first: int, last: int, titled: str) -> str:
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
    if beside and (two in INTRODUCED or one == "named"):
        return "somebody says that they are called so"
    if beside and two in _CALLED:
        return "somebody is called so"
    if beside and one in KIN and re.fullmatch(r"[, ]{1,2}", reading.before(first)):
        return "somebody's family or friend"
    return "somebody is addressed so" if reading.is_addressed(first, last) else ""


def _reason_of_word(reading: Reading, first: int, last: int, titled: str, told: str) -> str:
    """Why ordinary words are a name here."""
    word = reading.word(first)
    if first < last and is_home(reading, first, last):
        return "a capital"
    if first < last:
        return told if word in given_names() or (titled and told) else ""
    if titled in SURE_TITLES or (
        reading.word(first - 1) in SURE_TITLES and not reading.begins_sentence(first)
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


def is_home(reading: Reading, first: int, last: int) -> bool:
    """Whether ordinary words are a place: "I am from Kings Cross"; not "we went to High School"."""
    before, two = reading.word(first - 1), reading.word(first - 2)
    moving = (before in ("from", "to") and two in OF_MOVING) or (before == "in" and two in _OF_LIVING)
    words = {reading.word(n) for n in range(first, last + 1)}
    return moving and not words & (NOT_ADDRESSED | _SCHOOLS) and not reading.begins_sentence(first)


def _begins_as_name(reading: Reading, first: int, last: int, unknown: list[str]) -> bool:
    """Whether words of no dictionary at the beginning of a sentence are a name, and no slip of the keyboard."""
    if any(is_first_name(w) or (w in dictionary() and len(w) > 2) for w in unknown):
        return True
    after = reading.word(last + 1)
    return len(unknown[0]) > 2 and (
        reading.is_possessive(last) or reading.ends_clause(last) or is_verb(after) or after in ("and", "or")
    )


def _meant(word: str) -> str:
    """The word that another one is with a letter doubled or two neighbours swapped ("Thusrday"), "" for none."""
    if word in dictionary() or is_first_name(word):
        return ""
    meant = likely_word(word, {}) or ""
    swapped = {word[:k] + word[k + 1] + word[k] + word[k + 2 :] for k in range(len(word) - 1)}
    return meant if meant in swapped or _single(word) == _single(meant) else ""


def is_slip(word: str) -> bool:
    """Whether a word is likely another one, slipped."""
    return bool(_meant(word))


def _single(word: str) -> str:
    """The word with no letter doubled."""
    return re.sub(r"(.)\1", r"\1", word)
