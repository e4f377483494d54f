"""Which timestamps are believed: built from sequences whose steps and jitter are known."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipeline.media.clock import HARD_STEP_S, PresentationClock, Timed


def timed(*times_s: float | None) -> list[Timed[int]]:
    return [Timed(i, t, 0.02) for i, t in enumerate(times_s)]


class TestPresentationClock:
    def starts(self, *times_s: float | None) -> dict[int, float]:
        runs = list(PresentationClock().runs(timed(*times_s)))
        assert [frame for _, frame in runs] == list(range(len(times_s)))
        return {frame: start for start, frame in runs if start is not None}

    def test_seamless_timestamps_are_one_run(self) -> None:
        assert self.starts(*(1 + 0.02 * i for i in range(50))) == {0: 1}

    def test_jitter_is_ignored(self) -> None:
        jitter = np.random.default_rng(1).uniform(-0.03, 0.03, 400)
        assert len(self.starts(*(0.02 * i + (jitter[i] if i else 0) for i in range(400)))) == 1

    def test_a_lasting_step_is_believed_where_it_began(self) -> None:
        assert self.starts(*(0.02 * i + (0.023 if i >= 20 else 0) for i in range(40))) == {
            0: 0,
            20: pytest.approx(0.423),
        }

    def test_a_clear_step_is_believed_at_once(self) -> None:
        assert self.starts(0, 0.02, 0.04 + 2 * HARD_STEP_S) == {0: 0, 2: pytest.approx(0.24)}

    def test_frames_without_timestamps_follow(self) -> None:
        assert self.starts(None, None, 0.04, None) == {0: 0}

    def test_a_clock_that_starts_anew_goes_on(self) -> None:
        clock = PresentationClock()
        assert [s for s, _ in clock.runs(timed(100, 100.02, 0, 0.02))] == [100, None, None, None]
        assert clock.restarts == 1

    @given(st.lists(st.one_of(st.none(), st.floats(-20, 20)), max_size=40))
    def test_no_frame_is_lost_or_moved_in_front_of_another(self, times_s: list[float | None]) -> None:
        self.starts(*times_s)
