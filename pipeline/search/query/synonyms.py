"""Thesaurus: for a word that a researcher writes, the words that people say instead.

`models/synonyms.txt` holds sets of words and phrases that stand for one another, lay and clinical side by side.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path

from pipeline.errors import WeightsError
from pipeline.files import data_file, why_unreadable
from pipeline.search.query.stems import stem
from pipeline.words import folded

SYNONYMS_FILE = "synonyms.txt"
_BRING_BACK = "save it as UTF-8, or install Vignette again"
# Words of a phrase that is looked for.
_MOST_WORDS = 4
# Letters that are left of a word at least.
_SHORTEST_STEM = 3


def synonyms(word: str) -> tuple[str, ...]:
    """The words and phrases that stand for a word in any of its forms, or for a phrase; none where it is in no set."""
    table = _table()
    return next((table[key] for key in _keys(folded(word)) if key in table), ())


def phrase_at(words: Sequence[str], at: int) -> str:
    """The longest phrase of the thesaurus that begins at a place of some words; "" for none."""
    for length in range(_MOST_WORDS, 1, -1):
        phrase = folded(" ".join(words[at : at + length]))
        if len(words) - at >= length and phrase in _table():
            return phrase
    return ""


def table_text(path: Path) -> str:
    """The text of a table of words that people extend. Raises WeightsError when it is none."""
    try:
        return path.read_text("utf-8")
    except OSError as error:
        raise WeightsError(path.name, f"{path} {why_unreadable(error)[0]}", _BRING_BACK) from None
    except UnicodeDecodeError as error:
        problem = f"{path} is not UTF-8 text (byte {error.start}): it is damaged, or was saved otherwise"
        raise WeightsError(path.name, problem, _BRING_BACK) from None


def _table() -> Mapping[str, tuple[str, ...]]:
    return _read(data_file(SYNONYMS_FILE))


@lru_cache(maxsize=2)
def _read(path: Path) -> Mapping[str, tuple[str, ...]]:
    """The words for each stem. Raises WeightsError for a file that cannot be read, as fewer answers would be found."""
    lines = table_text(path).splitlines()
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for line in lines:
        together = dict.fromkeys(
            filter(None, (folded(word).strip() for word in line.partition("#")[0].split("|")))
        )
        for key in {key for word in together for key in _keys(word)}:
            found[key] |= together
    return {key: tuple(words) for key, words in found.items()}


def _keys(word: str) -> tuple[str, ...]:
    """What a word is looked up by: itself and its stems, a phrase by itself alone."""
    return (word,) if " " in word else (word, stem(word), stem(word, _SHORTEST_STEM))
