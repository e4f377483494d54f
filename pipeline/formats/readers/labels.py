"""Speaker labels: who an editor says is speaking (`TOM:`, `Tom Leighton:`, `[TOM]`, `(TOM)`,
`>> TOM:`), told from what only looks like one.

A label is read when its form leaves no doubt (capitals, two capitalised words, a role such as "Client 2", a
name that is known). One capitalised word ("Tom:", "[Tom]") must come again, or most cues must begin with
one; words that start ordinary sentences ("Note: ...", "Remember: ...") are never labels. In doubt text stays
text: a label that is spoken costs one wrong word, a word that is taken for a label is lost.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipeline.formats.readers import sounds

_MAX_CHARS = 32  # of a name; longer is a sentence
_MAX_WORDS = 4
_NAME = r"[^\W\d_][\w.'’&/#-]*(?:[ \t]+[\w.'’&/#-]+){0,3}"
_ASIDE = r"(?:[ \t]*(?P<aside>\([^()]{1,40}\)|\[[^\[\]]{1,40}\]))?"
_COLON = re.compile(rf"(?P<name>{_NAME}){_ASIDE}[ \t]*:(?=\s|$)")
_BRACKET = re.compile(rf"[\[(][ \t]*(?P<name>{_NAME})[ \t]*(?P<colon>:?)[ \t]*[\])](?P<colon2>:?)(?=\s|$)")
_OFF_SCREEN = re.compile(
    r"\W*(?:v\.?\s?o|o\.?\s?[sc]|cont['’]?d|continu(?:ing|ed)|(?:on|off)(?:[ -]screen)?)\W*", re.I
)
# What begins a sentence or names a thing and is followed by a colon, but never is a person.
_NOT_NAMES = sounds.vocabulary(
    "he she they it's that's i'm said honestly actually basically obviously clearly seriously frankly "
    "simply ideally hopefully sadly truly really a about act address advice after again also although "
    "always an and another answer any as at because before but by caution chapter closing commentary "
    "conclusion date day definition episode ergo every exactly example exercise exhibit fact fig figure "
    "finally first five four from given goal goals good has here hint homework how however i if important "
    "in instructions introduction is issue it item its key last learning length lesson let listen "
    "location look maybe meaning method module moral my namely nb never next no note notes now number "
    "objective objectives ok okay on once one or our overview page part phase place plus point practice "
    "principle problem ps purpose question questions quote reason recap remember reminder result results "
    "rule scene second section see session since sixth so solution some source spoiler step still stop "
    "subject summary table task that the then there therefore these they think third this three time tip "
    "title to today tomorrow topic translation truth two unit update video vignette wait warning we well "
    "what when where which who why wisdom yes yesterday you your"
)
_TITLES = sounds.vocabulary("dr mr mrs ms miss prof professor sir dame rev nurse father sister")


@dataclass(frozen=True, slots=True)
class Label:
    """A label at the start of a line: its name, an aside to be kept ("(sighs)"), and its length in characters."""

    name: str
    length: int
    aside: str = ""


@dataclass(frozen=True, slots=True)
class Labels:
    """The labels of one file: the names that are certain, case folded, and whether all its text is in capitals.

    Where everything is in capitals, capitals say nothing: then a name must come again, be known or be a role.
    """

    certain: frozenset[str]
    all_caps: bool = False

    @classmethod
    def learn(
        cls, starts: Iterable[str], known_names: Iterable[str] = (), voices: Iterable[str] = ()
    ) -> Labels:
        """The labels of a file, learnt from the starts of all lines that may begin with one,
        the roster's names, and names given by markup."""
        starts = list(starts)
        all_caps = is_all_caps(starts)
        found = Counter(name for start in starts if (name := _possible_name(start, all_caps)))
        often = {name for name, times in found.items() if times >= 2}
        if sum(found.values()) >= 3 and sum(found.values()) * 4 >= len(starts):
            often = set(found)
        names = {part for name in (*known_names, *voices) for part in _forms_of_name(name)}
        return cls(frozenset(often | names), all_caps)

    def at_start(self, text: str, announced: bool = False) -> Label | None:
        """The label with which `text` begins, None when it begins with none;
        `announced` says that `>>` stood before it."""
        if announced and self.all_caps:
            return Labels(self.certain).at_start(text)
        if match := _COLON.match(text):
            name = match["name"].strip()
            if self._is_name(name):
                aside = match["aside"] or ""
                return Label(name, match.end(), "" if _OFF_SCREEN.fullmatch(aside) else aside)
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

    def _is_name(self, name: str) -> bool:
        if name.casefold() in self.certain:
            return True
        if not _may_be_name(name):
            return False
        if sounds.names_role(name):
            return True
        return not self.all_caps and (_is_capitals(name) or _is_full_name(name))

    def _is_bracketed_name(self, name: str) -> bool:
        if name.casefold() in self.certain or sounds.names_role(name):
            return True
        if self.all_caps or not _may_be_name(name) or sounds.names_sound(name):
            return False
        words = name.split()
        # "[GLASS SHATTERS]", "[DOGS HOWLING]": two words of which the last is a verb are a sound
        verb = len(words) > 1 and re.search(r"(?:s|ing|ed)$", words[-1], re.I)
        return (_is_capitals(name) or _is_full_name(name)) and not verb


def _forms_of_name(name: str) -> set[str]:
    """A name and its words, so that "Tim Leighton, PhD" is known as Tim and as Leighton too."""
    plain = re.sub(r"(?:,.*|\(.*\))$", "", name).strip().casefold()
    words = {w for w in plain.split() if len(w) > 2 and w.strip(".") not in _TITLES and w not in _NOT_NAMES}
    return {plain, *words} - {""}


def is_all_caps(lines: Iterable[str]) -> bool:
    """Whether the letters are nearly all capitals, as in much broadcast
    captioning: more than 20, and more than two thirds."""
    capitals = small = 0
    for line in lines:
        capitals += sum(map(str.isupper, line))
        small += sum(map(str.islower, line))
    return capitals > 20 and capitals > 2 * small


def _possible_name(start: str, several_words: bool) -> str:
    """The one capitalised word with which a line begins as if it were a label, case folded; "" otherwise."""
    match = _COLON.match(start) or _BRACKET.match(start)
    name = match["name"].strip() if match else ""
    if (" " in name and not several_words) or not name[:1].isupper() or not _may_be_name(name):
        return ""
    return "" if sounds.names_sound(name) and not start.startswith(name) else name.casefold()


def _may_be_name(name: str) -> bool:
    words = name.split()
    first = words[0].casefold().strip(".'’")
    short = len(name) <= _MAX_CHARS and len(words) <= _MAX_WORDS
    return short and first.replace(".", "") not in _NOT_NAMES and any(c.isalpha() for c in name)


def _is_capitals(name: str) -> bool:
    """ "TOM", "DR LEIGHTON", "C1", "McKAY" (one small letter after the first)."""
    return re.sub(r"\b(?:Mc|Mac|O’|O')(?=[A-Z])", "", name).isupper()


def _is_full_name(name: str) -> bool:
    """Whether it is two or three capitalised words: "Tom Leighton", "Dr. Leighton", "Jax Beatty 2"."""
    words = name.split()
    capital = all(w[0].isupper() or w[0].isdigit() for w in words)
    return 2 <= len(words) <= 3 and capital and not any(w.casefold() in _NOT_NAMES for w in words)


def could_name(text: str) -> bool:
    """Whether the text is short enough for a name and begins with no word that never is one; it says nothing of its form."""
    return _may_be_name(text)
