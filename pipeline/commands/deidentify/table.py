"""The table of names: every word and phrase that is replaced, by what, and where somebody's name is meant by it.

Words are the unit: "Ruth" is the same in "Ruth Calder", "Ruth's" and "R-U-T-H". Phrases are names of several words, which are
names together whatever their words are apart ("Will Hart", "Royal Oak").
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.commands.deidentify.key import PEOPLE, PLACES, TERMS, Entry
from pipeline.commands.deidentify.letters import runs_of, words_of
from pipeline.commands.deidentify.ordinary import PARTICLES, PLACE_WORDS, is_ordinary, is_word_name
from pipeline.commands.deidentify.pseudonyms import kept_words
from pipeline.errors import Defect

# Shorter words are too often a part of others to be looked for where words are run together.
_MIN_JOINED = 6


@dataclass
class Table:
    """What stands for what. `words` are folded words and their pseudonyms; `doubtful` those of them that are ordinary words, too,
    so that each place decides; `phrases` several words and as many; `initials` the letter of a first or last name and its own."""

    words: dict[str, str] = field(default_factory=dict)
    doubtful: set[str] = field(default_factory=set)
    phrases: dict[tuple[str, ...], tuple[str, ...]] = field(default_factory=dict)
    joined: dict[str, str] = field(default_factory=dict)
    initials: dict[str, str] = field(default_factory=dict)
    given: set[str] = field(default_factory=set)  # of the initials, those of first names
    people: set[str] = field(default_factory=set)

    @classmethod
    def of(cls, entries: Iterable[Entry], said_small: Collection[str] = ()) -> Table:
        """The table of a key's entries; `said_small` are the words that the recording has in small letters."""
        table = cls()
        named = [e for e in entries if e.is_name]
        for entry in sorted(named, key=lambda e: -len(words_of(e.name))):
            table._add(entry, said_small)
        for entry in named:
            table._add_others(entry, said_small)
        table.doubtful -= {
            word for e in named if e.kind == TERMS for word in table._alone(e.kind, words_of(e.name))
        }
        return table

    def longest(self) -> int:
        """The number of words of the longest phrase."""
        return max(map(len, self.phrases), default=0)

    def _add(self, entry: Entry, said_small: Collection[str]) -> None:
        real, new = words_of(entry.name), [run.written for run in runs_of(entry.pseudonym)]
        if len(real) != len(new):
            raise Defect("pseudonym", None)
        pairs = dict(zip(real, new, strict=True))
        alone = self._alone(entry.kind, real)
        for word in alone:
            self._add_word(word, pairs[word], entry, said_small)
        if len(real) > 1:
            self._add_phrase(real, new)
        for written in entry.name.split() if entry.kind == PEOPLE else ():
            if len(part := words_of(written)) > 1:  # "O'Brien", "Anne-Marie"
                self._add_phrase(part, [pairs[word] for word in part])
        if entry.kind == PEOPLE and alone:
            self.people.update(alone)
            self.given.add(alone[0][0])
            for word in (alone[0], alone[-1]):
                self.initials.setdefault(word[0], self.words[word][0])

    def _add_word(self, word: str, new: str, entry: Entry, said_small: Collection[str]) -> None:
        self.words.setdefault(word, new)
        is_doubtful = is_ordinary(word) and (is_word_name(word) or word in said_small)
        if len(word) < 3 or (entry.kind != TERMS and is_doubtful):
            self.doubtful.add(word)

    def _add_phrase(self, real: tuple[str, ...], new: Sequence[str]) -> None:
        self.phrases.setdefault(real, tuple(new))
        if len("".join(real)) >= _MIN_JOINED:
            self.joined.setdefault("".join(real), "".join(new))

    def _add_others(self, entry: Entry, said_small: Collection[str]) -> None:
        """Other forms of a name: their words that are new stand for the first word of the pseudonym."""
        alone = self._alone(entry.kind, words_of(entry.name))
        first = self.words[alone[0]] if alone else runs_of(entry.pseudonym)[0].written
        for name in entry.also:
            words = words_of(name)
            kept = kept_words(words) if entry.kind == PEOPLE else frozenset()
            new = [w.written if w.folded in kept else self.words.get(w.folded, first) for w in runs_of(name)]
            if len(words) > 1:
                self._add_phrase(words, new)
            if entry.kind == TERMS and len(words) > 1:
                continue
            for word in words:
                if word not in kept and len(word) > 1 and (len(words) == 1 or not is_ordinary(word)):
                    self._add_word(word, first, entry, said_small)
                    self.people.update([word] if entry.kind == PEOPLE else [])

    def _alone(self, kind: str, words: tuple[str, ...]) -> list[str]:
        """The words of a name that are a name by themselves."""
        if kind == PEOPLE:
            kept = kept_words(words)
            return [word for word in words if word not in kept and len(word) > 1]
        if len(words) == 1:
            return [*words]
        if kind == PLACES:
            return [
                w
                for w in words
                if w not in PARTICLES | PLACE_WORDS and len(w) > 2 and not is_ordinary(w, made=False)
            ]
        return []


def like(new: str, old: str) -> str:
    """A pseudonym in the case of what it replaces: "RUTH" is "MARY", "ruth" is "mary"."""
    letters = [c for c in old if c.isalpha()]
    if len(letters) > 1 and all(c.isupper() or c.lower() == c.upper() for c in letters):
        return new.upper()
    return new.lower() if letters and letters[0].islower() else new
