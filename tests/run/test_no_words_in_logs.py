"""What was said stands in the outputs, and nowhere else: not in what is logged at any level, not in any error."""

import io
import json
import logging

import pytest

from pipeline.run import graph

# Words of the clip that no message of ours would hold by chance.
SAID = ("Thursday", "Daniel")


@pytest.fixture
def everything_logged():
    """All that any library logs, at every level."""
    told, root = io.StringIO(), logging.getLogger()
    handler, level = logging.StreamHandler(told), root.level
    root.addHandler(handler)
    root.setLevel(1)
    yield told
    root.removeHandler(handler)
    root.setLevel(level)


def test_a_run_logs_no_words(captioned, everything_logged):
    assert any(word in (captioned.out / "clip.en.srt").read_text("utf-8") for word in SAID)
    ran = captioned.quick("run", "--force", "align")
    assert ran.status == 0
    for told in (everything_logged.getvalue(), ran.err):
        assert not [word for word in SAID if word in told]


def test_a_defect_that_quotes_what_was_said_is_told_without_it(captioned, monkeypatch, everything_logged):
    def broken(*_, **__):
        raise RuntimeError("cannot align: " + " ".join(SAID))

    monkeypatch.setattr(graph, "transcript", broken)
    ran = captioned.quick("run", "--json")
    assert ran.status == 1
    log = captioned.out / ".work" / "clip" / "error.log"
    for told in (ran.out, ran.err, log.read_text("utf-8"), everything_logged.getvalue()):
        assert not [word for word in SAID if word in told]
    assert json.loads(ran.out)["recordings"][0]["error"]["kind"] == "Defect"


def test_damaged_files_are_named_and_not_quoted(captioned):
    phrase = "what Daniel said on Thursday"
    (captioned.out / "clip.json").write_text('{"schema": "vignette/1", "' + phrase + '"')
    (captioned.media / "clip.edits.jsonl").write_text('{"at": "' + phrase + "\n")
    for command in (("mux", "media/clip.mp4"), ("decisions", "media/clip.mp4"), ("index",), ("run",)):
        ran = captioned.quick(*command)
        assert phrase not in ran.out + ran.err, command
