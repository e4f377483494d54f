"""Opposites: words that turn a sentence into its contrary and sound much alike ("can", "can't"; "not", "now")."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping

# Auxiliaries that take "n't" or "not".
_NEGATABLE_AUXILIARIES = (
    "do does did can could would should is are was were has have had will must might need may am"
)
# Each with what it becomes when "not" behind it is said as part of it.
CONTRACTIONS = {a: f"{a}n't" for a in _NEGATABLE_AUXILIARIES.split()} | {"will": "won't", "can": "can't"}
_ANTONYM_PAIRS = (
    ("not", "now"), ("never", "ever"), ("without", "with"), ("nothing", "something"), ("nothing", "anything"),
    ("nobody", "somebody"), ("nobody", "anybody"), ("cannot", "can"),
)  # fmt: skip


def _opposites() -> dict[str, tuple[tuple[str, ...], ...]]:
    found: dict[str, list[tuple[str, ...]]] = defaultdict(list)
    for one, other in (*CONTRACTIONS.items(), *_ANTONYM_PAIRS):
        found[one].append((other,))
        found[other].append((one,))
    for word in CONTRACTIONS:
        found[word].append((word, "not"))
    found["not"].append(())
    return {word: tuple(others) for word, others in found.items()}


OPPOSITES: Mapping[str, tuple[tuple[str, ...], ...]] = _opposites()
"""Maps a lower-case word to its opposites, each a sequence of words that may stand in its place; () where it is left out."""
