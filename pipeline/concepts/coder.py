"""Coding: one turn of talk in, its concepts out, each with its evidence, its rule and its assertion status."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipeline.concepts.assertion import Assertion, assertion_of
from pipeline.concepts.lexicon import Lexicon
from pipeline.concepts.matching import Tagger
from pipeline.concepts.normalize import normalize


@dataclass(frozen=True, slots=True)
class Finding:
    """A concept in a text: its evidence is the characters `[start, end)`, `rule` the pattern that found it, as written.

    Findings are stored between runs: the names of the fields are those of the store.
    """

    concept: str
    start: int
    end: int
    rule: str
    manner: Assertion


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
    ) -> None:
        self.lexicon = lexicon
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
        for match in self._tagger.find(talk, role):
            start, end = talk.words[match.first].start, talk.words[match.last - 1].end
            found.append(
                Finding(match.concept, start, end, match.rule.pattern.source, assertion_of(match, talk))
            )
        return found

    def concepts_in(self, text: str, role: str = "") -> frozenset[str]:
        """Only which concepts a turn carries."""
        return frozenset(finding.concept for finding in self.code(text, role))
