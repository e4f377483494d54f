"""What is asked for: the words of a question, in the forms in which somebody says them, rightly spelt, and by their synonyms."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.search.answers.passages import Aspect
from pipeline.search.index.vocabulary import Vocabulary
from pipeline.search.query.spelling import meant_word
from pipeline.search.query.synonyms import synonyms

# So many words are marked at most: a query may have no more (`parser.MAX_TERMS`).
_MOST_MARKED = 48


@dataclass(frozen=True, slots=True)
class Asked:
    """The aspects of a question, a word or a phrase of the thesaurus each; `words` are all its words rightly spelt, `corrections`
    what was written and meant."""

    aspects: tuple[Aspect, ...]
    words: tuple[str, ...]
    corrections: tuple[tuple[str, str], ...]

    @classmethod
    def of(cls, words: Sequence[str], connection: sqlite3.Connection) -> Asked:
        """What these words ask for in an index."""
        vocabulary = Vocabulary(connection)
        right = {word: meant_word(word, vocabulary) or word for word in words}
        meant = dict.fromkeys(right.values())
        pairs = tuple((written, meant) for written, meant in right.items() if written != meant)
        return cls(tuple(_aspect(word, vocabulary) for word in meant), tuple(" ".join(meant).split()), pairs)

    @property
    def said(self) -> tuple[str, ...]:
        """All words to mark in what is found."""
        each = (
            w
            for a in self.aspects
            for w in (*a.word.split(), *a.forms, *(s for s in a.synonyms if " " not in s))
        )
        return tuple(dict.fromkeys(each))[:_MOST_MARKED]


def _aspect(word: str, vocabulary: Vocabulary) -> Aspect:
    """A word; where nobody says it, with the form of it that somebody does: "silent" and "silence"."""
    forms = () if " " in word or vocabulary.has(word) else tuple(vocabulary.related(word)[:1])
    return Aspect(word, forms, tuple(s for s in synonyms(word) if s != word))
