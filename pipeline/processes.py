"""Process lifetime: a worker dies with the command that started it, however that one ends, and SIGTERM is a request to stop.

On Linux the kernel ends a worker in the same moment (`prctl`, PR_SET_PDEATHSIG); everywhere else a thread of the worker watches
its parent, and acts when the worker next gives up Python's lock.
"""

from __future__ import annotations

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType
from typing import Any

_PR_SET_PDEATHSIG = 1  # linux/prctl.h


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
