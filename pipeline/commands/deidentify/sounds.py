"""Names as they are misheard: a word of no dictionary that sounds like a name ("Rooth"), by the pronunciations of both."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from pipeline.commands.deidentify.ordinary import word_set
from pipeline.english.pronounce import pronounce

_VOWELS = word_set("AA AE AH AO AW AY EH ER EY IH IY OW OY UH UW")
# Shorter names sound like too much.
_MIN_LETTERS, _MIN_PHONES, _MIN_PHONES_ANY = 3, 3, 5


class Sounds:
    """The names that words sound like, each word looked up once; `but` are words that a person said are no names."""

    def __init__(self, names: Iterable[str], but: Iterable[str] = ()) -> None:
        self._names = sorted(n for n in names if n.isascii() and len(n) >= _MIN_LETTERS)
        self._but = frozenset(but)
        self._known: dict[str, str] = {}

    @cached_property
    def _said(self) -> list[tuple[str, tuple[str, ...]]]:
        return [
            (name, tuple(phones.split())) for name, said in pronounce(self._names).items() for phones in said
        ]

    def name_like(self, word: str) -> str:
        """The name that a folded word sounds like, "" for none."""
        if word not in self._known:
            self._known[word] = self._found(word)
        return self._known[word]

    def _found(self, word: str) -> str:
        if word in self._but or not self._names or not word.isascii() or len(word) < _MIN_LETTERS:
            return ""
        said = [tuple(phones.split()) for phones in pronounce([word])[word]]
        alike = (name for name, phones in self._said for other in said if _are_alike(phones, other))
        return next(alike, "")


def _are_alike(one: tuple[str, ...], other: tuple[str, ...]) -> bool:
    """Whether two pronunciations are the same but for a vowel, or in longer ones for any one phone behind the first."""
    if one == other:
        return True
    if min(len(one), len(other)) < _MIN_PHONES or len(one) != len(other):
        return False
    differ = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    if len(differ) != 1:
        return False
    first, second = differ[0]
    both_vowels = first in _VOWELS and second in _VOWELS
    return both_vowels or (len(one) >= _MIN_PHONES_ANY and one[0] == other[0])
