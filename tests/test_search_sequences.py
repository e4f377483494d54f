"""Chains of utterances, against every chain there is."""

from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.search.language import And, Step
from pipeline.search.sequences import Candidate, chains

UTTERANCES = st.lists(
    st.tuples(
        st.integers(0, 1),  # document
        st.integers(0, 9000),  # silence before it, may overlap the one before
        st.sampled_from([None, 1, 2, 3]),
        st.integers(1, 2),
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
    """Candidates in order of their ids; speakers are numbered across documents, as in the index."""
    found, counts, at = [], {0: 0, 1: 0}, {0: 0, 1: 0}
    for document, silence, speaker, vignette in sorted(rows, key=lambda r: r[0]):
        at[document] += silence
        speaker = speaker and speaker + 10 * document
        start = at[document]
        scene = vignette + 10 * document + (10 if start > 30_000 else 0)
        found.append(Candidate((document + 1 << 20) + counts[document], start, start + 3000, speaker, scene))
        counts[document] += 1
    return found


def allowed(a, b, step):
    """What the limits say, as they are documented."""
    if b.id <= a.id or b.id >> 20 != a.id >> 20:
        return False
    if step.by != "anyone" and (
        a.speaker is None or b.speaker is None or (a.speaker == b.speaker) != (step.by == "same")
    ):
        return False
    if step.within_ms is not None and b.start_ms - a.end_ms > step.within_ms:
        return False
    if step.within_utterances is not None and b.id - a.id > step.within_utterances:
        return False
    return not step.same_vignette or a.vignette == b.vignette


@given(UTTERANCES, st.lists(STEPS, min_size=1, max_size=2), st.data())
@settings(max_examples=150, deadline=None)
def test_a_chain_is_found_exactly_when_there_is_one(rows, later, data):
    later = [
        s if not s.same_vignette else Step(s.node, s.within_ms, s.within_utterances, False, s.by)
        for s in later
    ]
    everything = build(rows)
    steps = [Step(And(())), *later]
    candidates = [
        data.draw(st.lists(st.sampled_from(everything), unique=True)) if everything else [] for _ in steps
    ]
    candidates = [sorted(c) for c in candidates]

    def starts(at):
        """The candidates of a step from which some chain goes to the end."""
        if at == len(steps) - 1:
            return set(candidates[at])
        return {a for a in candidates[at] if any(allowed(a, b, steps[at + 1]) for b in starts(at + 1))}

    by_id = {c.id: c for c in everything}
    found = chains(candidates, steps)
    assert {c.ids[0] for c in found} == {a.id for a in starts(0)}
    assert len({c.ids[0] for c in found}) == len(found)
    for chain in found:
        pairs = zip(chain.ids[:-1], chain.ids[1:], steps[1:], strict=True)
        assert all(allowed(by_id[a], by_id[b], s) for a, b, s in pairs)
    assert [c.gap_ms for c in found] == sorted(c.gap_ms for c in found)


def test_within_a_vignette():
    first = Candidate(1, 0, 10, 1, 7)
    inside, outside = Candidate(2, 20, 30, 1, 7), Candidate(3, 40, 50, 1, 8)
    step = Step(And(()), same_vignette=True)
    assert [c.ids for c in chains([[first], [inside, outside]], [Step(And(())), step])] == [(1, 2)]
    assert chains([[first], [outside]], [Step(And(())), step]) == []


def test_the_nearest_continuation_that_itself_goes_on_is_taken():
    a, early, late, end = (Candidate(n, n * 1000, n * 1000 + 500, n % 2, None) for n in (1, 2, 4, 5))
    steps = [Step(And(())), Step(And(())), Step(And(()), within_ms=1000)]
    (chain,) = chains([[a], [early, late], [end]], steps)
    assert chain.ids == (1, 4, 5)
    assert chain.gap_ms == 3500
