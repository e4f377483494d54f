"""Pseudonyms: invented names in place of real ones, as many words, of the same sex where the name tells it, with other initials.

Which of the list a name gets is drawn by the key's secret, so that it says nothing about the name; the key keeps it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from itertools import chain

from pipeline.commands.deidentify.letters import folded, runs_of, words_of
from pipeline.commands.deidentify.ordinary import FEMALE, MALE, PARTICLES, PLACE_WORDS, TITLES

_WOMEN = """Agnes Bridie Celia Della Effie Freda Greer Hetty Imogen Jemima Kirsty Lorna Maud Nesta Orla Petra Rhona Sheila Thea
Una Vesta Wilma Ysolde Zelda Ailsa Blanche Cora Davina Edwina Felicia Gwenda Hilda Isla Juno Katrin Leonie Mabel Norma Odette
Phoebe Rowena Selma Tilda Ursula Verena Winnie""".split()  # noqa: SIM905
_MEN = """Alfred Bernard Cedric Duncan Edgar Fergus Gordon Hector Ivor Jasper Keir Lionel Magnus Nolan Otto Percy Quentin Rupert
Stanley Tobias Ulric Vernon Wilfred Yorick Zeno Angus Bertram Clement Desmond Erwin Floyd Gilbert Hamish Ingram Julius Konrad
Lorcan Mungo Norbert Osbert Piers Ralph Silas Tristan Virgil Winston""".split()  # noqa: SIM905
_EITHER = """Ariel Blair Corey Devon Emery Flynn Gray Hollis Indigo Jules Kendall Lane Merle Nico Oakley Perry Quinn Reese Shelby
Tatum Uri Vale Wynn Yael Zion""".split()  # noqa: SIM905
_FAMILIES = """Abbot Barlow Colby Denham Elton Farrow Garrick Hobbs Ingle Jarvis Kemble Lomax Merton Norris Osgood Penrose Quayle
Radley Selby Tennant Upton Vickers Wyatt Yardley Ashdown Birtles Cranmer Dunmore Everett Fenwick Goddard Hurley Ives Jessop Kersey
Lytton Mallory Naylor Orchard Prentice Rigby Sherwin Thorne Underhill Varley Whitby Yeoman""".split()  # noqa: SIM905
_PLACES = """Alderley Brackmoor Coldwell Dunholme Elmstead Farnleigh Greywick Hexford Inglesby Joyford Kelsworth Larkham Milbury
Northolme Oakhurst Penfold Quarndon Ridgeley Selwick Thornby Upleigh Varnham Westmere Yarnford Ashbeck Birchley Cranwick
Dellborough Eastmoor Foxdale Gorsley Hawkstead""".split()  # noqa: SIM905
_TERMS = """Agate Beryl Cobalt Dolomite Ebony Feldspar Garnet Hematite Iolite Jasperite Kyanite Lignite Malachite Nickel Obsidian
Pyrite Quartzite Rutile Silica Topaz Umber Vermilion Wolfram Xenon Yttrium Zircon""".split()  # noqa: SIM905


_JOINS = tuple("'’‘ʼ")


class Chooser:
    """Chooses pseudonyms word by word, so that people of one family stay one; `taken` are folded words that none may be."""

    def __init__(self, secret: str, given: Mapping[str, str], taken: Collection[str]) -> None:
        self._secret = secret
        self._words = dict(given)
        self._taken = set(taken) | {folded(word) for word in given.values()} | set(given)

    def for_person(self, name: str, sex_of: str = "") -> str:
        """A pseudonym of a person's name, as written; `sex_of` is the name that tells their sex where this one does not."""
        words = words_of(name)
        kept = kept_words(words)
        first = next((word for word in words if word not in kept), "")
        return self._rewritten(name, lambda word: _given(first, sex_of) if word == first else _FAMILIES, kept)

    def for_place(self, name: str) -> str:
        """A pseudonym of a place: "Wimbledon Park" is "Milbury Park"; where all its words are ordinary, all are replaced."""
        words = words_of(name)
        kept = {word for word in words[1:] if word in PARTICLES} | ({words[-1]} & PLACE_WORDS)
        return self._rewritten(name, lambda word: _PLACES, kept if set(words) - kept else set())

    def for_term(self, name: str) -> str:
        """A pseudonym of any other term, all of whose words are replaced."""
        return self._rewritten(name, lambda word: _TERMS, set())

    def _rewritten(self, name: str, lists: Callable[[str], list[str]], kept: Collection[str]) -> str:
        """The name with each run of letters replaced, all that is between left as it is."""
        made, at = "", 0
        for run in runs_of(name):
            if len(run.folded) == 1:  # "John F. Kennedy", but not "O'Brien"
                new = run.written if name[run.end : run.end + 1] in _JOINS else self._initial(run.folded)
            else:
                new = run.written if run.folded in kept else self._word(run.folded, lists(run.folded))
            made, at = made + name[at : run.start] + new, run.end
        return made + name[at:]

    def _initial(self, letter: str) -> str:
        return next(n[0] for n in self._drawn(letter, _EITHER) if n[0].lower() != letter)

    def _word(self, word: str, names: list[str]) -> str:
        if word not in self._words:
            free = (n for n in self._drawn(word, names) if folded(n) not in self._taken)
            chosen = next((n for n in free if folded(n)[0] != word[0]), "") or self._numbered(names)
            self._words[word] = chosen
            self._taken.add(folded(chosen))
        return self._words[word]

    def _drawn(self, word: str, names: list[str]) -> Iterator[str]:
        """The names in the order that the secret gives them for this word, then those of the other lists."""
        others = [n for n in chain(_EITHER, _WOMEN, _MEN, _FAMILIES, _PLACES) if n not in names]
        for some in (names, others):
            yield from sorted(some, key=lambda n: self._digest(f"{word} {n}"))

    def _numbered(self, names: list[str]) -> str:
        """One more name, when the lists are used up: two of them in one word."""
        made = (a + b.lower() for a in names for b in names)
        return next(n for n in made if folded(n) not in self._taken)

    def _digest(self, text: str) -> bytes:
        return hmac.digest(self._secret.encode(), text.encode(), hashlib.sha256)


def kept_words(words: Sequence[str]) -> frozenset[str]:
    """The words of a person's name that stay: a title before it, a particle inside of it. "Ben" and "Le" are names alone."""
    titles = {word for word in words[:-1] if word in TITLES}
    return frozenset(titles | {word for word in words[1:-1] if word in PARTICLES})


def _given(first: str, sex_of: str) -> list[str]:
    for name in (first, sex_of):
        if (name in FEMALE) != (name in MALE):
            return _WOMEN if name in FEMALE else _MEN
    return _EITHER


def digest(secret: str, value: str) -> str:
    """A keyed digest (HMAC-SHA-256) in place of a digest: the same for the same recording, and nobody finds that by it."""
    return hmac.new(secret.encode(), value.encode(), hashlib.sha256).hexdigest()
