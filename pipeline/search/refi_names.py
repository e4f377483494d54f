"""Unique names for the tools of qualitative research, which take two things of one name for one, or refuse the second."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

from pipeline.formats.document.reader import Document, Person
from pipeline.search.people import is_nobodys, is_one_everywhere
from pipeline.words import name_key


class Names:
    """The names that were given in one project; case and Unicode form are not trusted to differ."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def unique(self, name: str, of: str) -> str:
        """`name`, with where it comes from behind it when it is given already, and counted when that is not enough."""
        told = f"{name} ({of})" if of not in ("", ".") else name
        found, count = (name if _folded(name) not in self._given else told), 1
        while _folded(found) in self._given:
            count += 1
            found = f"{told} ({count})"
        self._given.add(_folded(found))
        return found


@dataclass
class Cast:
    """One person as the tools see them: a unique name, what the case's GUID is made of, their roles and recordings."""

    name: str
    key: tuple[str, ...]
    roles: list[str] = field(default_factory=list)
    recordings: list[str] = field(default_factory=list)


def cast_of(found: Mapping[str, Document]) -> list[Cast]:
    """Everybody in the documents, each person once, in order of their first recording."""
    names, people = Names(), dict[tuple[str, ...], Cast]()
    for recording, document in found.items():
        here: set[tuple[str, ...]] = set()
        for person in document.people:
            key = _key(recording, person)
            if key in here:  # two people of one name in one recording are two
                key = (*key, recording, person.id)
            here.add(key)
            if key not in people:
                people[key] = Cast(_name(names, recording, document, person), key)
            known = people[key]
            known.recordings.append(recording)
            if person.role and person.role not in known.roles:
                known.roles.append(person.role)
    return list(people.values())


def _key(recording: str, person: Person) -> tuple[str, ...]:
    return ("person", _folded(person.name)) if is_one_everywhere(person) else (recording, person.id)


def _name(names: Names, recording: str, document: Document, person: Person) -> str:
    shown = person.name or person.id
    if is_nobodys(person):
        shown = f"{document.name}: {shown}"
    return names.unique(shown, recording.removesuffix(".json"))


def _folded(name: str) -> str:
    return name_key(unicodedata.normalize("NFKC", name))
