"""A recording as it stands, with decisions over it, without listening again and without writing outputs."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar, cast

from pipeline.edits.journal import Contents, journal_of, read
from pipeline.edits.model import ConceptAt
from pipeline.edits.replay import Replay
from pipeline.errors import NotCaptioned
from pipeline.progress import Progress, silent
from pipeline.run import graph, held
from pipeline.run.foresight import told
from pipeline.run.graph import Stage
from pipeline.run.inputs import Inputs
from pipeline.run.jobs import Job
from pipeline.run.store import NOT_DONE, Store
from pipeline.transcript import Aligned, Concepts, Transcript

T = TypeVar("T")

# What a stage must have read alike for its last result to be shown of a recording: the sound, its track, and the words.
_SAME = ("recording", "language", "subtitles")
_TRACK = "track"
# A stage that takes seconds, and is not done anew for a look where there is an older result.
DEAR = frozenset(("picture",))


@dataclass(frozen=True, slots=True)
class Preview:
    """The transcript as a run would make it, and the replay that it came out of.

    `outdated` says in sentences why a run would listen anew; till then it is shown as it was captioned last. `machine` are the
    words as they were timed, without decisions; None where they are not at hand.
    """

    transcript: Transcript
    replay: Replay
    outdated: tuple[str, ...] = ()
    machine: Aligned | None = None


def preview(job: Job, contents: Contents | None = None, tagging: bool | None = None) -> Preview:
    """The recording with its journal's decisions over it, or with these.

    Without `tagging` concepts are left out where they would have to be found anew; None finds them where a decision is about
    one. What an earlier version heard, or one with other settings, is taken as it is, decisions over it. Raises NotCaptioned
    when the recording was not run, or is another one by now, or has other subtitles.
    """
    found = read(journal_of(job.media)) if contents is None else contents
    replay = Replay(found)
    if tagging is None:
        tagging = any(isinstance(d.value, ConceptAt) for d in found.decisions)
    store = Store.of(job.out, job.name)
    with Inputs(job, store, listening=False) as inputs:
        step = _PreviewStep(job, store, replay, tagging)
        transcript = graph.transcript(inputs, step)
        machine = inputs.by_machine(Aligned)
    return Preview(replay.graded(transcript), replay, tuple(told(step.stale)) if step.stale else (), machine)


@dataclass(frozen=True, slots=True)
class _PreviewStep:
    """Takes each stage's artefact, or does the stage where that is quick, or takes its last one and notes that it is `stale`."""

    job: Job
    store: Store
    replay: Replay
    tagging: bool
    stale: dict[str, str] = field(default_factory=dict)

    def __call__(self, stage: Stage[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]) -> T:
        found = held.load(self.store, stage.name, stage.result, reads)
        result = found.result
        if result is None and (stage.listens or stage.name in DEAR):
            result = self._last(stage, reads, found.reason)
        if result is None and stage.result is Concepts and not self.tagging:
            result = cast(T, Concepts())
        return stage.correct(self.replay, produce(silent) if result is None else result)

    def _last(self, stage: Stage[T], reads: Mapping[str, Any], reason: str) -> T | None:
        """What the stage found last of the same sound and text; None for one that may be done instead. Raises NotCaptioned."""
        before = self.store.reads(stage.name)
        is_same = before.get(_TRACK) == reads.get(_TRACK)  # said only where it is not the usual one
        is_same &= all(before[name] == reads[name] for name in _SAME if name in before and name in reads)
        last = self.store.last(stage.name, stage.result) if is_same else None
        if last is None and reason == NOT_DONE:
            last = stage.before
        if last is not None:
            self.stale[stage.name] = reason
        elif stage.listens:
            raise NotCaptioned(
                self.job.media,
                "was not captioned yet, or something changed since",
                f"vignette run {self.job.media}, then try again",
            )
        return last
