"""The outputs made anew behind the page: a run in a process of its own, soon after the last decision and one at a time.

A run that fails or is stopped costs nothing: the decisions stand in the journal, and every run replays them.
"""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipeline.progress import Progress
from pipeline.run.jobs import Job
from pipeline.run.outcome import Outcome, Status

# So long after the last decision the run begins, in seconds: whoever corrects one word mostly corrects the next.
WAIT_S = 2.0
# So often the thread looks whether something is due, in seconds.
_TICK_S = 0.1
# The most messages of one stage's progress, as shares of the whole.
_STEP = 0.02


@dataclass(frozen=True, slots=True)
class Making:
    """How far a recording's outputs are: `state` is idle, waiting, running, done or failed; `share` of the stage in [0, 1]."""

    state: str = "idle"
    stage: str = ""
    share: float = 0.0
    problem: str = ""
    kept: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "state": self.state, "stage": self.stage, "share": round(self.share, 2), "problem": self.problem,
            "kept": list(self.kept),
        }  # fmt: skip


class Remaker:
    """Runs recordings anew, each `wait_s` seconds after it was last asked for."""

    def __init__(
        self, wait_s: float = WAIT_S, target: Callable[[Job, Connection, int], None] | None = None
    ) -> None:
        self.wait_s, self._target = wait_s, target or _work
        self._due: dict[Path, tuple[float, Job]] = {}
        self._states: dict[Path, Making] = {}
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._process: multiprocessing.process.BaseProcess | None = None
        self._thread: threading.Thread | None = None

    def soon(self, job: Job) -> None:
        """Have the recording run when nobody has asked for `wait_s` seconds."""
        with self._lock:
            self._due[job.media] = (time.monotonic() + self.wait_s, job)
            if self._states.get(job.media, Making()).state != "running":
                self._states[job.media] = Making("waiting")
            if self._thread is None:
                self._thread = threading.Thread(target=self._loop, name="remake", daemon=True)
                self._thread.start()

    def making(self, job: Job) -> Making:
        """How far the recording's outputs are; one that will run again is not done."""
        with self._lock:
            state = self._states.get(job.media, Making())
            waits = job.media in self._due and state.state != "running"
        return replace(state, state="waiting") if waits else state

    def stop(self) -> None:
        """End the run in progress; nothing is lost, for stages and outputs are kept whole."""
        self._stopped.set()
        process = self._process
        if process is not None and process.is_alive():
            process.terminate()
            process.join(0.5)
            if process.is_alive():
                process.kill()

    def _loop(self) -> None:
        while not self._stopped.wait(_TICK_S):
            job = self._next()
            if job is not None:
                self._run(job)

    def _next(self) -> Job | None:
        with self._lock:
            now = time.monotonic()
            due = [media for media, (at, _) in self._due.items() if at <= now]
            if not due:
                return None
            job = self._due.pop(due[0])[1]
            self._states[job.media] = Making("running")
            return job

    def _run(self, job: Job) -> None:
        context = multiprocessing.get_context("spawn")
        here, there = context.Pipe(duplex=False)
        self._process = context.Process(target=self._target, args=(job, there, os.getpid()), daemon=True)
        self._process.start()
        there.close()
        last = Making("failed", problem="the run was stopped")
        try:
            while True:
                last = here.recv()
                self._tell(job, last)
        except (EOFError, OSError):
            self._process.join()
        if last.state == "running":
            last = Making("failed", problem="the run was stopped")
        self._tell(job, last)

    def _tell(self, job: Job, state: Making) -> None:
        with self._lock:
            self._states[job.media] = state


class _Teller:
    """A watcher that sends what a run does through a pipe; the run goes on to its end where nobody listens any more."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe
        self._stage = ""  # the last that began; what is done beside it is not told

    def send(self, state: Making) -> None:
        with contextlib.suppress(OSError):
            self.pipe.send(state)

    def beside(self) -> _Teller:
        return self

    def began(self, media: Path, number: int, count: int) -> None:
        self.send(Making("running"))

    def stage_began(self, stage: str, reason: str) -> Progress:
        self._stage = stage
        self.send(Making("running", stage))
        told = 0.0

        def tell(share: float) -> None:
            nonlocal told
            if share - told >= _STEP and stage == self._stage:
                told = share
                self.send(Making("running", stage, share))

        return tell

    def stage_ended(self, stage: str) -> None:
        """Say nothing."""

    def ended(self, outcome: Outcome) -> None:
        """Say nothing: the end is told when the lock is open again."""


def _work(job: Job, pipe: Connection, parent: int) -> None:
    """One run, in its own process, which ends with the server, `parent`, however that one ends."""
    import os
    import signal

    from pipeline.processes import die_with_parent
    from pipeline.run import batch
    from pipeline.run.jobs import Plan

    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the server's, which ends this
    with contextlib.suppress(OSError, AttributeError):
        os.nice(10)  # whoever corrects goes first, then whoever checks the captions
    teller = _Teller(pipe)
    (outcome,) = batch.run(Plan((job,)), teller)
    kept = tuple(f"{new.name} (what you mended in {old.name} stays)" for old, new in outcome.written.mended)
    if outcome.status is Status.FAILED and outcome.error is not None:
        teller.send(Making("failed", problem=str(outcome.error)))
    else:
        teller.send(Making("done", kept=kept))
