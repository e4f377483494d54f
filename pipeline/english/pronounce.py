"""Pronunciations for words that PocketSphinx's dictionary does not hold: names, coinages, misspellings,
acronyms.

A word gets, in this order: what the dictionary says; its known stem with a spoken ending ("Kayleigh's",
"vignetting"); two known words in one ("flashforward"); the names of its letters when nobody could say it
otherwise ("NHS"); and always what its letters sound like by a model of letter-phone pairs learnt from the
dictionary itself (`benchmarks.build_graphones` says how, and measures it). Phones are those of the CMU
dictionary without stress marks, joined by spaces.
"""

from __future__ import annotations

import heapq
import lzma
import math
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path

from pipeline.errors import WeightsError

GRAPHONES = Path(__file__).with_name("graphones.txt.xz")

Pronunciations = dict[str, tuple[str, ...]]
Gram = tuple[str, ...]

# Sounds that people make and spell in their own ways; letter rules know nothing of them.
INTERJECTIONS: dict[str, str] = {
    "mm": "M", "mmm": "M", "mhm": "AH M HH AH M", "mmhmm": "M HH AH M", "hm": "HH AH M", "hmm": "HH AH M",
    "shh": "SH", "psst": "P S T", "pfft": "P F T", "tsk": "T IH S K", "ugh": "AH G", "eh": "EH",
    "uhh": "AH", "umm": "AH M", "er": "ER", "erm": "ER M", "aw": "AO", "aww": "AO", "ooh": "UW",
    "huh": "HH AH", "nuh": "N AH", "brr": "B ER",
}  # fmt: skip
LETTER_NAMES: dict[str, str] = {
    "a": "EY", "b": "B IY", "c": "S IY", "d": "D IY", "e": "IY", "f": "EH F", "g": "JH IY", "h": "EY CH",
    "i": "AY", "j": "JH EY", "k": "K EY", "l": "EH L", "m": "EH M", "n": "EH N", "o": "OW", "p": "P IY",
    "q": "K Y UW", "r": "AA R", "s": "EH S", "t": "T IY", "u": "Y UW", "v": "V IY", "w": "D AH B AH L Y UW",
    "x": "EH K S", "y": "W AY", "z": "Z IY",
}  # fmt: skip
_SIBILANTS, _VOICELESS = frozenset(["S", "Z", "SH", "ZH", "CH", "JH"]), frozenset(["P", "T", "K", "F", "TH"])
_ENDINGS: dict[str, str] = {
    "ing": "IH NG", "er": "ER", "ers": "ER Z", "ly": "L IY", "ness": "N AH S", "less": "L AH S",
    "ful": "F AH L", "ment": "M AH N T", "ments": "M AH N T S", "able": "AH B AH L", "ish": "IH SH",
    "ship": "SH IH P", "like": "L AY K", "in": "AH N", "ism": "IH Z AH M", "ist": "IH S T",
    "ists": "IH S T S",
}  # fmt: skip
_BEGINNINGS: dict[str, str] = {
    "un": "AH N", "re": "R IY", "non": "N AA N", "co": "K OW", "pre": "P R IY", "anti": "AE N T IY",
    "inter": "IH N T ER", "over": "OW V ER", "under": "AH N D ER", "self": "S EH L F", "mis": "M IH S",
    "dis": "D IH S", "multi": "M AH L T IY", "psycho": "S AY K OW", "neuro": "N UH R OW", "bio": "B AY OW",
    "micro": "M AY K R OW", "super": "S UW P ER",
}  # fmt: skip
_MIN_STEM = 3
_MIN_COMPOUND_PART = 4
_LONGEST_WORD = 40
_VOWELS = frozenset("aeiouy")


def pronounce(words: Iterable[str]) -> Pronunciations:
    """One or more pronunciations for every word, likeliest first; words are lower-case `a-z` with
    apostrophes.

    Raises WeightsError when the PocketSphinx wheel lacks its dictionary. Never leaves a word without a
    pronunciation.
    """
    known = dictionary()
    return {word: known.get(word) or _guess(word, known) for word in dict.fromkeys(words)}


def spelt_out(word: str) -> str:
    """The names of the letters of `word`."""
    return " ".join(LETTER_NAMES[c] for c in word if c in LETTER_NAMES)


@lru_cache(maxsize=1)
def dictionary() -> Mapping[str, tuple[str, ...]]:
    """PocketSphinx's dictionary: word -> its pronunciations, the first one first."""
    found: dict[str, list[str]] = defaultdict(list)
    for line in dictionary_path().read_text("utf-8").splitlines():
        word, _, phones = line.partition(" ")
        found[re.sub(r"\(\d+\)$", "", word)].append(phones.strip())
    return {word: tuple(said) for word, said in found.items()}


def dictionary_path() -> Path:
    """Where the PocketSphinx wheel keeps it. Raises WeightsError when it is not there."""
    path = model_folder() / "cmudict-en-us.dict"
    if not path.is_file():
        raise WeightsError("sphinx", f"{path} is missing", "reinstall pocketsphinx")
    return path


def model_folder() -> Path:
    """The English model in the PocketSphinx wheel, found without importing it. Raises WeightsError."""
    found = find_spec("pocketsphinx")
    for folder in (found.submodule_search_locations or []) if found else []:
        if (model := Path(folder) / "model" / "en-us").is_dir():
            return model
    raise WeightsError(
        "sphinx", "the pocketsphinx package or its English model is missing", "reinstall pocketsphinx"
    )


def _guess(word: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    letters = word.replace("'", "")[:_LONGEST_WORD]
    if not letters:
        return ("AH",)
    calm = re.sub(r"(.)\1{2,}", r"\1\1", letters)  # "sooooo" is said like "soo"
    if (sound := INTERJECTIONS.get(calm)) or (sound := INTERJECTIONS.get(re.sub(r"(.)\1+", r"\1", calm))):
        return (sound,)
    guesses = _drawn_out(calm, known) if calm != letters else []
    guesses += _with_ending(word, known) or _with_beginning(calm, known) or _compound(calm, known)
    if not _VOWELS & set(calm):
        return tuple(dict.fromkeys([*guesses, spelt_out(letters)]))
    if not guesses:
        guesses = list(_by_letters(calm))
    if len(letters) <= 4 and not word.count("'"):
        guesses.append(spelt_out(letters))  # "isbn" and "dui" are spelt, "hiv" may be either
    return tuple(dict.fromkeys(guesses))


def _drawn_out(calm: str, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """What a word with letters repeated for length may be: "sooo" so, "goood" good (or god: both are listened
    for)."""
    return [*known.get(re.sub(r"(.)\1", r"\1", calm), ()), *known.get(calm, ())]


def _with_ending(word: str, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Known (or guessed, before an apostrophe) stem + ending, spelling changes undone."""
    stem, mark, ending = word.rpartition("'")
    if mark and ending == "s" and stem:
        return [_plural(said) for said in known.get(stem) or _guess(stem, known)]
    for ending, make in (("s", _plural), ("ed", _past), ("d", _past)):
        if word.endswith(ending) and (said := _stem(word[: -len(ending)], known)):
            return [make(s) for s in said]
    for ending, phones in sorted(_ENDINGS.items(), key=lambda e: -len(e[0])):
        if word.endswith(ending) and (said := _stem(word[: -len(ending)], known)):
            return [f"{s} {phones}" for s in said]
    return []


def _stem(stem: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    spellings = [stem, stem + "e"]
    if len(stem) > 2 and stem[-1] == stem[-2]:
        spellings.append(stem[:-1])
    if stem.endswith("i"):
        spellings.insert(0, stem[:-1] + "y")
    return next((known[s] for s in spellings if len(s) >= _MIN_STEM and s in known), ())


def _plural(said: str) -> str:
    last = said.split()[-1]
    return f"{said} IH Z" if last in _SIBILANTS else f"{said} S" if last in _VOICELESS else f"{said} Z"


def _past(said: str) -> str:
    last = said.split()[-1]
    if last in {"T", "D"}:
        return f"{said} IH D"
    return f"{said} T" if last in _VOICELESS or last in {"S", "SH", "CH"} else f"{said} D"


def _with_beginning(word: str, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    for beginning, phones in sorted(_BEGINNINGS.items(), key=lambda e: -len(e[0])):
        rest = word.removeprefix(beginning)
        if rest != word and len(rest) >= _MIN_COMPOUND_PART and rest in known:
            return [f"{phones} {said}" for said in known[rest]]
    return []


def _compound(word: str, known: Mapping[str, tuple[str, ...]]) -> list[str]:
    """Two known words, the most evenly divided ones."""
    cuts = range(_MIN_COMPOUND_PART, len(word) - _MIN_COMPOUND_PART + 1)
    for cut in sorted(cuts, key=lambda c: abs(2 * c - len(word))):
        if word[:cut] in known and word[cut:] in known:
            return [f"{known[word[:cut]][0]} {known[word[cut:]][0]}"]
    return []


def _by_letters(word: str) -> tuple[str, ...]:
    return _graphones().best(word) or (spelt_out(word),)


class Graphones:
    """N-grams of letter-phone pairs ("x:K_S"), from which the likeliest pronunciations of a spelling follow.

    `counts` maps runs of pairs to how often they were seen; probabilities are interpolated with an absolute
    discount.
    """

    _DISCOUNT = 0.8
    _BEAM = 24

    def __init__(self, counts: Mapping[Gram, int]) -> None:
        self._counts = counts
        self._seen: dict[Gram, int] = defaultdict(int)
        self._kinds: dict[Gram, int] = defaultdict(int)
        self._units: dict[str, list[str]] = defaultdict(list)
        for gram, count in counts.items():
            self._seen[gram[:-1]] += count
            self._kinds[gram[:-1]] += 1
            if len(gram) == 1 and count > 1:
                self._units[gram[0][0]].append(gram[0])
        self._order = max(map(len, counts))

    def best(self, word: str, most: int = 2, margin: float = 1.0) -> tuple[str, ...]:
        """At most `most` pronunciations of the letters `a-z` in `word`, likeliest first, those within
        `margin` nats of it."""
        beam: list[tuple[float, Gram]] = [(0.0, ("<",))]
        for letter in (c for c in word if c in self._units and c.isalpha()):
            grown = [
                (score + self._log(path, unit), (*path, unit))
                for score, path in beam
                for unit in self._units[letter]
            ]
            beam = heapq.nlargest(self._BEAM, grown)
        ended = heapq.nlargest(self._BEAM, ((score + self._log(path, ">"), path) for score, path in beam))
        said: dict[str, float] = {}
        for score, path in ended:
            phones = " ".join(p for unit in path[1:] for p in unit[2:].split("_") if p)
            if phones:
                said.setdefault(phones, score)
        top = max(said.values(), default=0.0)
        return tuple(phones for phones, score in said.items() if score >= top - margin)[:most]

    def _log(self, path: Gram, unit: str) -> float:
        return math.log(self._probability(path[-(self._order - 1) :], unit))

    def _probability(self, context: Gram, unit: str) -> float:
        seen = self._seen.get(context, 0)
        if not context:
            return max(self._counts.get((unit,), 0), 1) / max(seen, 1)
        shorter = self._probability(context[1:], unit)
        if not seen:
            return shorter
        count = max(self._counts.get((*context, unit), 0) - self._DISCOUNT, 0.0)
        return (count + self._DISCOUNT * self._kinds[context] * shorter) / seen


@lru_cache(maxsize=1)
def _graphones() -> Graphones:
    counts: dict[Gram, int] = {}
    before: Gram = ()
    for line in lzma.decompress(GRAPHONES.read_bytes()).decode("ascii").splitlines():
        shared, *units, count = line.split(" ")
        before = (*before[: int(shared)], *units)
        counts[before] = int(count)
    return Graphones(counts)
