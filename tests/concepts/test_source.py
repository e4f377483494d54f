"""Every value of a lexicon's file is found at the line and column where it is written."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.concepts.source import LexiconSource
from pipeline.errors import LexiconError

ENTRY = st.text("abc {}()~^!", min_size=1, max_size=12).map(str.strip).filter(bool)
REMARK = st.sampled_from(["", "  # a remark", " #"])


@st.composite
def blocks(draw: st.DrawFn) -> tuple[str, list[tuple[str, int, int]]]:
    """The text of a block, and of each of its entries the words with line and column; the block begins on line 3."""
    lines, expected = [], []
    for number in range(draw(st.integers(0, 6))):
        indent = " " * draw(st.integers(0, 4))
        if draw(st.booleans()):
            lines.append(draw(REMARK))
            continue
        entry = draw(ENTRY)
        lines.append(f"{indent}{entry}{draw(REMARK)}")
        expected.append((entry, number + 3, len(indent) + 1))
    return "\n".join(lines), expected


def source(text: str) -> LexiconSource:
    return LexiconSource(Path("mine.toml"), text)


@given(blocks())
def test_each_entry_of_a_block_has_its_line_and_column(
    block: tuple[str, list[tuple[str, int, int]]],
) -> None:
    text, expected = block
    read = source(f"[sets]\nuse = '''\n{text}\n'''\n")
    found = [(e.text, *e.place(0)) for e in read.lines(read.table["sets"], "sets", "use")]
    assert found == expected


@given(st.lists(ENTRY, min_size=1, max_size=4))
def test_an_entry_over_several_lines_keeps_the_place_of_each_character(pieces: list[str]) -> None:
    written = "|\n  ".join(pieces)
    read = source(f"[sets]\nuse = '''\n  {written}\n'''\n")
    (entry,) = read.lines(read.table["sets"], "sets", "use")
    assert entry.text == "|".join(pieces)
    lines = read.text.splitlines()
    for offset, character in enumerate(entry.text):
        line, column = entry.place(offset)
        assert lines[line - 1][column - 1] == character


def test_tables_of_a_list_are_told_apart() -> None:
    read = source('version = "1"\n[[concept]]\nid = "a"\n\n[[concept]]\n  id = "b"\n')
    assert read.places["", "version"] == (1, 12)
    assert read.places["concept 0", "id"] == (3, 7)
    assert read.places["concept 1", "id"] == (6, 9)
    assert read.places["concept 1", ""] == (5, 1)


def test_what_looks_like_a_key_inside_a_block_is_none() -> None:
    read = source("[sets]\nuse = '''\nother = 1\n'''\nlast = 'x'\n")
    assert ("sets", "other") not in read.places
    assert read.places["sets", "last"][0] == 5


@pytest.mark.parametrize(
    ("key", "sentence"),
    [
        ("patern", "mine.toml, line 2, column 1: no such key - did you mean 'patterns'?"),
        ("zzz", "mine.toml, line 2, column 1: no such key - known are blocks, patterns"),
    ],
)
def test_an_unknown_key_is_shown_with_the_known_one(key: str, sentence: str) -> None:
    read = source(f"[c]\n{key} = 1\n")
    known = frozenset({"patterns", "blocks"})
    assert str(read.unknown_key("c", key, "no such key", known)) == sentence


def test_a_missing_key_is_shown_at_the_head_of_its_table() -> None:
    error = source('\n[[concept]]\nid = "a"\n').error("concept 0", "label", "'label' is missing")
    assert str(error) == "mine.toml, line 2, column 1: 'label' is missing"


def test_a_block_that_is_no_text_is_refused() -> None:
    read = source("[sets]\nuse = ['a']\n")
    with pytest.raises(LexiconError, match=r"line 2, column 7: 'use' must be text"):
        list(read.lines(read.table["sets"], "sets", "use"))


def test_invalid_toml_is_shown_where_it_is() -> None:
    with pytest.raises(LexiconError) as raised:
        source("[sets]\nuse = \n")
    assert raised.value.line == 2 and raised.value.problem.startswith("not valid TOML: ")
