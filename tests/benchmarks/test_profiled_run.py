"""The profile of a run: groups name functions that are there, and time is counted once."""

import importlib
import time
from operator import attrgetter

import pytest

from benchmarks import profiled_run
from pipeline.speech import vad


@pytest.mark.parametrize(("group", "module", "name"), profiled_run.GROUPS)
def test_every_group_is_a_function_that_is_there(group: str, module: str, name: str) -> None:
    assert callable(attrgetter(name)(importlib.import_module(module)))


def busy(seconds: float) -> None:
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def test_a_group_is_charged_without_the_groups_that_it_calls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vad, "_levels", lambda: busy(0.03))
    monkeypatch.setattr(vad, "_gain", lambda: (busy(0.02), vad._levels()))
    groups = profiled_run.Groups()
    for group, name in (("inner", "_levels"), ("outer", "_gain")):
        groups.wrap(group, vad.__name__, name)
    vad._gain()
    assert groups.seconds["inner"] == pytest.approx(0.03, abs=0.01)
    assert groups.seconds["outer"] == pytest.approx(0.02, abs=0.01)


def test_a_profile_tells_stages_as_multiples_of_decoding_and_regions(
    capsys: pytest.CaptureFixture[str],
) -> None:
    found = {
        "stages": {"sound": 1.0, "transcribe": 3.0, "align": 12.0},
        "groups": {"align: senones": 2.0, "speech regions: network": 3.0},
        "peak_mb": {"sound": 100, "align": 700},
    }
    figures = profiled_run.told(found)
    assert figures["align_of_yardstick"] == 3.0
    assert figures["whole_cpu_s"] == 16.0
    assert figures["align_senones_cpu_s"] == 2.0
    assert figures["align_peak_mb"] == 700
    assert "align: senones" in capsys.readouterr().out
