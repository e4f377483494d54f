"""What the next run of a recording would do, and which captions it would change, without listening and without writing.

Stages are folded as in a run. A stage that is not up to date is noted with the reason; one that is quick is done, so that what
it changes is seen; one that is dear lends its last result, and what comes of it anew only the run can tell.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeVar

from pipeline.edits import journal_of, read
from pipeline.edits.replay import Replay
from pipeline.progress import Progress, silent
from pipeline.run import graph, outputs
from pipeline.run.batch import REPLAYED
from pipeline.run.caption_changes import CaptionChange, caption_changes, shown_in
from pipeline.run.graph import Stage
from pipeline.run.inputs import Inputs
from pipeline.run.jobs import Job
from pipeline.run.store import NOT_DONE, Store
from pipeline.transcript import Concepts, Transcript, Verification

T = TypeVar("T")

# Stages that take seconds or minutes, besides those that listen; what is said of others is what would come out.
_DEAR = frozenset(("picture", "verify"))
# What a stage read -> how a person calls it, where its own name says too little.
_CALLED = {
    "version": "this version of Vignette does it otherwise",
    "settings": "its settings changed",
    "mode": "whether it is to hear anything changed",
    "subtitles": "the subtitles changed",
    "recording": "the recording changed",
    "people": "the list of people changed",
    "recognizer": "another recognizer is here",
    "encoder": "another speaker encoder is here",
    "segmentation": "the speaker segmentation came or went",
    "lexicon": "the lexicon changed",
    "reader": "another reader of text on the screen is here",
}
_BEFORE = "what comes before it changed"


@dataclass(frozen=True, slots=True)
class Foreseen:
    """What the next run would do: `why` in sentences (none when it is up to date), and which captions it would change.

    `uncertain` says that a stage listens anew, so that more may change. `transcript` is None for what was never captioned.
    """

    why: tuple[str, ...]
    transcript: Transcript | None = None
    replay: Replay | None = None
    changes: tuple[CaptionChange, ...] = ()
    uncertain: bool = False
    captioned: bool = True


class _NeverDone(Exception):
    """A dear stage was never done."""


@dataclass(slots=True)
class _Look:
    """Takes each stage's artefact, or its last one, or does the stage where that is quick; notes what is not up to date."""

    store: Store
    replay: Replay
    stale: dict[str, str] = field(default_factory=dict)
    uncertain: bool = False

    def __call__(self, stage: Stage[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]) -> T:
        found = self.store.load(stage.name, stage.result, reads)
        if found.result is not None:
            return stage.correct(self.replay, found.result)
        self.stale[stage.name] = found.reason
        return stage.correct(self.replay, self._instead(stage, found.reason, produce))

    def _instead(self, stage: Stage[T], reason: str, produce: Callable[[Progress], T]) -> T:
        if stage.result in (Verification, Concepts):
            return stage.result()  # captions do not depend on these
        if not stage.listens and stage.name not in _DEAR:
            return produce(silent)
        self.uncertain |= stage.listens
        last = stage.before if reason == NOT_DONE else self.store.last(stage.name, stage.result)
        if last is None:
            raise _NeverDone
        return last


def foresee(job: Job) -> Foreseen:
    """What the next run of a recording would do. Raises what reading its inputs raises."""
    store, contents = Store.of(job.out, job.name), read(journal_of(job.media))
    look = _Look(store, Replay(contents))
    try:
        with Inputs(job, store, listening=False) as inputs:
            transcript = look.replay.graded(graph.transcript(inputs, look))
    except _NeverDone:
        captioned = (job.out / f"{job.name}.json").is_file()
        why = told(look.stale) if captioned else ["it was not captioned yet"]
        return Foreseen(tuple(why), uncertain=captioned, captioned=captioned)
    why = [*_decisions_since(store, [d.id for d in contents.decisions])]
    why += told(look.stale, bool(why))
    made = outputs.composed(transcript, job.out)
    written = job.out / f"{job.name}.json"
    before = shown_in(written.read_bytes()) if written.is_file() else None
    after = shown_in(dict(made)[written])
    if not why and outputs.standing(made, store) is None:
        why.append(
            "its files are gone or would be written otherwise"
            if before
            else "its files are not there any more"
        )
    changes = caption_changes(before, after) if before is not None and after is not None else ()
    return Foreseen(tuple(why), transcript, look.replay, changes, look.uncertain)


def _decisions_since(store: Store, now: list[str]) -> list[str]:
    """That decisions were made, or went, since the last run."""
    last = store.load(REPLAYED, list[str], {}).result or []
    new, gone = len(set(now) - set(last)), len(set(last) - set(now))
    found = [f"{new} decision{'s' if new > 1 else ''} since the last run"] if new else []
    return found + ([f"{gone} decision{'s' if gone > 1 else ''} gone from the journal"] if gone else [])


def told(stale: Mapping[str, str], decided: bool = False) -> list[str]:
    """Why stages are not up to date, in sentences; those that only follow others, or decisions, are not told."""
    found = []
    for name, reason in stale.items():
        changed = reason.removeprefix("changed: ").split(", ") if reason.startswith("changed: ") else []
        if "mode" in changed:  # then one of the two read nothing, and nothing of what it read changed
            changed = ["mode"]
        names = list(dict.fromkeys(_CALLED[c] for c in changed if c in _CALLED))
        if not changed:
            names = [reason]
        if names:
            found.append(f"{name}: {' and '.join(names)}")
    if stale and not found and not decided:
        found.append(f"{', '.join(stale)}: {_BEFORE}")
    return found
