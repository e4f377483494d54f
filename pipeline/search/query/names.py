"""Name resolution: look up the concepts, speakers, roles, vignettes and videos of a query, or suggest the nearest."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pipeline import errors
from pipeline.concepts.codebook import Code, Codebook
from pipeline.errors import QueryError
from pipeline.part_kinds import KNOWN_KINDS
from pipeline.search.index.vocabulary import words_of
from pipeline.search.query.parser import Field
from pipeline.search.query.stems import stem
from pipeline.search.query.suggestions import suggested
from pipeline.words import name_key

_YES, _NO = ("yes", "true", "1"), ("no", "false", "0")


@dataclass(frozen=True, slots=True)
class Names:
    """Looks names up in an index; each method raises QueryError, with the caret under the value, for one unknown."""

    connection: sqlite3.Connection
    codebook: Codebook
    query: str

    def concepts(self, part: Field) -> list[object]:
        """The database ids of a concept and of those under it; empty when it is known but was never found."""
        held = dict(self.connection.execute("SELECT name, id FROM concepts"))
        by_fold = {name_key(name): name for name in (*held, *self.codebook.codes)}
        by_fold |= {
            name_key(c.label): c.id
            for c in self.codebook.codes.values()
            if c.label and name_key(c.label) not in by_fold
        }
        wanted = by_fold.get(name_key(part.value)) or self.everyday_concept(part)
        if wanted is None:
            close = self.suggested(part)
            raise self.unknown(part, "concept", by_fold, close)
        return [held[c] for c in self.codebook.within(wanted) if c in held]

    def everyday_concept(self, part: Field) -> str | None:
        """The one concept of whose name the value is a word, in whatever form: "shame", "minimisation"; None for no or several.

        Of several the one whose name begins so is meant, as an id names the chief thing first. What is no name may be a term
        by which people ask for one concept: "loneliness", "sobriety".
        """
        wanted = [stem(word) for word in words_of(name_key(part.value))]
        named = {
            c.id: [stem(w) for w in words_of(name_key(f"{c.id} {c.label}"))]
            for c in self.codebook.codes.values()
        }
        fitting = [id for id, stems in named.items() if wanted and all(w in stems for w in wanted)]
        if len(fitting) > 1:
            fitting = [id for id in fitting if named[id][0] == wanted[0]]
        if not fitting:
            fitting = [c.id for c in self.codebook.codes.values() if wanted in _terms(c)]
        return fitting[0] if len(fitting) == 1 else None

    def suggested(self, part: Field) -> list[str]:
        """The concepts whose names, definitions or examples hold the words of the value."""
        return suggested(self.codebook, words_of(name_key(part.value)), 3)

    def speaker(self, part: Field) -> str:
        """The name as `speaker_names` holds it."""
        name = name_key(part.value)
        if not self.any("SELECT 1 FROM speaker_names WHERE name = ? LIMIT 1", name):
            known = (row[0] for row in self.connection.execute("SELECT DISTINCT name FROM speaker_names"))
            raise self.unknown(part, "speaker", known)
        return name

    def role(self, part: Field) -> str:
        role = name_key(part.value)
        if not self.any("SELECT 1 FROM speakers WHERE role_key = ? LIMIT 1", role):
            known = (
                row[0]
                for row in self.connection.execute(
                    "SELECT DISTINCT role_key FROM speakers WHERE role_key <> ''"
                )
            )
            raise self.unknown(part, "role", known)
        return role

    def vignette(self, part: Field) -> tuple[str, list[object]]:
        """A condition on the table of vignettes: by number, id, or words of the title."""
        value = name_key(part.value)
        if value.isdecimal() and len(value) < 7:
            condition: tuple[str, list[object]] = ("kind = 'vignette' AND number = ?", [int(value)])
        else:
            condition = "label = ? OR instr(title_key, ?) > 0", [part.value.strip(), value]
        if not self.any(f"SELECT 1 FROM vignettes WHERE {condition[0]} LIMIT 1", *condition[1]):
            rows = self.connection.execute("SELECT DISTINCT label, title_key FROM vignettes LIMIT 10000")
            raise self.unknown(part, "vignette", (name for row in rows for name in row if name))
        return condition

    def kind(self, part: Field) -> tuple[str, list[object]]:
        held = [row[0] for row in self.connection.execute("SELECT DISTINCT kind FROM vignettes")]
        by_fold = {name_key(kind): kind for kind in (*KNOWN_KINDS, *held)}
        if (wanted := by_fold.get(name_key(part.value))) is None:
            raise self.unknown(part, "kind of vignette", by_fold)
        return "kind = ?", [wanted]

    def video(self, part: Field) -> tuple[str, list[object]]:
        """A condition on the table of documents: the whole name, path or title, else words of them."""
        value = part.value.strip()
        condition: tuple[str, list[object]] = ("name = ? OR path = ? OR title = ?", [value] * 3)
        if not self.any(f"SELECT 1 FROM documents WHERE {condition[0]} LIMIT 1", *condition[1]):
            part_of = "instr(fold(name), ?) > 0 OR instr(fold(title), ?) > 0"
            condition = part_of, [name_key(value)] * 2
        if not self.any(f"SELECT 1 FROM documents WHERE {condition[0]} LIMIT 1", *condition[1]):
            rows = self.connection.execute("SELECT name, title FROM documents LIMIT 10000")
            raise self.unknown(part, "video", (name for row in rows for name in row if name))
        return condition

    def memo(self, part: Field) -> tuple[str, object]:
        """A condition on the quotes that people kept: what a memo says."""
        return "instr(memo_key, ?) > 0", name_key(part.value)

    def collection(self, part: Field) -> tuple[str, object]:
        """A condition on the quotes that people kept: the collection that they are in."""
        name = name_key(part.value)
        if not self.any("SELECT 1 FROM temp.quotes WHERE collection_key = ? LIMIT 1", name):
            rows = self.connection.execute(
                "SELECT DISTINCT collection FROM temp.quotes WHERE collection <> ''"
            )
            raise self.unknown(part, "collection", (row[0] for row in rows))
        return "collection_key = ?", name

    def yes_or_no(self, part: Field) -> bool:
        value = name_key(part.value)
        if value not in (*_YES, *_NO):
            raise QueryError(
                f"{part.name}: is yes or no, not '{part.value}'", "", query=self.query, at=part.at
            )
        return value in _YES

    def time_ms(self, part: Field, found: int | None) -> int:
        if found is None:
            remedy = "write 00:10:00, 10:00 or 90s"
            raise QueryError(f"'{part.value}' is no time", remedy, query=self.query, at=part.at)
        return found

    def any(self, sql: str, *parameters: object) -> bool:
        return self.connection.execute(sql, parameters).fetchone() is not None

    def unknown(self, part: Field, what: str, known: Iterable[str], meant: Sequence[str] = ()) -> QueryError:
        names = sorted(set(known))
        close = meant or nearest(part.value, names)
        remedy = f"did you mean {_alternatives([_value(c) for c in close])}?" if close else _sample(names)
        return QueryError(f"there is no {what} '{part.value}'", remedy, query=self.query, at=part.at)


def nearest(wanted: str, known: Iterable[str]) -> list[str]:
    """Up to three known names most like the one wanted: by spelling, or because one begins with the other."""
    names = list(known)
    wanted = name_key(wanted)
    folded = {name_key(n): n for n in names}
    close = errors.nearest(wanted, folded, 3)
    close += [
        f
        for f in folded
        if len(wanted) > 2 and f not in close and (f.startswith(wanted) or wanted in f.split("-"))
    ]
    return [folded[f] for f in close[:3]]


def _terms(code: Code) -> list[list[str]]:
    """The terms of a concept, each as the stems of its words."""
    return [[stem(word) for word in words_of(name_key(term))] for term in code.terms.split(",")]


def _value(name: str) -> str:
    return f'"{name}"' if " " in name else name


def _alternatives(names: list[str]) -> str:
    return names[0] if len(names) == 1 else ", ".join(names[:-1]) + f" or {names[-1]}"


def _sample(names: list[str]) -> str:
    if not names:
        return "there are none in this index"
    shown = ", ".join(_value(n) for n in names[:12])
    return f"there are {shown}" + (f" and {len(names) - 12} more" if len(names) > 12 else "")
