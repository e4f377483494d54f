"""Work beside other work: a stage whose result is not needed yet is done in a thread of its own.

It pays for stages that mostly wait for libraries which compute without Python's lock, and only where this process has more than
one core for itself; results are the same either way.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextvars import copy_context
from typing import Generic, TypeVar

from pipeline.processes import cores, give_way
from pipeline.progress import Progress

T = TypeVar("T")


def pays() -> bool:
    """Whether a second stage has a core of its own: not where other recordings of the same command use the others."""
    return cores() > 1


class _Abandoned(BaseException):
    """Nobody waits for the work any more."""


class Beside(Generic[T]):
    """One piece of work in its thread, from now on; `result` waits for it. A thread that was abandoned ends at its next report
    of progress, and never keeps the process from ending."""

    def __init__(self, work: Callable[[Progress], T], progress: Progress) -> None:
        self._work, self._progress = work, progress
        self._done, self._abandoned = threading.Event(), threading.Event()
        self._since = time.monotonic()
        self._found: T | None = None
        self._error: BaseException | None = None
        self.took_s = 0.0
        context = copy_context()  # whose files are private is told so
        threading.Thread(target=context.run, args=(self._run,), name="beside", daemon=True).start()

    @property
    def is_done(self) -> bool:
        return self._done.is_set()

    def abandon(self) -> None:
        """Have it end soon; nothing is kept of it."""
        self._abandoned.set()

    def result(self) -> T:
        """What the work gave, as soon as it is done. Raises what the work raised."""
        while not self._done.wait(0.1):  # so that a request to stop is heard meanwhile
            pass
        if self._error is not None:
            raise self._error
        return self._found  # type: ignore[return-value]

    def _run(self) -> None:
        try:
            give_way()  # to the stages that are waited for
            self._found = self._work(self._tell)
        except BaseException as error:  # noqa: BLE001 - whatever it is, whoever waits gets it
            self._error = error
        self.took_s = time.monotonic() - self._since
        self._done.set()

    def _tell(self, share: float) -> None:
        if self._abandoned.is_set():
            raise _Abandoned
        self._progress(share)
