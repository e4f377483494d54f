"""SQL compiler: turn a syntax tree into one MATCH for what the full-text index answers exactly, and conditions for the rest.

Everything from outside travels as a parameter; a MATCH expression is put together here alone, and every word
in it is quoted. The words of a title or vignette count for a query of several words, as long as one of them
is in the utterance.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from pipeline.errors import QueryError
from pipeline.formats.document.reader import FLAGS
from pipeline.search.index.schema import DOCUMENT
from pipeline.search.index.vocabulary import Expression, Vocabulary, plain_glob, quoted
from pipeline.search.query import parser
from pipeline.search.query.lexer import time_ms
from pipeline.search.query.names import Names
from pipeline.search.query.parser import And, Field, Near, Node, Not, Or, Phrase, Word


@dataclass(slots=True)
class Condition:
    """A piece of SQL about the utterance `u`, with its parameters."""

    sql: str
    parameters: list[object] = field(default_factory=list)


@dataclass(slots=True)
class Plan:
    """A query plan: how one part of a query is answered.

    `match` is the full-text expression that every hit fulfils ("" for none), `rank` the one that scores them;
    `where` holds further conditions. `marks` is the full-text expression of the words to mark, `phrases`
    those marked by themselves, and `concepts` the condition on tags `t` that are evidence (None when the
    query names no concept).
    """

    match: str = ""
    rank: str = ""
    where: list[Condition] = field(default_factory=list)
    marks: str = ""
    phrases: tuple[str, ...] = ()
    concepts: Condition | None = None
    positive_words: str = ""

    @property
    def parameters(self) -> list[object]:
        return [p for c in self.where for p in c.parameters]

    @property
    def sql(self) -> str:
        """The further conditions, joined; "" for none."""
        return " AND ".join(f"({c.sql})" for c in self.where)


def compile_plan(node: Node, names: Names) -> Plan:
    """Compile one part of a query. Raises QueryError for names that do not exist and values that make no sense."""
    parts = node.parts if isinstance(node, And) else (node,)
    words = _FullText(Vocabulary(names.connection))
    plan = Plan()
    plan.match, plan.rank = words.match(parts)
    flags = _qualifiers(parts, names)
    compiler = _Compiler(names, words, bool(plan.match))
    for part in parts:
        if isinstance(part, Field) and part.name in _QUALIFIERS and flags.attached:
            continue  # it says how the concept beside it is spoken of
        covered = words.expression(part.part if isinstance(part, Not) else part)
        if plan.match and covered is not None and covered.exact:
            continue
        if plan.match and isinstance(part, (Phrase, Word)):
            plan.where.append(_spoken(part))
        else:
            plan.where.append(compiler.condition(part, flags))
    leaves = list(parser.leaves(node))
    by_stem = [
        leaf for leaf in leaves if isinstance(leaf, Near) or (isinstance(leaf, Word) and not leaf.prefix)
    ]
    plan.marks = words.any_of(by_stem)
    plan.positive_words = words.any_of([leaf for leaf in leaves if not isinstance(leaf, Field)])
    plan.phrases = tuple(
        _written(leaf) for leaf in leaves if isinstance(leaf, (Word, Phrase)) and leaf not in by_stem
    )
    plan.concepts = _evidence(leaves, names, flags)
    return plan


def _written(leaf: Word | Phrase) -> str:
    """The phrase that `vocabulary.spoken_pattern` reads."""
    return leaf.text.rstrip("*") + ("*" if isinstance(leaf, Word) and leaf.prefix else "")


def _spoken(leaf: Word | Phrase) -> Condition:
    """That the words stand in the text as written: seen at once where spaces and stops surround them, else
    looked into.
    """
    phrase = _written(leaf)
    return Condition("lower(' ' || u.text || ' ') GLOB ? OR spoken(u.text, ?)", [plain_glob(phrase), phrase])


@dataclass(frozen=True, slots=True)
class _FullText:
    """What the full-text index can find of a query."""

    vocabulary: Vocabulary

    def match(self, parts: tuple[Node, ...]) -> tuple[str, str]:
        """The expressions to find with and to rank with; both "" when no part is a matter of words."""
        positive = [e for p in parts if not isinstance(p, Not) and (e := self.expression(p))]
        if not positive:
            return "", ""
        inside = _in_text(" OR ".join(f"({e.text})" for e in positive))
        together = " AND ".join(f"({e.text})" if e.exact else _in_text(e.text) for e in positive)
        ranking = f"({together}) AND {inside}"
        finding = inside if len(positive) == 1 else ranking
        barred = [e.text for p in parts if isinstance(p, Not) and (e := self.expression(p.part)) and e.exact]
        without = f" NOT {_in_text(' OR '.join(f'({b})' for b in barred))}" if barred else ""
        return f"({finding}){without}", f"({ranking}){without}"

    def any_of(self, leaves: Iterable[Node]) -> str:
        found = [e.text for leaf in leaves if (e := self.expression(leaf))]
        return _in_text(" OR ".join(found)) if found else ""

    def expression(self, node: Node) -> Expression | None:
        """What of a node the full-text index can find; None when nothing of it."""
        match node:
            case Word(text, prefix):
                return self.vocabulary.prefix(text) if prefix else Expression(quoted(text), True)
            case Phrase(text):
                return self.vocabulary.phrase(text)
            case Near(parts, distance):
                return Expression(f"NEAR({' '.join(_near_part(p) for p in parts)}, {distance})", True)
            case Or(parts):
                each = [self.expression(p) for p in parts]
                found = [e for e in each if e is not None]
                if len(found) < len(each):
                    return None
                return Expression(" OR ".join(f"({e.text})" for e in found), all(e.exact for e in found))
            case And(parts):
                return self.conjunction(parts)
            case _:
                return None

    def conjunction(self, parts: tuple[Node, ...]) -> Expression | None:
        each = [self.expression(p) for p in parts if not isinstance(p, Not)]
        found = [e for e in each if e is not None]
        if not found:
            return None
        barred = [self.expression(p.part) for p in parts if isinstance(p, Not)]
        sure = [b for b in barred if b is not None and b.exact]
        exact = len(found) == len(each) and all(e.exact for e in found) and len(sure) == len(barred)
        text = " AND ".join(f"({e.text})" for e in found)
        if sure:
            text = f"({text}) NOT ({' OR '.join(f'({b.text})' for b in sure)})"
        return Expression(text, exact)


def _in_text(expression: str) -> str:
    return f"{{text}} : ({expression})"


def _near_part(part: Word | Phrase) -> str:
    return quoted(part.text) + ("*" if isinstance(part, Word) and part.prefix else "")


_QUALIFIERS = (*FLAGS, "about")


@dataclass(frozen=True, slots=True)
class _Qualifiers:
    """Qualifiers of a concept (`negated:yes`): their condition, and whether the conjunction has a concept they qualify."""

    condition: Condition
    attached: bool


def _qualifiers(parts: tuple[Node, ...], names: Names) -> _Qualifiers:
    fields = [p for p in parts if isinstance(p, Field) and p.name in _QUALIFIERS]
    concepts = [x for p in parts for x in parser.leaves(p) if isinstance(x, Field) and x.name == "concept"]
    condition = Condition("1")
    for part in fields:
        piece = _qualifier(part, names)
        condition = Condition(f"{condition.sql} AND {piece.sql}", [*condition.parameters, *piece.parameters])
    return _Qualifiers(condition, bool(concepts))


def _qualifier(part: Field, names: Names) -> Condition:
    if part.name == "about":
        return Condition("t.about = ?", [part.value.strip().lower()])
    return Condition(f"t.{part.name} = ?", [names.yes_or_no(part)])


def _evidence(leaves: list[Node], names: Names, flags: _Qualifiers) -> Condition | None:
    wanted = [leaf for leaf in leaves if isinstance(leaf, Field) and leaf.name in ("concept", *_QUALIFIERS)]
    if not wanted:
        return None
    pieces = [_of_concept(leaf, names) for leaf in wanted if leaf.name == "concept"] if flags.attached else []
    about = f"({' OR '.join(p.sql for p in pieces) or '0'}) AND " if flags.attached else ""
    given = [x for p in pieces for x in p.parameters]
    return Condition(about + flags.condition.sql, [*given, *flags.condition.parameters])


def _of_concept(part: Field, names: Names) -> Condition:
    """That a tag `t` is of a concept or one under it, and as sure as was asked for."""
    ids = names.concepts(part)
    of_these = f"t.concept IN ({','.join('?' * len(ids))})"
    return (
        Condition(f"{of_these} AND t.confidence >= ?", [*ids, part.least])
        if part.least
        else Condition(of_these, ids)
    )


@dataclass
class _Compiler:
    """Writes conditions on the utterance `u`.

    With `checks_candidates` they are asked of each candidate that the full-text index found, else they list the utterances.
    """

    names: Names
    words: _FullText
    checks_candidates: bool

    def condition(self, node: Node, flags: _Qualifiers) -> Condition:
        match node:
            case Field():
                return self.field(node, flags)
            case Not(part):
                inside = self.condition(part, _Qualifiers(Condition("1"), False))
                return Condition(f"NOT ({inside.sql})", inside.parameters)
            case And(parts):
                return self.joined(parts, " AND ", flags)
            case _:
                whole = self.words.expression(node)
                if isinstance(node, Or) and (whole is None or not whole.exact):
                    return self.joined(node.parts, " OR ", flags)
                assert whole is not None  # words and NEAR always have one
                found = self.listed(whole.text)
                if whole.exact or not isinstance(node, (Word, Phrase)):
                    return found
                check = _spoken(node)
                return Condition(f"{found.sql} AND ({check.sql})", [*found.parameters, *check.parameters])

    def listed(self, expression: str) -> Condition:
        return Condition("u.id IN (SELECT rowid FROM words WHERE words MATCH ?)", [_in_text(expression)])

    def joined(self, parts: tuple[Node, ...], by: str, outer: _Qualifiers) -> Condition:
        flags = outer
        if by == " AND ":
            own = _qualifiers(parts, self.names)
            both = Condition(
                f"{outer.condition.sql} AND {own.condition.sql}",
                [*outer.condition.parameters, *own.condition.parameters],
            )
            flags = _Qualifiers(both, own.attached)
            if own.attached:
                parts = tuple(p for p in parts if not (isinstance(p, Field) and p.name in _QUALIFIERS))
        pieces = [self.condition(p, flags) for p in parts]
        return Condition(by.join(f"({p.sql})" for p in pieces), [x for p in pieces for x in p.parameters])

    def field(self, part: Field, flags: _Qualifiers) -> Condition:
        match part.name:
            case "concept":
                tag = _of_concept(part, self.names)
                return self.tagged(
                    f"{tag.sql} AND {flags.condition.sql}", [*tag.parameters, *flags.condition.parameters]
                )
            case "like":
                raise QueryError(
                    "'like:' puts the hits of a whole query in order and stands beside its other parts",
                    "write it outside of brackets, OR, minus and sequences, and do not count by it",
                    query=self.names.query,
                    at=part.at,
                )
            case "negated" | "asked" | "quoted" | "hypothetical" | "about":
                piece = _qualifier(part, self.names)
                return self.tagged(piece.sql, piece.parameters)
            case "speaker":
                name = self.names.speaker(part)
                return Condition(
                    "coalesce(u.speaker, 0) IN (SELECT speaker FROM speaker_names WHERE name = ?)", [name]
                )
            case "role":
                return Condition(
                    "coalesce(u.speaker, 0) IN (SELECT id FROM speakers WHERE role_key = ?)",
                    [self.names.role(part)],
                )
            case "vignette" | "kind":
                sql, values = self.names.vignette(part) if part.name == "vignette" else self.names.kind(part)
                return Condition(f"coalesce(u.vignette, 0) IN (SELECT id FROM vignettes WHERE {sql})", values)
            case "video":
                sql, values = self.names.video(part)
                return Condition(f"{DOCUMENT} IN (SELECT key FROM documents WHERE {sql})", values)
            case "memo" | "collection":
                sql, value = (self.names.memo if part.name == "memo" else self.names.collection)(part)
                return Condition(f"u.id IN (SELECT utterance FROM temp.quotes WHERE {sql})", [value])
            case "draft":
                drafts = f"{DOCUMENT} IN (SELECT key FROM documents WHERE draft = ?)"
                return Condition(drafts, [self.names.yes_or_no(part)])
            case _:
                sign = ">=" if part.name == "after" else "<"
                return Condition(f"u.start_ms {sign} ?", [self.names.time_ms(part, time_ms(part.value))])

    def tagged(self, sql: str, parameters: list[object]) -> Condition:
        """Utterances with such a tag: asked of each candidate, or listed when there are none yet."""
        if self.checks_candidates:
            return Condition(f"EXISTS (SELECT 1 FROM tags t WHERE t.utterance = u.id AND {sql})", parameters)
        return Condition(f"u.id IN (SELECT t.utterance FROM tags t WHERE {sql})", parameters)
