"""What a writer of another tool's format makes, and what all of them share: checked XML text, and intervals side by side."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar
from xml.sax.saxutils import escape

from pipeline.formats.writers.render import clean
from pipeline.timing import Span


@dataclass(frozen=True, slots=True)
class Exported:
    """A file's content, and in sentences what of this very recording it holds otherwise or not at all."""

    content: bytes
    notes: tuple[str, ...] = ()


def xml_text(text: str) -> str:
    """Text on one line, escaped for XML content and for attributes in double quotes; what XML cannot hold is dropped."""
    return escape(re.sub("[\ufffe\uffff]", "", clean(text)), {'"': "&quot;"})


T = TypeVar("T")
Timed = tuple[Span, T]


def rows_without_overlap(timed: Iterable[Timed[T]]) -> list[list[Timed[T]]]:
    """Intervals divided into as few rows as it takes for none to overlap another of its row, in order of time."""
    rows: list[list[Timed[T]]] = []
    for one in sorted(timed, key=lambda pair: (pair[0].start_ms, pair[0].end_ms)):
        row = next((r for r in rows if r[-1][0].end_ms <= one[0].start_ms), None)
        if row is None:
            rows.append([one])
        else:
            row.append(one)
    return rows


def at_least_a_millisecond(span: Span) -> Span:
    """The span, or from its start one millisecond: tools of linguists know no interval without a length."""
    return span or Span(span.start_ms, span.start_ms + 1)


def one_after_the_other(spans: Sequence[Span], within: Span) -> list[Span]:
    """The spans in their order, inside `within`, none beginning before the last one ends, each of a millisecond at least.

    `within` must have a millisecond for each.
    """
    result: list[Span] = []
    at = within.start_ms
    for number, span in enumerate(spans):
        latest = within.end_ms - (len(spans) - number)  # which leaves room for those that follow
        start = min(max(span.start_ms, at), latest)
        end = min(max(span.end_ms, start + 1), latest + 1)
        result.append(Span(start, end))
        at = end
    return result


def names_apart(names: Iterable[str]) -> list[str]:
    """The names, later ones of the same name numbered: "Ruth", "Ruth (2)"."""
    seen: dict[str, int] = {}
    taken: set[str] = set()
    result = []
    for name in names:
        chosen = name
        while chosen in taken:
            seen[name] = seen.get(name, 1) + 1
            chosen = f"{name} ({seen[name]})"
        taken.add(chosen)
        result.append(chosen)
    return result
