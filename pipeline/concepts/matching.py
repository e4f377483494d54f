"""Rule-based matching: patterns compiled to spaCy matchers, and talk matched against them.

Every rule has a matcher of its own, built when a word that it needs is first heard: a turn of talk meets a few dozen of the
lexicon's rules, which an inverted index of needed words finds, not all of them. A few turns are matched without spaCy.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from typing import Any

from pipeline.concepts import direct
from pipeline.concepts.normalize import SENTENCE_MARKS, Talk, word_set
from pipeline.concepts.notation import Part, Pattern
from pipeline.concepts.patterns import Spec, cost, needed_words, variants, words_of

# Discourse markers that may stand between the start of a sentence and its "^".
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
    """Words `[first, last)` of a talk that are evidence for a concept; `rules` of that concept match anywhere in it."""

    first: int
    last: int
    concept: str
    rule: Rule = field(compare=False)
    rules: int = field(default=1, compare=False)


@cache
def _vocab() -> Any:
    """A spaCy vocabulary without language data, shared by all taggers of a process and made when the first turn is matched.

    The words are tokenized already, and a blank English pipeline, whose tokenizer nobody would call, takes 0.3 s to make.
    """
    from spacy.vocab import Vocab

    return Vocab()


class Tagger:
    """The compiled rules of a lexicon.

    Words in `passed_over` ("really", "just") do not exist for patterns that do not mention them. `by_word` is the index that
    the property `by_word` gave for the very same rules, so that only those are read that a turn may need. `without_spacy`
    matches word by word (`pipeline.concepts.direct`): it finds the same, and spaCy is not imported.
    """

    def __init__(
        self,
        rules: Sequence[Rule],
        passed_over: frozenset[str] = frozenset(),
        by_word: Mapping[str, Sequence[int]] | None = None,
        without_spacy: bool = False,
    ) -> None:
        self._rules = rules
        self._passed_over = passed_over
        self._without_spacy = without_spacy
        self._matchers: dict[int, _PartMatcher] = {}
        self._needed: dict[int, list[frozenset[str]]] = {}
        self._by_word = index_by_word(rules) if by_word is None else by_word

    @property
    def by_word(self) -> dict[str, list[int]]:
        """The inverted index: from a word to the numbers of the rules that are to be tried where it is heard."""
        return {word: list(numbers) for word, numbers in self._by_word.items()}

    def find(self, talk: Talk, role: str = "") -> list[Match]:
        """The matches in one turn, in order; of overlapping matches of a concept the longest stays.

        `role` is one of `notation.ROLES`, or empty when unknown.
        """
        sentences = _sentences([w.text for w in talk.words], self._passed_over)
        found: list[Match] = []
        blocked: list[Match] = []
        for sentence in sentences:
            for rule in self._candidates(sentence):
                if not role or not rule.pattern.roles or role in rule.pattern.roles:
                    matches = self._apply(rule, sentence, sentences)
                    (blocked if rule.blocking else found).extend(matches)
        return _longest([m for m in found if not any(_blocks(b, m) for b in blocked)])

    def _candidates(self, sentence: _Sentence) -> Iterator[Rule]:
        """The rules whose needed words are all there, from the index; all others cannot match."""
        numbers = {n for word in sentence.present for n in self._by_word.get(word, ())}
        for number in sorted(numbers):
            if number not in self._needed:
                self._needed[number] = needed_words(self._rules[number].pattern.part.phrase)
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
            matcher = self._matchers[id(part)] = _PartMatcher(part, self._without_spacy, self._passed_over)
        return matcher.spans(sentence)


def index_by_word(rules: Iterable[Rule]) -> dict[str, list[int]]:
    """The inverted index of the rules: each under the rarest set of words of which one is heard wherever it applies."""
    found: dict[str, list[int]] = {}
    for number, rule in enumerate(rules):
        for word in min(needed_words(rule.pattern.part.phrase), key=cost):
            found.setdefault(word, []).append(number)
    return found


class _PartMatcher:
    """One part of a pattern as matchers, built when a sentence first has all the words that it needs."""

    def __init__(self, part: Part, without_spacy: bool, passed_over: frozenset[str]) -> None:
        self._part = part
        self._without_spacy = without_spacy
        self._needed = needed_words(part.phrase)
        self._needs_every_word = bool(words_of(part.phrase) & passed_over)

    @cached_property
    def _groups(self) -> list[_Group]:
        """The variants of the part, by the words of which a sentence must have one for them to match."""
        by_key: dict[frozenset[str], list[tuple[Spec, ...]]] = {}
        for variant in variants(self._part.phrase):
            required = [spec.forms for spec in variant if spec.forms and spec.operator == "1"]
            by_key.setdefault(min(required, key=cost), []).append(variant)
        return [_Group(key, found, self._without_spacy) for key, found in by_key.items()]

    def spans(self, sentence: _Sentence) -> list[tuple[int, int]]:
        """Where the part stands, as word indices of the turn."""
        if any(words.isdisjoint(sentence.present) for words in self._needed):
            return []
        groups = [g for g in self._groups if not g.key.isdisjoint(sentence.present)]
        if not groups:
            return []
        read = sentence.full if self._needs_every_word else sentence.light
        spans = {s for group in groups for s in group.spans(read) if _ends_fit(self._part, read.words, *s)}
        return [(read.places[a], read.places[b - 1] + 1) for a, b in sorted(spans)]


@dataclass
class _Group:
    """Variants of a part that share `key`; their matcher is built when a sentence first has a word of it."""

    key: frozenset[str]
    variants: list[tuple[Spec, ...]]
    without_spacy: bool

    def spans(self, read: _Reading) -> list[tuple[int, int]]:
        if all(len(variant) == 1 for variant in self.variants):
            return [
                (n, n + 1) for n, word in enumerate(read.words) if word in self.key
            ]  # no matcher is needed
        if self.without_spacy:
            return direct.spans(self.variants, read.words)
        return [(first, last) for _, first, last in self._matcher(read.doc)]

    @cached_property
    def _matcher(self) -> Any:
        from spacy.matcher import Matcher

        matcher = Matcher(_vocab(), validate=False)
        matcher.add("part", [_spacy_pattern(v) for v in self.variants], greedy="LONGEST")
        return matcher


class _Sentence:
    """The words of one sentence, and the mark it ends with, in two readings: all words, and without those passed over.

    `first` is the place of its first word in the turn.
    """

    def __init__(self, words: list[str], first: int, mark: str, passed_over: frozenset[str]) -> None:
        self.words = words
        self.mark = mark
        self.present = frozenset(words)
        self._first = first
        self._passed_over = passed_over

    @cached_property
    def full(self) -> _Reading:
        return self._reading(range(len(self.words)))

    @cached_property
    def light(self) -> _Reading:
        return self._reading([n for n, word in enumerate(self.words) if word not in self._passed_over])

    def _reading(self, kept: Iterable[int]) -> _Reading:
        kept = list(kept)
        return _Reading([self.words[n] for n in kept], [self._first + n for n in kept])


@dataclass
class _Reading:
    """Words of a sentence, where in the turn each stands, and on demand the same as a spaCy document."""

    words: list[str]
    places: list[int]

    @cached_property
    def doc(self) -> Any:
        from spacy.tokens import Doc

        return Doc(_vocab(), words=self.words)


def _sentences(words: list[str], passed_over: frozenset[str]) -> list[_Sentence]:
    sentences: list[_Sentence] = []
    first = 0
    for at in range(len(words) + 1):
        if at == len(words) or words[at] in SENTENCE_MARKS:
            if at > first:
                mark = words[at] if at < len(words) else ""
                sentences.append(_Sentence(words[first:at], first, mark, passed_over))
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


def _longest(matches: Sequence[Match]) -> list[Match]:
    """Of overlapping matches of a concept the longest, each with how many of the concept's rules match in the turn."""
    agreeing: dict[str, set[str]] = {}
    for match in matches:
        agreeing.setdefault(match.concept, set()).add(match.rule.pattern.source)
    kept: list[Match] = []
    for match in sorted(matches, key=lambda m: (m.first - m.last, m.first)):
        if not any(
            k.concept == match.concept and k.first < match.last and match.first < k.last for k in kept
        ):
            kept.append(replace(match, rules=len(agreeing[match.concept])))
    return sorted(kept)
