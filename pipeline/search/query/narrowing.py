"""Narrowing: a query to which one more condition is added, so that it means the same beside it."""

from __future__ import annotations

from pipeline.search.query.completion import quoted
from pipeline.search.query.lexer import tokens
from pipeline.words import plain_letters, without_invisible


def narrowed(query: str, field: str, value: str) -> str:
    """The query with `field:value` added; of a sequence its first step. Raises QueryError for a query that cannot be read."""
    text = plain_letters(without_invisible(query))
    found = tokens(text)
    at = next((t.at for t in found if t.kind == "->"), len(text))
    first, rest = text[:at].strip(), text[at:].strip()
    depth = 0
    for token in found:
        depth += {"(": 1, ")": -1}.get(token.kind, 0)
        if token.kind == "OR" and token.at < at and depth == 0:
            first = f"({first})"
            break
    return " ".join(filter(None, (first, f"{field}:{quoted(value)}", rest)))
