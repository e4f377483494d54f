"""Caption edits: whatever is joined and divided, every word is in just one cue."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits.cues import CueRequest, CueSheet
from pipeline.edits.model import Anchor, Decision, Merge
from pipeline.timing import Span
from pipeline.transcript import Captions, Cue, Token

WORDS = 12
TOKENS = [Token(f"w{k}", Span(1000 * k, 1000 * k + 900)) for k in range(WORDS)]
BY = Decision("", "Ann", Merge(), Anchor("w", 0, 1))


def sheet(*edges: int) -> CueSheet:
    """A sheet of cues divided at these tokens."""
    ends = [0, *edges, WORDS]
    pairs = itertools.pairwise(ends)
    cues = (Cue(Span(1000 * a, 1000 * b - 100), a, b) for a, b in pairs)
    return CueSheet(Captions(tuple(cues)), TOKENS)


@st.composite
def requests(draw):
    first = draw(st.integers(0, WORDS - 1))
    last = draw(st.integers(first + 1, WORDS))
    start_ms = draw(st.none() | st.integers(0, 12_000))
    length_ms = draw(st.integers(1, 5000))
    end_ms = None if start_ms is None else draw(st.none() | st.just(start_ms + length_ms))
    return CueRequest(first, last, start_ms, end_ms)


@given(st.sets(st.integers(1, WORDS - 1)), st.lists(requests(), max_size=6))
def test_every_word_stays_in_just_one_cue(edges, wanted):
    made = sheet(*sorted(edges))
    for request in wanted:
        made.make(request, BY)
        assert made.holds(request.first, request.last)
    cues = made.captions().cues
    assert sorted(k for c in cues for k in range(c.first, c.last)) == list(range(WORDS))
    assert all(c.span.duration_ms > 0 for c in cues)


@given(requests())
def test_a_wanted_time_is_the_cues_time(request):
    made = sheet(4, 8)
    made.make(request, BY)
    cue = next(c for c in made.captions().cues if (c.first, c.last) == (request.first, request.last))
    assert request.start_ms in (None, cue.span.start_ms)
    assert request.end_ms in (None, cue.span.end_ms)


@given(st.integers(1, WORDS - 1), st.none() | st.integers(0, 20_000))
def test_a_divided_cue_is_two_that_meet(at, start_ms):
    made = sheet()
    made.split(0, at, WORDS, start_ms, BY)
    one, other = made.captions().cues
    assert (one.first, one.last, other.first, other.last) == (0, at, at, WORDS)
    assert one.span.end_ms == other.span.start_ms


def test_a_machines_cue_gives_way_to_a_persons():
    made = sheet(4)
    made.make(CueRequest(4, WORDS, 3000, 12_000), BY)
    assert [c.span.end_ms for c in made.captions().cues] == [3000, 12_000]


def test_merged_lines_are_balanced_when_there_are_too_many():
    made = sheet(3, 6, 9)
    made.make(CueRequest(0, WORDS), BY)
    (cue,) = made.captions().cues
    assert cue.breaks == (6,)
