"""The lexicon's regression test on its own sentences: every example must be found, no counterexample may be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pipeline.concepts.coder import Coder
from pipeline.concepts.lexicon import Concept, Lexicon
from pipeline.errors import counted

# So many sentences say what a concept is, and so many what it is not: fewer prove neither (the README asks for them).
MIN_EXAMPLES = 3
MIN_COUNTEREXAMPLES = 2


@dataclass(frozen=True, slots=True)
class Failure:
    """A sentence of the lexicon that is coded otherwise than it says; `rule` is the pattern that wrongly found it.

    `lacks` says of a concept that it has too few of them."""

    concept: str
    sentence: str
    rule: str = ""
    lacks: str = ""

    def __str__(self) -> str:
        if self.lacks:
            return f"{self.concept}: {self.lacks}"
        if self.rule:
            return f"{self.concept}: the counterexample “{self.sentence}” is found by {self.rule}"
        return f"{self.concept}: no pattern finds the example “{self.sentence}”"


def check(lexicon: Lexicon) -> list[Failure]:
    """What fails, in the order of the file; an empty list is what an author wants to see."""
    coder = Coder(lexicon)
    return [failure for concept in lexicon.concepts for failure in _failures(concept, coder)]


def _failures(concept: Concept, coder: Coder) -> Iterator[Failure]:
    for kind, found, least in (
        ("example", concept.examples, MIN_EXAMPLES),
        ("counterexample", concept.counterexamples, MIN_COUNTEREXAMPLES),
    ):
        if len(found) < least:
            lacks = f"it has {counted(len(found), kind)}, and needs {least}"
            yield Failure(concept.id, "", lacks=lacks)
    for sentence in concept.examples:
        if concept.id not in coder.concepts_in(sentence):
            yield Failure(concept.id, sentence)
    for sentence in concept.counterexamples:
        for finding in coder.code(sentence):
            if finding.concept == concept.id:
                yield Failure(concept.id, sentence, finding.rule)
