"""Fold: a stage is done, or its artefact taken where what it reads has not changed; then decisions are put over it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pipeline import processes
from pipeline.edits.replay import Replay
from pipeline.errors import Interrupted
from pipeline.progress import Progress
from pipeline.run.graph import Stage
from pipeline.run.outcome import StageState, Watcher
from pipeline.run.store import Store
from pipeline.timing import seconds_to_ms

T = TypeVar("T")


class Fold:
    """Does each stage, or takes its artefact when what it reads has not changed."""

    def __init__(self, store: Store, watcher: Watcher, force: str | None, replay: Replay) -> None:
        self._store, self._watcher, self._force, self._replay = store, watcher, force, replay
        self._forced = False
        self.states: list[StageState] = []

    @property
    def anew(self) -> bool:
        """Whether any stage was done anew."""
        return any(state.done for state in self.states)

    def __call__(self, stage: Stage[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]) -> T:
        """The corrected result of a stage; `reads` names everything that its result depends on."""
        name = stage.name
        self._forced = self._forced or name == self._force
        found = self._store.load(name, stage.result, reads)
        if found.result is not None and not self._forced:
            self.states.append(StageState(name, False, found.reason))
            return stage.correct(self._replay, found.result)
        reason = "forced" if self._forced and found.result is not None else found.reason
        progress, since = self._watcher.stage_began(name, reason), time.monotonic()
        try:
            result = produce(progress)
        except KeyboardInterrupt:
            raise Interrupted(name) from None
        self._store.save(name, stage.result, reads, result)
        processes.give_back_memory()  # else what this stage needed would lie beside what the next one needs
        self._watcher.stage_ended(name)
        self.states.append(StageState(name, True, reason, seconds_to_ms(time.monotonic() - since)))
        return stage.correct(self._replay, result)
