"""Diff of two caption files: which word of one is which of the other, and where they differ."""

from __future__ import annotations

from collections.abc import Sequence

from pipeline.edits.anchors import keys_of
from pipeline.edits.token_diff import Change, changes_within
from pipeline.transcript import NOT_CAPTIONED, Token

# A file is foreign when a smaller share of its word n-grams than this is in our captions: a mended file keeps more, also where
# a recognizer had got most words wrong; two talks of an hour about one subject share less.
NGRAM_WORDS = 4
MIN_SHARED_NGRAMS = 0.03


def is_foreign(theirs: Sequence[str], ours: Sequence[str]) -> bool:
    """Whether a file shares too few word n-grams with ours to be a mend of it; words are compared by their anchor keys."""
    one, other = ([key for text in words for key in keys_of(text)] for words in (theirs, ours))
    size = min(NGRAM_WORDS, len(one), len(other))
    if not size:
        return False
    held = {tuple(other[k : k + size]) for k in range(len(other) - size + 1)}
    ngrams = [tuple(one[k : k + size]) for k in range(len(one) - size + 1)]
    return sum(ngram in held for ngram in ngrams) < MIN_SHARED_NGRAMS * len(ngrams)


def kept(ours: Sequence[Sequence[str]], theirs: Sequence[Sequence[str]]) -> dict[int, int]:
    """The unchanged words: the index of ours by that of theirs."""
    mine, count = sum(map(len, ours)), sum(map(len, theirs))
    found: dict[int, int] = {}
    k = 0
    for change in [*changes_within(ours, theirs), Change(mine, mine, count, count)]:
        found.update((at, change.first - (change.begin - at)) for at in range(k, change.begin))
        k = change.end
    return found


def on_tokens(found: Sequence[Change], owner: Sequence[int]) -> list[Change]:
    """Grow changes to whole tokens, and join those of one token; `owner` gives the token of each of our words."""
    grown: list[Change] = []
    for change, following in zip(found, [*found[1:], None], strict=False):
        first, last, begin, end = change.first, change.last, change.begin, change.end
        before, limit = grown[-1].last if grown else 0, following.first if following else len(owner)
        while before < first < len(owner) and owner[first - 1] == owner[first]:
            first, begin = first - 1, begin - 1
        while 0 < last < limit and owner[last - 1] == owner[last]:
            last, end = last + 1, end + 1
        if grown and 0 < first < len(owner) and first == before and owner[first - 1] == owner[first]:
            previous = grown.pop()
            first, begin = previous.first, previous.begin
        grown.append(Change(first, last, begin, end))
    return grown


def runs(indices: Sequence[int], tokens: Sequence[Token] = ()) -> list[tuple[int, int]]:
    """Ranges `[first, last)` of consecutive tokens; tokens of `tokens` that are not captioned do not interrupt one."""
    found: list[tuple[int, int]] = []
    for token in dict.fromkeys(indices):
        between = tokens[found[-1][1] : token] if found and found[-1][1] < token else ()
        follows = bool(found) and (found[-1][1] == token or bool(between))
        if follows and all(t.kind in NOT_CAPTIONED for t in between):
            found[-1] = (found[-1][0], token + 1)
        else:
            found.append((token, token + 1))
    return found
