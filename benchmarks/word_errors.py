"""Word error rate, and the pairs of words that two texts share.

Whisper's own normaliser (package whisper-normalizer) takes out fillers and writes numbers and spellings in one way; jiwer counts
substitutions, deletions and insertions. Where they are not installed (`pip install -c constraints.txt -e '.[bench]'`), words are
compared as they are spoken, without fillers, which says the same to within a point.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from pipeline.english.disfluencies import is_hesitation
from pipeline.english.verbalize import spoken_words


@lru_cache(maxsize=1)
def _tools() -> tuple[Any, Any] | None:
    try:
        import jiwer
        from whisper_normalizer.english import EnglishTextNormalizer
    except ImportError:
        return None
    return jiwer, EnglishTextNormalizer()


def counted_by() -> str:
    """What normalises and counts here."""
    return "whisper-normalizer and jiwer" if _tools() else "our own normaliser: jiwer is not installed"


class Counts(NamedTuple):
    """Words of the reference that are not found, words that nobody said (where others stand in their place, only the more of
    them), and the words of the reference."""

    lost: int
    invented: int
    words: int

    @property
    def errors(self) -> int:
        """Substitutions, deletions and insertions."""
        return self.lost + self.invented


def counts(reference: str, hypothesis: str) -> Counts:
    """What is lost and invented, fillers left out on both sides."""
    if (tools := _tools()) is None:
        true, heard = ([w for w in spoken_words(t) if not is_hesitation(w)] for t in (reference, hypothesis))
        wrong, pairs = aligned(true, heard)
        return Counts(len(true) - len(pairs), wrong - len(true) + len(pairs), len(true))
    jiwer, normalised = tools
    true_text, heard_text = normalised(reference), normalised(hypothesis)
    if not true_text:
        return Counts(0, len(heard_text.split()), 0)
    found = jiwer.process_words(true_text, heard_text)
    return Counts(found.substitutions + found.deletions, found.insertions, len(true_text.split()))


def aligned(reference: Sequence[str], hypothesis: Sequence[str]) -> tuple[int, list[tuple[int, int]]]:
    """The least number of edits (Levenshtein), and the pairs of equal words on one such path."""
    rows = [list(range(len(hypothesis) + 1))]
    for i, word in enumerate(reference, 1):
        row = [i]
        for j, other in enumerate(hypothesis, 1):
            row.append(min(rows[-1][j] + 1, row[-1] + 1, rows[-1][j - 1] + (word != other)))
        rows.append(row)
    pairs, i, j = [], len(reference), len(hypothesis)
    while i and j:
        if reference[i - 1] == hypothesis[j - 1] and rows[i][j] == rows[i - 1][j - 1]:
            pairs.append((i - 1, j - 1))
            i, j = i - 1, j - 1
        elif rows[i][j] == rows[i - 1][j - 1] + 1:
            i, j = i - 1, j - 1
        elif rows[i][j] == rows[i - 1][j] + 1:
            i -= 1
        else:
            j -= 1
    return rows[-1][-1], pairs[::-1]
