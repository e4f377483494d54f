"""Spelling: whether a written word is an English word, and which one was likely meant where it is none.

A word is known that a pronunciation dictionary or lemminflect's lexicon lists, that is made of such words by an ending, a
beginning or a compound, or that its text is known to use. For the others that word is likely which lies one slip away:
a letter too many, too few, wrong or out of place, or the same letters in another order (Damerau 1964: four slips in five).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache

from pipeline.english import breaks, lemmas
from pipeline.english.numbers import NUMBER_WORDS
from pipeline.english.pronounce import INTERJECTIONS, dictionary, is_derived
from pipeline.words import bare_word

_LETTERS = "abcdefghijklmnopqrstuvwxyz"
# Shorter words are one slip away from too many others; chosen.
_MIN_LETTERS = 4
# The same for those who hear which word it was; chosen.
_MIN_SLIPPED_LETTERS = 3
# Shorter words are made of a stem and an ending by chance ("thee-er"); chosen.
_MIN_DERIVED_LETTERS = 8
# From so many letters on another order of the same letters is no chance; chosen.
_MIN_ANAGRAM_LETTERS = 6
# The longest word in an English dictionary, of a disease of the lungs; nothing longer is a slip of the keyboard, and the
# strings one slip away from a word take as much memory as the cube of its length.
_MAX_LETTERS = 45
# Words that no lexicon of inflections lists, since they have none.
CLOSED_CLASS = (
    breaks.ARTICLES | breaks.PREPOSITIONS | breaks.CONJUNCTIONS | breaks.SUBJECTS | breaks.AUXILIARIES
)
# Names of days and months, which have no inflections and are written with a capital. "May" is a word of grammar.
_CALENDAR = frozenset(
    [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
        "january",
        "february",
        "march",
        "april",
        "june",
        "july",
        "august",
        "september",
        "october",
        "november",
        "december",
    ]
)


def likely_word(word: str, own: Mapping[str, int]) -> str | None:
    """The word that was likely meant by one that is none; None where nothing lies one slip away, or the word is one.

    `own` counts the words that the text is known to use: names, terms, its other words.
    """
    if (
        not _MIN_LETTERS <= len(word) <= _MAX_LETTERS
        or not (word.isascii() and word.isalpha())
        or re.search(r"(.)\1\1", word)
    ):
        return None
    if word in dictionary():
        return _swapped_word_of_grammar(word)
    if word in own or word in INTERJECTIONS or (len(word) >= _MIN_DERIVED_LETTERS and is_derived(word)):
        return None
    near = dict.fromkeys(_one_slip_away(word))
    candidates = [w for w in dict.fromkeys((*near, *_rearranged(word))) if _is_usual(w, own)]
    if not candidates or lemmas.is_listed(word):
        return None
    return max(candidates, key=lambda w: (w in own, w in near, *_likeness(w, word)))


def is_known(text: str) -> bool:
    """Whether a written word stands in the pronouncing dictionary, by itself or as a possessive; numbers and signs pass too."""
    bare = bare_word(text)
    return (
        bare in dictionary() or bare.removesuffix("'s") in dictionary() or not bare.replace("'", "").isalpha()
    )


def corrections(text: str, own: Mapping[str, int] | None = None) -> tuple[str, ...]:
    """Every word that one slip may have made into this one, the likelier first; none for a known word. `own` as in `likely_word`.

    Whoever can hear which of them was said need not take the likeliest.
    """
    bare, known = bare_word(text), own or {}
    if is_known(text) or not _MIN_SLIPPED_LETTERS <= len(bare) <= _MAX_LETTERS:
        return ()
    found = [w for w in dict.fromkeys((*_one_slip_away(bare), *_rearranged(bare))) if _is_usual(w, known)]
    return tuple(sorted(found, key=lambda w: (w in known, *_likeness(w, bare)), reverse=True))


def is_slip(text: str, word: str) -> bool:
    """Whether a correction has the same letters, in another order or one of them doubled: fingers slip so more often than they
    add another letter."""
    return set(bare_word(text)) == set(word)


def _likeness(candidate: str, word: str) -> tuple[bool, ...]:
    """What makes a candidate likelier, the most telling first."""
    return (
        sorted(candidate) == sorted(word),
        candidate in CLOSED_CLASS,
        candidate[0] == word[0],
        candidate[-1] == word[-1],
        len(candidate) > len(word),
    )


def _swapped_word_of_grammar(word: str) -> str | None:
    """The word of grammar of which a surname in the dictionary ("thier") is the same with two neighbouring letters swapped."""
    swapped = (word[:k] + word[k + 1] + word[k] + word[k + 2 :] for k in range(len(word) - 1))
    found = next((w for w in swapped if w in CLOSED_CLASS and w != word), None)
    return None if found is None or word in CLOSED_CLASS | NUMBER_WORDS or lemmas.is_listed(word) else found


def _is_usual(word: str, own: Mapping[str, int]) -> bool:
    """Whether a word is one that people mean: of the text itself, a word of grammar, or one that has inflections."""
    return (
        word in own
        or word in CLOSED_CLASS | _CALENDAR | NUMBER_WORDS
        or (word in dictionary() and lemmas.is_listed(word))
    )


def _one_slip_away(word: str) -> Iterator[str]:
    """Letter strings one edit away from a word: a letter moved, dropped, replaced, added."""
    halves = [(word[:k], word[k:]) for k in range(len(word) + 1)]
    yield from (
        rest[:at] + letter + rest[at:] for rest, letter in _without_one(word) for at in range(len(word))
    )
    yield from (a + b[1:] for a, b in halves if b)
    yield from (a + letter + b[1:] for a, b in halves if b for letter in _LETTERS if letter != b[0])
    yield from (a + letter + b for a, b in halves for letter in _LETTERS)


def _without_one(word: str) -> list[tuple[str, str]]:
    """A word without each of its letters, and that letter."""
    return [(word[:k] + word[k + 1 :], word[k]) for k in range(len(word))]


def _rearranged(word: str) -> tuple[str, ...]:
    """Words of the dictionary of the same letters in another order."""
    if len(word) < _MIN_ANAGRAM_LETTERS:
        return ()
    letters = sorted(word)
    return tuple(w for w in _words_by_length()[len(word)] if w.isalpha() and sorted(w) == letters)


@cache
def _words_by_length() -> Mapping[int, Sequence[str]]:
    """The words of the dictionary by their length: the few that are looked for do not pay for sorting the letters of all."""
    found: dict[int, list[str]] = defaultdict(list)
    for word in dictionary():
        found[len(word)].append(word)
    return found
