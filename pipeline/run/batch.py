"""Fold the stages over a recording: skip what is up to date and say why the rest is done; one video or many.

After each stage the human decisions of that stage are put over its result, and the next stage reads the corrected value.
A stage that fails leaves the last good outputs in place; a batch goes on with the next recording, or with several at once.
"""

from __future__ import annotations

import errno
import os
import traceback
from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from pathlib import Path
from shlex import quote

from pipeline import edits, privacy
from pipeline.edits import ledger
from pipeline.errors import (
    BusyError,
    Defect,
    Interrupted,
    OutputError,
    UsageError,
    VignetteError,
    counted,
    nearest,
)
from pipeline.files import write_atomic
from pipeline.run import (
    alignment,
    cluster,
    diarization,
    failures,
    given,
    graph,
    hearing,
    kept_sound,
    outputs,
    workers,
)
from pipeline.run.caption_changes import CaptionChange, caption_changes, shown_in, summary
from pipeline.run.compose import notes
from pipeline.run.fold import WHOLE, Fold, Share, ShareDone
from pipeline.run.inputs import Inputs
from pipeline.run.jobs import Job, Plan
from pipeline.run.outcome import Outcome, Status, Watcher
from pipeline.run.report import needs_person, quality
from pipeline.run.store import DAMAGED, Store
from pipeline.speech import weights
from pipeline.transcript import check, grade_line

# Errors of the operating system that say that the disk took no more, wherever they arise.
_OF_THE_DISK = (errno.ENOSPC, errno.EDQUOT)
# Beside the stages' artefacts: the ids of the decisions that the last run found in the journal.
REPLAYED = "decisions"
# And the captions that the last run which wrote anything changed.
CHANGED = "changes"
# What else is kept there, so that less is listened to again -> how a person calls it.
_BESIDE = {
    kept_sound.KEPT: "the decoded sound",
    given.READ: "the subtitles as they were read",
    hearing.WITNESSED: "what the second ear heard",
    alignment.ASKED: "where the aligner lost its way",
    diarization.HEARD: "the sound of the voices",
    diarization.GROUPED: "the grouping of the voices",
    graph.CODED: "the concepts of each turn",
    graph.DIVIDED: "the division into captions",
    graph.CALLED_FOR: "the concepts that each word calls for",
    graph.RECUED: "whether the editor's cues stay",
}


def run(
    plan: Plan, watcher: Watcher, force: str | None = None, at_once: int = 1, cluster_at: str | None = None
) -> tuple[Outcome, ...]:
    """Caption every recording of the plan, whatever becomes of the others; the decisions beside each are replayed.

    `force` names a stage to be done again with all that depends on it; `at_once` so many recordings are under way in processes of
    their own, or each in this one for 1; `cluster_at` is a cluster's resolved address (see `cluster`), of which `at_once` is no
    more than the most. The outcomes stand in the order of the plan. Raises UsageError for a stage that does not exist,
    Interrupted when the user stops it and ClusterError; every other failure is in its recording's Outcome.
    """
    if force is not None and force not in graph.names():
        near = nearest(force, graph.names())
        hint = f"did you mean {near[0]}? " if near else ""
        raise UsageError(f"there is no stage '{force}'", f"{hint}the stages are {', '.join(graph.names())}")
    found = [Outcome(path, Status.FAILED, error=error) for path, error in plan.refused]
    for outcome in found:
        watcher.ended(outcome)
    if cluster_at is not None:
        return (*found, *cluster.run(plan.jobs, watcher, force, cluster_at, at_once))
    alone = len(plan.jobs) + len(plan.refused) == 1
    one = partial(_whole, force=force, alone=alone)
    if min(at_once, len(plan.jobs)) > 1:
        return (*found, *workers.run(plan.jobs, one, watcher, min(at_once, len(plan.jobs))))
    return (*found, *_one_after_the_other(plan.jobs, one, watcher))


def _one_after_the_other(jobs: Sequence[Job], one: workers.Caption, watcher: Watcher) -> list[Outcome]:
    """Each recording in this process; those that another run is working on once more behind all others."""
    found: dict[int, Outcome] = {}
    waiting = deque((number, 0.0) for number in range(len(jobs)))
    while waiting:
        number, wait_s = waiting.popleft()
        watcher.began(jobs[number].media, number + 1, len(jobs))
        outcome = one(jobs[number], watcher, wait_s)
        watcher.ended(outcome)
        if isinstance(outcome.error, BusyError) and not wait_s and len(jobs) > 1:
            waiting.append((number, workers.BUSY_S))
        else:
            found[number] = outcome
    return [found[number] for number in range(len(jobs))]


def _whole(job: Job, watcher: Watcher, wait_s: float, force: str | None, alone: bool) -> Outcome:
    return caption(job, watcher, force, Share(wait_s=wait_s), alone)


def caption(
    job: Job, watcher: Watcher, force: str | None, share: Share = WHOLE, alone: bool = False
) -> Outcome:
    """One recording, with whatever goes wrong told in its Outcome, and a note for later runs whether it failed; one that was run
    `alone` leaves none, so that nothing is left of a file that is no recording.

    Of a mere share of the work the outcome has the stages alone.
    """
    outcome = _guarded(job, watcher, force, share)
    if outcome.error or not share.until:
        failures.note(job.out, job.media, outcome.error is not None and not alone)
    return outcome


def _guarded(job: Job, watcher: Watcher, force: str | None, share: Share) -> Outcome:
    store = Store.of(job.out, job.name)
    is_new = not store.folder.exists()
    try:
        outputs.refuse_inputs(job.out, job.name, job.settings.language, (job.media, job.subtitles, job.heard))
        with privacy.chosen(job.settings.private), store.locked(share.wait_s):
            store.sweep(job.media.parent)
            store.claim(job.media)
            return _caption(job, store, watcher, force, share)
    except Interrupted:
        raise
    except VignetteError as error:
        if is_new:
            store.discard()
        return Outcome(job.media, Status.FAILED, error=error)
    except Exception as error:  # noqa: BLE001 - a defect in one recording must not cost a night's batch
        return Outcome(job.media, Status.FAILED, error=_defect(store, error))


def _caption(job: Job, store: Store, watcher: Watcher, force: str | None, share: Share) -> Outcome:
    replay = edits.Replay(edits.read(edits.journal_of(job.media)))
    fold = Fold(store, watcher, force, replay, share)
    with Inputs(job, store) as inputs:
        try:
            transcript = replay.graded(graph.transcript(inputs, fold, fold.later))
        except ShareDone:
            return Outcome(job.media, Status.UNCHANGED, stages=tuple(fold.states))
        check(transcript)
        made = outputs.composed(transcript, job.out)
        written, status = None if fold.anew else outputs.standing(made, store), Status.UNCHANGED
        changes: tuple[CaptionChange, ...] = ()
        damaged = (*_damaged(fold, store), *_damaged_record(store))
        if written is None:
            changes = _changes(job, store, dict(made))
            written, status = outputs.write(transcript, store, job.out, made), Status.DONE
        elif store.is_record_damaged():
            outputs.record_standing(made, store)
    return Outcome(
        job.media,
        status,
        grade_line(transcript),
        tuple(fold.states),
        written,
        (
            *notes(inputs),
            *quality(
                transcript,
                replay.reworded,
                bool(inputs.subtitles and inputs.subtitles.repaired),
                inputs.settings.verify.mode == "none",
                () if transcript.verification.witness else weights.unusable(),
            ),
            *filter(None, [replay.report.summary()]),
            *damaged,
            *_changed(job, changes),
        ),
        (
            *ledger.needs(replay.report, quote(str(job.media))),
            *_vanished(job, store, replay.contents),
            *_adoptions(job, written),
            *needs_person(transcript, replay),
        ),
        decisions=replay.report,
        changes=changes,
    )


def _damaged(fold: Fold, store: Store) -> Iterable[str]:
    """That what a stage had left was no longer what it wrote: a disk or a memory may be failing."""
    if found := [state.name for state in fold.states if state.reason == DAMAGED]:
        noun = "result" if len(found) == 1 else "results"
        yield f"the stored {noun} of {' and '.join(found)} could not be used as found, and was done anew"
    if beside := sorted(store.damaged & _BESIDE.keys()):
        what = " and ".join(_BESIDE[name] for name in beside)
        yield f"what was kept of {what} could not be used as found, and was found anew"


def _damaged_record(store: Store) -> Iterable[str]:
    """That it is not certain any more which files are ours, and what that means."""
    if store.is_record_damaged():
        known = "its copy was used" if store.written() else "files that differ are taken for a person's"
        yield f"the stored record of what was written last could not be used as found: {known}"


def _changes(job: Job, store: Store, made: Mapping[Path, bytes]) -> tuple[CaptionChange, ...]:
    """Which captions this run changes; kept, so that they can be looked at later. None for a first run."""
    path = job.out / f"{job.name}.json"
    before = shown_in(path.read_bytes()) if path.is_file() else None
    after = shown_in(made[path])
    changes = caption_changes(before, after) if before is not None and after is not None else ()
    store.save(CHANGED, tuple[CaptionChange, ...], {}, changes)
    return changes


def _changed(job: Job, changes: Sequence[CaptionChange]) -> Iterable[str]:
    """How many captions differ from those of the run before."""
    if changes:
        media = quote(str(job.media))
        yield f"captions changed since the run before: {summary(changes)}; vignette status {media} --changes shows them"


def _vanished(job: Job, store: Store, contents: edits.Contents) -> Iterable[str]:
    """That decisions which the last run applied are in the journal no more: it was moved away, or an older copy brought back."""
    now = [d.id for d in contents.decisions]
    kept = store.load(REPLAYED, list[str], {})
    last = kept.result or []
    gone = set(last) - set(now)
    if now != last:
        store.save(REPLAYED, list[str], {}, now)
    if kept.reason == DAMAGED:
        yield f"the record of what the last run applied was damaged: does {edits.journal_of(job.media)} hold all decisions?"
    if gone:
        journal = edits.journal_of(job.media)
        count = counted(len(gone), "decision")
        yield f"{journal} no longer holds {count} that the last run applied: was it moved?"


def _adoptions(job: Job, written: outputs.Written) -> Iterable[str]:
    """How the captions that a person mended in place become decisions."""
    for path, _ in written.mended:
        if outputs.end_of(path) in outputs.MENDABLE:
            yield f"make what was changed in {path.name} last: vignette edits adopt {quote(str(job.media))} {quote(str(path))}"


def _defect(store: Store, error: Exception) -> VignetteError:
    """Write down the places of a defect, without its message or any value: those could quote what was said."""
    places = "".join(traceback.format_list(traceback.extract_tb(error.__traceback__)))
    if isinstance(error, OSError) and error.errno in _OF_THE_DISK:
        place = Path(os.fsdecode(error.filename)) if isinstance(error.filename, str | bytes) else store.folder
        return OutputError(
            place, f"cannot be written: {error.strerror}", "make room and run the same command again"
        )
    log = store.folder / "error.log"
    try:
        write_atomic(log, f"{type(error).__name__}\n{places}")
    except OutputError:  # what stopped the recording is the news, not that it could not be written down
        return Defect(type(error).__name__, None)
    return Defect(type(error).__name__, log)
