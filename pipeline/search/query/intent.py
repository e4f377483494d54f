"""Query understanding: who speaks, to whom, and what came before, as a plain question says it.

"Helen talks about her family", "therapist praises the client", "who gave feedback after somebody got angry": names of people in
the index and words for roles say by whom a hit should be; "after" and "followed by" part two things that are said one
after the other. What is left are the words that tell something. Nothing of this excludes a hit: it only orders them.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.roles import ROLES
from pipeline.search.query.synonyms import phrase_at
from pipeline.search.query.telling import telling_words
from pipeline.words import name_key

# Words behind which a name or role is spoken to or about, and is not the speaker.
_TOWARDS = frozenset("to at with towards toward against about of between among for in".split())  # noqa: SIM905
_ARTICLES = frozenset("the a an his her their our my your this that each other another".split())  # noqa: SIM905
# Words between two things of which the second came first.
_AFTER = frozenset({"after", "following"})
# Names that are everyday words as well: they are names when they are written with a capital.
_ALSO_WORDS = frozenset(
    "will grace mark joy hope faith may june rose art bill frank sue pat rich drew dawn april penny".split()  # noqa: SIM905
)


@dataclass(frozen=True, slots=True)
class Intent:
    """`words` tell what is meant; `speakers` and `others` are keys of names, `role` is what a speaker counts as, "" for any;
    `earlier` are the words of what came shortly before."""

    words: tuple[str, ...]
    speakers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()
    role: str = ""
    earlier: tuple[str, ...] = ()


def intent_of(written: Sequence[str], connection: sqlite3.Connection) -> Intent:
    """What the words of a plain query mean, in the order in which they are written."""
    speakers, others, roles, left = list[str](), list[str](), list[str](), list[str]()
    for at, word in enumerate(written):
        before = _before(written, at)
        if name := _name(word, connection):
            (others if before in _TOWARDS else speakers).append(name)
        elif role := _role(word):
            roles += [] if before in _TOWARDS else [role]
        else:
            left.append(word)
    if not _telling(left):
        return Intent(tuple(_telling(written)))
    main, earlier = _in_order(left)
    return Intent(tuple(main), tuple(speakers), tuple(others), roles[0] if roles else "", tuple(earlier))


def _before(written: Sequence[str], at: int) -> str:
    """The word before a place that is no article."""
    words = [word.lower() for word in written[:at] if word.lower() not in _ARTICLES]
    return words[-1] if words else ""


def _name(word: str, connection: sqlite3.Connection) -> str:
    """The key of a name that somebody in the index has, "" for other words."""
    key = name_key(re.sub(r"['’]s?$", "", word))
    if not key or (key in _ALSO_WORDS and not word[:1].isupper()) or _role(word) or not telling_words(key):
        return ""
    row = connection.execute("SELECT 1 FROM speaker_names WHERE name = ? LIMIT 1", (key,)).fetchone()
    return key if row else ""


def _role(word: str) -> str:
    """What a word for a role counts as: "therapists" is "therapist"; "" for other words."""
    plain = re.sub(r"['’]s?$", "", word.lower()).replace("-", "")
    return ROLES.get(plain) or ROLES.get(plain.removesuffix("s")) or ""


def _in_order(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The telling words of what is asked for, and of what came before it; all and none where nothing follows anything."""
    for at, word in enumerate(words):
        is_followed = word.lower() == "followed" and [*words[at + 1 : at + 2]] == ["by"]
        if word.lower() in _AFTER or is_followed:
            first, second = (_telling(part) for part in (words[:at], words[at + 1 :]))
            if first and second:
                return (second, first) if is_followed else (first, second)
    return _telling(words), []


def _telling(words: Sequence[str]) -> list[str]:
    """The telling words, and the phrases of the thesaurus as they stand, whatever words they are of: "saying no"."""
    found, at = dict[str, None](), 0
    while at < len(words):
        phrase = phrase_at(words, at)
        found |= dict.fromkeys([phrase] if phrase else telling_words(words[at]))
        at += len(phrase.split()) or 1
    return [*found]
