"""What was not understood, from the script to all that comes out: shown, timed between neighbours, never a word or a sound."""

import json

import pytest

from pipeline.formats.document import captions
from tests.support.schema import must_be_valid

LOST = ("it with", "people who")  # of what the clip's people say; the marks stand in their place


@pytest.fixture
def marked(clip_project):
    script = clip_project.media / "clip.txt"
    text = script.read_text(encoding="utf-8")
    assert all(words in text for words in LOST)
    text = text.replace(LOST[0], "[inaudible 00:00:07]").replace(LOST[1], "(unintelligible)")
    script.write_text(text, encoding="utf-8")
    return clip_project


def test_marks_go_through_a_whole_run(marked):
    ran = marked.quick("run", "media/clip.mp4")
    assert ran.status == 0, ran.err
    assert "2 marks stand for speech that was not understood: at 0:0" in " ".join((ran.out + ran.err).split())
    document = json.loads((marked.out / "clip.json").read_text(encoding="utf-8"))
    must_be_valid(document)
    for utterance in document["utterances"]:
        words = utterance["words"]
        assert [w["start_ms"] for w in words] == sorted(w["start_ms"] for w in words)
    words = [w for u in document["utterances"] for w in u["words"]]
    unclear = [k for k, w in enumerate(words) if w["kind"] == "unclear"]
    assert [words[k]["text"] for k in unclear] == ["[inaudible 00:00:07]", "(unintelligible)"]
    for k in unclear:
        before, mark, after = words[k - 1 : k + 2]
        assert before["start_ms"] <= mark["start_ms"] <= mark["end_ms"] <= after["end_ms"]
        assert mark["time_source"] != "aligned" and mark["confidence"] < 0.5
    speakers = [u["speaker"] for u in document["utterances"] for _ in u["words"]]
    assert all(speakers[k] == speakers[k - 1] for k in unclear)
    said = " ".join((marked.out / "clip.en.srt").read_text(encoding="utf-8").split())
    assert "[inaudible 00:00:07]" in said and "(unintelligible)" in said

    known = captions.parse((marked.out / "clip.json").read_bytes(), marked.out / "clip.json")
    assert [w.text for w in known.words if w.kind == "unclear"] == [
        "[inaudible 00:00:07]",
        "(unintelligible)",
    ]
    found = marked.quick("check", "transcripts/clip.json", "--json").json
    (report,) = found["files"]
    gaps = [f for f in report["findings"] if f["id"] == "inaudible"]
    assert [f["measured"] for f in gaps] == ["[inaudible 00:00:07]", "(unintelligible)"]
    spoken = sum(w["kind"] == "word" for w in words)
    assert report["rates"]["words_found"] == pytest.approx(spoken / (spoken + 2))
