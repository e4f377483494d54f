"""What may stand at the cursor of a query, queries made narrower, and the places of hits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.concepts import codebook
from pipeline.search import Codebook, Index, QueryError
from pipeline.search.query.completion import MAX_CHOICES, complete
from pipeline.search.query.narrowing import narrowed
from tests.support import search_makers

CODES = codebook.load()
PIECES = st.sampled_from(
    ["concept:", "speaker:", '"', "(", ")", " ", "-", "OR ", "->", "within", "door", "a", ":", "x:y", "é", "\u200b", ">0.5"]
)  # fmt: skip
QUERIES = st.lists(st.one_of(PIECES, st.text(max_size=4)), max_size=12).map("".join)


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    clinic = search_makers.document("clinic", search_makers.CLINIC, "One to one", draft=True)
    folder = search_makers.save(tmp_path_factory.mktemp("transcripts"), search_makers.demo(), clinic)
    Index.update(folder)
    with Index.of(folder, Codebook.of(search_makers.BROADER)) as opened:
        yield opened


def texts(found):
    return [choice.text for choice in found.choices]


def taken(query, found, choice):
    """The query once a choice was taken."""
    return query[: found.first] + choice.text + query[found.last :]


@pytest.mark.parametrize(
    "query, caret, offered",
    [("con", 3, "concept:"), ("concept:sha", 11, "shame-guilt"), ("concept:guilt", 13, "shame-guilt"),
     ("door speaker:ru", 15, '"Ruth Calder"'), ('speaker:"ruth c', 15, '"Ruth Calder"'), ("video:thursday", 14, "demo"),
     ("kind:comm", 9, "commentary"), ("asked:", 6, "yes"), ("(door O", 7, "OR"), ("a -> b wi", 9, "within 60s"),
     ("a -> b by:", 10, "other"), ("role:", 5, "therapist"), ("-spea", 5, "speaker:"), ("mar", 3, 'speaker:"Daniel Marsh"')],
)  # fmt: skip
def test_what_may_stand_there_is_offered_and_makes_a_query_that_can_be_read(index, query, caret, offered):
    found = complete(query, caret, index.codebook, index.connection)
    assert offered in texts(found)
    whole = taken(query, found, next(c for c in found.choices if c.text == offered))
    if not whole.endswith((":", "OR", "trigger")) and "(" not in whole:
        index.search(whole)


@pytest.mark.parametrize(
    "query, caret", [("", 0), ('say "he con', 11), ("xyzzy", 5), ("nonsense:x", 10), ("b wi", 4)]
)
def test_where_nothing_is_known_to_fit_nothing_is_offered(index, query, caret):
    assert "within 60s" not in texts(complete(query, caret, index.codebook, index.connection))
    if query != "b wi":
        assert not texts(complete(query, caret, index.codebook, index.connection)) or query == ""


def test_the_rest_of_the_word_is_replaced_and_what_stands_behind_it_stays(index):
    query = "concept:shxyz door"
    found = complete(query, 10, index.codebook, index.connection)
    assert taken(query, found, found.choices[0]) == "concept:shame-guilt door"
    quoted = 'speaker:"ru hello" door'
    found = complete(quoted, 11, index.codebook, index.connection)
    assert taken(quoted, found, found.choices[0]) == 'speaker:"Ruth Calder" door'


@given(QUERIES, st.integers(-3, 40))
def test_no_query_is_too_strange(query, caret):
    found = complete(query, caret, CODES, None)
    assert 0 <= found.first <= found.last <= len(query) and len(found.choices) <= MAX_CHOICES
    assert len({c.text for c in found.choices}) == len(found.choices)


def places(index, query):
    return {(p.video, p.start_ms) for p in index.places(query, 1000)}


@pytest.mark.parametrize(
    "query",
    [
        "door",
        "door OR angry",
        "(door OR angry) -glad",
        '"felt angry" OR café',
        "concept:emotion",
        "felt OR (a b)",
    ],
)
@pytest.mark.parametrize(
    "field, value", [("video", "demo"), ("speaker", "Maya"), ("concept", "emotion"), ("kind", "vignette")]
)
def test_a_narrower_query_finds_exactly_those_of_its_hits_that_fulfil_the_condition(
    index, query, field, value
):
    alone = places(index, f'{field}:"{value}"')
    assert places(index, narrowed(query, field, value)) == places(index, query) & alone


def test_a_sequence_is_narrowed_in_its_first_step(index):
    query = "concept:emotion OR angry -> speaker:ruth within 600s"
    assert (
        narrowed(query, "speaker", "Maya")
        == "(concept:emotion OR angry) speaker:Maya -> speaker:ruth within 600s"
    )
    assert places(index, narrowed(query, "video", "demo")) <= places(index, query)


def test_what_cannot_be_read_is_not_narrowed():
    with pytest.raises(QueryError):
        narrowed('"open', "video", "demo")


def test_places_are_those_of_the_hits_with_their_videos_length(index):
    results = index.search("angry", 100)
    found = index.places("angry", 100)
    assert {(p.video, p.start_ms) for p in found} == {(h.moments[0].video, h.start_ms) for h in results.hits}
    assert [p.start_ms for p in found if p.video == "demo"] == sorted(
        p.start_ms for p in found if p.video == "demo"
    )
    assert all(0 <= p.start_ms < p.end_ms <= p.duration_ms for p in found)
    assert len(index.places("angry", 1)) == 1
