"""Any query against any documents: what the index finds is what a slow and simple reading of the query finds."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.search import Codebook, Index
from tests.support import search_makers
from tests.support.examples import examples

# Words whose stems differ from each other, but for "walk" and "walking", and prefixes that some of them
# share.
WORDS = ("red", "reddish", "blue", "walk", "walking", "hill")
STEM = {"walking": "walk", "walked": "walk", "hills": "hill"}
SPEAKERS = ("ann", "bob", "")
CONCEPTS = ("trigger", "resistance")
CODES = Codebook.of({"trigger": "top", "resistance": "top"})

WORD = st.sampled_from(WORDS)
LEAVES = st.one_of(
    WORD.map(lambda w: ("word", w)),
    st.sampled_from(["re", "red", "wal", "walki", "hill", "x"]).map(lambda p: ("prefix", p)),
    st.lists(st.sampled_from([*WORDS, "walked", "hills"]), min_size=1, max_size=3).map(
        lambda ws: ("phrase", *ws)
    ),
    st.tuples(WORD, WORD, st.integers(0, 2)).map(lambda x: ("near", *x)),
    st.sampled_from(["ann", "bob"]).map(lambda s: ("speaker", s)),
    st.sampled_from([*CONCEPTS, "top"]).map(lambda c: ("concept", c)),
    st.integers(0, 20).map(lambda s: ("after", s)),
)
QUERIES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, min_size=2, max_size=3).map(lambda xs: ("and", *xs)),
        st.lists(inner, min_size=2, max_size=3).map(lambda xs: ("or", *xs)),
        inner.map(lambda x: ("not", x)),
    ),
    max_leaves=6,
)


def written(query):
    """The query as a person writes it, every group in brackets."""
    match query:
        case ("word", word):
            return word
        case ("prefix", start):
            return f"{start}*"
        case ("phrase", *words):
            return f'"{" ".join(words)}"'
        case ("near", a, b, distance):
            return f"{a} NEAR/{distance} {b}"
        case ("after", seconds):
            return f"after:{seconds}s"
        case ("and", *parts):
            return f"({' '.join(map(written, parts))})"
        case ("or", *parts):
            return f"({' OR '.join(map(written, parts))})"
        case ("not", part):
            return f"-{written(part)}"
        case (name, value):
            return f"{name}:{value}"


def holds(query, utterance):
    """Whether an utterance answers a query, read slowly."""
    words = re.findall(r"\w+", utterance["text"].lower())
    stems = [STEM.get(w, w) for w in words]
    match query:
        case ("word", word):
            return STEM.get(word, word) in stems
        case ("prefix", start):
            return any(w.startswith(start) for w in words)
        case ("phrase", *phrase):
            return any(words[i : i + len(phrase)] == phrase for i in range(len(words)))
        case ("near", a, b, distance):
            places = [[i for i, s in enumerate(stems) if s == STEM.get(w, w)] for w in (a, b)]
            return any(abs(x - y) <= distance + 1 for x in places[0] for y in places[1])
        case ("speaker", name):
            return utterance["speaker"] == name
        case ("concept", name):
            wanted = CONCEPTS if name == "top" else (name,)
            return any(c["id"] in wanted for c in utterance["concepts"])
        case ("after", seconds):
            return utterance["start_ms"] >= seconds * 1000
        case ("and", *parts):
            return all(holds(p, utterance) for p in parts)
        case ("or", *parts):
            return any(holds(p, utterance) for p in parts)
        case ("not", part):
            return not holds(part, utterance)


class Library:
    """An open index and its documents; Hypothesis prints what it is given, and this is short."""

    def __init__(self, index, documents):
        self.index, self.documents = index, documents

    def __repr__(self):
        return "library"


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """Two documents of thirty utterances, drawn once: what is searched is what Hypothesis varies."""
    import random

    draw = random.Random(5)
    documents = []
    for name in ("one", "two"):
        lines = []
        for _ in range(30):
            words = [draw.choice(WORDS) for _ in range(draw.randint(1, 7))]
            tags = [f"{c}={draw.choice(words)}" for c in CONCEPTS if draw.random() < 0.3]
            lines.append(f"{draw.choice(SPEAKERS)} | {', '.join(words)}. | {', '.join(tags)}")
        documents.append(search_makers.document(name, "\n".join(lines), title=""))
    folder = search_makers.save(tmp_path_factory.mktemp("library"), *documents)
    Index.update(folder)
    with Index.of(folder, CODES) as index:
        yield Library(index, documents)


@given(QUERIES)
@settings(max_examples=examples(120), deadline=None)
def test_the_index_finds_what_slow_reading_finds(library, query):
    index, documents = library.index, library.documents
    results = index.search(written(query), limit=100)
    found = {(m.video, m.utterance) for hit in results.hits for m in hit.moments}
    expected = {(d["media"]["name"], u["id"]) for d in documents for u in d["utterances"] if holds(query, u)}
    assert found == expected
    assert results.total == len(expected) == len(results.hits)
    counted = index.count(written(query), "video")
    assert sum(c.hits for c in counted) == len(expected)
