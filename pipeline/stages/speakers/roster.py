"""Roster and name matching: the people who may speak, from the sidecar and the subtitles, and which of them a name means.

A name is matched however it is written: in capitals, without its degrees, by first or last name where that is one person's
alone, by a role that one person has, and as text recognition spells it ("JaxBeatty", one letter wrong).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from pipeline.settings import Person
from pipeline.words import letters_of, numbered, person_name, slug, without_accents

_DEGREES = re.compile(r"\b(?:ph\.?\s?d|m\.?d|psy\.?d|msc|ba|ma)\b\.?", re.IGNORECASE)
_TITLES = re.compile(r"^(?:(?:dr|mr|mrs|ms|miss|prof|professor|sir|dame|rev)\.?\s+)+", re.IGNORECASE)
_TOGETHER = re.compile(r"\s*(?:[,&/+]|\band\b)\s*", re.IGNORECASE)
# Words of labels that name no particular person.
_GENERIC_LABELS = frozenset(
    re.findall(
        r"\w+",
        "man woman male female boy girl voice voices all both group everyone others other audience crowd person "
        "someone somebody unknown speaker off offscreen together members patient another",
    )
)
# The shortest name, in letters, that may match with an edit distance of one. Set by hand, like the next two.
_MIN_FUZZY_LETTERS = 6
# A label that occurs at most so often may be another label mistyped.
_MAX_TYPO_COUNT = 2
# Shorter labels, in letters, are other names rather than mistyped, but for a doubled letter.
_MIN_TYPO_LETTERS = 4


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody with a name: a roster line, or a name that only the subtitles know (`listed` False). One who is `numbered` has
    only a number in another diarization, and stays nameless."""

    key: str
    name: str
    role: str = ""
    listed: bool = True
    numbered: bool = False


@dataclass(slots=True)
class Roster:
    """All named people, and the index of every spelling that means one of them alone."""

    people: list[Named] = field(default_factory=list)
    _spellings: dict[str, str] = field(default_factory=dict)
    _roles: set[str] = field(default_factory=set)
    _numbers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, people: Sequence[Person], labels: Iterable[str] = (), numbers: Iterable[str] = ()) -> Roster:
        """The people of the sidecar, those among `labels` that are none of them, and one for each of `numbers`."""
        roster = cls()
        for person in people:
            roster.people.append(Named(roster._new_key(person.name), plain_name(person.name), person.role))
        full_names = [(n.key, [p.name, *p.also_known_as]) for n, p in zip(roster.people, people, strict=True)]
        roster._add_spellings(full_names, [(n.key, n.role) for n in roster.people])
        roster._add_labels(Counter(labels))
        for number in sorted(set(numbers)):
            key = roster._numbers[number] = roster._new_key(f"given {number}")
            roster.people.append(Named(key, number, listed=False, numbered=True))
        return roster

    def given(self, name: str) -> Named | None:
        """The person whom another diarization means by a name or a number of its own."""
        key = self._numbers.get(name)
        return self[key] if key else self.match(name)

    @property
    def listed(self) -> int:
        """How many people the sidecar names."""
        return sum(p.listed for p in self.people)

    def __getitem__(self, key: str) -> Named:
        return next(p for p in self.people if p.key == key)

    def match(self, text: str, forgiving: bool = False) -> Named | None:
        """The person whom a written name means; None when it means nobody, or more than one.

        `forgiving` is for text that was read from the picture: one letter may be wrong, and a role is not a name.
        """
        wanted = letters(text)
        if forgiving and wanted in self._roles:
            return None
        key = self._spellings.get(wanted)
        if key is None and forgiving and len(wanted) >= _MIN_FUZZY_LETTERS:
            near = {
                k
                for s, k in self._spellings.items()
                if len(s) >= _MIN_FUZZY_LETTERS and _is_within_one_edit(s, wanted)
            }
            key = near.pop() if len(near) == 1 else None
        return self[key] if key else None

    def _add_spellings(self, full_names: list[tuple[str, list[str]]], roles: list[tuple[str, str]]) -> None:
        """Index full names first, then parts of names and roles that are one person's alone."""
        for key, names in full_names:
            for name in names:
                self._spellings.setdefault(letters(plain_name(name)), key)
        parts: Counter[str] = Counter()
        owners: dict[str, str] = {}
        for key, names in full_names:
            mine = {letters(w) for name in names for w in plain_name(name).split() if len(letters(w)) > 1}
            for part in mine:
                parts[part] += 1
                owners[part] = key
        said = Counter(letters(role) for _, role in roles if role)
        unique = {letters(role): key for key, role in roles if role and said[letters(role)] == 1}
        for part, key in (*owners.items(), *unique.items()):
            if parts[part] <= 1 and part:
                self._spellings.setdefault(part, key)
        self._roles = set(unique) - set(owners)

    def _add_labels(self, labels: Counter[str]) -> None:
        """Add people for labels that match nobody, the most frequent first; a rare label that is a likely typo of one known
        spelling becomes another spelling of it."""
        for label, times in sorted(labels.items(), key=lambda item: (-item[1], item[0])):
            if self.match(label) is not None or is_anybody(label) or _is_joint(label, labels):
                continue
            wanted = letters(label)
            near = (
                {k for s, k in self._spellings.items() if _is_typo(s, wanted)}
                if times <= _MAX_TYPO_COUNT
                else set()
            )
            if len(near) == 1:
                self._spellings[wanted] = near.pop()
            else:
                self._add_label(label)

    def _add_label(self, label: str) -> None:
        name = plain_name(label)
        shown = name.title() if name.isupper() else name
        person = Named(self._new_key(shown), shown, listed=False)
        self.people.append(person)
        self._spellings.setdefault(letters(name), person.key)

    def _new_key(self, name: str) -> str:
        latin = re.sub(r"[^a-z0-9]+", " ", without_accents(plain_name(name)).casefold())
        return numbered(slug(latin, "person"), {p.key for p in self.people})


def plain_name(name: str) -> str:
    """A name as it is said, without titles and degrees: "Dr. Tim Leighton, PhD" and "Leighton, Tim" are "Tim Leighton"."""
    bare = _TITLES.sub("", _DEGREES.sub("", person_name(name))).strip(" .:")
    return " ".join(bare.split()) or name.strip()


def letters(text: str) -> str:
    """The key that names are compared by: letters and digits, case-folded, without accents and spaces (Unicode NFKD)."""
    return letters_of(without_accents(plain_name(text)))


def is_anybody(label: str) -> bool:
    """Whether a label says no more than that somebody speaks ("MAN", "ALL")."""
    words = re.findall(r"[^\W\d_]+", label.casefold())
    return not words or (all(w in _GENERIC_LABELS for w in words) and not re.search(r"\d", label))


def _is_joint(label: str, labels: Iterable[str]) -> bool:
    """Whether a label names several people, one of whom has a label of their own: "HANNA, OWEN", "Hanna and Owen"."""
    parts = {letters(part) for part in _TOGETHER.split(label)}
    return len(parts) > 1 and any(letters(other) in parts for other in labels if other != label)


def _is_typo(right: str, written: str) -> bool:
    """Whether `written` is a likely typo of `right`: a letter doubled, or in longer names an edit distance of one, or the same
    letters in another order; "iPhone (2)" is no slip of "iPhone"."""
    if re.sub(r"\D", "", right) != re.sub(r"\D", "", written):
        return False
    if re.sub(r"(.)\1", r"\1", written) == re.sub(r"(.)\1", r"\1", right):
        return True
    if min(len(right), len(written)) < _MIN_TYPO_LETTERS:
        return False
    return _is_within_one_edit(right, written) or sorted(right) == sorted(written)


def _is_within_one_edit(one: str, other: str) -> bool:
    """Whether the edit (Levenshtein) distance is at most one."""
    if abs(len(one) - len(other)) > 1:
        return False
    if len(one) > len(other):
        one, other = other, one
    at = next((k for k, c in enumerate(one) if c != other[k]), len(one))
    return one[at:] == other[at + 1 :] or one[at + 1 :] == other[at + 1 :]
