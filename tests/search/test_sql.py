"""Syntax trees as SQL: whatever tree over whatever corpus, the conditions list what a slow reading of every utterance finds."""

from __future__ import annotations

import json
import random
import re
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.concepts.codebook import Codebook
from pipeline.formats.document import reader
from pipeline.search.index import schema
from pipeline.search.index.vocabulary import spoken
from pipeline.search.index.write import IndexingRun
from pipeline.search.query.names import Names
from pipeline.search.query.parser import And, Field, Near, Node, Not, Or, Phrase, Word, leaves
from pipeline.search.query.ranking import parameters_of, source
from pipeline.search.query.sql import compile_plan
from pipeline.words import name_key
from tests.support import search_makers
from tests.support.examples import examples

# "walk" and "walking", "hill" and "hills" share a stem; "red" begins two words. The headings hold none of them.
WORDS = ("red", "reddish", "blue", "walk", "walking", "hill", "hills")
STEM = {"walking": "walk", "walked": "walk", "hills": "hill"}
CONCEPTS = ("trigger", "resistance")
WITHIN = {"top": CONCEPTS, **{c: (c,) for c in CONCEPTS}}
CODES = Codebook.of(dict.fromkeys(CONCEPTS, "top"))
ABOUT = ("speaker", "other")
ROLES = {"Ann": "therapist", "Bob": "client", "": None}
SCENES = ("vignette: Garden", "commentary: Kitchen", "vignette: Kitchen sink")


def document(name: str, scenes: list[Any], draft: bool) -> dict[str, Any]:
    """A public document with one scene for each list of utterances."""
    lines = []
    for heading, utterances in zip(SCENES, scenes, strict=False):
        lines.append(f"# {heading}")
        lines += [f"{who} | {' '.join(words)}" for who, words, _ in utterances]
    made = search_makers.document(name, "\n".join(lines), title=f"Talk {name}", draft=draft)
    for person in made["speakers"]:
        person["role"] = ROLES[person["name"]]
    for utterance, (_, _, marked) in zip(made["utterances"], [u for s in scenes for u in s], strict=True):
        end = len(utterance["text"].split()[0])
        place = {"start_char": 0, "end_char": end, "rule": "made"}
        utterance["concepts"] = [{"id": concept, **place, **how} for concept, how in marked]
    return made


def drawn(seed: int) -> list[dict[str, Any]]:
    """One document or two; everybody and every concept occurs, so that every name of a query is known."""
    rng = random.Random(seed)

    def how() -> dict[str, Any]:
        return {f: rng.random() < 0.4 for f in reader.FLAGS} | {"about": rng.choice(ABOUT)}

    def talk() -> list[Any]:
        return [
            (
                rng.choice(sorted(ROLES)),
                rng.choices(WORDS, k=rng.randint(1, 6)),
                [(c, how()) for c in rng.choices(CONCEPTS, k=rng.randint(0, 2))],
            )
            for _ in range(rng.randint(1, 4))
        ]

    known = [("Ann", ["red", "hill"], [(c, how()) for c in CONCEPTS]), ("Bob", ["blue", "walking"], [])]
    found = [document("one", [known, [*talk(), ("", ["hills"], [])], talk()], draft=False)]
    return [*found, document("two", [talk()], draft=True)] if rng.random() < 0.5 else found


word = st.sampled_from((*WORDS, "walked"))
VALUES = {
    "speaker": ("ann", "Bob"),
    "role": ("therapist", "Client"),
    "vignette": ("1", "2", "kitchen", "v2"),
    "kind": ("vignette", "commentary", "closing"),
    "video": ("one", "talk", "Talk one"),
    "draft": ("yes", "no"),
    "after": ("00:00:06", "11s"),
    "before": ("11", "0:16"),
}
QUALIFIERS = (*reader.FLAGS, "about")
places_of = st.one_of(*(st.builds(Field, st.just(n), st.sampled_from(v)) for n, v in VALUES.items()))
concept = st.builds(Field, st.just("concept"), st.sampled_from((*CONCEPTS, "top", "TOP")))
flag = st.builds(Field, st.sampled_from(reader.FLAGS), st.sampled_from(("yes", "no")))
qualifier = st.one_of(flag, st.builds(Field, st.just("about"), st.sampled_from((*ABOUT, "Speaker"))))
plain_word = st.builds(Word, word)
prefix = st.builds(Word, st.sampled_from(("re", "red", "wal", "walki", "hill", "x")), st.just(True))
phrase = st.builds(Phrase, st.lists(word, min_size=1, max_size=3).map(" ".join))
near = st.builds(Near, st.tuples(plain_word, plain_word), st.integers(0, 2))
words = st.one_of(plain_word, prefix, phrase, near)


def trees(*nodes: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    return st.recursive(
        st.one_of(*nodes),
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: And(tuple(parts))),
            st.lists(inner, min_size=2, max_size=3).map(lambda parts: Or(tuple(parts))),
            inner.map(Not),
        ),
        max_leaves=6,
    )


def holds(node: Node, talk: dict[str, Any], said: dict[str, Any], beside: tuple[Field, ...] = ()) -> bool:
    """Whether an utterance answers a tree; `beside` are the qualifiers of the concepts in it."""
    match node:
        case And(parts):
            return conjunction(parts, talk, said, beside)
        case Or(parts):
            return any(holds(p, talk, said, beside) for p in parts)
        case Not(part):
            return not holds(part, talk, said)
        case Field("concept", value):
            wanted = WITHIN[value.lower()]
            return any(t["id"] in wanted and all(is_so(t, q) for q in beside) for t in said["concepts"])
        case Field(name) if name in QUALIFIERS:
            return any(is_so(t, node) for t in said["concepts"])
        case Field():
            return place_is(node, talk, said)
        case _:
            return says(node, said["text"].split())


def conjunction(
    parts: tuple[Node, ...], talk: dict[str, Any], said: dict[str, Any], outer: tuple[Field, ...]
) -> bool:
    """A qualifier says how the concepts of its conjunction are spoken of; where there is none, it asks for any concept."""
    own = tuple(p for p in parts if isinstance(p, Field) and p.name in QUALIFIERS)
    if any(isinstance(x, Field) and x.name == "concept" for p in parts for x in leaves(p)):
        parts = tuple(p for p in parts if p not in own)
    return all(holds(p, talk, said, (*outer, *own)) for p in parts)


def is_so(tag: dict[str, Any], qualifier: Field) -> bool:
    if qualifier.name == "about":
        return tag["about"] == qualifier.value.lower()
    return tag[qualifier.name] == (qualifier.value == "yes")


def place_is(field: Field, talk: dict[str, Any], said: dict[str, Any]) -> bool:
    """Whether the utterance is said by whom, where and when a field says."""
    value = field.value.lower()
    scenes = talk["vignettes"]
    scene = next(s for s in scenes if s["id"] == said["vignette"])
    match field.name:
        case "speaker":
            return said["speaker"] == value
        case "role":
            people = {p["id"]: p["role"] for p in talk["speakers"]}
            return people.get(said["speaker"]) == value
        case "kind":
            return scene["kind"] == value
        case "vignette" if value.isdecimal():
            of_kind = [s["id"] for s in scenes if s["kind"] == "vignette"]
            return scene["id"] in of_kind and of_kind.index(scene["id"]) + 1 == int(value)
        case "vignette":
            return scene["id"] == value or value in scene["title"].lower()
        case "video":
            name, title = talk["media"]["name"], talk["media"]["title"]
            return field.value in (name, title) or (value == "talk" and value in title.lower())
        case "draft":
            return talk["draft"] == (value == "yes")
        case "after":
            return said["start_ms"] >= {"00:00:06": 6000, "11s": 11_000}[value]
        case "before":
            return said["start_ms"] < {"11": 11_000, "0:16": 16_000}[value]
    raise AssertionError(field)


def says(node: Node, words: list[str]) -> bool:
    match node:
        case Word(text, True):
            return any(w.startswith(text) for w in words)
        case Word(text):
            return bool(places(text, words))
        case Phrase(text):
            wanted = text.split()
            return any(words[k : k + len(wanted)] == wanted for k in range(len(words)))
        case Near((Word(one), Word(other)), distance):
            return any(abs(a - b) <= distance + 1 for a in places(one, words) for b in places(other, words))
    raise AssertionError(node)


def places(wanted: str, words: list[str]) -> list[int]:
    """Where any form of a word stands."""
    return [k for k, w in enumerate(words) if STEM.get(w, w) == STEM.get(wanted, wanted)]


def names_of(documents: list[dict[str, Any]]) -> Names:
    """The documents in an index that lives in memory, put there by what indexes files."""
    connection = schema.create(Path(":memory:"))
    connection.create_function("spoken", 2, spoken, deterministic=True)
    connection.create_function("fold", 1, name_key, deterministic=True)
    run = IndexingRun(connection, Path(), Path(), lambda *_: None)
    for key, made in enumerate(documents, 1):
        path = f"{made['media']['name']}.json"
        run.insert(reader.parse(json.dumps(made).encode(), Path(path)), key, path, "", (0, 0, 0))
    return Names(connection, CODES, "")


def found(node: Node, names: Names) -> list[tuple[str, str]]:
    """The utterances that the SQL of a tree lists, each with the name of its document."""
    plan = compile_plan(node, names)
    sql = (
        "SELECT d.name, w.label FROM utterances w JOIN documents d ON d.key = w.id >> 20 "
        f"WHERE w.id IN (SELECT u.id FROM {source(plan)}) ORDER BY w.id"
    )
    return names.connection.execute(sql, parameters_of(plan)).fetchall()


@pytest.mark.parametrize(
    "nodes",
    [trees(words), trees(concept, qualifier, concept), trees(words, places_of, concept, qualifier)],
    ids=["words", "concepts", "all"],
)
@given(st.data(), st.integers(0, 1 << 32))
@settings(max_examples=examples(15))
def test_a_tree_lists_what_slow_reading_finds(
    nodes: st.SearchStrategy[Node], data: st.DataObject, seed: int
) -> None:
    documents = drawn(seed)
    names = names_of(documents)
    with closing(names.connection):
        for node in data.draw(st.lists(nodes, min_size=5, max_size=10)):
            expected = [
                (talk["media"]["name"], u["id"])
                for talk in documents
                for u in talk["utterances"]
                if holds(node, talk, u)
            ]
            assert found(node, names) == expected, node


_TRIGGER, _RESISTANCE = Field("concept", "trigger"), Field("concept", "resistance")
_NEGATED, _ASKED = Field("negated", "yes"), Field("asked", "no")


@pytest.mark.parametrize(
    "node",
    [
        And((_TRIGGER, _NEGATED, Not(_RESISTANCE))),  # no qualifier reaches what is left out
        And((_TRIGGER, _NEGATED, Or((_RESISTANCE, Word("red"))))),  # it reaches into brackets
        And((_TRIGGER, _NEGATED, Or((And((_RESISTANCE, _ASKED)), Word("red"))))),  # where others join it
        And((_TRIGGER, Or((_NEGATED, Word("red"))))),  # and stands alone where it has no concept beside it
        And((Word("red"), _NEGATED)),
        Or((And((_TRIGGER, _NEGATED)), And((_RESISTANCE, _ASKED)))),
    ],
)
def test_qualifiers_are_of_the_concepts_of_their_conjunction(node: Node) -> None:
    for seed in range(12):
        documents = drawn(seed)
        names = names_of(documents)
        with closing(names.connection):
            assert found(node, names) == [
                (t["media"]["name"], u["id"]) for t in documents for u in t["utterances"] if holds(node, t, u)
            ]


TITLED = """
# vignette: The red hill
Ann | A blue morning.
Bob | I walk on the hill.
# commentary: Noon
Ann | Nothing was red.
"""


@pytest.fixture
def titled():
    names = names_of([search_makers.document("titled", TITLED, title="Walking")])
    yield names
    names.connection.close()


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        ((Word("red"),), ["u3"]),  # a heading alone is no hit
        (
            (Word("red"), Word("blue")),
            ["u1"],
        ),  # with one word in the utterance the other may stand in the heading
        ((Word("walk"), Word("red")), ["u2", "u3"]),  # and in the title, in any form
        ((Word("walk"), Word("hill"), Word("red")), ["u2"]),
        ((Phrase("the hill"), Word("red")), ["u2"]),  # a phrase beside it too
        ((Word("blue"), Not(Word("red"))), ["u1"]),  # a heading bars nothing
    ],
)
def test_headings_help_several_words_and_bar_none(titled, parts, expected):
    node = parts[0] if len(parts) == 1 else And(parts)
    assert [label for _, label in found(node, titled)] == expected


def test_what_is_marked_and_scored_are_the_words_that_a_hit_has(titled):
    node = And((Word("walk"), Phrase("the hill"), Word("mor", True), Not(Word("noon"))))
    plan = compile_plan(node, titled)
    assert plan.phrases == ("the hill", "mor*")
    assert re.findall(r'"([^"]+)"', plan.marks) == ["walk"]
    assert re.findall(r'"([^"]+)"', plan.positive_words) == ["walk", "the hill", "mor"]
    assert plan.concepts is None


def test_evidence_is_the_tags_of_the_concepts_asked_for_as_they_are_spoken_of():
    plain = dict.fromkeys(reader.FLAGS, False) | {"about": "speaker"}
    marked = [("trigger", plain), ("trigger", plain | {"negated": True}), ("resistance", plain)]
    names = names_of([document("one", [[("Ann", ["red"], marked)]], draft=False)])
    with closing(names.connection):

        def evidence(*parts: Node) -> list[tuple[str, int]]:
            plan = compile_plan(And(parts), names)
            assert plan.concepts is not None
            sql = (
                "SELECT c.name, t.negated FROM tags t JOIN concepts c ON c.id = t.concept "
                f"WHERE {plan.concepts.sql} ORDER BY c.name, t.negated"
            )
            return names.connection.execute(sql, plan.concepts.parameters).fetchall()

        assert evidence(Field("concept", "trigger"), Word("red")) == [("trigger", 0), ("trigger", 1)]
        assert evidence(Field("concept", "trigger"), Field("negated", "yes")) == [("trigger", 1)]
        assert evidence(Field("negated", "no"), Word("red")) == [("resistance", 0), ("trigger", 0)]
        assert len(evidence(Field("concept", "top"), Word("red"))) == 3
        barred = evidence(Field("concept", "trigger"), Not(Field("concept", "resistance")))
        assert barred == [("trigger", 0), ("trigger", 1)]
