"""What is said plainly of loose answers: whether something fits what was asked, and what of it nobody speaks of."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from pipeline.search.answers.passages import Scores

# The first page answers what was asked when a hit on it holds so much of it, by how much each word tells. Chosen.
LEAST_FIT = 0.55
# So many hits are a first page.
FIRST_PAGE = 10
_MOST_NAMED = 4


def is_answered(held: Scores, weights: Scores) -> bool:
    """Whether one of some hits holds enough; `held`, shape (aspects, hits), says how far a hit holds each aspect."""
    total = weights.sum()
    return bool(held.size and total and (weights @ held).max() >= LEAST_FIT * total)


def statement(unsaid: Sequence[str], apart: Sequence[str], who: Sequence[str]) -> str:
    """The sentence above hits that do not answer; `unsaid` are words that nobody speaks of, `apart` those that are said, never
    together, `who` the people whose words were asked for."""
    why = ""
    if unsaid:
        why = f": nobody speaks of {_listed(unsaid, 'or')}"
    elif len(apart) > 1:
        why = f": nobody speaks of {_listed(apart, 'and')} together"
    by = f" in what {' or '.join(name.title() for name in who)} says" if who else ""
    return f"nothing is found for this{by}{why}; what comes nearest is shown"


def corrections(pairs: Sequence[tuple[str, str]]) -> Iterator[str]:
    """What was looked for in place of words that nobody says."""
    for written, meant in pairs:
        yield f"nobody says '{written}'; '{meant}' is looked for"


def _listed(words: Sequence[str], last: str) -> str:
    shown = [f"'{word}'" for word in words[:_MOST_NAMED]]
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} {last} {shown[-1]}"
