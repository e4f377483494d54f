"""Source positions in the lexicon's TOML file: the line and column of every entry, so that a mistake is shown where it stands."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import LexiconError, nearest


@dataclass
class LexiconSource:
    """The text with its parsed table, and the line and column, from 1, at which the value of each key begins."""

    path: Path
    text: str
    table: dict[str, Any] = field(init=False)
    places: dict[tuple[str, str], tuple[int, int]] = field(init=False)
    written: list[str] = field(init=False)

    def __post_init__(self) -> None:
        self.written = self.text.splitlines()
        try:
            self.table = tomllib.loads(self.text)
        except tomllib.TOMLDecodeError as error:
            place = re.search(r" \(at line (\d+), column (\d+)\)", str(error))
            line, column = (int(place[1]), int(place[2])) if place else (0, 0)
            problem = str(error).split(" (at ")[0]
            raise LexiconError(
                self.path, f"not valid TOML: {problem[:1].lower()}{problem[1:]}", "", line, column
            ) from error
        except (ValueError, RecursionError) as error:  # an impossible number or date; brackets in brackets
            raise LexiconError(
                self.path, "not valid TOML: a value that is too long or too deep", "shorten it"
            ) from error
        self.places = dict(_value_places(self.text))

    def error(self, section: str, key: str, problem: str, remedy: str = "") -> LexiconError:
        """A mistake in the value of a key, or at the head of its table when the key is not there."""
        line, column = self.places.get((section, key), self.places.get((section, ""), (0, 0)))
        return LexiconError(self.path, problem, remedy, line, column)

    def unknown_key(self, section: str, key: str, problem: str, known: frozenset[str]) -> LexiconError:
        """An unknown key, with the known one that it resembles."""
        close = nearest(key, sorted(known))
        remedy = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(sorted(known))}"
        return LexiconError(self.path, problem, remedy, self.places.get((section, key), (0, 0))[0], 1)

    def lines(self, table: dict[str, Any], section: str, key: str) -> Iterator[Entry]:
        """The entries of a block of text, without remarks, each with its place in the file."""
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self.error(section, key, f"'{key}' must be text in ''' marks, one entry on a line")
        entry = Entry()
        for piece in self._entry_lines(value, *self.places.get((section, key), (0, 0))):
            entry = entry.followed_by(piece)
            if not piece.text.endswith("|"):
                yield entry
                entry = Entry()
        if entry.text:
            yield entry

    def _entry_lines(self, value: str, line: int, column: int) -> Iterator[_EntryLine]:
        """What stands on each line of a value that begins at `line` and `column`, without remarks."""
        known = 0 < line <= len(self.written)  # not known of what stands within an inline table
        if "\n" in value and known and not self.written[line - 1][column - 1 :].strip():
            line += 1  # TOML drops the line break after the opening marks
            column = 1
        for number, raw in enumerate(value.split("\n")):
            content = raw.split("#")[0]
            if content.strip():
                indent = len(content) - len(content.lstrip())
                yield _EntryLine(content.strip(), line + number, indent + (column if number == 0 else 1))


@dataclass(frozen=True, slots=True)
class _EntryLine:
    """What stands on one line of the file, from `column` on."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a block; it goes on in the next line of the file where it ends in "|"."""

    pieces: tuple[_EntryLine, ...] = ()

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    def followed_by(self, piece: _EntryLine) -> Entry:
        return Entry((*self.pieces, piece))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column in the file of the character at `offset` of the text."""
        for piece in self.pieces[:-1]:
            if offset < len(piece.text):
                return piece.line, piece.column + offset
            offset -= len(piece.text)
        return self.pieces[-1].line, self.pieces[-1].column + offset


_TABLE_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
_KEY_VALUE = re.compile(r"\s*([\w-]+|\"[^\"]+\")\s*=\s*('''|\"\"\"|['\"])?")


def _value_places(text: str) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    """Where every key's value begins: (section, key) -> (line, column), from 1; the tables of a list are numbered from 0."""
    section, counts = "", {"concept": 0, "broader": 0}
    block_end = ""
    for number, line in enumerate(text.splitlines(), 1):
        if block_end:
            block_end = "" if block_end in line else block_end
            continue
        if header := _TABLE_HEADER.match(line):
            section = header[2]
            if header[1] == "[[":
                counts[section] = counts.get(section, 0) + 1
                section = f"{section} {counts[section] - 1}"
            yield (section, ""), (number, 1)
        elif key := _KEY_VALUE.match(line):
            quote = key[2] or ""
            yield (section, key[1].strip('"')), (number, key.end() + 1)
            if len(quote) == 3 and quote not in line[key.end() :]:
                block_end = quote
