"""Nobody is pooled: a name is one person in two recordings only where a list of people or somebody's word says so."""

import pytest

from pipeline.search import Index
from tests.support import search_makers

ALIKE = """
Speaker 1 | The kettle is on the stove.
Speaker 2 | And the stove is off.
Speaker 1 | Then put the stove on.
Ruth | Nobody asked me about the stove.
"""


def two(tmp_path, change=lambda person: None):
    made = [search_makers.document(name, ALIKE) for name in ("monday", "friday")]
    for document in made:
        for person in document["speakers"]:
            person["role"] = ""
            change(person)
    Index.update(search_makers.save(tmp_path, *made))
    return Index.of(tmp_path)


def counted(index, query="stove"):
    return {c.value: (c.hits, c.of) for c in index.count(query, "speaker")}


def test_a_voice_without_a_name_is_somebody_else_in_each_recording(tmp_path):
    with two(tmp_path) as index:
        assert counted(index) == {
            f"{day}: {who}": times
            for day in ("monday", "friday")
            for who, times in (("Speaker 1", (2, 2)), ("Speaker 2", (1, 1)), ("Ruth", (1, 1)))
        }


@pytest.mark.parametrize(
    "known",
    [
        {"role": "therapist"},
        {"evidence": ["named by a person"]},
        {"proofs": [{"kind": "enrolled", "start_ms": 0, "end_ms": 1}]},
    ],
)
def test_a_roster_a_clip_or_a_persons_word_makes_one_of_two(tmp_path, known):
    def tell(person):
        person |= known if person["name"] == "Ruth" else {}

    with two(tmp_path, tell) as index:
        assert counted(index)["Ruth"] == (2, 2)
        assert counted(index)["friday: Speaker 1"] == (2, 2)


def test_evidence_from_the_recording_itself_does_not(tmp_path):
    def heard(person):
        person |= {"evidence": ["introduced by their own words at 0:05"], "proofs": [{"kind": "introduced"}]}

    with two(tmp_path, heard) as index:
        assert counted(index)["monday: Ruth"] == (1, 1)


def test_two_of_one_name_in_a_recording_are_two(tmp_path):
    made = search_makers.document("monday", "Ruth | The stove.\nRuth B | My stove.")
    for person in made["speakers"]:
        person |= {"name": "Ruth", "role": "client"}
    Index.update(search_makers.save(tmp_path, made))
    with Index.of(tmp_path) as index:
        assert sorted((c.hits, c.of) for c in index.count("stove", "speaker")) == [(1, 1), (1, 1)]


def test_a_name_that_is_a_role_is_nobody_though_a_roster_lists_it(tmp_path):
    def listed(person):
        person |= {"role": "client"}

    with two(tmp_path, listed) as index:
        assert counted(index)["monday: Speaker 1"] == (2, 2)


def test_sequences_keep_voices_apart(tmp_path):
    with two(tmp_path) as index:
        others = index.search("kettle -> stove by:other")
        assert [[m.speaker for m in hit.moments] for hit in others.hits] == [["Speaker 1", "Speaker 2"]] * 2
        assert {hit.moments[0].video == hit.moments[1].video for hit in others.hits} == {True}
        same = index.search("kettle -> stove by:same")
        assert [hit.moments[1].text for hit in same.hits] == ["Then put the stove on."] * 2


def test_a_utterance_that_nobody_is_known_to_say_counts_as_such(tmp_path):
    made = search_makers.document("monday", "Ruth | The stove.\n | A stove.")
    Index.update(search_makers.save(tmp_path, made, search_makers.document("friday", " | One stove.")))
    with Index.of(tmp_path) as index:
        assert counted(index) == {"Ruth": (1, 1), "(nobody knows)": (2, 2)}
