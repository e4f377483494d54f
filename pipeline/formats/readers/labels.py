"""Speaker labels: who an editor says is speaking (`TOM:`, `Tom Leighton:`, `[TOM]`, `(TOM)`,
`>> TOM:`), told from what only looks like one.

A label is certain when the whole file shows it (`label_evidence`), when the name is known, or by a form that leaves no doubt
(capitals, a role such as "Client 2"). What has the form of a name and no more ("New York: that is where ...") is doubtful: its
words stay words, marked, until the alignment has asked the sound. In doubt text stays text: a label that is spoken costs one
wrong word, a word that is taken for a label is lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.formats.readers import label_evidence, sounds
from pipeline.formats.readers.label_forms import (
    Form,
    forms_of_person,
    is_capitals,
    is_full_name,
    key_of,
    keys_of,
    may_be_name,
    written_at_start,
)

_NAME = r"[^\W\d_][\w.'’&/#-]*(?:[ \t]+[\w.'’&/#-]+){0,3}"
_BRACKET = re.compile(rf"[\[(][ \t]*(?P<name>{_NAME})[ \t]*(?P<colon>:?)[ \t]*[\])](?P<colon2>:?)(?=\s|$)")


@dataclass(frozen=True, slots=True)
class Label:
    """A label at the start of a line: its name, an aside to be kept ("(sighs)"), and its length in characters.

    `doubtful` says that its words may be spoken.
    """

    name: str
    length: int
    aside: str = ""
    doubtful: bool = False


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one file: the names that are certain and those in doubt, case folded, and whether all is in capitals.

    Where everything is in capitals, capitals say nothing: then a name must come again, be known or be a role.
    """

    certain: frozenset[str]
    all_caps: bool = False
    doubtful: frozenset[str] = frozenset()

    @classmethod
    def learn(
        cls, starts: Iterable[str], known_names: Iterable[str] = (), voices: Iterable[str] = ()
    ) -> Labels:
        """The labels of a file, learnt from the texts of all turns that may begin with one,
        the roster's names, and names given by markup."""
        starts = list(starts)
        all_caps = is_all_caps(starts)
        found = label_evidence.verdict([written_at_start(start) for start in starts], all_caps)
        again = _coming_again_in_brackets(starts)
        names = {
            part for name in (*known_names, *voices) for part in (*forms_of_person(name), *keys_of(name))
        }
        certain = found.certain | names | again
        return cls(frozenset(certain), all_caps, found.doubtful - certain)

    def at_start(self, text: str, announced: bool = False, possible: bool = False) -> Label | None:
        """The label with which `text` begins, None when it begins with none.

        `announced` says that `>>` stood before it; with `possible` one capitalised word that does not come again is given too,
        as doubtful.
        """
        if announced and self.all_caps:
            return Labels(self.certain, doubtful=self.doubtful).at_start(text, announced)
        written = written_at_start(text)
        if written is not None:
            doubtful = self._is_doubtful(written.name, written.form, announced, possible)
            if doubtful is not None:
                return Label(written.name, written.length, written.aside, doubtful)
        if match := _BRACKET.match(text):
            name = match["name"].strip()
            colon = bool(match["colon"] or match["colon2"])
            if (
                self._is_name(name)
                if colon
                else text[match.end() :].strip() and self._is_bracketed_name(name)
            ):
                return Label(name, match.end())
        return None

    def _is_doubtful(self, name: str, form: Form, announced: bool, possible: bool) -> bool | None:
        """Whether a label is doubtful; None for what is none."""
        if not self.certain.isdisjoint(keys_of(name)):
            return False
        if form is Form.ROLE and any(map(str.isdecimal, name)):  # "SPEAKER 2: i was not sure"
            return False
        if key_of(name) in self.doubtful:
            return True
        if form in (Form.SENTENCE, Form.PHRASE):
            return None
        if form is Form.ROLE or (form is Form.CAPITALS and not self.all_caps):
            return False
        if self.all_caps:
            return None
        if form is Form.NAME:
            return not announced
        return True if possible else None

    def _is_name(self, name: str) -> bool:
        if key_of(name) in self.certain:
            return True
        if not may_be_name(name):
            return False
        if sounds.names_role(name):
            return True
        return not self.all_caps and (is_capitals(name) or is_full_name(name))

    def _is_bracketed_name(self, name: str) -> bool:
        if key_of(name) in self.certain or sounds.names_role(name):
            return True
        if self.all_caps or not may_be_name(name) or sounds.names_sound(name) or sounds.names_unclear(name):
            return False
        words = name.split()
        # "[GLASS SHATTERS]", "[DOGS HOWLING]": two words of which the last is a verb are a sound
        verb = len(words) > 1 and re.search(r"(?:s|ing|ed)$", words[-1], re.I)
        return (is_capitals(name) or is_full_name(name)) and not verb


def _coming_again_in_brackets(starts: Iterable[str]) -> set[str]:
    """The capitalised words that stand in brackets at the start of more than one text, and are no sound."""
    seen: set[str] = set()
    again: set[str] = set()
    for start in starts:
        match = _BRACKET.match(start)
        name = match["name"].strip() if match else ""
        is_name = name[:1].isupper() and " " not in name and may_be_name(name)
        if is_name and not sounds.names_sound(name) and not sounds.names_unclear(name):
            (again if name.casefold() in seen else seen).add(name.casefold())
    return again


def is_all_caps(lines: Iterable[str]) -> bool:
    """Whether the letters are nearly all capitals, as in much broadcast
    captioning: more than 20, and more than two thirds."""
    capitals = small = 0
    for line in lines:
        capitals += sum(map(str.isupper, line))
        small += sum(map(str.islower, line))
    return capitals > 20 and capitals > 2 * small
