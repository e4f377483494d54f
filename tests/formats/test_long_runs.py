"""A character that repeats thousands of times costs no reader seconds, and what stands around it is read as ever."""

from __future__ import annotations

import time

import pytest

from pipeline.formats.readers import raw_cues, read
from pipeline.formats.readers.ass import plain_lines
from pipeline.formats.readers.raw_cue import text_lines

COUNT = 60_000
# Seconds of processor time: a pattern that looks on from each of them takes several, all of the reading some hundredths.
MOST_S = 1.0
ASS = "[Events]\nFormat: Start, End, Text\nDialogue: 0:00:01.00,0:00:03.50,Good {}morning.\n"
SRT = "1\n00:00:01,000 --> 00:00:03,500\nGood {}morning.\n"
TXT = "# Monday\n\nRUTH: Good {}morning.\n\nOMAR: I slept badly.\n"


@pytest.mark.parametrize(
    ("name", "form", "repeated"),
    [
        *((name, form, run) for name, form in (("a.txt", TXT), ("a.srt", SRT)) for run in (" ", "\t", "\u3000", "(", "[")),
        *(("a.ass", ASS, run) for run in ("{", "{\\", "<", " ")),
    ],
)  # fmt: skip
def test_long_runs_are_read_in_no_time(tmp_path, name, form, repeated):
    path = tmp_path / name
    path.write_text(form.replace("{}", repeated * (COUNT // len(repeated))), "utf-8")
    since = time.process_time()
    found = read(path)
    assert time.process_time() - since < MOST_S
    shown = " ".join(line for cue in raw_cues(path) for line in text_lines(cue))
    assert found.cues and "Good" in shown and "morning." in shown


@pytest.mark.parametrize("gap", [1, 40, 199, 200, 201, 5000])
def test_a_gap_is_white_space_however_long_it_is(tmp_path, gap):
    path = tmp_path / "talk.txt"
    path.write_text(f"RUTH: Good{' ' * gap}morning, all.\n\nOMAR: I slept badly.\n", "utf-8")
    said = [" ".join(" ".join(text_lines(cue)).split()) for cue in raw_cues(path)]
    assert said == ["RUTH: Good morning, all.", "OMAR: I slept badly."]


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("a {\\i1}b} c{d", "a b} c{d"),
        ("a{b {\\an8}c\\{ d} {e", "ac{ d} {e"),
        ("{\\an8}a", "a"),
        ("a{", "a{"),
        ("}a{x}{y}b", "}ab"),
        ("", ""),
    ],
)
def test_override_blocks_end_where_they_did(raw, shown):
    assert "".join(piece.text for line in plain_lines(raw) for piece in line) == shown
