"""Coding: one turn of talk in, its concepts out, each with its evidence, its rule and its assertion status."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from pipeline.concepts import confidence
from pipeline.concepts.assertion import Assertion, assertion_of
from pipeline.concepts.confidence import Confidence, Sighting
from pipeline.concepts.lexicon import Lexicon
from pipeline.concepts.matching import Match, Tagger
from pipeline.concepts.normalize import Talk, normalize
from pipeline.transcript import About


@dataclass(frozen=True, slots=True)
class Finding:
    """A concept in a text: its evidence is the characters `[start, end)`, `rule` the pattern that found it, as written.

    `confidence`, in (0, 1), is the chance that a careful reader gives the tag too. Findings are stored between runs: the names
    of the fields are those of the store.
    """

    concept: str
    start: int
    end: int
    rule: str
    manner: Assertion
    confidence: float = 0.5


class Coder:
    """A dictionary coder: applies a lexicon to turns of talk.

    To make one takes about a second, to code a turn about a millisecond. `by_word` is the index that the property `by_word`
    gave for the very same lexicon: with it only the rules are read that a turn may need. `without_spacy` saves the import of
    spaCy (half a second) and is slower per turn, so it is for few turns.
    """

    def __init__(
        self,
        lexicon: Lexicon,
        by_word: Mapping[str, Sequence[int]] | None = None,
        without_spacy: bool = False,
        certainty: Confidence | None = None,
    ) -> None:
        self.lexicon = lexicon
        self._certainty = certainty or confidence.load()
        rules = lexicon.rules if by_word is None else lexicon.unread
        index = lexicon.by_word if by_word is None else by_word
        self._tagger = Tagger(rules, lexicon.passed_over, index, without_spacy)

    @property
    def by_word(self) -> dict[str, list[int]]:
        """The inverted index of the rules, as `Tagger.by_word`; the numbers are places in the lexicon."""
        return self._tagger.by_word

    def code(self, text: str, role: str = "") -> list[Finding]:
        """The findings in the words of one turn, in order; `role` is "therapist", "client", "narrator", or "" if unknown."""
        talk = normalize(text)
        found: list[Finding] = []
        for match, manner, sighting in self.sightings(talk, role):
            start, end = talk.words[match.first].start, talk.words[match.last - 1].end
            certainty = self._certainty.of(sighting)
            found.append(Finding(match.concept, start, end, sighting.rule, manner, certainty))
        return found

    def sightings(self, talk: Talk, role: str = "") -> Iterator[tuple[Match, Assertion, Sighting]]:
        """The matches in one turn, in order, each with how it is spoken of and what its confidence is judged by."""
        matches = self._tagger.find(talk, role)
        words = [word.text for word in talk.words]
        others = len({match.concept for match in matches}) - 1
        for match in matches:
            manner = assertion_of(match, talk)
            sighting = Sighting(
                match.concept, match.rule.pattern.source, match.last - match.first, match.rules, others, len(words),
                manner.negated, manner.about is About.OTHER, confidence.context(words, match.first, match.last),
            )  # fmt: skip
            yield match, manner, sighting

    def concepts_in(self, text: str, role: str = "") -> frozenset[str]:
        """Only which concepts a turn carries."""
        return frozenset(finding.concept for finding in self.code(text, role))
