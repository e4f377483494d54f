"""Spelling: the word that was meant by one which nobody says and no list has, when one slip of the pen lies between them."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from pipeline.concepts.codebook import CONCEPTS_FILE
from pipeline.concepts.inflections import FORMS_FILE
from pipeline.files import data_file
from pipeline.search.index.vocabulary import Vocabulary
from pipeline.search.query.stems import stem
from pipeline.search.query.synonyms import SYNONYMS_FILE, table_text
from pipeline.words import folded

# Shorter words have too many neighbours; so have these when a letter stands for another.
_SHORTEST, _SHORTEST_WITH_ANOTHER_LETTER = 5, 7
_WORD = re.compile(r"[a-z]{3,}")


def meant_word(word: str, vocabulary: Vocabulary) -> str:
    """The word of the index, else of our lists, that is one slip away; "" for a word that is in either, or near to none."""
    word = folded(word)
    if len(word) < _SHORTEST or not word.isalpha() or vocabulary.has(word) or stem(word) in _listed_stems():
        return ""
    for words in (vocabulary.forms_like(word), sorted(_listed())):
        near = [w for w in words if is_one_slip(word, w)]
        if near:
            return max(near, key=len)  # letters are left out more often than they are put in
    return ""


def is_one_slip(wrong: str, right: str) -> bool:
    """Whether one letter is missing, one too many, two are exchanged, or, in longer words, one is another; the first is right."""
    if wrong[:1] != right[:1] or abs(len(wrong) - len(right)) > 1 or wrong == right:
        return False
    at = next(
        (n for n, (a, b) in enumerate(zip(wrong, right, strict=False)) if a != b), min(len(wrong), len(right))
    )
    if len(wrong) < len(right):
        return wrong[at:] == right[at + 1 :]
    if len(wrong) > len(right):
        return wrong[at + 1 :] == right[at:]
    if wrong[at : at + 2] == right[at : at + 2][::-1] and wrong[at + 2 :] == right[at + 2 :]:
        return True
    return len(wrong) >= _SHORTEST_WITH_ANOTHER_LETTER and wrong[at + 1 :] == right[at + 1 :]


def _listed() -> frozenset[str]:
    """All words in the files that ship with the search: the lexicon, its forms, the thesaurus."""
    return frozenset().union(*(_words_in(data_file(n)) for n in (CONCEPTS_FILE, FORMS_FILE, SYNONYMS_FILE)))


def _listed_stems() -> frozenset[str]:
    return _stems_of(_listed())


@lru_cache(maxsize=2)
def _stems_of(words: frozenset[str]) -> frozenset[str]:
    return frozenset(map(stem, words))


@lru_cache(maxsize=8)
def _words_in(path: Path) -> frozenset[str]:
    return frozenset(_WORD.findall(table_text(path).lower()))
