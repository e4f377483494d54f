"""Tags on transcripts: their evidence, how things are said, turns and roles; the track, the summary and the scores."""

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipeline.concepts import lexicon, scoring, summary
from pipeline.concepts.coder import Coder
from pipeline.errors import UsageError
from pipeline.files import data_file
from pipeline.formats.writers import concepts_vtt
from pipeline.stages import concepts
from pipeline.stages.concepts import CodedTurns
from pipeline.timing import Span
from pipeline.transcript import About, Concepts, Kind, Token, Utterance
from tests.support.examples import examples
from tests.support.project import ROOT

LABELLED = ROOT / "benchmarks" / "concepts.jsonl"

TINY = """
[[broader]]
id = "b"
label = "B"

[[concept]]
id = "craving"
label = "Craving"
broader = "b"
definition = "wanting it"
patterns = '''
crave~
want ... drink
'''

[[concept]]
id = "refusal"
label = "Refusal"
broader = "b"
definition = "not stopping"
patterns = '''
will not stop
'''

[[concept]]
id = "offer"
label = "Offer"
broader = "b"
definition = "offering"
patterns = '''
therapist: may i suggest
'''
"""


TINY_BOOK = lexicon.parse(TINY)


@pytest.fixture
def tiny():
    return TINY_BOOK


@pytest.fixture(scope="module")
def coder():
    return Coder(lexicon.load(data_file("concepts.toml")))


def talk(*turns, pause_ms=500):
    """Tokens and utterances of `(speaker, text)` turns: each word lasts 200 ms, `pause_ms` lie between turns."""
    tokens, utterances, at_ms = [], [], 0
    for speaker, text in turns:
        first = len(tokens)
        for word in text.split():
            kind = Kind.SOUND if word.startswith("[") else Kind.WORD
            tokens.append(Token(word, Span(at_ms, at_ms + 200), kind=kind))
            at_ms += 200
        utterances.append(Utterance(first, len(tokens), speaker, f"u{len(utterances) + 1}"))
        at_ms += pause_ms
    return tuple(tokens), tuple(utterances)


def evidence(tag, tokens, utterances):
    """What a tag points at, by its characters and by its tokens."""
    utterance = next(u for u in utterances if u.id == tag.utterance)
    text = " ".join(t.text for t in tokens[utterance.first : utterance.last])
    return text[tag.start_char : tag.end_char], " ".join(t.text for t in tokens[tag.first : tag.last])


def test_a_tag_names_its_words_by_token_and_by_character(tiny):
    tokens, utterances = talk(("A", "Yes."), ("B", "Um, I-I was [sighs] craving, badly."))
    found = concepts.run(tokens, utterances, {}, tiny)
    (tag,) = found.tags
    assert (tag.concept, tag.utterance, tag.rule) == ("craving", "u2", "crave~")
    assert evidence(tag, tokens, utterances) == ("craving", "craving,")
    assert tag.first == 5


def test_a_turn_goes_on_over_a_short_pause_and_its_evidence_may_too(tiny):
    tokens, utterances = talk(("A", "I want a"), ("A", "drink"))
    (tag,) = concepts.run(tokens, utterances, {}, tiny).tags
    assert (tag.utterance, tag.first, tag.last) == ("u1", 1, 4)
    assert evidence(tag, tokens, utterances) == ("want a", "want a drink")


@pytest.mark.parametrize(
    "turns",
    [(("A", "I want a"), ("B", "drink")), ((None, "I want it."), (None, "A drink"))],
    ids=["speaker", "unknown"],
)
def test_a_turn_ends_with_its_speaker_and_of_unknown_ones_with_the_sentence(tiny, turns):
    assert concepts.run(*talk(*turns), {}, tiny).tags == ()


def test_a_turn_ends_at_a_long_pause(tiny):
    tokens, utterances = talk(("A", "I want a"), ("A", "drink"), pause_ms=concepts.MAX_TURN_PAUSE_MS + 1)
    assert concepts.run(tokens, utterances, {}, tiny).tags == ()


@pytest.mark.parametrize(
    ("roles", "count"),
    [
        ({}, 1),
        ({"A": "Co-therapist"}, 1),
        ({"A": "client"}, 0),
        ({"A": "bystander"}, 1),
        ({"B": "client"}, 1),
    ],
)
def test_roles_narrow_patterns_only_where_they_are_known(tiny, roles, count):
    tokens, utterances = talk(("A", "May I suggest something?"))
    assert len(concepts.run(tokens, utterances, roles, tiny).tags) == count


def test_progress_rises_to_the_end(tiny):
    shares = []
    concepts.run(*talk(("A", "One."), ("B", "Two."), ("A", "Three.")), {}, tiny, shares.append)
    assert shares == sorted(shares) and shares[-1] == 1


@pytest.mark.parametrize(
    ("text", "manner"),
    [
        ("I crave it.", {}),
        ("I don't crave it.", {"negated"}),
        ("Nobody here craves it.", {"negated"}),
        ("Not only do I crave it.", set()),
        ("I don't sleep, but I crave it.", set()),
        ("I will not stop.", set()),
        ("It isn't true that I will not stop.", {"negated"}),
        ("Do you crave it?", {"asked"}),
        ("What if you crave it?", {"asked", "hypothetical"}),
        ("If I crave it, I call.", {"hypothetical"}),
        ("I'd like to say that I crave it.", set()),
        ('And I go, "Oh, I crave it."', {"quoted"}),
        ("My wife says I crave it.", {"quoted"}),
        ("I say I crave it.", set()),
    ],
)
def test_how_it_is_said(tiny, text, manner):
    tokens, utterances = talk(("A", text))
    (tag,) = concepts.run(tokens, utterances, {}, tiny).tags
    said = {name for name in ("negated", "asked", "quoted", "hypothetical") if getattr(tag, name)}
    assert said == set(manner)


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("I was craving it", About.SPEAKER),
        ("Do you crave it", About.ADDRESSEE),
        ("My brother craves it", About.OTHER),
        ("Craving comes and goes", About.UNSTATED),
    ],
)
def test_whom_it_is_about(tiny, text, about):
    (tag,) = concepts.run(*talk(("A", text)), {}, tiny).tags
    assert tag.about == about


@settings(max_examples=examples(40), deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["A", "B", None]),
            st.lists(
                st.sampled_from(["I-I", "want", "um,", "a", "drink.", "craving", "[laughs]", "“crave”"]),
                min_size=1,
                max_size=8,
            ),
        ),
        max_size=5,
    )
)
def test_evidence_lies_inside_its_utterance(turns):
    tokens, utterances = talk(*((speaker, " ".join(words)) for speaker, words in turns))
    by_id = {u.id: u for u in utterances}
    for tag in concepts.run(tokens, utterances, {}, TINY_BOOK).tags:
        utterance = by_id[tag.utterance]
        assert utterance.first <= tag.first < utterance.last and tag.first < tag.last <= len(tokens)
        said = " ".join(t.text for t in tokens[utterance.first : utterance.last])
        assert 0 <= tag.start_char < tag.end_char <= len(said)
        assert said[tag.start_char : tag.end_char].strip()


def test_the_track_is_webvtt_with_one_line_of_json_per_tag(tiny):
    tokens, utterances = talk(("A", "I'm craving --> <b> & so I will not stop"))
    tokens = tuple(Token("craving-->", t.span) if "craving" in t.text else t for t in tokens)
    found = concepts.run(tokens, utterances, {}, tiny)
    track = concepts_vtt.dumps(found, tokens, utterances, {c.id: c.label for c in tiny.concepts})
    header, note, *cues = track.strip().split("\n\n")
    assert header == "WEBVTT" and note.startswith("NOTE ")
    assert [cue.split("\n")[0] for cue in cues] == [
        "00:00:00.200 --> 00:00:00.400",
        "00:00:01.400 --> 00:00:02.000",
    ]
    payloads = [cue.split("\n")[1] for cue in cues]
    assert all("-->" not in line and "<" not in line for line in payloads)
    assert json.loads(payloads[0])["evidence"] == "craving-->"
    assert [json.loads(p)["label"] for p in payloads] == ["Craving", "Refusal"]
    assert json.loads(payloads[0])["speaker"] == "A"


def test_a_transcript_without_tags_has_an_empty_track():
    assert concepts_vtt.dumps(Concepts("1"), (), (), {}).startswith("WEBVTT\n")


def test_the_summary_counts_by_concept_speaker_part_and_time(tiny):
    tokens, utterances = talk(
        ("A", "I crave it."), ("B", "You crave it, I crave it."), ("A", "I will not stop.")
    )
    tags = concepts.run(tokens, utterances, {}, tiny).tags
    parts = [("one", Span(0, 1000)), ("two", Span(1000, 3000))]
    found = summary.summarise(tags, tokens, utterances, 6000, parts, pieces=6)
    assert found.total == {"craving": 3, "refusal": 1}
    assert found.by_speaker == {("craving", "A"): 1, ("craving", "B"): 2, ("refusal", "A"): 1}
    assert found.by_part == {("craving", "one"): 1, ("craving", "two"): 2, ("refusal", ""): 1}
    assert found.over_time == {"craving": (1, 2, 0, 0, 0, 0), "refusal": (0, 0, 0, 1, 0, 0)}
    assert summary.sparklines(found, tiny).splitlines()[:2] == [
        "Craving    3    (3) |▄█    |",
        "Refusal    1    (1) |   ▄  |",
    ]


def test_a_recording_without_concepts_has_no_picture(tiny):
    assert summary.sparklines(summary.summarise((), (), (), 1000), tiny) == ""


def rows(tmp_path, *lines):
    path = tmp_path / "rows.jsonl"
    path.write_text("\n".join(line if isinstance(line, str) else json.dumps(line) for line in lines), "utf-8")
    return path


def test_scores_count_right_wrong_and_missed(tiny, tmp_path):
    path = rows(
        tmp_path,
        {"id": "1", "transcript_id": 1, "text": "I crave it, I will not stop", "concepts": ["craving"]},
        {"id": "2", "transcript_id": 1, "text": "I like it", "concepts": ["craving"]},
        {"id": "3", "transcript_id": None, "text": "I crave it", "concepts": ["craving"]},
    )
    labelled = scoring.read_labelled(path, frozenset({"craving", "refusal", "offer"}))
    found = scoring.score(labelled, Coder(tiny))
    assert found.per_concept == {"craving": scoring.Counts(2, 0, 1), "refusal": scoring.Counts(0, 1, 0)}
    assert found.micro == scoring.Counts(2, 1, 1)
    assert found.micro.f1 == pytest.approx(2 / 3)
    assert [(c.id, c.concept, c.evidence) for c in found.confusions] == [
        ("1", "refusal", "will not stop"),
        ("2", "craving", ""),
    ]
    document = found.to_json()
    assert document["macro"]["f1"] == pytest.approx(0.8)
    assert document["macro"]["concepts"] == ["craving"]
    low, high = document["micro"]["ci"]
    assert 0.5 <= low <= document["micro"]["f1"] <= high <= 1


def test_no_rows_score_nothing(tiny):
    found = scoring.score([], Coder(tiny))
    assert (found.micro.f1, found.macro, found.micro_ci) == (0, (0, 0, 0), (0, 0))


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("{", "line 2 is no labelled utterance"),
        ('{"text": "a"}', "line 2 is no labelled utterance"),
        ('{"text": "a", "concepts": ["nonsense"]}', "line 2: the lexicon has no concept 'nonsense'"),
    ],
)
def test_a_row_that_is_none_is_named(tmp_path, line, problem):
    path = rows(tmp_path, {"text": "a", "concepts": []}, line)
    with pytest.raises(UsageError, match=problem):
        scoring.read_labelled(path, frozenset({"craving"}))


def test_a_missing_file_is_a_usage_error(tmp_path):
    with pytest.raises(UsageError, match=r"nowhere\.jsonl"):
        scoring.read_labelled(tmp_path / "nowhere.jsonl", frozenset())


def labelled(coder, sample):
    known = frozenset(c.id for c in coder.lexicon.concepts)
    return [row for row in scoring.read_labelled(LABELLED, known) if row.sample == sample]


def test_technical_words_in_other_senses_are_left_alone(coder):
    false = [
        (row.text, sorted(coder.concepts_in(row.text)))
        for row in labelled(coder, "plain")
        if coder.concepts_in(row.text)
    ]
    assert len(false) <= 1, false


def test_the_demo_is_tagged_as_people_would(coder):
    found = scoring.score(labelled(coder, "demo"), coder)
    assert found.micro.precision >= 0.8 and found.micro.recall >= 0.75, found.confusions


def test_labelled_talk_is_tagged_well_enough(coder):
    data = os.environ.get("VIGNETTE_DATA")
    if not data:
        pytest.skip("VIGNETTE_DATA does not name a folder with concepts/dev.jsonl")
    known = frozenset(c.id for c in coder.lexicon.concepts)
    found = scoring.score(scoring.read_labelled(Path(data) / "concepts" / "dev.jsonl", known), coder)
    assert found.micro.f1 >= 0.55 and found.micro.precision >= 0.60 and found.macro[2] >= 0.45


def test_one_changed_turn_has_few_patterns_read_and_its_tags_are_those_of_all_patterns(coder, tmp_path):
    unread = shutil.copy(
        data_file("concepts.toml"), tmp_path
    )  # of the other one all patterns were read by now
    book = lexicon.load_lazily(Path(unread))
    hasty = Coder(book, coder.by_word, without_spacy=True)
    text = "Whenever I fight with my wife I drink, and it takes the edge off. I don't have a problem."
    assert hasty.code(text) == coder.code(text) != []
    assert 0 < len(book.unread._read) < len(book.unread) / 4


def test_a_turn_that_was_coded_before_is_not_coded_again(tiny, monkeypatch):
    coded = []
    code = Coder.code
    monkeypatch.setattr(
        Coder, "code", lambda self, text, role="": coded.append(text) or code(self, text, role)
    )
    first = talk(("a", "First one."), ("b", "Then another."))
    _, cache = concepts.run_again(*first, {}, tiny, CodedTurns())
    again, kept = concepts.run_again(*talk(("a", "First one."), ("b", "Then a third.")), {}, tiny, cache)
    assert coded == ["First one.", "Then another.", "Then a third."]
    assert cache.by_word == kept.by_word == Coder(tiny).by_word
    assert again == concepts.run(*talk(("a", "First one."), ("b", "Then a third.")), {}, tiny)
    assert sorted(kept.findings) == [": First one.", ": Then a third."]
    assert sorted(cache.findings) == [": First one.", ": Then another."]


@pytest.mark.parametrize(
    ("text", "concept", "is_there"),
    [
        ("She fell off the wagon with her emails.", "lapse-relapse", False),
        ("I slipped back into reading the news at night.", "lapse-relapse", False),
        ("He's relapsed into his old jokes.", "lapse-relapse", False),
        ("She fell off the wagon at the wedding.", "lapse-relapse", True),
        ("I slipped back into drinking at night.", "lapse-relapse", True),
        ("I felt drawn to the exit.", "craving-urge", False),
        ("I felt drawn to the bottle.", "craving-urge", True),
        ("I dread these sessions.", "resistance", True),
        ("I can't stand this group.", "resistance", True),
        ("I'm so sick of our meetings.", "resistance", True),
        ("I dread the winter.", "resistance", False),
    ],
)
def test_words_of_use_and_of_the_room_mean_what_stands_beside_them(coder, text, concept, is_there):
    assert (concept in coder.concepts_in(text)) == is_there
