"""The concepts that a query of plain words may mean, named beside what was found."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from pipeline.concepts.codebook import Codebook
from pipeline.search.answers.loose import Wish
from pipeline.search.answers.results import Results
from pipeline.search.query.suggestions import known_by

# Where all words are found in fewer utterances, concepts are named beside them. Chosen: a first page.
FEW_HITS = 10


def with_concepts(found: Results, wish: Wish, codes: Codebook) -> Results:
    """Few hits of words alone, with the concepts that are known by these words, under which there may be more."""
    if found.total >= FEW_HITS or wish.rest:
        return found
    known = known_by(codes, wish.words)
    return replace(found, concepts=known, notes=(*found.notes, *did_you_mean(known)))


def did_you_mean(concepts: Sequence[str]) -> Iterator[str]:
    """The question that names them; none for none."""
    if concepts:
        yield f"did you mean {' or '.join(f'concept:{c}' for c in concepts)}?"
