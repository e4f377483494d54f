"""Concept tag edits: confirm, reject or add a tag, as people decided."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import replace

from pipeline.transcript import Concepts, ConceptTag, Token, Utterance, Voices

BY_A_PERSON = "decided by a person"
"""The rule of a tag that no pattern found."""


def tagged(concepts: Concepts, concept: str, first: int, last: int) -> tuple[ConceptTag, ...]:
    """The tags of a concept whose evidence shares a word with `[first, last)`."""
    return tuple(t for t in concepts.tags if t.concept == concept and t.first < last and first < t.last)


def without(concepts: Concepts, gone: Sequence[ConceptTag]) -> Concepts:
    """The concepts without the tags `gone`."""
    return replace(concepts, tags=tuple(t for t in concepts.tags if t not in gone))


def with_tag(
    concepts: Concepts, concept: str, first: int, last: int, tokens: Sequence[Token], voices: Voices
) -> Concepts:
    """The concepts with one more tag, whose evidence is the tokens `[first, last)`."""
    at = bisect_right(voices.utterances, first, key=lambda u: u.first) - 1
    utterance = voices.utterances[at]
    start = _chars(tokens, utterance, first)
    end = _chars(tokens, utterance, min(last, utterance.last)) - 1
    tag = ConceptTag(concept, utterance.id, first, last, start, end, BY_A_PERSON)
    tags = sorted((*concepts.tags, tag), key=lambda t: (t.first, t.last))
    return replace(concepts, tags=tuple(tags))


def _chars(tokens: Sequence[Token], utterance: Utterance, at: int) -> int:
    """Where token `at` begins in the utterance's text."""
    return sum(len(t.text) + 1 for t in tokens[utterance.first : at])
