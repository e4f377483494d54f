"""Variational inference: voices by how often they speak, from a first division that is too fine or wrong."""

from __future__ import annotations

import numpy as np
import pytest

from pipeline.speech.voices import clustering, vbx
from pipeline.speech.voices.scaling import Space

SIZE, BETWEEN = 32, 4.0
ROOM = Space(np.eye(SIZE, dtype=np.float32), np.full(SIZE, BETWEEN, np.float32))


def talk(names: str, seed: int = 1) -> np.ndarray:
    rng = np.random.default_rng(seed)
    points = {name: rng.normal(0, np.sqrt(BETWEEN), SIZE) for name in sorted(set(names))}
    return np.array([points[name] + rng.normal(0, 0.8, SIZE) for name in names], np.float32)


def precisions(names: str) -> np.ndarray:
    return clustering.precision(np.ones(len(names), np.float32))


def as_truth(names: str) -> list[list[int]]:
    return sorted([k for k, n in enumerate(names) if n == name] for name in set(names))


@pytest.mark.parametrize("names", ["ab" * 20, "aab" * 10 + "c" * 8 + "ba" * 5, "a" * 30, "abcdef" * 10])
@pytest.mark.parametrize("seed", [1, 2])
def test_too_fine_a_division_is_joined(names: str, seed: int) -> None:
    pieces = [[k for k in group if k % 3 == part] for group in as_truth(names) for part in range(3)]
    groups = [g for g in pieces if g]
    assert vbx.divided(talk(names, seed), precisions(names), ROOM, groups) == as_truth(names)


def test_a_wrong_merge_is_taken_back() -> None:
    names = "ab" * 20 + "c" * 10
    groups = as_truth(names)
    groups[1].append(groups[0].pop(5))
    groups[2].append(groups[1].pop(7))
    assert vbx.divided(talk(names), precisions(names), ROOM, groups) == as_truth(names)


def test_one_group_stays_one_and_every_piece_is_somewhere() -> None:
    assert vbx.divided(talk("ab"), precisions("ab"), ROOM, [[1, 0]]) == [[0, 1]]
    found = vbx.divided(talk("ab" * 9), precisions("ab" * 9), ROOM, [list(range(9)), list(range(9, 18))])
    assert sorted(k for group in found for k in group) == list(range(18))


def test_long_recordings_are_divided_so_and_a_person_may_bound_them() -> None:
    names = "abc" * 60
    assert [v.pieces for v in clustering.cluster(talk(names), precisions(names), ROOM, -20.0)] == as_truth(
        names
    )
    assert len(clustering.cluster(talk(names), precisions(names), ROOM, -20.0, most=2)) == 2
