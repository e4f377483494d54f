"""The clinical lexicon, read from its TOML file: concepts, their patterns and blocks, the sets that patterns refer to.

The file is for clinicians: patterns stand one on a line in ''' blocks, "#" begins a remark, and every mistake is answered
with one sentence that names line and column. The notation is described in `pipeline.concepts.notation`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, TypeVar, overload

from pipeline.concepts import tables
from pipeline.concepts.inflections import inflector
from pipeline.concepts.matching import Rule, index_by_word
from pipeline.concepts.notation import (
    MAX_DEPTH,
    MAX_VARIANTS,
    NotationError,
    Pattern,
    Vocabulary,
    names_in,
    parse_pattern,
    parse_set,
)
from pipeline.concepts.patterns import Phrase, count_variants
from pipeline.concepts.source import Entry, LexiconSource
from pipeline.errors import LexiconError, foreign, nearest
from pipeline.files import read_regular, why_unreadable

_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Concept:
    """One concept: its definition, the learning objectives that it serves, and sentences that must and must not be tagged."""

    id: str
    label: str
    definition: str
    broader: str
    objectives: tuple[str, ...] = ()
    examples: tuple[str, ...] = ()
    counterexamples: tuple[str, ...] = ()


@dataclass(frozen=True)
class Lexicon:
    """The whole lexicon; `digest` is the SHA-256 of the file's bytes, by which results name the lexicon they come from."""

    path: Path
    version: str
    language: str
    digest: str
    broader: dict[str, str]
    concepts: tuple[Concept, ...]
    passed_over: frozenset[str]
    unread: Sequence[Rule] = field(repr=False, compare=False)
    """Every pattern and block, each parsed when it is first asked for. Raises LexiconError then."""

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Every pattern and block, all parsed when first asked for. Raises LexiconError."""
        return tuple(self.unread)

    @cached_property
    def by_word(self) -> dict[str, list[int]]:
        """The inverted index of the rules, for every coder of this lexicon. Raises LexiconError."""
        return index_by_word(self.rules)

    def children(self, broader: str) -> tuple[str, ...]:
        """The ids of the concepts under a broader one, in the order of the file."""
        return tuple(c.id for c in self.concepts if c.broader == broader)


def load(path: Path) -> Lexicon:
    """The lexicon in a file. Raises LexiconError with line and column of the first mistake."""
    found = load_lazily(path)
    _ = found.rules
    return found


def load_lazily(path: Path) -> Lexicon:
    """The lexicon in a file with its patterns parsed on demand, for those who need few of them: parsing all takes a third of a
    second. Raises LexiconError, on demand too."""
    try:
        data = read_regular(path)
        text = data.decode("utf-8")
    except OSError as error:
        raise LexiconError(path, *why_unreadable(error)) from error
    except UnicodeDecodeError as error:
        raise LexiconError(path, f"is not UTF-8 text (byte {error.start})", "save it in UTF-8") from error
    return _kept(path, text, hashlib.sha256(data).hexdigest())


@lru_cache(maxsize=2)
def _kept(path: Path, text: str, digest: str) -> Lexicon:
    """The same lexicon for the same bytes, so that a process reads a pattern once, however many recordings it tags."""
    return _lexicon(LexiconSource(path, text), digest)


def parse(text: str, path: Path = Path("concepts.toml"), digest: str = "") -> Lexicon:
    """The lexicon written in `text`; `path` is named in errors. Raises LexiconError."""
    found = _lexicon(LexiconSource(path, text), digest)
    _ = found.rules
    return found


def _lexicon(source: LexiconSource, digest: str) -> Lexicon:
    with foreign(source.path, LexiconError):
        tables.check(source)
        broader = {b["id"]: b["label"] for _, b in tables.tables(source, "broader")}
        concepts = tuple(_concepts(source, broader))
    version, language = source.table.get("version", ""), source.table.get("language", "en")
    passed_over = frozenset(source.table.get("passed_over", "").split())
    unread = _Rules(source)
    return Lexicon(source.path, version, language, digest, broader, concepts, passed_over, unread)


class _Rules(Sequence[Rule]):
    """The rules of a lexicon in the order of the file; one is parsed when it is first asked for."""

    def __init__(self, source: LexiconSource) -> None:
        self._source = source
        self._read: dict[int, Rule] = {}

    @cached_property
    def _rule_entries(self) -> list[tuple[str, bool, Entry]]:
        """Of every rule its concept, whether it blocks, and its entry in the file."""
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
        with foreign(self._source.path, LexiconError):
            return len(self._rule_entries)

    @overload
    def __getitem__(self, at: int) -> Rule: ...
    @overload
    def __getitem__(self, at: slice) -> tuple[Rule, ...]: ...
    def __getitem__(self, at: int | slice) -> Rule | tuple[Rule, ...]:
        if isinstance(at, slice):
            return tuple(self[n] for n in range(*at.indices(len(self))))
        if at not in self._read:
            with foreign(self._source.path, LexiconError):
                vocabulary = self._vocabulary  # its mistakes are told before those of the patterns
                entries = self._rule_entries
            concept, blocking, line = entries[at]
            pattern = _parsed_entry(
                self._source, line, lambda text: _checked(parse_pattern(text, vocabulary))
            )
            self._read[at] = Rule(concept, pattern, blocking)
        return self._read[at]


def _concepts(source: LexiconSource, broader: dict[str, str]) -> Iterator[Concept]:
    seen: set[str] = set()
    for section, entry in tables.tables(source, "concept"):
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


def _vocabulary(source: LexiconSource) -> Vocabulary:
    forms = {word: tuple(text.split()) for word, text in source.table.get("forms", {}).items()}
    sets: dict[str, tuple[Phrase, ...]] = {}
    vocabulary = Vocabulary(sets, inflector(forms))
    table = source.table.get("sets", {})
    for name in table:
        _read_set(source, table, name, vocabulary, sets, ())
    return vocabulary


def _read_set(
    source: LexiconSource,
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
    if len(within) > MAX_DEPTH:
        raise source.error("sets", name, f"more than {MAX_DEPTH} sets refer to each other in a chain")
    phrases: list[Phrase] = []
    for line in source.lines(table, "sets", name):
        for other, column in names_in(line.text):
            if other not in table:
                known = nearest(other, table)
                hint = f"did you mean '{known[0]}'?" if known else ""
                raise LexiconError(
                    source.path, f"there is no set called '{other}'", hint, *line.place(column)
                )
            _read_set(source, table, other, vocabulary, sets, (*within, name))
        phrases += _parsed_entry(source, line, lambda text: parse_set(text.rstrip("|"), vocabulary))
    sets[name] = tuple(phrases)


def _checked(pattern: Pattern) -> Pattern:
    for part in (pattern.part, *pattern.also, *pattern.never):
        if (count := count_variants(part.phrase)) > MAX_VARIANTS:
            raise NotationError(
                f"this stands for {count:,} phrases, more than {MAX_VARIANTS:,}; make two lines of it", 0
            )
    return pattern


def _parsed_entry(source: LexiconSource, line: Entry, read: Callable[[str], _T]) -> _T:
    first, column = line.place(0)
    with foreign(source.path, LexiconError, line=first, column=column):
        try:
            return read(line.text)
        except NotationError as error:
            raise LexiconError(source.path, error.problem, "", *line.place(error.column)) from error
