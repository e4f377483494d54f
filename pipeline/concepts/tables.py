"""Structure of the lexicon's file: every table and value has the type that its readers rely on, or an error names its place."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from pipeline.concepts.source import LexiconSource

_TOP_KEYS = frozenset({"version", "language", "passed_over", "forms", "sets", "broader", "concept", "blocks"})
_BROADER_KEYS = frozenset({"id", "label"})
_CONCEPT_KEYS = frozenset(
    {
        "id",
        "label",
        "definition",
        "terms",
        "broader",
        "objectives",
        "patterns",
        "blocks",
        "examples",
        "counterexamples",
    }
)
_REQUIRED_KEYS = ("id", "label", "definition", "broader", "patterns")


def check(source: LexiconSource) -> None:
    """Raise LexiconError for the first thing in the file that is not what it must be."""
    for key in source.table:
        if key not in _TOP_KEYS:
            raise source.unknown_key("", key, f"'{key}' is not known here", _TOP_KEYS)
    for key in ("version", "language", "passed_over"):
        if not isinstance(source.table.get(key, ""), str):
            raise source.error("", key, f"'{key}' must be text", f'write {key} = "..."')
    for key in ("forms", "sets"):
        _check_texts(source, key)
    for section, entry in tables(source, "broader"):
        _check_entry(source, section, entry, sorted(_BROADER_KEYS), _BROADER_KEYS, "a broader concept")
    for section, entry in tables(source, "concept"):
        _check_entry(source, section, entry, _REQUIRED_KEYS, _CONCEPT_KEYS, "a concept")
        if not isinstance(entry.get("terms", ""), str):
            raise source.error(section, "terms", "'terms' must be text", 'write terms = "one term, another"')
        objectives = entry.get("objectives", [])
        if not isinstance(objectives, list) or not all(isinstance(o, str) for o in objectives):
            raise source.error(section, "objectives", "'objectives' must be a list of texts")


def tables(source: LexiconSource, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """The tables of a list, each with its section as places are found by. Raises LexiconError where it is no such list."""
    found = source.table.get(key, [])
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise source.error("", key, f"'{key}' must be tables, each under a line [[{key}]]")
    yield from ((f"{key} {number}", entry) for number, entry in enumerate(found))


def _check_texts(source: LexiconSource, key: str) -> None:
    found = source.table.get(key, {})
    if not isinstance(found, dict):
        raise source.error("", key, f"'{key}' must be a table, under a line [{key}]")
    for name, value in found.items():
        if not isinstance(value, str):
            raise source.error(key, name, f"'{name}' must be text in ''' marks, one entry on a line")


def _check_entry(
    source: LexiconSource,
    section: str,
    entry: dict[str, Any],
    required: Sequence[str],
    known: frozenset[str],
    what: str,
) -> None:
    for key in entry:
        if key not in known:
            raise source.unknown_key(section, key, f"'{key}' is not known in {what}", known)
    for key in required:
        if not isinstance(entry.get(key), str) or not entry[key].strip():
            raise source.error(section, key, f"this {what.split()[-1]} has no '{key}'", f"write {key} = ...")
