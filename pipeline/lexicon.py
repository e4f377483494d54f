"""The clinical lexicon, read from its TOML file: concepts, their patterns and blocks, the sets that
patterns refer to.

The file is for clinicians: patterns stand one on a line in ''' blocks, "#" begins a remark, and every
mistake is answered with one sentence that names line and column. The notation is described in
`pipeline.concepts.notation`.
"""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar, overload

from pipeline.concepts.forms import inflector
from pipeline.concepts.matching import Rule
from pipeline.concepts.notation import (
    MAX_VARIANTS,
    NotationError,
    Pattern,
    Vocabulary,
    names_in,
    parse_pattern,
    parse_set,
)
from pipeline.concepts.phrases import Phrase, count_variants
from pipeline.errors import LexiconError

_T = TypeVar("_T")
_TOP_KEYS = frozenset({"version", "language", "passed_over", "forms", "sets", "broader", "concept", "blocks"})
_CONCEPT_KEYS = frozenset(
    {
        "id",
        "label",
        "definition",
        "broader",
        "objectives",
        "patterns",
        "blocks",
        "examples",
        "counterexamples",
    }
)
_REQUIRED_KEYS = ("id", "label", "definition", "broader", "patterns")


@dataclass(frozen=True, slots=True)
class Concept:
    """One entry: what it means, what it serves, and sentences that must and must not be tagged with it."""

    id: str
    label: str
    definition: str
    broader: str
    objectives: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """The whole file; `digest` is of its bytes, so that what was found can name exactly what it was found
    with."""

    path: Path
    version: str
    language: str
    digest: str
    broader: dict[str, str]
    concepts: tuple[Concept, ...]
    passed_over: frozenset[str]
    unread: Sequence[Rule] = field(repr=False, compare=False)
    """Every pattern and block, each read when it is first asked for. Raises LexiconError then."""

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every pattern and block, read when first asked for. Raises LexiconError."""
        return tuple(self.unread)

    def children(self, broader: str) -> tuple[str, ...]:
        """The ids of the concepts under a broader one, in the order of the file."""
        return tuple(c.id for c in self.concepts if c.broader == broader)


def load(path: Path) -> Lexicon:
    """The lexicon in a file. Raises LexiconError with line and column of the first mistake."""
    found = glance(path)
    _ = found.rules
    return found


def glance(path: Path) -> Lexicon:
    """The lexicon in a file with its patterns still unread, for who may do without them: reading them takes a
    third of a second. Raises LexiconError."""
    try:
        data = path.read_bytes()
        text = data.decode("utf-8")
    except OSError as error:
        raise LexiconError(path, 0, 0, f"cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise LexiconError(path, 0, 0, f"is not UTF-8 text (byte {error.start})") from error
    return _lexicon(_Source(path, text), hashlib.sha256(data).hexdigest())


def parse(text: str, path: Path = Path("concepts.toml"), digest: str = "") -> Lexicon:
    """The lexicon written in `text`; `path` is named in errors. Raises LexiconError."""
    found = _lexicon(_Source(path, text), digest)
    _ = found.rules
    return found


def _lexicon(source: _Source, digest: str) -> Lexicon:
    _check_keys(source)
    broader = {str(b["id"]): str(b["label"]) for b in source.table.get("broader", [])}
    concepts = tuple(_concepts(source, broader))
    version, language = str(source.table.get("version", "")), str(source.table.get("language", "en"))
    passed_over = frozenset(str(source.table.get("passed_over", "")).split())

    unread = _Rules(source)
    return Lexicon(source.path, version, language, digest, broader, concepts, passed_over, unread)


class _Rules(Sequence[Rule]):
    """The rules of a lexicon in the order of the file; one is read when it is first asked for."""

    def __init__(self, source: _Source) -> None:
        self._source = source
        self._read: dict[int, Rule] = {}

    @cached_property
    def _written(self) -> list[tuple[str, bool, _Line]]:
        """Of every rule its concept, whether it blocks, and how it is written."""
        concepts = self._source.table.get("concept", [])
        tables = [
            (self._source.table, "", ""),
            *((c, f"concept {n}", c["id"]) for n, c in enumerate(concepts)),
        ]
        return [
            (concept, key == "blocks", line)
            for table, section, concept in tables
            for key in ("patterns", "blocks")
            for line in self._source.lines(table, section, key)
        ]

    @cached_property
    def _vocabulary(self) -> Vocabulary:
        return _vocabulary(self._source)

    def __len__(self) -> int:
        return len(self._written)

    @overload
    def __getitem__(self, at: int) -> Rule: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Rule, ...]: ...
    def __getitem__(self, at: int | slice) -> Rule | tuple[Rule, ...]:
        if isinstance(at, slice):
            return tuple(self[n] for n in range(*at.indices(len(self))))
        if at not in self._read:
            vocabulary = self._vocabulary  # its mistakes are told before those of the patterns
            concept, blocking, line = self._written[at]
            pattern = _reading(self._source, line, lambda text: _checked(parse_pattern(text, vocabulary)))
            self._read[at] = Rule(concept, pattern, blocking)
        return self._read[at]


@dataclass
class _Source:
    """The text with its parsed table, and where in the text each key stands."""

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
                self.path, line, column, f"not valid TOML: {problem[:1].lower()}{problem[1:]}"
            ) from error
        self.places = dict(_places(self.text))

    def error(self, section: str, key: str, problem: str, remedy: str = "") -> LexiconError:
        """A mistake in the value of a key, or at the head of its table when the key is not there."""
        line, column = self.places.get((section, key), self.places.get((section, ""), (0, 0)))
        return LexiconError(self.path, line, column, problem, remedy)

    def unknown_key(self, section: str, key: str, problem: str, known: frozenset[str]) -> LexiconError:
        """A key that means nothing, with the known one that it resembles."""
        close = difflib.get_close_matches(key, sorted(known), 1)
        remedy = f"did you mean '{close[0]}'?" if close else f"known are {', '.join(sorted(known))}"
        return LexiconError(self.path, self.places.get((section, key), (0, 0))[0], 1, problem, remedy)

    def lines(self, table: dict[str, Any], section: str, key: str) -> Iterator[_Line]:
        """The entries of a block of text, without remarks, each with its place in the file."""
        value = table.get(key, "")
        if not isinstance(value, str):
            raise self.error(section, key, f"'{key}' must be text in ''' marks, one entry on a line")
        entry = _Line()
        for piece in self._pieces(value, *self.places.get((section, key), (0, 0))):
            entry = entry.followed_by(piece)
            if not piece.text.endswith("|"):
                yield entry
                entry = _Line()
        if entry.text:
            yield entry

    def _pieces(self, value: str, line: int, column: int) -> Iterator[_Piece]:
        """What stands on each line of a value that begins at `line` and `column`, without remarks."""
        if "\n" in value and not self.written[line - 1][column - 1 :].strip():
            line += 1  # TOML drops the line break after the opening marks
            column = 1
        for number, raw in enumerate(value.split("\n")):
            content = raw.split("#")[0]
            if content.strip():
                indent = len(content) - len(content.lstrip())
                yield _Piece(content.strip(), line + number, indent + (column if number == 0 else 1))


@dataclass(frozen=True, slots=True)
class _Piece:
    """What stands on one line of the file, from `column` on."""

    text: str
    line: int
    column: int


@dataclass(frozen=True, slots=True)
class _Line:
    """One entry of a block; it goes on in the next line of the file where it ends in "|"."""

    pieces: tuple[_Piece, ...] = ()

    @property
    def text(self) -> str:
        return "".join(piece.text for piece in self.pieces)

    def followed_by(self, piece: _Piece) -> _Line:
        return _Line((*self.pieces, piece))

    def place(self, offset: int) -> tuple[int, int]:
        """Line and column in the file of the character at `offset` of the text."""
        for piece in self.pieces[:-1]:
            if offset < len(piece.text):
                return piece.line, piece.column + offset
            offset -= len(piece.text)
        return self.pieces[-1].line, self.pieces[-1].column + offset


_HEADER = re.compile(r"\s*(\[\[?)\s*([\w.-]+)\s*\]\]?")
_KEY = re.compile(r"\s*([\w-]+|\"[^\"]+\")\s*=\s*('''|\"\"\"|['\"])?")


def _places(text: str) -> Iterator[tuple[tuple[str, str], tuple[int, int]]]:
    """Where every key's value begins: (section, key) -> (line, column), from 1; the tables of a list are
    numbered."""
    section, counts = "", {"concept": 0, "broader": 0}
    block_end = ""
    for number, line in enumerate(text.splitlines(), 1):
        if block_end:
            block_end = "" if block_end in line else block_end
            continue
        if header := _HEADER.match(line):
            section = header[2]
            if header[1] == "[[":
                counts[section] = counts.get(section, 0) + 1
                section = f"{section} {counts[section] - 1}"
            yield (section, ""), (number, 1)
        elif key := _KEY.match(line):
            quote = key[2] or ""
            yield (section, key[1].strip('"')), (number, key.end() + 1)
            if len(quote) == 3 and quote not in line[key.end() :]:
                block_end = quote


def _check_keys(source: _Source) -> None:
    for key in source.table:
        if key not in _TOP_KEYS:
            raise source.unknown_key("", key, f"'{key}' is not known here", _TOP_KEYS)
    for number, entry in enumerate(source.table.get("concept", [])):
        section = f"concept {number}"
        for key in entry:
            if key not in _CONCEPT_KEYS:
                raise source.unknown_key(section, key, f"'{key}' is not known in a concept", _CONCEPT_KEYS)
        for key in _REQUIRED_KEYS:
            if not isinstance(entry.get(key), str) or not entry[key].strip():
                raise source.error(section, key, f"this concept has no '{key}'", f"write {key} = ...")


def _concepts(source: _Source, broader: dict[str, str]) -> Iterator[Concept]:
    seen: set[str] = set()
    for number, entry in enumerate(source.table.get("concept", [])):
        section = f"concept {number}"
        if entry["id"] in seen:
            raise source.error(section, "id", f"the concept '{entry['id']}' stands here twice")
        if entry["broader"] not in broader:
            raise source.error(section, "broader", f"there is no broader concept '{entry['broader']}'")
        seen.add(entry["id"])
        sentences = {
            k: tuple(x.text for x in source.lines(entry, section, k)) for k in ("examples", "counterexamples")
        }
        definition = " ".join(entry["definition"].split())
        objectives = tuple(entry.get("objectives", ()))
        yield Concept(entry["id"], entry["label"], definition, entry["broader"], objectives, **sentences)


def _vocabulary(source: _Source) -> Vocabulary:
    forms = {word: tuple(text.split()) for word, text in source.table.get("forms", {}).items()}
    sets: dict[str, tuple[Phrase, ...]] = {}
    vocabulary = Vocabulary(sets, inflector(forms))
    table = source.table.get("sets", {})
    for name in table:
        _read_set(source, table, name, vocabulary, sets, ())
    return vocabulary


def _read_set(
    source: _Source,
    table: dict[str, Any],
    name: str,
    vocabulary: Vocabulary,
    sets: dict[str, tuple[Phrase, ...]],
    within: tuple[str, ...],
) -> None:
    """Read one set after the sets that it refers to."""
    if name in sets:
        return
    if name in within:
        raise source.error("sets", name, f"the set '{name}' refers to itself", " > ".join((*within, name)))
    phrases: list[Phrase] = []
    for line in source.lines(table, "sets", name):
        for other, column in names_in(line.text):
            if other not in table:
                known = difflib.get_close_matches(other, list(table), 1)
                hint = f"did you mean '{known[0]}'?" if known else ""
                raise LexiconError(
                    source.path, *line.place(column), f"there is no set called '{other}'", hint
                )
            _read_set(source, table, other, vocabulary, sets, (*within, name))
        phrases += _reading(source, line, lambda text: parse_set(text.rstrip("|"), vocabulary))
    sets[name] = tuple(phrases)


def _checked(pattern: Pattern) -> Pattern:
    for part in (pattern.part, *pattern.also, *pattern.never):
        if (count := count_variants(part.phrase)) > MAX_VARIANTS:
            raise NotationError(
                f"this stands for {count:,} phrases, more than {MAX_VARIANTS:,}; make two lines of it", 0
            )
    return pattern


def _reading(source: _Source, line: _Line, read: Callable[[str], _T]) -> _T:
    try:
        return read(line.text)
    except NotationError as error:
        raise LexiconError(source.path, *line.place(error.column), error.problem) from error
