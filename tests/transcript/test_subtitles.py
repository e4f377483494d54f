"""What came with a recording: a script loses what nobody says, subtitles keep all of it."""

from collections import Counter
from dataclasses import replace
from pathlib import Path

import hypothesis
import pytest
from hypothesis import strategies as st

from pipeline.formats.readers import read
from pipeline.timing import Span
from pipeline.transcript import Kind
from pipeline.transcript.subtitles import Subtitles, SubtitlesCue, SubtitlesFormat, SubtitlesWord

SCRIPT = "VIGNETTE ONE\n\nTOM: Come in. [He stands.] There's a chair.\n\n[She sits down.]\n\nANN: Thanks.\n"


def written(tmp_path: Path, name: str, text: str):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return read(path)


def test_nobody_says_headings_and_directions(tmp_path):
    given = written(tmp_path, "a.txt", SCRIPT)
    assert any(w.kind is Kind.UNSPOKEN for w in given.words)
    said = given.without_directions()
    assert [w.text for w in said.words if w.kind is Kind.WORD] == [
        "Come",
        "in.",
        "There's",
        "a",
        "chair.",
        "Thanks.",
    ]
    assert not [w for w in said.words if w.kind is Kind.UNSPOKEN]
    assert all(c.words for c in said.cues)


def test_subtitles_keep_their_credits(tmp_path):
    given = written(tmp_path, "a.srt", "1\n00:00:01,000 --> 00:00:02,000\nSubtitles by Ann\n")
    assert given.without_directions() == given
    assert given.words[0].kind is Kind.UNSPOKEN


def test_the_words_of_a_script_are_joined_once(tmp_path):
    given = written(tmp_path, "a.txt", SCRIPT)
    assert given.words is given.words
    assert replace(given, cues=given.cues[:1]).words == given.cues[0].words


def timed(*starts_ms: int, length_ms: int = 900) -> Subtitles:
    """Cues in the order of a file, each named by its place there."""
    cues = tuple(
        SubtitlesCue(Span(at, at + length_ms), (SubtitlesWord(str(n)),)) for n, at in enumerate(starts_ms)
    )
    return Subtitles("a.srt", SubtitlesFormat.SRT, cues)


def order(given: Subtitles) -> list[str]:
    return [w.text for w in given.in_order_of_time().words]


UNSORTED = {
    "reversed": [9000, 8000, 7000, 6000, 5000],
    "shuffled": [5000, 1000, 9000, 3000, 7000],
    "sorted as text": [1000, 10_000, 11_000, 2000, 3000, 4000, 5000, 6000, 7000, 8000, 9000],
    "two changed places": [1000, 3000, 2000, 4000, 5000, 6000, 7000, 8000, 9000, 10_000, 11_000, 12_000],
    "signs at the end": [*range(0, 60_000, 3000), 1000, 31_000],
}


@pytest.mark.parametrize("starts", UNSORTED.values(), ids=UNSORTED)
def test_cues_are_taken_in_order_of_their_times(starts: list[int]) -> None:
    given = timed(*starts)
    assert order(given) == [str(n) for n in sorted(range(len(starts)), key=lambda n: starts[n])]
    (note,) = given.in_order_of_time().notes
    assert "do not stand in order of time" in note
    assert given.in_order_of_time().in_order_of_time() == given.in_order_of_time()


AS_GIVEN = {
    "in order": [1000, 2000, 3000],
    "some begin together": [1000, 1000, 2000, 2000, 3000],
    "two files behind one another": [*range(0, 40_000, 1000), *range(300, 40_300, 1000)],
    "no times to speak of": [0, 0, 0, 0],
    "none": [],
}


@pytest.mark.parametrize("starts", AS_GIVEN.values(), ids=AS_GIVEN)
def test_an_order_that_times_do_not_tell_stays(starts: list[int]) -> None:
    given = timed(*starts)
    assert given.in_order_of_time() is given


def test_a_script_has_no_order_of_time(tmp_path):
    given = written(tmp_path, "a.txt", SCRIPT)
    assert given.in_order_of_time() is given


@hypothesis.given(st.lists(st.integers(0, 10**6), max_size=40))
def test_the_order_of_time_loses_no_cue(starts: list[int]) -> None:
    given = timed(*starts)
    assert sorted(given.order_of_time()) == list(range(len(starts)))
    assert Counter(given.in_order_of_time().cues) == Counter(given.cues)
