"""Forty queries and what they must find, over a group with vignettes and a talk between two."""

import pytest
import search_makers

from pipeline.search import Codebook, Index, QueryError


@pytest.fixture(scope="module")
def index(tmp_path_factory):
    folder = search_makers.save(
        tmp_path_factory.mktemp("transcripts"),
        search_makers.document(),
        search_makers.document("clinic", search_makers.CLINIC, "One to one", draft=True),
    )
    Index.update(folder)
    with Index.of(folder, Codebook.of(search_makers.BROADER)) as opened:
        yield opened


def ids(results):
    """`g3` is the third utterance of the group, `c3` of the clinic; a sequence is `g3>g5`."""
    return [">".join(f"{m.video[0]}{m.utterance[1:]}" for m in hit.moments) for hit in results.hits]


# Sets: any order; lists: exactly this order.
EXPECTED = [
    # words
    ("ashamed", {"g5", "c8"}),
    ("shame", {"g7"}),
    ("feeling", {"c5"}),
    ("stress", {"c2", "c3"}),
    ("relaxing", {"c2"}),
    ("smoke stress", {"c2", "c3"}),
    ("cafe naive", {"c7"}),
    ("CAFÉ", {"c7"}),
    ("relax*", {"c2"}),
    ("smokin*", {"c3"}),
    ("resist*", {"g9"}),
    ("resistance", ["g9"]),
    # exact words and phrases
    ('"smoking"', {"c3"}),
    ('"felt angry"', {"c8", "c9"}),
    ('"feel angry"', set()),
    ('"you felt angry"', {"c9"}),
    ('"only here because my wife"', {"g2"}),
    # boolean
    ("shame OR rifle", {"g7", "c4"}),
    ("felt -angry", {"g3", "c7"}),
    ('felt -"felt angry"', {"g3", "c7"}),
    ("(rifle OR urge) trigger", {"c4"}),
    ("felt NOT (angry OR café)", {"g3"}),
    ("bottle NEAR/2 wine", {"g4"}),
    ("shop NEAR/1 wine", set()),
    # a title or a vignette's title helps when a word is said
    ("door wife", ["g2"]),
    ("sunday bottle", {"g4"}),
    ("sunday", set()),
    # concepts
    ("concept:trigger", {"g4", "c2"}),
    ("concept:relapse-process", {"g4", "g8", "c2", "c3", "c5", "c10"}),
    ("concept:emotion -concept:shame-guilt", {"g3", "g4", "c9"}),
    ("concept:craving-urge negated:yes", {"g8", "c5"}),
    ("concept:resistance negated:no", {"g2", "g9", "c5"}),
    ("concept:shame-guilt asked:yes", {"g7"}),
    ("trigger -concept:trigger", {"c4"}),
    ("rifle OR concept:lapse-relapse", {"c4", "c10"}),
    # who and where
    ("speaker:zoë angry", {"c9"}),
    ("role:client felt video:group", {"g3"}),
    ("kind:commentary", {"g9"}),
    ("vignette:2 concept:feedback", {"g6"}),
    ('vignette:"four o\'clock" speaker:denise', {"g4", "g5"}),
    ("draft:yes concept:feedback", {"c6"}),
    ("after:0:30 before:40s video:group", ["g7", "g8"]),
    # what followed what
    ("concept:trigger -> concept:feedback within 60s by:other", ["g4>g6", "c2>c6"]),
    ("concept:trigger -> concept:feedback within 6s by:other", ["g4>g6"]),
    ("concept:trigger -> concept:shame-guilt by:same", ["g4>g5", "c2>c8"]),
    ("concept:trigger -> concept:shame-guilt by:same within vignette", ["g4>g5"]),
    ("speaker:marc -> speaker:zoë within 1 utterances", {"c2>c3", "c5>c6", "c8>c9"}),
    ("concept:trigger -> concept:feedback -> shame", ["g4>g6>g7"]),
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
        ("kind:coment", "there is no kind of vignette 'coment'", 5),
        ("video:grup", "did you mean group?", 6),
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
    assert index.search("rifel").notes == ("nobody says 'rifel'; did you mean rifle?",)


def test_a_hit_says_all_about_itself(index):
    (hit,) = index.search("bottle").hits
    (moment,) = hit.moments
    assert [moment.text[a:b] for a, b in moment.marks] == ["bottle"]
    assert (hit.before.speaker, hit.before.text) == ("Maya", "When you said no offence, I felt it anyway.")
    assert hit.after.speaker == "Denise"
    assert [(e.concept, e.words) for e in moment.evidence] == [
        ("trigger", "standing in the shop"),
        ("emotion-naming", "wine"),
    ]
    assert moment.evidence[0].start_ms == 16_000 + 2 * (4000 // 11)
    assert moment.citation == (
        '"I was standing in the shop with a bottle of wine." '
        "(The Thursday Group, Vignette 2, 00:00:16–00:00:20, Denise)"
    )
    assert moment.link() == "http://127.0.0.1:8400/?video=group#t=16.000"


def test_context_stays_in_its_video(index):
    (last,) = index.search("kind:commentary").hits
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
    assert (len(results.hits), results.total) == (2, 6)


def test_counts(index):
    assert [(c.value, c.hits, c.of) for c in index.count("felt", "speaker")] == [
        ("(nobody knows)", 1, 1), ("Marc", 1, 5), ("Maya", 1, 1), ("Zoë", 1, 4)]  # fmt: skip
    assert [(c.value, c.hits) for c in index.count("felt", "video")] == [("clinic", 3), ("group", 1)]
    assert [c.value for c in index.count("concept:trigger", "concept")] == [
        "trigger",
        "emotion-naming",
        "function-of-use",
    ]
    assert [c.value for c in index.count("shame", "vignette")] == ["group, Vignette 2"]
    assert [c.value for c in index.count("rifle", "vignette")] == ["clinic, outside of vignettes"]
    assert index.count("concept:trigger -> concept:feedback by:other", "video")[0].hits == 1


def test_cooccurrence(index):
    same = index.cooccurrence(0)
    assert same.near["trigger"]["function-of-use"] == same.near["function-of-use"]["trigger"] == 1
    assert same.total["trigger"] == 2
    near = index.cooccurrence(6000)
    assert near.near["trigger"]["feedback"] == 1  # in the group; in the clinic it comes 16 seconds later
    assert near.near["trigger"]["lapse-relapse"] == 0
    assert index.cooccurrence(6000, "video:clinic").total["trigger"] == 1


@pytest.mark.parametrize("sort", ["place", "left", "right"])
def test_concordance(index, sort):
    found = index.concordance("angry", sort=sort)
    lines = [(x.left, x.keyword, x.right) for x in found.lines]
    assert found.total == 2
    assert sorted(lines) == [
        ("I felt ", "angry", ", then ashamed, then nothing."),
        ("You felt ", "angry", "."),
    ]
    if sort == "right":
        assert lines[0][2] == "."


def test_a_concordance_shows_so_many_words(index):
    (line,) = index.concordance("bottle", context=2).lines
    assert (line.left, line.keyword, line.right) == ("with a ", "bottle", " of wine.")


def test_a_concordance_needs_a_word(index):
    with pytest.raises(QueryError, match="needs a word"):
        index.concordance("concept:trigger")
