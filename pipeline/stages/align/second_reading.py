"""The other reading: where a recognizer that did not know the text read other words than the text has, however well those fit.

Both readings are cut at the text's own pauses and compared as they would be spoken. A difference is kept where the words on
both sides of it agree, and the recognizer was sure of its own: what it merely missed, or added, is its own fault more often than
the text's, save a "not".
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from itertools import chain
from typing import NamedTuple

from pipeline.english.verbalize import spoken_readings, spoken_words
from pipeline.timing import Span
from pipeline.transcript import Heard, Kind, Passage, Token

VERSION = 1

# A pause that long in the text parts two blocks; blocks have so many words at least, for words in common to be found.
_PAUSE_MS, _FEWEST_WORDS = 300, 12
# A recognizer that is less sure than this of its words is no witness against the text.
_SURE = 0.7
# More words than this in place of others are another text, not another word.
_MOST_WORDS = 4
_NEGATIONS = {"not", "no", "never", "nothing", "nobody", "none"}
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
    """Stretches of `tokens` that an unbiased recognizer read otherwise, in order; `Passage.heard` is how."""
    if heard.biased or not heard.tokens:
        return ()
    return tuple(chain.from_iterable(_compared(tokens, *block) for block in _blocks(tokens, heard.tokens)))


def _blocks(tokens: Sequence[Token], read: Sequence[Token]) -> Iterator[tuple[range, Sequence[Token]]]:
    """Stretches of the text between pauses, with what was read in the same time."""
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
        if pause is not None and (pause.duration_ms < _PAUSE_MS or last - first < _FEWEST_WORDS):
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
        for word in _plain(tokens[i].spoken or tokens[i].text)
    ]
    other = [_Word(word, i) for i, token in enumerate(read) for word in _plain(token.text)]
    changes = SequenceMatcher(None, [w.spoken for w in written], [w.spoken for w in other], autojunk=False)
    for kind, a, b, c, d in changes.get_opcodes():
        if kind == "equal" or not _is_other(written[a:b], other[c:d]):
            continue
        if kind != "replace":  # a "not" more or less: the word beside it says where
            a, b, c, d = (a - 1, b, c - 1, d) if a and c else (a, b + 1, c, d + 1)
            if not (written[a:b] and other[c:d]):
                continue
        said = tokens[written[a].token : written[b - 1].token + 1]
        instead = read[other[c].token : other[d - 1].token + 1]
        if _is_sure(instead) and not _is_reading(said, instead):
            yield _passage(said, written[a].token, instead)


def _plain(text: str) -> Iterator[str]:
    for word in spoken_words(text):
        yield from _SPELLINGS.get(word, word).split()


def _is_other(written: Sequence[_Word], read: Sequence[_Word]) -> bool:
    """Whether words stand in place of others, few enough to be a slip; or a negation on one side alone."""
    if written and read:
        return max(len(written), len(read)) <= _MOST_WORDS
    some = [word.spoken for word in (*written, *read)]
    return len(some) == 1 and some[0] in _NEGATIONS


def _is_sure(read: Sequence[Token]) -> bool:
    return min(token.confidence for token in read) >= _SURE


def _is_reading(said: Sequence[Token], read: Sequence[Token]) -> bool:
    """Whether what was read is the text, spelt otherwise: "10" and "ten", "all right" and "alright"."""
    text, other = (" ".join(token.spoken or token.text for token in some) for some in (said, read))
    return bool({"".join(r) for r in spoken_readings(text)} & {"".join(r) for r in spoken_readings(other)})


def _passage(said: Sequence[Token], first: int, read: Sequence[Token]) -> Passage:
    span = Span(min(t.span.start_ms for t in said), max(t.span.end_ms for t in said))
    texts = (" ".join(token.text for token in some) for some in (said, read))
    return Passage(span, first, first + len(said), *texts)
