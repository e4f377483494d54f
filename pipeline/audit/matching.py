"""Which word of the captions is which word of the transcript: the ground of every rule about sync and
completeness."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from pipeline.audit.model import Shown, SpokenWord

# Gaps between matching blocks are compared word by word up to this many pairs; beyond it nothing is the same
# any more.
_MOST_PAIRS = 250_000
_NOT_SAID = re.compile(r"\[[^\[\]]*\]|\([^()]*\)|[♪♫#]")
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


@dataclass(frozen=True)
class Match:
    """`of_cue[number]` lists for each spoken word of a caption the index of the transcript's word, or None.

    `found` says for each word of the transcript whether a caption holds it.
    """

    of_cue: dict[int, list[int | None]]
    found: list[bool]


def match(cues: tuple[Shown, ...], words: tuple[SpokenWord, ...]) -> Match:
    """Pair the words of captions, in their order, with the words of a transcript, in theirs."""
    said: list[str] = []
    owner: list[int] = []
    for cue in cues:
        for word in spoken_words(cue):
            said.append(word)
            owner.append(cue.number)
    truth: list[str] = []
    index: list[int] = []
    for number, spoken in enumerate(words):
        for part in [] if spoken.is_sound else _WORD.findall(spoken.text):
            truth.append(_plain(part))
            index.append(number)
    of_cue: dict[int, list[int | None]] = {cue.number: [] for cue in cues}
    found = [word.is_sound or not _WORD.search(word.text) for word in words]
    paired = _pairs(said, truth)
    for at, number in enumerate(owner):
        partner = paired.get(at)
        of_cue[number].append(index[partner] if partner is not None else None)
        if partner is not None:
            found[index[partner]] = True
    return Match(of_cue, found)


def spoken_words(cue: Shown) -> list[str]:
    """The words of a caption that are said: no labels, no sounds, no music signs; lower case, without
    punctuation."""
    labels = dict(cue.labels)
    lines = []
    for number, line in enumerate(cue.lines):
        text = line.replace(labels[number], " ", 1) if number in labels else line
        lines.append(_NOT_SAID.sub(" ", text))
    return [_plain(word) for word in _WORD.findall(" ".join(lines))]


def _plain(word: str) -> str:
    return word.casefold().replace("’", "'")


def _pairs(said: list[str], truth: list[str]) -> dict[int, int]:
    """Long common passages first, by words that are rare; then what lies between them, word by word."""
    pairs: dict[int, int] = {}
    at_a = at_b = 0
    for a, b, size in SequenceMatcher(None, said, truth).get_matching_blocks():
        if a > at_a and b > at_b and (a - at_a) * (b - at_b) <= _MOST_PAIRS:
            inner = SequenceMatcher(None, said[at_a:a], truth[at_b:b], autojunk=False)
            for x, y, length in inner.get_matching_blocks():
                pairs.update({at_a + x + k: at_b + y + k for k in range(length)})
        pairs.update({a + k: b + k for k in range(size)})
        at_a, at_b = a + size, b + size
    return pairs
