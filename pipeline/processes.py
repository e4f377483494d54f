"""Process lifetime: a worker dies with the command that started it, however that one ends, and SIGTERM is a request to stop;
and how much of the machine a process may take.

On Linux the kernel ends a worker in the same moment (`prctl`, PR_SET_PDEATHSIG); everywhere else a thread of the worker watches
its parent, and acts when the worker next gives up Python's lock.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import FrameType
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h
# So much nicer a thread gets two fifths of another's time where both want the same core (Linux, sched(7)): more would starve what
# is waited for in the end wherever others use the machine too.
_NICER = 4
# The processor time that a container may use (Linux, cgroup v2): "QUOTA PERIOD" in microseconds, or "max PERIOD".
_CPU_QUOTA = Path("/sys/fs/cgroup/cpu.max")
# Where this process has siblings that work at the same time: how many cores are its own.
_share: list[int] = []


def cores() -> int:
    """How many processor cores this process may keep busy: those it is allowed to run on, or its share of them."""
    if _share:
        return _share[-1]
    allowed = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    with suppress(OSError, ValueError):
        quota, period = _CPU_QUOTA.read_text("ascii").split()
        if quota != "max":
            allowed = min(allowed, -(-int(quota) // int(period)))
    return max(1, allowed)


def take_share(count: int) -> None:
    """From now on `count` cores are this process's own, as others of the same command work beside it."""
    _share.append(max(1, count))


def give_way() -> None:
    """From now on the calling thread, and what it starts, lets other threads of this process go first (Linux; nothing elsewhere,
    where a thread has no niceness of its own). However nice the process is already, it needs no privilege."""
    if sys.platform == "linux":
        with suppress(OSError):  # a sandbox may forbid it
            os.nice(_NICER)


def die_with_parent(parent: int) -> None:
    """From now on this process is ended when `parent`, the process that started it, has ended; at once where it has already."""
    if sys.platform == "linux":
        kill_at_end_of_parent()
        if os.getppid() != parent:  # it ended before the kernel was asked
            os._exit(1)
    threading.Thread(target=_watch_parent, daemon=True).start()


def kill_at_end_of_parent() -> None:
    """Ask Linux to end this process together with the thread that started it; nothing elsewhere. Safe between fork and exec."""
    if _LIBC is not None:
        _LIBC.prctl(_PR_SET_PDEATHSIG, int(signal.SIGKILL), 0, 0, 0)


# For subprocess's `preexec_fn`, which Windows does not know.
IN_CHILD: Callable[[], None] | None = kill_at_end_of_parent if os.name == "posix" else None


def descendants(pid: int) -> list[int]:
    """The processes that a process started, those that they started, and so on (Linux; elsewhere none are known)."""
    found: list[int] = []
    waiting = [pid]
    while waiting:
        with suppress(OSError, ValueError):
            for task in Path(f"/proc/{waiting.pop()}/task").iterdir():
                own = [int(child) for child in (task / "children").read_text("ascii").split()]
                found += own
                waiting += own
    return found


def stop_on_terminate() -> None:
    """SIGTERM stops a command as Ctrl-C does, so that what it began is put in order."""
    with suppress(ValueError):  # not in the main thread: whoever embeds us decides
        if signal.getsignal(signal.SIGTERM) is signal.SIG_DFL:
            signal.signal(signal.SIGTERM, _stop)


def give_back_memory() -> None:
    """Return to the system what was freed: the C library keeps it for later, in hundreds of megabytes after a network has run.
    Nothing happens where its `malloc_trim` is not (GNU's has it)."""
    trim = getattr(_LIBC, "malloc_trim", None)
    if trim is not None:
        trim(0)


def _stop(number: int, frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # a second one shall not stop the tidying
    raise KeyboardInterrupt


@contextmanager
def ended_within(seconds: float, farewell: Callable[[], None]) -> Iterator[None]:
    """Meanwhile a request to stop ends this process `seconds` later at the latest, after `farewell`, with status 130.

    Python raises KeyboardInterrupt between two of its own steps only, and a library may compute for half a minute within one.
    Without effect where somebody else listens for signals, or outside of the main thread.
    """
    reader, writer = os.pipe()
    os.set_blocking(writer, False)
    try:
        before = signal.set_wakeup_fd(writer, warn_on_full_buffer=False)
    except ValueError:  # not in the main thread: whoever embeds us decides
        before = None
    over = threading.Event()

    def watch() -> None:
        while number := os.read(reader, 1):
            if number[0] in (signal.SIGINT, signal.SIGTERM) and not over.wait(seconds):
                farewell()
                os._exit(130)
        os.close(reader)

    threading.Thread(target=watch, name="stopping", daemon=True).start()
    try:
        yield
    finally:
        over.set()
        if before is not None:
            signal.set_wakeup_fd(before)
        os.close(writer)


def _watch_parent() -> None:
    from multiprocessing import parent_process
    from multiprocessing.connection import wait

    parent = parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)


def _libc() -> Any:
    if sys.platform != "linux":
        return None
    import ctypes

    return ctypes.CDLL(None, use_errno=True)


# Opened beforehand: between fork and exec nothing may be imported.
_LIBC = _libc()
