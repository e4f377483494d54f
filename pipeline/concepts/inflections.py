"""Inflection: from an English word to all its inflected forms.

`models/forms.txt` lists them for the words that the lexicon inflects, as the library lemminflect gives them: reading that
takes milliseconds, where the library first loads its tables and spaCy, a second in all. Words that are not listed there are
asked of the library. `python -m pipeline.concepts.inflections` writes the list anew.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache

from pipeline import intact
from pipeline.files import data_file

FORMS_FILE = "forms.txt"


def inflector(explicit: Mapping[str, tuple[str, ...]]) -> _Inflector:
    """A function from a word to all its forms; `explicit` lists win over the library."""
    return _Inflector(explicit)


class _Inflector:
    def __init__(self, explicit: Mapping[str, tuple[str, ...]]) -> None:
        self._known: dict[str, frozenset[str]] = {w: frozenset(f) for w, f in explicit.items()}

    def __call__(self, word: str) -> frozenset[str]:
        """All forms of `word` as verb, noun or adjective, itself included; empty if none are known.

        Possessives are words of their own.
        """
        if word not in self._known:
            self._known[word] = _listed_forms().get(word) or from_library(word)
        return self._known[word]


@cache
def _listed_forms() -> dict[str, frozenset[str]]:
    lines = intact.shipped(data_file(FORMS_FILE)).decode("utf-8").splitlines()
    return {forms[0]: frozenset(forms) for forms in map(str.split, lines)}


def from_library(word: str) -> frozenset[str]:
    """The forms that lemminflect lists; none of a word that it does not know, because what it would guess of a stem
    ("activit") is said by nobody."""
    from lemminflect import getAllInflections

    forms = {form.lower() for inflected in getAllInflections(word).values() for form in inflected}
    return frozenset({form for form in forms if form.isalpha()} | {word}) if forms else frozenset()


def main() -> None:
    """Write the list anew: one word on a line, itself first, for every word of the lexicon that "~" inflects."""
    lexicon = data_file("concepts.toml")
    text = lexicon.read_text("utf-8")
    words = set(re.findall(r"([^\W_]+)~", text)) - set(tomllib.loads(text)["forms"])
    forms = {word: from_library(word) for word in sorted(words)}
    lines = [" ".join([word, *sorted(found - {word})]) for word, found in forms.items() if found]
    made = lexicon.with_name(FORMS_FILE)
    made.write_text("".join(f"{line}\n" for line in lines), "utf-8")
    intact.record(made, lexicon.with_name(intact.SUMS_FILE))


if __name__ == "__main__":
    main()
