"""Query completion: what may stand at the cursor of a query that is being written - fields, their values, operators, concepts."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from pipeline.concepts.codebook import Codebook
from pipeline.part_kinds import KNOWN_KINDS
from pipeline.search.query.lexer import YES_NO
from pipeline.words import name_key

# So many choices are offered at once. Chosen: what can be looked over.
MAX_CHOICES = 8
# So many names of an index are looked through.
_MAX_NAMES = 5000
# From so many letters on, a word may be the beginning of a name or of a concept.
_SHORTEST_NAME = 2

# What each field asks for, in the order in which they are offered.
FIELD_HELP = {
    "concept": "a clinical concept, and those under it",
    "speaker": "who says it, by name",
    "role": "who says it, by role",
    "video": "in which recording",
    "vignette": "in which vignette: number, id or words of its title",
    "kind": "in which kind of part",
    "like": "what says something like this sentence",
    "after": "later than this time",
    "before": "earlier than this time",
    "draft": "drafts, or none of them",
    "negated": "the concept is denied",
    "asked": "the concept is asked about",
    "quoted": "the concept is quoted",
    "hypothetical": "the concept is only imagined",
    "about": "whom the concept is about",
}
OPERATORS = {
    "OR": "either side", "AND": "both sides", "NOT": "without what follows", "NEAR/5": "at most 5 words apart",
    "->": "followed by",
}  # fmt: skip
LIMITS = {
    "within 60s": "follows within a minute", "within vignette": "follows in the same vignette",
    "within 3 utterances": "follows at once", "by:other": "said by somebody else", "by:same": "said by the same person",
}  # fmt: skip
_PIECE = re.compile(r'(?:(?P<field>[A-Za-z]+):(?P<value>"[^"]*|[^\s()"]*)|(?P<word>[^\s()"]*))$')
_REST = re.compile(r'[^\s()"]*')
_REST_QUOTED = re.compile(r'[^"]*"?')


@dataclass(frozen=True, slots=True)
class Choice:
    """What may be written: `text` in place of the piece, and `what` it means."""

    text: str
    what: str


@dataclass(frozen=True, slots=True)
class Completion:
    """The choices for the piece `[first, last)` of the query's characters; none where nothing is known to fit."""

    first: int
    last: int
    choices: tuple[Choice, ...] = ()


def complete(query: str, caret: int, codes: Codebook, connection: sqlite3.Connection | None) -> Completion:
    """What may stand at `caret` of a query; names come from the index's `connection`, and without one there are none."""
    caret = max(0, min(caret, len(query)))
    before = query[:caret]
    piece = _PIECE.search(before)
    if piece is None or _in_phrase(before, piece):
        return Completion(caret, caret)
    known = _Known(codes, connection)
    if piece["field"] is None:
        word = piece["word"].lstrip("-")
        rest = _REST.match(query, caret)
        assert rest is not None  # it may be empty
        found = known.of_word(word, after_arrow="->" in before[: piece.start()])
        return Completion(caret - len(word), rest.end(), _first(found))
    rest = (_REST_QUOTED if piece["value"].startswith('"') else _REST).match(query, caret)
    assert rest is not None
    value = piece["value"].lstrip('"')
    return Completion(piece.start("value"), rest.end(), _first(known.of_field(piece["field"].lower(), value)))


def _in_phrase(before: str, piece: re.Match[str]) -> bool:
    """Whether the cursor stands inside of a quotation that is no field's value."""
    start = piece.start("value") if piece["field"] is not None else piece.start("word")
    return before[:start].count('"') % 2 == 1


def _first(found: Iterable[Choice]) -> tuple[Choice, ...]:
    each = {choice.text: choice for choice in found}
    return tuple(each.values())[:MAX_CHOICES]


def quoted(value: str) -> str:
    """A value as it is written behind a field's colon: in quotation marks where it has spaces or brackets."""
    plain = value.replace('"', "")
    return f'"{plain}"' if re.search(r"[\s()>]|->", plain) else plain


@dataclass(frozen=True, slots=True)
class _Known:
    codes: Codebook
    connection: sqlite3.Connection | None

    def of_word(self, word: str, after_arrow: bool) -> Iterator[Choice]:
        """What a word, or the beginning of one, may become."""
        small = word.lower()
        limits = LIMITS if after_arrow else {}
        for texts in (limits, OPERATORS if word[:1].isupper() or word.startswith("-") else {}):
            yield from (Choice(t, w) for t, w in texts.items() if t.lower().startswith(small) and small)
        yield from (Choice(f"{f}:", w) for f, w in FIELD_HELP.items() if f.startswith(small))
        if len(word) < _SHORTEST_NAME:
            return
        for field in ("concept", "speaker"):
            yield from (Choice(f"{field}:{c.text}", c.what) for c in self.of_field(field, word))

    def of_field(self, field: str, value: str) -> Iterator[Choice]:
        """The values of a field that begin like this, then those that hold it."""
        if field == "concept":
            return self._concepts(value)
        if field in YES_NO:
            return _fitting(value, (("yes", ""), ("no", "")))
        if field == "by":
            return _fitting(value, (("other", LIMITS["by:other"]), ("same", LIMITS["by:same"])))
        if field == "kind":
            return _fitting(value, ((kind, "") for kind in KNOWN_KINDS))
        sql = _NAMES.get(field)
        return _fitting(value, self._rows(sql)) if sql else iter(())

    def _rows(self, sql: str) -> list[tuple[str, str]]:
        if self.connection is None:
            return []
        return self.connection.execute(f"{sql} LIMIT {_MAX_NAMES}").fetchall()

    def _concepts(self, value: str) -> Iterator[Choice]:
        held = {row[0] for row in self._rows("SELECT name, '' FROM concepts")}
        codes = sorted(self.codes.codes.values(), key=lambda c: (c.id not in held, c.id))
        rows = [(c.id, c.label or c.definition) for c in codes]
        rows += [(name, "") for name in sorted(held - self.codes.codes.keys())]
        return _fitting(value, rows)


_NAMES = {
    "speaker": "SELECT DISTINCT name, role FROM speakers WHERE name <> '' ORDER BY name",
    "role": "SELECT DISTINCT role, '' FROM speakers WHERE role <> '' ORDER BY role",
    "video": "SELECT name, title FROM documents ORDER BY name",
    "vignette": "SELECT DISTINCT title, kind FROM vignettes WHERE title <> '' ORDER BY title",
    "about": "SELECT DISTINCT about, '' FROM tags WHERE about <> '' ORDER BY about",
}


def _fitting(value: str, rows: Iterable[tuple[str, str]]) -> Iterator[Choice]:
    """The names that begin with a value, then those of which a word does, then those that hold it, or whose meaning does."""
    wanted = name_key(value)
    tests: tuple[Callable[[str, str], bool], ...] = (
        lambda name, what: name.startswith(wanted),
        lambda name, what: any(word.startswith(wanted) for word in re.split(r"[\s-]+", name)),
        lambda name, what: wanted in name or any(word.startswith(wanted) for word in what.split()),
    )
    folded = [(name_key(name), name_key(what), name, what) for name, what in rows]
    for test in tests:
        yield from (Choice(quoted(n), w) for key, meaning, n, w in folded if test(key, meaning))
