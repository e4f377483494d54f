"""Acts of a journal: what one command wrote is undone and redone as one, in the order of an editor's history."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.edits import append, merge, read
from pipeline.edits.history import History
from pipeline.edits.model import Anchor, Decision, Withdraw, Words, _content_hash


def words(text, who="Ana"):
    return Decision("", who, Words(text), Anchor(f"{text}-was", 0, 100))


def decide(path, *texts, who="Ana"):
    return append(path, [words(text, who) for text in texts])


def back(path, decisions):
    return append(path, [Decision("", "Ben", Withdraw(d.id)) for d in decisions])


def undo(path):
    history = History(read(path))
    act = history.to_undo()
    return act and back(path, history.standing(act))


def redo(path):
    history = History(read(path))
    act = history.to_redo()
    return act and back(path, history.standing(act))


def standing(path):
    history = History(read(path))
    found = [d.value for a in history.acts if not a.targets for d in history.standing(a)]
    return [value.text for value in found if isinstance(value, Words)]


def test_decisions_of_one_act_bear_its_name_and_a_single_one_none(tmp_path):
    path = tmp_path / "a.edits.jsonl"
    several, (single,) = decide(path, "a", "b"), decide(path, "c")
    assert several[0].group == several[1].group != ""
    assert single.group == ""
    assert [json.loads(line).get("group") for line in path.read_text("utf-8").splitlines()] == [
        several[0].group, several[0].group, None
    ]  # fmt: skip
    assert [len(a.decisions) for a in History(read(path)).acts] == [2, 1]


def test_undo_goes_back_act_by_act_and_redo_forth(tmp_path):
    path = tmp_path / "a.edits.jsonl"
    decide(path, "a", "b")
    decide(path, "c")
    decide(path, "d", "e", "f")
    assert undo(path) and standing(path) == ["a", "b", "c"]
    assert undo(path) and standing(path) == ["a", "b"]
    assert redo(path) and standing(path) == ["a", "b", "c"]
    assert redo(path) and standing(path) == ["a", "b", "c", "d", "e", "f"]
    assert redo(path) is None
    assert undo(path) and standing(path) == ["a", "b", "c"]
    assert undo(path) and undo(path) and undo(path) is None and standing(path) == []


def test_after_a_new_act_nothing_is_redone(tmp_path):
    path = tmp_path / "a.edits.jsonl"
    decide(path, "a")
    undo(path)
    decide(path, "b")
    assert redo(path) is None and standing(path) == ["b"]
    assert undo(path) and redo(path) and standing(path) == ["b"]


def test_an_act_of_which_one_was_taken_back_is_undone_for_the_rest(tmp_path):
    path = tmp_path / "a.edits.jsonl"
    made = decide(path, "a", "b", "c")
    back(path, made[1:2])
    assert standing(path) == ["a", "c"]
    assert len(undo(path)) == 2 and standing(path) == []
    assert redo(path) and standing(path) == ["a", "c"]


def test_an_act_that_withdraws_and_decides_is_undone_as_one(tmp_path):
    """Whoever insists on a decision withdraws it and makes it anew."""
    path = tmp_path / "a.edits.jsonl"
    (old,) = decide(path, "a")
    append(path, [Decision("", "Ana", Withdraw(old.id)), words("anew")])
    assert "a" not in standing(path)
    undo(path)
    assert standing(path) == ["a"]


def test_copies_are_merged_with_their_acts(tmp_path):
    one, other = tmp_path / "a.edits.jsonl", tmp_path / "b.edits.jsonl"
    decide(one, "a", "b")
    decide(other, "c", "d", who="Ben")
    assert merge(one, other) == 2
    assert [len(a.decisions) for a in History(read(one)).acts] == [2, 2]
    assert len(undo(one)) == 2 and standing(one) == ["a", "b"]


@pytest.mark.parametrize("group", ["", "xyz", 3, ["a"], "0123456789AB"])
def test_a_group_that_is_none_is_kept_and_reported(tmp_path, group):
    path = tmp_path / "a.edits.jsonl"
    (made,) = decide(path, "a")
    line = json.loads(path.read_text("utf-8"))
    with path.open("a", encoding="utf-8") as file:
        odd = {**line, "group": group}
        odd["id"] = _content_hash(odd)
        file.write(json.dumps(odd) + "\n")
    contents = read(path)
    assert [d.id for d in contents.decisions] == [made.id]
    assert [s.line for s in contents.strange] == [2]
    # A line that was not sealed with such a group, or one that was.
    assert "which act" in str(contents.strange[0]) or "damaged" in str(contents.strange[0])


@given(st.lists(st.one_of(st.integers(1, 3), st.sampled_from(["undo", "redo"])), max_size=14))
def test_any_history_is_that_of_an_editor(tmp_path_factory, steps):
    path = tmp_path_factory.mktemp("history") / "a.edits.jsonl"
    done, undone, count = [], [], 0
    for step in steps:
        if step == "undo":
            undo(path)
            if done:
                undone.append(done.pop())
        elif step == "redo":
            redo(path)
            if undone:
                done.append(undone.pop())
        else:
            texts = [f"w{count + k}" for k in range(step)]
            count += step
            decide(path, *texts)
            done.append(texts)
            undone.clear()
        assert standing(path) == [text for texts in done for text in texts]
