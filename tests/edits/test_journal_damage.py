"""A decision whose line was damaged, or changed by hand, is not applied as another one: the line stays, and is told."""

import json
import random

import pytest

from pipeline.edits import append, read
from pipeline.edits.model import Add, Anchor, Decision, SpeakerOf, Words

HERE = Anchor("Thusrday group.", 6896, 9000, "Welcome to the", "I'm Daniel Marsh,")
MADE = (
    Decision("", "Ana", Words("Thursday group."), HERE, note="misheard"),
    Decision("", "Böe", SpeakerOf("Ann — the chair"), HERE, {"speaker": None, "share": 0.25}),
    Decision("", "Ana", Add("What?\nWho?", 6000, 6500, "MAYA"), Anchor("", 6000, 6500, "group.", "I'm")),
)


@pytest.fixture
def journal(tmp_path):
    path = tmp_path / "talk.edits.jsonl"
    append(path, MADE)
    return path


def test_no_flipped_bit_makes_another_decision(journal):
    whole, meant = journal.read_bytes(), read(journal).decisions
    assert len(meant) == 3
    choose = random.Random(3)
    for at in sorted(choose.sample(range(len(whole)), 250)):
        data = bytearray(whole)
        data[at] ^= 1 << choose.randrange(8)
        journal.write_bytes(data)
        found = read(journal)
        assert all(d in meant for d in found.decisions), (at, data[max(0, at - 20) : at + 20])
        assert found.strange or found.decisions == meant


@pytest.mark.parametrize(
    ("part", "value"),
    [("who", "Zoe"), ("note", "no"), ("at", "2026-01-01T00:00:00.000000Z"), ("id", "0123456789ab")],
)
def test_a_line_changed_by_hand_is_told_and_kept(journal, part, value):
    lines = journal.read_text("utf-8").splitlines()
    journal.write_text(
        "\n".join([json.dumps({**json.loads(lines[0]), part: value}), *lines[1:]]) + "\n", "utf-8"
    )
    before = journal.read_bytes()
    found = read(journal)
    assert len(found.decisions) == 2
    assert str(found.strange[0]).startswith("line 1 is damaged or was changed by hand")
    append(journal, MADE[:1])
    assert journal.read_bytes().startswith(before)


def test_the_spelling_of_a_line_means_nothing(journal):
    lines = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    meant = read(journal).decisions
    respelt = [json.dumps(dict(reversed(line.items())), ensure_ascii=True, indent=None) for line in lines]
    journal.write_text("\r\n".join(respelt), "utf-8")
    found = read(journal)
    assert (found.decisions, found.strange) == (meant, ())


def test_bytes_that_are_no_text_do_not_spoil_what_was_decided(tmp_path):
    path = tmp_path / "talk.edits.jsonl"
    (written,) = append(path, [Decision("", "Ana", Words("caf\udce9"), HERE)])
    (again,) = read(path).decisions
    assert again.id == written.id
