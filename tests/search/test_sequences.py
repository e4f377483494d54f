"""Chains of utterances, against every chain there is."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.search.answers.sequences import chains
from pipeline.search.index.timeline import UNKNOWN, Timeline, pack
from pipeline.search.query.parser import And, Step
from tests.support.examples import examples

UTTERANCES = st.lists(
    st.tuples(
        st.integers(0, 1),  # document
        st.integers(0, 9000),  # silence before it, may overlap the one before
        st.sampled_from([None, 1, 2, 3]),
        st.sampled_from([None, 1, 2]),
    ),
    max_size=14,
)
STEPS = st.builds(
    Step,
    st.just(And(())),
    st.sampled_from([None, 0, 2000, 20_000]),
    st.sampled_from([None, 1, 3]),
    st.booleans(),
    st.sampled_from(["anyone", "other", "same"]),
)


def build(rows):
    """The timeline of two documents; speakers are numbered across documents, as in the index."""
    blobs = []
    for document in (0, 1):
        at, columns = 0, []
        for _, silence, speaker, vignette in (r for r in rows if r[0] == document):
            at += silence
            scene = vignette and vignette + 10 * document
            columns.append((at, at + 3000, speaker and speaker + 10 * document, scene))
        blobs.append((document + 5, pack(columns)))
    return Timeline.of(blobs)


def allowed(t, a, b, step):
    """What the limits say, as they are documented."""
    if b <= a or t.documents(np.array([a]))[0] != t.documents(np.array([b]))[0]:
        return False
    speakers = t.speaker[a], t.speaker[b]
    if step.by != "anyone" and (UNKNOWN in speakers or (speakers[0] == speakers[1]) != (step.by == "same")):
        return False
    if step.within_ms is not None and t.start_ms[b] - t.end_ms[a] > step.within_ms:
        return False
    if step.within_utterances is not None and b - a > step.within_utterances:
        return False
    return not step.same_vignette or t.vignette[a] == t.vignette[b] != UNKNOWN


@given(UTTERANCES, st.lists(STEPS, min_size=1, max_size=2), st.data())
@settings(max_examples=examples(150), deadline=None)
def test_a_chain_is_found_exactly_when_there_is_one(rows, later, data):
    t = build(rows)
    steps = [Step(And(())), *later]
    drawn = [data.draw(st.sets(st.integers(0, len(rows) - 1))) if rows else set() for _ in steps]
    candidates = [np.array(sorted(c), np.int64) for c in drawn]

    def starts(at):
        """The candidates of a step from which some chain goes to the end."""
        if at == len(steps) - 1:
            return set(candidates[at].tolist())
        after = starts(at + 1)
        return {a for a in candidates[at].tolist() if any(allowed(t, a, b, steps[at + 1]) for b in after)}

    found = chains(t, candidates, steps)
    firsts = found.places[:, 0].tolist()
    assert set(firsts) == starts(0)
    assert len(set(firsts)) == len(firsts)
    for chain, gap_ms in zip(found.places.tolist(), found.gap_ms.tolist(), strict=True):
        pairs = zip(chain[:-1], chain[1:], steps[1:], strict=True)
        assert all(allowed(t, a, b, s) for a, b, s in pairs)
        assert gap_ms == max(0, t.start_ms[chain[-1]] - t.end_ms[chain[0]])
    assert found.gap_ms.tolist() == sorted(found.gap_ms.tolist())


def one(*rows):
    return Timeline.of([(5, pack(rows))])


def test_within_a_vignette():
    t = one((0, 10, 1, 7), (20, 30, 1, 7), (40, 50, 1, 8))
    steps = [Step(And(())), Step(And(()), same_vignette=True)]
    assert chains(t, [np.array([0]), np.array([1, 2])], steps).places.tolist() == [[0, 1]]
    assert chains(t, [np.array([0]), np.array([2])], steps).places.tolist() == []


def test_the_nearest_continuation_that_itself_goes_on_is_taken():
    t = one(*((n * 1000, n * 1000 + 500, n % 2, None) for n in range(6)))
    steps = [Step(And(())), Step(And(())), Step(And(()), within_ms=600)]
    found = chains(t, [np.array([1]), np.array([2, 4]), np.array([5])], steps)
    assert (found.places.tolist(), found.gap_ms.tolist()) == ([[1, 4, 5]], [3500])


def test_places_and_ids_are_inverse():
    t = Timeline.of([(3, pack([(0, 1, None, None)] * 4)), (9, pack([(0, 1, 2, 3)] * 2))])
    ids = np.array([(9 << 20) + 1, 3 << 20, (3 << 20) + 3, (4 << 20) + 1, 99 << 20])
    assert t.places(ids).tolist() == [0, 3, 5]
    assert t.ids(t.places(ids)).tolist() == [3 << 20, (3 << 20) + 3, (9 << 20) + 1]
    assert Timeline.of([]).places(ids).tolist() == []
