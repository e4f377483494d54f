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
        """All forms of `word` as verb, noun or adjective, itself included; empty if none are known. Possessives
        are words of their own."""
        if word not in self._known:
            self._known[word] = _from_library(word)
        return self._known[word]


def _from_library(word: str) -> frozenset[str]:
    """The forms that the library lists; none of a word that it does not know, because what it would guess of a
    stem ("activit") is said by nobody."""
    from lemminflect import getAllInflections

    forms = {form.lower() for inflected in getAllInflections(word).values() for form in inflected}
    return frozenset({form for form in forms if form.isalpha()} | {word}) if forms else frozenset()
