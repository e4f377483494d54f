"""Fold: a stage is done, or its artefact taken where what it reads has not changed; then decisions are put over it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pipeline.edits.replay import Replay
from pipeline.errors import Interrupted
from pipeline.progress import Progress
from pipeline.run.graph import Stage
from pipeline.run.outcome import StageState, Watcher
from pipeline.run.store import Store
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
        self.states: list[StageState] = []

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

    def _result(self, stage: Stage[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]) -> T:
        name = stage.name
        self._forced = self._forced or name == self._force
        found = self._store.load(name, stage.result, reads)
        if found.result is not None and not self._forced:
            self.states.append(self._earlier.get(name, StageState(name, False, found.reason)))
            return stage.correct(self._replay, found.result)
        reason = "forced" if self._forced and found.result is not None else found.reason
        progress, since = self._watcher.stage_began(name, reason), time.monotonic()
        try:
            result = produce(progress)
        except KeyboardInterrupt:
            raise Interrupted(name) from None
        self._store.save(name, stage.result, reads, result)
        self._watcher.stage_ended(name)
        self.states.append(StageState(name, True, reason, seconds_to_ms(time.monotonic() - since)))
        return stage.correct(self._replay, result)
