"""A recording as it stands, with decisions over it, without listening again and without writing outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pipeline.edits.journal import Contents, journal_of, read
from pipeline.edits.model import ConceptAt
from pipeline.edits.replay import Replay
from pipeline.errors import NotCaptioned
from pipeline.progress import Progress, silent
from pipeline.run import graph
from pipeline.run.graph import Stage
from pipeline.run.inputs import Inputs
from pipeline.run.jobs import Job
from pipeline.run.store import Store
from pipeline.transcript import Concepts, Transcript

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Preview:
    """The transcript as a run would make it, and the replay that it came out of."""

    transcript: Transcript
    replay: Replay


def preview(job: Job, contents: Contents | None = None, tagging: bool | None = None) -> Preview:
    """The recording with its journal's decisions over it, or with these.

    Without `tagging` concepts are left out where they would have to be found anew; None finds them where a decision is about
    one. Raises NotCaptioned when the recording was
    not run, or something changed that must be listened to again.
    """
    found = read(journal_of(job.media)) if contents is None else contents
    replay = Replay(found)
    if tagging is None:
        tagging = any(isinstance(d.value, ConceptAt) for d in found.decisions)
    store = Store.of(job.out, job.name)
    with Inputs(job, store, listening=False) as inputs:
        transcript = graph.transcript(inputs, _PreviewStep(job, store, replay, tagging))
    return Preview(replay.graded(transcript), replay)


@dataclass(frozen=True, slots=True)
class _PreviewStep:
    """Takes each stage's artefact, or does the stage where that is quick."""

    job: Job
    store: Store
    replay: Replay
    tagging: bool

    def __call__(self, stage: Stage[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]) -> T:
        result = self.store.load(stage.name, stage.result, reads).result
        if result is None and stage.listens:
            raise NotCaptioned(
                self.job.media,
                "was not captioned yet, or something changed since",
                f"vignette run {self.job.media}, then try again",
            )
        if result is None and stage.result is Concepts and not self.tagging:
            result = cast(T, Concepts())
        return stage.correct(self.replay, produce(silent) if result is None else result)
