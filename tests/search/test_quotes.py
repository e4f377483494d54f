"""Quotes that people kept: found again by memo and collection, beside hits, listed with citations, and in REFI-QDA projects."""

import zipfile
from xml.etree import ElementTree

import pytest

from pipeline.errors import QueryError
from pipeline.search import Index
from pipeline.search.quotes import Quote, span_of, utterance_of
from pipeline.search.refi_qda import NAMESPACE, export
from tests.support import search_makers
from tests.support.refi_standard import validate

FIRST = "can we stay with the shame for a moment"
TILL = "I couldn't look at the girl on the till."


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = search_makers.save(tmp_path_factory.mktemp("t"), search_makers.demo())
    Index.update(made)
    return made


def said(index, words):
    """The utterance of the demo that holds these words."""
    (hit,) = index.search(f'"{words}"').hits
    return hit.moments[0]


def quote_of(index, words, **more):
    moment = said(index, words)
    return Quote(moment.video, words, moment.start_ms, moment.end_ms, "Ana", **more)


@pytest.fixture
def index(folder):
    with Index.of(folder) as opened:
        kept = (
            quote_of(opened, FIRST, memo="slows them down - a turning point", collection="Shame work"),
            quote_of(opened, "girl on the till", collection="Shame work"),
        )
        yield opened.with_quotes((*kept, Quote("another film", "elsewhere", 0, 9, "Ben", "lost")))


def test_a_memo_finds_its_hit_again_in_any_writing(index):
    for query in ('memo:"Turning Point"', "memo:slows", 'collection:"shame WORK" memo:turning'):
        assert [h.moments[0].text for h in index.search(query).hits] == [said(index, FIRST).text]


def test_a_hit_bears_what_was_thought_of_it(index):
    (hit,) = index.search(f'"{FIRST}"').hits
    assert hit.moments[0].quotes == ("kept by Ana in 'Shame work': slows them down - a turning point",)
    assert index.search("goodbye").hits[0].moments[0].quotes == ()


def test_a_collection_goes_with_the_rest_of_the_language(index):
    both = index.search('collection:"Shame work"')
    assert both.total == 2
    assert index.search('collection:"Shame work" -memo:slows').total == 1
    assert index.search('-collection:"Shame work" shame').total == index.search("shame").total - 1
    assert index.search('collection:"Shame work" speaker:Denise').total == 1


def test_a_collection_that_there_is_not_is_told_with_the_nearest(index, folder):
    with pytest.raises(QueryError, match="there is no collection 'shame wrok'") as caught:
        index.search('collection:"shame wrok"')
    assert "Shame work" in str(caught.value)
    with Index.of(folder) as bare, pytest.raises(QueryError, match="there is no collection"):
        bare.search("collection:any")


def test_quotes_are_listed_by_their_very_words(index):
    listed = index.quotes("shame work")
    assert [h.moments[0].text for h in listed.hits] == ["girl on the till", FIRST]
    assert all(h.citation.startswith(f'"{h.moments[0].text}" (The Thursday Group') for h in listed.hits)
    starts = [h.start_ms for h in listed.hits]
    assert starts == sorted(starts)
    assert index.quotes().total == 2


def test_the_utterance_of_a_quote_is_the_one_that_holds_its_words():
    at_once = [(0, 5000, "You and I both."), (1000, 4000, "I was so tired of it."), (9000, 9500, "So tired.")]
    assert utterance_of(Quote("v", "so tired", 1000, 4000, "Ana"), at_once) == 1
    assert utterance_of(Quote("v", "so tired", 20_000, 21_000, "Ana"), at_once) is None
    assert utterance_of(Quote("v", "You and I", 0, 0, "Ana"), at_once) == 0


def test_words_that_were_changed_since_leave_the_whole_utterance():
    assert span_of(Quote("v", "the tll", 0, 1, "Ana"), "Look at the till.") == (0, 17)
    assert span_of(Quote("v", "the till", 0, 1, "Ana"), "Look at the till.") == (8, 16)
    assert span_of(Quote("v", "look, at: the", 0, 1, "Ana"), "Look at the till.") == (0, 11)
    assert span_of(Quote("v", "?!", 0, 1, "Ana"), "Look at the till.") == (0, 17)


def test_quotes_go_into_projects_of_qualitative_research(index, folder, tmp_path):
    kept = [q for some in index._kept.by_utterance.values() for q in some]
    nasty = Quote(
        kept[0].video, kept[0].words, kept[0].start_ms, kept[0].end_ms, "Ben <b>", 'a & b "c"', "A/B & <c>"
    )
    made = export(folder, tmp_path / "p.qdpx", tmp_path, kept=(*kept, nasty))
    with zipfile.ZipFile(made.path) as archive:
        root = ElementTree.fromstring(archive.read("project.qde"))
    named = {"q": NAMESPACE}
    notes = {
        n.get("guid"): n.findtext("q:PlainTextContent", None, named)
        for n in root.iterfind(".//q:Note", named)
    }
    assert sorted(notes.values()) == ['a & b "c"', "slows them down - a turning point"]
    assert {r.get("targetGUID") for r in root.iterfind(".//q:NoteRef", named)} == set(notes)
    codes = {c.get("guid"): c.get("name") for c in root.iterfind(".//q:Code", named)}
    coded = {
        (s.get("name"), codes[s.find("q:Coding/q:CodeRef", named).get("targetGUID")])
        for s in root.iterfind(".//q:TranscriptSelection", named)
        if s.find("q:Description", named) is None
    }
    till = "girl on the till"
    assert coded == {(FIRST, "Shame work"), (till, "Shame work"), (till, "A/B & <c>")}
    validate(root)
    assert {u.get("name") for u in root.iterfind(".//q:User", named)} == {"Vignette", "Ana", "Ben <b>"}
