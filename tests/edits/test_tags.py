"""Concept tags by hand: found by the words they share, taken out, and put in with the characters of their evidence."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits.tags import BY_A_PERSON, tagged, with_tag, without
from pipeline.timing import Span
from pipeline.transcript import Concepts, ConceptTag, Token, Utterance, Voices

ranges = st.tuples(st.integers(0, 9), st.integers(1, 5)).map(lambda x: (x[0], x[0] + x[1]))
concepts = st.sampled_from(("trigger", "shame"))


def tag(concept: str, first: int, last: int) -> ConceptTag:
    return ConceptTag(concept, "u", first, last, 0, 1, "a pattern")


@given(st.lists(st.tuples(concepts, ranges), max_size=8), concepts, ranges)
def test_the_tags_of_a_concept_that_share_a_word(held, concept, wanted):
    found = tuple(tag(c, *r) for c, r in held)
    shared = [t for t in found if t.concept == concept and set(range(t.first, t.last)) & set(range(*wanted))]
    assert list(tagged(Concepts(tags=found), concept, *wanted)) == shared


@given(st.lists(st.tuples(concepts, ranges), max_size=8), concepts, ranges)
def test_what_is_taken_out_is_gone_and_the_rest_stays(held, concept, wanted):
    before = Concepts(tags=tuple(tag(c, *r) for c, r in held))
    gone = tagged(before, concept, *wanted)
    after = without(before, gone)
    assert tagged(after, concept, *wanted) == ()
    assert [t for t in before.tags if t not in gone] == list(after.tags)
    assert without(before, ()) == before


@st.composite
def talks(draw):
    """Words of any length in utterances one behind the other, and a range of them."""
    sizes = draw(st.lists(st.integers(1, 5), min_size=1, max_size=4))
    words = draw(st.lists(st.text("abü", min_size=1, max_size=5), min_size=sum(sizes), max_size=sum(sizes)))
    begins = [sum(sizes[:k]) for k in range(len(sizes) + 1)]
    utterances = tuple(Utterance(a, b, None, f"u{k}") for k, (a, b) in enumerate(pairwise(begins)))
    tokens = tuple(Token(w, Span(0, 1)) for w in words)
    first = draw(st.integers(0, len(words) - 1))
    return tokens, utterances, first, draw(st.integers(first + 1, len(words)))


@given(talks())
def test_a_new_tag_bears_the_characters_of_its_evidence_in_the_utterance_where_it_begins(talk):
    tokens, utterances, first, last = talk
    (made,) = with_tag(Concepts(), "shame", first, last, tokens, Voices((), (), utterances)).tags
    (own,) = [u for u in utterances if u.first <= first < u.last]
    text = " ".join(t.text for t in tokens[own.first : own.last])
    assert (made.concept, made.utterance, made.rule) == ("shame", own.id, BY_A_PERSON)
    assert (made.first, made.last) == (first, last)
    evidence = " ".join(t.text for t in tokens[first : min(last, own.last)])
    assert text[made.start_char : made.end_char] == evidence
    assert made.end_char <= len(text)


@given(st.lists(st.tuples(concepts, ranges), max_size=6), ranges)
def test_tags_stay_in_the_order_of_their_words(held, new):
    tokens = tuple(Token("word", Span(0, 1)) for _ in range(15))
    before = Concepts(tags=tuple(sorted((tag(c, *r) for c, r in held), key=lambda t: (t.first, t.last))))
    after = with_tag(before, "shame", *new, tokens, Voices((), (), (Utterance(0, 15, None, "u"),)))
    assert [(t.first, t.last) for t in after.tags] == sorted((t.first, t.last) for t in after.tags)
    assert len(after.tags) == len(before.tags) + 1
    assert all(t in after.tags for t in before.tags)
