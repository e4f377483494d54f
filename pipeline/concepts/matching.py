"""Patterns compiled to spaCy matchers, and talk matched against them.

Every rule has a matcher of its own, built when a word that it cannot do without is first heard: a turn of
talk meets a few dozen of the lexicon's rules, not all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import Any

from pipeline.concepts.notation import Part, Pattern
from pipeline.concepts.phrases import Spec, cost, needed_words, variants, words_of
from pipeline.concepts.talk import STOPS, Talk, word_set

# Words that may stand between the end of a sentence and its "^".
LEAD_INS = word_set(
    "and so but well yeah yes okay oh no because then right now like you know i mean think guess suppose all"
)


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


@cache
def _vocab() -> Any:
    """A vocabulary without language data, shared by all taggers of a process, made when the first turn is heard:
    the words come from `talk`, and a blank English pipeline, whose tokenizer nobody would call, takes a third of
    a second to make."""
    from spacy.vocab import Vocab

    return Vocab()


class Tagger:
    """The compiled rules of a lexicon.

    Words in `passed_over` ("really", "just") do not exist for patterns that do not mention them.
    """

    def __init__(self, rules: Iterable[Rule], passed_over: frozenset[str] = frozenset()) -> None:
        self._rules = tuple(rules)
        self._passed_over = passed_over
        self._matchers: dict[int, _PartMatcher] = {}
        self._needed = [needed_words(rule.pattern.part.phrase) for rule in self._rules]
        self._by_key: dict[str, list[int]] = {}
        for number, needed in enumerate(self._needed):
            for key in min(needed, key=cost):
                self._by_key.setdefault(key, []).append(number)

    def find(self, talk: Talk, role: str = "") -> list[Match]:
        """What the rules find in one turn, in order; of overlapping matches of a concept the longest stays.

        `role` is one of `notation.ROLES`, or empty when unknown.
        """
        sentences = _sentences([w.text for w in talk.words], self._passed_over, _vocab())
        found: list[Match] = []
        blocked: list[Match] = []
        for sentence in sentences:
            for rule in self._candidates(sentence):
                if not role or not rule.pattern.roles or role in rule.pattern.roles:
                    matches = self._apply(rule, sentence, sentences)
                    (blocked if rule.blocking else found).extend(matches)
        return _longest(m for m in found if not any(_blocks(b, m) for b in blocked))

    def _candidates(self, sentence: _Sentence) -> Iterator[Rule]:
        """The rules of which every needed word is there; all others need not be tried."""
        numbers = {n for word in sentence.present for n in self._by_key.get(word, ())}
        for number in sorted(numbers):
            if not any(words.isdisjoint(sentence.present) for words in self._needed[number]):
                yield self._rules[number]

    def _apply(self, rule: Rule, sentence: _Sentence, turn: list[_Sentence]) -> Iterator[Match]:
        pattern = rule.pattern
        if pattern.asked and sentence.mark != "?":
            return
        spans = self._spans(pattern.part, sentence)
        if not spans or any(self._spans(part, other) for part in pattern.never for other in turn):
            return
        others = [[span for other in turn for span in self._spans(part, other)] for part in pattern.also]
        for first, last in spans:
            # The evidence is the first part; the others only have to be there, and not be the same words.
            if all(any(end <= first or start >= last for start, end in found) for found in others):
                yield Match(first, last, rule.concept, rule)

    def _spans(self, part: Part, sentence: _Sentence) -> list[tuple[int, int]]:
        matcher = self._matchers.get(id(part))  # parts live as long as the rules; hashing their trees is slow
        if matcher is None:
            matcher = self._matchers[id(part)] = _PartMatcher(part, _vocab(), self._passed_over)
        return matcher.spans(sentence)


class _PartMatcher:
    """One part of a pattern as a spaCy matcher, built when a sentence first has all the words that it
    needs."""

    def __init__(self, part: Part, vocab: Any, passed_over: frozenset[str]) -> None:
        self._part = part
        self._vocab = vocab
        self._needed = needed_words(part.phrase)
        self._needs_every_word = bool(words_of(part.phrase) & passed_over)

    @cached_property
    def _groups(self) -> list[_Group]:
        """The variants of the part, by the words of which a sentence must have one for them to match."""
        by_key: dict[frozenset[str], list[tuple[Spec, ...]]] = {}
        for variant in variants(self._part.phrase):
            required = [spec.forms for spec in variant if spec.forms and spec.operator == "1"]
            by_key.setdefault(min(required, key=cost), []).append(variant)
        return [_Group(key, found, self._vocab) for key, found in by_key.items()]

    def spans(self, sentence: _Sentence) -> list[tuple[int, int]]:
        """Where the part stands, as word indices of the turn."""
        if any(words.isdisjoint(sentence.present) for words in self._needed):
            return []
        groups = [g for g in self._groups if not g.key.isdisjoint(sentence.present)]
        if not groups:
            return []
        doc, words, places = sentence.full if self._needs_every_word else sentence.light
        found = {s for group in groups for s in group.spans(doc, words) if _ends_fit(self._part, words, *s)}
        return [(places[a], places[b - 1] + 1) for a, b in sorted(found)]


@dataclass
class _Group:
    """Variants of a part that share `key`; their matcher is built when a sentence first has a word of it."""

    key: frozenset[str]
    variants: list[tuple[Spec, ...]]
    vocab: Any

    def spans(self, doc: Any, words: list[str]) -> list[tuple[int, int]]:
        if all(len(variant) == 1 for variant in self.variants):
            return [(n, n + 1) for n, word in enumerate(words) if word in self.key]  # no matcher is needed
        return [(first, last) for _, first, last in self._matcher(doc)]

    @cached_property
    def _matcher(self) -> Any:
        from spacy.matcher import Matcher

        matcher = Matcher(self.vocab, validate=False)
        matcher.add("part", [_spacy_pattern(v) for v in self.variants], greedy="LONGEST")
        return matcher


class _Sentence:
    """The words of one sentence, and the mark it ends with, as spaCy documents: all words, and without
    those passed over.

    `first` is the place of its first word in the turn.
    """

    def __init__(
        self, words: list[str], first: int, mark: str, passed_over: frozenset[str], vocab: Any
    ) -> None:
        self.words = words
        self.mark = mark
        self.present = frozenset(words)
        self._first = first
        self._passed_over = passed_over
        self._vocab = vocab

    @cached_property
    def full(self) -> _Reading:
        return self._reading(range(len(self.words)))

    @cached_property
    def light(self) -> _Reading:
        return self._reading([n for n, word in enumerate(self.words) if word not in self._passed_over])

    def _reading(self, kept: Iterable[int]) -> _Reading:
        from spacy.tokens import Doc

        kept = list(kept)
        words = [self.words[n] for n in kept]
        return Doc(self._vocab, words=words), words, [self._first + n for n in kept]


_Reading = tuple[Any, list[str], list[int]]


def _sentences(words: list[str], passed_over: frozenset[str], vocab: Any) -> list[_Sentence]:
    sentences: list[_Sentence] = []
    first = 0
    for at in range(len(words) + 1):
        if at == len(words) or words[at] in STOPS:
            if at > first:
                mark = words[at] if at < len(words) else ""
                sentences.append(_Sentence(words[first:at], first, mark, passed_over, vocab))
            first = at + 1
    return sentences


def _spacy_pattern(specs: tuple[Spec, ...]) -> list[dict[str, Any]]:
    pattern: list[dict[str, Any]] = []
    for spec in specs:
        if spec.forms is None:
            place: dict[str, Any] = {}
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
    if part.at_end and last < len(words):
        return False
    return not part.at_start or all(word in LEAD_INS for word in words[:first])


def _blocks(block: Match, match: Match) -> bool:
    return block.concept in (match.concept, "") and block.first < match.last and match.first < block.last


def _longest(matches: Iterable[Match]) -> list[Match]:
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: (m.first - m.last, m.first)):
        if not any(
            k.concept == match.concept and k.first < match.last and match.first < k.last for k in kept
        ):
            kept.append(match)
    return sorted(kept)
