"""A word-by-word matcher for the variants of a phrase, in place of spaCy's.

spaCy takes half a second to import, more than the matching of a whole film takes: where one corrected word has one turn
coded again, this finds the very same spans (a property test holds the two against each other).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from pipeline.concepts.patterns import Spec


def spans(variants: Iterable[Sequence[Spec]], words: Sequence[str]) -> list[tuple[int, int]]:
    """The spans `(first, last)` of words that match a variant, longest first, as spaCy's matcher with `greedy="LONGEST"`: of
    spans that share a word the longest stays, of equally long ones the first."""
    found = {
        (first, last)
        for variant in variants
        for first in range(len(words))
        for last in _ends(variant, words, first)
    }
    taken = [False] * len(words)
    kept: list[tuple[int, int]] = []
    for first, last in sorted(found, key=lambda s: (s[0] - s[1], s[0])):
        if not any(taken[first:last]):
            taken[first:last] = [True] * (last - first)
            kept.append((first, last))
    return kept


def _ends(variant: Sequence[Spec], words: Sequence[str], first: int) -> set[int]:
    """Where a variant may end that begins with word `first`; never there itself."""
    reached = {first}
    for spec in variant:
        reached = {end for at in reached for end in _steps(spec, words, at)}
        if not reached:
            return reached
    return reached - {first}


def _steps(spec: Spec, words: Sequence[str], at: int) -> Iterable[int]:
    """Where one place of a variant may end that begins at `at`."""
    if spec.forms is None:
        return range(at, min(at + spec.longest, len(words)) + 1)
    here = at < len(words) and words[at] in spec.forms
    return (at,) * (spec.operator == "?") + (at + 1,) * here
