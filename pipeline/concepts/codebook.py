"""The codebook: the hierarchy of concepts, which is the part of the lexicon that a search needs."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipeline.errors import WeightsError
from pipeline.files import data_file

CONCEPTS_FILE = "concepts.toml"


@dataclass(frozen=True, slots=True)
class Code:
    """One concept; `broader` is "" at the top, `examples` are sentences that carry it, as one text.

    `terms` are the words, between commas, by which people ask for it: search suggests it by them, nothing is tagged by them.
    """

    id: str
    label: str = ""
    definition: str = ""
    broader: str = ""
    examples: str = ""
    terms: str = ""


@dataclass(frozen=True, slots=True)
class Codebook:
    """The concepts by id, broader ones included; empty when no file was found, and then every concept stands alone."""

    codes: Mapping[str, Code] = field(default_factory=dict)

    @classmethod
    def of(cls, broader: Mapping[str, str]) -> Codebook:
        """The codebook that is only a mapping from concept to broader concept."""
        tops = {b: Code(b) for b in broader.values() if b}
        return cls({**tops, **{id: Code(id, broader=b) for id, b in broader.items()}})

    def within(self, concept: str) -> tuple[str, ...]:
        """The transitive closure: the concept itself and everything under it, each once, whatever loops the file holds."""
        found = [concept]
        for id in found:
            found += [c.id for c in self.codes.values() if c.broader == id and c.id not in found]
        return tuple(found)


def load(path: Path | None = None) -> Codebook:
    """The codebook in the lexicon's file (the installed one unless named), empty when it cannot be read.

    Six keys of each entry are read, and none of the patterns: compiling those takes seconds, and a mistake in one is no
    reason not to search. `pipeline.concepts.lexicon` is the reader that answers for the whole file.
    """
    try:
        table = tomllib.loads((path or data_file(CONCEPTS_FILE)).read_text("utf-8"))
    except (OSError, ValueError, RecursionError, WeightsError):
        return Codebook()
    tops = [_code(entry) for entry in _entries(table, "broader")]
    below = [_code(entry) for entry in _entries(table, "concept")]
    return Codebook({code.id: code for code in (*tops, *below) if code.id})


def _entries(table: dict[str, Any], key: str) -> list[dict[str, Any]]:
    found = table.get(key, [])
    return [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []


def _code(entry: dict[str, Any]) -> Code:
    texts = [
        " ".join(str(entry.get(key, "")).split())
        for key in ("id", "label", "definition", "broader", "examples", "terms")
    ]
    return Code(*texts)
