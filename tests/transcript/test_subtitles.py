"""What came with a recording: a script loses what nobody says, subtitles keep all of it."""

from dataclasses import replace
from pathlib import Path

from pipeline.formats.readers import read
from pipeline.transcript import Kind

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
