"""Plain questions: who is meant, words that stand for others, slips of the pen, and what is said where nothing fits."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.concepts import codebook
from pipeline.files import data_file
from pipeline.search import Index
from pipeline.search.index.vocabulary import Vocabulary
from pipeline.search.query.intent import Intent, intent_of
from pipeline.search.query.parser import MAX_TERMS
from pipeline.search.query.spelling import is_one_slip, meant_word
from pipeline.search.query.stems import stem
from pipeline.search.query.suggestions import suggested, suggestions
from pipeline.search.query.synonyms import SYNONYMS_FILE, synonyms
from pipeline.search.query.telling import telling_words
from tests.support import search_makers

KITCHEN = """
# vignette: The kitchen
Nora | My little boy asked me for breakfast again.
Imran | I was furious about the broken oven. | emotion-naming=furious
Nora | You raised your voice, and I noticed that. | feedback=I noticed that
Imran | The parcel came on Tuesday.
Nora | The kettle has boiled twice.
Imran | Your soup is too salty, I noticed that. | feedback=I noticed that
Nora | I take two tablets before breakfast.
Imran | I feel worthless at the stove. | shame-guilt=worthless
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return search_makers.indexed_beside_demo(tmp_path_factory.mktemp("t"), "kitchen", KITCHEN, "The kitchen")


@pytest.fixture
def index(folder):
    with Index.of(folder, codebook.load()) as opened:
        yield opened


def texts(results):
    return [hit.moments[0].text for hit in results.hits]


@pytest.mark.parametrize(
    ("question", "first"),
    [
        ("medication in the morning", "I take two tablets before breakfast."),
        ("medicines", "I take two tablets before breakfast."),
        ("enraged about kitchenware, angry", "I was furious about the broken oven."),
        ("feeling like a faliure in cooking", "I feel worthless at the stove."),
    ],
)
def test_what_people_say_is_found_by_what_researchers_write(index, question, first):
    assert first in texts(index.search(f"{question} video:kitchen"))[:2]


def test_what_a_named_person_says_comes_first(index):
    by = [
        hit.moments[0].speaker
        for hit in index.search("Imran talks about breakfast and soup and kettles").hits
    ]
    assert by[0] == "Imran" and "Nora" in by
    by = [hit.moments[0].speaker for hit in index.search("Nora mentions soup, breakfast, parcels").hits]
    assert by[0] == "Nora" and "Imran" in by


def test_what_follows_what_was_asked_for_comes_first(index):
    found = texts(index.search("who gave feedback after somebody got angry video:kitchen"))
    assert found.index("You raised your voice, and I noticed that.") == 0
    assert intent_of(["feedback", "after", "anger"], index.connection).earlier == ("anger",)
    assert intent_of(["anger", "followed", "by", "feedback"], index.connection) == Intent(
        ("feedback",), earlier=("anger",)
    )


def test_who_is_spoken_to_is_no_speaker(index):
    meant = intent_of(["what", "does", "Ruth", "say", "to", "Terry", "about", "shame"], index.connection)
    assert (meant.speakers, meant.others, meant.words) == (("ruth",), ("terry",), ("shame",))
    assert intent_of(["clients'", "silence"], index.connection) == Intent(("silence",), role="client")
    assert intent_of(["trust", "of", "the", "therapist"], index.connection).role == ""
    assert intent_of(["Ruth"], index.connection) == Intent(("ruth",))


def test_where_nothing_fits_it_is_said_plainly_and_why(index):
    first = index.search("grief after bereavement").notes[0]
    assert first == "nothing is found for this: nobody speaks of 'grief'; what comes nearest is shown"
    apart = index.search("parcel oven silence video:kitchen").notes[0]
    assert apart.startswith("nothing is found for this") or "fit its words best" in apart
    named = index.search("Terry explains mortgages and soup").notes[0]
    assert named.startswith("nothing is found for this in what Terry says: nobody speaks of")
    assert not index.search("broken oven furious kettle").notes[0].startswith("nothing is found")


def test_every_hit_of_a_question_can_be_shown_however_many_words_stand_for_it(index):
    words = "angry sad afraid anxious happy ashamed praise silent family alcohol quit relapse"
    assert index.search(words).hits
    assert index.search(" ".join(words.split() * 3)[: MAX_TERMS * 4]).hits


def test_slips_of_the_pen_are_mended_and_right_words_are_not(index):
    vocabulary = Vocabulary(index.connection)
    for wrong, right in (
        ("lonliness", "loneliness"),
        ("withdrawl", "withdrawal"),
        ("breakfats", "breakfast"),
    ):
        assert meant_word(wrong, vocabulary) == right
    for right in ("losing", "safe", "praises", "breakfast", "reassurance", "ovem"):
        assert meant_word(right, vocabulary) == ""


WORDS = st.text("abcde", min_size=2, max_size=9)


@given(WORDS, st.integers(1, 8), st.sampled_from("abcde"))
def test_one_slip_is_told_from_none_and_from_its_mending(word, at, letter):
    assert not is_one_slip(word, word)
    put_in = word[:at] + letter + word[at:]
    assert is_one_slip(put_in, word) and is_one_slip(word, put_in)
    if at + 1 < len(word) and word[at] != word[at + 1]:
        exchanged = word[:at] + word[at + 1] + word[at] + word[at + 2 :]
        assert is_one_slip(exchanged, word)


def test_the_thesaurus_is_the_same_in_both_directions():
    for line in data_file(SYNONYMS_FILE).read_text("utf-8").splitlines():
        words = [word.strip().lower() for word in line.partition("#")[0].split("|") if word.strip()]
        assert len(words) != 1, f"nothing stands for '{words[0]}'"
        assert all({*words} <= {*synonyms(word)} for word in words), line
    assert synonyms("zither") == ()
    assert "kid" in synonyms("children") and "fit in" in synonyms("peer pressure")


def test_stems_make_one_of_the_forms_of_a_word():
    for one, other in (
        ("ambivalent", "ambivalence"),
        ("minimising", "minimization"),
        ("resistant", "resistance"),
    ):
        assert stem(one) == stem(other)


def test_a_concept_is_suggested_by_what_tells_it_apart():
    codes = codebook.load()
    assert suggested(codes, ["trouble", "with", "carburettors"]) == []
    assert suggested(codes, ["peer", "pressure"]) == ["relating"]
    (first, *_) = suggestions(codes, ["cravings"])
    assert first.concept == "craving-urge" and first.explained == {"cravings": 1.0}
    (first, *_) = suggestions(codes, ["grief"])
    assert first.explained == {"grief": 0.5}


def test_owners_are_words_and_contractions_are_not():
    assert telling_words("Terry's parting advice, and it's what's left") == [
        "terry",
        "parting",
        "advice",
        "left",
    ]
