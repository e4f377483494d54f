"""Patterns as a clinician writes them: what each sign finds, and what a mistake is answered with."""

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from pipeline.concepts import direct
from pipeline.concepts.inflections import inflector
from pipeline.concepts.matching import Rule, Tagger, _Group, _Reading
from pipeline.concepts.normalize import normalize
from pipeline.concepts.notation import NotationError, Vocabulary, parse_pattern, parse_set
from pipeline.concepts.patterns import Spec, count_variants, variants
from tests.support.examples import examples

PLAIN = Vocabulary({}, inflector({}))
SETS = {
    "use": parse_set("smoke~ | drink~ | have one", PLAIN),
    "place": parse_set("pub | betting shop", PLAIN),
}
VOCABULARY = Vocabulary(SETS, inflector({"feel": ("feel", "feels", "felt")}))


def found(pattern: str, text: str, role: str = "", passed_over: frozenset[str] = frozenset()) -> list[str]:
    """The evidence of one pattern in a text, as it stands there."""
    talk = normalize(text)
    tagger = Tagger([Rule("x", parse_pattern(pattern, VOCABULARY))], passed_over)
    return [text[talk.words[m.first].start : talk.words[m.last - 1].end] for m in tagger.find(talk, role)]


@pytest.mark.parametrize(
    ("pattern", "text", "evidence"),
    [
        ("craving", "I had a Craving.", ["Craving"]),
        ("craving", "I had cravings.", []),
        ("drink~", "She drank, he drinks; we were drinking.", ["drank", "drinks", "drinking"]),
        ("feel~", "I felt it, feeling fine.", ["felt"]),
        ("(night|day off)", "On my day off, at night", ["day off", "night"]),
        (
            "i [really|do not] know",
            "I know. I really know. I don't know.",
            ["I know", "I really know", "I don't know"],
        ),
        ("when ... {use}", "When the two of us drink", []),
        ("when ...4 {use}", "When the two of us drink", ["When the two of us drink"]),
        ("when ...4 {use}", "That was when. Then I drink.", []),
        ("at the {place}", "at the betting shop", ["at the betting shop"]),
        ("do not know", "I dunno. You don't know.", ["dunno", "don't know"]),
        ("it is", "It's late, it is.", ["It's", "it is"]),
        ("^ only", "Well, only him. Not only her.", ["only"]),
        ("so what $", "So what? So what happened?", ["So what"]),
        ("what helps ?", "What helps? This is what helps.", ["What helps"]),
        ("trigger !(finger|happy)", "my trigger finger, my trigger", ["trigger"]),
        ("!(a|the) slip", "a slip; I slip", ["slip"]),
        ("used to drink", "I used to drink. I used it to drink.", ["used to drink"]),
        ("use~", "I used to go there.", []),
        ("drug-free", "Four weeks drug free. A drug-free year.", ["drug free", "drug-free"]),
    ],
)
def test_each_sign_finds_what_it_says(pattern, text, evidence):
    assert found(pattern, text) == evidence


def test_words_passed_over_count_only_where_a_pattern_names_them():
    skip = frozenset({"really", "just", "only"})
    assert found("i want", "I just really want", passed_over=skip) == ["I just really want"]
    assert found("it is only", "It is only beer. It is beer.", passed_over=skip) == ["It is only"]


def test_and_asks_for_words_elsewhere_in_the_turn_but_not_the_same_words():
    assert found("i relax & {use}", "I relax. I smoke.") == ["I relax"]
    assert found("i relax & {use}", "I relax.") == []
    assert found("drink & {use}", "A drink.") == []
    assert found("i relax &! {use}", "I smoke. I relax.") == []


def test_a_role_keeps_others_out_but_not_the_unknown():
    pattern = "therapist: can i share"
    assert found(pattern, "Can I share something?", role="client") == []
    assert found(pattern, "Can I share something?", role="therapist") == ["Can I share"]
    assert found(pattern, "Can I share something?") == ["Can I share"]
    assert found("therapist/narrator: can i share", "Can I share something?", role="narrator") == [
        "Can I share"
    ]


def test_of_overlapping_matches_the_longest_stays():
    rules = [
        Rule("x", parse_pattern(p, VOCABULARY))
        for p in ("want to stop", "stop", "really want to stop drinking")
    ]
    talk = normalize("I really want to stop drinking")
    assert [(m.first, m.last) for m in Tagger(rules).find(talk)] == [(1, 6)]


def test_a_block_takes_away_tags_of_its_concept_that_it_overlaps():
    rules = [
        Rule("x", parse_pattern("feedback", VOCABULARY)),
        Rule("y", parse_pattern("feedback", VOCABULARY)),
        Rule("x", parse_pattern("microphone ... feedback", VOCABULARY), blocking=True),
    ]
    found_in = lambda text: {m.concept for m in Tagger(rules).find(normalize(text))}  # noqa: E731
    assert found_in("the microphone gives feedback") == {"y"}
    assert found_in("the microphone is on. Any feedback?") == {"x", "y"}


@pytest.mark.parametrize(
    ("pattern", "column", "problem"),
    [
        ("i want {desire}", 7, "no set called 'desire'"),
        ("(a|b", 0, "never closed"),
        ("a b)", 3, "closes nothing"),
        ("(a||b)", 3, "a word is missing"),
        ("", 0, "a word is missing"),
        ("[maybe]", 0, "at least one word that cannot be missing"),
        ("([a]|b)", 0, "at least one word that cannot be missing"),
        ("... then", 0, "cannot begin or end with a gap"),
        ("then ...4", 0, "cannot begin or end with a gap"),
        ("a ...99 b", 2, "a gap has 1 to"),
        ("a !(b c)", 2, "single words only"),
        ("a !", 2, "stands one word"),
        ("an activit~", 3, "no forms are known of 'activit'"),
        ("nurse: a", 0, "'nurse' is no role"),
        ("a + b", 2, "cannot stand here"),
        ("a & ", 3, "a word is missing"),
    ],
)
def test_a_mistake_says_what_is_wrong_and_where(pattern, column, problem):
    with pytest.raises(NotationError) as caught:
        parse_pattern(pattern, VOCABULARY)
    assert problem in caught.value.problem
    assert caught.value.column == column


@given(st.text("ab {}()[]|!^$?&.~':3", max_size=30))
def test_any_text_is_a_pattern_or_a_mistake_with_a_place(text):
    try:
        parse_pattern(text, VOCABULARY)
    except NotationError as error:
        assert 0 <= error.column <= len(text)
        assert error.problem


WORDS = st.lists(st.sampled_from("abcde"), min_size=1, max_size=3).map(" ".join)
CHOICES = st.lists(WORDS, min_size=1, max_size=3).map("|".join)
ITEMS = st.one_of(WORDS, CHOICES.map("({})".format), CHOICES.map("[{}]".format))
PATTERNS = st.lists(ITEMS, min_size=1, max_size=4).map(lambda items: "f " + " ".join(items))


@given(PATTERNS)
def test_the_number_of_variants_is_known_without_building_them(pattern):
    phrase = parse_pattern(pattern, VOCABULARY).part.phrase
    assert count_variants(phrase) == len(variants(phrase))


@settings(deadline=None)  # the first example loads spaCy
@given(PATTERNS, st.data())
def test_every_variant_of_a_pattern_is_found_in_talk(pattern, data):
    phrase = parse_pattern(pattern, VOCABULARY).part.phrase
    variant = data.draw(st.sampled_from(variants(phrase)))
    said = [data.draw(st.sampled_from(sorted(spec.forms))) for spec in variant]
    assume(heard_as_said(said))
    matches = Tagger([Rule("x", parse_pattern(pattern, VOCABULARY))]).find(normalize(" ".join(said)))
    assert [(m.first, m.last) for m in matches] == [(0, len(said))]


SPECS = st.one_of(
    st.builds(Spec, st.sets(st.sampled_from("abc"), min_size=1).map(frozenset), st.sampled_from("1?")),
    st.integers(1, 3).map(lambda longest: Spec(None, f"{{0,{longest}}}")),
)
REQUIRED = st.sampled_from("abc").map(lambda word: Spec(frozenset(word)))
VARIANTS = st.builds(
    lambda before, word, after: (*before, word, *after),
    st.lists(SPECS, max_size=3), REQUIRED, st.lists(SPECS, max_size=3),
)  # fmt: skip


@settings(deadline=None, max_examples=examples(300))
@given(st.lists(VARIANTS, min_size=1, max_size=4), st.lists(st.sampled_from("abcd"), max_size=8))
def test_word_by_word_the_same_is_found_as_by_spacy(variants, words):
    group = _Group(frozenset(), variants, without_spacy=False)
    by_spacy = {(first, last) for _, first, last in group._matcher(_Reading(words, []).doc)}
    assert set(direct.spans(variants, words)) == by_spacy


@given(PATTERNS, st.lists(st.sampled_from(["f", *"abcde", "not", "."]), max_size=12))
def test_few_turns_are_tagged_as_many_are(pattern, said):
    rules = [Rule("x", parse_pattern(pattern, VOCABULARY)), Rule("x", parse_pattern("a ... b", VOCABULARY))]
    many, talk = Tagger(rules, frozenset({"c"})), normalize(" ".join(said))
    assert Tagger(rules, frozenset({"c"}), many.by_word, without_spacy=True).find(talk) == many.find(talk)


def heard_as_said(words: list[str]) -> bool:
    """Words said twice are taken for a false start."""
    return [w.text for w in normalize(" ".join(words)).words] == words
