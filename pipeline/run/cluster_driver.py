"""The driver of a cluster, in a process of its own: it connects to Ray, gives out the recordings' steps and tells of them.

A recording is three tasks, one after the other, since only they differ in what they need: *listen* (sound, picture, segment,
transcribe, align), *verify*, and *tell* (speakers to captions, and the files). What one leaves is the artefacts in the shared
folder, so that the next may run on any machine, and a task whose worker dies is done again elsewhere from there. A recording that
Whisper transcribes on a graphics card is one task: all that follows is keyed by the card too.
"""

from __future__ import annotations

import os
import socket
import time
from collections import deque
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from pipeline import __version__
from pipeline.errors import ClusterError, Defect, OutputError, VignetteError, WorkerDied, counted
from pipeline.processes import cores, stop_on_terminate, take_share
from pipeline.run import batch, graph, handover
from pipeline.run.capacity import needed_bytes, weights_bytes
from pipeline.run.cluster import Work, answers, gone, is_loopback
from pipeline.run.fold import Share
from pipeline.run.jobs import Job
from pipeline.run.outcome import Outcome, StageState, Status
from pipeline.run.store import Store
from pipeline.run.workers import Teller, ready

# A task whose worker or machine dies is given to another so often.
_RETRIES = 3
# A lock whose holder died on another machine is waited for so long, in seconds.
_LOCK_S = 60.0
# Where nothing else is said, so many recordings are under way for each core: one works, the other is ready.
_WAITING_PER_CORE = 2
# How often the tasks are looked at, and the head, in seconds.
_LOOK_S, _HEAD_S = 0.2, 1.0
# The board, which is on this machine, answers within so many seconds.
_BOARD_S = 60.0
# A head that did not answer so often in a row is gone.
_SILENCES = 3
# What our own cluster may keep of objects, in bytes: Ray's least. Nothing large passes through it.
_OBJECTS_BYTES = 80 * 1024 * 1024
# Ray reads these when it is imported. No statistics of usage; a head that is gone is given up soon.
_ALWAYS = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "5",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
# Ray gives its workers the least urgency, as if somebody sat at the machine.
_AS_URGENT = {"RAY_worker_niceness": "0"}
# Ray's name for: this machine alone, so that every server listens on 127.0.0.1 only.
_LOOPBACK = {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


@dataclass(frozen=True, slots=True)
class Step:
    """A task of a recording: the stages from `first` to `until` ("" for the end of all), and what it needs."""

    name: str
    first: str
    until: str
    memory_bytes: int
    gpus: int = 0


def steps(job: Job, with_gpu: bool = False) -> tuple[Step, ...]:
    """The tasks of a recording, in order; `with_gpu` says that the cluster has graphics cards."""
    weights, needed = weights_bytes([job]), needed_bytes([job])
    listening = weights if job.is_bare else 0
    if with_gpu and job.is_bare and weights and job.settings.transcribe.recognizer != "sphinx":
        return (Step("all", graph.names()[0], "", needed + weights, gpus=1),)
    return (
        Step("listen", graph.names()[0], "align", needed + listening),
        Step("verify", "verify", "verify", needed + weights),
        Step("tell", "speakers", "", needed),
    )


def no_room(
    steps: Sequence[Step], machines: Sequence[Mapping[str, float]], address: str
) -> ClusterError | None:
    """Why no machine of a cluster could ever do one of these steps, for which Ray would wait for ever; None where some can.

    A machine is what it has: of "CPU" and "GPU" so many, of "memory" so many bytes.
    """
    for step in steps:
        fits = [m for m in machines if m.get("CPU", 0) >= 1 and m.get("GPU", 0) >= step.gpus]
        if not any(m.get("memory", 0) >= step.memory_bytes for m in fits):
            problem = f"none of its machines has a core and {step.memory_bytes / 1e9:.1f} GB of memory for a recording"
            remedy = f"it has {counted(len(machines), 'machine')}; add a larger one, or use --jobs"
            return ClusterError(address or "auto", problem, remedy)
    return None


def forced_in(step: Step, force: str | None) -> str | None:
    """Which stage a step is forced from: the one asked for, its own first where that came before, none where it comes later."""
    if force is None:
        return None
    names = graph.names()
    last = names.index(step.until) if step.until else len(names) - 1
    if names.index(force) > last:
        return None
    return names[max(names.index(force), names.index(step.first))]


def drive(pipe: Connection, work: Work) -> None:
    """Caption the recordings of `work` on its cluster, and say through the pipe what becomes of them."""
    ready(work.parent, cores(), False)
    stop_on_terminate()
    _hush()
    try:
        with suppress(KeyboardInterrupt, BrokenPipeError):
            try:
                _Driver(pipe, work).run()
            except ClusterError as error:
                pipe.send(("lost", error))
            except Exception as error:  # noqa: BLE001 - Ray raises many kinds; its messages are long, and not for people
                pipe.send(
                    ("lost", ClusterError(work.address or "auto", f"Ray failed ({type(error).__name__})", ""))
                )
    finally:
        with suppress(Exception, KeyboardInterrupt):
            import ray

            ray.shutdown()


def _hush() -> None:
    """Ray writes to the terminal at will, also from threads that no Python reaches: it gets none."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


@dataclass(slots=True)
class _UnderWay:
    """A recording under way: its steps, which of them runs, and what became of the stages so far."""

    number: int
    steps: tuple[Step, ...]
    at: int = 0
    states: tuple[StageState, ...] = ()


class _Driver:
    def __init__(self, pipe: Connection, work: Work) -> None:
        self._pipe, self._work = pipe, work
        self._waiting = deque(range(len(work.jobs)))
        self._pending: dict[Any, _UnderWay] = {}
        self._silences, self._looked = 0, 0.0

    def run(self) -> None:
        self._connect()
        self._board = self._on_this_machine(_Board)
        self._task = self._ray.remote(max_retries=_RETRIES, num_cpus=1)(work_on)
        self._common = (str(Path.cwd()), _environment(), __version__, self._work.seal, self._board)
        while self._waiting or self._pending:
            self._fill()
            pending = list(self._pending)
            done, _ = self._ray.wait(pending, num_returns=1, timeout=_LOOK_S) if pending else ([], [])
            self._retell()
            for ref in done:
                self._finish(ref)
            self._watch_head()
        self._retell()

    # --- the cluster ---------------------------------------------------------------------------------------------

    def _connect(self) -> None:
        """Connect to the cluster, or start one of this machine alone. Raises ClusterError."""
        address = self._work.address
        os.environ.update(_ALWAYS)
        if is_loopback(address):
            os.environ.update(_LOOPBACK)
        if not address:
            os.environ.update(_AS_URGENT)
            os.environ.update({"RAY_AUTH_MODE": "token", "RAY_AUTH_TOKEN": self._work.token})
        import ray

        self._ray: Any = ray
        quiet = {"include_dashboard": False} if not address else {}
        own = {"num_cpus": cores(), "object_store_memory": _OBJECTS_BYTES, "_temp_dir": self._work.scratch}
        try:
            ray.init(
                address or "local",
                log_to_driver=False,
                configure_logging=False,
                **quiet,
                **({} if address else own),
            )
        except Exception as error:  # noqa: BLE001 - it raises many kinds
            problem = f"cannot be joined ({type(error).__name__})"
            remedy = "run this on one of its machines, with the same versions of Ray, Python and Vignette"
            raise ClusterError(address or "auto", problem, remedy) from None
        host, port = ray.get_runtime_context().gcs_address.rsplit(":", 1)
        self._head = f"{host}:{port}"

    def _on_this_machine(self, kind: type) -> Any:
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        here = NodeAffinitySchedulingStrategy(self._ray.get_runtime_context().get_node_id(), soft=False)
        return self._ray.remote(num_cpus=0)(kind).options(scheduling_strategy=here).remote()

    def _machines(self) -> list[dict[str, float]]:
        """What each living machine of the cluster has."""
        return [node["Resources"] for node in self._ray.nodes() if node["Alive"]]

    def _watch_head(self) -> None:
        """Raise ClusterError when the head does not answer any more: Ray itself would wait for it."""
        if time.monotonic() - self._looked < _HEAD_S:
            return
        self._looked = time.monotonic()
        self._silences = 0 if answers(self._head) else self._silences + 1
        if self._silences >= _SILENCES:
            raise gone(self._work.address)

    # --- tasks ---------------------------------------------------------------------------------------------------

    def _fill(self) -> None:
        """Give out as many recordings as the cluster holds, and one more for each core, so that none waits for us."""
        if not self._waiting:
            return
        machines = self._machines()
        limit = self._work.at_once or _WAITING_PER_CORE * int(sum(m.get("CPU", 0) for m in machines))
        with_gpu = any(m.get("GPU", 0) >= 1 for m in machines)
        while self._waiting and len(self._pending) < max(1, limit):
            number = self._waiting.popleft()
            one = _UnderWay(number, steps(self._work.jobs[number], with_gpu))
            if problem := no_room(one.steps, machines, self._work.address):
                outcome = Outcome(self._work.jobs[number].media, Status.FAILED, error=problem)
                self._pipe.send(("failed", number, outcome))
            else:
                self._give(one)

    def _give(self, one: _UnderWay) -> None:
        step, job = one.steps[one.at], self._work.jobs[one.number]
        share = Share(step.until, one.states, _LOCK_S)
        task = self._task.options(memory=step.memory_bytes, num_gpus=step.gpus, name=f"vignette {step.name}")
        ref = task.remote(job, one.number, forced_in(step, self._work.force), share, *self._common)
        self._pending[ref] = one

    def _finish(self, ref: Any) -> None:
        one = self._pending.pop(ref)
        try:
            ended, one.states = self._ray.get(ref)
        except self._ray.exceptions.RayError as error:
            self._retell()
            self._pipe.send(("failed", one.number, self._failed(one, error)))
            return
        one.at += 1
        if ended:
            self._retell()
            self._pipe.send(("ended", one.number))
        else:
            self._give(one)

    def _failed(self, one: _UnderWay, error: Any) -> Outcome:
        """What became of a recording whose task raised, or whose workers died."""
        media, cause = self._work.jobs[one.number].media, getattr(error, "cause", None)
        if isinstance(cause, VignetteError):
            return Outcome(media, Status.FAILED, error=cause)
        if cause is not None:
            return Outcome(media, Status.FAILED, error=Defect(type(cause).__name__, None))
        problem = f"the workers that captioned it were ended {_RETRIES + 1} times ({type(error).__name__})"
        return Outcome(
            media, Status.FAILED, error=WorkerDied(media, problem, "memory may be short: run it alone")
        )

    def _retell(self) -> None:
        for number, message in self._ray.get(self._board.take.remote(), timeout=_BOARD_S):
            self._pipe.send(("told", number, message))


class _Board:
    """An actor on the driver's machine on which workers write how far they are."""

    def __init__(self) -> None:
        self._said: list[tuple[int, tuple[Any, ...]]] = []

    def tell(self, number: int, message: tuple[Any, ...]) -> None:
        self._said.append((number, message))

    def take(self) -> list[tuple[int, tuple[Any, ...]]]:
        said, self._said = self._said, []
        return said


def _environment() -> dict[str, str]:
    """The wishes of the user that stand in the environment."""
    return {name: value for name, value in os.environ.items() if name.startswith("VIGNETTE_")}


def work_on(
    job: Job, number: int, force: str | None, share: Share,
    folder: str, environment: dict[str, str], version: str, seal: bytes, board: Any,
) -> tuple[bool, tuple[StageState, ...]]:  # fmt: skip
    """One step of a recording, in a worker of the cluster: whether the recording is at its end, and what became of its stages.

    Raises VignetteError for what keeps this machine from working at all.
    """
    if version != __version__:
        problem = f"the machine {socket.gethostname()} has version {__version__} of Vignette, and the head {version}"
        raise ClusterError("worker", problem, "install the same one everywhere")
    _enter(folder, environment)
    take_share(1)
    teller = Teller(lambda message: board.tell.remote(number, message))
    outcome = batch.caption(job, teller, force, share, alone=True)  # the head notes what failed
    ended = outcome.error is not None or not share.until
    if ended:
        handover.hand_over(Store.of(job.out, job.name), outcome, seal)
    return ended, outcome.stages


def _enter(folder: str, environment: dict[str, str]) -> None:
    """Work where the head works. Raises OutputError where this machine does not see that folder."""
    try:
        os.chdir(folder)
    except OSError as error:
        problem = f"cannot be entered on {socket.gethostname()}: {error.strerror}"
        remedy = "media and transcripts must lie under the same path on every machine"
        raise OutputError(Path(folder), problem, remedy) from None
    os.environ.update(environment)
