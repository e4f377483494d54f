"""Names of a query: found whatever their case, and an unknown one answered with the nearest, the caret under it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.concepts.codebook import Code, Codebook
from pipeline.errors import QueryError
from pipeline.formats.document import reader
from pipeline.search.index import schema
from pipeline.search.index.write import IndexingRun
from pipeline.search.query.names import Names, nearest
from pipeline.search.query.parser import Field
from pipeline.words import name_key
from tests.support import search_makers
from tests.support.examples import examples

CODES = Codebook(
    {
        c.id: c
        for c in (
            Code("emotion"),
            Code("shame-guilt", "Shame and guilt", broader="emotion"),
            Code("emotion-naming", broader="emotion"),
            Code("never-found", broader="emotion"),
            Code("lonely"),
        )
    }
)


@pytest.fixture(scope="module")
def names():
    """The group of the makers and the clinic in one index in memory."""
    connection = schema.create(Path(":memory:"))
    connection.create_function("fold", 1, name_key, deterministic=True)
    run = IndexingRun(connection, Path(), Path(), lambda *_: None)
    group = search_makers.document("group")
    group["speakers"][0]["name"] = "Daniel Marsh"
    clinic = search_makers.document("clinic", search_makers.CLINIC, "One to one")
    for key, made in enumerate((group, clinic), 1):
        path = Path(f"{made['media']['name']}.json")
        run.insert(reader.parse(json.dumps(made).encode(), path), key, path.name, "", (0, 0, 0))
    yield Names(connection, CODES, "a query")
    connection.close()


def ids_of(names, *concepts):
    held = dict(names.connection.execute("SELECT name, id FROM concepts"))
    return {held[c] for c in concepts}


def test_a_concept_holds_those_under_it_that_were_found(names):
    assert set(names.concepts(Field("concept", "Emotion"))) == ids_of(names, "shame-guilt", "emotion-naming")
    assert set(names.concepts(Field("concept", "shame-guilt"))) == ids_of(names, "shame-guilt")


def test_a_concept_is_known_by_its_label_and_by_being_in_the_index(names):
    assert set(names.concepts(Field("concept", " SHAME  and guilt"))) == ids_of(names, "shame-guilt")
    assert set(names.concepts(Field("concept", "trigger"))) == ids_of(names, "trigger")  # in no codebook


def test_a_concept_that_was_never_found_is_no_mistake(names):
    assert names.concepts(Field("concept", "never-found")) == []
    assert names.concepts(Field("concept", "lonely")) == []


def test_an_id_stays_what_it_is_though_another_concept_has_it_for_a_label(names):
    codes = Codebook({c.id: c for c in (Code("trigger"), Code("cue", "Trigger"))})
    own = Names(names.connection, codes, "")
    assert set(own.concepts(Field("concept", "trigger"))) == ids_of(names, "trigger")


@pytest.mark.parametrize("value", ["daniel", "Marsh", "DANIEL  marsh", "Zoë"])
def test_a_speaker_is_known_by_id_and_by_each_word_of_the_name(names, value):
    assert names.speaker(Field("speaker", value)) == name_key(value)


def test_a_role_is_known_whatever_its_case(names):
    assert names.role(Field("role", "CoTherapist")) == "cotherapist"


def labels(names, condition):
    sql, parameters = condition
    rows = names.connection.execute(
        f"SELECT document, label FROM vignettes WHERE {sql} ORDER BY id", parameters
    )
    return rows.fetchall()


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("1", [(1, "v2")]),  # the first of its kind, after an introduction
        ("2", [(1, "v3")]),
        ("v1", [(1, "v1")]),
        ("FOUR O'CLOCK", [(1, "v3")]),
        (" door ", [(1, "v2")]),
    ],
)
def test_a_vignette_is_known_by_number_id_and_words_of_its_title(names, value, expected):
    assert labels(names, names.vignette(Field("vignette", value))) == expected


def test_a_kind_is_known_though_no_part_has_it(names):
    assert labels(names, names.kind(Field("kind", "Commentary"))) == [(1, "v4")]
    assert labels(names, names.kind(Field("kind", "closing"))) == []


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("group", ["group"]),
        ("group.json", ["group"]),
        ("One to one", ["clinic"]),
        ("THURSDAY", ["group"]),
        ("clin", ["clinic"]),
        ("o", ["group", "clinic"]),
    ],
)
def test_a_video_is_known_by_name_path_title_else_by_words_of_them(names, value, expected):
    sql, parameters = names.video(Field("video", value))
    rows = names.connection.execute(f"SELECT name FROM documents WHERE {sql} ORDER BY key", parameters)
    assert [row[0] for row in rows] == expected


@pytest.mark.parametrize(
    ("value", "meant"), [("yes", True), ("TRUE", True), ("1", True), ("no", False), ("0", False)]
)
def test_yes_and_no(names, value, meant):
    assert names.yes_or_no(Field("draft", value)) is meant


@pytest.mark.parametrize(
    ("method", "value", "what", "remedy"),
    [
        ("concepts", "shame-gilt", "concept", 'did you mean shame-guilt or "shame and guilt"?'),
        ("concepts", "Shame and gilt", "concept", 'did you mean "shame and guilt" or shame-guilt?'),
        ("speaker", "danyel", "speaker", "did you mean daniel?"),
        ("role", "therapis", "role", "did you mean therapist or cotherapist?"),
        ("vignette", "9", "vignette", "there are"),
        ("vignette", "the dor", "vignette", 'did you mean "the door"'),
        ("kind", "comment", "kind of vignette", "did you mean commentary?"),
        ("video", "grupo", "video", "did you mean group?"),
    ],
)
def test_an_unknown_name_is_answered_with_the_nearest(names, method, value, what, remedy):
    with pytest.raises(QueryError) as caught:
        getattr(names, method)(Field("any", value, at=7))
    assert caught.value.problem == f"there is no {what} '{value}'"
    assert caught.value.remedy.startswith(remedy)
    assert (caught.value.at, caught.value.query) == (7, "a query")


def test_where_nothing_is_near_some_are_named_and_the_rest_counted(names):
    known = [f"name {n:02}" for n in range(15)]
    assert names.unknown(Field("video", "zzz"), "video", known).remedy.endswith('"name 11" and 3 more')
    assert names.unknown(Field("video", "zzz"), "video", known[:12]).remedy.endswith('"name 11"')
    assert names.unknown(Field("video", "zzz"), "video", []).remedy == "there are none in this index"


def test_what_is_neither_yes_nor_no_and_what_is_no_time(names):
    with pytest.raises(QueryError, match="draft: is yes or no, not 'maybe'"):
        names.yes_or_no(Field("draft", "maybe"))
    with pytest.raises(QueryError, match="'soon' is no time"):
        names.time_ms(Field("after", "soon"), None)
    assert names.time_ms(Field("after", "0"), 0) == 0


@given(st.text("abc- ", max_size=8), st.lists(st.text("abcABC-", min_size=1, max_size=8), max_size=8))
@settings(max_examples=examples(40))
def test_the_nearest_are_up_to_three_of_the_known_each_once(wanted, known):
    found = nearest(wanted, known)
    assert len(found) <= 3
    assert len(set(map(name_key, found))) == len(found)
    assert set(found) <= set(known)
    if name_key(wanted) in map(name_key, known):
        assert name_key(found[0]) == name_key(wanted)


def test_a_name_is_near_that_begins_so_or_has_the_word_in_it():
    assert nearest("rela", ["relapse-prevention", "craving"]) == ["relapse-prevention"]
    assert nearest("use", ["function-of-use", "confused"]) == ["function-of-use"]
    assert nearest("re", ["relapse-prevention"]) == []
    assert len(nearest("rela", [f"relapse of number {n}" for n in range(5)])) == 3
