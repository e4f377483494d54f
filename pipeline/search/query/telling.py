"""Telling words: the words of a text that can tell an utterance from another."""

from __future__ import annotations

import re

from pipeline.concepts.patterns import FREQUENT_WORDS
from pipeline.search.index.vocabulary import words_of
from pipeline.words import folded

# Contractions without their apostrophes, and words about searching, which a researcher writes and nobody says.
_CONTRACTED = frozenset(
    """dont doesnt didnt cant couldnt wont wouldnt shouldnt isnt arent wasnt werent havent hasnt hadnt im ive id ill youre
    youve youd youll hes shes its weve were theyre theyve thats theres whats whos lets somebody someone anybody anyone
    nobody people person talk talks talking says saying said something anything which while after before into over than
    whether whose whom between among through during without within towards toward against gave gives given feeling feels
    felt gets getting got being having either somewhere examples example moment moments scene scenes clip clips passages
    find show mention mentions mentioned describe describes described discuss discusses discussed discussing""".split()  # noqa: SIM905
)
_STOP_WORDS = _CONTRACTED | {piece for word in FREQUENT_WORDS for piece in (word, word.replace("'", ""))}
_POSSESSIVE = re.compile(r"\b([^\W_]+)'s\b")


def telling_words(text: str) -> list[str]:
    """The words of a text that can tell an utterance from another, each once: no stop words, no single letters."""
    plain = _POSSESSIVE.sub(_owner, folded(text)).replace("'", "")
    return [
        word
        for word in dict.fromkeys(words_of(plain))
        if word not in _STOP_WORDS and (len(word) > 1 or word.isdigit())
    ]


def _owner(match: re.Match[str]) -> str:
    """The word before "'s"; with it where that is a contraction, as in "it's"."""
    return match[0] if f"{match[1]}s" in _STOP_WORDS else match[1]
