"""Grapheme-to-phoneme conversion of words that PocketSphinx's dictionary lacks: names, coinages, misspellings, acronyms.

A word gets, in this order: its pronunciations in the dictionary; those of its stem with a suffix or prefix ("Kayleigh's",
"vignetting"); those of two known words in a compound ("flashforward"); the names of its letters when it has no vowel
("NHS") or few letters; and, where the dictionary does not help, the likeliest by a joint-sequence model of letter-phone pairs
(graphones), learnt from the dictionary itself (`benchmarks.build_graphones` trains and measures it). Phones are those of the
CMU dictionary (ARPAbet) without stress marks, joined by spaces.
"""

from __future__ import annotations

import heapq
import lzma
import math
import re
from array import array
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from pipeline import intact
from pipeline.errors import WeightsError

PACKAGE = "pocketsphinx"
GRAPHONES = Path(__file__).with_name("graphones.txt.xz")

Pronunciations = dict[str, tuple[str, ...]]
Gram = tuple[str, ...]

# Interjections, whose spelling says little of their sound.
INTERJECTIONS: dict[str, str] = {
    "mm": "M", "mmm": "M", "mhm": "AH M HH AH M", "mmhmm": "M HH AH M", "hm": "HH AH M", "hmm": "HH AH M",
    "shh": "SH", "psst": "P S T", "pfft": "P F T", "tsk": "T IH S K", "ugh": "AH G", "eh": "EH",
    "uhh": "AH", "umm": "AH M", "er": "ER", "erm": "ER M", "aw": "AO", "aww": "AO", "ooh": "UW",
    "huh": "HH AH", "nuh": "N AH", "brr": "B ER",
}  # fmt: skip
# How letters are named, for acronyms.
LETTER_NAMES: dict[str, str] = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH",
    "i": "AY", "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY",
    "q": "K Y UW", "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY", "w": "D AH B AH L Y UW",
    "x": "EH K S", "y": "W AY", "z": "Z IY",
}  # fmt: skip
# Phones that decide how a plural or a past is said.
_SIBILANTS = frozenset(["S", "Z", "SH", "ZH", "CH", "JH"])
_VOICELESS = frozenset(["P", "T", "K", "F", "TH"])
_SUFFIXES: dict[str, str] = {
    "ing": "IH NG", "er": "ER", "ers": "ER Z", "ly": "L IY", "ness": "N AH S", "less": "L AH S",
    "ful": "F AH L", "ment": "M AH N T", "ments": "M AH N T S", "able": "AH B AH L", "ish": "IH SH",
    "ship": "SH IH P", "like": "L AY K", "in": "AH N", "ism": "IH Z AH M", "ist": "IH S T",
    "ists": "IH S T S",
}  # fmt: skip
_PREFIXES: dict[str, str] = {
    "un": "AH N", "re": "R IY", "non": "N AA N", "co": "K OW", "pre": "P R IY", "anti": "AE N T IY",
    "inter": "IH N T ER", "over": "OW V ER", "under": "AH N D ER", "self": "S EH L F", "mis": "M IH S",
    "dis": "D IH S", "multi": "M AH L T IY", "psycho": "S AY K OW", "neuro": "N UH R OW", "bio": "B AY OW",
    "micro": "M AY K R OW", "super": "S UW P ER",
}  # fmt: skip
# Shorter stems and parts of compounds are found in words by chance; chosen.
_MIN_STEM_LETTERS = 3
_MIN_COMPOUND_PART_LETTERS = 4
_MOST_LETTERS = 40  # of a word that is converted; what follows is left out, so that no garbage takes long
_VOWELS = frozenset("aeiouy")


def pronounce(words: Iterable[str]) -> Pronunciations:
    """One or more pronunciations for every word, likeliest first; words are lower-case `a-z` with apostrophes.

    Raises WeightsError when the PocketSphinx wheel lacks its dictionary. Never leaves a word without a pronunciation.
    """
    known = dictionary()
    return {word: known.get(word) or _guess(word, known) for word in dict.fromkeys(words)}


def is_derived(word: str) -> bool:
    """Whether a word is made of known ones: by an ending, a beginning before a word long enough, or as a compound."""
    known = dictionary()
    return bool(_with_suffix(word, known) or _with_prefix(word, known) or _compound(word, known))


def spelt_out(word: str) -> str:
    """The pronunciation of an initialism: the names of the letters of `word`."""
    return " ".join(LETTER_NAMES[c] for c in word if c in LETTER_NAMES)


@lru_cache(maxsize=1)
def dictionary() -> Mapping[str, tuple[str, ...]]:
    """PocketSphinx's pronunciation dictionary: word -> its pronunciations, in the order of the file."""
    return _Dictionary(intact.in_package(PACKAGE, dictionary_path()).decode("utf-8"))


class _Dictionary(Mapping[str, tuple[str, ...]]):
    """A pronunciation dictionary whose lines are taken apart when their word is asked for: most of 126,000 never are."""

    def __init__(self, text: str) -> None:
        self._said: dict[str, str] = dict(line.split(" ", 1) for line in text.splitlines() if " " in line)
        # Other ways to say a word stand behind it under its number: "live", "live(2)".
        self._others: dict[str, list[str]] = defaultdict(list)
        for numbered in [entry for entry in self._said if entry.endswith(")")]:
            word, phones = numbered[: numbered.rindex("(")], self._said.pop(numbered)
            self._others[word].append(phones)
            self._said.setdefault(word, "")

    def __getitem__(self, word: str) -> tuple[str, ...]:
        phones = (self._said[word], *self._others.get(word, ()))
        return tuple(stripped for one in phones if (stripped := one.strip()))

    def __contains__(self, word: object) -> bool:
        return word in self._said

    def __iter__(self) -> Iterator[str]:
        return iter(self._said)

    def __len__(self) -> int:
        return len(self._said)


def dictionary_path() -> Path:
    """The path of the dictionary in the PocketSphinx wheel. Raises WeightsError when it is not there."""
    path = model_folder() / "cmudict-en-us.dict"
    if not path.is_file():
        raise WeightsError("sphinx", f"{path} is missing", "reinstall pocketsphinx")
    return path


def model_folder() -> Path:
    """The folder of the English acoustic model in the PocketSphinx wheel, found without importing it. Raises WeightsError."""
    found = find_spec(PACKAGE)
    for folder in (found.submodule_search_locations or []) if found else []:
        if (model := Path(folder) / "model" / "en-us").is_dir():
            return model
    raise WeightsError(
        "sphinx", "the pocketsphinx package or its English model is missing", "reinstall pocketsphinx"
    )


def _guess(word: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    letters = word.replace("'", "")[:_MOST_LETTERS]
    if not letters:
        return ("AH",)
    squeezed = re.sub(r"(.)\1{2,}", r"\1\1", letters)  # "sooooo" is said like "soo"
    if (sound := INTERJECTIONS.get(squeezed)) or (
        sound := INTERJECTIONS.get(re.sub(r"(.)\1+", r"\1", squeezed))
    ):
        return (sound,)
    guesses = _lengthened(squeezed, known) if squeezed != letters else []
    guesses += _with_suffix(word, known) or _with_prefix(squeezed, known) or _compound(squeezed, known)
    if not _VOWELS & set(squeezed):
        return tuple(dict.fromkeys([*guesses, spelt_out(letters)]))
    if not guesses:
        guesses = list(_by_graphones(squeezed))
    if len(letters) <= 4 and not word.count("'"):
        guesses.append(spelt_out(letters))  # "isbn" and "dui" are spelt, "hiv" may be either
    return tuple(dict.fromkeys(guesses))


def _lengthened(squeezed: str, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The words that expressive lengthening may stand for: "sooo" so, "goood" good (or god: both are listened for)."""
    return [*known.get(re.sub(r"(.)\1", r"\1", squeezed), ()), *known.get(squeezed, ())]


def _with_suffix(word: str, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The pronunciations of a known (or guessed, before an apostrophe) stem + suffix, spelling changes undone."""
    stem, mark, ending = word.rpartition("'")
    if mark and ending == "s" and stem:
        return [_plural(said) for said in known.get(stem) or _guess(stem, known)]
    for ending, make in (("s", _plural), ("ed", _past), ("d", _past)):
        if word.endswith(ending) and (said := _stem(word[: -len(ending)], known)):
            return [make(s) for s in said]
    for ending, phones in sorted(_SUFFIXES.items(), key=lambda e: -len(e[0])):
        if word.endswith(ending) and (said := _stem(word[: -len(ending)], known)):
            return [f"{s} {phones}" for s in said]
    return []


def _stem(stem: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    spellings = [stem, stem + "e"]
    if len(stem) > 2 and stem[-1] == stem[-2]:
        spellings.append(stem[:-1])
    if stem.endswith("i"):
        spellings.insert(0, stem[:-1] + "y")
    return next((known[s] for s in spellings if len(s) >= _MIN_STEM_LETTERS and s in known), ())


def _plural(said: str) -> str:
    last = said.split()[-1]
    return f"{said} IH Z" if last in _SIBILANTS else f"{said} S" if last in _VOICELESS else f"{said} Z"


def _past(said: str) -> str:
    last = said.split()[-1]
    if last in {"T", "D"}:
        return f"{said} IH D"
    return f"{said} T" if last in _VOICELESS or last in {"S", "SH", "CH"} else f"{said} D"


def _with_prefix(word: str, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    for beginning, phones in sorted(_PREFIXES.items(), key=lambda e: -len(e[0])):
        rest = word.removeprefix(beginning)
        if rest != word and len(rest) >= _MIN_COMPOUND_PART_LETTERS and rest in known:
            return [f"{phones} {said}" for said in known[rest]]
    return []


def _compound(word: str, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """The pronunciation of a compound of two known words, of several divisions the most even one."""
    cuts = range(_MIN_COMPOUND_PART_LETTERS, len(word) - _MIN_COMPOUND_PART_LETTERS + 1)
    for cut in sorted(cuts, key=lambda c: abs(2 * c - len(word))):
        if word[:cut] in known and word[cut:] in known:
            return [f"{known[word[:cut]][0]} {known[word[cut:]][0]}"]
    return []


def _by_graphones(word: str) -> tuple[str, ...]:
    return _graphones().best(word) or (spelt_out(word),)


class Graphones:
    """A joint-sequence n-gram model of graphones, letter-phone pairs like "x:K_S", decoded by beam search.

    `counts` gives n-grams and how often they were seen; probabilities are interpolated with those of the shorter context by
    absolute discounting. The method is that of Bisani and Ney 2008, with one letter per graphone. A third of a million n-grams
    are held as sorted numbers, a digit for each graphone: a tenth of the memory that a dictionary takes.
    """

    _DISCOUNT = 0.8  # taken off every n-gram's count; chosen
    _BEAM = 24  # partial pronunciations that are kept after every letter; chosen
    # Of those numbers: more than there are graphones, and six digits fit in 63 bits. No digit is 0, so that a shorter n-gram is
    # another number.
    _BASE = 1024

    def __init__(self, counts: Iterable[tuple[Gram, int]]) -> None:
        import numpy as np

        self._digits: dict[str, int] = {}
        self._graphones_of: dict[str, list[str]] = defaultdict(list)
        numbers, seen, order = array("q"), array("q"), 1
        for gram, count in counts:
            number = 0
            for unit in gram:
                number = number * self._BASE + self._digits.setdefault(unit, len(self._digits) + 1)
            numbers.append(number)
            seen.append(count)
            order = max(order, len(gram))
            if len(gram) == 1 and count > 1:
                self._graphones_of[gram[0][0]].append(gram[0])
        if len(self._digits) >= self._BASE:
            raise ValueError(f"{len(self._digits)} graphones, where {self._BASE - 1} can be told apart")
        self._longest_context = order - 1
        by_number = np.argsort(np.frombuffer(numbers, np.int64))
        own = np.frombuffer(numbers, np.int64)[by_number]
        count_of = np.frombuffer(seen, np.int64)[by_number]
        contexts, first = np.unique(own // self._BASE, return_index=True)  # sorted, and so each in one piece
        self._numbers, self._seen = array("q", own.tobytes()), array("q", count_of.tobytes())
        self._contexts = array("q", contexts.tobytes())
        self._seen_behind = array("q", np.add.reduceat(count_of, first).tobytes())
        self._differing_behind = array("q", np.diff(np.append(first, len(own))).tobytes())

    def best(self, word: str, most: int = 2, margin: float = 1.0) -> tuple[str, ...]:
        """At most `most` pronunciations of the letters `a-z` in `word`, likeliest first, none more than `margin` nats (natural
        logarithm of the probability) below the likeliest."""
        beam: list[tuple[float, Gram]] = [(0.0, ("<",))]
        for letter in (c for c in word if c in self._graphones_of and c.isalpha()):
            grown = [
                (score + log_probability, (*path, unit))
                for score, path in beam
                for unit, log_probability in self._log_probabilities(path, self._graphones_of[letter])
            ]
            beam = heapq.nlargest(self._BEAM, grown)
        ended = heapq.nlargest(
            self._BEAM,
            (
                (score + last, path)
                for score, path in beam
                for _, last in self._log_probabilities(path, [">"])
            ),
        )
        said: dict[str, float] = {}
        for score, path in ended:
            phones = " ".join(p for unit in path[1:] for p in unit[2:].split("_") if p)
            if phones:
                said.setdefault(phones, score)
        top = max(said.values(), default=0.0)
        return tuple(phones for phones, score in said.items() if score >= top - margin)[:most]

    def _log_probabilities(self, path: Gram, units: Sequence[str]) -> Iterator[tuple[str, float]]:
        """Each of the graphones with the logarithm of its probability behind a path."""
        all_seen, _ = self._behind(0)
        contexts = [(number, *self._behind(number)) for number in self._contexts_of(path)]
        for unit in units:
            digit = self._digits.get(unit, 0)
            probability = max(self._count(digit), 1) / max(all_seen, 1)
            for context, seen, differing in contexts:
                if seen:
                    count = max(self._count(context * self._BASE + digit) - self._DISCOUNT, 0.0)
                    probability = (count + self._DISCOUNT * differing * probability) / seen
            yield unit, math.log(probability)

    def _contexts_of(self, path: Gram) -> Iterator[int]:
        """The numbers of the last graphone of a path, of the last two, and so on."""
        number, place = 0, 1
        for unit in path[: -self._longest_context - 1 : -1]:
            number, place = number + place * self._digits.get(unit, 0), place * self._BASE
            yield number

    def _behind(self, context: int) -> tuple[int, int]:
        """How many graphones were seen behind a context, and how many different ones."""
        at = _place(self._contexts, context)
        return (self._seen_behind[at], self._differing_behind[at]) if at >= 0 else (0, 0)

    def _count(self, number: int) -> int:
        at = _place(self._numbers, number)
        return self._seen[at] if at >= 0 else 0


def _place(numbers: Sequence[int], number: int) -> int:
    """Where a number stands among rising ones; -1 where it does not."""
    at = bisect_left(numbers, number)
    return at if at < len(numbers) and numbers[at] == number else -1


@lru_cache(maxsize=1)
def _graphones() -> Graphones:
    return Graphones(_stored(lzma.decompress(intact.shipped(GRAPHONES)).decode("ascii")))


def _stored(text: str) -> Iterator[tuple[Gram, int]]:
    """The n-grams of a file: each with its count, less the units that it shares with the one before, which are counted."""
    before: Gram = ()
    for line in text.splitlines():
        shared, *units, count = line.split(" ")
        before = (*before[: int(shared)], *units)
        yield before, int(count)
