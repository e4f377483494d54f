"""Patterns compiled to spaCy matchers, and talk matched against them.

Every rule has a matcher of its own, built when a word that it cannot do without is first heard: a turn of talk meets a
few dozen of the lexicon's rules, not all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import product
from typing import Any

from pipeline.concepts.notation import Choice, Gap, Node, Part, Pattern, Phrase, Word, single_words, words_of
from pipeline.concepts.talk import STOPS, Talk

# Words that may stand between the end of a sentence and its "^".
LEAD_INS = frozenset(
    "and so but well yeah yes okay oh no because then right now like you know i mean think guess suppose all".split()
)

# Too frequent to choose rules by, when a pattern has any other word.
_COMMON = frozenset(
    """i you he she it we they me him her us them my your his its our their a an the this that these those and but or if so
    because of to in on at for with from by about as is 's am are was were be been do does did have has had 'd will would
    can could should might may not no there here what when where who how why get got just like know go going think up out
    want time thing things one all some more make really too back down feel say said""".split()
)
_COMMON_COST = 1000


@dataclass(frozen=True, slots=True)
class Spec:
    """One place of a variant: its words (None in a gap) and how often, in spaCy's notation."""

    forms: frozenset[str] | None
    operator: str = "1"


@dataclass(frozen=True, slots=True)
class Rule:
    """One pattern of one concept; `blocking` ones take tags away."""

    concept: str
    pattern: Pattern
    blocking: bool = False


@dataclass(frozen=True, slots=True, order=True)
class Match:
    """Words `[first, last)` of a talk that are evidence for a concept."""

    first: int
    last: int
    concept: str
    rule: Rule = field(compare=False)


class Tagger:
    """The compiled rules of a lexicon.

    Words in `passed_over` ("really", "just") do not exist for patterns that do not mention them.
    """

    def __init__(self, rules: Iterable[Rule], passed_over: frozenset[str] = frozenset()) -> None:
        import spacy

        self._vocab = spacy.blank("en").vocab
        self._rules = tuple(rules)
        self._passed_over = passed_over
        self._matchers: dict[Part, _PartMatcher] = {}
        self._by_key: dict[str, list[int]] = {}
        for number, rule in enumerate(self._rules):
            for key in key_words(rule.pattern.part.phrase):
                self._by_key.setdefault(key, []).append(number)

    def find(self, talk: Talk, role: str = "") -> list[Match]:
        """What the rules find in one turn, in order; of overlapping matches of a concept the longest stays.

        `role` is one of `notation.ROLES`, or empty when unknown.
        """
        heard = _Heard([w.text for w in talk.words], self._passed_over, self._vocab)
        found: list[Match] = []
        blocked: list[Match] = []
        for rule in self._candidates(heard):
            if role and rule.pattern.roles and role not in rule.pattern.roles:
                continue
            (blocked if rule.blocking else found).extend(self._apply(rule, heard))
        return _longest(m for m in found if not any(_blocks(b, m) for b in blocked))

    def _candidates(self, heard: _Heard) -> Iterator[Rule]:
        numbers = {n for word in set(heard.words) for n in self._by_key.get(word, ())}
        return (self._rules[n] for n in sorted(numbers))

    def _apply(self, rule: Rule, heard: _Heard) -> Iterator[Match]:
        pattern = rule.pattern
        spans = [s for s in self._spans(pattern.part, heard) if not pattern.asked or heard.is_question(s[1])]
        if not spans or any(self._spans(part, heard) for part in pattern.never):
            return
        others = [self._spans(part, heard) for part in pattern.also]
        for first, last in spans:
            # The evidence is the first part; the others only have to be there, and not be the same words.
            if all(any(end <= first or start >= last for start, end in spans) for spans in others):
                yield Match(first, last, rule.concept, rule)

    def _spans(self, part: Part, heard: _Heard) -> list[tuple[int, int]]:
        if part not in self._matchers:
            self._matchers[part] = _PartMatcher(part, self._vocab, self._passed_over)
        return self._matchers[part].spans(heard)


class _PartMatcher:
    """One part of a pattern as a spaCy matcher."""

    def __init__(self, part: Part, vocab: Any, passed_over: frozenset[str]) -> None:
        from spacy.matcher import Matcher

        self._part = part
        self._needs_every_word = bool(words_of(part.phrase) & passed_over)
        self._matcher = Matcher(vocab)
        self._matcher.add("part", [_spacy_pattern(v) for v in variants(part.phrase)], greedy="LONGEST")

    def spans(self, heard: _Heard) -> list[tuple[int, int]]:
        doc, places = heard.full if self._needs_every_word else heard.light
        words = [heard.words[p] for p in places]
        found = [(a, b) for _, a, b in self._matcher(doc) if _ends_fit(self._part, words, a, b)]
        return [(places[a], places[b - 1] + 1) for a, b in found]


class _Heard:
    """The words of one turn as spaCy documents: all of them, and without those that are passed over."""

    def __init__(self, words: list[str], passed_over: frozenset[str], vocab: Any) -> None:
        from spacy.tokens import Doc

        self.words = words
        kept = [n for n, word in enumerate(words) if word not in passed_over]
        self.full = Doc(vocab, words=words), list(range(len(words)))
        self.light = Doc(vocab, words=[words[n] for n in kept]), kept

    def is_question(self, last: int) -> bool:
        """Whether the sentence that holds the word before `last` ends with a question mark."""
        stop = next((word for word in self.words[last - 1 :] if word in STOPS), "")
        return stop == "?"


def variants(phrase: Phrase) -> list[tuple[Spec, ...]]:
    """Every sequence of places that a phrase stands for; single-word alternatives share one place."""
    return [tuple(spec for piece in chosen for spec in piece) for chosen in product(*(_pieces(node) for node in phrase))]


def count_variants(phrase: Phrase) -> int:
    """How many variants a phrase has, without building them."""
    count = 1
    for node in phrase:
        if isinstance(node, Choice):
            long = sum(count_variants(o) for o in node.options if single_words(o) is None)
            short = any(single_words(o) is not None for o in node.options)
            count *= long + (short or node.optional)
    return count


def _pieces(node: Node) -> list[tuple[Spec, ...]]:
    if isinstance(node, Word):
        return [(Spec(node.forms),)]
    if isinstance(node, Gap):
        return [(Spec(None, f"{{0,{node.longest}}}"),)]
    singles = [single_words(option) for option in node.options]
    short = frozenset[str]().union(*(s for s in singles if s))
    pieces: list[tuple[Spec, ...]] = []
    if short:
        pieces.append((Spec(short, "?" if node.optional else "1"),))
    elif node.optional:
        pieces.append(())
    for option, single in zip(node.options, singles, strict=True):
        if single is None:
            pieces.extend(variants(option))
    return pieces


def key_words(phrase: Phrase) -> frozenset[str]:
    """Words of which at least one is heard wherever the phrase matches; the rarest such choice."""
    choices = [c for c in map(_key_choice, phrase) if c]
    return min(choices, key=lambda words: (sum(_COMMON_COST if w in _COMMON else 1 for w in words), sorted(words)))


def _key_choice(node: Node) -> frozenset[str]:
    if isinstance(node, Word):
        return node.forms
    if isinstance(node, Gap) or node.optional:
        return frozenset()
    return frozenset[str]().union(*(key_words(option) for option in node.options))


def _spacy_pattern(specs: tuple[Spec, ...]) -> list[dict[str, Any]]:
    pattern: list[dict[str, Any]] = []
    for spec in specs:
        if spec.forms is None:
            place: dict[str, Any] = {"IS_PUNCT": False}
        elif len(spec.forms) == 1:
            place = {"ORTH": next(iter(spec.forms))}
        else:
            place = {"ORTH": {"IN": sorted(spec.forms)}}
        pattern.append(place if spec.operator == "1" else {**place, "OP": spec.operator})
    return pattern


def _ends_fit(part: Part, words: list[str], first: int, last: int) -> bool:
    if part.not_before and first > 0 and words[first - 1] in part.not_before:
        return False
    if part.not_after and last < len(words) and words[last] in part.not_after:
        return False
    if part.at_end and last < len(words) and words[last] not in STOPS:
        return False
    return not part.at_start or _starts_sentence(words, first)


def _starts_sentence(words: list[str], first: int) -> bool:
    before = first - 1
    while before >= 0 and words[before] in LEAD_INS:
        before -= 1
    return before < 0 or words[before] in STOPS


def _blocks(block: Match, match: Match) -> bool:
    return block.concept in (match.concept, "") and block.first < match.last and match.first < block.last


def _longest(matches: Iterable[Match]) -> list[Match]:
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: (m.first - m.last, m.first)):
        if not any(k.concept == match.concept and k.first < match.last and match.first < k.last for k in kept):
            kept.append(match)
    return sorted(kept)
