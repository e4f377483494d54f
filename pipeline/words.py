"""Folding of words: what counts as the same word, as the same letters, as the same name. Each question has one answer here."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Container
from functools import lru_cache
from itertools import count

# What may stand around a word: quotes, brackets, dashes, signs of emphasis, and what ends a clause.
_AROUND = "\"'“”„‟‘’«»[]()¿¡-–—*_.,;:!?…"
_WORD = re.compile(r"\w+")
# Characters that nobody sees and that part a word in two: soft hyphens, zero-width spaces and joiners, byte order marks. Joiners
# and direction marks belong to some scripts; between Latin letters they are litter.
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u180e\u200b\u2060-\u2064\ufeff]|(?<=[\u0021-\u024f])[\u200c-\u200f\u202a-\u202e\u2066-\u2069]+(?=[\u0021-\u024f])"
)
APOSTROPHES = "’‘‛‚ʼ`´′＇"
_DOUBLE_QUOTES = "“”„‟«»″"
_SPACES = "\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000"
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_PLAIN_LETTERS = _FULL_WIDTH | dict.fromkeys(map(ord, APOSTROPHES), "'")
_PLAIN = _PLAIN_LETTERS | dict.fromkeys(map(ord, _DOUBLE_QUOTES), '"') | dict.fromkeys(map(ord, _SPACES), " ")
# What stands behind a name and is no part of it: "| Acme", "(she/her)", "[Acme]"; "(2)" tells two devices apart.
_BESIDE_NAME = re.compile(r"\s*\|.*$|\s*\((?!\s*\d+\s*\))[^()]*\)|\s*\[[^\[\]]*\]")
_DEGREES = frozenset(
    """phd md psyd edd dphil mphil msc bsc ma ba mba med msw lcsw lmsw lmft mft lpc lpcc rn bsn msn dnp np pa do dsw mbbs frcp
    frcpsych mrcpsych cadc cpsych dclinpsy jd esq jr sr ii iii iv ceo cto""".split()  # noqa: SIM905
)


def without_invisible(text: str) -> str:
    """The text without characters that nobody sees and that part words in two: a soft hyphen, a zero-width space."""
    return text if text.isascii() else _INVISIBLE.sub("", text)


def plain_letters(text: str) -> str:
    """Letters, digits and signs of full width as usual ones, and every apostrophe straight, character for character."""
    return text if text.isascii() and "`" not in text else text.translate(_PLAIN_LETTERS)


def plain_characters(text: str) -> str:
    """The same, and every double quote and every space of the plainest kind; the length stays."""
    return text if text.isascii() and "`" not in text else text.translate(_PLAIN)


@lru_cache(maxsize=65_536)
def bare_word(text: str) -> str:
    """The word as a list of words has it: no punctuation around it, small letters, straight apostrophes; "(Don’t," is "don't"."""
    return plain_letters(without_invisible(text)).strip(_AROUND).lower()


def letters_of(text: str) -> str:
    """The letters and digits of a text alone, without case (Unicode NFKC): texts that differ in nothing else are spelt alike."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


class _Folding(dict[int, str]):
    """Case and diacritic folding table, filled on demand: a character that would not fold to one character stays."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        base, *marks = list(unicodedata.normalize("NFD", plain_letters(character)))
        if not all(map(unicodedata.combining, marks)):
            base = character  # a Hangul syllable falls into letters, not into a letter and its marks
        low = base.lower()
        self[code] = low if len(low) == 1 else character
        return self[code]


_FOLDING = _Folding()


def folded(text: str) -> str:
    """Fold case and diacritics (NFD), character for character: the length stays."""
    return text.lower() if text.isascii() else text.translate(_FOLDING)


def without_accents(text: str) -> str:
    """The text without accents and other marks, its letters in their plainest form (Unicode NFKD): "José" is "Jose"."""
    return "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))


def slug(text: str, otherwise: str) -> str:
    """The text as a part of an id: its letters and digits in small letters, "-" for what is between; `otherwise` without any."""
    return re.sub(r"\W+", "-", text.casefold()).strip("-_") or otherwise


def numbered(name: str, taken: Container[str]) -> str:
    """The name, or with the first number from 2 behind it, as no other is `taken`: "ann", "ann-2"."""
    names = (name if n == 1 else f"{name}-{n}" for n in count(1))
    return next(n for n in names if n not in taken)


def plain_words(text: str) -> list[str]:
    """The runs of letters and digits in a text, without case."""
    return _WORD.findall(plain_letters(without_invisible(text)).casefold())


def name_key(text: str) -> str:
    """A name or title as it is looked up: without case, with single spaces."""
    return " ".join(plain_characters(without_invisible(text)).casefold().split())


def person_name(text: str) -> str:
    """A person's name as it is said: "Weir, Hanna (she/her)" is "Hanna Weir", "Owen Pratt, PhD" and "Owen Pratt | Acme" are
    "Owen Pratt"."""
    family, *others = [part.strip() for part in _BESIDE_NAME.sub("", text).split(",")]
    named = [part for part in others if part and not all(_is_degree(word, family) for word in part.split())]
    given = named[0] if len(named) == 1 else ""
    is_given = bool(given) and given[:1].isupper() and not (" " in family and " " in given)
    return f"{given} {family}" if is_given else family


def _is_degree(word: str, family: str) -> bool:
    """Whether a word behind a name's comma is a degree: a known one, or a few capitals behind a name that has small letters."""
    letters = word.replace(".", "")
    return letters.casefold() in _DEGREES or (
        1 < len(letters) <= 5 and letters.isupper() and not family.isupper()
    )
