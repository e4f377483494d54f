"""Contrast: whether two texts that stand for the same speech mean something else - a negation more or less, another number,
another name - or only differ in how they are spelt, contracted or misheard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from difflib import SequenceMatcher
from itertools import product

from pipeline.english.numbers import NUMBER_WORDS
from pipeline.english.pronounce import pronounce
from pipeline.english.verbalize import spoken_readings
from pipeline.words import bare_word, letters_of

# Words that deny by themselves; "no" does where a word follows it ("no drink"), and answers elsewhere ("No, I went").
NEGATIONS = frozenset({"not", "no", "never", "nothing", "nobody", "none"})
_MORE_NEGATIONS = frozenset({"cannot", "nowhere", "neither", "nor", "without"})
# "One" stands for a person or thing more often than for a number.
_NO_NUMBERS = frozenset({"one", "oh"})
# Names that share more of their letters than this are one name, heard or spelt otherwise. Chosen.
_MAX_LIKENESS = 0.6
# So many ways of saying the words of either side are compared.
_MAX_PRONUNCIATIONS = 64


def contrast(written: Sequence[str], said: Sequence[str], names: Collection[str] = ()) -> str:
    """What the difference changes: "negation", "number", "name", or "" where it changes none of them.

    Both are words with their punctuation; `names` are known names, one word each, without case.
    """
    one, other = _without_common(_once(written), _once(said))
    if _sound_alike(one, other):
        return ""
    if _denials(one) != _denials(other):
        return "negation"
    if _number_differs(_numbers(one), _numbers(other), not one or not other):
        return "number"
    return "name" if _name_differs(one, other, names) else ""


def _once(words: Sequence[str]) -> list[str]:
    """The words, one that is said several times running once: "No, no, no" denies no more than "No"."""
    return [w for k, w in enumerate(words) if not k or bare_word(w) != bare_word(words[k - 1])]


def _without_common(one: list[str], other: list[str]) -> tuple[list[str], list[str]]:
    """Both without the words that they begin and end with alike."""
    keys = [[bare_word(w) for w in words] for words in (one, other)]
    start = _agreeing(*keys)
    end = _agreeing(*(k[start:][::-1] for k in keys))
    one, other = (words[start : len(words) - end] for words in (one, other))
    return one, other


def _agreeing(one: Sequence[str], other: Sequence[str]) -> int:
    """How many words both begin with alike."""
    return next(
        (k for k, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other))
    )


def _sound_alike(one: Sequence[str], other: Sequence[str]) -> bool:
    """Whether both may be the same words spelt otherwise ("ten", "10"), or other words of the same sound ("no", "know")."""
    if not one or not other:
        return not one and not other
    readings = [spoken_readings(" ".join(words)) for words in (one, other)]
    if {"".join(r) for r in readings[0]} & {"".join(r) for r in readings[1]}:
        return True
    return bool(_sounds(readings[0][0]) & _sounds(readings[1][0])) if all(readings) else False


def _sounds(words: Sequence[str]) -> set[str]:
    """Ways of saying some words, as phones."""
    ways = pronounce(words)
    choices = list(product(*(ways[word][:2] for word in words[:6])))
    return {" ".join(choice) for choice in choices[:_MAX_PRONUNCIATIONS]}


def _denials(words: Sequence[str]) -> int:
    """How many of the words deny."""
    bare = [bare_word(word) for word in words]
    return sum(
        (b in NEGATIONS | _MORE_NEGATIONS or b.endswith("n't")) and (b != "no" or w[-1:].isalpha())
        for w, b in zip(words, bare, strict=True)
    )


def _numbers(words: Sequence[str]) -> Counter[str]:
    readings = spoken_readings(" ".join(words)) if words else ()
    return Counter(w for w in (readings[0] if readings else ()) if w in NUMBER_WORDS - _NO_NUMBERS)


def _number_differs(one: Counter[str], other: Counter[str], one_sided: bool) -> bool:
    """Whether numbers differ: on both sides, or one that is left out; where other words stand in its place it may be misheard."""
    return one != other and (one_sided or (bool(one) and bool(other)))


def _name_differs(one: Sequence[str], other: Sequence[str], names: Collection[str]) -> bool:
    """Whether a known name stands where another name is said that does not resemble it."""
    if len(one) != len(other):
        return False
    for here, there in zip(one, other, strict=True):
        first, second = (letters_of(bare_word(word).removesuffix("'s")) for word in (here, there))
        both_names = here[:1].isupper() and there[:1].isupper() and {first, second} & set(names)
        if both_names and SequenceMatcher(None, first, second).ratio() <= _MAX_LIKENESS:
            return True
    return False
