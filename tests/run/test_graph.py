"""The table of stages: each reads only what comes before it, and a new stage is one module and one row."""

from dataclasses import dataclass, replace

import numpy as np

from pipeline.cli.console import SilentWatcher
from pipeline.edits import Replay
from pipeline.media.audio import Audio
from pipeline.run import graph
from pipeline.run.fold import Fold
from pipeline.run.graph import Stage
from pipeline.run.inputs import Inputs
from pipeline.run.jobs import Job
from pipeline.run.store import Store
from pipeline.settings import Settings
from pipeline.transcript import Sound


@dataclass(frozen=True)
class Loudness:
    """What the added stage finds."""

    peak: int


def measured(inputs, progress):
    progress(1.0)
    return Loudness(int(abs(inputs.audio().samples).max() * inputs[Sound].duration_ms))


LOUDNESS = Stage("loudness", 1, Loudness, lambda inputs: {"sound": inputs.digest(Sound)}, measured)
SOUND = Stage("sound", 1, Sound, lambda inputs: inputs.recording, lambda inputs, progress: Sound(7, False))


def folded(folder, stages):
    """What the stages of a table came to, and which were done."""
    store = Store.of(folder / "out", "talk")
    fold = Fold(store, SilentWatcher(), None, Replay())
    with Inputs(Job(folder / "talk.mp4", folder / "out", Settings()), store) as inputs:
        inputs.hand_audio(Audio(np.full(160, 3.0, np.float32)))
        for stage in stages:
            inputs.keep(stage.result, fold(stage, stage.key(inputs), lambda p, s=stage: s.run(inputs, p)))
    return inputs, [s.name for s in fold.states if s.done]


def test_a_stage_that_is_added_runs_once_and_is_kept(tmp_path):
    (tmp_path / "talk.mp4").write_bytes(b"a recording")
    found, done = folded(tmp_path, (SOUND, LOUDNESS))
    assert (found[Loudness], done) == (Loudness(21), ["sound", "loudness"])
    assert folded(tmp_path, (SOUND, LOUDNESS))[1] == []
    assert folded(tmp_path, (SOUND, replace(LOUDNESS, version=2)))[1] == ["loudness"]
    longer = replace(SOUND, version=2, run=lambda inputs, progress: Sound(8, False))
    found, done = folded(tmp_path, (longer, LOUDNESS))
    assert (found[Loudness], done) == (Loudness(24), ["sound", "loudness"])


def test_every_row_has_a_name_and_a_result_of_its_own():
    rows = graph.STAGES
    assert len({s.name for s in rows}) == len({s.result for s in rows}) == len(rows)
    assert graph.version_of("captions") == next(s.version for s in rows if s.name == "captions")
