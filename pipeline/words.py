"""Folding of words: what counts as the same word, as the same letters, as the same name. Each question has one answer here."""

from __future__ import annotations

import re
import unicodedata

# What may stand around a word: quotes, brackets, dashes, signs of emphasis, and what ends a clause.
_AROUND = "\"'“”‘’«»[]()¿¡-–—*_.,;:!?…"
_WORD = re.compile(r"\w+")
# What stands behind a name and is no part of it: "| Acme", "(she/her)", "[Acme]"; "(2)" tells two devices apart.
_BESIDE_NAME = re.compile(r"\s*\|.*$|\s*\((?!\s*\d+\s*\))[^()]*\)|\s*\[[^\[\]]*\]")
_DEGREES = frozenset(
    "phd md psyd edd dphil mphil msc bsc ma ba mba med msw lcsw lmsw lmft mft lpc lpcc rn bsn msn dnp np pa do dsw mbbs frcp "
    "frcpsych mrcpsych cadc cpsych dclinpsy jd esq jr sr ii iii iv ceo cto".split()  # noqa: SIM905
)


def bare_word(text: str) -> str:
    """The word as a list of words has it: no punctuation around it, small letters, straight apostrophes; "(Don’t," is "don't"."""
    return text.replace("’", "'").strip(_AROUND).lower()


def letters_of(text: str) -> str:
    """The letters and digits of a text alone, without case (Unicode NFKC): texts that differ in nothing else are spelt alike."""
    return "".join(c for c in unicodedata.normalize("NFKC", text).casefold() if c.isalnum())


def plain_words(text: str) -> list[str]:
    """The runs of letters and digits in a text, without case."""
    return _WORD.findall(text.casefold())


def name_key(text: str) -> str:
    """A name or title as it is looked up: without case, with single spaces."""
    return " ".join(text.casefold().split())


def person_name(text: str) -> str:
    """A person's name as it is said: "Weir, Hanna (she/her)" is "Hanna Weir", "Owen Pratt, PhD" and "Owen Pratt | Acme" are
    "Owen Pratt"."""
    family, *others = [part.strip() for part in _BESIDE_NAME.sub("", text).split(",")]
    named = [part for part in others if part and not all(_is_degree(word, family) for word in part.split())]
    given = named[0] if len(named) == 1 else ""
    is_given = bool(given) and given[:1].isupper() and not (" " in family and " " in given)
    return f"{given} {family}" if is_given else family


def _is_degree(word: str, family: str) -> bool:
    """Whether a word behind a name's comma is a degree: one that is known, or a few capitals behind a name that is not in capitals."""
    letters = word.replace(".", "")
    return letters.casefold() in _DEGREES or (1 < len(letters) <= 5 and letters.isupper() and not family.isupper())
