"""Comparison with an independent transcript: where a recognizer that did not know the text read other words than it has.

Both are divided at the text's pauses, brought into spoken form and compared by the longest matching blocks (Python's
`difflib`). Only substitutions of which the recognizer was confident are kept: words that it left out or added are its own errors
more often than the text's, save a negation.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import chain
from typing import NamedTuple

from pipeline.english.contrast import NEGATIONS
from pipeline.english.verbalize import spoken_readings, spoken_words
from pipeline.timing import Span, hull
from pipeline.transcript import Heard, Kind, Passage, Token

VERSION = 1

# All of these were set by hand.
# The text is divided at pauses from this length on, but not before a block has so many words, among which some will match.
_MIN_PAUSE_MS = 300
_MIN_BLOCK_WORDS = 12
# A substitution counts when the recognizer's confidence in each of its words is at least this.
_MIN_CONFIDENCE = 0.7
# A substitution of more words than this, on either side, is another text and not another word.
_MAX_REPLACED_WORDS = 4
_SPELLINGS = {
    "ok": "okay",
    "alright": "all right",
    "gonna": "going to",
    "wanna": "want to",
    "'cause": "because",
    "cause": "because",
}


class _Word(NamedTuple):
    """A spoken word and the index of its token."""

    spoken: str
    token: int


def read_differently(tokens: Sequence[Token], heard: Heard) -> tuple[Passage, ...]:
    """Passages of `tokens` that the recognizer read otherwise, in order, with its words in `Passage.heard`.

    None when it knew the text (`heard.biased`) or read nothing.
    """
    if heard.biased or not heard.tokens:
        return ()
    return tuple(chain.from_iterable(_compared(tokens, *block) for block in _blocks(tokens, heard.tokens)))


def _blocks(tokens: Sequence[Token], read: Sequence[Token]) -> Iterator[tuple[range, Sequence[Token]]]:
    """Blocks of the text between pauses, with the words read in the same time."""
    first, at = 0, 0
    for last in range(1, len(tokens) + 1):
        ends = last == len(tokens)
        pause = (
            None
            if ends
            else Span(
                tokens[last - 1].span.end_ms, max(tokens[last - 1].span.end_ms, tokens[last].span.start_ms)
            )
        )
        if pause is not None and (pause.duration_ms < _MIN_PAUSE_MS or last - first < _MIN_BLOCK_WORDS):
            continue
        until = at
        while until < len(read) and (pause is None or read[until].span.middle_ms < pause.middle_ms):
            until += 1
        yield range(first, last), read[at:until]
        first, at = last, until


def _compared(tokens: Sequence[Token], block: range, read: Sequence[Token]) -> Iterator[Passage]:
    written = [
        _Word(word, i)
        for i in block
        if tokens[i].kind is Kind.WORD
        for word in _spoken_forms(tokens[i].spoken or tokens[i].text)
    ]
    other = [_Word(word, i) for i, token in enumerate(read) for word in _spoken_forms(token.text)]
    changes = SequenceMatcher(None, [w.spoken for w in written], [w.spoken for w in other], autojunk=False)
    for kind, a, b, c, d in changes.get_opcodes():
        if kind == "equal" or not _is_substitution(written[a:b], other[c:d]):
            continue
        if kind != "replace":  # a "not" more or less: the word beside it says where
            a, b, c, d = (a - 1, b, c - 1, d) if a and c else (a, b + 1, c, d + 1)
            if not (written[a:b] and other[c:d]):
                continue
        said = tokens[written[a].token : written[b - 1].token + 1]
        instead = read[other[c].token : other[d - 1].token + 1]
        if _is_sure(instead) and not _is_same_when_spoken(said, instead):
            yield _passage(said, written[a].token, instead)


def _spoken_forms(text: str) -> Iterator[str]:
    for word in spoken_words(text):
        yield from _SPELLINGS.get(word, word).split()


def _is_substitution(written: Sequence[_Word], read: Sequence[_Word]) -> bool:
    """Whether a few words stand in place of others, or a single negation was left out or added."""
    if written and read:
        return max(len(written), len(read)) <= _MAX_REPLACED_WORDS
    some = [word.spoken for word in (*written, *read)]
    return len(some) == 1 and some[0] in NEGATIONS


def _is_sure(read: Sequence[Token]) -> bool:
    return min(token.confidence for token in read) >= _MIN_CONFIDENCE


def _is_same_when_spoken(said: Sequence[Token], read: Sequence[Token]) -> bool:
    """Whether both may be spoken alike and are only spelt otherwise: "10" and "ten", "all right" and "alright"."""
    text, other = (" ".join(token.spoken or token.text for token in some) for some in (said, read))
    return bool({"".join(r) for r in spoken_readings(text)} & {"".join(r) for r in spoken_readings(other)})


def _passage(said: Sequence[Token], first: int, read: Sequence[Token]) -> Passage:
    span = hull(t.span for t in said)
    texts = (" ".join(token.text for token in some) for some in (said, read))
    return Passage(span, first, first + len(said), *texts)
