"""Recordings on many machines: a Ray cluster does the stages, over folders that every machine sees under the same path.

This process gives the work to a driver, a process of its own that alone knows Ray (`cluster_driver`): where the cluster's head
goes away, Ray ends the process that was connected to it. No word of a transcript passes through Ray, so none can reach its logs
or what it spills: outcomes are handed over in the recordings' own folders.
"""

from __future__ import annotations

import ipaddress
import os
import pickle
import re
import secrets
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from importlib.util import find_spec
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

from pipeline import network
from pipeline.errors import ClusterError, Interrupted, OutputError, UsageError
from pipeline.leftovers import temporary_folder
from pipeline.processes import descendants
from pipeline.run import failures, handover
from pipeline.run.jobs import Job
from pipeline.run.outcome import Outcome, Status, Watcher
from pipeline.run.store import Store
from pipeline.run.workers import Told, signals_held

AUTO = "auto"
# Ray notes the cluster of this machine in this file of its folder for temporary files.
_RUNNING = ("ray", "ray_current_cluster")
_ADDRESS = re.compile(r"(?P<host>\[[0-9a-fA-F:]+\]|[\w.-]+):(?P<port>\d{1,5})")
# A head answers within so many seconds.
_ANSWER_S = 3.0
# A driver that is asked to end gets so long to take its leave of the cluster.
_PATIENCE_S = 1.2
# Unix sockets have paths of at most 107 bytes (unix(7)), of which Ray needs so many behind its folder.
_MOST_FOLDER_BYTES = 40


def resolved(address: str) -> str:
    """The head's address: as given, or for AUTO that of the cluster that this machine belongs to, "" where there is none.

    Raises UsageError for what is no address, or without Ray.
    """
    if find_spec("ray") is None:
        problem = "--cluster needs Ray, which is not installed here"
        raise UsageError(problem, "pip install -c constraints.txt -e '.[cluster]'")
    if network.is_taken():
        return _without_network(address)
    if address == AUTO:
        return _running()
    host_and_port(address)
    return address


def _without_network(address: str) -> str:
    """A cluster where the network was taken away: one of our own, on the loopback that is left. Raises UsageError."""
    if not network.has_loopback():
        raise UsageError(
            f"--cluster needs this machine's own address, and {network.OPTION} cannot leave it here",
            "use --jobs",
        )
    if address != AUTO:
        raise UsageError(
            f"{network.OPTION} takes away the way to '{address}'", "use --cluster auto, or --jobs"
        )
    return ""


def host_and_port(address: str) -> tuple[str, int]:
    """An address taken apart. Raises UsageError."""
    found = _ADDRESS.fullmatch(address)
    if found is None or not 0 < int(found["port"]) < 65_536:
        raise UsageError(
            f"'{address}' is no address of a cluster's head",
            "write it like 10.0.0.5:6379, as 'ray start --head' says it, or auto",
        )
    return found["host"].strip("[]"), int(found["port"])


def is_loopback(address: str) -> bool:
    """Whether only this machine reaches an address; "" is that of a cluster that we start ourselves."""
    host = host_and_port(address)[0] if address else "localhost"
    with suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return host == "localhost"


def warning(address: str) -> str:
    """What whoever uses a cluster should know, "" for one on loopback."""
    if is_loopback(address):
        return ""
    return (
        f"the cluster at {address} is on a network: whoever reaches its ports can run code on its machines and read what they "
        "read; keep them behind a firewall"
    )


def answers(address: str) -> bool:
    """Whether somebody listens at an address."""
    with suppress(OSError), socket.create_connection(host_and_port(address), _ANSWER_S):
        return True
    return False


def gone(address: str) -> ClusterError:
    """The error for a head that went away."""
    remedy = "what was finished is kept; start it again, and run the same command to go on"
    return ClusterError(address or AUTO, "its head went away", remedy)


def _running() -> str:
    """The address of the cluster that this machine belongs to, "" where there is none any more."""
    place = Path(os.environ.get("RAY_TMPDIR") or tempfile.gettempdir()).joinpath(*_RUNNING)
    with suppress(OSError, ValueError, UsageError):
        address = place.read_text("utf-8").strip()
        host_and_port(address)
        return address if answers(address) else ""
    return ""


@dataclass(frozen=True, slots=True)
class Work:
    """All that the driver is told: the jobs, where the head is ("" to start a cluster of this machine in `scratch`), which stage
    is forced, how many recordings at once (0: what the cluster holds), and the seal of what is handed over."""

    jobs: tuple[Job, ...]
    address: str
    force: str | None
    at_once: int
    scratch: str
    token: str = field(repr=False)
    seal: bytes = field(repr=False)
    parent: int


def run(
    jobs: Sequence[Job], watcher: Watcher, force: str | None, address: str, at_once: int = 0
) -> list[Outcome]:
    """Caption these recordings on the cluster at a `resolved` address; the outcomes stand in the order of the jobs.

    Raises ClusterError where it cannot be reached or goes away, and Interrupted; what was finished is kept either way.
    """
    if not jobs:
        return []
    if address and not answers(address):
        problem = "nobody answers there"
        raise ClusterError(address, problem, "start it with 'ray start --head', or check the address")
    with _scratch() as scratch:
        work = Work(
            tuple(jobs), address, force, at_once, str(scratch), secrets.token_hex(32), secrets.token_bytes(32),
            os.getpid(),
        )  # fmt: skip
        return _Head(work, watcher).run()


@contextmanager
def _scratch() -> Iterator[Path]:
    """A folder for all that a cluster of our own writes; gone afterwards, also what is written while its processes end."""
    with temporary_folder() as folder:
        chosen = folder
        if (
            len(os.fsencode(folder)) > _MOST_FOLDER_BYTES
        ):  # the system's own folder for temporary files has a long name
            chosen = Path("/tmp", folder.name)
            chosen.mkdir(0o700)
        try:
            yield chosen
        finally:
            for _ in range(20):
                shutil.rmtree(chosen, ignore_errors=True)
                if not chosen.exists():
                    break
                time.sleep(0.05)
            if chosen is folder:
                folder.mkdir(exist_ok=True)  # whoever made it removes it


class _Head:
    """The side of the user: hears the driver, tells the watcher, and gathers the outcomes."""

    def __init__(self, work: Work, watcher: Watcher) -> None:
        self.work, self.watcher = work, watcher
        self._told: dict[int, Told] = {}
        self._found: dict[int, Outcome] = {}

    def run(self) -> list[Outcome]:
        from pipeline.run.cluster_driver import drive

        context = get_context("spawn")
        here, there = context.Pipe(duplex=False)
        driver = context.Process(target=drive, args=(there, self.work), daemon=False)
        with signals_held():
            driver.start()
        there.close()
        try:
            while len(self._found) < len(self.work.jobs):
                self._hear(here.recv())
        except (EOFError, OSError, pickle.UnpicklingError):
            raise gone(self.work.address) from None
        except KeyboardInterrupt:
            stages = dict.fromkeys(t.stage for n, t in self._told.items() if n not in self._found and t.stage)
            raise Interrupted(", ".join(stages) or "the command") from None
        finally:
            self._stop(driver)
            here.close()
        return [self._found[number] for number in range(len(self.work.jobs))]

    def _stop(self, driver: BaseProcess) -> None:
        """End the driver: one that is a guest in a cluster takes its leave, one with a cluster of its own takes that with it."""
        if self.work.address:
            driver.terminate()
            driver.join(_PATIENCE_S)
        own = () if self.work.address or driver.pid is None else descendants(driver.pid)
        driver.kill()
        for pid in own:  # some of Ray's processes look only now and then whether they are still wanted
            with suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        driver.join()

    def _hear(self, message: tuple[Any, ...]) -> None:
        kind, *facts = message
        if kind == "lost":
            raise facts[0]
        number = facts[0]
        if number not in self._told:
            self._told[number] = Told(self.watcher.beside())
            media = self.work.jobs[number].media
            self._told[number].watcher.began(media, number + 1, len(self.work.jobs))
        if kind == "told":
            self._told[number].retell(facts[1])
        else:
            self._end(number, facts[1] if kind == "failed" else self._taken(number))

    def _taken(self, number: int) -> Outcome:
        """The outcome that the recording's last worker left."""
        job = self.work.jobs[number]
        store = Store.of(job.out, job.name)
        found = handover.taken(store, self.work.seal)
        if found is None:
            problem = "holds no outcome, though a machine of the cluster finished the recording"
            remedy = "let every machine see this folder under the same path"
            return Outcome(job.media, Status.FAILED, error=OutputError(store.folder, problem, remedy))
        if found.error is not None:
            store.discard()
        return found

    def _end(self, number: int, outcome: Outcome) -> None:
        self._found[number] = outcome
        job = self.work.jobs[number]
        failures.note(job.out, job.media, outcome.error is not None and len(self.work.jobs) > 1)
        self._told[number].watcher.ended(outcome)
