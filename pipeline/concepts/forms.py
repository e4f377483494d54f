"""The inflected forms of English words."""

from __future__ import annotations

from collections.abc import Mapping


def inflector(explicit: Mapping[str, tuple[str, ...]]) -> _Inflector:
    """A function from a word to all its forms; `explicit` lists win over the library."""
    return _Inflector(explicit)


class _Inflector:
    def __init__(self, explicit: Mapping[str, tuple[str, ...]]) -> None:
        self._known: dict[str, frozenset[str]] = {w: frozenset(f) for w, f in explicit.items()}

    def __call__(self, word: str) -> frozenset[str]:
        """All forms of `word` as verb, noun or adjective, itself included; possessives are words of their
        own."""
        if word not in self._known:
            self._known[word] = _from_library(word)
        return self._known[word]


def _from_library(word: str) -> frozenset[str]:
    from lemminflect import getAllInflections, getAllInflectionsOOV

    tables = getAllInflections(word) or {
        **getAllInflectionsOOV(word, "VERB"),
        **getAllInflectionsOOV(word, "NOUN"),
    }
    forms = {form.lower() for inflected in tables.values() for form in inflected}
    return frozenset({form for form in forms if form.isalpha()} | {word})
