"""Stem: a word without its ending, in one spelling, so that the forms of a word in a name or a list are one."""

from __future__ import annotations

# Endings, longest first.
_ENDINGS = (
    "isations", "isation", "ations", "ation", "ingly", "nesses", "ness", "ising", "ised", "ise", "ings", "ing", "ies", "ied",
    "ively", "ments", "ances", "ences", "ance", "ence", "ment", "ions", "ants", "ents", "ive", "ion", "ant", "ent", "ed", "es",
    "s", "y", "e",
)  # fmt: skip
_SHORTEST_STEM = 4


def stem(word: str, shortest: int = _SHORTEST_STEM) -> str:
    """The word without its ending, of which at least `shortest` letters are left: "minimising" and "minimization" are one."""
    word = word.replace("z", "s")
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= shortest:
            return word.removesuffix(ending)
    return word
