"""Fold: a stage is done, or its artefact taken where what it reads has not changed; then decisions are put over it."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from pipeline.errors import Interrupted
from pipeline.progress import Progress
from pipeline.run.outcome import StageState, Watcher
from pipeline.run.store import Store
from pipeline.timing import seconds_to_ms

T = TypeVar("T")


Correction = Callable[[str, Any], Any]
"""Puts the human decisions about a stage over its result: `(stage, machine result) -> corrected result`."""


class Fold:
    """Does each stage, or takes its artefact when what it reads has not changed."""

    def __init__(self, store: Store, watcher: Watcher, force: str | None, correct: Correction) -> None:
        self._store, self._watcher, self._force, self._correct = store, watcher, force, correct
        self._forced = False
        self.states: list[StageState] = []

    @property
    def anew(self) -> bool:
        """Whether any stage was done anew."""
        return any(state.done for state in self.states)

    def __call__(
        self, stage: str, kind: type[T], reads: Mapping[str, Any], produce: Callable[[Progress], T]
    ) -> T:
        """The corrected result of a stage; `reads` names everything that its result depends on."""
        self._forced = self._forced or stage == self._force
        found = self._store.load(stage, kind, reads)
        if found.result is not None and not self._forced:
            self.states.append(StageState(stage, False, found.reason))
            return self._corrected(stage, found.result)
        reason = "forced" if self._forced and found.result is not None else found.reason
        progress, since = self._watcher.stage_began(stage, reason), time.monotonic()
        try:
            result = produce(progress)
        except KeyboardInterrupt:
            raise Interrupted(stage) from None
        self._store.save(stage, kind, reads, result)
        self._watcher.stage_ended(stage)
        self.states.append(StageState(stage, True, reason, seconds_to_ms(time.monotonic() - since)))
        return self._corrected(stage, result)

    def _corrected(self, stage: str, result: T) -> T:
        corrected: T = self._correct(stage, result)
        return corrected
