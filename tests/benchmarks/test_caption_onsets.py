"""The table of onsets: limits are changed for the while of a measurement only, and what it counts is there."""

from __future__ import annotations

import pytest

from benchmarks import caption_onsets
from benchmarks.caption_material import demo
from pipeline.profiles import limits_of
from pipeline.settings import CaptionSettings
from pipeline.stages.captions import build


def test_fewer_onsets_are_off_than_with_in_times_moved_freely(capsys: pytest.CaptureFixture[str]) -> None:
    judged: list[int] = []

    def judge(material: object, captions: object, profile: str) -> tuple[int, int]:
        judged.append(1)
        return 2, 0

    figures = caption_onsets.table([demo()], ["dcmp"], judge, caption_onsets.TRADE)
    rows = [line for line in capsys.readouterr().out.splitlines() if line.startswith("dcmp")]
    late = [float(row.split("%")[0].split()[-1]) for row in rows]
    assert len(rows) == len(judged) == 2
    assert late[0] < late[1]
    assert figures["errors"] == 2 and figures["late_percent_most"] == pytest.approx(late[0], abs=0.05)


def test_limits_are_what_they_were_afterwards() -> None:
    settings = CaptionSettings(profile="netflix")
    with caption_onsets.limits_changed(caption_onsets.freely):
        assert build.limits_of(settings).on_time_ms == limits_of(settings).early_ms
    assert build.limits_of(settings) == limits_of(settings)
