"""Fold: a stage is done, or its artefact taken where what it reads has not changed; then decisions are put over it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pipeline import processes
from pipeline.edits.replay import Replay
from pipeline.errors import Interrupted
from pipeline.progress import Progress
from pipeline.run import beside
from pipeline.run.beside import Beside
from pipeline.run.graph import Stage
from pipeline.run.outcome import StageState, Watcher
from pipeline.run.store import Loaded, Store
from pipeline.timing import seconds_to_ms

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Share:
    """A share of a recording's work, where one process does some of the stages and the next goes on.

    It ends behind the stage `until` ("" for the end of all), `earlier` tells what became of those that others did; for the lock
    of the recording it waits `wait_s` seconds, since one that died may hold it for a moment more.
    """

    until: str = ""
    earlier: Sequence[StageState] = ()
    wait_s: float = 0


WHOLE = Share()


class ShareDone(Exception):
    """The last stage of a share is done; nobody but whoever asked for a share sees it."""


class Fold:
    """Does each stage, or takes its artefact when what it reads has not changed; ends with ShareDone where less is asked for."""

    def __init__(
        self, store: Store, watcher: Watcher, force: str | None, replay: Replay, share: Share = WHOLE
    ) -> None:
        self._store, self._watcher, self._force, self._replay = store, watcher, force, replay
        self._until, self._earlier = share.until, {state.name: state for state in share.earlier}
        self._forced = False
        self._states: dict[str, StageState] = {}
        self._under_way: dict[str, tuple[Beside[Any], Callable[[], None]]] = {}

    @property
    def states(self) -> list[StageState]:
        """What became of the stages so far, in the order in which they feed each other."""
        return list(self._states.values())

    @property
    def anew(self) -> bool:
        """Whether any stage was done anew."""
        return any(state.done for state in self.states)

    def __call__(self, stage: Stage[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]) -> T:
        """The corrected result of a stage; `reads` names everything that its result depends on."""
        found = self._result(stage, reads, produce)
        if stage.name == self._until:
            raise ShareDone
        return found

    def later(
        self, stage: Stage[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]
    ) -> Callable[[], T]:
        """The same for a stage whose result is not needed yet: where it must be done, that begins now and goes on beside the
        stages after it. Gives what waits for the corrected result."""
        known = self._known(stage, reads)
        if known.result is not None or not beside.pays() or stage.name == self._until:
            result = self(stage, reads, produce)
            return lambda: result
        reason = known.reason
        self._states[stage.name] = StageState(stage.name, True, reason)  # its place in the order
        work = beside.Beside(produce, self._watcher.stage_began(stage.name, reason))
        results: list[T] = []

        def take() -> None:
            if results:
                return
            try:
                results.append(work.result())
            except KeyboardInterrupt:
                self._abandon()
                raise Interrupted(stage.name) from None
            self._keep(stage, reads, reason, results[0], work.took_s)

        self._under_way[stage.name] = work, take

        def waited() -> T:
            self._under_way.pop(stage.name, None)
            take()  # what went wrong is told again, where somebody was told it already
            return stage.correct(self._replay, results[0])

        return waited

    def _take(self, name: str) -> None:
        """Wait for a stage that is done beside others, and keep its artefact."""
        if name in self._under_way:
            self._under_way.pop(name)[1]()

    def _abandon(self) -> None:
        for work, _ in self._under_way.values():
            work.abandon()
        self._under_way.clear()

    def _known(self, stage: Stage[T], reads: Mapping[str, Any]) -> Loaded[T]:
        """A stage's artefact where it is up to date and wanted, or why it is done anew."""
        self._forced = self._forced or stage.name == self._force
        found = self._store.load(stage.name, stage.result, reads)
        return Loaded(None, "forced") if found.result is not None and self._forced else found

    def _result(self, stage: Stage[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]) -> T:
        name, found = stage.name, self._known(stage, reads)
        if found.result is not None:
            self._states[name] = self._earlier.get(name, StageState(name, False, found.reason))
            return stage.correct(self._replay, found.result)
        progress, since = self._watcher.stage_began(name, found.reason), time.monotonic()
        try:
            result = produce(progress)
        except KeyboardInterrupt:
            self._abandon()
            raise Interrupted(name) from None
        self._keep(stage, reads, found.reason, result, time.monotonic() - since)
        for other in [name for name, (work, _) in self._under_way.items() if work.is_done]:
            self._take(other)
        return stage.correct(self._replay, result)

    def _keep(self, stage: Stage[T], reads: Mapping[str, Any], reason: str, result: T, took_s: float) -> None:
        self._store.save(stage.name, stage.result, reads, result)
        processes.give_back_memory()  # else what this stage needed would lie beside what the next one needs
        self._watcher.stage_ended(stage.name)
        self._states[stage.name] = StageState(stage.name, True, reason, seconds_to_ms(took_s))
