"""Preview: the transcript that a run would make with given decisions, from artefacts alone: nothing is decoded or written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar, cast

from pipeline.edits.journal import Contents, journal_of, read
from pipeline.edits.model import ConceptAt
from pipeline.edits.replay import Replay
from pipeline.errors import NotCaptioned
from pipeline.progress import Progress, silent
from pipeline.run.graph import Work
from pipeline.run.jobs import Job
from pipeline.run.store import Store
from pipeline.transcript import Concepts, Transcript

T = TypeVar("T")

# Stages that decode or search the sound, which takes minutes: a preview takes their artefacts or fails.
SOUND_STAGES = frozenset(("sound", "transcribe", "align"))


@dataclass(frozen=True, slots=True)
class Preview:
    """The transcript as a run would make it, and the replay that it came out of."""

    transcript: Transcript
    replay: Replay


def preview(job: Job, contents: Contents | None = None, tagging: bool | None = None) -> Preview:
    """Replay the decisions of the recording's journal, or of `contents`, over its artefacts.

    Without `tagging`, concepts are left out where they would have to be found anew; None finds them where a decision is about
    one. Raises NotCaptioned when the recording was not run, or something changed that must be listened to again.
    """
    found = read(journal_of(job.media)) if contents is None else contents
    replay = Replay(found)
    if tagging is None:
        tagging = any(isinstance(d.value, ConceptAt) for d in found.decisions)
    store = Store.of(job.out, job.name)
    with Work(job, store, listening=False) as work:
        transcript = work.transcript(_PreviewStep(job, store, replay, tagging))
    return Preview(replay.graded(transcript), replay)


@dataclass(frozen=True, slots=True)
class _PreviewStep:
    """The preview's step: take each stage's artefact, or do the stage where that is quick."""

    job: Job
    store: Store
    replay: Replay
    tagging: bool

    def __call__(
        self, stage: str, kind: type[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]
    ) -> T:
        result = self.store.load(stage, kind, reads).result
        if result is None and stage in SOUND_STAGES:
            raise NotCaptioned(
                self.job.media,
                "was not captioned yet, or something changed since",
                f"vignette run {self.job.media}, then try again",
            )
        if result is None and stage == "concepts" and not self.tagging:
            result = cast(T, Concepts())
        if result is None:
            result = produce(silent)
        corrected: T = self.replay.correct(stage, result)
        return corrected
