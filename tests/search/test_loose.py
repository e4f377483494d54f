"""What is answered where nothing holds all of a query's words, what is like a sentence, and names as people say them."""

import json

import pytest

from pipeline.concepts import codebook
from pipeline.errors import QueryError
from pipeline.search import Codebook, Index
from pipeline.search.query.suggestions import suggested
from pipeline.search.query.telling import telling_words
from tests.support import search_makers

# What one says in two turns, and the same words scattered.
CLASS = """
Nora | Before the break I promised you the official guidelines.
Imran | For what, again?
Nora | For binge drinking, and for drinking every day.
Imran | My uncle calls every guideline a nuisance.
Nora | Nobody in this class needs to be told about cycling lanes.
Imran | I went on a binge of crime novels over the summer.
Nora | The third slide shows the bones of the foot.
Imran | And the fourth shows the bones of the hand.
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return search_makers.indexed_beside_demo(tmp_path_factory.mktemp("t"), "class", CLASS, "The class")


@pytest.fixture
def index(folder):
    with Index.of(folder, codebook.load()) as opened:
        yield opened


def texts(results):
    return [hit.moments[0].text for hit in results.hits]


def test_words_of_one_thought_may_stand_in_two_turns(index):
    results = index.search("binge drinking guidelines")
    assert texts(results)[0].startswith("For binge drinking")
    assert "the official guidelines" in " ".join(texts(results)[:3])
    assert results.hits[0].by == "some words"
    assert "nothing holds all of this" in results.notes[0]
    (mark, *_) = results.hits[0].moments[0].marks
    assert texts(results)[0][slice(*mark)] == "binge"


def test_a_word_said_beside_counts_and_one_far_away_does_not(tmp_path):
    lines = ["Nora | The kettle is on.", *["Nora | Nothing of note was uttered."] * 6]
    beside, far = ["Imran | A ladder, please.", "Nora | And the paint."], ["Imran | A ladder, thanks."]
    folder = search_makers.save(
        tmp_path, search_makers.document("a", "\n".join([*far, *lines, *beside])),
        search_makers.document("b", "Nora | Paint the fence.")
    )  # fmt: skip
    Index.update(folder)
    with Index.of(folder) as index:
        found = index.search("ladder paint")
    assert texts(found)[0] in ("A ladder, please.", "And the paint.")
    place = {text: n for n, text in enumerate(texts(found))}
    assert place["A ladder, please."] < place["A ladder, thanks."]


def test_stop_words_never_decide(index):
    assert texts(index.search("what about the bones")) == texts(index.search("bones"))
    assert index.search("what would they of").total == 0
    assert telling_words("What is it that they don't tell about the binge?") == ["tell", "binge"]


@pytest.mark.parametrize(
    "query",
    [
        '"binge guidelines"',
        "binge NEAR/2 guidelines",
        "zither",
        "speaker:nora zither",
        "bing* guidelin* zith*",
    ],
)
def test_what_asks_exactly_is_answered_exactly(index, query):
    assert index.search(query).total == 0


def test_only_words_that_tell_something_are_asked_about(index):
    notes = index.search("guidelinse about their bones").notes
    assert "nobody says 'guidelinse'; 'guidelines' is looked for" in notes
    assert not any("their" in note for note in notes)


def test_exactness_can_be_asked_for(index):
    assert index.search("binge drinking guidelines", loosely=False).total == 0
    assert index.search("official guidelines") == index.search("official guidelines", loosely=False)


def test_the_rest_of_a_query_holds_for_every_hit(index):
    for query in (
        "binge guidelines hand speaker:imran",
        "binge guidelines hand -drinking",
        "binge wine guidelines video:class",
    ):
        found = index.search(query)
        assert found.total
        assert not any("drinking" in text for text in texts(found)) or "drinking" not in query
        if "speaker:" in query:
            assert {hit.moments[0].speaker for hit in found.hits} == {"Imran"}
        if "video:" in query:
            assert {hit.moments[0].video for hit in found.hits} == {"class"}


def test_concepts_that_may_be_meant_are_named_and_count(index):
    results = index.search("clients playing down their drinking")
    assert "denial-minimising" in results.concepts
    assert any("concept:denial-minimising" in note for note in results.notes)
    tagged = [hit for hit in results.hits if hit.by == "concept"]
    assert tagged and all(hit.moments[0].evidence for hit in tagged)
    assert json.loads(json.dumps(results.as_json()))["concepts"] == list(results.concepts)


def test_in_a_concept_the_words_only_order(index):
    alone, ordered = index.search("concept:trigger"), index.search("concept:trigger wine zither")
    assert sorted(texts(alone)) == sorted(texts(ordered))
    assert "wine" in texts(ordered)[0]


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("shame", "shame-guilt"), ("denial", "denial-minimising"), ("minimisation", "denial-minimising"),
        ("minimizing", "denial-minimising"), ("craving", "craving-urge"), ("urges", "craving-urge"), ("Guilt", "shame-guilt"),
        ("autonomy", "client-autonomy"), ("disclosure", "self-disclosure"), ("coping", "coping-skill"),
        ("loneliness", "support-connection"),
    ],
)  # fmt: skip
def test_everyday_names_of_concepts(index, said, meant):
    assert index.search(f"concept:{said}", 50).hits == index.search(f"concept:{meant}", 50).hits


@pytest.mark.parametrize("said", ["zither", "relapse", "skin"])
def test_a_name_that_tells_no_one_concept_is_asked_about(index, said):
    with pytest.raises(QueryError) as caught:
        index.search(f"concept:{said}")
    assert "motivation" not in str(caught.value) or said == "zither"
    if said == "relapse":
        assert "lapse-relapse" in str(caught.value)


def test_the_codebook_suggests_by_definition_and_example():
    codes = codebook.load()
    assert suggested(codes, ["nagging", "arguments"])[0] == "conflict-tension"
    assert suggested(codes, ["zither"]) == suggested(codes, []) == suggested(Codebook(), ["shame"]) == []


def test_what_is_like_a_sentence_by_words_and_concepts(index):
    results = index.search('like:"I was so humiliated, I could not look up"')
    assert "shame-guilt" in results.concepts
    assert "ashamed" in texts(results)[0]
    assert "by words alone" in results.notes[0]
    assert index.search('like:"I was so humiliated" speaker:imran').total == 0


def test_more_like_an_utterance_leaves_it_out(index):
    (hit,) = [h for h in index.search("ashamed", 50).hits if h.moments[0].video == "demo"][:1]
    named = f"{hit.moments[0].video}#{hit.moments[0].utterance}"
    results = index.search(f"like:{named}")
    assert results.total and hit.moments[0].text not in texts(results)
    assert index.search("like:demo#u999").total == index.search('like:"demo u999"').total


@pytest.mark.parametrize(
    "query", ["like:x OR shame", "(like:x shame) OR wine", "-like:x", "like:x -> shame", "shame -> like:x"]
)
def test_like_stands_beside_the_rest(index, query):
    with pytest.raises(QueryError, match="'like:' puts"):
        index.search(query)


def test_like_is_not_counted(index):
    for ask in (index.count, index.concordance):
        with pytest.raises(QueryError):
            ask('like:"I drink"', "video") if ask == index.count else ask('like:"I drink" wine')


def test_a_concept_as_sure_as_asked(tmp_path):
    made = search_makers.document("group")
    tags = [tag for u in made["utterances"] for tag in u["concepts"] if tag["id"] == "feedback"]
    for tag, confidence in zip(tags, (0.35, 0.8), strict=True):
        tag["confidence"] = confidence
    Index.update(search_makers.save(tmp_path, made))
    with Index.of(tmp_path) as index:
        assert [h.score for h in index.search("concept:feedback").hits] == [0.8, 0.35]
        for query, hits in (("concept:feedback>0.5", 1), ("concept:feedback>=0.35", 2), ('concept:"feedback">.9', 0),
                            ("-concept:feedback>0.5", 8), ("concept:feedback>0.5 OR wine", 2),
                            ("concept:trigger -> concept:feedback>0.5 within 60s", 1), ("concept:feedback>1.0", 0)):  # fmt: skip
            assert index.search(query).total == hits, query
        assert index.count("concept:feedback>0.5", "speaker")[0].value == "Colin"


@pytest.mark.parametrize(
    "query",
    ["concept:trigger>", "concept:trigger>2", "concept:trigger>x", "concept:>0.5", "concept:trigger>0.5.5"],
)
def test_a_sureness_that_makes_no_sense(index, query):
    with pytest.raises(QueryError):
        index.search(query)


@pytest.mark.parametrize(
    ("term", "concept"),
    [
        ("loneliness", "support-connection"),
        ("sobriety", "recovery-resilience"),
        ("minimisation", "denial-minimising"),
        ("self-medication", "function-of-use"),
        ("Falling off the wagon", "lapse-relapse"),
    ],
)
def test_a_concept_is_known_by_the_terms_of_its_field(index, term, concept):
    assert index.search(f'concept:"{term}"').total == index.search(f"concept:{concept}").total


def test_a_term_of_no_concept_is_no_name(index):
    with pytest.raises(QueryError, match="there is no concept"):
        index.search("concept:gardening")


def test_terms_tag_nothing():
    codes = codebook.load()
    assert all(code.terms for code in codes.codes.values() if code.broader)
    assert suggested(codes, ["loneliness"]) == ["support-connection"]


def test_a_word_that_nobody_says_in_this_form_finds_the_form_that_is_said(index):
    found = index.search("the rooms fell silent")
    assert any("silence" in text for text in texts(found)[:3])
    assert not any("cycling" in text for text in texts(index.search("cyclists with urgency")))
