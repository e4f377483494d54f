"""Disfluency removal and text normalization of spontaneous speech, with the place of every word kept.

Stutters, fillers, discourse markers, hedges and false starts are dropped, contractions and reduced forms are expanded:
"I-I don't, um, wanna" becomes the words i do not want to, each with the characters `[start, end)` it came from. Sentence
marks stay as words of their own, because no pattern may reach across them.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from pipeline.words import plain_letters

SENTENCE_MARKS = frozenset(".?!")  # in the words of a `Talk` each mark is a word of its own


def word_set(words: str) -> frozenset[str]:
    """The words of a list written as plain text."""
    return frozenset(words.split())


FILLERS = word_set("um uh uhm umm er erm ah oh hmm hm mm mhm huh uhh")

# Discourse markers, dropped between commas alone: "you know him", "I mean it", "I feel like a drink" stay.
_DISCOURSE_MARKERS = (
    ("you", "know"),
    ("i", "mean"),
    ("i", "guess"),
    ("i", "suppose"),
    ("like",),
    ("well",),
    ("right",),
    ("okay",),
)

# Hedges, dropped where they weaken: "kind of sad" and "a bit sad" do, "that kind of group" and "a bit of bread" do not.
_HEDGES = (("kind", "of"), ("sort", "of"), ("a", "little", "bit"), ("a", "bit"))
_DETERMINERS = word_set("a an the what this that these those some any same which one other every no my")

# Reduced and variant spellings, and contractions that no ending explains.
_SPOKEN_FORMS = {
    "gonna": "going to", "wanna": "want to", "gotta": "got to", "hafta": "have to", "dunno": "do not know",
    "lemme": "let me", "gimme": "give me", "cannot": "can not", "outta": "out of", "alright": "all right",
    "kinda": "kind of", "sorta": "sort of", "cuz": "because", "cos": "because", "coz": "because", "'cause":
    "because", "ya": "you", "y'all": "you all", "em": "them", "'em": "them", "til": "until", "ok": "okay",
    "yep": "yeah", "yup": "yeah", "nope": "no", "mum's": "mum 's", "won't": "will not", "can't": "can not",
    "shan't": "shall not", "ain't": "is not", "let's": "let us", "c'mon": "come on", "mom": "mum",
    "counselling": "counseling",
}  # fmt: skip
_CONTRACTED_ENDINGS = (
    ("n't", "not"),
    ("'m", "am"),
    ("'re", "are"),
    ("'ve", "have"),
    ("'ll", "will"),
    ("'d", "'d"),
    ("'s", "'s"),
)

_TALK_TOKEN = re.compile(
    r"""(?P<sound>\[[^\]]*\])
      | (?P<dots>\.{2,})
      | (?P<stop>[.?!]+)
      | (?P<word>\d+(?:[.,]\d+)+|'?[^\W_]+(?:'[^\W_]+)*'?)
      | (?P<joint>-)(?=[^\W_])
      | (?P<comma>,|;|:|--+|–|—|-|…)""",
    re.VERBOSE,
)
_QUOTES = re.compile(r'"[^"]*(?:"|$)|“[^”]*(?:”|$)|„[^“”]*(?:[“”]|$)|«[^»]*(?:»|$)')
_LONGEST_FALSE_START_WORDS = 5  # of a longer repetition both sayings stay; chosen
_Applies = Callable[[list["TalkWord"], int, int], bool]


@dataclass(frozen=True, slots=True)
class TalkWord:
    """One word as it is matched, and the characters of the original that it stands for."""

    text: str
    start: int
    end: int
    after_pause: bool = False  # a comma or dash stood before it


@dataclass(frozen=True, slots=True)
class Talk:
    """A normalized turn: its words, its original text, and the character ranges `[start, end)` in quotation marks."""

    text: str
    words: tuple[TalkWord, ...]
    quotes: tuple[tuple[int, int], ...] = ()


def normalize(text: str) -> Talk:
    """The words of `text` to match against; fillers, discourse markers, hedges and false starts are dropped in this order."""
    plain = plain_letters(text)
    words = list(_words(plain))
    words = [w for w in words if w.text not in FILLERS]
    words = _without_phrases(words, _DISCOURSE_MARKERS, _is_parenthetical)
    words = _without_phrases(words, _HEDGES, _is_hedge)
    words = _without_false_starts(words)
    quotes = tuple(m.span() for m in _QUOTES.finditer(plain))
    return Talk(text, tuple(_fixed_pairs_joined(words)), quotes)


def expand_contraction(word: str) -> list[str]:
    """Expand a contraction or a reduced form to lower-case words: "don't" -> do not, "gonna" -> going to."""
    low = plain_letters(word).lower()
    if low in _SPOKEN_FORMS:
        return _SPOKEN_FORMS[low].split()
    for ending, full in _CONTRACTED_ENDINGS:
        if low.endswith(ending) and len(low) > len(ending):
            return [low.removesuffix(ending), full]
    return [low.strip("'")] if low.strip("'") else []


def join_fixed(words: list[str]) -> list[str]:
    """Join fixed pairs into one word: "used to" (a past habit) must not look like using."""
    joined: list[str] = []
    for word in words:
        if word == "to" and joined and joined[-1] == "used":
            joined[-1] = "used_to"
        else:
            joined.append(word)
    return joined


def _words(text: str) -> Iterator[TalkWord]:
    pause, glued = False, False
    held: TalkWord | None = None  # a word before a joining hyphen: maybe only the start of the next one
    for match in _TALK_TOKEN.finditer(text):
        kind, piece = match.lastgroup, match.group()
        if kind == "joint":
            glued = held is not None and held.end == match.start()
            pause = pause or not glued
            continue
        if held is not None:
            if kind == "word" and glued and _is_stutter(held.text, piece.lower()):
                pause = held.after_pause
            else:
                yield from _spelled(held)
        held, glued = None, False
        if kind == "word":
            held, pause = TalkWord(piece, match.start(), match.end(), pause), False
        elif kind == "stop":
            yield TalkWord("?" if "?" in piece else piece[0], match.start(), match.end())
        else:
            pause = True
    if held is not None:
        yield from _spelled(held)


def _spelled(word: TalkWord) -> Iterator[TalkWord]:
    for number, plain in enumerate(expand_contraction(word.text)):
        yield TalkWord(plain, word.start, word.end, word.after_pause and number == 0)


def _is_stutter(piece: str, following: str) -> bool:
    """Whether `piece-` only starts the word that follows: "w-want", "th-the", "I-I'm", "be-because"."""
    piece = piece.lower()
    return following.startswith(piece) and (len(piece) <= 2 or following.split("'")[0] == piece)


def _without_phrases(
    words: list[TalkWord], phrases: tuple[tuple[str, ...], ...], applies: _Applies
) -> list[TalkWord]:
    firsts = {phrase[0] for phrase in phrases}
    kept: list[TalkWord] = []
    at = 0
    while at < len(words):
        length = _phrase_at(words, at, phrases) if words[at].text in firsts else 0
        if length and applies(words, at, at + length):
            at += length
        else:
            kept.append(words[at])
            at += 1
    return kept


def _phrase_at(words: list[TalkWord], at: int, phrases: tuple[tuple[str, ...], ...]) -> int:
    """How long the phrase is that begins here; 0 when none does."""
    for phrase in phrases:
        if tuple(w.text for w in words[at : at + len(phrase)]) == phrase:
            return len(phrase)
    return 0


def _is_parenthetical(words: list[TalkWord], first: int, last: int) -> bool:
    opened = words[first].after_pause or first == 0 or words[first - 1].text in SENTENCE_MARKS
    closed = last < len(words) and words[last].after_pause
    return opened and closed


def _is_hedge(words: list[TalkWord], first: int, last: int) -> bool:
    if words[first].text == "a":
        return last < len(words) and words[last].text not in SENTENCE_MARKS | {"of", "more", "less"}
    return first == 0 or words[first - 1].text not in _DETERMINERS


def _without_false_starts(words: list[TalkWord]) -> list[TalkWord]:
    """Repetition repair: of words said twice in a row ("on the high- on the high end") the second saying stays."""
    kept: list[TalkWord] = []
    texts: list[str] = []
    for word in words:
        kept.append(word)
        texts.append(word.text)
        for length in range(1, _LONGEST_FALSE_START_WORDS + 1):
            again = len(texts) >= 2 * length and word.text == texts[-1 - length]
            if (
                again
                and texts[-2 * length : -length] == texts[-length:]
                and not SENTENCE_MARKS & set(texts[-length:])
            ):
                del kept[-2 * length : -length], texts[-2 * length : -length]
                break
    return kept


def _fixed_pairs_joined(words: list[TalkWord]) -> Iterator[TalkWord]:
    before: TalkWord | None = None
    for word in words:
        if before is not None and before.text == "used" and word.text == "to":
            before = TalkWord("used_to", before.start, word.end, before.after_pause)
            continue
        if before is not None:
            yield before
        before = word
    if before is not None:
        yield before
