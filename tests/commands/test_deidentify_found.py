"""The names of a recording are proposed; what has a capital for another reason is not."""

import pytest

from pipeline.commands.deidentify.found import Material, in_label, proposed
from pipeline.commands.deidentify.key import Entry, Key
from pipeline.commands.deidentify.letters import words_of
from pipeline.commands.deidentify.patterns import candidates
from pipeline.settings import Person, Settings
from tests.support import edit_makers


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("I'm Priya, and this is my wife Anna.", {"Priya", "Anna"}),
        ("Dr. Whitfield told me. Mrs. Baker too.", {"Whitfield", "Baker"}),
        ("Thank you, Bronagh. And you, Hyacinth.", {"Bronagh", "Hyacinth"}),
        ("They call him Spud. My friend Tiny knows.", {"Spud", "Tiny"}),
        ("We moved to Leeds. I was born in Kings Cross.", {"Leeds", "Kings Cross"}),
        ("In the Royal Oak Hospital on Elm Street", {"Royal Oak Hospital", "Elm Street"}),
        ("Oluwaseun's late. Xochitl said so.", {"Oluwaseun", "Xochitl"}),
        ("I told Hope about it. Will, you can.", {"Hope", "Will"}),
        ("Sinead O'Connor and Jean-Luc Picard", {"Sinead O'Connor", "Jean-Luc Picard"}),
        ("It is K-O-W-A-L-S-K-I.", {"Kowalski"}),
        ("hello i'm priya", {"Priya"}),
        ("THANK YOU, BRONAGH. WELL, YES.", {"Bronagh"}),
    ],
)
def test_patterns_find_it(text, names):
    assert {c.name for c in candidates(text)} == names


@pytest.mark.parametrize(
    "text",
    [
        "Will you? May I? Hope so. Mark my words. Grace is what I need.",
        "He goes to AA. OK? The NHS. I love Christmas. Mum came on Sunday, and God knows. English food.",
        "Welcome to the Thusrday group. Theere are taht many. Yeah. Whoa. Gonna go. Hmm, Well, So. Um, Doctor, yes.",
        "Thank you, Doctor. I'm Catholic. On Step Four. The Big Book. In May, June and July. Nothing on, Sundays.",
        "Uh, no. Resistance is information. Nobody. Sitting with discomfort. Methamphetamine. Narcan.",
    ],
)
def test_what_is_no_name_is_not_proposed(text):
    assert list(candidates(text)) == []


@pytest.fixture(scope="module")
def transcript():
    return edit_makers.compose(edit_makers.demo_aligned(), voiced=True).transcript


def entries(key):
    return {e.name: e for e in key.entries}


def test_the_demos_names_are_found_and_no_other(transcript):
    found = entries(proposed(Key(secret="s"), Material(Settings(), transcript)))
    assert set(found) == {"Daniel Marsh", "Ruth Calder", "Alan", "Colin", "Maya", "Denise", "Leo", "Terry"}


def test_pseudonyms_are_no_names_of_the_recording_and_have_other_initials(transcript):
    settings = Settings(people=(Person("Orla Thorne"), Person("Alan Frew", also_known_as=("Al",))))
    key = proposed(Key(secret="s"), Material(settings, transcript))
    real = {w for e in key.entries for w in e.words}
    for entry in key.entries:
        for old, new in zip(words_of(entry.name), words_of(entry.pseudonym), strict=True):
            assert new not in real and new[0] != old[0]
    assert len({e.pseudonym for e in key.entries}) == len(key.entries)


def test_a_key_that_knows_them_all_stays_as_it_is(transcript):
    material = Material(Settings(), transcript)
    key = proposed(Key(secret="s"), material)
    assert proposed(key, material) == key
    assert proposed(Key(secret="s"), material) == key


def test_somebody_has_one_pseudonym_in_all_recordings(transcript):
    before = Key((Entry("people", "Ruth", "Zelda"), Entry("people", "Denise", is_name=False)), secret="s")
    found = entries(proposed(before, Material(Settings(), transcript)))
    assert found["Ruth Calder"].pseudonym.startswith("Zelda ") and not found["Denise"].pseudonym


def test_a_nickname_is_another_form_of_a_name(transcript):
    settings = Settings(
        people=(Person("William Hart"), Person("Margaret Lowe")), title="Billy and Maggie's group"
    )
    found = entries(proposed(Key(secret="s"), Material(settings, transcript)))
    assert found["William Hart"].also == ("Billy",) and found["Margaret Lowe"].also == ("Maggie",)


def test_names_come_from_files_titles_and_terms_too(transcript):
    settings = Settings(credits="Filmed by Kwabena Okonkwo", terms=("Larkspur House", "relapse prevention"))
    material = Material(settings, transcript, (), ("szymborska_session_2.en",))
    found = set(entries(proposed(Key(secret="s"), material)))
    assert {"Kwabena Okonkwo", "Szymborska", "Larkspur House"} <= found
    assert not {"Session", "Prevention"} & found


@pytest.mark.parametrize(
    ("label", "names"),
    [
        ("Dr. RUTH CALDER", ["Ruth Calder"]),
        ("Client 2 (Priya)", ["Priya"]),
        ("RUTH (V.O.)", ["Ruth"]),
        ("Calder, Ruth (she/her)", ["Ruth Calder"]),
        ("Ruth's iPhone", ["Ruth"]),
        ("ruth.calder@clinic.org", ["Ruth Calder"]),
        ("Therapist Ruth", ["Ruth"]),
        ("STORM", ["Storm"]),
        *((label, []) for label in ("Speaker 3", "MAN 2", "Therapist", "iPhone (2)", "TEXT ON SCREEN", "the doctor", "P1", "")),
    ],
)  # fmt: skip
def test_a_label_names_somebody_or_a_role(label, names):
    assert [c.name for c in in_label(label, "a label")] == names
