"""The same command several times at once: each does its work, and nothing is decided twice."""

import pytest

from pipeline.edits import read


def all_of(project, *commands):
    """Exit statuses and errors of commands begun together."""
    started = [project.start(*command) for command in commands]
    return [(p.communicate(timeout=300)[1], p.returncode) for p in started]


@pytest.mark.parametrize(
    "command",
    [
        ("mux", "media/clip.mp4"),
        *(
            pytest.param(command, marks=pytest.mark.slow)
            for command in (("export-qda", "group.qdpx"), ("sheet", "media/clip.mp4"))
        ),
    ],
)
def test_three_at_once_succeed(captioned, command):
    found = all_of(captioned, *[command] * 3)
    assert [status for _, status in found] == [0, 0, 0], found
    assert not [p for p in captioned.folder.rglob("*") if p.name.endswith(".part")]


def test_two_who_adopt_at_once_decide_once(captioned):
    captions = captioned.out / "clip.en.srt"
    captions.write_text(captions.read_text("utf-8").replace("Thursday", "Wednesday"), "utf-8")
    command = ("adopt", "media/clip.mp4", captions)
    found = all_of(captioned, command, command)
    assert [status for _, status in found] == [0, 0], found
    decided = read(captioned.media / "clip.edits.jsonl").decisions
    assert len(decided) == len({(d.value, d.anchor) for d in decided}) >= 1
