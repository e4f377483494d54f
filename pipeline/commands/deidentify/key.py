"""The key file: who is who, in TOML. Whoever has it can undo the pseudonyms: it is kept apart from the twins, mode 600.

It holds the names of several recordings, so that somebody has one pseudonym in all of them, and is looked through by a person
(`confirmed = true`) before anything is written by it.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from pipeline.commands.deidentify.letters import folded, words_of
from pipeline.errors import SettingsError, nearest
from pipeline.files import write_atomic
from pipeline.settings import read_toml

PEOPLE, PLACES, TERMS = "people", "places", "terms"
KINDS = (PEOPLE, PLACES, TERMS)
_TOP = ("confirmed", "secret", *KINDS)
_MORE = ("role", "enrol")
_KEYS = ("name", "pseudonym", "also_known_as", "found", "is_name", *_MORE)
_HEAD = """# Who is who in the de-identified twins. Whoever has this file can undo them: keep it apart from them.
# Look through it: mend names and pseudonyms (as many words as the name has), add what is missing, and set is_name = false
# where something is no name. Then set confirmed = true, or say --yes.
"""


@dataclass(frozen=True, slots=True)
class Entry:
    """A name and its pseudonym; `also` are other forms of it, `found` says where it was met, `is_name` is False for what a person
    said is none."""

    kind: str
    name: str
    pseudonym: str = ""
    also: tuple[str, ...] = ()
    found: str = ""
    is_name: bool = True
    more: tuple[tuple[str, str], ...] = ()  # what a roster says of people besides

    @property
    def words(self) -> tuple[str, ...]:
        """The folded words of the name and of its other forms."""
        return tuple(dict.fromkeys(word for name in (self.name, *self.also) for word in words_of(name)))


@dataclass(frozen=True, slots=True)
class Key:
    """The key: its entries, whether a person has looked through them, and the secret by which pseudonyms are drawn."""

    entries: tuple[Entry, ...] = ()
    confirmed: bool = False
    secret: str = field(default_factory=lambda: secrets.token_hex(16), repr=False)

    def of(self, kind: str) -> tuple[Entry, ...]:
        """The entries of a kind."""
        return tuple(e for e in self.entries if e.kind == kind)


def read(path: Path) -> Key:
    """The key in a file, a new one where there is none. Raises SettingsError."""
    if not path.exists():
        return Key()
    held = read_toml(path)
    for name in held:
        if name not in _TOP:
            raise SettingsError(str(path), name, "is no part of a key", next(iter(nearest(name, _TOP)), ""))
    confirmed, secret = held.get("confirmed", False), held.get("secret", "")
    if not isinstance(confirmed, bool) or not isinstance(secret, str):
        wrong = "secret" if isinstance(confirmed, bool) else "confirmed"
        raise SettingsError(str(path), wrong, f"must be {'text' if wrong == 'secret' else 'true or false'}")
    entries = tuple(entry for kind in KINDS for entry in _entries(path, kind, held.get(kind, [])))
    check(path, entries)
    return Key(entries, confirmed, secret) if secret else Key(entries, confirmed)


def write(path: Path, key: Key) -> None:
    """Write the key, for its owner alone. Raises OutputError."""
    lines = [_HEAD, f"confirmed = {_value(key.confirmed)}", f"secret = {_value(key.secret)}"]
    for entry in key.entries:
        lines += ["", f"[[{entry.kind}]]", f"name = {_value(entry.name)}"]
        lines += [f"pseudonym = {_value(entry.pseudonym)}"] if entry.is_name else ["is_name = false"]
        lines += [f"also_known_as = [{', '.join(map(_value, entry.also))}]"] if entry.also else []
        lines += [f"{key_} = {_value(value)}" for key_, value in entry.more]
        lines += [f"found = {_value(entry.found)}"] if entry.found else []
    write_atomic(path, "\n".join(lines) + "\n", "name another with --roster", private=True)
    path.chmod(0o600)


def _value(value: str | bool) -> str:
    """A value as TOML writes it; its strings are those of JSON but for DEL."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")


def _entries(path: Path, kind: str, rows: Any) -> Iterator[Entry]:
    if not isinstance(rows, list):
        raise SettingsError(str(path), kind, f"must be a list, or tables [[{kind}]]")
    for number, row in enumerate(rows, 1):
        table = {"name": row} if isinstance(row, str) else row
        if not isinstance(table, dict):
            raise SettingsError(str(path), f"{kind} {number}", "is neither a name nor a table")
        yield _entry(path, kind, f"{kind} {number}", table)


def _entry(path: Path, kind: str, where: str, table: Mapping[str, Any]) -> Entry:
    for key in table:
        if key not in _KEYS:
            raise SettingsError(
                str(path), f"{where}.{key}", "is not known", next(iter(nearest(key, _KEYS)), "")
            )
    name, pseudonym, found = (table.get(key, "") for key in ("name", "pseudonym", "found"))
    also, is_name = table.get("also_known_as", []), table.get("is_name", True)
    if not isinstance(name, str) or not folded(name):
        raise SettingsError(str(path), f"{where}.name", "must be a name, with letters")
    if not isinstance(pseudonym, str) or not isinstance(found, str) or re.search(r"[\r\n]", pseudonym):
        raise SettingsError(str(path), f"{where}.pseudonym", "must be one line of text")
    if not isinstance(also, list) or not all(isinstance(a, str) for a in also):
        raise SettingsError(str(path), f"{where}.also_known_as", "must be a list of names")
    if not isinstance(is_name, bool):
        raise SettingsError(str(path), f"{where}.is_name", "must be true or false")
    more = tuple((key, str(table[key])) for key in _MORE if key in table)
    return Entry(kind, name, pseudonym, tuple(a for a in also if folded(a)), found, is_name, more)


def check(path: Path, entries: Iterable[Entry]) -> None:
    """Raise SettingsError for pseudonyms that would give somebody away or be taken for another."""
    named = [e for e in entries if e.is_name]
    real = {word: e.name for e in named for word in e.words if len(word) > 2}
    given: dict[tuple[str, ...], Entry] = {}
    for entry in named:
        if not entry.pseudonym:
            continue
        where, words = f"{entry.kind} ({entry.name}).pseudonym", words_of(entry.pseudonym)
        if len(words) != len(words_of(entry.name)):
            raise SettingsError(
                str(path), where, f"must have as many words as the name ({len(words_of(entry.name))})"
            )
        kept = set(words_of(entry.name)) if entry.kind != TERMS else set()
        again = next((w for w in words if w in real and w not in kept), "")
        if again or words == words_of(entry.name):
            raise SettingsError(
                str(path), where, f"is a real name of this list ({real.get(again, entry.name)})"
            )
        other = given.setdefault(words, entry)
        if other is not entry:
            raise SettingsError(str(path), where, f"is that of '{other.name}', too: give each its own")


def with_pseudonyms(key: Key, made: Mapping[int, str]) -> Key:
    """The key with the pseudonyms that its entries of these numbers got."""
    entries = (replace(e, pseudonym=made[n]) if n in made else e for n, e in enumerate(key.entries))
    return replace(key, entries=tuple(entries))
