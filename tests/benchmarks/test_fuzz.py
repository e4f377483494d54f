"""The mutator of files: its seeds are read as they are, the same number makes the same files, and no fault escapes it."""

from __future__ import annotations

import os
import random
import signal
import time

import pytest

from benchmarks import fuzz
from benchmarks.fuzz_material import SEEDS, Seed, mutated
from pipeline.errors import SubtitlesError

# So many of each kind are tried here; `python -m benchmarks.fuzz` tries more.
COUNT = 12
ENOUGH = Seed("txt", "script", ".txt", lambda: b"Good morning.")


@pytest.mark.parametrize("seed", SEEDS, ids=lambda s: s.name)
def test_no_damaged_file_ends_a_reader(tmp_path, seed):
    whole = tmp_path / f"whole{seed.suffix}"
    whole.write_bytes(seed.data())
    fuzz.READERS[seed.kind](whole)
    faults, told = fuzz.run(seed, COUNT, 3, tmp_path)
    assert not faults
    assert sum(told.values()) == COUNT


@pytest.mark.parametrize("seed", SEEDS, ids=lambda s: s.name)
def test_the_same_number_makes_the_same_files_and_most_differ_from_the_seed(seed):
    made = [mutated(seed, random.Random(n)) for n in range(20)]
    assert made == [mutated(seed, random.Random(n)) for n in range(20)]
    assert len({seed.data(), *made}) > 12


def raises(path):
    raise KeyError(path)


def hangs(path):
    time.sleep(60)


def dies(path):
    os.kill(os.getpid(), signal.SIGKILL)


@pytest.mark.parametrize(
    ("reader", "problem"),
    [(raises, "KeyError in"), (hangs, "takes longer than"), (dies, "kills its process")],
)
def test_a_fault_is_found_and_the_files_behind_it_are_tried_too(tmp_path, monkeypatch, reader, problem):
    monkeypatch.setattr(fuzz, "MOST_S", 0.5)
    monkeypatch.setitem(fuzz.READERS, "script", reader)
    faults, _ = fuzz.run(ENOUGH, 3, 1, tmp_path)
    assert [f.number for f in faults] == [0, 1, 2]
    assert all(problem in f.problem for f in faults)


def test_an_error_of_ours_is_no_fault_and_the_net_is_told_apart(tmp_path):
    def ours(path):
        raise SubtitlesError(path, "is empty")

    def net(path):
        raise SubtitlesError(path, "holds something that cannot be read (KeyError)")

    assert fuzz.attempt(ours, tmp_path) == ""
    assert fuzz.attempt(net, tmp_path) == "net"
