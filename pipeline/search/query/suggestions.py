"""Concept suggestions: which concepts fit the words of a query, by their names, terms, definitions and examples."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipeline.concepts.codebook import Code, Codebook
from pipeline.search.index.vocabulary import words_of
from pipeline.search.query.stems import stem
from pipeline.search.query.synonyms import synonyms
from pipeline.search.query.telling import telling_words
from pipeline.words import name_key

# How well a word fits that stands in a concept's name, in a term by which people ask for it, in its definition, in its examples.
# Chosen: a name is what people ask for.
_FIELDS = (1.0, 0.9, 0.5, 0.2)
# The same of a word that stands for the one asked for.
_SYNONYM_SHARE = 0.6
# A suggestion fits at least so much of what is asked for, and so much of what the best one does.
LEAST_FIT, _LEAST_SHARE = 0.2, 0.6
# A word that is in no concept weighs as one that is in half of one.
_NOWHERE = 0.5
_SHORTEST_STEM = 3
# A concept explains a word that fits so well.
_EXPLAINS = 0.6


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A concept that may be meant: `fit` is the share, in [0, 1], of what is asked for that it explains, `explained` how far it
    explains each word: one of its name wholly, one of its terms by half, as what it names is more than that term."""

    concept: str
    fit: float
    explained: Mapping[str, float]


def suggested(codes: Codebook, words: Sequence[str], most: int = 2) -> list[str]:
    """The ids of the concepts that fit the words best, best first; a concept and not what it belongs under."""
    return [s.concept for s in suggestions(codes, words, most)]


def suggestions(codes: Codebook, words: Sequence[str], most: int = 2) -> list[Suggestion]:
    """The concepts that fit the words best, best first."""
    entries = [_entry(code) for code in codes.codes.values() if code.definition]
    if not entries or not words:
        return []
    stems = [
        [*_stems(word), *(s for other in synonyms(word) if " " not in other for s in _stems(other))]
        for word in words
    ]
    weights = [_weight(entries, some) for some in stems]
    found = [_fitting(entry, words, stems, weights) for entry in entries]
    found = sorted((s for s in found if s.fit >= LEAST_FIT), key=lambda s: -s.fit)
    return [s for s in found[:most] if s.fit >= _LEAST_SHARE * found[0].fit]


def known_by(codes: Codebook, words: Sequence[str]) -> tuple[str, ...]:
    """The concepts whose names or terms explain every one of the words."""
    return tuple(s.concept for s in suggestions(codes, words) if len(s.explained) == len(words))


_Phrases = tuple[frozenset[str], ...]


@lru_cache(maxsize=256)
def _entry(code: Code) -> tuple[str, tuple[_Phrases, ...]]:
    """A concept, and for each of its fields the stems of its phrases; those of definition and examples are words alone."""
    name = (*code.id.split("-"), *code.label.split(","))
    fields = (name, code.terms.split(","), words_of(code.definition), words_of(code.examples))
    return code.id, tuple(tuple(frozenset(_stems(phrase)) for phrase in field) for field in fields)


def _stems(text: str) -> Iterator[str]:
    return (stem(word, _SHORTEST_STEM) for word in telling_words(name_key(text)))


def _weight(entries: Sequence[_Entry], asked: Sequence[str]) -> float:
    """How much a word tells: the fewer concepts hold it, the more."""
    holding = sum(
        any(asked[0] in phrase for field in fields[:3] for phrase in field) for _, fields in entries if asked
    )
    return math.log(1 + len(entries) / (holding or _NOWHERE))


def _fitting(
    entry: _Entry, words: Sequence[str], stems: Sequence[Sequence[str]], weights: Sequence[float]
) -> Suggestion:
    concept, fields = entry
    together = frozenset(some[0] for some in stems if some)
    fits = [_fit(fields, some, together) for some in stems]
    total = sum(weight * fit for weight, fit in zip(weights, fits, strict=True)) / sum(weights)
    explained = {
        w: 1.0 if fit == _FIELDS[0] else 0.5 for w, fit in zip(words, fits, strict=True) if fit >= _EXPLAINS
    }
    return Suggestion(concept, total, explained)


def _fit(fields: Sequence[_Phrases], stems: Sequence[str], together: frozenset[str]) -> float:
    """How well one word, or one that stands for it (the stems behind the first), fits a concept."""
    if not stems:
        return 0.0
    others = [_in_fields(fields[:2], other, together | {other}) for other in stems[1:]]
    return max(_in_fields(fields, stems[0], together), _SYNONYM_SHARE * max(others, default=0.0))


def _in_fields(fields: Sequence[_Phrases], wanted: str, together: frozenset[str]) -> float:
    """The best field that holds the word; of a phrase the more, the more of its words are asked for."""
    parts = (
        value * math.sqrt(len(phrase & together) / len(phrase))
        for value, field in zip(_FIELDS, fields, strict=False)
        for phrase in field
        if wanted in phrase
    )
    return max(parts, default=0.0)


_Entry = tuple[str, tuple[_Phrases, ...]]
