"""The index: it grows while it is searched, equals one built at once, and no document can harm it."""

import json
import os
import pickle
import random
import sqlite3
import threading

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.formats.document import reader
from pipeline.search import Codebook, DocumentError, Index, IndexFileError, QueryError
from pipeline.search.index import build, schema, write
from tests.support import search_makers
from tests.support.examples import examples

CODES = Codebook.of(search_makers.BROADER)
QUERIES = (
    "felt",
    "trigger",
    "shame OR rifle",
    "concept:emotion",
    "speaker:marc",
    "concept:trigger -> felt",
    "st*",
)


def answers(folder):
    """Everything a person can see of the index: hits in their order, with their scores."""
    with Index.of(folder, CODES) as index:
        found = []
        for query in QUERIES:
            try:
                found.append(index.search(query, 100).as_json())
            except QueryError as error:  # a name that no document has any more
                found.append(error.facts())
        return found, index.count("-xyzzy", "concept")


def test_an_index_is_built_in_its_folder(tmp_path):
    search_makers.save(tmp_path, search_makers.document())
    built = Index.update(tmp_path)
    assert built.index == tmp_path / ".work" / "search.sqlite"
    assert (built.added, built.utterances, built.skipped, built.rebuilt) == (("group.json",), 9, (), True)
    kept = {p.name.removeprefix("search.sqlite") for p in built.index.parent.iterdir()}
    assert kept == {"", ".digest.json", ".lock", ".sha256"}


def test_only_what_changed_is_read_again(tmp_path):
    search_makers.save(
        tmp_path, search_makers.document("a"), search_makers.document("b"), search_makers.document("c")
    )
    Index.update(tmp_path)
    search_makers.save(
        tmp_path, search_makers.document("b", search_makers.CLINIC), search_makers.document("aa")
    )
    (tmp_path / "c.json").unlink()
    built = Index.update(tmp_path)
    lists = (built.added, built.changed, built.removed, built.unchanged, built.rebuilt)
    assert lists == (("aa.json",), ("b.json",), ("c.json",), 1, False)
    assert Index.update(tmp_path).unchanged == 3


def test_content_counts_and_not_the_time_of_the_file(tmp_path):
    path = search_makers.save(tmp_path, search_makers.document()) / "group.json"
    Index.update(tmp_path)
    os.utime(path, (1, 1))
    assert Index.update(tmp_path).unchanged == 1
    before = path.stat()
    text = path.read_text("utf-8").replace("offence", "offense")
    assert len(text.encode()) == before.st_size
    path.write_text(text, "utf-8")  # as long as before, and a moment ago: only the content tells
    assert Index.update(tmp_path).changed == ("group.json",)


@given(
    st.lists(
        st.tuples(st.sampled_from("abcde"), st.sampled_from(["group", "clinic", "gone", "broken"])),
        max_size=8,
    )
)
@settings(
    max_examples=examples(12), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_what_grew_by_and_by_equals_what_was_built_at_once(tmp_path_factory, changes):
    folder = tmp_path_factory.mktemp("grown")
    for name, content in changes:
        path = folder / f"{name}.json"
        if content == "gone":
            path.unlink(missing_ok=True)
        elif content == "broken":
            path.write_text("{", "utf-8")
        else:
            dialogue = search_makers.GROUP if content == "group" else search_makers.CLINIC
            search_makers.save(folder, search_makers.document(name, dialogue))
        Index.update(folder)
    Index.update(folder)
    grown = answers(folder)
    assert Index.update(folder, rebuild=True).rebuilt
    assert answers(folder) == grown


def test_keys_rise_with_the_names_and_stay(tmp_path):
    names = [f"{n:03}" for n in range(60)]
    random.Random(7).shuffle(names)
    held = {}
    for at in range(0, 60, 5):
        present = {**held, **dict.fromkeys(names[at : at + 5])}
        found = write.assign_keys(held, sorted(present))
        assert all(found[name] == key for name, key in held.items())
        ordered = [found[n] for n in sorted(found)]
        assert ordered == sorted(set(ordered))
        assert ordered[0] > 0 and ordered[-1] < 1 << schema.KEY_BITS
        held = found


def test_a_thousand_documents_in_a_row_never_need_new_keys():
    held = write.assign_keys({}, ["0"])
    for n in range(1, 1000):
        held = write.assign_keys(held, [*held, f"{n:04}"])
    assert len(set(held.values())) == 1000


def test_without_room_between_two_keys_everything_is_numbered_anew(tmp_path):
    search_makers.save(tmp_path, search_makers.document("a"), search_makers.document("c"))
    built = Index.update(tmp_path)
    connection = schema.open_to_write(built.index)
    first, second = (row[0] for row in connection.execute("SELECT key FROM documents ORDER BY key"))
    connection.execute("UPDATE documents SET key = ? WHERE key = ?", (first + 1, second))
    connection.close()
    search_makers.save(tmp_path, search_makers.document("b"))
    assert Index.update(tmp_path).rebuilt
    with Index.of(tmp_path) as index:
        assert index.search("rifle OR wine").total == 3


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "not valid JSON"),
        (b'{"schema": "vignette/1", "utter', "not valid JSON"),
        (b"\xff\xfe", "not valid JSON"),
        (b"[" * 100_000, "not valid JSON"),
        (b"[1, 2]", "not a transcript of ours"),
        (b'{"name": "package"}', "not a transcript of ours"),
        (b'{"schema": "vignette/9"}', "another schema"),
        (b'{"schema": "vignette/1"}', "'media' is missing"),
    ],
)
def test_a_foreign_or_damaged_file_is_named_and_skipped(tmp_path, content, says):
    search_makers.save(tmp_path, search_makers.document())
    (tmp_path / "odd.json").write_bytes(content)
    built = Index.update(tmp_path)
    (error,) = built.skipped
    assert error.path == tmp_path / "odd.json"
    assert says in str(error)
    assert built.added == ("group.json",)


def put(document, path, value):
    """Replace what stands at a path of keys in a document."""
    *above, last = path
    for key in above:
        document = document[key]
    document[last] = value


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("utterances", 2, "start_ms"), -1, "utterance 3: 'start_ms' is not a whole number of milliseconds"),
        (("utterances", 2, "start_ms"), 2**70, "utterance 3: 'start_ms'"),
        (("utterances", 2, "end_ms"), True, "utterance 3: 'end_ms'"),
        (("utterances", 2, "end_ms"), 5, "utterance 3: ends before it starts"),
        (("utterances", 2, "text"), "", "utterance 3: 'text' is missing or not text"),
        (("utterances", 2), "hello", "utterance 3: is not a table"),
        (("utterances",), {}, "'utterances' is not a list"),
        (("utterances", 3, "concepts", 0, "end_char"), 999, "utterance 4, concept 1: its evidence [6, 999)"),
        (("utterances", 3, "concepts", 0, "negated"), "no", "utterance 4, concept 1: 'negated' is neither true nor"),
        (("utterances", 3, "words", 3, "confidence"), 7, "utterance 4, concept 1: has a 'confidence'"),
        (("vignettes", 1, "kind"), "", "vignette 2: 'kind' is missing or not text"),
        (("utterances", 3, "words"), "none", "utterance 4, concept 1: 'words' is not a list of tables"),
        (("speakers", 0, "name"), 3, "speaker 1: 'name' is missing or not text"),
        (("media",), [], "'media' is missing or not a table"),
        (("draft",), "yes", "'draft' is neither true nor false"),
    ],
)  # fmt: skip
def test_a_damaged_document_is_told_with_its_place(tmp_path, path, value, says):
    document = search_makers.document()
    put(document, path, value)
    file = tmp_path / "group.json"
    with pytest.raises(DocumentError) as caught:
        reader.parse(json.dumps(document).encode(), file)
    assert str(caught.value).startswith(f"{file}")
    assert says in str(caught.value)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
PLACES = [
    ("lang",), ("grade",), ("draft",), ("media",), ("media", "name"), ("media", "duration_ms"), ("speakers",),
    ("speakers", 0), ("speakers", 0, "id"), ("vignettes",), ("vignettes", 0), ("vignettes", 0, "start_ms"), ("utterances",),
    ("utterances", 3), ("utterances", 3, "speaker"), ("utterances", 3, "vignette"), ("utterances", 3, "text"),
    ("utterances", 3, "words"), ("utterances", 3, "words", 0), ("utterances", 3, "words", 0, "text"),
    ("utterances", 3, "concepts"), ("utterances", 3, "concepts", 0), ("utterances", 3, "concepts", 0, "id"),
    ("utterances", 3, "concepts", 0, "start_char"), ("utterances", 3, "concepts", 0, "about"),
]  # fmt: skip


@given(st.sampled_from(PLACES), JSON)
@settings(max_examples=examples(200), deadline=None)
def test_any_value_anywhere_is_read_or_told(place, value):
    document = search_makers.document()
    put(document, place, value)
    data = json.dumps(document).encode()
    try:
        read = reader.parse(data, reader.Path("x.json"))
    except DocumentError as error:
        assert error.problem
    else:
        assert len(read.utterances) <= 9


@given(st.lists(st.text(min_size=1, max_size=30).filter(str.strip), min_size=1, max_size=8))
@settings(max_examples=examples(25), deadline=None)
def test_any_text_is_found_by_its_own_words(tmp_path_factory, texts):
    folder = tmp_path_factory.mktemp("texts")
    dialogue = search_makers.document("x", "Ann | hello")
    template = dialogue["utterances"][0]
    dialogue["utterances"] = [
        {**template, "id": f"u{n}", "text": t, "words": []} for n, t in enumerate(texts)
    ]
    search_makers.save(folder, dialogue)
    assert not Index.update(folder).skipped
    with Index.of(folder) as index:
        for number, text in enumerate(texts):
            for word in {
                w for w in reader.clean(text).split() if w.isascii() and any(c.isalnum() for c in w)
            }:
                plain = word.replace('"', " ")
                query = f'"{plain}"'
                found = {h.moments[0].utterance for h in index.search(query, 100).hits}
                assert f"u{number}" in found, (query, text)


def test_text_cannot_steer_a_terminal(tmp_path):
    document = search_makers.document("x\u202ey", "Ann | hello there", title="a\x1b[2Jb")
    document["utterances"][0]["text"] = "hello \x1b[31mthere\x9b\x00\ufffe"
    search_makers.save(tmp_path, document)
    Index.update(tmp_path)
    with Index.of(tmp_path) as index:
        (moment,) = index.search("hello").hits[0].moments
    assert moment.text == "hello  [31mthere  �"
    assert (moment.video, moment.title) == ("x y", "a [2Jb")


def test_a_search_sees_the_index_of_before_until_it_is_done(tmp_path):
    search_makers.save(tmp_path, search_makers.document())
    Index.update(tmp_path)
    with Index.of(tmp_path) as index, index._transaction():
        before = index.connection.execute("SELECT count(*) FROM utterances").fetchone()
        search_makers.save(tmp_path, search_makers.document("more", search_makers.CLINIC))
        Index.update(tmp_path)
        assert index.connection.execute("SELECT count(*) FROM utterances").fetchone() == before
    with Index.of(tmp_path) as index:
        assert index.search("rifle").total == 1


def test_it_is_searched_while_it_is_built_anew(tmp_path):
    for number in range(20):
        search_makers.save(tmp_path, search_makers.document(f"v{number:02}"))
    Index.update(tmp_path)
    totals, stop = set(), threading.Event()

    def ask():
        while not stop.is_set():
            with Index.of(tmp_path) as index:
                totals.add(index.search("bottle").total)

    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for _ in range(3):
            Index.update(tmp_path, rebuild=True)
    finally:
        stop.set()
        asking.join()
    assert totals == {20}


@pytest.mark.parametrize(
    "error",
    [
        QueryError("no", "yes", query="a b", at=2),
        IndexFileError(reader.Path("x"), "is odd"),
        DocumentError(reader.Path("x"), "is odd", where="utterance 3"),
    ],
)
def test_errors_survive_the_way_between_processes(error):
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), again.facts()) == (type(error), str(error), error.facts())


def test_one_writer_at_a_time(tmp_path):
    search_makers.save(tmp_path, search_makers.document())
    built = Index.update(tmp_path)
    with build._locked(built.index), pytest.raises(IndexFileError, match="another run is writing"):
        Index.update(tmp_path)


def test_a_stopped_run_leaves_the_index_as_it_was(tmp_path):
    search_makers.save(tmp_path, search_makers.document("a"))
    Index.update(tmp_path)
    search_makers.save(tmp_path, search_makers.document("b"), search_makers.document("c"))

    def stop(done, of, name):
        if name == "c.json":
            raise KeyboardInterrupt

    for rebuild in (False, True):
        with pytest.raises(KeyboardInterrupt):
            Index.update(tmp_path, rebuild=rebuild, progress=stop)
        assert [p.name for p in (tmp_path / ".work").glob("*.part")] == []
        with Index.of(tmp_path) as index:
            assert index.search("bottle").total == 1
    assert Index.update(tmp_path).added == ("b.json", "c.json")


def test_a_damaged_index_is_said_and_built_anew(tmp_path):
    search_makers.save(tmp_path, search_makers.document())
    path = Index.update(tmp_path).index
    data = bytearray(path.read_bytes())
    data[4096:] = b"\x55" * (len(data) - 4096)
    path.write_bytes(data)
    with pytest.raises(IndexFileError, match="vignette index --rebuild"), Index.of(tmp_path) as index:
        index.search("bottle")
    assert Index.update(tmp_path, rebuild=True).rebuilt
    with Index.of(tmp_path) as index:
        assert index.search("bottle").total == 1


def test_a_missing_index_and_a_missing_folder_are_said(tmp_path):
    with pytest.raises(IndexFileError, match="run: vignette index"):
        Index.of(tmp_path)
    with pytest.raises(IndexFileError, match="no such folder"):
        Index.update(tmp_path / "nowhere")


def test_an_empty_folder_gives_an_empty_index(tmp_path):
    assert Index.update(tmp_path).utterances == 0
    with Index.of(tmp_path) as index:
        assert index.search("anything").total == 0


@pytest.mark.parametrize("kind", ["database", "text"])
def test_somebody_elses_file_is_not_replaced(tmp_path, kind):
    path = tmp_path / "theirs.sqlite"
    if kind == "database":
        with sqlite3.connect(path) as connection:
            connection.execute("CREATE TABLE t(x)")
        connection.close()
    else:
        path.write_text("a diary", "utf-8")
    before = path.read_bytes()
    for rebuild in (False, True):
        with pytest.raises(IndexFileError, match="will not be replaced"):
            build.update(tmp_path, path, rebuild)
    assert path.read_bytes() == before


@pytest.mark.parametrize("content", [b"", b"a diary"])
def test_whatever_lies_in_the_place_of_our_index_is_replaced_when_asked(tmp_path, content):
    search_makers.save(tmp_path, search_makers.document())
    path = build.index_of(tmp_path)
    path.parent.mkdir()
    path.write_bytes(content)
    if content:
        with pytest.raises(IndexFileError, match="run: vignette index --rebuild"):
            Index.update(tmp_path)
        assert path.read_bytes() == content
    assert Index.update(tmp_path, rebuild=True).rebuilt
    with Index.of(tmp_path) as index:
        assert index.search("bottle").total == 1


def test_an_index_of_another_version_is_built_anew(tmp_path):
    search_makers.save(tmp_path, search_makers.document())
    path = Index.update(tmp_path).index
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA user_version = 999")
    connection.close()
    with pytest.raises(IndexFileError, match="not a search index of this version"):
        Index.of(tmp_path)
    assert Index.update(tmp_path).rebuilt


def test_missing_full_text_search_is_one_sentence(tmp_path, monkeypatch):
    class Without:
        def execute(self, sql):
            raise sqlite3.OperationalError("no such module: fts5")

        def close(self):
            pass

    monkeypatch.setattr(schema.sqlite3, "connect", lambda *a, **k: Without())
    with pytest.raises(IndexFileError, match="built without full-text search"):
        Index.update(tmp_path)


def test_an_index_that_cannot_be_written_is_still_searched(tmp_path):
    search_makers.save(tmp_path, search_makers.document())
    path = Index.update(tmp_path).index
    path.chmod(0o444)
    path.parent.chmod(0o555)
    try:
        with Index.of(tmp_path) as index:
            assert index.search("bottle").total == 1
    finally:
        path.parent.chmod(0o755)
