"""Alignment in a run: a recognizer is asked only where the search loses its way, and only then is it part of what was read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from pipeline.cli.console import SilentWatcher
from pipeline.edits import Replay
from pipeline.errors import SubtitlesError
from pipeline.run import graph, hearing
from pipeline.run.fold import Fold
from pipeline.run.inputs import Inputs
from pipeline.run.jobs import Job
from pipeline.run.store import Store
from pipeline.settings import Settings
from pipeline.speech.asr.choice import Choice
from pipeline.speech.asr.packing import Chunk
from pipeline.stages.verify.windows import Doubt, planned
from pipeline.timing import Span
from pipeline.transcript import Aligned, Passage, Token, Verdict

OTHER = "Preheat the oven to two hundred degrees and whisk three eggs with the sugar until they are pale and thick."


@dataclass(frozen=True)
class Named(Choice):
    """A recognizer whose weights nobody needs."""

    @property
    def identity(self) -> str:
        return f"{self.name}/{self.model}"


class Ear:
    """Hears the same words in every window, evenly spread, and counts the windows."""

    def __init__(self, words: str) -> None:
        self.words, self.windows = words.split(), 0

    def hear(self, audio, chunks: Sequence[Chunk], regions, progress):
        self.windows += len(chunks)
        return [self._in(chunk) for chunk in chunks]

    def _in(self, chunk: Chunk) -> tuple[Token, ...]:
        start, each = chunk.pieces[0].start_ms, chunk.duration_ms // (len(self.words) + 1)
        return tuple(
            Token(word, Span(start + each * n, start + each * (n + 1)), 0.9)
            for n, word in enumerate(self.words)
        )


class Run:
    """The first stages over a clip with some text; `done` are those that were done and why."""

    def __init__(self, folder: Path, clip: Path, text: str | None, monkeypatch: pytest.MonkeyPatch) -> None:
        self.text = folder / "clip.txt"
        given = next(p for p in clip.iterdir() if p.suffix == ".txt")
        self.text.write_text(given.read_text("utf-8") if text is None else text, encoding="utf-8")
        self.job = Job(clip / "clip.mp4", folder / "out", Settings(), subtitles=self.text)
        self.store = Store.of(self.job.out, "clip")
        self.patch = monkeypatch

    def again(self, ear: Ear | None, model: str = "tiny.en") -> tuple[Aligned, dict[str, str]]:
        chosen = Named("whisper", model, "", Path()) if ear else None
        self.patch.setattr(hearing.choice, "choose_witness", lambda settings: chosen)
        self.patch.setattr(hearing.choice, "whisper", lambda *_: ear)
        fold = Fold(self.store, SilentWatcher(), None, Replay())
        with Inputs(self.job, self.store) as inputs:
            for stage in graph.STAGES:
                if stage.name in ("sound", "segment", "transcribe", "align"):
                    graph_step(stage, inputs, fold)
            return inputs[Aligned], {s.name: s.reason for s in fold.states if s.done}


def graph_step(stage, inputs, fold):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(graph, "STAGES", (stage,))
        patch.setattr(graph, "composed", lambda inputs: None)
        graph.transcript(inputs, fold)


def test_text_that_fits_asks_nobody_and_names_no_recognizer(tmp_path, clip, monkeypatch):
    run, ear = Run(tmp_path, clip, None, monkeypatch), Ear("anything")
    aligned, done = run.again(ear)
    assert aligned.report.verdict is not Verdict.UNRELATED
    assert ear.windows == 0
    assert "align" in done
    assert "recognizer" not in run.store.reads("align")
    assert run.again(None)[1] == {}


def test_text_that_was_heard_is_not_refused_and_its_recognizer_is_named(tmp_path, clip, monkeypatch):
    run, ear = Run(tmp_path, clip, OTHER, monkeypatch), Ear(OTHER)
    with pytest.raises(SubtitlesError, match="does not fit this recording"):
        run.again(None)
    aligned, done = run.again(ear)
    assert aligned.report.verdict is Verdict.UNTIMED
    assert "align" in done
    assert ear.windows >= 1
    assert run.store.reads("align")["recognizer"] == "whisper/tiny.en"
    # Nothing to do again, with the weights and without: what was heard is kept.
    assert run.again(ear)[1] == run.again(None)[1] == {}
    heard = ear.windows
    assert run.again(Ear(OTHER), "small.en")[1] == {"align": "changed: recognizer"}
    assert ear.windows == heard


def test_text_that_nobody_heard_stays_refused(tmp_path, clip, monkeypatch):
    run, ear = Run(tmp_path, clip, OTHER, monkeypatch), Ear("so we said what we had come to say and left")
    for _ in range(2):
        with pytest.raises(SubtitlesError, match="does not fit this recording"):
            run.again(ear)
    kept = run.store.load(hearing.WITNESSED, hearing.Testimony, run.store.reads(hearing.WITNESSED)).result
    assert kept is not None and len(kept.words) == ear.windows


def test_another_text_forgets_who_was_asked(tmp_path, clip, monkeypatch):
    run = Run(tmp_path, clip, OTHER, monkeypatch)
    run.again(Ear(OTHER))
    run.text.write_text(next(clip.glob("*.txt")).read_text("utf-8"), encoding="utf-8")
    run.again(Ear(OTHER))
    assert "recognizer" not in run.store.reads("align")
    assert run.again(None)[1] == {}


def test_windows_that_were_heard_for_anchors_count_in_the_budget():
    windows = [Chunk((Span(30_000 * n, 30_000 * (n + 1)),)) for n in range(40)]
    doubts = [Doubt(Passage(w.pieces[0], n, n + 1, "word"), "not_confirmed") for n, w in enumerate(windows)]
    settings = replace(Settings().verify, sampled_windows=0, sampled_share=0.0)
    alone = planned(windows, doubts, settings, "seed")
    before = [w.name for w in windows[-5:]]
    shared = planned(windows, doubts, settings, "seed", before)
    assert len(alone.windows) == len(shared.windows) == 8
    assert {w.name for w in shared.windows} >= set(before)
    assert shared.not_heard == 32
