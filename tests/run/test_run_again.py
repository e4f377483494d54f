"""A run after others leaves what a run from nothing leaves, byte for byte: whatever was kept between them changes no result.

The demo's words stand for what was heard, and noise for the sound that the voices are told apart by.
"""

import random
from dataclasses import replace
from functools import cache

import numpy as np
import pytest

from pipeline.cli.console import SilentWatcher
from pipeline.edits import Contents, Replay
from pipeline.edits.model import ConceptAt
from pipeline.media.facts import Audio
from pipeline.run import graph, outputs
from pipeline.run.fold import Fold
from pipeline.run.inputs import Inputs
from pipeline.run.jobs import Job
from pipeline.run.store import Store
from pipeline.settings import CaptionSettings, Settings
from pipeline.speech.voices import encoder_weights
from pipeline.timing import Span
from pipeline.transcript import Heard, Sound
from tests.support.edit_makers import DURATION_MS, decide_at_random, demo_aligned

HEARD = {
    "sound": Sound(DURATION_MS, False),
    "transcribe": Heard("sphinx", "en-us", True, (), (Span(0, DURATION_MS),)),
    "align": demo_aligned(),
}


@cache
def noise():
    samples = np.random.default_rng(1).normal(0, 0.1, DURATION_MS * 16)
    return Audio(samples.astype(np.float32))


@pytest.fixture(autouse=True)
def cheap_ears(monkeypatch):
    """The encoder that needs no weights, so that it is the same everywhere."""
    monkeypatch.setattr(encoder_weights, "find", lambda folders: None)


class Bench:
    """A recording in a folder of its own, whose stages of listening are done."""

    def __init__(self, folder):
        folder.mkdir()
        (folder / "talk.mp4").write_bytes(b"nobody listens to this")
        self.job = Job(folder / "talk.mp4", folder / "out", Settings())
        self.store = Store.of(self.job.out, self.job.name)

    def run(self, decisions=(), settings=None):
        """The bytes of every output, by name, and which stages were done."""
        job = replace(self.job, settings=settings or self.job.settings)
        replay = Replay(Contents(tuple(decisions)))
        fold = Fold(self.store, SilentWatcher(), None, replay)

        def step(stage, reads, produce):
            made = HEARD.get(stage.name)
            return fold(stage, reads, produce if made is None else lambda progress: made)

        with Inputs(job, self.store) as bench:
            bench.hand_audio(noise())
            transcript = replay.graded(graph.transcript(bench, step))
        written = outputs.write(transcript, self.store, job.out)
        assert not written.mended
        done = {s.name for s in fold.states if s.done}
        return {path.name: path.read_bytes() for path in written.files}, done


def from_nothing(folder, *given, **more):
    return Bench(folder).run(*given, **more)[0]


@pytest.mark.parametrize("seed", [1, pytest.param(2, marks=pytest.mark.slow)])
def test_decisions_one_after_the_other_come_to_the_same_as_all_at_once(tmp_path, seed):
    decisions = decide_at_random(random.Random(seed), demo_aligned(), 16, tagging=True)
    bench = Bench(tmp_path / "again")
    bench.run()
    for count in (8, 9, 17, 24):
        found, _ = bench.run(decisions[:count])
    assert found == from_nothing(tmp_path / "nothing", decisions)
    assert any(isinstance(d.value, ConceptAt) for d in decisions)


def test_one_changed_word_and_back(tmp_path):
    (decision,) = decide_at_random(random.Random(3), demo_aligned(), 1, kinds=("words",))
    bench = Bench(tmp_path / "again")
    before, first = bench.run()
    again, none = bench.run()
    changed, after = bench.run([decision])
    assert (again, none) == (before, set())
    assert first == set(graph.names())
    assert after == {"speakers", "vignettes", "concepts", "captions"}
    assert changed != before
    assert changed == from_nothing(tmp_path / "nothing", [decision])
    assert bench.run()[0] == before


def test_another_profile_and_another_lexicon(tmp_path, monkeypatch):
    bench = Bench(tmp_path / "again")
    bench.run()
    narrow = Settings(captions=CaptionSettings(max_line_chars=30))
    assert bench.run(settings=narrow)[0] == from_nothing(tmp_path / "narrow", settings=narrow)
    mine = tmp_path / "concepts.toml"
    text = graph.data_file(graph.LEXICON).read_text("utf-8")
    mine.write_text(
        text.replace('version = "', 'version = "x', 1).replace("resistance", "reluctance"), "utf-8"
    )
    named = graph.data_file
    monkeypatch.setattr(graph, "data_file", lambda name: mine if name == graph.LEXICON else named(name))
    found, done = bench.run()
    assert done == {"concepts", "captions"}  # the captions for their profile
    assert found == from_nothing(tmp_path / "mine")
