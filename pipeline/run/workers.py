"""Several recordings at once: a few processes, each of which loads its models once and captions one recording after the other.

A recording that fails costs none of the others anything. A process that is ended from outside, for want of memory most likely,
is replaced, and its recording is tried once more behind all others. A request to stop ends every process at once: what they
write is whole at every moment, so that nothing is lost by it.
"""

from __future__ import annotations

import os
import signal
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from multiprocessing import get_context
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pipeline import network
from pipeline.errors import BusyError, Interrupted, WorkerDied
from pipeline.processes import cores, die_with_parent, take_share
from pipeline.progress import Progress
from pipeline.run import failures
from pipeline.run.jobs import Job
from pipeline.run.outcome import Outcome, Status, Watcher
from pipeline.run.store import Store

Caption = Callable[[Job, Watcher, float], Outcome]
"""Captions one recording, waiting so many seconds for its lock, and never raises; it is sent to other processes, so it must be
one that can be pickled."""

# A recording is tried so often: it may be what ends its process; and one that another run is working on will do later.
MOST_TRIES = 2
# The last time, so long is waited for the other run, in seconds.
BUSY_S = 60.0
# The most messages of one stage's progress, as shares of the whole.
_STEP = 0.02
# A process that has nothing to do any more gets so long to end by itself, in seconds.
_PATIENCE_S = 5.0


class Teller:
    """The watcher that sends what a run does by `send`, as tuples; whoever `retell`s them needs no more."""

    def __init__(self, send: Callable[[tuple[Any, ...]], None]) -> None:
        self._send = send

    def beside(self) -> Teller:
        return self

    def began(self, media: Path, number: int, count: int) -> None:
        """Say nothing: who gave the recording out knows."""

    def stage_began(self, stage: str, reason: str) -> Progress:
        self._send(("stage_began", stage, reason))
        told = 0.0

        def tell(share: float) -> None:
            nonlocal told
            if share - told >= _STEP:
                told = share
                self._send(("share", stage, share))

        return tell

    def stage_ended(self, stage: str) -> None:
        self._send(("stage_ended", stage))

    def ended(self, outcome: Outcome) -> None:
        """Say nothing: the outcome is the answer."""


@dataclass(slots=True)
class Told:
    """One recording under way: its watcher, and which stage it is at, the last that began; one beside it is not told of."""

    watcher: Watcher
    stage: str = ""
    _progress: Progress | None = None

    def retell(self, message: tuple[Any, ...]) -> None:
        """Hand a message of a `Teller` on to the watcher."""
        kind, *facts = message
        if kind == "stage_began":
            self.stage = facts[0]
            self._progress = self.watcher.stage_began(*facts)
        elif kind == "share" and self._progress is not None and facts[0] == self.stage:
            self._progress(facts[1])
        elif kind == "stage_ended":
            self.watcher.stage_ended(*facts)


def run(jobs: Sequence[Job], caption: Caption, watcher: Watcher, count: int) -> list[Outcome]:
    """Caption these recordings, `count` at a time; the outcomes stand in the order of the jobs. Raises Interrupted."""
    crew = _Crew(jobs, caption, watcher, count)
    try:
        return crew.run()
    except KeyboardInterrupt:
        crew.kill()
        raise Interrupted(crew.stages()) from None
    finally:
        crew.end()


@dataclass(slots=True)
class _Worker:
    """A process and the pipe to it; `number` is the recording that it works on, counted from 0."""

    process: BaseProcess
    pipe: Connection
    number: int
    told: Told


@dataclass(slots=True)
class _Crew:
    jobs: Sequence[Job]
    caption: Caption
    watcher: Watcher
    count: int
    _workers: list[_Worker] = field(default_factory=list)
    _idle: list[_Worker] = field(default_factory=list)
    _waiting: deque[int] = field(default_factory=deque)
    _watchers: dict[int, Watcher] = field(default_factory=dict)
    _tries: dict[int, int] = field(default_factory=dict)
    _found: dict[int, Outcome] = field(default_factory=dict)

    def run(self) -> list[Outcome]:
        self._waiting.extend(range(len(self.jobs)))
        while len(self._found) < len(self.jobs):
            while self._waiting and len(self._workers) < self.count:
                self._workers.append(self._start(self._waiting.popleft()))
            for pipe in wait([w.pipe for w in self._workers]):
                self._listen(next(w for w in self._workers if w.pipe is pipe))
        return [self._found[number] for number in range(len(self.jobs))]

    def stages(self) -> str:
        """The stages that recordings are at."""
        return ", ".join(dict.fromkeys(w.told.stage for w in self._workers if w.told.stage)) or "the command"

    def _start(self, number: int) -> _Worker:
        share = max(1, cores() // self.count)
        here, there = get_context("spawn").Pipe()
        process = get_context("spawn").Process(
            target=_work, args=(there, self.caption, os.getpid(), share, network.is_taken()), daemon=False
        )
        with signals_held():
            process.start()
        there.close()
        return self._give(_Worker(process, here, number, Told(self.watcher)), number)

    def _give(self, worker: _Worker, number: int) -> _Worker:
        """Have a worker caption a recording."""
        watcher = self._watchers.setdefault(number, self.watcher.beside())
        worker.number, worker.told = number, Told(watcher)
        self._tries[number] = self._tries.get(number, 0) + 1
        watcher.began(self.jobs[number].media, number + 1, len(self.jobs))
        with suppress(OSError):  # one that has died meanwhile is heard of at once
            worker.pipe.send((self.jobs[number], 0.0 if self._tries[number] < MOST_TRIES else BUSY_S))
        return worker

    def _listen(self, worker: _Worker) -> None:
        try:
            message = worker.pipe.recv()
        except (EOFError, OSError):
            self._bury(worker)
            return
        if isinstance(message, Outcome):
            if isinstance(message.error, BusyError) and self._tries[worker.number] < MOST_TRIES:
                self._waiting.append(worker.number)
            else:
                self._end(worker, message)
            self._next(worker)
        else:
            worker.told.retell(message)

    def _end(self, worker: _Worker, outcome: Outcome) -> None:
        self._found[worker.number] = outcome
        worker.told.watcher.ended(outcome)

    def _next(self, worker: _Worker) -> None:
        if self._waiting:
            self._give(worker, self._waiting.popleft())
        else:
            self._workers.remove(worker)
            self._idle.append(worker)
            worker.pipe.close()  # nothing more comes: it ends

    def _bury(self, worker: _Worker) -> None:
        """A worker has died: its recording is tried again when all others are done, or given up."""
        self._workers.remove(worker)
        worker.pipe.close()
        worker.process.join(_PATIENCE_S)
        job = self.jobs[worker.number]
        sweep(job)
        if self._tries[worker.number] < MOST_TRIES:
            self._waiting.append(worker.number)
            return
        how = _how_it_ended(worker.process.exitcode)
        problem = f"the process that captioned it was ended {MOST_TRIES} times ({how})"
        error = WorkerDied(job.media, problem, "memory may be short: run it again with --jobs 1")
        failures.note(job.out, job.media, True)
        self._end(worker, Outcome(job.media, Status.FAILED, error=error))

    def kill(self) -> None:
        """End every process at once, and clear away what those that were at work left unfinished."""
        for worker in (*self._workers, *self._idle):
            worker.process.kill()
        for worker in self._workers:
            worker.process.join(_PATIENCE_S)
            sweep(self.jobs[worker.number])

    def end(self) -> None:
        """Wait for those that have nothing to do any more."""
        for worker in (*self._workers, *self._idle):
            worker.pipe.close()
            worker.process.join(_PATIENCE_S)
            if worker.process.is_alive():
                worker.process.kill()
                worker.process.join()


def sweep(job: Job) -> None:
    """Clear away what a process that was ended left of a recording."""
    Store.of(job.out, job.name).sweep(job.media.parent)


def _how_it_ended(exitcode: int | None) -> str:
    if exitcode is not None and exitcode < 0:
        with suppress(ValueError):
            return signal.Signals(-exitcode).name
    return f"exit status {exitcode}"


@contextmanager
def signals_held() -> Iterator[None]:
    """Meanwhile Ctrl-C waits: a process that is begun now inherits that, and hears none before it is ready to ignore it."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def ready(parent: int, share: int, offline: bool) -> None:
    """What every process of a run does first: it dies with the command, leaves Ctrl-C to it, and keeps to its share."""
    die_with_parent(parent)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the command's, which ends this
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})
    take_share(share)
    if offline:
        network.take_away()


def _work(pipe: Connection, caption: Caption, parent: int, share: int, offline: bool) -> None:
    """A worker: captions what comes until nothing comes any more."""
    ready(parent, share, offline)
    speaking = threading.Lock()

    def send(message: Any) -> None:
        with speaking, suppress(OSError):
            pipe.send(message)

    with suppress(EOFError, OSError):
        while True:
            job, wait_s = pipe.recv()
            send(caption(job, Teller(send), wait_s))
