"""The pattern notation of clinicians: its lexer and recursive-descent parser, text -> syntax tree.

What is written, and what it asks for:

    craving            this word;             don't = do not, and 's stands for is, has and the possessive
    drink~             any form of it         (drink, drinks, drank, drunk, drinking)
    {use}              any phrase of the set of that name
    (night|day off)    one of these           alternatives may be phrases
    [so much]          may be missing         [a|the]: one of these, or nothing
    ...  ...5          up to 3, up to 5 words of any kind, never across the end of a sentence
    ^                  the sentence starts here, after words like "and", "well", "so"
    $   ?              the sentence ends here; it ends here or later, and is a question
    !word !(a|b)       at either end of a pattern: this word does not stand there
    A & B   A &! B     and B, and no B, elsewhere in the same turn
    client: A          only this role says it; or role/role; an unknown speaker may
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from pipeline.concepts.normalize import expand_contraction, join_fixed
from pipeline.concepts.patterns import Choice, Gap, Node, Phrase, Word, single_words

DEFAULT_GAP_WORDS = 3  # what "..." without a number allows
MAX_GAP_WORDS = 12  # the longest gap that may be asked for; chosen
MAX_VARIANTS = 1500  # of one pattern; more make compiling slow, and are two patterns; chosen
MAX_DEPTH = 24  # of brackets and sets within each other; ours has a handful; chosen
ROLES = ("therapist", "client", "narrator")


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of words, and what must hold at its ends."""

    phrase: Phrase
    at_start: bool = False
    at_end: bool = False
    not_before: frozenset[str] = frozenset()
    not_after: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line of the lexicon: `source` as written, and what it asks for."""

    source: str
    part: Part
    also: tuple[Part, ...] = ()
    never: tuple[Part, ...] = ()
    roles: tuple[str, ...] = ()
    asked: bool = False


class NotationError(Exception):
    """A mistake in a pattern; `column` counts from 0 within the pattern's text."""

    def __init__(self, problem: str, column: int) -> None:
        super().__init__(problem, column)
        self.problem = problem
        self.column = column


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The symbol table of patterns: named sets, and how to inflect a word."""

    sets: Mapping[str, tuple[Phrase, ...]]
    inflect: Callable[[str], frozenset[str]]
    _choices: dict[str, Choice] = field(default_factory=dict)

    def choice(self, name: str) -> Choice:
        """Any phrase of a set. Raises KeyError."""
        if name not in self._choices:
            self._choices[name] = Choice(self.sets[name], optional=False)
        return self._choices[name]


class _Mark(NamedTuple):
    """One lexical token of a pattern; `column` counts from 0."""

    kind: str
    text: str
    column: int


_MARKS = re.compile(
    r"""(?P<space>\s+) | (?P<gap>\.\.\.\d*) | (?P<set>\{[^{}]*\}) | (?P<without>&!) | (?P<with>&)
      | (?P<open>[(\[]) | (?P<close>[)\]]) | (?P<or>\|) | (?P<not>!) | (?P<start>\^) | (?P<end>\$) |
      (?P<ask>\?) | (?P<word>[^\W_]+(?:['’][^\W_]+)*~?|['’](?:s|d|em|cause)\b) | (?P<hyphen>-) |
      (?P<other>.)""",
    re.VERBOSE,
)
_ROLE_PREFIX = re.compile(r"\s*([a-z/]+):\s*")
# Contracted endings are ambiguous ("'s" is is, has or the possessive), so each reading finds the others.
_HOMOPHONES = {
    "is": {"is", "'s"}, "has": {"has", "'s"}, "'s": {"'s", "is", "has"},
    "would": {"would", "'d"}, "had": {"had", "'d"}, "'d": {"'d", "would", "had"},
}  # fmt: skip


def parse_pattern(text: str, vocabulary: Vocabulary) -> Pattern:
    """Parse one pattern. Raises NotationError."""
    roles, offset = _roles(text)
    reader = _Reader(text, offset, vocabulary)
    part = reader.part()
    also: list[Part] = []
    never: list[Part] = []
    while reader.kind in ("with", "without"):
        into = also if reader.take().kind == "with" else never
        into.append(reader.part())
    asked = reader.kind == "ask" and bool(reader.take())
    reader.expect_nothing()
    return Pattern(text.strip(), part, tuple(also), tuple(never), roles, asked)


def parse_set(text: str, vocabulary: Vocabulary) -> tuple[Phrase, ...]:
    """Parse the phrases of a set, written with `|` between them. Raises NotationError."""
    reader = _Reader(text, 0, vocabulary)
    phrases = reader.alternatives()
    reader.expect_nothing()
    return phrases


def names_in(text: str) -> list[tuple[str, int]]:
    """The sets that `text` refers to, each with its column."""
    return [(m.group()[1:-1], m.start()) for m in _MARKS.finditer(text) if m.lastgroup == "set"]


def _roles(text: str) -> tuple[tuple[str, ...], int]:
    match = _ROLE_PREFIX.match(text)
    if not match:
        return (), 0
    roles = tuple(match.group(1).split("/"))
    for role in roles:
        if role not in ROLES:
            raise NotationError(f"'{role}' is no role; the roles are {', '.join(ROLES)}", match.start(1))
    return roles, match.end()


class _Reader:
    """A recursive-descent parser over the marks; each method reads one nonterminal of the grammar."""

    def __init__(self, text: str, offset: int, vocabulary: Vocabulary) -> None:
        self._marks = [
            _Mark(m.lastgroup or "", m.group(), m.start())
            for m in _MARKS.finditer(text, offset)
            if m.lastgroup not in ("space", "hyphen")
        ]
        self._marks.append(_Mark("nothing", "", len(text.rstrip())))
        self._at = 0
        self._open = 0  # how many brackets are open
        self._vocabulary = vocabulary

    @property
    def kind(self) -> str:
        return self._marks[self._at].kind

    def take(self) -> _Mark:
        """The next mark; at the end of the text that end, however often it is asked for."""
        mark = self._marks[self._at]
        if self._at + 1 < len(self._marks):
            self._at += 1
        return mark

    def _peek(self) -> _Mark:
        return self._marks[self._at]

    def expect_nothing(self) -> None:
        """Raises NotationError unless the end of the text is reached."""
        mark = self._peek()
        if mark.kind == "close":
            raise NotationError(f"'{mark.text}' closes nothing", mark.column)
        if mark.kind != "nothing":
            raise NotationError(f"'{mark.text}' cannot stand here", mark.column)

    def part(self) -> Part:
        """`[^] [!words] phrase [!words] [$]`. Raises NotationError, as the two below."""
        first = self._peek()
        at_start = self.kind == "start" and bool(self.take())
        not_before = self._forbidden() if self.kind == "not" else frozenset[str]()
        phrase = self.phrase()
        not_after = self._forbidden() if self.kind == "not" else frozenset[str]()
        at_end = self.kind == "end" and bool(self.take())
        if not _has_required_word(phrase):
            raise NotationError("a pattern needs at least one word that cannot be missing", first.column)
        if isinstance(phrase[0], Gap) or isinstance(phrase[-1], Gap):
            raise NotationError("a pattern cannot begin or end with a gap", first.column)
        return Part(phrase, at_start, at_end, not_before, not_after)

    def phrase(self) -> Phrase:
        """One word, gap, set or bracket after another."""
        nodes: list[Node] = []
        while self.kind in ("word", "gap", "set", "open"):
            nodes.extend(self._items())
        if not nodes:
            mark = self._peek()
            found = f"'{mark.text}'" if mark.text else "the end"
            raise NotationError(f"a word is missing before {found}", mark.column)
        return tuple(nodes)

    def alternatives(self) -> tuple[Phrase, ...]:
        """`phrase | phrase ...`"""
        phrases = [self.phrase()]
        while self.kind == "or":
            self.take()
            phrases.append(self.phrase())
        return tuple(phrases)

    def _items(self) -> list[Node]:
        mark = self.take()
        if mark.kind == "gap":
            return [_gap(mark)]
        if mark.kind == "set":
            return [self._set(mark)]
        if mark.kind == "open":
            return [self._choice(mark)]
        return self._words(mark)

    def _choice(self, opened: _Mark) -> Choice:
        self._open += 1
        _check_depth(self._open, opened)
        options = self.alternatives()
        self._open -= 1
        closed = self.take()
        wanted = ")" if opened.text == "(" else "]"
        if closed.text != wanted:
            raise NotationError(f"'{opened.text}' is never closed", opened.column)
        choice = Choice(options, optional=opened.text == "[")
        _check_depth(choice.depth, opened)
        return choice

    def _set(self, mark: _Mark) -> Choice:
        name = mark.text[1:-1]
        if name not in self._vocabulary.sets:
            raise NotationError(f"there is no set called '{name}'", mark.column)
        choice = self._vocabulary.choice(name)
        _check_depth(choice.depth, mark)
        return choice

    def _words(self, mark: _Mark) -> list[Node]:
        text = mark.text.lower().replace("’", "'")
        if text.endswith("~"):
            forms = self._vocabulary.inflect(text[:-1])
            if not forms:
                raise NotationError(
                    f"no forms are known of '{text[:-1]}'; write whole words, or list its forms under [forms]",
                    mark.column,
                )
            return [Word(forms)]
        following = self._peek()
        if text == "used" and following.kind == "word" and following.text.lower() == "to":
            self.take()
            return [_homophones(word) for word in join_fixed(["used", "to"])]
        return list(_spelled(text))

    def _forbidden(self) -> frozenset[str]:
        mark = self.take()
        if self.kind not in ("word", "set", "open"):
            raise NotationError("after '!' stands one word, or several in brackets", mark.column)
        words = [single_words((node,)) for node in self._items()]
        if any(w is None for w in words):
            raise NotationError("'!' takes single words only", mark.column)
        return frozenset[str]().union(*(w for w in words if w))


@cache
def _spelled(text: str) -> tuple[Word, ...]:
    return tuple(_homophones(word) for word in expand_contraction(text))


def _homophones(word: str) -> Word:
    return Word(frozenset(_HOMOPHONES.get(word, {word})))


def _check_depth(depth: int, at: _Mark) -> None:
    if depth > MAX_DEPTH:
        raise NotationError(f"more than {MAX_DEPTH} brackets and sets stand in each other here", at.column)


def _gap(mark: _Mark) -> Gap:
    digits = mark.text[3:].lstrip("0") or ("0" if mark.text[3:] else str(DEFAULT_GAP_WORDS))
    longest = int(digits) if len(digits) <= len(str(MAX_GAP_WORDS)) else MAX_GAP_WORDS + 1
    if not 0 < longest <= MAX_GAP_WORDS:
        raise NotationError(f"a gap has 1 to {MAX_GAP_WORDS} words", mark.column)
    return Gap(longest)


def _has_required_word(phrase: Phrase) -> bool:
    return any(map(_is_required, phrase))


def _is_required(node: Node) -> bool:
    if isinstance(node, Choice):
        return not node.optional and all(map(_has_required_word, node.options))
    return isinstance(node, Word)
