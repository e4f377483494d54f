"""The one diff of words: what it says of two sequences is enough to make the one out of the other."""

from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits.token_diff import changes, pairs

WORDS = st.lists(st.sampled_from(["a", "b", "c", "d"]), max_size=9)


@given(ours=WORDS, theirs=WORDS)
def test_changes_make_theirs_of_ours(ours, theirs):
    made, done = [], 0
    for change in changes(ours, theirs):
        assert ours[change.first : change.last] != theirs[change.begin : change.end]
        made += ours[done : change.first]
        assert len(made) == change.begin
        made += theirs[change.begin : change.end]
        done = change.last
    assert made + ours[done:] == theirs


@given(ours=WORDS, theirs=WORDS)
def test_pairs_are_equal_and_rise_and_are_all_that_no_change_names(ours, theirs):
    found = pairs(ours, theirs)
    assert all(ours[a] == theirs[b] for a, b in found.items())
    assert list(found) == sorted(found)
    assert list(found.values()) == sorted(set(found.values()))
    named = {k for c in changes(ours, theirs) for k in range(c.first, c.last)}
    assert named == set(range(len(ours))) - set(found)


@given(words=WORDS)
def test_the_same_is_no_change(words):
    assert changes(words, words) == []
