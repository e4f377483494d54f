"""Titles of parts: which lines say that a part begins, and which kind they name."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.part_kinds import is_set_off, kinds_named, title_in


@pytest.mark.parametrize(
    ("line", "title"),
    [
        ("VIGNETTE 3: THE LETTER", "VIGNETTE 3: THE LETTER"),
        ("[Commentary]", "Commentary"),
        ("## Week 4", "Week 4"),
        ("        SESSION FOUR", "SESSION FOUR"),
        ("Closing remarks", "Closing remarks"),
        ("[COMMENTARY: THE DOOR]", "COMMENTARY: THE DOOR"),
        ("Commentary: he waits", ""),  # who speaks
        ("Week 4 was hard for me", ""),
        ("The commentary was long", ""),
        ("Session four: it went well. I think", ""),
        ("[laughter]", ""),
        ("", ""),
    ],
)
def test_titles_are_whole_lines(line: str, title: str) -> None:
    assert title_in(line) == title


@given(st.text(max_size=80))
def test_a_title_is_part_of_its_line_and_its_own_title(line: str) -> None:
    title = title_in(line)
    assert title in line
    assert not title or title_in(f"[{title}]") == title


def test_a_title_may_name_its_kind() -> None:
    assert kinds_named("Week 7: discussion") == {"commentary"}
    assert kinds_named("The letter") == frozenset()


def test_brackets_and_capitals_set_a_line_off() -> None:
    assert is_set_off("[Commentary]") and is_set_off("## Week 4") and is_set_off("SESSION FOUR")
    assert not is_set_off("Session four")
