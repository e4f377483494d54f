"""Speaker labels: what is one by its form, what must come again, and what never is one."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.formats.readers.labels import Label, Labels, is_all_caps

names = st.from_regex(r"[A-Z]{2,8}( [A-Z]{3,8})?", fullmatch=True).filter(
    lambda name: Labels(frozenset()).at_start(f"{name}: x") is not None
)
speech = st.from_regex(r"[a-z]{1,8}( [a-z]{1,8}){0,4}[.?!]", fullmatch=True)


@given(names, speech)
def test_a_label_is_as_long_as_what_stands_before_the_words(name: str, said: str) -> None:
    label = Labels(frozenset()).at_start(f"{name}: {said}")
    assert label == Label(name, len(name) + 1)


@given(speech)
def test_ordinary_speech_begins_with_no_label(said: str) -> None:
    assert Labels(frozenset()).at_start(said) is None


@given(st.text(max_size=60))
def test_a_label_never_reaches_beyond_its_text(text: str) -> None:
    label = Labels(frozenset()).at_start(text)
    assert label is None or (0 < label.length <= len(text) and label.name in text[: label.length])


@pytest.mark.parametrize(
    ("line", "name", "aside"),
    [
        ("TOM: Yes.", "TOM", ""),
        ("Tom Leighton: Yes.", "Tom Leighton", ""),
        ("Client 2: Yes.", "Client 2", ""),
        ("TOM (sighs): Yes.", "TOM", "(sighs)"),
        ("TOM (V.O.): Yes.", "TOM", ""),
        ("[TOM] Yes.", "TOM", ""),
        ("(Tom Leighton) Yes.", "Tom Leighton", ""),
        ("McKAY: Yes.", "McKAY", ""),
    ],
)
def test_forms_that_leave_no_doubt(line: str, name: str, aside: str) -> None:
    label = Labels(frozenset()).at_start(line)
    assert label is not None
    assert (label.name, label.aside) == (name, aside)
    assert line[label.length :].strip() == "Yes."


@pytest.mark.parametrize(
    "line",
    ["Note: we stop.", "Tom: Yes.", "[DOGS HOWLING] Yes.", "[Laughter] Yes.", "12:30 is late.", "TOM:Yes."],
)
def test_forms_in_doubt_stay_text(line: str) -> None:
    assert Labels(frozenset()).at_start(line) is None


@given(st.integers(0, 5), st.integers(4, 20))
def test_one_capitalised_word_is_a_label_when_it_comes_again(times: int, others: int) -> None:
    labels = Labels.learn([*["Tom: Yes."] * times, *["we went on."] * others])
    assert (labels.at_start("Tom: No.") is not None) == (times >= 2)


@pytest.mark.parametrize("known", ["Tim Leighton", "Dr. Tim Leighton, PhD", "Tim Leighton (therapist)"])
def test_a_known_person_may_be_called_by_either_name(known: str) -> None:
    labels = Labels.learn([], [known])
    assert labels.at_start("Tim: Yes.")
    assert labels.at_start("Leighton: Yes.")
    assert not labels.at_start("Dr: Yes.")


def test_where_all_is_in_capitals_only_a_certain_name_is_a_label() -> None:
    plain = ["WE WENT HOME THEN AND STAYED."] * 12
    labels = Labels.learn([*plain, "TOM: YES I DID.", "WARM: IT WAS NOT.", "TOM: SO DID SHE."])
    assert labels.all_caps
    assert labels.at_start("TOM: YES.")
    assert not labels.at_start("WARM: NO.")
    assert labels.at_start("WARM: NO.", announced=True)


@given(st.integers(0, 60), st.integers(0, 60))
def test_text_is_in_capitals_by_two_thirds_of_its_letters(capitals: int, small: int) -> None:
    assert is_all_caps(["A" * capitals, "a" * small]) == (capitals > 20 and capitals > 2 * small)


def test_a_numbered_role_is_a_label_before_speech_in_small_letters() -> None:
    starts = [
        "SPEAKER 1: good evening",
        "SPEAKER 2: i was late",
        "SPEAKER 1: so you were",
        "SPEAKER 2: my bus was",
    ]
    labels = Labels.learn(starts)
    found = [labels.at_start(start) for start in starts]
    assert [(f.name, f.doubtful) for f in found if f] == [
        ("SPEAKER 1", False), ("SPEAKER 2", False), ("SPEAKER 1", False), ("SPEAKER 2", False),
    ]  # fmt: skip
