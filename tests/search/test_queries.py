"""Fifty queries and what they must find, over the demo and a talk between two; and what a hit says of itself."""

import pytest

from pipeline.search import Codebook, Index, QueryError
from tests.support import search_makers


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    clinic = search_makers.document("clinic", search_makers.CLINIC, "One to one", draft=True)
    folder = search_makers.save(tmp_path_factory.mktemp("transcripts"), search_makers.demo(), clinic)
    Index.update(folder)
    with Index.of(folder, Codebook.of(search_makers.BROADER)) as opened:
        yield opened


def ids(results):
    """`d3` is the third utterance of the demo, `c3` of the clinic; a sequence is `d3>d5`."""
    return [">".join(f"{m.video[0]}{m.utterance[1:]}" for m in hit.moments) for hit in results.hits]


# Sets: any order; lists: exactly this order.
EXPECTED = [
    # words
    ("ashamed", {"d23", "c8"}),
    ("shame", {"d25"}),
    ("feeling", {"d26", "c5"}),
    ("stress", {"c2", "c3"}),
    ("relaxing", {"c2"}),
    ("smoke stress", {"c2", "c3"}),
    ("cafe naive", {"c7"}),
    ("CAFÉ", {"c7"}),
    ("relax*", {"c2"}),
    ("smokin*", {"c3"}),
    ("resistance", ["d16"]),
    ("tiles", {"d35", "d46"}),
    # exact words and phrases
    ('"smoking"', {"c3"}),
    ('"felt angry"', {"c8", "c9"}),
    ('"feel angry"', set()),
    ('"you felt angry"', {"c9"}),
    ('"no offence"', {"d9", "d13"}),
    ('"call one of you"', {"d30"}),
    # boolean
    ("shame OR rifle", {"d25", "c4"}),
    ("felt -angry", {"d13", "c7"}),
    ('felt -"felt angry"', {"d13", "c7"}),
    ("(rifle OR urge) trigger", {"c4"}),
    ("felt NOT (angry OR café)", {"d13"}),
    ("angry -glad speaker:maya", {"d39"}),
    ("exit NEAR/6 problem", set()),
    ("exit NEAR/7 problem", {"d13"}),
    # a title or a vignette's title helps when a word is said
    ("door wife", ["d6"]),
    ("silence skill", {"d32"}),
    ("sunday bottle", {"d20"}),
    ("introduction", set()),
    # concepts
    ("concept:trigger", {"d20", "d28", "d47", "c2"}),
    ("concept:recovery-work", {"d29", "d30", "d32", "d33"}),
    ("concept:emotion -concept:shame-guilt", {"d32", "d37", "d39", "d41", "c9"}),
    ("concept:craving-urge negated:yes", {"c5"}),
    ("concept:trigger negated:yes", {"d28"}),
    ("concept:relapse-prevention asked:yes", {"d29"}),
    ("trigger -concept:trigger", {"c4"}),
    ("rifle OR concept:lapse-relapse", {"d18", "c4", "c10"}),
    # who and where
    ("speaker:zoë angry", {"c9"}),
    ('speaker:"ruth calder" shame', {"d25"}),
    ("role:cotherapist say", {"d40"}),
    ("kind:commentary concept:interpersonal-process", {"d17"}),
    ("vignette:1 concept:client-autonomy", {"d8", "d15"}),
    ('vignette:"four o\'clock" speaker:denise concept:emotion', {"d23"}),
    ("draft:yes concept:feedback", {"c6"}),
    ("after:2:00 before:150s concept:recovery-work", {"d29", "d30", "d32"}),
    # what followed what
    ("concept:trigger -> concept:feedback within 60s by:other", ["c2>c6", "d28>d37"]),
    ("concept:trigger -> concept:feedback within 20s by:other", ["c2>c6"]),
    ("concept:resistance -> concept:feedback within 60s by:other", ["c5>c6", "d6>d13"]),
    ("concept:resistance -> concept:feedback by:same", ["d16>d17"]),
    ("concept:trigger -> concept:shame-guilt by:same within vignette", ["d20>d23"]),
    ("speaker:marc -> speaker:zoë within 1 utterances", {"c2>c3", "c5>c6", "c8>c9"}),
    (
        "concept:trigger -> concept:relapse-prevention -> concept:coping-skill within 1s",
        ["d28>d29>d30", "d20>d29>d30"],
    ),
    ("angry -> angry by:other", ["c8>c9"]),
    # nonsense
    ("xyzzy", set()),
    ("-felt video:clinic speaker:zoë", {"c1", "c3", "c6"}),
]


@pytest.mark.parametrize(("query", "expected"), EXPECTED, ids=[q for q, _ in EXPECTED])
def test_finds(index, query, expected):
    results = index.search(query)
    found = ids(results)
    assert (found if isinstance(expected, list) else set(found)) == expected
    assert results.total == len(found) == len(set(found))


@pytest.mark.parametrize(
    ("query", "says", "at"),
    [
        ("concept:triger", "did you mean trigger?", 8),
        ("shame concept:motivatio", "did you mean motivation", 14),
        ("speaker:denis", "did you mean denise?", 8),
        ("role:therapst", "did you mean therapist or cotherapist?", 5),
        ("vignette:comentary", "there is no vignette 'comentary'", 9),
        ("kind:coment", "did you mean commentary?", 5),
        ("video:clinc", "did you mean clinic?", 6),
        ("negated:maybe", "is yes or no", 8),
        ("after:noon", "is no time", 6),
    ],
)
def test_an_unknown_name_offers_the_nearest(index, query, says, at):
    with pytest.raises(QueryError) as caught:
        index.search(query)
    assert says in str(caught.value)
    assert caught.value.at == at


def test_a_word_nobody_says_offers_one_that_is_said(index):
    assert index.search("rifel", loosely=False).notes == ("nobody says 'rifel'; did you mean rifle?",)
    found = index.search("rifel")
    assert found.notes[0] == "nobody says 'rifel'; 'rifle' is looked for"
    assert found.hits[0].moments[0].text == index.search("rifle").hits[0].moments[0].text


def test_a_hit_says_all_about_itself(index):
    (hit,) = index.search("slip video:demo").hits
    (moment,) = hit.moments
    assert [moment.text[a:b] for a, b in moment.marks] == ["slip"]
    assert (hit.before.speaker, hit.after.text) == ("Alan Frew", "Take your time.")
    assert [(e.concept, e.words) for e in moment.evidence] == [("lapse-relapse", "nearly had a slip")]
    times = f"00:01:{moment.start_ms // 1000 - 60}–00:01:{-(-moment.end_ms // 1000) - 60}"
    assert (
        moment.citation
        == f'"I had a... I nearly had a slip on Sunday." (The Thursday Group, Vignette 2, {times}, Denise)'
    )


def test_evidence_is_timed_by_its_words(tmp_path):
    folder = search_makers.save(tmp_path, search_makers.document())
    Index.update(folder)
    with Index.of(folder) as opened:
        (evidence,) = opened.search("concept:trigger").hits[0].moments[0].evidence
    step_ms = 4000 // len(["I", "was", "standing", "in", "the", "shop", "with", "a", "bottle", "of", "wine."])
    assert (evidence.start_ms, evidence.end_ms) == (16_000 + 2 * step_ms, 16_000 + 6 * step_ms)


def test_parts_of_a_kind_that_a_person_gave(tmp_path):
    dialogue = "# introduction: Welcome\nAlan | Hello.\n# Role play: The shop\nMaya | Just one bottle."
    document = search_makers.document("own", dialogue)
    for person in document["speakers"]:  # what later versions say of people is passed over
        person["proofs"] = [{"kind": "card", "text": person["name"]}]
    Index.update(search_makers.save(tmp_path, document))
    with Index.of(tmp_path) as opened:
        for query in ('kind:"role play"', 'kind:"Role Play" bottle', "vignette:shop role:client"):
            assert [h.moments[0].utterance for h in opened.search(query).hits] == ["u2"]
        assert [(c.value, c.hits) for c in opened.count("bottle", "vignette")] == [("own, Role play 1", 1)]
        with pytest.raises(QueryError, match="did you mean"):
            opened.search('kind:"role plays"')


def test_context_stays_in_its_video(index):
    (last,) = index.search("kind:closing").hits
    assert last.before is not None
    assert last.after is None
    (first,) = index.search("video:clinic today").hits
    assert first.before is None


def test_what_nobody_checked_is_marked(index):
    results = index.search("rifle")
    assert results.hits[0].moments[0].draft
    assert results.hits[0].citation.endswith("Marc, draft, not verified)")
    assert results.notes == ("draft, not verified by anybody: clinic",)


def test_the_limit_cuts_the_hits_but_not_their_number(index):
    results = index.search("concept:emotion", limit=2)
    assert (len(results.hits), results.total) == (2, 8)


def test_counts(index):
    assert [(c.value, c.hits, c.of) for c in index.count("felt", "speaker", drafts=True)] == [
        ("(nobody knows)", 1, 1), ("Marc", 1, 5), ("Maya", 1, 6), ("Zoë", 1, 4)]  # fmt: skip
    assert [(c.value, c.hits) for c in index.count("felt", "video", drafts=True)] == [
        ("clinic", 3),
        ("demo", 1),
    ]
    assert [(c.value, c.hits) for c in index.count("concept:trigger", "concept", drafts=True)] == [
        ("trigger", 4), ("ending-leaving", 1), ("function-of-use", 1)]  # fmt: skip
    assert [c.value for c in index.count("shame", "vignette")] == ["demo, Vignette 2"]
    assert [c.value for c in index.count("rifle draft:yes", "vignette")] == ["clinic, outside of vignettes"]
    assert index.count("concept:trigger -> concept:feedback by:other", "video")[0].hits == 2


def test_drafts_are_left_out_of_counts_and_that_is_known(index):
    assert [(c.value, c.hits, c.of) for c in index.count("felt", "speaker")] == [("Maya", 1, 6)]
    assert [(c.value, c.hits) for c in index.count("concept:trigger", "concept")] == [
        ("trigger", 3), ("ending-leaving", 1)]  # fmt: skip
    assert [(c.value, c.hits) for c in index.count("felt draft:yes", "video")] == [("clinic", 3)]
    assert (
        index.hits_in_drafts("felt"),
        index.hits_in_drafts("felt draft:yes"),
        index.hits_in_drafts("tiles"),
    ) == (3, 0, 0)
    assert index.hits_in_drafts() == 10
    assert index.cooccurrence(0).total["trigger"] == 3
    assert index.hits_in_drafts("concept:trigger -> felt") == 1


def test_cooccurrence(index):
    same = index.cooccurrence(0, drafts=True)
    assert same.near["trigger"]["function-of-use"] == same.near["function-of-use"]["trigger"] == 1
    assert same.total["trigger"] == 4
    near = index.cooccurrence(7000, drafts=True)
    assert (
        near.near["trigger"]["shame-guilt"] == 1
    )  # "My mother rang" and "I was so ashamed", less than a second apart
    assert near.near["trigger"]["lapse-relapse"] == 1  # more than six seconds after "a slip on Sunday"
    assert near.near["trigger"]["resistance"] == 0
    assert index.cooccurrence(6000, "video:clinic draft:yes").total["trigger"] == 1


@pytest.mark.parametrize(("sort", "order"), [("place", (0, 1, 2)), ("left", (0, 1, 2)), ("right", (1, 2, 0))])
def test_concordance(index, sort, order):
    found = index.concordance("angry", sort=sort)
    lines = [(x.left, x.keyword, x.right) for x in found.lines]
    assert found.total == 6  # one utterance says it twice
    expected = [
        ("I felt ", "angry", ", then ashamed, then nothing."),
        ("You felt ", "angry", "."),
        ("I'm ", "angry", " that you're leaving. I didn't expect to be"),
    ]
    assert [line for line in lines if line in expected] == [expected[i] for i in order]


def test_a_concordance_shows_so_many_words(index):
    (line,) = index.concordance("bottle", context=2).lines
    assert (line.left, line.keyword, line.right) == ("with a ", "bottle", " of wine")


def test_a_concordance_needs_a_word(index):
    with pytest.raises(QueryError, match="needs a word"):
        index.concordance("concept:trigger")
