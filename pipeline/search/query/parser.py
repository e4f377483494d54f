"""Recursive descent parser of the query language: words, phrases, fields, sequences.

A query is cut into tokens, and the tokens are read by recursive descent into a small tree. What cannot be
read is answered with the place and what was expected there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from pipeline.errors import QueryError
from pipeline.search.index.vocabulary import words_of
from pipeline.search.query.lexer import AMOUNT, NEAR, UNITS_MS, UTTERANCES, Token, tokens

LIMIT = 20  # hits, unless asked for more
# Limits that keep any query cheap; no measurement is recorded.
MAX_CHARS = 2000  # of a query
MAX_TERMS = 64  # words, phrases, fields and brackets of a query
MAX_DEPTH = 24  # nested brackets and minus signs
NEAR_WORDS = 10  # words that NEAR without a number allows in between, as in FTS5
_EXPECTED = 'a word, "a phrase", a field like concept:trigger, or a bracket'


@dataclass(frozen=True, slots=True)
class Word:
    """A word in any of its forms, or with `prefix` every word that begins so."""

    text: str
    prefix: bool = False
    at: int = 0


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words exactly as written."""

    text: str
    at: int = 0


@dataclass(frozen=True, slots=True)
class Near:
    """Words or phrases with at most `distance` words between them."""

    parts: tuple[Word | Phrase, ...]
    distance: int


@dataclass(frozen=True, slots=True)
class Field:
    """`name:value`; `at` is where the value begins, `least` how sure a concept must be."""

    name: str
    value: str
    at: int = 0
    least: float = 0.0


@dataclass(frozen=True, slots=True)
class And:
    """Conjunction: all of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """Disjunction: at least one of the parts."""

    parts: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """Negation: without the part."""

    part: Node


_SURENESS = re.compile(r"0?\.\d{1,6}|[01](?:\.0{0,6})?")

Node: TypeAlias = Word | Phrase | Near | Field | And | Or | Not


@dataclass(slots=True)
class Step:
    """One part of a sequence and how it follows the part before it; None means "no limit"."""

    node: Node
    within_ms: int | None = None
    within_utterances: int | None = None
    same_vignette: bool = False
    by: str = "anyone"  # anyone, other, same


@dataclass(frozen=True, slots=True)
class Query:
    """A query that was read; `steps` holds one step for a plain query, several for a sequence."""

    text: str
    steps: tuple[Step, ...]


def parse(text: str) -> Query:
    """The query in a text. Raises QueryError, and nothing else, for whatever cannot be read."""
    if len(text) > MAX_CHARS:
        raise QueryError(
            f"a query has at most {MAX_CHARS:,} characters, and this one {len(text):,}",
            "shorten it",
            query=text[:60],
            at=59,
        )
    return _Parser(text, tokens(text)).query()


def leaves(node: Node) -> Iterator[Node]:
    """The words, phrases and fields that a hit has, those under a minus left out."""
    match node:
        case And(parts) | Or(parts):
            for part in parts:
                yield from leaves(part)
        case Not(_):
            return
        case _:
            yield node


def asks_for_drafts(query: Query) -> bool:
    """Whether a query itself says which of drafts and others it wants."""
    found = (leaf for step in query.steps for leaf in leaves(step.node))
    return any(isinstance(leaf, Field) and leaf.name == "draft" for leaf in found)


def plain_words(query: Query) -> list[str]:
    """The single words that are looked for, prefixes left out."""
    found = [leaf for step in query.steps for leaf in leaves(step.node)]
    return [w.text for w in found if isinstance(w, Word) and not w.prefix and len(words_of(w.text)) == 1]


@dataclass
class _Parser:
    """Reads tokens from left to right; what it expects is what its errors say."""

    text: str
    tokens: list[Token]
    position: int = 0
    terms: int = 0
    step: Step | None = field(default=None)

    def query(self) -> Query:
        steps = [Step(self.group(0))]
        while self.here.kind == "->":
            self.take()
            self.step = Step(And(()))
            self.step.node = self.group(0)
            steps.append(self.step)
        if self.here.kind != "end":
            problem = (
                "this bracket closes nothing"
                if self.here.kind == ")"
                else f"'{self.here.text}' is not expected here"
            )
            raise self.error(problem, "expected the end, or -> and what follows")
        return Query(self.text, tuple(steps))

    def group(self, depth: int) -> Node:
        """One or more conjunctions joined by OR."""
        if depth > MAX_DEPTH:
            raise self.error(f"brackets and minus signs go at most {MAX_DEPTH} deep", "write it more simply")
        parts = [self.conjunction(depth)]
        while self.here.kind == "OR":
            self.take()
            parts.append(self.conjunction(depth))
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def conjunction(self, depth: int) -> Node:
        parts: list[Node] = []
        while True:
            if self.here.kind == "AND" and parts:
                self.take()
                parts.append(self.negation(depth))
            elif self.option():
                continue
            elif self.here.kind in ("word", "phrase", "field", "(", "-", "NOT"):
                parts.append(self.negation(depth))
            else:
                break
        if not parts:
            raise self.error(
                "" if self.here.kind == "end" else f"'{self.here.text}' is not expected here",
                f"expected {_EXPECTED}",
            )
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def negation(self, depth: int) -> Node:
        if self.here.kind not in ("-", "NOT"):
            return self.near(depth)
        sign = self.take()
        if depth > MAX_DEPTH:
            raise self.error(f"brackets and minus signs go at most {MAX_DEPTH} deep", "write it more simply")
        if sign.kind == "-" and self.here.at > sign.at + 1:
            raise self.error("a minus stands right before what it excludes", "like -work", sign.at)
        return Not(self.negation(depth + 1))

    def near(self, depth: int) -> Node:
        first = self.atom(depth)
        if self.here.kind != "NEAR":
            return first
        parts, distance = [first], 0
        while self.here.kind == "NEAR":
            token = self.take()
            match = NEAR.fullmatch(token.text)
            distance = max(distance, int(match[1]) if match and match[1] else NEAR_WORDS)
            parts.append(self.atom(depth))
        words = tuple(p for p in parts if isinstance(p, (Word, Phrase)))
        if len(words) < len(parts):
            raise self.error(
                'NEAR joins words and "phrases" only', "use brackets and AND for the rest", token.at
            )
        return Near(words, distance)

    def atom(self, depth: int) -> Node:
        token = self.here
        self.terms += 1
        if self.terms > MAX_TERMS:
            raise self.error(f"a query has at most {MAX_TERMS} terms", "ask two questions")
        if token.kind == "(":
            self.take()
            inside = self.group(depth + 1)
            if self.here.kind != ")":
                raise self.error("this bracket is not closed", "expected )", token.at)
            self.take()
            return inside
        if token.kind == "field":
            if token.name == "by":
                raise self.error(
                    "'by:' belongs to a sequence", "like: concept:trigger -> concept:feedback by:other"
                )
            self.take()
            return self.field_of(token)
        if token.kind in ("word", "phrase"):
            self.take()
            return self.searchable(token)
        raise self.error(
            "" if token.kind == "end" else f"'{token.text}' is not expected here", f"expected {_EXPECTED}"
        )

    def field_of(self, token: Token) -> Field:
        name, above, least = token.text.partition(">") if token.name == "concept" else (token.text, "", "")
        if not above:
            return Field(token.name, token.text, token.value_at)
        match = _SURENESS.fullmatch(least.strip().removeprefix("="))
        if match is None or not name.strip():
            raise self.error(
                "a concept is at least so sure, from 0 to 1", "like concept:trigger>0.6", token.value_at
            )
        return Field(token.name, name.strip(), token.value_at, float(match[0]))

    def searchable(self, token: Token) -> Word | Phrase:
        if not words_of(token.text):
            raise self.error(
                f"'{token.text}' holds no letter or digit to search for", "leave it out", token.at
            )
        if token.kind == "phrase":
            return Phrase(token.text, token.at)
        stem = token.text.rstrip("*")
        if "*" in stem:
            place = token.at + token.text.index("*")
            raise self.error("a star stands at the end of a word", "like relaps*", place)
        return Word(stem, prefix=stem != token.text, at=token.at)

    def option(self) -> bool:
        """Take `within ...` or `by:...` of the step that is being read, if one stands here."""
        if self.step is None:
            self.refuse_limit()
            return False
        if self.here.kind == "field" and self.here.name == "by":
            token = self.take()
            if token.text not in ("other", "same", "anyone"):
                raise self.error(f"by: knows other, same and anyone, not '{token.text}'", "", token.value_at)
            self.step.by = token.text
            return True
        if self.here.kind != "word" or self.here.text != "within":
            return False
        return self.within(self.step, self.tokens[self.position + 1])

    def refuse_limit(self) -> None:
        """Raise QueryError for `within 60s` where nothing follows anything; "within" and a bare number are words."""
        if self.here.kind == "word" and self.here.text == "within":
            match = AMOUNT.fullmatch(self.tokens[self.position + 1].text)
            if match and match[2] in UNITS_MS:
                raise self.error("'within' belongs to a sequence", "like: shame -> anger within 60s")

    def within(self, step: Step, amount: Token) -> bool:
        """Take the words of a limit; False when "within" is only a word of the query."""
        if amount.kind == "word" and amount.text == "vignette":
            self.position += 2
            step.same_vignette = True
            return True
        is_by = amount.kind == "field" and amount.name == "by"
        if is_by or amount.kind not in ("word", "phrase", "field", "-", "NOT"):
            raise self.error(
                "'within' says no time", "like within 60s, within 3 utterances or within vignette"
            )
        match = AMOUNT.fullmatch(amount.text) if amount.kind == "word" else None
        if match is None:
            return False
        self.position += 2
        unit = match[2]
        if not unit and self.here.kind == "word" and self.here.text in UNITS_MS | UTTERANCES:
            unit = self.take().text
        if unit in UTTERANCES:
            step.within_utterances = int(float(match[1]))
        elif unit in UNITS_MS or not unit:
            step.within_ms = int(float(match[1]) * UNITS_MS.get(unit, 1000))
        else:
            raise self.error(f"'{unit}' is no unit of time", "like 60s, 2min or 3 utterances", amount.at)
        return True

    @property
    def here(self) -> Token:
        return self.tokens[self.position]

    def take(self) -> Token:
        token = self.here
        self.position += 1
        return token

    def error(self, problem: str, remedy: str = "", at: int | None = None) -> QueryError:
        return QueryError(
            problem or "something is missing here",
            remedy,
            query=self.text,
            at=self.here.at if at is None else at,
        )
