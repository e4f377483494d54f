"""Full-text and structured search over transcripts: words, concepts, speakers, vignettes, and sequences of them.

Build an index and ask it:

    >>> from pathlib import Path
    >>> from pipeline.search import Index
    >>> built = Index.update(Path("transcripts"))
    >>> index = Index.of(Path("transcripts"))

The best hits of a query, each with the words marked and a citation:

    >>> hit = index.search("stay shame").hits[0]
    >>> hit.citation
    '"Can we stay with the shame for a moment?" (The Thursday Group, Vignette 2, 00:00:31–00:00:35, Ruth)'

A sequence: a trigger is named, and within a minute somebody else gives feedback:

    >>> results = index.search("concept:trigger -> concept:feedback within 60s by:other")
    >>> [moment.speaker for moment in results.hits[0].moments]
    ['Denise', 'Colin']

Words that no utterance holds all of are answered by the best of any, and concepts that may be meant are named:

    >>> found = index.search("feeling embarrassed at the till")
    >>> found.hits[0].by, found.hits[0].moments[0].text
    ('some words', "I was so ashamed, I couldn't look at the girl on the till.")

What somebody might say finds what is like it, and a tag can be asked to be sure:

    >>> index.search('like:"I could not look at anybody" concept:shame>0.5').hits[0].moments[0].speaker
    'Denise'

How the hits divide; drafts are left out, and counted by `index.hits_in_drafts`:

    >>> [(c.value, c.hits, c.of) for c in index.count("concept:emotion", by="speaker")]
    [('Denise', 2, 2), ('Maya', 1, 1), ('Ruth', 1, 1)]
    >>> index.close()
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pipeline.concepts.codebook import Codebook
    from pipeline.errors import DocumentError, IndexFileError, QueryError
    from pipeline.search.answers.results import Count, Evidence, Hit, Line, Moment, Results
    from pipeline.search.engine import Index
    from pipeline.search.index.build import update
    from pipeline.search.index.write import Built

# Loaded when first asked for: the command line must not wait for a search that nobody makes.
_HOMES = {
    "pipeline.search.index.build": ("update",),
    "pipeline.concepts.codebook": ("Codebook",),
    "pipeline.errors": ("DocumentError", "IndexFileError", "QueryError"),
    "pipeline.search.index.write": ("Built",),
    "pipeline.search.engine": ("Index",),
    "pipeline.search.answers.results": ("Count", "Evidence", "Hit", "Line", "Moment", "Results"),
}

__all__ = [
    "Built",
    "Codebook",
    "Count",
    "DocumentError",
    "Evidence",
    "Hit",
    "Index",
    "IndexFileError",
    "Line",
    "Moment",
    "QueryError",
    "Results",
    "update",
]


def __dir__() -> list[str]:
    return sorted(__all__)


def __getattr__(name: str) -> Any:
    for module, names in _HOMES.items():
        if name in names:
            return getattr(import_module(module), name)
    raise AttributeError(f"module 'pipeline.search' has no attribute '{name}'")
