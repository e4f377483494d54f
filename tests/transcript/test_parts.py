"""Parts partition the recording, cut no utterance, and have ids of their own."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.timing import Span
from pipeline.transcript import Aligned, AlignmentReport, Kind, Part, Token, Verdict
from pipeline.transcript.parts import Said, between_utterances, cast_of, closed, named, utterances
from pipeline.transcript.utterances import build

END_MS = 10_000
KINDS = st.sampled_from(["introduction", "vignette", "commentary", "closing", "Q & A", "q-a", "!"])


def part(kind: str, start_ms: int = 0) -> Part:
    return Part("", kind, "", Span(start_ms, start_ms))


def said(start_ms: int, end_ms: int, speaker: str | None = "s1", text: str = "yes") -> Said:
    return Said(Span(start_ms, end_ms), speaker, text)


@given(st.lists(st.integers(0, END_MS), min_size=1).map(sorted), st.lists(st.integers(0, END_MS - 1)))
def test_closed_parts_partition_the_recording(starts: list[int], spoken: list[int]) -> None:
    talk = [said(at, at + 1, f"s{n}") for n, at in enumerate(spoken)]
    found = closed([part("vignette", at) for at in starts], talk, END_MS)
    edges = [p.span.start_ms for p in found]
    assert [p.span for p in found] == [Span(a, b) for a, b in zip(edges, [*edges[1:], END_MS], strict=True)]
    assert edges == sorted({at for at in starts if at < END_MS})
    in_casts = [speaker for p in found for speaker in p.cast]
    assert sorted(in_casts) == sorted(s.speaker or "" for s in talk if s.span.start_ms >= starts[0])


@given(st.lists(KINDS))
def test_named_parts_have_ids_and_titles_of_their_own(kinds: list[str]) -> None:
    found = named([part(kind) for kind in kinds])
    assert [p.kind for p in found] == kinds
    assert len({p.id for p in found}) == len(kinds)
    assert all(p.title and p.id == p.id.strip() and " " not in p.id for p in found)


def test_a_number_is_given_where_there_are_several_and_to_every_vignette() -> None:
    found = named([part("introduction"), part("vignette"), part("commentary"), part("commentary")])
    assert [(p.id, p.title) for p in found] == [
        ("introduction", "Introduction"),
        ("vignette-1", "Vignette 1"),
        ("commentary-1", "Commentary 1"),
        ("commentary-2", "Commentary 2"),
    ]


@pytest.mark.parametrize(
    ("at_ms", "snapped_ms"),
    [(999, 999), (1000, 1000), (1400, 1000), (1500, 1000), (1900, 2000), (2000, 2000)],
)
def test_no_boundary_cuts_an_utterance(at_ms: int, snapped_ms: int) -> None:
    assert between_utterances(at_ms, [said(1000, 2000)]) == snapped_ms


def test_the_cast_is_ordered_by_words_and_leaves_out_the_unknown() -> None:
    talk = [
        said(0, 1, "tim", "One two."),
        said(1, 2, "jax", "One, two, three."),
        said(2, 3, None, "A b c d e."),
    ]
    assert cast_of(talk) == ("jax", "tim")


def test_sounds_and_text_that_nobody_says_are_not_spoken() -> None:
    tokens = (
        Token("[sighs]", Span(0, 100), kind=Kind.SOUND),
        Token("Well,", Span(100, 200)),
        Token("don't.", Span(200, 300)),
        Token("THE END", Span(5000, 5100), kind=Kind.UNSPOKEN),
    )
    (only,) = utterances(tokens, build(Aligned(tokens, AlignmentReport(Verdict.IN_SYNC))))
    assert (only.span, only.text, only.words) == (Span(100, 300), "Well, don't.", ("well", "don't"))
