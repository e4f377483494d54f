"""Disfluencies: fillers, backchannels and stutters, which everybody spells otherwise, and function words that speech swallows.

What a recognizer, or an acoustic model, makes of them says little about whether they were said.
"""

from __future__ import annotations

import re
from itertools import pairwise

from pipeline.words import bare_word

# All without hyphens, and with letters that stand doubled taken once. Sounds of hesitation and assent that are no words,
_HESITATIONS = frozenset(
    ("ah", "eh", "er", "erm", "ha", "hm", "huh", "m", "mhm", "mhum", "uh", "uhuh", "uhm", "uhum", "um", "umhm", "umhum")
)  # fmt: skip
# and interjections that are.
_INTERJECTIONS = frozenset(
    ("aw", "oh", "okay", "ok", "oy", "ugh", "wow", "yeah", "yep", "yup", "yes", "yea", "yah", "ya")
)
# One or two sounds long, and without weight in a sentence: often no more than a change in the sound beside them.
_SWALLOWED = frozenset(
    (
        "a", "an", "and", "are", "as", "at", "em", "has", "he", "her", "him", "his", "i", "i'd", "i'll", "i'm", "i've", "in",
        "is", "it", "it's", "of", "or", "that", "the", "their", "them", "they", "to", "was", "we", "you",
    )
)  # fmt: skip
_DOUBLED = re.compile(r"(.)\1+")
_PIECES = re.compile(r"[-–—\s]+")


def is_murmur(text: str) -> bool:
    """Whether a written word is a filler, an interjection or a backchannel: "um,", "Mm-hmm.", "Okay."."""
    return _squeezed(text) in _HESITATIONS | _INTERJECTIONS


def is_hesitation(text: str) -> bool:
    """Whether a written word is no word but a sound of hesitation or assent: "um,", "Mm-hmm."."""
    return _squeezed(text) in _HESITATIONS


def is_stutter(text: str) -> bool:
    """Whether a written word repeats its beginning: "I-I", "and-and-and", "w-want", "I-it"."""
    pieces = [p for p in _PIECES.split(bare_word(text)) if p]
    return len(pieces) > 1 and all(
        after.startswith(piece)
        or (len(piece) == 1 and after[:1] == piece[:1])
        or piece == after
        or piece == "i"
        for piece, after in pairwise(pieces)
    )


def is_swallowed(text: str) -> bool:
    """Whether a written word is a short function word that fluent speech may reduce to nothing."""
    return bare_word(text) in _SWALLOWED


def _squeezed(text: str) -> str:
    return _DOUBLED.sub(r"\1", "".join(c for c in text.lower() if c.isalpha()))
