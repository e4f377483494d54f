"""Co-occurrence against its definition, pair by pair; spans of marks merged."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from pipeline.search.answers.counts import _count_document, _TaggedUtterance
from pipeline.search.answers.rows import merged

NAMES = ("a", "b", "c")
UTTERANCES = st.lists(
    st.builds(
        lambda start, length, concepts: _TaggedUtterance(start, start + length, concepts),
        st.integers(0, 60),
        st.integers(0, 30),
        st.sets(st.sampled_from(NAMES), min_size=1),
    ),
    max_size=8,
).map(lambda found: sorted(found, key=lambda u: u.start_ms))


def is_near(one: _TaggedUtterance, other: _TaggedUtterance, within_ms: int) -> bool:
    earlier, later = sorted((one, other), key=lambda u: u.start_ms)
    return within_ms > 0 and later.start_ms - earlier.end_ms <= within_ms


@given(UTTERANCES, st.integers(0, 20))
def test_cooccurrence_is_counted_as_it_is_defined(places, within_ms):
    total = dict.fromkeys(NAMES, 0)
    near = {a: dict.fromkeys(NAMES, 0) for a in NAMES}
    _count_document(places, within_ms, total, near)
    for a in NAMES:
        having = [p for p in places if a in p.concepts]
        assert total[a] == len(having)
        for b in NAMES:
            expected = sum(
                any(b in q.concepts and (q is p or is_near(p, q, within_ms)) for q in places) for p in having
            )
            assert near[a][b] == expected


@given(st.lists(st.tuples(st.integers(0, 30), st.integers(1, 10)).map(lambda s: (s[0], s[0] + s[1]))))
def test_merged_spans_cover_the_same_characters_and_do_not_overlap(spans):
    found = merged(spans)
    assert {k for a, b in found for k in range(a, b)} == {k for a, b in spans for k in range(a, b)}
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(found))
