"""Lemma look-up: of which kinds of words (nouns, verbs, ...) a written word is a form, by the tables of the library lemminflect.

The library's own functions say the same; but importing it imports spaCy, which takes longer than all else that looks a word up.
Its tables are read where they lie.
"""

from __future__ import annotations

import gzip
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from pipeline import intact
from pipeline.errors import WeightsError

_PACKAGE = "lemminflect"
# Lines of "word,kind,lemmas"; the second amends the first, and has remarks.
_TABLES = ("lemma_lu.csv.gz", "lemma_overrides.csv")
# The tables of the lexicon of which the library's are made call auxiliaries so.
_SAME = {"MODAL": "AUX"}


@cache
def kinds_of(word: str) -> frozenset[str]:
    """The kinds of which a word, whatever its capitals, is a form: NOUN, VERB, ADJ, ADV, AUX; none for an unknown word. Raises
    WeightsError when the tables are missing or damaged."""
    found, begins = set(), f"{word.lower()},"
    for lines in _tables():
        at = bisect_left(lines, begins)
        while at < len(lines) and lines[at].startswith(begins):
            kind = lines[at].split(",")[1].upper()
            found.add(_SAME.get(kind, kind))
            at += 1
    return frozenset(found)


def is_listed(word: str) -> bool:
    """Whether a word is a form of any; the tables hold no names. Raises WeightsError as `kinds_of` does."""
    return bool(kinds_of(word))


@cache
def _tables() -> tuple[Sequence[str], ...]:
    """The lines of each table, sorted: they are searched by halves, which is sooner done than taking them apart."""
    spec = find_spec(_PACKAGE)
    folder = Path(next(iter((spec and spec.submodule_search_locations) or [""]))) / "resources"
    return tuple(sorted(_text(folder / name).splitlines()) for name in _TABLES)


def _text(path: Path) -> str:
    if not path.is_file():
        raise WeightsError(
            _PACKAGE, f"{path} is missing", "install it again: pip install --force-reinstall lemminflect"
        )
    data = intact.in_package(_PACKAGE, path)
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8")
