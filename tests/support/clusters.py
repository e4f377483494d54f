"""A real cluster on loopback, of several nodes with a core each, and what a test sees of its processes."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pipeline.processes import descendants
from tests.support.project import ROOT, Project, environment

TOKEN = secrets.token_hex(32)
# Ray reads these when it is imported: no statistics, every server on 127.0.0.1 alone, a token of our own.
RAY = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0",
    "RAY_AUTH_MODE": "token",
    "RAY_AUTH_TOKEN": TOKEN,
    "RAY_worker_niceness": "0",
}
_MEMORY_BYTES = 3_000_000_000  # two steps at once on each node
_OBJECTS_BYTES = 80 * 1024 * 1024


@dataclass(frozen=True)
class Nodes:
    """The cluster's address, its session's folder, the process of its head, and those of its other nodes."""

    address: str
    session: Path
    head: int
    others: tuple[int, ...]


@contextmanager
def nodes(count: int = 2) -> Iterator[Nodes]:
    """So many nodes, the first of them the head, held by a process of their own: Ray leaves files open in it."""
    # A short name: Ray's sockets lie below, and their paths are limited.
    with tempfile.TemporaryDirectory(prefix="ray", dir="/tmp") as folder:
        Path(folder, "ray").mkdir()
        env = {**os.environ, **RAY, "RAY_TMPDIR": folder, "PYTHONPATH": str(ROOT), "HOME": folder}
        command = [sys.executable, "-m", "tests.support.clusters", str(count)]
        with subprocess.Popen(
            command,
            env=env,
            text=True,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        ) as holder:
            try:
                assert holder.stdout is not None
                address, session, head, *others = holder.stdout.readline().split()
                yield Nodes(address, Path(session), int(head), tuple(map(int, others)))
            finally:
                left = descendants(holder.pid)
                holder.communicate()
                for pid in left:
                    with suppress(OSError):
                        os.kill(pid, signal.SIGKILL)


def hold(count: int) -> None:
    """Start the nodes, say where they are, and end them with standard input."""
    from ray.cluster_utils import Cluster

    node = {"num_cpus": 1, "memory": _MEMORY_BYTES, "object_store_memory": _OBJECTS_BYTES}
    cluster = Cluster(
        initialize_head=True, connect=False, head_node_args={**node, "include_dashboard": False}
    )
    others = [cluster.add_node(**node) for _ in range(count - 1)]
    pids = [cluster.head_node.all_processes["gcs_server"][0].process.pid]
    pids += [other.all_processes["raylet"][0].process.pid for other in others]
    where = [cluster.address, cluster.head_node.get_session_dir_path(), *map(str, pids)]
    sys.stdout.write(" ".join(where) + "\n")
    sys.stdout.flush()
    sys.stdin.read()


def start(project: Project, *args: str, **more: Any) -> subprocess.Popen[str]:
    """Begin `vignette run ARGS` in a project, as a machine of the cluster would."""
    env = {**environment(project.folder), **RAY, "PYTHONPATH": str(ROOT), "HOME": str(project.folder)}
    del env["VIGNETTE_JOBS"]
    return subprocess.Popen(
        [sys.executable, "-m", "pipeline", "run", *args], cwd=project.folder, env=env, text=True,
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL, **more,
    )  # fmt: skip


def titled(title: str) -> list[int]:
    """The processes whose title begins so; Ray's workers bear the name of their task."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if line.startswith(title):
            found.append(int(entry.name))
    return found


def listening(pids: set[int]) -> set[str]:
    """The addresses, as /proc/net/tcp writes them, on which these processes wait for connections."""
    sockets = set()
    for pid in pids:
        for handle in Path(f"/proc/{pid}/fd").glob("*"):
            try:
                sockets.add(str(handle.readlink()))
            except OSError:
                continue
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            if fields[3] == "0A" and f"socket:[{fields[9]}]" in sockets:
                found.add(fields[1].split(":")[0])
    return found


if __name__ == "__main__":
    hold(int(sys.argv[1]))
