"""Comparison of a text with an independent transcript of the same window: which words agree, and what stands in place of others.

Both are brought into spoken form and compared by the longest matching blocks (Python's `difflib`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import lru_cache
from typing import NamedTuple

from pipeline.english.disfluencies import is_hesitation, is_stutter
from pipeline.english.verbalize import spoken_readings, spoken_words
from pipeline.transcript import Kind, Token

_SPELLINGS = {
    "ok": "okay",
    "alright": "all right",
    "gonna": "going to",
    "wanna": "want to",
    "'cause": "because",
    "cause": "because",
    "dunno": "don't know",
    "gotta": "got to",
    "kinda": "kind of",
    "sorta": "sort of",
    "lemme": "let me",
    "'em": "them",
    "till": "until",
    "programme": "program",
    **dict.fromkeys(("yeah", "yep", "yup", "yea", "yah"), "yes"),
}


class _Word(NamedTuple):
    """A spoken word and the index of its token."""

    spoken: str
    token: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Written tokens `[first, last)` in whose place other words were heard (`heard`, none where nothing was); an empty range for
    words that are not written, before token `first`."""

    first: int
    last: int
    heard: tuple[Token, ...]

    @property
    def confidence(self) -> float:
        """The recognizer's own, of its least sure word; 1 where it heard nothing."""
        return min((t.confidence for t in self.heard), default=1.0)

    @property
    def text(self) -> str:
        """What was heard, as one line."""
        return " ".join(t.text for t in self.heard)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The written tokens that a transcript agrees with, and where it differs, in order."""

    agreed: frozenset[int]
    differences: tuple[Difference, ...]


def compared(tokens: Sequence[Token], written: Sequence[int], heard: Sequence[Token]) -> Comparison:
    """Compare the words among `tokens` whose indices are `written` (rising) with what was heard in the same time."""
    text = [
        _Word(word, i)
        for i in written
        if tokens[i].kind is Kind.WORD
        for word in _spoken_forms(tokens[i].spoken or tokens[i].text)
    ]
    other = [_Word(word, i) for i, token in enumerate(heard) for word in _spoken_forms(token.text)]
    matcher = SequenceMatcher(None, [w.spoken for w in text], [w.spoken for w in other], autojunk=False)
    differences: list[Difference] = []
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind != "equal":
            differences += _differences(tokens, text, other, heard, (a, b, c, d))
    differing = {n for difference in differences for n in range(difference.first, difference.last)}
    return Comparison(frozenset({w.token for w in text} - differing), tuple(differences))


def _differences(
    tokens: Sequence[Token],
    text: Sequence[_Word],
    other: Sequence[_Word],
    heard: Sequence[Token],
    block: tuple[int, int, int, int],
) -> Iterator[Difference]:
    a, b, c, d = block
    words = tuple(heard[n] for n in dict.fromkeys(w.token for w in other[c:d]))
    if a == b:
        yield Difference(_insertion_at(text, a), _insertion_at(text, a), words)
        return
    first, last = text[a].token, text[b - 1].token + 1
    if not _is_same_when_spoken(tokens[first:last], words):
        yield Difference(first, last, words)


def _insertion_at(text: Sequence[_Word], at: int) -> int:
    """The token before which something was heard that is not written."""
    if at < len(text):
        return text[at].token
    return text[-1].token + 1 if text else 0


@lru_cache(maxsize=16_384)
def _spoken_forms(text: str) -> tuple[str, ...]:
    """The spoken words of a written one; none for a hesitation, which a recognizer leaves out, and a stutter's last piece.

    Remembered: texts are compared anew at every look of whoever corrects them, and most words stand as they stood.
    """
    if is_hesitation(text):
        return ()
    spoken = spoken_words(text)
    words = spoken[-1:] if is_stutter(text) else spoken
    return tuple(piece for word in words for piece in _SPELLINGS.get(word, word).split())


def _is_same_when_spoken(said: Sequence[Token], read: Sequence[Token]) -> bool:
    """Whether both may be spoken alike and are only spelt otherwise: "10" and "ten", "all right" and "alright"."""
    text, other = (" ".join(token.spoken or token.text for token in some) for some in (said, read))
    return bool({"".join(r) for r in spoken_readings(text)} & {"".join(r) for r in spoken_readings(other)})
