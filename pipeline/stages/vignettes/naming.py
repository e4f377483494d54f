"""What parts are called: an id and a title for each, by its kind and its number."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from pipeline.transcript import Part


def named(parts: Sequence[Part]) -> tuple[Part, ...]:
    """The parts with ids and titles: the kind, and its number where there are several; both stay when boundaries move."""
    total = Counter(p.kind for p in parts)
    at: Counter[str] = Counter()
    used: set[str] = set()
    found = []
    for part in parts:
        at[part.kind] += 1
        single = total[part.kind] == 1 and part.kind != "vignette"
        number = "" if single else f" {at[part.kind]}"
        id_ = _unused(f"{_plain(part.kind)}{number.replace(' ', '-')}", used)
        used.add(id_)
        found.append(replace(part, id=id_, title=part.title or f"{part.kind.capitalize()}{number}"))
    return tuple(found)


def _plain(kind: str) -> str:
    """A kind as an id: a person's own word may hold anything."""
    return re.sub(r"\W+", "-", kind.casefold()).strip("-") or "part"


def _unused(id_: str, used: set[str]) -> str:
    """The id, longer where another part has it."""
    while id_ in used:
        id_ += "-b"
    return id_
