"""The standards as data, and what a user's own limits do to them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from pipeline.profiles import PROFILES, adjusted, limits_of
from pipeline.settings import CaptionSettings


def test_the_five_standards_are_there() -> None:
    assert list(PROFILES) == ["training", "netflix", "bbc", "dcmp", "wcag-fcc"]


@pytest.mark.parametrize("name", list(PROFILES))
def test_the_builder_always_has_something_to_aim_at(name: str) -> None:
    limits = limits_of(CaptionSettings(profile=name))  # type: ignore[arg-type]
    assert limits.line_chars >= 32
    assert limits.lines == 2
    assert 0 < limits.least_duration_ms <= max(limits.min_duration_ms, 500) < limits.max_duration_ms
    assert limits.linger_ms <= limits.stretch_ms


def test_own_limits_go_over_the_profiles() -> None:
    limits = limits_of(
        CaptionSettings(profile="bbc", max_line_chars=30, max_lines=3, min_gap_ms=40, linger_ms=100)
    )
    assert (limits.line_chars, limits.lines, limits.min_gap_ms, limits.linger_ms) == (30, 3, 40, 100)
    assert adjusted(PROFILES["bbc"], CaptionSettings(profile="bbc", max_lines=3)).max_lines == 3


@pytest.mark.parametrize(("rate", "gap_ms"), [(Fraction(24), 83), (Fraction(25), 80), (Fraction(30), 67)])
def test_two_frames_last_what_the_rate_says(rate: Fraction, gap_ms: int) -> None:
    assert PROFILES["netflix"].min_gap_ms(rate) == gap_ms


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("training", "JAX: "),
        ("netflix", "[Jax] "),
        ("bbc", "JAX: "),
        ("dcmp", "(Jax) "),
        ("wcag-fcc", "JAX: "),
    ],
)
def test_each_standard_names_speakers_its_way(name: str, label: str) -> None:
    assert PROFILES[name].label("Jax") == label
