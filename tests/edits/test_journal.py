"""The file of decisions: nothing lost, nothing interleaved, nothing fatal."""

import errno
import json
import multiprocessing
import os
import signal
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipeline.edits import JournalError, append, journal_of, merge, read
from pipeline.edits import journal as journal_module
from pipeline.edits.model import (
    KINDS,
    Add,
    Anchor,
    ConceptAt,
    CueOf,
    Decision,
    Delete,
    Merge,
    PersonIs,
    SpeakerOf,
    Split,
    StyleOf,
    VignetteAt,
    Waive,
    Withdraw,
    Words,
    WordTime,
    decision_from_json,
    sealed,
)
from pipeline.edits.quote import Quote
from pipeline.edits.reviewed import Reviewed
from tests.support.examples import examples
from tests.support.project import ROOT
from tests.support.waiting import wait_until

HERE = Anchor("Thusrday group.", 6896, 9000, "Welcome to the", "I'm Daniel Marsh,")
ONE_OF_EACH = (
    Words("Thursday group."),
    WordTime(7000, 8000),
    CueOf(6900, 9100, (2,), ((0, "DANIEL"),), (1,), "{\\an8}"),
    Split(2, 7100),
    Merge(),
    Delete(),
    Add("What?\nWho?", 6000, 6500, "MAYA"),
    SpeakerOf("Ruth Calder"),
    StyleOf("bi#ffff00.shout"),
    PersonIs("s1", "Ruth Calder", "cotherapist"),
    VignetteAt(6000, "Arrival", "introduction"),
    ConceptAt("alliance", "rejected"),
    Waive("reading-speed", "he counts aloud"),
    Quote("the first time that she says it", "endings"),
    Reviewed("video", "0" * 64),
    Withdraw("0123456789ab"),
)


def words(text="Thursday group.", who="Ana", anchor=HERE):
    return Decision("", who, Words(text), anchor, note="")


def lines(path):
    return path.read_bytes().split(b"\n")[:-1]


def test_a_journal_stands_beside_its_recording(tmp_path):
    assert journal_of(tmp_path / "my talk.v2.mp4") == tmp_path / "my talk.v2.edits.jsonl"


def test_there_is_a_value_of_every_kind_here():
    assert {type(v) for v in ONE_OF_EACH} == set(KINDS.values())


@pytest.mark.parametrize("value", ONE_OF_EACH, ids=lambda v: type(v).__name__)
def test_what_is_written_is_read(tmp_path, value):
    path = tmp_path / "talk.edits.jsonl"
    (written,) = append(path, [Decision("", "Ana", value, HERE, {"cues": [{"start_ms": 1}]}, "heard twice")])
    assert read(path).decisions == (written,)
    assert written.value == value
    assert decision_from_json(json.loads(lines(path)[0])) == written


def test_lines_are_for_people(tmp_path):
    path = tmp_path / "talk.edits.jsonl"
    append(path, [words()])
    (line,) = lines(path)
    text = line.decode()
    assert text.startswith('{"at": "20')
    assert '"who": "Ana", "kind": "words", "value": {"text": "Thursday group."}' in text
    assert "\\u" not in text


def test_times_rise_even_when_the_clock_runs_back(tmp_path, monkeypatch):
    path = tmp_path / "talk.edits.jsonl"
    append(path, [words("one")])
    monkeypatch.setattr(journal_module.time, "time", lambda: 1_000_000_000.0)
    append(path, [words("two"), words("three")])
    assert [d.value.text for d in read(path).decisions] == ["one", "two", "three"]
    times = [d.at for d in read(path).decisions]
    assert times == sorted(set(times))


def test_no_journal_is_no_decision(tmp_path):
    assert read(tmp_path / "talk.edits.jsonl").decisions == ()


def test_a_torn_last_line_is_named_and_does_not_swallow_the_next(tmp_path):
    path = tmp_path / "talk.edits.jsonl"
    append(path, [words("one"), words("two")])
    whole = path.read_bytes()
    path.write_bytes(whole[:-40])
    assert [d.value.text for d in read(path).decisions] == ["one"]
    append(path, [words("three")])
    found = read(path)
    assert [d.value.text for d in found.decisions] == ["one", "three"]
    assert [s.line for s in found.strange] == [2]
    assert "damaged" in str(found.strange[0])
    assert path.read_bytes().startswith(whole[:-40])


def test_a_whole_last_line_without_its_end_counts(tmp_path):
    path = tmp_path / "talk.edits.jsonl"
    append(path, [words("one")])
    path.write_bytes(path.read_bytes()[:-1])
    append(path, [words("two")])
    assert [d.value.text for d in read(path).decisions] == ["one", "two"]
    assert not read(path).strange


def test_lines_of_other_versions_and_kinds_are_kept_and_named(tmp_path):
    path = tmp_path / "talk.edits.jsonl"
    append(path, [words("one")])
    later = [{"v": 2, "kind": "words"}, {"v": 1, "kind": "hologram"}, {"v": 1, "kind": "words", "colour": 1}]
    with path.open("a") as file:
        file.writelines(json.dumps(x) + "\n" for x in later)
    before = path.read_bytes()
    found = read(path)
    assert [s.line for s in found.strange] == [2, 3, 4]
    assert "version 2" in str(found.strange[0])
    assert "'hologram'" in str(found.strange[1])
    append(path, [words("two")])
    assert path.read_bytes().startswith(before)


@pytest.mark.parametrize(
    "spoil",
    [
        lambda d: {**d, "at": "yesterday"},
        lambda d: {**d, "at": "2026-99-99T00:00:00.000000Z"},
        lambda d: {**d, "who": " "},
        lambda d: {**d, "id": "../../etc"},
        lambda d: {**d, "value": {"text": 7}},
        lambda d: {**d, "value": {"text": "x", "more": 1}},
        lambda d: {**d, "anchor": None},
        lambda d: {**d, "anchor": {**d["anchor"], "text": " "}},
        lambda d: {**d, "anchor": {**d["anchor"], "start_ms": -5}},
        lambda d: {**d, "anchor": {**d["anchor"], "start_ms": 1e3}},
        lambda d: {**d, "anchor": {**d["anchor"], "end_ms": 0}},
        lambda d: {**d, "seen": [1]},
        lambda d: {**d, "kind": "cue", "value": {"start_ms": 5, "end_ms": 5}},
        lambda d: {**d, "kind": "concept", "value": {"concept": "x", "verdict": "maybe"}},
        lambda d: [d],
    ],
)
def test_what_is_wrong_in_a_line_is_said(tmp_path, spoil):
    path = tmp_path / "talk.edits.jsonl"
    append(path, [words("one"), words("two")])
    first, second = lines(path)
    path.write_bytes(json.dumps(spoil(json.loads(first))).encode() + b"\n" + second + b"\n")
    found = read(path)
    assert len(found.decisions) == 1
    assert [s.line for s in found.strange] == [1]


def test_a_line_twice_counts_once_and_an_id_twice_is_named(tmp_path):
    path = tmp_path / "talk.edits.jsonl"
    append(path, [words("one")])
    (line,) = lines(path)
    path.write_bytes(
        line + b"\n" + line + b"\n" + line.replace(b"Thursday", b"Friday").replace(b'"one"', b'"x"') + b"\n"
    )
    found = read(path)
    assert len(found.decisions) == 1
    assert [s.line for s in found.strange] == [3]


@pytest.mark.parametrize(
    "data", [b"\x00\x01\x02MP4", b"1\n00:00:01,000 --> 00:00:02,000\nHello\n", b"[1, 2]"]
)
def test_a_foreign_file_is_refused_in_one_sentence(tmp_path, data):
    path = tmp_path / "talk.edits.jsonl"
    path.write_bytes(data)
    with pytest.raises(JournalError, match="is not a journal of decisions"):
        read(path)
    with pytest.raises(JournalError):
        append(path, [words()])
    assert path.read_bytes() == data


def test_a_journal_edited_in_a_windows_editor(tmp_path):
    path = tmp_path / "talk.edits.jsonl"
    append(path, [words("one"), words("two")])
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\n", b"\r\n"))
    assert len(read(path).decisions) == 2
    assert not read(path).strange


def test_a_folder_that_may_not_be_written(tmp_path):
    path = tmp_path / "nowhere" / "talk.edits.jsonl"
    with pytest.raises(JournalError, match="cannot be written"):
        append(path, [words()])


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path, monkeypatch):
    path = tmp_path / "talk.edits.jsonl"
    append(path, [words("one")])
    before = path.read_bytes()
    real = os.write

    def half(handle, data):
        if len(data) > 20:
            return real(handle, data[: len(data) // 2])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(journal_module.os, "write", half)
    with pytest.raises(JournalError, match="No space left"):
        append(path, [words("two")])
    assert path.read_bytes() == before


def test_a_disk_that_fills_up_costs_no_decision_and_takes_the_next_when_there_is_room(tmp_path, monkeypatch):
    path = tmp_path / "talk.edits.jsonl"
    (kept,) = append(path, [words("one")])
    room = [0]
    real = os.write

    def write(handle, data):
        """As a disk does it that has so many bytes left: what fits is written, then nothing."""
        fits = bytes(data[: room[0]])
        room[0] -= len(fits)
        if not fits:
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(handle, fits)

    monkeypatch.setattr(journal_module.os, "write", write)
    needed = len(path.read_bytes())
    for left in (0, 1, needed // 2, needed - 1):
        room[0] = left
        with pytest.raises(JournalError) as caught:
            append(path, [words("two")])
        assert len(str(caught.value).splitlines()) == 1
        assert os.strerror(errno.ENOSPC) in str(caught.value)
        assert "nothing was decided" in str(caught.value)
        assert read(path).decisions == (kept,)
        assert path.read_bytes().endswith(b"\n")
    room[0] = 10 * needed
    (later,) = append(path, [words("two")])
    assert read(path).decisions == (kept, later)
    assert read(path).strange == ()


def _write_many(path, who, count):
    for n in range(count):
        append(path, [words(f"{who} {n} " + "x" * 300, who), words(f"{who} {n} b", who)])


def test_writers_at_once_do_not_interleave(tmp_path):
    path = tmp_path / "talk.edits.jsonl"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_write_many, args=(path, who, 8)) for who in ("Ana", "Ben")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
        assert writer.exitcode == 0
    found = read(path)
    assert not found.strange
    assert len(found.decisions) == 32
    assert len({d.at for d in found.decisions}) == 32


KILLED = """
import sys
from pathlib import Path
from pipeline.edits import append
from pipeline.edits.model import Anchor, Decision, Words
print("ready", flush=True)
n = 0
while True:
    append(Path(sys.argv[1]), [Decision("", "Ana", Words(f"{n} " + "y" * 2000), Anchor("x", 0, 1))])
    n += 1
"""


def test_killed_while_writing(tmp_path):
    path = tmp_path / "talk.edits.jsonl"
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(path)],
        stdout=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert process.stdout.readline() == b"ready\n"
    assert wait_until(lambda: path.exists() and path.stat().st_size > 20_000, process)
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    count = len(read(path).decisions)
    assert count >= 5
    append(path, [words("after")])
    assert len(read(path).decisions) == count + 1
    assert len(read(path).strange) <= 1


# --- merging ------------------------------------------------------------------------------------------------------


def stamped(text, who, at):
    return sealed(Decision(f"2026-01-01T00:00:{at:02}.000000Z", who, Words(text), HERE))


def journal_at(path, decisions, extra=()):
    data = [json.dumps(d.to_json()).encode() for d in decisions] + list(extra)
    path.write_bytes(b"".join(line + b"\n" for line in data))
    return path


def test_two_copies_merge_in_either_direction(tmp_path):
    shared = stamped("a", "Ana", 1)
    mine, theirs = stamped("b", "Ana", 2), stamped("c", "Ben", 3)
    later = b'{"kind": "hologram", "v": 1}'
    one = journal_at(tmp_path / "one.jsonl", [shared, mine])
    two = journal_at(tmp_path / "two.jsonl", [theirs, shared], [later])
    before = one.read_bytes(), two.read_bytes()
    assert merge(one, two) == 2
    assert merge(two, one) == 1
    assert read(one).decisions == read(two).decisions == (shared, mine, theirs)
    assert one.read_bytes().startswith(before[0])
    assert two.read_bytes().startswith(before[1])
    assert len(read(one).strange) == len(read(two).strange) == 1
    assert merge(one, two) == merge(two, one) == 0


def test_merging_with_what_is_not_there(tmp_path):
    with pytest.raises(JournalError, match="does not exist"):
        merge(tmp_path / "a.jsonl", tmp_path / "b.jsonl")


decisions_ = st.builds(
    stamped, st.text(max_size=20), st.sampled_from(["Ana", "Ben", "Čeněk 🙂"]), st.integers(0, 59)
)

strange_ = st.integers(0, 5).map(lambda n: b'{"kind": "hologram", "v": %d}' % (n + 1))


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.lists(decisions_, max_size=8), st.lists(decisions_, max_size=8), st.lists(decisions_, max_size=4))
def test_merging_commutes_and_loses_nothing(tmp_path, one, two, shared):
    a, b = tmp_path / "a.jsonl", tmp_path / "b.jsonl"
    journal_at(a, [*one, *shared])
    journal_at(b, [*shared, *two])
    merge(a, b)
    journal_at(a2 := tmp_path / "a2.jsonl", [*one, *shared])
    merge(b, a2)
    assert read(a).decisions == read(b).decisions
    assert {d.id for d in read(a).decisions} == {d.id for d in (*one, *two, *shared)}


@settings(
    max_examples=examples(40), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.tuples(*[st.lists(decisions_, max_size=5)] * 3),
    st.lists(decisions_, max_size=3),
    st.lists(strange_, max_size=3),
)
def test_merging_three_copies_in_any_order_comes_to_the_same(tmp_path, own, shared, strange):
    """(a + b) + c = a + (b + c) = (c + a) + b, of decisions and of lines that nobody understands."""

    def copies():
        for name, decisions in zip("abc", own, strict=True):
            foreign = strange if name == "b" else strange[:1]
            yield journal_at(tmp_path / name, [*shared, *decisions], foreign)

    def held(path):
        found = read(path)
        return found.decisions, sorted(s.raw for s in found.strange)

    a, b, c = copies()
    merge(a, b)
    merge(a, c)
    left = held(a)
    a, b, c = copies()
    merge(b, c)
    merge(a, b)
    right = held(a)
    a, b, c = copies()
    merge(c, a)
    merge(c, b)
    assert left == right == held(c)
    assert {d.id for d in left[0]} == {d.id for d in (*shared, *own[0], *own[1], *own[2])}
    assert left[1] == sorted(set(strange))


@settings(
    max_examples=examples(60), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=300))
def test_no_garbage_is_fatal_or_lost(tmp_path, garbage):
    path = tmp_path / "talk.edits.jsonl"
    path.unlink(missing_ok=True)
    append(path, [words("one")])
    path.write_bytes(path.read_bytes() + garbage)
    before = path.read_bytes()
    assert "one" in [d.value.text for d in read(path).decisions]
    append(path, [words("two")])
    assert path.read_bytes().startswith(before)
    assert [d.value.text for d in read(path).decisions][-1] == "two"


def test_a_link_that_leads_nowhere_is_no_empty_journal(tmp_path):
    """The drive with the journal is not there: a run that took it for empty would undo what people decided."""
    path = tmp_path / "talk.edits.jsonl"
    path.symlink_to(tmp_path / "drive" / "talk.edits.jsonl")
    with pytest.raises(JournalError, match="is a link to a file that is not there"):
        read(path)
    with pytest.raises(JournalError):
        append(path, [words()])


def test_what_is_no_file_is_not_waited_for(tmp_path):
    pipe, folder = tmp_path / "talk.edits.jsonl", tmp_path / "walk.edits.jsonl"
    os.mkfifo(pipe)
    folder.mkdir()
    for path in (pipe, folder):
        with pytest.raises(JournalError, match="it is no file"):
            read(path)
