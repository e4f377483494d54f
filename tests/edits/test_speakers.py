"""Speaker edits: passages change hands, and nothing else does."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits.speakers import given_to, renamed, speaker_called, with_person, with_speaker
from pipeline.timing import Span
from pipeline.transcript import Speaker, Token, Turn, Utterance, Voices

WORDS = 10
TOKENS = [Token(f"w{k}", Span(1000 * k, 1000 * k + 1000)) for k in range(WORDS)]
PEOPLE = (Speaker("s1", "Ruth"), Speaker("s2", "Daniel Marsh"))


def voices(edges: list[int]) -> Voices:
    """Utterances divided at these tokens, said by two people in turn."""
    ends = [0, *edges, WORDS]
    utterances, turns = [], []
    for k, (first, last) in enumerate(itertools.pairwise(ends)):
        speaker = PEOPLE[k % 2].id
        utterances.append(Utterance(first, last, speaker, f"u{k}"))
        turns.append(Turn(speaker, Span(1000 * first, 1000 * last)))
    return Voices(PEOPLE, tuple(turns), tuple(utterances))


def said_by(found: Voices) -> list[str | None]:
    return [u.speaker for u in found.utterances for _ in range(u.first, u.last)]


EDGES = st.sets(st.integers(1, WORDS - 1)).map(sorted)


@given(EDGES, st.integers(0, WORDS - 1), st.integers(1, WORDS), st.sampled_from(["s1", "s2", None]))
def test_just_these_words_change_hands(edges, first, size, speaker):
    last = min(WORDS, first + size)
    before = voices(edges)
    after = given_to(before, TOKENS, first, last, speaker)
    wanted = said_by(before)
    wanted[first:last] = [speaker] * (last - first)
    assert said_by(after) == wanted
    assert len({u.id for u in after.utterances}) == len(after.utterances)


@given(EDGES, st.integers(0, WORDS - 1), st.integers(1, WORDS), st.sampled_from(["s1", "s2"]))
def test_turns_follow_the_words(edges, first, size, speaker):
    last = min(WORDS, first + size)
    after = given_to(voices(edges), TOKENS, first, last, speaker)
    for token, who in zip(TOKENS, said_by(after), strict=True):
        assert {t.speaker for t in after.turns if t.span.overlap_ms(token.span)} == {who}
    assert not any(t.overlap for t in after.turns)


def test_overlapping_turns_are_marked():
    before = Voices(
        PEOPLE,
        (Turn("s1", Span(0, 5000)), Turn("s1", Span(5000, 10_000)), Turn("s2", Span(4000, 6000))),
        (Utterance(0, 5, "s1", "u0"), Utterance(5, 10, "s1", "u1")),
    )
    after = given_to(before, TOKENS, 0, 2, "s2")
    assert {(t.speaker, t.span.start_ms, t.overlap) for t in after.turns} == {
        ("s2", 0, False), ("s1", 2000, True), ("s2", 4000, True), ("s1", 5000, True),
    }  # fmt: skip


@given(st.text(max_size=20))
def test_a_new_speaker_is_found_again_under_an_id_of_their_own(name):
    found, made = with_speaker(Voices(PEOPLE), name)
    assert speaker_called(found, name) == made
    assert len({s.id for s in found.speakers}) == len(found.speakers)
    assert with_speaker(found, name) == (found, made)


def test_names_are_compared_without_case_and_spaces():
    assert speaker_called(Voices(PEOPLE), "  daniel   MARSH ") == "s2"
    assert speaker_called(Voices(PEOPLE), "Nobody") is None


def test_a_name_and_a_role_are_changed_alone():
    after = renamed(PEOPLE[0], None, "therapist")
    assert with_person(Voices(PEOPLE), after).speakers == (after, PEOPLE[1])
    assert (after.name, after.role) == ("Ruth", "therapist")
    again = renamed(after, "Ruth Calder", None)
    assert (again.name, again.role) == ("Ruth Calder", "therapist")
    assert again.evidence == after.evidence
