"""Typographic conversion: quotation marks, dashes and the like that a subtitle editor wrote its own way throughout a file.

Smart quotes, ellipses and Unicode forms are converted in a whole file or not at all. So a conversion is a property of the file:
nearly every word that could be converted was. Where only some were, a person did it.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence

# Of the words that a conversion could have changed so many must be, or a person changed them. Set by hand.
MIN_CONVERTED = 0.9

_QUOTES = str.maketrans(dict.fromkeys("‘’‚‛′´`", "'") | dict.fromkeys("“”„‟″«»", '"'))
_DASHES = str.maketrans(dict.fromkeys("‐‑‒–—―−", "-"))
# Marks that nobody sees: soft hyphen, zero-width spaces and joiners, marks of direction, byte order marks.
UNSEEN = (
    "\u00ad\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff"
)

# A conversion's name -> one spelling for both sides of it.
CONVERSIONS: dict[str, Callable[[str], str]] = {
    "quotation marks": lambda word: word.translate(_QUOTES).replace("''", '"'),
    "dashes": lambda word: word.translate(_DASHES).replace("--", "-"),
    "dots": lambda word: word.replace("…", "..."),
    "Unicode forms": lambda word: unicodedata.normalize("NFC", word),
    "ligatures": lambda word: (
        unicodedata.normalize("NFKC", word) if "ﬀ" <= max(word, default="") <= "ﬆ" else word
    ),
    "marks that nobody sees": lambda word: word.translate(dict.fromkeys(map(ord, UNSEEN))),
}


def folded(word: str, names: Sequence[str] = tuple(CONVERSIONS)) -> str:
    """The word with these conversions made one spelling."""
    for name in names:
        word = CONVERSIONS[name](word)
    return word


def conversions(pairs: Sequence[tuple[str, str]]) -> list[str]:
    """The names of the conversions that a file shows; `pairs` holds its words, each with ours that folds to the same."""
    differing = [(their, our) for their, our in pairs if their != our]
    return [name for name in CONVERSIONS if _is_throughout(name, differing, pairs)] if differing else []


def _is_throughout(name: str, differing: Sequence[tuple[str, str]], pairs: Sequence[tuple[str, str]]) -> bool:
    """Whether nearly all words that this conversion could change are changed by it."""
    fold, others = CONVERSIONS[name], [n for n in CONVERSIONS if n != name]
    # Of a word that several conversions changed each counts that is needed to make both sides one.
    changed = [(their, our) for their, our in differing if folded(their, others) != folded(our, others)]
    if not changed:
        return False
    replaced = {c for their, our in changed for c in our if fold(c) != c or c not in their}
    kept = sum(bool(replaced & {*our}) for their, our in pairs if their == our)
    return len(changed) >= MIN_CONVERTED * (len(changed) + kept)


def restored(their: str, our: str, names: Sequence[str]) -> str:
    """Our word where theirs is it but for these conversions; else theirs."""
    return our if folded(their, names) == folded(our, names) else their
